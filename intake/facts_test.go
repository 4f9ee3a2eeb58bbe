package intake

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/ledger"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// readFacts reads a file as a lender in Shanghai gives it.
func readFacts(t *testing.T, text string) []Row {
	t.Helper()
	var k kept
	o := Options{Currency: "CNY", Zone: shanghai, Country: "CN", Bad: func(b BadRow) error { t.Error(b); return nil }}
	if _, err := Read(strings.NewReader(text), "f.csv", o, &k); err != nil {
		t.Fatal(err)
	}
	return k.rows
}

// TestFacts reads a row of each file that says what bars contact or permits it, with times in every notation.
func TestFacts(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 9, day, hour, minute, 0, 0, shanghai) }
	rows := readFacts(t, "borrower_id,loan_id,phone,kind,from,until,channel,reason,owner,note,review_on,lifted_on,lifted_by\n"+
		"B1,C1,,vulnerable,2026-09-24,2026-10-24,sms,illness,desk:4,rang on Monday,2026-10-01,2026-09-30 09:30,compliance:17\n"+
		"B1,,17405000001,address_unverified,2026-09-24T10:05:00+08:00,,,said so,desk,,,,\n")
	want := []ledger.StateRow{
		{
			BorrowerID: "B1", LoanID: "C1", Kind: "vulnerable", From: at(24, 0, 0), Until: at(55, 0, 0), Channel: "sms", Reason: "illness",
			Owner: "desk:4", Note: "rang on Monday", ReviewOn: ledger.NewDate(2026, 10, 1), LiftedOn: at(30, 9, 30), LiftedBy: "compliance:17",
		},
		{BorrowerID: "B1", Phone: "+8617405000001", PhoneKind: ledger.PhoneMobile, Kind: "address_unverified", From: at(24, 10, 5), Reason: "said so", Owner: "desk"},
	}
	for i, w := range want {
		if d := cmp.Diff(w, rows[i].State); d != "" {
			t.Error(d)
		}
	}
	rows = readFacts(t, "borrower_id,channel,action,at,how,address,expires_on\nB1,sms,given,2026-09-24 10:05,written,17405000001,2027-09-24\nB1,email,withdrawn,2026-09-24,reply,Wang@Example.com,\n")
	consents := []ledger.ConsentRow{
		{BorrowerID: "B1", Channel: "sms", At: at(24, 10, 5), How: "written", Address: "+8617405000001", ExpiresOn: time.Date(2027, 9, 24, 0, 0, 0, 0, shanghai)},
		{BorrowerID: "B1", Channel: "email", Withdrawn: true, At: at(24, 0, 0), How: "reply", Address: "wang@example.com"},
	}
	for i, w := range consents {
		if d := cmp.Diff(w, rows[i].Consent); d != "" {
			t.Error(d)
		}
	}
	rows = readFacts(t, "borrower_id,loan_id,at,channel,result,by\nB1,C1,2026-09-24T10:05,voice,left_message,agency:north\n")
	contact := ledger.ContactRow{BorrowerID: "B1", LoanID: "C1", At: at(24, 10, 5), Channel: "voice", Result: "left_message", By: "agency:north"}
	if d := cmp.Diff(contact, rows[0].Contact); d != "" || contact.Party() != "agency" {
		t.Error(d)
	}
	rows = readFacts(t, "phone,status,checked_on,expires_on,provider\n+8617405000001,reassigned,2026-09-24,2026-12-24,checker\n")
	number := ledger.NumberRow{
		Phone: "+8617405000001", PhoneKind: ledger.PhoneMobile, Status: "reassigned", CheckedOn: ledger.NewDate(2026, 9, 24),
		ExpiresOn: ledger.NewDate(2026, 12, 24), Provider: "checker",
	}
	if d := cmp.Diff(number, rows[0].Number); d != "" {
		t.Error(d)
	}
	rows = readFacts(t, "borrower_id,duty,done_at,how\nB1,validation,2026-09-24,letter\n")
	if d := cmp.Diff(ledger.DutyRow{BorrowerID: "B1", Duty: "validation", DoneAt: at(24, 0, 0), How: "letter"}, rows[0].Duty); d != "" {
		t.Error(d)
	}
	rows = readFacts(t, "loan_id,borrower_id,currency,core_due,core_as_of,debit_pending_until,next_step,next_step_on,next_step_by,assigned_to\n"+
		"C1,B1,CNY,0,2026-09-24T06:00:00+08:00,2026-09-25,assignment,2026-10-08,board:2,某资产公司\n")
	core := ledger.CoreFacts{
		Due: ledger.Money{Currency: "CNY"}, AsOf: at(24, 6, 0), DebitUntil: at(26, 0, 0), NextStep: "assignment", NextStepOn: ledger.NewDate(2026, 10, 8),
		NextStepBy: "board:2", AssignedTo: "某资产公司",
	}
	if d := cmp.Diff(core, rows[0].Loan.Core); d != "" || !rows[0].Loan.CoreStated {
		t.Error(d)
	}
}

