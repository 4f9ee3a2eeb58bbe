package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// A Failure is a case of a tests.yaml that did not come out as it says.
type Failure struct {
	File string
	Line int
	Case string
	Got  string
	Want string
}

// String returns "file:line: case: got …, want …".
func (f Failure) String() string {
	return fmt.Sprintf("%s:%d: %s: got %s, want %s", f.File, f.Line, f.Case, f.Got, f.Want)
}

// RunTests judges the cases of a rulebook's tests.yaml under the rulebook and those that it stands with (a
// house or carrier rulebook alone knows no place, and so allows nothing), and returns those that came out
// otherwise and the ids of the rulebook's rules that no case reaches. A case reaches the rule that its verdict names,
// the advisory rules that would have said no, and the rules of the elements that it lists. The error is
// document.MistakeErrors where the tests cannot be read.
func RunTests(book law.Rulebook, name string, doc []byte, with ...law.Rulebook) (failed []Failure, unreached []string, err error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return nil, nil, err
	}
	lawbook, err := law.Compose(append([]law.Rulebook{book}, with...)...)
	if err != nil {
		return nil, nil, err
	}
	reached := map[string]bool{}
	if d.Root.Keys("rulebook", "facts", "cases") {
		if id := d.Root.Key("rulebook"); id.Text() != book.ID && id.Given() {
			id.Fail("these are tests of another rulebook, not of %s", book.ID)
		}
		base := d.Root.Key("facts")
		if base.Given() {
			base.Keys(factKeys...)
		}
		for _, v := range d.Root.Key("cases").List() {
			if f, ok := runCase(lawbook, base, v, name, reached); !ok {
				failed = append(failed, f)
			}
		}
	}
	if err := d.Err(); err != nil {
		return nil, nil, err
	}
	for i := range book.Rules {
		if id := book.Rules[i].ID; !reached[id] && !slices.Contains(unreached, id) {
			unreached = append(unreached, id)
		}
	}
	return failed, unreached, nil
}

var factKeys = []string{
	"now", "zones", "country", "region", "party", "product", "channel", "purpose", "states", "owner",
	"phone", "ledger_as_of", "ledger_max_age", "amount_known", "contacts",
}

func runCase(lawbook law.Lawbook, base, v document.Value, file string, reached map[string]bool) (Failure, bool) {
	if !v.Keys(append([]string{"name", "want"}, factKeys...)...) {
		return Failure{}, true
	}
	name := v.Key("name").Text()
	f := facts(base, v)
	f.Explain = true
	scope := law.Scope{Country: f.Country, Region: f.Region, Party: f.Party, Product: f.Product, Channel: f.Channel, On: ledger.Day(f.Now)}
	if len(f.Zones) > 0 && f.Zones[0] != nil {
		scope.On = ledger.Day(f.Now.In(f.Zones[0]))
	}
	rules := lawbook.For(scope)
	got := Check(rules, &f)
	reached[got.Rule] = true
	for _, r := range rules.Advisory() {
		for _, ch := range got.Checked {
			if ch.Rule == r.ID && !ch.Passed {
				reached[r.ID] = true
			}
		}
	}
	want := v.Key("want")
	if !want.Keys("ruling", "rule", "until", "not_after", "elements") {
		return Failure{}, true
	}
	has, wants := compare(rules, f.purpose(), got, want, reached)
	if has == wants {
		return Failure{}, true
	}
	return Failure{File: file, Line: v.Line(), Case: name, Got: has, Want: wants}, false
}

