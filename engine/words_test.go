//go:build unix

package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// specOf is the test portfolio's documents with some text replaced in the Chinese templates.
func specOf(t testing.TB, from, to string) Spec {
	t.Helper()
	s := must(testSpec())
	found := false
	for i := range s.Templates {
		body := string(s.Templates[i].Body)
		if strings.Contains(body, from) && strings.Contains(s.Templates[i].Name, "zh") {
			found = true
			s.Templates[i].Body = []byte(strings.Replace(body, from, to, 1))
		}
	}
	if !found {
		t.Fatalf("no Chinese template holds %q", from)
	}
	return s
}

// TestTemplatesAreRead: a template that would breach its rulebook is refused, with its place and the rule.
func TestTemplatesAreRead(t *testing.T) {
	if _, err := Compile(must(testSpec())); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ to, want string }{
		{"否则后果自负", "threat"},
		{"{if dpd}将{end}告诉您单位", "third_party"},
		{"明天就起诉您", "false_legal"},
		{"就去借网贷", "coercive_borrowing"},
	} {
		_, err := Compile(specOf(t, "也许一时忘了", c.to))
		if !errors.Is(err, ErrDocument) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "sms.zh.yaml:") {
			t.Errorf("%s: %v", c.to, err)
		}
	}
	spec := must(testSpec())
	spec.Rulebooks = append(spec.Rulebooks, Source{"acme.yaml", []byte(`id: acme
version: "1"
title: {en: Acme, zh: 某公司}
rules:
  - id: ACME-01
    kind: element
    confidence: binding
    house: true
    title: {en: A text says who collects., zh: 须说明催收机构。}
    source: House rule
    element: debt_collector
`)})
	if _, err := Compile(spec); err == nil || !strings.Contains(err.Error(), "ACME-01") || !strings.Contains(err.Error(), "missing_identity") {
		t.Errorf("no template says who collects: %v", err)
	}
}

// TestWordingAtHandOver: what a hand-over writes in a template is read where it is more than figures and a name.
func TestWordingAtHandOver(t *testing.T) {
	c := newCrowd(t)
	d := c.add(ledger.Day(thursday)-3, 74_000)
	id := d.Borrowers[0].ID
	for _, one := range []struct {
		title, ref string
		want       string
	}{
		{"女士", "C00001", ""},
		{"", "C00001", ""},
		{"同志", "C00001", ""},
		{"老赖", "C00001", "insult"},
		{"女士，再不还就打断你的腿", "C00001", "threat"},
	} {
		d.Loans[0].Ref = one.ref
		c.to[id] = store.Recipient{Name: "黄淑芬", Title: one.title, Phone: phoneOf(1)}
		j, err := Judge(c.p, d, thursday, false)
		if err != nil || j.Action != Contact {
			t.Fatalf("%+v: %v", j, err)
		}
		text, err := Write(c.p, d, &j, c.to, thursday)
		if one.want == "" && err != nil || one.want != "" && (!errors.Is(err, ErrCannotWrite) || !strings.Contains(err.Error(), one.want)) {
			t.Errorf("%q: %s, %v", one.title, text.Body, err)
		}
	}
}

// TestPlainIsSound: where Plain passes a text at a glance, reading it whole finds nothing that denies either.
func TestPlainIsSound(t *testing.T) {
	c := newCrowd(t)
	for i := range 300 {
		c.add(ledger.Day(thursday)-ledger.Date([]int{3, 6, 9, 12, 18, 25, 40, 75}[i%8]), 10_000+int64(i)*997)
	}
	plain := 0
	for _, d := range c.all {
		j, err := Judge(c.p, d, thursday, false)
		if err != nil || j.Action != Contact {
			continue
		}
		text, err := Write(c.p, d, &j, c.to, thursday)
		if err != nil {
			t.Fatal(err)
		}
		v := c.p.Identity[text.Language].vars()
		to := c.to[d.Borrowers[j.Borrower].ID]
		c.p.vars(&v, d, &j, &to, thursday, c.p.template(j.Intent.Treatment, text.Language).Bound)
		if !c.p.texts[text.Template].Plain(&v) {
			continue
		}
		plain++
		if f := c.p.whole(c.p.texts[text.Template], text.Body, &v, d, &j); f != nil {
			t.Errorf("%s: %+v", text.Body, f)
		}
	}
	if plain < 200 {
		t.Errorf("only %d texts were passed at a glance", plain)
	}
}