// TestWhereABorrowerMayBe: a stated zone counts alone; without one, every zone of the region, else of the country, and that
// of the number may be the one; where there is nothing to go by, or too much, nothing is known.
func TestWhereABorrowerMayBe(t *testing.T) {
	for _, c := range []struct{ region, country, phone, zone, want string }{
		{"CN-ZJ", "", "+8617405000001", "", "Asia/Shanghai"},
		{"CN-XJ", "", "+8617405000001", "", "Asia/Shanghai Asia/Urumqi"},
		{"", "CN", "+8617405000001", "", "Asia/Shanghai Asia/Urumqi"},
		{"US-TX", "", "", "", "America/Chicago America/Denver"},
		{"US-NY", "", "+14155550123", "", "America/New_York America/Los_Angeles"},
		{"US-NY", "", "+8617405000001", "", "America/New_York Asia/Shanghai"},
		{"", "US", "+14155550123", "", "America/Los_Angeles"},
		{"", "US", "", "", ""},
		{"", "", "", "", ""},
		{"", "IN", "+919876543210", "", "Asia/Kolkata"},
		{"ID-BA", "", "", "", "Asia/Makassar"},
		{"", "GB", "+447700900123", "", "Europe/London"},
		{"US-TX", "", "+14155550123", "America/Chicago", "America/Chicago"},
		{"US-TX", "", "", "America/Chicago  America/Denver", "America/Chicago America/Denver"},
	} {
		rows := borrowerOf(t, c.region, c.country, c.phone, c.zone)
		if rows.Zone != c.want {
			t.Errorf("%+v: %q", c, rows.Zone)
		}
	}
}

func borrowerOf(t *testing.T, region, country, phone, zone string) ledger.BorrowerRow {
	t.Helper()
	_, rows, bad, err := readString(t, "borrower_id,name,phone,region,country,timezone\nB1,王小明,"+phone+","+region+","+country+","+zone+"\n", "")
	if err != nil || len(bad) > 0 || len(rows) != 1 {
		t.Fatal(err, bad)
	}
	return rows[0].Borrower
}

// TestZoneTable: every zone of the table exists, every place is one, and none stands there twice.
func TestZoneTable(t *testing.T) {
	var l lookups
	seen := map[string]bool{}
	for line := range strings.Lines(zoneTable) {
		place, zones, ok := strings.Cut(strings.TrimSpace(line), ",")
		if strings.HasPrefix(line, "#") || place == "place" {
			continue
		}
		country, _, _ := strings.Cut(place, "-")
		if !ok || seen[place] || !strings.HasPrefix(place, "=") && !l.country(country) && country != "SJ" {
			t.Errorf("%q is not a line of the table", line)
		}
		seen[place] = true
		list := strings.Fields(zones)
		if len(list) == 0 || len(list) > mostCandidates {
			t.Errorf("%s has %d zones", place, len(list))
		}
		for _, z := range list {
			if !l.zone(z) {
				t.Errorf("%s: there is no zone %s", place, z)
			}
		}
	}
	for _, must := range []string{"CN-BJ", "CN-XJ", "US-NY", "US-DC", "US-HI", "MX-ROO", "ID-PA", "GB", "DE", "IN", "PH", "SG", "HK"} {
		if !seen[must] {
			t.Errorf("%s is not in the table", must)
		}
	}
}
