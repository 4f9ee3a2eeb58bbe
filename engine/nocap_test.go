//go:build unix

package engine

import (
	"testing"

	"github.com/dulyhq/duly/ledger"
)

// TestNoCap: where the lender has done away with every limit, a reminder waits, and says what is missing, when it is planned.
// A limit that holds under a condition limits those of whom that holds.
func TestNoCap(t *testing.T) {
	slow(t)
	advised := func(rules string) Spec {
		spec := must(testSpec())
		spec.Rulebooks = append(spec.Rulebooks, Source{"often.yaml", []byte(`id: often
version: "1"
title: {en: Often, zh: 频繁}
advise:
  - {rule: CN-HOUSE-CAP-01, reason: a test}
  - {rule: CN-HOUSE-CAP-02, reason: a test}
` + rules)})
		return spec
	}
	const some = `rules:
  - id: OFTEN-01
    kind: cap
    confidence: binding
    house: true
    title: {en: Once a day for the late., zh: 逾期较久者每日一次。}
    source: House rule
    at_most: 1
    days: 1
    per: person
    when: {dpd_over: 5}
`
	for _, c := range []struct {
		name string
		spec Spec
		late ledger.Date
		held bool
	}{
		{"as shipped", must(testSpec()), 3, false},
		{"no limit", advised(""), 3, true},
		{"a limit for others", advised(some), 3, true},
		{"a limit for these", advised(some), 6, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile(c.spec)
			if err != nil {
				t.Fatal(err)
			}
			crowd := newCrowd(t)
			crowd.p = p.fork()
			d := crowd.add(ledger.Day(thursday)-c.late, 74_000)
			j, err := Judge(crowd.p, d, thursday, false)
			if err != nil {
				t.Fatal(err)
			}
			if held := j.Action == Hold && j.Rule == NoCap && j.Reason != "" && j.Source != ""; held != c.held || !held && j.Action != Contact {
				t.Errorf("%+v", j)
			}
		})
	}
}
