package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
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
func (f Failure) String() string { return f.In("en") }

// In says it in a language.
func (f Failure) In(lang string) string {
	return document.Mistake(f.File, f.Line, fault.CaseFailed, f.Case, f.Got, f.Want).In(lang)
}

// RunTests judges the cases of a rulebook's tests.yaml under the rulebook and those of the shelf that it stands
// with (a house or carrier rulebook alone knows no place, and so allows nothing), and returns those that came
// out otherwise and the ids of the rulebook's rules that no case reaches. A case reaches the rules that its
// verdict or an expectation names, and the advisory rules that would have said no. The error is
// document.MistakeErrors where the tests cannot be read.
func RunTests(book law.Rulebook, name string, doc []byte, shelf *law.Shelf) (failed []Failure, unreached []string, err error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return nil, nil, err
	}
	t := testing{file: name, reached: map[string]bool{}}
	if d.Root.Keys("rulebook", "with", "facts", "cases") {
		if id := d.Root.Key("rulebook"); id.Text() != book.ID && id.Given() {
			id.Wrong(fault.OtherBook, book.ID)
		}
		if t.lawbook, err = shelf.Compose(append([]law.Rulebook{book}, companions(&book, d.Root.Key("with"), shelf)...)...); err != nil {
			return nil, nil, err
		}
		t.base = d.Root.Key("facts")
		if t.base.Given() {
			t.base.Keys(factKeys...)
		}
		for _, v := range d.Root.Key("cases").List() {
			if f, ok := t.run(v); !ok {
				failed = append(failed, f)
			}
		}
	}
	if err := d.Err(); err != nil {
		return nil, nil, err
	}
	for i := range book.Rules {
		if id := book.Rules[i].ID; !t.reached[id] && !slices.Contains(unreached, id) {
			unreached = append(unreached, id)
		}
	}
	return failed, unreached, nil
}

// companions are the rulebooks that the tests name, or those that the rulebook stands on.
func companions(book *law.Rulebook, with document.Value, shelf *law.Shelf) []law.Rulebook {
	if !with.Given() {
		return shelf.Beneath(book)
	}
	var out []law.Rulebook
	for _, v := range with.List() {
		b, ok := shelf.Book(v.Text())
		switch {
		case !ok:
			v.Wrong(fault.BookUnknown, strconv.Quote(v.Text()))
		case b.ID != book.ID:
			out = append(out, b)
		}
	}
	return out
}

// A testing is one run of the cases of one document.
type testing struct {
	lawbook law.Lawbook
	base    document.Value // the facts that cases share
	file    string
	reached map[string]bool
}

func (t *testing) run(v document.Value) (Failure, bool) {
	want := v.Key("want")
	if !v.Keys(append([]string{"name", "want"}, factKeys...)...) || !want.Keys(wantKeys...) {
		return Failure{}, true
	}
	if len(want.Names()) == 0 {
		want.Wrong(fault.WantRuling)
		return Failure{}, true
	}
	name := v.Key("name").Text()
	f, opened := t.facts(v)
	f.Explain = true
	scope := law.Scope{
		Country: f.Country, Region: f.Region, Locality: f.Locality, Party: f.Party, Product: f.Product, Channel: f.Channel, Carrier: f.Carrier,
		On: ledger.Day(f.Now),
	}
	if len(f.Zones) > 0 && f.Zones[0] != nil {
		scope.On = ledger.Day(f.Now.In(f.Zones[0]))
	}
	k := caseRun{testing: t, rules: t.lawbook.For(scope), f: &f, want: want, opened: opened}
	k.verdict()
	k.words()
	k.aside()
	has, wants := strings.Join(k.has, ", "), strings.Join(k.wants, ", ")
	return Failure{File: t.file, Line: v.Line(), Case: name, Got: has, Want: wants}, has == wants
}

var wantKeys = []string{
	"ruling", "rule", "until", "not_after", "also", "advised", "elements", "codes", "warns", "keep", "rate", "order", "suit_barred",
}

// A caseRun compares what came out of one case with what was wanted, in the same words, as far as the case
// says.
type caseRun struct {
	*testing
	rules      law.Rules
	f          *Facts
	want       document.Value
	opened     ledger.Date
	has, wants []string
}

func (k *caseRun) say(got, want string) { k.has, k.wants = append(k.has, got), append(k.wants, want) }

func (k *caseRun) reach(r *law.Rule) {
	if r != nil {
		k.reached[r.ID] = true
	}
}

