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
	"github.com/dulyhq/duly/lint"
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
		if c.contacted {
			agencyAnswers(t, crowd.p, d, &j, c.set, compose.Language(c.lang))
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

// agencyAnswers: what answers a borrower's words says that a debt collector writes and how to opt out, or it does not leave; what may
// reach a stranger says neither (12 CFR 1006.6(d), (e), 1006.18(e)(2)).
func agencyAnswers(t *testing.T, p *Portfolio, d *store.Dossier, j *Judgement, set string, lang compose.Language) {
	t.Helper()
	n := 0
	for _, k := range answerKinds {
		text := p.Templates.Pick(k.template, lang, "")
		if text == nil {
			continue // a person writes it
		}
		n++
		sender, v := p.sender(text), compose.Longest(lang)
		v.AsOf, v.NextStep, v.NextOn = d.PaymentsAsOf, "", 0
		w, err := text.Bind(&sender).Write(&compose.Paper{}, &v)
		if err != nil {
			t.Fatal(err)
		}
		bad := ""
		for _, one := range p.findings(p.texts[text], w.Text, &v, d, j) {
			if one.Severity == lint.Error {
				bad += one.Rule + " "
			}
		}
		want := ""
		if set == "" && text.Class == compose.Answer {
			want = "US-F-18E-LATER "
		}
		if bad != want {
			t.Errorf("%q: %s (%s) is refused by %q, want %q: %s", set, text.Name, lang, bad, want, w.Text)
		}
		stranger := text.Class == compose.Confirmation
		for _, word := range []string{"debt collector", "催收机构", "opt out", "拒收"} {
			if set != "" && stranger && strings.Contains(string(w.Text), word) {
				t.Errorf("%s (%s) may reach a stranger and says %q", text.Name, lang, word)
			}
		}
	}
	if n < 10 {
		t.Errorf("%q has %d answers", set, n)
	}
}
