package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/words/fault"
)

// takeText imports files as a lender gives them, and returns what was said of bad rows.
func takeText(t testing.TB, s *Store, now time.Time, mayLift func(kind, by string) fault.Reason, texts ...string) (Summary, string) {
	t.Helper()
	var bad []string
	note := func(b intake.BadRow) error { bad = append(bad, b.String()); return nil }
	sum, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: now, AsOf: now, Bad: note, MayLift: mayLift}, func(st *Stage) error {
		for i, text := range texts {
			o := intake.Options{Currency: "CNY", Country: "CN", Zone: shanghai, Bad: note}
			if _, err := intake.Read(strings.NewReader(text), fmt.Sprintf("f%d.csv", i), o, st); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrBadRows) {
		t.Fatal(err)
	}
	return sum, strings.Join(bad, "\n")
}

// dossierOf returns what is known of a borrower's person now.
func dossierOf(t testing.TB, s *Store, borrower string) *Dossier {
	t.Helper()
	ctx, on := context.Background(), ledger.Day(noon)
	p := cards(t, s)
	if _, err := s.Refresh(ctx, p.ID, on, assess.Terms{}); err != nil {
		t.Fatal(err)
	}
	person, _ := turn(t, s, borrower)
	var out *Dossier
	keep := func(d *Dossier) error {
		if int64(d.Person) == person {
			out = d.Clone()
		}
		return nil
	}
	if err := s.Dossiers(ctx, Within{Portfolio: p.ID, On: on, Persons: []ledger.PersonID{ledger.PersonID(person)}}, keep); err != nil {
		t.Fatal(err)
	}
	one := out
	// A plan reads everybody's, in one pass: it must know the same of each.
	if err := s.Dossiers(ctx, Within{Portfolio: p.ID, On: on, All: true}, keep); err != nil {
		t.Fatal(err)
	}
	all := out
	if err := s.Dossiers(ctx, Within{Portfolio: p.ID, On: on, Persons: []ledger.PersonID{ledger.PersonID(person)}, Again: true}, keep); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(one, out, cmp.AllowUnexported(Dossier{}), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("what is read again of %s is not what stands there: %s", borrower, d)
	}
	out = all
	for _, d := range []*Dossier{one, out} {
		d.loanIDs, d.LastSeq = nil, 0
	}
	if d := cmp.Diff(one, out, cmp.AllowUnexported(Dossier{}), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("a plan and a hand-over know other things of %s: %s", borrower, d)
	}
	return out
}

