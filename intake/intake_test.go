package intake

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/dulyhq/duly/ledger"
)

var update = flag.Bool("update", false, "write the golden files")

// kept is a sink that keeps the rows.
type kept struct {
	rows  []Row
	kinds []Kind
	fail  error
}

func (k *kept) File(_ string, kind Kind) error { k.kinds = append(k.kinds, kind); return nil }

func (k *kept) Row(r *Row) error { k.rows = append(k.rows, *r); return k.fail }

func readString(t testing.TB, text, mapping string) (Summary, []Row, []string, error) {
	t.Helper()
	o := Options{Currency: "CNY"}
	if mapping != "" {
		m, err := ReadMapping("map.yaml", []byte(mapping))
		if err != nil {
			t.Fatal(err)
		}
		o.Mapping = m
	}
	var bad []string
	o.Bad = func(b BadRow) error { bad = append(bad, b.String()); return nil }
	var k kept
	sum, err := Read(strings.NewReader(text), "f.csv", o, &k)
	return sum, k.rows, bad, err
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, d)
	}
}

func TestKindsOfFile(t *testing.T) {
	cny := func(minor int64) ledger.Money { return ledger.Money{Minor: minor, Currency: "CNY"} }
	due := ledger.NewDate(2026, 9, 11)
	for _, c := range []struct {
		text string
		want []Row
	}{
		{
			"borrower_id,name,phone,region,age,credit_limit\nB1, 王小明 ,17405000001,CN-ZJ,30,100\n",
			[]Row{{Kind: Borrowers, Borrower: ledger.BorrowerRow{
				ID: "B1", Name: "王小明", Phone: "+8617405000001", PhoneKind: ledger.PhoneMobile, Country: "CN", Region: "CN-ZJ", Age: 30, Zone: "Asia/Shanghai",
			}}},
		},
		{
			"Loan_ID,borrower_id,currency,principal,annual_rate,penalty_multiplier,opened_on\r\nC1,B1,cny,1000,0.15,1.5,2026-09-11\r\n",
			[]Row{{Kind: Loans, Loan: ledger.LoanRow{
				ID: "C1", BorrowerID: "B1", Currency: "CNY", Principal: cny(100000), AnnualRate: 150000, PenaltyMultiplier: 1500000, OpenedOn: due,
			}}},
		},
		{
			"loan_id,number,due_on,amount,principal,interest,fees\nC1,4,2026-09-11,10.50,10,0.50,\nC1,5,2026-09-11,7,,,\n",
			[]Row{
				{Kind: Instalments, Instalment: ledger.InstalmentRow{
					LoanID: "C1", Number: 4, DueOn: due, Amount: cny(1050), Principal: cny(1000), Interest: cny(50), Fees: cny(0), Split: true,
				}},
				{Kind: Instalments, Line: 3, Instalment: ledger.InstalmentRow{
					LoanID: "C1", Number: 5, DueOn: due, Amount: cny(700), Principal: cny(700), Interest: cny(0), Fees: cny(0),
				}},
			},
		},
		{
			"payment_id,loan_id,paid_on,amount,reverses\nP2,C1,2026-09-11,-7,P1",
			[]Row{{Kind: Payments, Column: 4, Payment: ledger.PaymentRow{ID: "P2", LoanID: "C1", PaidOn: due, Amount: cny(-700), Reverses: "P1"}}},
		},
		{
			"loan_id,paid_on,amount,currency\nC1,2026-09-11,7,\nC1,2026-09-11,7,usd\n", // an empty currency is the portfolio's
			[]Row{
				{Kind: Payments, Payment: ledger.PaymentRow{LoanID: "C1", PaidOn: due, Amount: cny(700)}},
				{Kind: Payments, Line: 3, Payment: ledger.PaymentRow{LoanID: "C1", PaidOn: due, Amount: ledger.Money{Minor: 700, Currency: "USD"}}},
			},
		},
		{
			"name,phone,loan_id,due_on,amount,currency,country\n李四,+8617405000002,C2,2026-09-11,7,CNY,CN",
			[]Row{
				{Kind: Borrowers, Borrower: ledger.BorrowerRow{ID: "C2", Name: "李四", Phone: "+8617405000002", PhoneKind: ledger.PhoneMobile, Country: "CN", Zone: "Asia/Shanghai Asia/Urumqi"}},
				{Kind: Loans, Column: 19, Loan: ledger.LoanRow{ID: "C2", BorrowerID: "C2", Currency: "CNY", Principal: cny(0)}},
				{Kind: Instalments, Column: 22, Instalment: ledger.InstalmentRow{
					LoanID: "C2", Number: 1, DueOn: due, Amount: cny(700), Principal: cny(700), Interest: cny(0), Fees: cny(0),
				}},
			},
		},
	} {
		_, rows, bad, err := readString(t, c.text, "")
		if err != nil || len(bad) > 0 || len(rows) != len(c.want) {
			t.Fatalf("%q: %v %v %d rows", c.text, err, bad, len(rows))
		}
		for i, r := range rows {
			want := Row{File: "f.csv", Line: max(2, c.want[i].Line), Column: max(1, c.want[i].Column), Kind: c.want[i].Kind}
			got := Row{File: r.File, Line: r.Line, Column: r.Column, Kind: r.Kind}
			switch r.Kind {
			case Borrowers:
				want.Borrower, got.Borrower = c.want[i].Borrower, r.Borrower
			case Loans:
				want.Loan, got.Loan = c.want[i].Loan, r.Loan
			case Instalments:
				want.Instalment, got.Instalment = c.want[i].Instalment, r.Instalment
			case Payments:
				want.Payment, got.Payment = c.want[i].Payment, r.Payment
			case States:
				want.State, got.State = c.want[i].State, r.State
			case Consents:
				want.Consent, got.Consent = c.want[i].Consent, r.Consent
			case Contacts:
				want.Contact, got.Contact = c.want[i].Contact, r.Contact
			case Numbers:
				want.Number, got.Number = c.want[i].Number, r.Number
			case Duties:
				want.Duty, got.Duty = c.want[i].Duty, r.Duty
			case Overdue:
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%q: %s", c.text, d)
			}
		}
	}
}

