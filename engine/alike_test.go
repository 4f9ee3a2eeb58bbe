//go:build unix

package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// conditional is a house rulebook whose rules turn on all that a likeness has to know.
const conditional = `id: turning
version: "1"
title: {en: Turning, zh: 条件}
rules:
  - id: TURN-HOURS
    kind: hours
    confidence: binding
    house: true
    title: {en: Later in the day for the late., zh: 逾期较久者上午不联系。}
    source: House rule
    hours: 11:00-20:00
    when: {dpd_over: 10}
  - id: TURN-CAP
    kind: cap
    confidence: binding
    house: true
    title: {en: Fewer for small sums., zh: 小额少联系。}
    source: House rule
    at_most: 1
    days: 5
    per: person
    when: {owed_up_to: "CNY 500"}
  - id: TURN-FIRST
    kind: days
    confidence: binding
    house: true
    title: {en: A first contact on a weekday., zh: 首次联系须在工作日。}
    source: House rule
    weekdays: [mon, tue, wed, thu]
    when: {first: true}
`

// drawDossier puts a person into a crowd of whom this or that is known.
func drawDossier(t *rapid.T, c *crowd, now time.Time) *store.Dossier {
	chance := func(name string, of int) bool { return rapid.IntRange(1, of).Draw(t, name) == of }
	ago := func(name string, most int) time.Time {
		return now.Add(-time.Duration(rapid.IntRange(1, most).Draw(t, name)) * time.Hour)
	}
	on := ledger.Day(now.In(shanghai))
	due := on - ledger.Date(rapid.SampledFrom([]int{-2, 3, 4, 9, 12, 25, 80, 120}).Draw(t, "late"))
	minor := rapid.SampledFrom([]int64{40_000, 60_000, 900_000}).Draw(t, "minor")
	d := c.add(due, minor)
	c.stand(d, due, minor, on)
	if d.PaymentsAsOf = now; rapid.Bool().Draw(t, "plain") {
		return d
	}
	d.PaymentsAsOf = rapid.SampledFrom([]time.Time{now, now, now, now.Add(-20 * time.Hour), now.Add(-400 * time.Hour), {}}).Draw(t, "as of")
	b := &d.Borrowers[0]
	b.PhoneKind = rapid.SampledFrom([]ledger.PhoneKind{ledger.PhoneMobile, ledger.PhoneMobile, ledger.PhoneMobile, ledger.PhoneMobile, ledger.PhoneFixed, ledger.PhoneUnknown}).Draw(t, "phone")
	b.Zone = rapid.SampledFrom([]string{"Asia/Shanghai", "Asia/Shanghai", "Asia/Shanghai", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Shanghai Asia/Hong_Kong", ""}).Draw(t, "zone")
	d.Loans[0].Product = rapid.SampledFrom([]string{"card", "card", "card", "microloan"}).Draw(t, "product")
	if chance("contacted", 4) {
		at := ago("contact", 24*20)
		d.Contacts = append(d.Contacts, guard.Contact{At: at, Day: ledger.Day(at.In(shanghai)), Channel: ledger.SMS})
	}
	if chance("state", 16) {
		kind := rapid.SampledFrom([]string{"stop", "hardship", "assigned", "nobody_knows"}).Draw(t, "kind")
		d.States = append(d.States, guard.State{Kind: kind, Since: ago("since", 99)})
	}
	if chance("duty", 16) {
		d.Duties = append(d.Duties, guard.Duty{Kind: "negative_report_notice", At: ago("done", 99)})
	}
	if chance("consent", 16) {
		d.Consents = append(d.Consents, guard.Consent{Channel: ledger.SMS, At: ago("given", 99)})
	}
	if chance("heard", 16) {
		d.Heard = append(d.Heard, store.Heard{Address: b.Address, Channel: ledger.SMS, At: ago("said", 99)})
	}
	if chance("checked", 16) {
		b.Number = store.NumberStatus{Status: "ok", CheckedOn: on - 3}
	}
	if chance("wish", 16) {
		b.Wish = ledger.Wish{Open: 14 * 60, Close: 16 * 60}
	}
	if chance("step", 16) {
		d.Loans[0].Core = store.Core{NextStep: "credit_report", NextStepOn: on + 3}
	}
	return d
}

// TestAlike: what is kept of a plain person for the next one is what the guard says of the next one.
func TestAlike(t *testing.T) {
	spec := must(testSpec())
	spec.Rulebooks = append(spec.Rulebooks, Source{"turning.yaml", []byte(conditional)})
	p, err := Compile(spec)
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmp.AllowUnexported(Judgement{}), cmpopts.IgnoreFields(Judgement{}, "rules"), cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })}
	kept, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := &crowd{p: p.fork(), to: map[ledger.BorrowerID]store.Recipient{}}
		hours := []int{rapid.IntRange(0, 30).Draw(t, "hour"), rapid.IntRange(0, 30).Draw(t, "hour")}
		for range rapid.IntRange(40, 60).Draw(t, "persons") {
			now := thursday.Add(time.Duration(rapid.SampledFrom(hours).Draw(t, "now")) * time.Hour)
			d := drawDossier(t, c, now)
			before := c.p.alike
			got, err := Judge(c.p, d, now, false)
			if err != nil {
				t.Fatal(err)
			}
			alone, err := Judge(p.fork(), d, now, false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(alone, got, same); diff != "" {
				t.Fatalf("alone (-), after others (+):\n%s", diff)
			}
			if got.rules == nil || got.Intent.Treatment == nil {
				continue
			}
			asked++
			if k, ok := c.p.likeness(&got, d, 0, now); ok && before[uint(k.lastOn)%64].likeness == k {
				kept++
			}
		}
	})
	t.Logf("%d asked, %d of them answered as one before", asked, kept)
	if kept == 0 || kept > asked/2 {
		t.Error("the persons are too much alike, or nobody is like another")
	}
}
