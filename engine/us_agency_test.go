//go:build unix

package engine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// TestAgencyInTheUS: the texts that ship for those who collect for others in the United States may be the first or a later one;
// those for everybody may be neither, and the rule that they lack is named when they are compiled and when they are held.
func TestAgencyInTheUS(t *testing.T) {
	chicago := must(time.LoadLocation("America/Chicago"))
	now := time.Date(2026, 9, 24, 11, 0, 0, 0, chicago)
	strategy, _, err := Shipped("strategy", "us-default")
	if err != nil {
		t.Fatal(err)
	}
	book, tables, err := Shipped("rulebook", "us")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set, lang, rule string
		contacted       bool
	}{
		{ForAgenciesUS, "en", "", false},
		{ForAgenciesUS, "en", "", true},
		{ForAgenciesUS, "zh", "", false},
		{ForAgenciesUS, "zh", "", true},
		{"", "en", "US-F-18E", false},
		{"", "en", "US-F-18E-LATER", true},
		{"", "zh", "US-F-18E-LATER", true},
	} {
		spec := must(testSpec())
		spec.Party, spec.Strategy, spec.Rulebooks, spec.Tables, spec.Zone = "agency", strategy, []Source{book}, tables, "America/New_York"
		spec.Templates, spec.Language, spec.On = must(ShippedTemplates(c.set)), "en", ledger.Day(now)
		p, err := Compile(spec)
		if err != nil {
			t.Fatal(err)
		}
		warned := false
		for _, f := range p.Findings() {
			warned = warned || strings.HasPrefix(f.Rule, "US-F-18E")
		}
		if warned != (c.set == "") {
			t.Errorf("%q: a warning: %v", c.set, p.Findings())
		}
		crowd := &crowd{p: p.fork(), to: map[ledger.BorrowerID]store.Recipient{}}
		d := crowd.add(ledger.Day(now)-4, 74_000)
		b := &d.Borrowers[0]
		b.Country, b.Region, b.Zone, b.Language = "US", "US-TX", "America/Chicago", c.lang
		d.Loans[0].Currency, d.PaymentsAsOf = "USD", now
		d.Consents = []guard.Consent{{Channel: ledger.SMS, At: now.AddDate(0, 0, -10), Written: true}}
		if c.contacted {
			at := now.AddDate(0, 0, -25)
			d.Contacts = []guard.Contact{{At: at, Day: ledger.Day(at), Channel: ledger.Post}}
			d.Duties = []guard.Duty{{Kind: "validation", At: at, By: ledger.Post}}
		}
		j, err := Judge(crowd.p, d, now, false)
		if err != nil || j.Action != Contact {
			t.Fatalf("%+v: %+v, %v", c, j, err)
		}
		text, err := Write(crowd.p, d, &j, crowd.to, now)
		switch {
		case c.rule == "" && err != nil, c.rule != "" && (!errors.Is(err, ErrCannotWrite) || !strings.Contains(err.Error(), "["+c.rule+"]")):
			t.Errorf("%+v: %v\n%s", c, err, text.Body)
		case c.rule == "" && text.Language != compose.Language(c.lang):
			t.Errorf("%+v: %s", c, text.Body)
		}
	}
}