// badFiles are files with every kind of bad row; testdata/bad.txt pins what is said of them.
var badFiles = []struct{ name, text string }{
	{"borrowers.csv", "borrower_id,name,phone,language,timezone,country,region,age,identity\n" +
		",王小明,+8617405000001,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B2,,+8617405000002,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B3,王小明,+8617405000003,fr,Asia/Peking,XX,CN-ZJ,thirty,\n" +
		"B4,王小明,+8617405000004,zh,Local,CN,US-CA,131,\n" +
		"B5,王小明,+8617405000005,zh,Asia/Shanghai,CN,浙江,30,\n" +
		"B6,王小明\n" +
		"B7,王\"小\"明,+8617405000007,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B8,\"王小明\"先生,+8617405000008,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B9,王\x00小明,+8617405000009,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B10,王小\xe6\x98,+8617405000010,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B11,王\ufffd明,+8617405000011,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B12,王\u202e明,+8617405000012,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		strings.Repeat("B", 65) + ",王小明,+8617405000013,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B14,\"王\n小明\",+8617405000014,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B15,\"王小明,+8617405000015,zh,Asia/Shanghai,CN,CN-ZJ,30,\n" +
		"B16,good,,,,,,,\n"},
	{"loans.csv", "loan_id,borrower_id,currency,opened_on,closed_on,principal,annual_rate,penalty_multiplier\n" +
		"C1,,CNY,,,,,\n" +
		"C2,B1,RMB,,,,,\n" +
		"C3,B1,CNY,2026-02-30,,,,\n" +
		"C4,B1,CNY,2026-03-01,2026-02-01,,,\n" +
		"C5,B1,CNY,,,-1,15,11\n" +
		"C6,B1,CNY,,,1e3,15%,\n" +
		"C7,B1,CNY,,,1000,0.15,1.5,\n" +
		"C8,B1,JPY,1850-01-01,,10.5,,\n" +
		"C9,B1,,,,,,\n"},
	{"instalments.csv", "loan_id,number,due_on,amount,principal,interest,fees\n" +
		"C1,,2026-09-11,1,,,\n" +
		"C1,1.5,2026-09-11,1,,,\n" +
		"C1,1000000,2026-09-11,1,,,\n" +
		"C1,1,,1,,,\n" +
		"C1,1,11.09.2026,1,,,\n" +
		"C1,1,2026-09-11,,,,\n" +
		"C1,1,2026-09-11,-5,,,\n" +
		"C1,1,2026-09-11,\"1,000.00\",,,\n" +
		"C1,1,2026-09-11,10.001,,,\n" +
		"C1,1,2026-09-11,99999999999999.00,,,\n" +
		"C1,1,2026-09-11,10,5,4,\n" +
		"C1,1,2026-09-11,10,5,-4,9\n" +
		"C1,1,2026-09-11,１０,,,\n"},
	{"payments.csv", "payment_id,loan_id,paid_on,amount,reverses\n" +
		"P1,C1,2026-09-11,0,\n" +
		"P2,C1,2026-09-11,5,P1\n" +
		"P3,C1,2026-09-11,-5,P3\n" +
		"P4,,2026/09/11,abc,\n"},
	{"wishes.csv", "borrower_id,name,phone,region,timezone,locality,preferred_hours,preferred_days,preferred_channel\n" +
		"B1,王小明,+8617405000001,US-NY,America/New_York America/Nowhere,US-NY-NYC,09:00-12:00,mon,sms\n" +
		"B2,王小明,+8617405000001,US-NY,,US-MA-BOS,12:00-09:00,monday,pigeon\n" +
		"B3,王小明,+8617405000001,US-NY,,New York,9-12,mon wed,\n"},
	{"core.csv", "loan_id,borrower_id,currency,core_due,core_as_of,debit_pending_until,next_step,next_step_on,next_step_by\n" +
		"C1,B1,CNY,5,,,,,\n" +
		"C2,B1,CNY,,2026-09-24T06:00:00+08:00,yesterday,,,\n" +
		"C3,B1,CNY,-5,2026-09-24,,court,,\n" +
		"C4,B1,CNY,5,2026-09-24,,prison,2026-10-01,王小明 经理\n" +
		"C5,B1,CNY,5,2026-09-24,,,2026-10-01,\n"},
	{"states.csv", "borrower_id,loan_id,kind,from,until,channel,reason,owner,region,review_on,lifted_on,lifted_by,phone\n" +
		",,dispute,2026-09-24,,,fee,desk,,,,,\n" +
		"B1,,disaster,2026-09-24,,,flood,desk,CN-ZJ,,,,\n" +
		",C1,disaster,2026-09-24,,,flood,desk,CN-ZJ,,,,\n" +
		"B1,,Dispute!,,2026-09-24,fax,,Wang Xiaoming,,,,,\n" +
		"B1,,dispute,2026-09-24,2026-09-23,,fee,desk,,,2026-09-01,,12345\n" +
		"B1,,protected,2026-09-24,,,vip,desk,,,,compliance,\n"},
	{"consents.csv", "borrower_id,channel,action,at,how,address,expires_on\n" +
		",,,,,,\n" +
		"B1,sms,taken,2026-09-24,telepathy,12345,2026-09-01\n" +
		"B1,sms,withdrawn,2026-09-24,oral,王小明@example.com,2027-09-01\n"},
	{"contacts.csv", "borrower_id,loan_id,at,channel,result,by,phone\n" +
		"B1,,2026-09-24T25:00:00+08:00,voice,chat,mother,12345\n" +
		"B1,,,,,,\n"},
	{"numbers.csv", "phone,status,checked_on,expires_on,provider\n" +
		"王小明,fine,2026-09-24,2026-09-24,\n" +
		",,,,\n"},
	{"duties.csv", "borrower_id,loan_id,duty,done_at,how\n" +
		"B1,,first demand,24.09.2026,fax\n"},
	{"foreign.csv", "payment_id,loan_id,paid_on,amount,currency\n" +
		"P1,C1,2026-09-11,5,\n" +
		"P2,C1,2026-09-11,5,RMB\n"},
	{"overdue.csv", "name,phone,loan_id,due_on,amount,currency\n" +
		",+8617405000001,,2026-13-01,x,ABC\n" +
		"\"王小明\",+8617405000001,C1,2026-09-11,\"5\n\"x,CNY\n" +
		strings.Repeat("x", maxRow+10) + "\n" +
		"\"open to the end"},
	{"empty.csv", ""},
	{"blank.csv", "\n\r\n"},
	{"bom.csv", "\ufeff"},
	{"utf16.csv", "\xff\xfeb\x00"},
	{"twice.csv", "loan_id,number,due_on,amount,Amount,x,x\n"},
	{"unnamed.csv", "loan_id,number,due_on,amount,\n"},
	{"misspelt.csv", "loan_id,number,due-on,amoumt,fee\n"},
	{"theirs.csv", "借据号,期数,应还日期,应还金额\n"},
	{"slipped.csv", "borrower_id,name,phone,age\nB1,zh,女士,王小明\nB2,x,y,17405000001\nB3,x,y,Wang Xiaoming\n"},
	{"headless.csv", "B1,王小明,17405000001\nB2,王小明,17405000001\n"},
	{"both.csv", "borrower_id,name,phone,loan_id,currency\n"},
	{"none.csv", "a,b\n1,2\n"},
	{"html.csv", "<!DOCTYPE html>\n<html>\n"},
}