// compare writes what came out and what was wanted in the same words, as far as the case says.
func compare(rules law.Rules, p law.Purpose, got Verdict, want document.Value, reached map[string]bool) (has, wants string) {
	var a, b []string
	say := func(g, w string) { a, b = append(a, g), append(b, w) }
	say(got.Ruling.String(), want.Key("ruling").OneOf("allow", "wait", "deny"))
	say(got.Rule, want.Key("rule").Text())
	instant := func(key string, g time.Time) {
		if k := want.Key(key); k.Given() {
			w := k.Time()
			say(key+" "+g.In(w.Location()).Format(time.RFC3339), key+" "+w.Format(time.RFC3339))
		}
	}
	instant("until", got.Until)
	instant("not_after", got.NotAfter)
	if k := want.Key("elements"); k.Given() {
		listed := k.Texts()
		say("elements "+strings.Join(rules.Elements(p), ", "), "elements "+strings.Join(listed, ", "))
		for _, r := range rules.All() {
			if r.Kind == law.Element && slices.Contains(listed, r.Element) {
				reached[r.ID] = true
			}
		}
	}
	return strings.Join(a, ", "), strings.Join(b, ", ")
}

// facts reads the facts of a case, each from the case where it says it, else from the defaults.
func facts(base, v document.Value) Facts {
	get := func(key string) document.Value {
		if k := v.Key(key); k.Given() || !base.Given() || slices.Contains(v.Names(), key) {
			return k
		}
		return base.Key(key)
	}
	f := Facts{
		Country: get("country").Optional(), Region: get("region").Optional(), Party: get("party").Optional(),
		Product: get("product").Optional(), Channel: ledger.Channel(get("channel").Optional()),
		AmountKnown: get("amount_known").Bool(),
	}
	if k := get("now"); k.Given() {
		f.Now = k.Time()
	}
	if k := get("ledger_as_of"); k.Given() {
		f.LedgerAsOf = k.Time()
	}
	if k := get("ledger_max_age"); k.Given() {
		age, err := time.ParseDuration(k.Text())
		if err != nil {
			k.Fail("%q is not a span such as 36h", k.Text())
		}
		f.LedgerMaxAge = age
	}
	for _, k := range get("zones").List() {
		f.Zones = append(f.Zones, zone(k))
	}
	people(get, &f)
	return f
}

func people(get func(string) document.Value, f *Facts) {
	if k := get("purpose"); k.Given() {
		p := k.OneOf(string(law.Reminder), string(law.Notice), string(law.Confirmation))
		f.Notice, f.Confirmation = p == string(law.Notice), p == string(law.Confirmation)
	}
	if k := get("owner"); k.Given() {
		f.Owner = map[string]Owner{"borrower": OwnBorrower, "guarantor": OwnGuarantor, "other": OtherPerson}[k.OneOf("borrower", "guarantor", "other")]
	}
	if k := get("phone"); k.Given() {
		f.Phone = map[string]ledger.PhoneKind{
			"invalid": ledger.PhoneInvalid, "mobile": ledger.PhoneMobile, "fixed": ledger.PhoneFixed, "other": ledger.PhoneOther,
		}[k.OneOf("invalid", "mobile", "fixed", "other")]
	}
	for _, k := range get("states").List() {
		kind, until, ends := strings.Cut(k.Text(), " until ")
		s := State{Kind: kind}
		if ends {
			s.Until = instant(k, until)
		}
		f.States = append(f.States, s)
	}
	for _, k := range get("contacts").List() {
		at, ch, _ := strings.Cut(k.Text(), " ")
		c := Contact{At: instant(k, at), Channel: ledger.Channel(ch)}
		if len(f.Zones) > 0 && f.Zones[0] != nil {
			c.Day = ledger.Day(c.At.In(f.Zones[0]))
		}
		f.Contacts = append(f.Contacts, c)
	}
}

func instant(v document.Value, s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		v.Fail("%q is not a time of the form 2006-01-02T15:04:05+08:00", s)
	}
	return t
}

func zone(v document.Value) *time.Location {
	s := v.Text()
	if s == "" {
		return nil
	}
	z, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		v.Fail("%q is not a zone of the IANA database, such as Asia/Shanghai", s)
		return nil
	}
	return z
}