// BenchmarkRead is what reading every shipped template costs, at each start of a command.
func BenchmarkRead(b *testing.B) {
	p := testPortfolio(b)
	Linter()
	for b.Loop() {
		if err := p.read(); err != nil {
			b.Fatal(err)
		}
	}
}

// acme is a house rulebook with one rule.
func acme(rule string) Source {
	return Source{"acme.yaml", []byte(`id: acme
version: "1"
title: {en: Acme, zh: 某公司}
rules:
  - id: ACME-01
    confidence: binding
    house: true
    title: {en: As our board wishes., zh: 按公司规定。}
    source: House rule
` + rule)}
}

// TestRulesOfTheDay: a rule that begins later does not refuse a template before its day, but says from when on it will, and
// holds the text from that day on; one that has ended refuses nothing.
func TestRulesOfTheDay(t *testing.T) {
	slow(t)
	const tone, element = "    kind: wording\n    codes: [tone]\n", "    kind: element\n    element: debt_collector\n"
	cold := func() Spec { return specOf(t, "也许一时忘了", "请立即还款") }
	plain := func() Spec { return must(testSpec()) }
	tomorrow := ledger.Day(thursday) + 1
	for _, c := range []struct {
		name, rule string
		spec       func() Spec
		refused    bool
		warned     bool
		held       bool // on the day after
	}{
		{"a word, in force", tone, cold, true, false, false},
		{"a word, from tomorrow", tone + "    from: " + tomorrow.String() + "\n", cold, false, true, true},
		{"a word, until tomorrow", tone + "    to: " + tomorrow.String() + "\n", cold, true, false, false},
		{"a word, until today", tone + "    to: " + ledger.Day(thursday).String() + "\n", cold, false, false, false},
		{"no such word, from tomorrow", tone + "    from: " + tomorrow.String() + "\n", plain, false, false, false},
		{"an element, in force", element, plain, true, false, false},
		{"an element, from tomorrow", element + "    from: " + tomorrow.String() + "\n", plain, false, true, true},
		{"an element, until today", element + "    to: " + ledger.Day(thursday).String() + "\n", plain, false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := c.spec()
			spec.On = ledger.Day(thursday)
			spec.Rulebooks = append(spec.Rulebooks, acme(c.rule))
			p, err := Compile(spec)
			if (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), "ACME-01") {
				t.Fatalf("refused: %v, want %v", err, c.refused)
			}
			if err != nil {
				return
			}
			warned := false
			for _, f := range p.Findings() {
				if f.Rule == "ACME-01" {
					warned = true
					if !strings.Contains(f.String(), tomorrow.String()) {
						t.Errorf("the warning names no day: %v", f)
					}
				}
			}
			if warned != c.warned {
				t.Errorf("warned: %v, want %v: %v", warned, c.warned, p.Findings())
			}
			for late, want := range []bool{false, c.held} {
				now := thursday.AddDate(0, 0, late)
				crowd := newCrowd(t)
				crowd.p = p.fork()
				d := crowd.add(ledger.Day(now)-3, 74_000)
				d.PaymentsAsOf = now
				crowd.stand(d, ledger.Day(now)-3, 74_000, ledger.Day(now))
				j, err := Judge(crowd.p, d, now, false)
				if err != nil || j.Action != Contact {
					t.Fatalf("%+v: %v", j, err)
				}
				if text, err := Write(crowd.p, d, &j, crowd.to, now); (err != nil) != want || err != nil && !strings.Contains(err.Error(), "ACME-01") {
					t.Errorf("%d days later held: %v, want %v\n%s", late, err, want, text.Body)
				}
			}
		})
	}
}