func TestBadRows(t *testing.T) {
	for lang, pinned := range map[string]string{"en": "bad.txt", "zh": "bad.zh.txt"} {
		out := sayBad(t, lang)
		if personal := regexp.MustCompile(`小明|17405|Wang`).FindString(out); personal != "" {
			t.Errorf("a message repeats %q", personal)
		}
		golden(t, pinned, out)
	}
}

// sayBad says in a language what is bad in badFiles.
func sayBad(t *testing.T, lang string) string {
	var out strings.Builder
	for _, f := range badFiles {
		var k kept
		opts := Options{Currency: "CNY", Bad: func(b BadRow) error { fmt.Fprintln(&out, b.In(lang)); return nil }}
		sum, err := Read(strings.NewReader(f.text), f.name, opts, &k)
		if err != nil {
			var whole FileErrors
			if !errors.As(err, &whole) || sum.Rows != 0 {
				t.Errorf("%s: %v", f.name, err)
			}
			fmt.Fprintln(&out, whole.In(lang))
			continue
		}
		fmt.Fprintf(&out, "%s: %d good, %d bad, %d faults\n", f.name, sum.Rows, sum.Bad, sum.Faults)
	}
	return out.String()
}

// What is extracted of bad rows can be mended and imported again.
func TestExtract(t *testing.T) {
	f := badFiles[0]
	lines := map[int]bool{}
	var raws int
	o := Options{Bad: func(b BadRow) error {
		lines[b.Line] = true
		if b.Raw != nil {
			raws++
		}
		return nil
	}}
	sum, err := Read(strings.NewReader(f.text), f.name, o, &kept{})
	if err != nil || raws != sum.Bad || len(lines) != sum.Bad {
		t.Fatal(err, raws, sum.Bad, len(lines))
	}
	var list []int
	for l := range lines {
		list = append(list, l)
	}
	var out bytes.Buffer
	if err := Extract(strings.NewReader(f.text), Options{}, list, &out); err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSuffix(f.text, "B16,good,,,,,,,\n"); out.String() != want {
		t.Error(cmp.Diff(want, out.String()))
	}
	again, err := Read(&out, f.name, Options{}, &kept{})
	if err != nil || again.Bad != sum.Bad || again.Rows != 0 {
		t.Errorf("read again: %+v %v", again, err)
	}
}