// kinds returns the kinds of the states, sorted.
func kinds(states []guard.State) string {
	var out []string
	for _, s := range states {
		out = append(out, s.Kind)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

const (
	stateHead   = "borrower_id,region,loan_id,phone,channel,kind,from,until,reason,owner,note,lifted_on,lifted_by\n"
	contactHead = "borrower_id,loan_id,phone,at,channel,result,by\n"
)

// TestStatesComeAndGo: a state holds from the import that says it to the one that lifts it; the same rows again change
// nothing, another content corrects, and each change moves on the turn of the person whom it concerns and of nobody else.
func TestStatesComeAndGo(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	turns := func() (out [3]int64) {
		for i := range out {
			_, out[i] = turn(t, s, fmt.Sprintf("B%d", i+1))
		}
		return out
	}
	before := turns()
	file := stateHead + "B1,,C1,,,dispute,2026-09-20,,fee,desk:4,rang twice,,\n" + "B1,,,17405000001,sms,address_unverified,2026-09-20,,returned,desk:4,,,\n" +
		"B2,,,,,protected,2026-09-20,2026-12-31,vip,board,,,\n"
	sum, bad := takeText(t, s, noon, nil, file)
	if sum.States.Added != 3 || bad != "" {
		t.Fatalf("%+v %s", sum.States, bad)
	}
	if after := turns(); after[0] != before[0]+1 || after[1] != before[1]+1 || after[2] != before[2] {
		t.Errorf("turns %v, before %v", after, before)
	}
	d := dossierOf(t, s, "B1")
	want := []guard.State{
		{Kind: "dispute", Since: time.Date(2026, 9, 20, 0, 0, 0, 0, shanghai).UTC(), Loan: d.Loans[0].ID},
		{Kind: "address_unverified", Since: time.Date(2026, 9, 20, 0, 0, 0, 0, shanghai).UTC(), Address: d.Borrowers[0].Address, Channel: "sms"},
	}
	if x := cmp.Diff(want, d.States); x != "" {
		t.Error(x)
	}
	if again, _ := takeText(t, s, noon, nil, file); again.States.Same != 3 || again.Changes() {
		t.Errorf("again: %+v", again.States)
	}
	// A correction: it ends by itself. What was known before stays on record.
	if sum, _ := takeText(t, s, noon, nil, stateHead+"B1,,C1,,,dispute,2026-09-20,2026-10-20,fee,desk:4,rang twice,,\n"); sum.States.Changed != 1 {
		t.Errorf("corrected: %+v", sum.States)
	}
	if d := dossierOf(t, s, "B1"); len(d.States) != 2 || !d.States[1].Until.Equal(time.Date(2026, 10, 21, 0, 0, 0, 0, shanghai)) {
		t.Errorf("corrected: %+v", d.States)
	}
	// Only compliance lifts a dispute here; whoever else says so is refused, with the reason.
	may := func(kind, by string) fault.Reason {
		if kind == "dispute" && by != "compliance:17" {
			return fault.Of(fault.MayNotLift, "house.lift", "compliance / ombudsman", kind)
		}
		return fault.Reason{}
	}
	if _, bad := takeText(t, s, noon, may, stateHead+"B1,,,,,dispute,2026-09-20,,fee,desk:4,,2026-09-24,desk:4\n"); bad != "f0.csv:2:1: lifted_by: rule house.lift lets compliance / ombudsman lift dispute" {
		t.Errorf("%q", bad)
	}
	lift := stateHead + "B1,,,,,dispute,2026-09-20,,fee,desk:4,,2026-09-24,compliance:17\n"
	if sum, bad := takeText(t, s, noon, may, lift); sum.States.Changed != 1 || bad != "" {
		t.Errorf("lifted: %+v %s", sum.States, bad)
	}
	if got := kinds(dossierOf(t, s, "B1").States); got != "address_unverified" {
		t.Errorf("after lifting: %s", got)
	}
	// The whole history again brings nothing back.
	if sum, _ := takeText(t, s, noon, may, stateHead+"B1,,C1,,,dispute,2026-09-20,2026-10-20,fee,desk:4,rang twice,,\n", lift); sum.Changes() {
		t.Errorf("the history again: %+v", sum.States)
	}
	audit := list(t, s, `SELECT who || ' ' || what || ' ' || subject FROM audit`)
	if len(audit) != 1 || !strings.HasPrefix(audit[0], "compliance:17 state_lifted state ") || !strings.Contains(audit[0], "dispute of p") {
		t.Errorf("audit %q", audit)
	}
	if _, err := s.write.Exec(`DELETE FROM audit`); err == nil {
		t.Error("an audit row was deleted")
	}
	if _, err := s.write.Exec(`UPDATE state SET kind = 'stop' WHERE gone_at = 0`); err == nil {
		t.Error("a state was changed in place")
	}
}

// list returns the first column of a query, of text.
func list(t testing.TB, s *Store, query string, args ...any) (out []string) {
	t.Helper()
	rows, err := s.read.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDisasterRegion: a state of a region is everybody's who lives there, those imported later too, until it is lifted.
func TestDisasterRegion(t *testing.T) {
	s := open(t)
	zhejiang := person("B1", "王秀英", "+8617405000001", "")
	zhejiang.Borrower.Region = "CN-ZJ"
	take(t, s, small()...)
	take(t, s, file("b.csv", zhejiang))
	_, before := turn(t, s, "B1")
	_, other := turn(t, s, "B2")
	takeText(t, s, noon, nil, stateHead+",CN-ZJ,,,,disaster,2026-09-20,2026-10-01,flood,board:2,,,\n")
	if _, after := turn(t, s, "B1"); after != before+1 {
		t.Errorf("turn %d after %d", after, before)
	}
	if _, after := turn(t, s, "B2"); after != other {
		t.Errorf("somebody elsewhere moved on from %d to %d", other, after)
	}
	if a, b := kinds(dossierOf(t, s, "B1").States), kinds(dossierOf(t, s, "B2").States); a != "disaster" || b != "" {
		t.Errorf("states %q and %q", a, b)
	}
	moved := person("B2", "李建国", "+8617405000002", "")
	moved.Borrower.Region = "CN-ZJ"
	take(t, s, file("b.csv", moved))
	if got := kinds(dossierOf(t, s, "B2").States); got != "disaster" {
		t.Errorf("who moved there has %q", got)
	}
	takeText(t, s, noon, nil, stateHead+",CN-ZJ,,,,disaster,2026-09-20,,flood,board:2,,2026-09-24,board:2\n")
	if got := kinds(dossierOf(t, s, "B1").States); got != "" {
		t.Errorf("after lifting: %q", got)
	}
}

// TestOtherFacts: consents, duties and number checks reach the dossier, are corrected and kept, and move on the turn.
func TestOtherFacts(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	_, before := turn(t, s, "B1")
	consents := "borrower_id,channel,action,at,how,address,expires_on\nB1,sms,given,2026-09-01 09:00,written,17405000001,\nB1,email,withdrawn,2026-09-02,reply,,\n"
	duties := "borrower_id,loan_id,duty,done_at,how\nB1,C1,validation,2026-09-03,letter\n"
	numbers := "phone,status,checked_on,expires_on,provider\n17405000001,ok,2026-09-01,2026-12-01,checker\n17405000001,reassigned,2026-09-10,2026-10-10,other\n17405000099,dead,2026-09-10,,checker\n"
	sum, bad := takeText(t, s, noon, nil, consents, duties, numbers)
	if sum.Consents.Added != 2 || sum.Duties.Added != 1 || sum.Numbers.Added != 3 || bad != "" {
		t.Fatalf("%+v %s", sum, bad)
	}
	d := dossierOf(t, s, "B1")
	at := func(day, hour int) time.Time { return time.Date(2026, 9, day, hour, 0, 0, 0, shanghai).UTC() }
	if x := cmp.Diff([]guard.Consent{
		{Channel: "sms", Address: d.Borrowers[0].Address, Written: true, At: at(1, 9)}, {Channel: "email", Withdrawn: true, At: at(2, 0)},
	}, d.Consents); x != "" {
		t.Error(x)
	}
	if x := cmp.Diff([]guard.Duty{{Kind: "validation", At: at(3, 0), By: "letter", Loan: d.Loans[0].ID}}, d.Duties); x != "" {
		t.Error(x)
	}
	if n := d.Borrowers[0].Number; n.Status != "reassigned" || n.CheckedOn != date("2026-09-10") || kinds(d.States) != "number_reassigned" {
		t.Errorf("number %+v, states %+v", n, d.States)
	}
	if n := dossierOf(t, s, "B2").Borrowers[0].Number; n.Status != "" || n.String() != "unknown" {
		t.Errorf("a number that nobody looked at is %q", n)
	}
	if _, after := turn(t, s, "B1"); after != before+1 {
		t.Errorf("turn %d after %d", after, before)
	}
	if sum, _ := takeText(t, s, noon, nil, consents, duties, numbers); sum.Changes() {
		t.Errorf("again: %+v", sum)
	}
	sum, _ = takeText(t, s, noon, nil, strings.Replace(consents, "written", "oral", 1), strings.Replace(duties, "letter", "email", 1),
		strings.Replace(numbers, "reassigned", "ok", 1))
	if sum.Consents.Changed != 1 || sum.Duties.Changed != 1 || sum.Numbers.Changed != 1 {
		t.Errorf("corrected: %+v", sum)
	}
	if d := dossierOf(t, s, "B1"); d.Consents[0].Channel != "email" || d.Consents[1].Written || d.Duties[0].By != "email" || kinds(d.States) != "" {
		t.Errorf("corrected: %+v %+v %s", d.Consents, d.Duties, kinds(d.States))
	}
	audit := list(t, s, `SELECT what || ' ' || count(*) FROM audit GROUP BY what`)
	if len(audit) != 1 || audit[0] != "consent_changed 2" { // the withdrawal, and the correction
		t.Errorf("audit %q", audit)
	}
	// They go along when the borrower turns out to be somebody known already.
	take(t, s, file("b.csv", person("B1", "王秀英", "+8617405000002", "")))
	if d := dossierOf(t, s, "B2"); len(d.Consents) != 2 || len(d.Duties) != 1 {
		t.Errorf("of who turned out to be another: %+v %+v", d.Consents, d.Duties)
	}
}

// TestBadFacts: rows that nobody can use are named, all of them, and nothing is imported.
func TestBadFacts(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	_, bad := takeText(t, s, noon, nil,
		stateHead+"B9,,,,,dispute,2026-09-20,,fee,desk,,,\nB1,,C2,,,dispute,2026-09-20,,fee,desk,,,\nB1,,,,,dispute,2026-09-20,,fee,desk,,,\n"+
			"B1,,,,,dispute,2026-09-20,,interest,desk,,,\nB1,,,,,dispute,2026-09-20,,fee,desk,,2026-12-01,desk\n",
		"borrower_id,channel,action,at\nB9,sms,given,2026-09-01\n",
		contactHead+"B1,C9,,2026-09-20,voice,attempt,creditor\nB1,,,2026-12-01,voice,attempt,creditor\n",
		"borrower_id,duty,done_at\nB9,validation,2026-09-01\n")
	want := `f0.csv:2:1: borrower_id: borrower B9 is not known: it is neither in the ledger nor a good row of this import
f0.csv:3:1: loan_id: loan C2 is not one of borrower B1
f0.csv:4:1: kind: this state is stated differently at f0.csv:5
f0.csv:5:1: kind: this state is stated differently at f0.csv:4
f0.csv:6:1: lifted_on: the lifting of dispute is later than this import; what is to end by itself has an until
f1.csv:2:1: borrower_id: borrower B9 is not known: it is neither in the ledger nor a good row of this import
f2.csv:2:1: loan_id: loan C9 is not one of borrower B1
f2.csv:3:1: at: this contact by voice is later than the import; what has not happened yet is no contact
f3.csv:2:1: borrower_id: borrower B9 is not known: it is neither in the ledger nor a good row of this import`
	if bad != want {
		t.Error(cmp.Diff(want, bad))
	}
	for _, table := range []string{"state", "consent", "recorded", "duty", "contact", "audit"} {
		if n := list(t, s, `SELECT count(*) FROM `+table); n[0] != "0" {
			t.Errorf("%s rows in %s", n[0], table)
		}
	}
}

// TestContactsOfPeopleCount: a call that was made counts and is never refused, also over a cap; it takes its place by its
// hour, among contacts that are known already, in every way of counting; and a mistaken one is taken back.
func TestContactsOfPeopleCount(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	ctx := context.Background()
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}, {Per: PerDebt, N: 2, Days: 3}, {Per: PerPerson, Of: []ledger.Channel{ledger.Voice}, N: 9, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	d := dossierOf(t, s, "B1")
	worker := hire(t, s)
	c := plainContact{at: noon.Add(-2 * 24 * time.Hour), person: int64(d.Person), loans: []int64{int64(d.Loans[0].ID)}, address: d.Borrowers[0].Address}
	message := outbox.MessageID(70)
	try := func(at time.Time) bool {
		t.Helper()
		c.at = at
		message++
		m := Waiting{ID: message, Person: d.Person, Try: 1, Portfolio: 1}
		tr := tryOf(m, 0, set)
		tr.Turn, tr.Day, tr.Loan, tr.Address = dossierOf(t, s, "B1").Turn, ledger.Day(at.In(shanghai)), ledger.LoanID(c.loans[0]), c.address
		asks := asksOf(set, c, m.ID)
		seats, err := s.Seats(ctx, asks)
		if err != nil {
			t.Fatal(err)
		}
		seated(&tr, asks, seats)
		st := stepOf(worker, &Claim{}, tr)
		st.At = at
		res, err := s.Commit(ctx, st)
		if err != nil {
			t.Fatal(err)
		}
		return res.Permitted[0]
	}
	if !try(noon.Add(-2 * 24 * time.Hour)) {
		t.Fatal("the first message was refused")
	}
	// Two calls on the day of the message and one the day before, of which somebody tells only now.
	calls := contactHead + "B1,C1,,2026-09-22 09:00,voice,conversation,agency:north\nB1,C1,,2026-09-22 15:00,voice,unanswered,creditor\nB1,,,2026-09-21 15:00,voice,left_message,creditor\n"
	if sum, bad := takeText(t, s, noon, nil, calls); sum.Contacts.Added != 3 || bad != "" {
		t.Fatalf("%+v %s", sum.Contacts, bad)
	}
	if got := strings.Join(list(t, s, `SELECT seq || ' ' || channel || ' ' || day || ' ' || result || ' ' || party FROM contact WHERE subject = ? << 8 ORDER BY seq`, d.Person), ", "); got !=
		"1 voice 20717 1 1, 2 voice 20718 2 2, 3 sms 20718 1 0, 4 voice 20718 3 1" {
		t.Errorf("slots %s", got)
	}
	x := dossierOf(t, s, "B1")
	if len(x.Contacts) != 4 || x.Contacts[1].Result != guard.Conversation || x.By[1] != ByAgency || len(x.Contacts[0].Loans) != 0 || len(x.Contacts[1].Loans) != 1 {
		t.Errorf("contacts %+v by %v", x.Contacts, x.By)
	}
	if n := list(t, s, `SELECT count(*) || ' ' || max(seq) FROM contact WHERE subject & 255 = 1`)[0]; n != "4 4" {
		t.Errorf("slots of the debt: %s", n)
	}
	if n := list(t, s, `SELECT count(*) || ' ' || max(seq) FROM contact WHERE subject & 3 = 0 AND subject & 255 <> 0`)[0]; n != "3 3" {
		t.Errorf("slots of calls: %s", n)
	}
	if try(noon) {
		t.Error("the debt has had four contacts in three days, two are allowed, and one more was permitted")
	}
	if again, _ := takeText(t, s, noon, nil, calls); again.Changes() {
		t.Errorf("again: %+v", again.Contacts)
	}
	mistaken := strings.NewReplacer("conversation", "mistaken", "unanswered", "mistaken", "left_message", "mistaken").Replace(calls)
	if sum, _ := takeText(t, s, noon, nil, mistaken); sum.Contacts.Changed != 3 {
		t.Errorf("mistaken: %+v", sum.Contacts)
	}
	if got := list(t, s, `SELECT seq || ' ' || channel FROM contact WHERE subject = ? << 8`, d.Person); len(got) != 1 || got[0] != "1 sms" {
		t.Errorf("what is left: %v", got)
	}
	if !try(noon) {
		t.Error("with the calls taken back one more was refused")
	}
}

// TestContactsOfPeopleInAnyOrder: whatever is told when, the slots of every subject are in the order of hours and without a
// gap, and there is one for each contact that counts.
func TestContactsOfPeopleInAnyOrder(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	if _, err := s.CapSet(context.Background(), ledger.SMS, []CapRow{{Per: PerDebt, N: 1, Days: 1}, {Per: PerAddress, N: 1, Days: 1}, {Per: PerPerson, Of: []ledger.Channel{ledger.Voice, ledger.Task}, N: 1, Days: 1}}); err != nil {
		t.Fatal(err)
	}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		var rows strings.Builder
		rows.WriteString(contactHead)
		for range rapid.IntRange(1, 5).Draw(rt, "rows") {
			n++
			b := rapid.IntRange(1, 3).Draw(rt, "borrower")
			loan := rapid.SampledFrom([]string{"", fmt.Sprintf("C%d", b)}).Draw(rt, "loan")
			phone := rapid.SampledFrom([]string{"", fmt.Sprintf("1740500000%d", b)}).Draw(rt, "phone")
			at := noon.Add(-time.Duration(rapid.IntRange(1, 200).Draw(rt, "hours ago")) * time.Hour).In(shanghai).Format("2006-01-02 15:04")
			fmt.Fprintf(&rows, "B%d,%s,%s,%s:%02d,%s,%s,creditor:%d\n", b, loan, phone, at, n%60, rapid.SampledFrom([]string{"voice", "task", "letter"}).Draw(rt, "channel"),
				rapid.SampledFrom([]string{"attempt", "conversation", "mistaken"}).Draw(rt, "result"), n)
		}
		if _, bad := takeText(t, s, noon, nil, rows.String()); bad != "" {
			rt.Fatal(bad)
		}
		for _, wrong := range list(t, s, `SELECT subject || ' has ' || count(*) || ' slots up to ' || max(seq) FROM contact GROUP BY subject HAVING count(*) <> max(seq) OR min(seq) <> 1
			UNION ALL SELECT a.subject || ' slot ' || a.seq || ' is later than the next' FROM contact a JOIN contact b ON b.subject = a.subject AND b.seq = a.seq + 1
				WHERE b.at < a.at
			UNION ALL SELECT 'contact ' || r.id || ' has no slot' FROM recorded r WHERE gone_at = 0 AND result <> 'mistaken' AND NOT EXISTS (SELECT 1 FROM contact c
				WHERE c.note = r.id AND c.subject = r.person << 8)
			UNION ALL SELECT 'contact ' || r.id || ' has a slot' FROM recorded r WHERE result = 'mistaken' AND EXISTS (SELECT 1 FROM contact c WHERE c.note = r.id)`) {
			rt.Error(wrong)
		}
	})
}

// TestCoreTotals is invariant 6: where the core system's own total for a loan is not ours for that day, minor unit by minor
// unit, the loan is known to differ, until either of the two is put right. A debit under way and the next step are known too.
func TestCoreTotals(t *testing.T) {
	const head = "loan_id,borrower_id,currency,product,principal,annual_rate,penalty_multiplier,core_due,core_as_of,debit_pending_until,next_step,next_step_on,next_step_by\n"
	s := open(t)
	take(t, s, small()...)
	d := dossierOf(t, s, "B1")
	ours := d.Loans[0].Standing.At(ledger.Day(noon)).Due.Total
	if ours <= 0 {
		t.Fatalf("nothing is overdue on C1: %+v", d.Loans[0].Standing)
	}
	line := func(minor int64, more string) string {
		return head + fmt.Sprintf("C1,B1,CNY,card,20000.00,0.15,1.5,%s,2026-09-24T06:00:00+08:00,%s\n", ledger.Money{Minor: minor, Currency: "CNY"}.Decimal(), more)
	}
	takeText(t, s, noon, nil, line(ours, "2026-09-25T12:00:00+08:00,court,2026-10-08,board:2"))
	d = dossierOf(t, s, "B1")
	l := d.Loans[0]
	if l.Core.Differs || l.Core.NextStep != "court" || l.Core.NextStepOn != date("2026-10-08") || l.Core.LastDueOn == 0 || l.Core.LastPaidOn != date("2026-09-02") {
		t.Errorf("core %+v", l.Core)
	}
	if len(d.States) != 1 || d.States[0].Kind != "debit_in_flight" || d.States[0].Loan != l.ID || !d.States[0].Until.Equal(noon.AddDate(0, 0, 1)) {
		t.Errorf("states %+v", d.States)
	}
	takeText(t, s, noon, nil, line(ours+1, ",,,"))
	if got := kinds(dossierOf(t, s, "B1").States); got != "core_differs" {
		t.Errorf("one cent more: %q", got)
	}
	// A payment that the core system had counted comes a day later: the two agree again.
	takeText(t, s, noon, nil, line(ours-50_000, ",,,"))
	if got := kinds(dossierOf(t, s, "B1").States); got != "core_differs" {
		t.Errorf("a payment short: %q", got)
	}
	take(t, s, file("p.csv", paid("P9", "C1", "2026-09-23", 50_000)))
	after := dossierOf(t, s, "B1")
	if now := after.Loans[0].Standing.At(ledger.Day(noon)).Due.Total; now != ours-50_000 {
		takeText(t, s, noon, nil, line(now, ",,,"))
		after = dossierOf(t, s, "B1")
	}
	if got := kinds(after.States); got != "" {
		t.Errorf("the payment has come: %q", got)
	}
	// A payment made since the core system's total does not make the two differ.
	take(t, s, file("p.csv", paid("P10", "C1", "2026-09-24", 10_000)))
	if got := kinds(dossierOf(t, s, "B1").States); got != "" {
		t.Errorf("a payment since: %q", got)
	}
	// A loans file that says nothing of the core system leaves what was known of it.
	takeText(t, s, noon, nil, line(ours+1, ",court,2026-10-08,board:2"))
	c1 := loan("C1", "B1")
	c1.Loan.Product = "consumer"
	take(t, s, file("l.csv", c1))
	if l := dossierOf(t, s, "B1").Loans[0]; l.Product != "consumer" || l.Core.NextStep != "court" || !l.Core.Differs {
		t.Errorf("after a plain file: %+v", l)
	}
}

// TestWishes: what a borrower asked for is kept until a file says something else of it.
func TestWishes(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	takeText(t, s, noon, nil, "borrower_id,name,phone,language,timezone,country,preferred_hours,preferred_days,preferred_channel\n"+
		"B1,王秀英,+8617405000001,zh,Asia/Shanghai,CN,09:00-12:00,mon tue,voice\n")
	want := ledger.Wish{Open: 540, Close: 720, Days: 1<<1 | 1<<2, Channel: "voice"}
	if got := dossierOf(t, s, "B1").Borrowers[0].Wish; got != want {
		t.Errorf("wish %+v", got)
	}
	b := person("B1", "王秀英", "+8617405000001", "")
	b.Borrower.Title = "女士"
	take(t, s, file("b.csv", b))
	if got := dossierOf(t, s, "B1").Borrowers[0].Wish; got != want {
		t.Errorf("after a file that says nothing of it: %+v", got)
	}
	for _, w := range []ledger.Wish{{}, {Days: 1}, {Channel: "sms"}, {Open: 1, Close: 1440}, want} {
		if got, err := parseWish(wishText(w)); err != nil || got != w {
			t.Errorf("%+v comes back as %+v, %v", w, got, err)
		}
	}
}