func (k *caseRun) verdict() {
	got := Check(k.rules, k.f)
	ruling, rule := k.want.Key("ruling"), k.want.Key("rule")
	alone := !k.want.Key("keep").Given() && !k.want.Key("rate").Given() && !k.want.Key("order").Given() && !k.want.Key("suit_barred").Given() &&
		!k.want.Key("advised").Given() && !k.want.Key("elements").Given() && !k.want.Key("codes").Given() && !k.want.Key("warns").Given()
	if ruling.Given() || rule.Given() || alone {
		k.say(got.Ruling.String(), ruling.OneOf("allow", "wait", "deny"))
		k.say(got.Rule, rule.Text())
		k.reached[got.Rule] = true
	}
	k.instant("until", got.Until)
	k.instant("not_after", got.NotAfter)
	no := map[string]bool{}
	for _, ch := range got.Checked {
		no[ch.Rule] = no[ch.Rule] || !ch.Passed
	}
	advisory, advised := map[string]bool{}, []string(nil)
	for _, r := range k.rules.Advisory() {
		aside := r.Kind == law.Records || r.Kind == law.Rate || r.Kind == law.Allocation || r.Kind == law.Limitation
		words := r.Kind == law.Element || r.Kind == law.Wording
		advisory[r.ID] = no[r.ID] || aside || words && r.Is(k.f.purpose()) && applies(k.rules, k.f, r)
		if no[r.ID] {
			k.reach(r)
			advised = append(advised, r.ID)
		}
		delete(no, r.ID)
	}
	k.among("also", no)
	k.among("advised", advisory)
	if v := k.want.Key("advised"); v.Given() && len(v.List()) == 0 {
		k.list("advised", advised, nil)
	}
}

func (k *caseRun) instant(key string, got time.Time) {
	if v := k.want.Key(key); v.Given() {
		w := v.Time()
		k.say(key+" "+got.In(w.Location()).Format(time.RFC3339), key+" "+w.Format(time.RFC3339))
	}
}

// among wants every id that the case lists in a set.
func (k *caseRun) among(key string, set map[string]bool) {
	for _, id := range k.want.Key(key).Texts() {
		k.reached[id] = true
		if set[id] {
			k.say(key+" "+id, key+" "+id)
		} else {
			k.say("not "+id, key+" "+id)
		}
	}
}

// words compares what a message has to hold and must not earn.
func (k *caseRun) words() {
	if v := k.want.Key("elements"); v.Given() {
		listed := v.Texts()
		var got []string
		for _, r := range Words(k.rules, k.f, law.Element) {
			if !slices.Contains(got, r.Element) {
				got = append(got, r.Element)
			}
		}
		k.list("elements", got, listed)
		for i, r := range k.rules.All() {
			if r.Kind == law.Element && slices.Contains(listed, r.Element) && applies(k.rules, k.f, &k.rules.All()[i]) {
				k.reached[r.ID] = true
			}
		}
	}
	var errors, warnings []string
	for _, r := range Words(k.rules, k.f, law.Wording) {
		errors = appendNew(errors, nil, r.Codes)
		if k.want.Key("codes").Given() {
			k.reach(r)
		}
	}
	for _, r := range k.rules.Advisory() {
		if r.Kind == law.Wording && r.Is(k.f.purpose()) && applies(k.rules, k.f, r) {
			warnings = appendNew(warnings, errors, r.Codes)
			if k.want.Key("warns").Given() {
				k.reach(r)
			}
		}
	}
	k.sorted("codes", errors)
	k.sorted("warns", warnings)
}

func appendNew(to, beside, more []string) []string {
	for _, s := range more {
		if !slices.Contains(to, s) && !slices.Contains(beside, s) {
			to = append(to, s)
		}
	}
	return to
}

func (k *caseRun) list(key string, got, want []string) {
	k.say(key+" "+strings.Join(got, ", "), key+" "+strings.Join(want, ", "))
}

// sorted compares lists whose order says nothing.
func (k *caseRun) sorted(key string, got []string) {
	if v := k.want.Key(key); v.Given() {
		want := v.Texts()
		slices.Sort(want)
		slices.Sort(got)
		k.list(key, got, want)
	}
}

// aside compares what the rules say that give no verdict.
func (k *caseRun) aside() {
	if v := k.want.Key("keep"); v.Given() {
		var got []string
		for _, kept := range k.rules.Keep() {
			k.reach(kept.Rule)
			term, after, _ := strings.Cut(kept.String(), " after ")
			got = append(got, kept.What+" "+term+" "+after)
		}
		k.sorted("keep", got)
	}
	if v := k.want.Key("rate"); v.Given() {
		for _, limited := range v.Names() {
			k.rate(limited, v.Key(limited).Text())
		}
	}
	if v := k.want.Key("order"); v.Given() {
		order, r := k.rules.Order()
		k.reach(r)
		k.list("order", order, v.Texts())
	}
	if v := k.want.Key("suit_barred"); v.Given() {
		barred, r := k.rules.SuitBarred(k.day(), k.f.Suit)
		k.reach(r)
		k.say(fmt.Sprintf("suit_barred %v", barred), fmt.Sprintf("suit_barred %v", v.Bool()))
	}
}

func (k *caseRun) day() ledger.Date {
	c := check{rules: k.rules, f: k.f}
	return c.day(k.f.Now)
}

func (k *caseRun) rate(limited, want string) {
	got := k.rules.Rate(limited, k.opened, k.day())
	k.reach(got.Rule)
	text := "none"
	switch {
	case got.Rule == nil:
	case !got.Known:
		text = "unknown"
	case limited == law.PenaltyMultiplier:
		text = law.Multiple(got.Rate)
	default:
		text = law.Percent(got.Rate)
	}
	k.say(limited+" "+text, limited+" "+want)
}