func TestGB18030GivesTheSameRows(t *testing.T) {
	text := "borrower_id,name,phone,region\nB1,王小明,+8617405000001,CN-ZJ\nB2,\"㐀𠮷,镕\"\"\",+8617405000002,CN-BJ\nB3,一,,\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, delimiter := range []string{"comma", "pipe"} {
		if delimiter == "pipe" {
			pipes := strings.NewReplacer(",", "|", "㐀𠮷|镕", "㐀𠮷,镕")
			text = pipes.Replace(strings.ReplaceAll(text, "㐀𠮷,镕", "㐀𠮷丄,镕"))
			if gb, err = simplifiedchinese.GB18030.NewEncoder().String(text); err != nil {
				t.Fatal(err)
			}
		}
		mapping := "delimiter: " + delimiter
		sum, want, bad, err := readString(t, text, mapping)
		if err != nil || len(bad) > 0 || sum.Encoding != UTF8 || sum.Rows != 3 {
			t.Fatal(sum, bad, err)
		}
		for _, encoding := range []string{"", "\nencoding: gb18030"} {
			sum, got, bad, err := readString(t, gb, mapping+encoding)
			if err != nil || len(bad) > 0 || sum.Encoding != GB18030 || !reflect.DeepEqual(got, want) {
				t.Errorf("%s%s: %+v %v %v\n%s", delimiter, encoding, sum, bad, err, cmp.Diff(want, got))
			}
		}
	}
	damaged := strings.Replace(gb, "B3|", "B3|\xff", 1)
	_, rows, bad, err := readString(t, damaged, "delimiter: pipe")
	if err != nil || len(rows) != 2 || len(bad) != 1 || !strings.HasPrefix(bad[0], "f.csv:4:4: ") {
		t.Errorf("damaged: %v %v %d rows", err, bad, len(rows))
	}
}

// One damaged row does not make a file one of another encoding.
func TestEncodingIsThatOfMostLines(t *testing.T) {
	text := "borrower_id,name,phone\nB1,王\xe6\xe6,\nB2,王小明,\nB3,李四,\n"
	sum, rows, bad, err := readString(t, text, "")
	if err != nil || sum.Encoding != UTF8 || len(rows) != 2 || len(bad) != 1 || rows[0].Borrower.Name != "王小明" {
		t.Error(sum, rows, bad, err)
	}
}

func TestSinkAndBadEndTheReading(t *testing.T) {
	stop := errors.New("enough")
	text := "loan_id,paid_on,amount\nC1,2026-09-11,1\nC1,2026-09-11,0\n"
	if _, err := Read(strings.NewReader(text), "f", Options{Currency: "CNY"}, &kept{fail: stop}); !errors.Is(err, stop) {
		t.Error(err)
	}
	o := Options{Currency: "CNY", Bad: func(BadRow) error { return stop }}
	if _, err := Read(strings.NewReader(text), "f", o, &kept{}); !errors.Is(err, stop) {
		t.Error(err)
	}
	if _, err := Read(&failing{strings.NewReader(text)}, "f", Options{Currency: "CNY"}, &kept{}); !errors.Is(err, errDisk) {
		t.Error(err)
	}
}

var errDisk = errors.New("the disk is gone")

type failing struct{ r *strings.Reader }

func (f *failing) Read(p []byte) (int, error) {
	if f.r.Len() == 0 {
		return 0, errDisk
	}
	return f.r.Read(p[:min(len(p), 7)])
}
