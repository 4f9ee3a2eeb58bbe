package lint

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// maxSwitches bounds how many variables a template may ask for in {if}: each doubles the renderings to read.
const maxSwitches = 11

// A Template is a template that has been read whole. It never changes.
//
// Read has found what is wrong with its words in every rendering that it has: with each variable that an {if} asks
// for there and not there, with the sender's own values as they will be written, and with the longest amounts, days
// and names for the rest. What a hand-over puts in their place cannot change that answer, and so is not read again,
// as long as Plain says so. An amount, a day, a number of days and the end of a contract number are figures, which no
// term of the wording has in more than one kind, and stand at the same places; a surname and a title name the reader,
// and are not our words. A title that is not a common one, a next step in the lender's own words, and figures so long
// or so close together that they might make up somebody's number are read: Plain says no, and the text is read whole.
type Template struct {
	*compose.Template
	numbers bool // figures may make up a personal number
	plans   bool // it says a plan in words that are made for the borrower
	stops   bool // with this sender every rendering says how to stop such texts
	lacks   []Rule
	turns   ledger.Date     // from that day on a rule denies what Read found nothing to deny in; zero: none does
	looks   map[string]bool // by element: whether every rendering looks as if it held it
}

// A Place is a finding in a template: the rendering that it was found in, and where that stands in the document.
type Place struct {
	Finding
	Template  *compose.Template
	Text      string
	Line, Col int // both from 1
}

// Mistake is the finding as a mistake of the document: "file:line:column: template NAME (language): code [rule]: message".
func (p Place) Mistake() document.MistakeError {
	code, args := fault.TextFinding, []any{p.Template.Name, p.Template.Language, p.Code, p.Rule, fault.Of(fault.Said, p.Message.EN, p.Message.ZH)}
	if p.End > p.Start {
		code, args = fault.TextFindingAt, append(args, string([]rune(p.Text)[p.Start:p.End]))
	}
	return document.MistakeError{File: p.Template.File, Line: p.Line, Column: p.Col, Why: fault.Of(code, args...)}
}

// String is the mistake in English.
func (p Place) String() string { return p.Mistake().Error() }

// In says it in a language.
func (p Place) In(lang string) string { return p.Mistake().In(lang) }

// Read reads a template in every rendering. sender holds what is known of who writes; what is missing there is made
// up. The places are in the order of the document, each thing once.
func (l *Linter) Read(t *compose.Template, sender compose.Vars, f Facts) (*Template, []Place) {
	read := &Template{Template: t, looks: map[string]bool{}, plans: t.Uses("agreed.plan") || t.Uses("plan.offers"), stops: sender.Sign != ""}
	for name, e := range elements {
		read.looks[name] = len(e.holds) == 0
	}
	v := filled(sender, t.Language)
	switches := settled(t.Switches(), &v, &sender)
	if len(switches) > maxSwitches {
		one := Finding{
			Code: TooLong, Rule: HouseForm, Source: houseSource,
			Message: Said{"条件过多，无法逐一检查。", fmt.Sprintf("It asks for %d variables in {if}, and at most %d can be read in every way.", len(switches), maxSwitches)},
		}
		return read, []Place{{Finding: one, Template: t, Line: t.Line, Col: 1}}
	}
	var places []Place
	f.Language, f.Class, f.Channel, f.MaxSegments, f.Values = t.Language, t.Class, t.Channel, t.MaxSegments, nil
	wording := f
	wording.Rules = slices.DeleteFunc(slices.Clone(f.Rules), func(r Rule) bool { return r.Element != "" })
	seen := map[string]bool{}
	days := f.comes()
	for on := range 1 << len(switches) {
		var gone []string
		for i, name := range switches {
			if on&(1<<i) != 0 {
				gone = append(gone, name)
			}
		}
		values := v.Without(gone...)
		tr, err := t.Trace(&values)
		if err != nil || seen[tr.Text] {
			continue // it is not written without that value, or reads the same as with it
		}
		seen[tr.Text] = true
		wording.Steps = stepOf(&values)
		read.stops = read.stops && len(compose.Check(tr.Text, t.Language, []compose.Element{compose.OptOut}, &values)) == 0
		places = append(places, l.rendering(read, &tr, wording, days)...)
	}
	read.lack(f.Rules)
	for _, one := range read.missing(&f) {
		places = append(places, Place{Finding: one, Template: t, Line: t.Line, Col: 1})
	}
	return read, distinct(places)
}

// filled returns values to read by: the sender's, and the longest for the rest.
func filled(sender compose.Vars, lang compose.Language) compose.Vars {
	v := compose.Longest(lang)
	for _, pair := range [...]struct{ to, from *string }{
		{&v.Creditor, &sender.Creditor},
		{&v.Sign, &sender.Sign},
		{&v.Phone, &sender.Phone},
		{&v.Verify, &sender.Verify},
		{&v.Officer, &sender.Officer},
		{&v.StopWord, &sender.StopWord},
	} {
		if *pair.from != "" {
			*pair.to = *pair.from
		}
	}
	return v
}

// settled leaves out of the switches those that the sender decides for every text, and gives their values as they are: with a known
// sender it is known whether there is a page, whether a link to it may stand in a text, and whether a rule asks for the stop word.
func settled(switches []string, v, sender *compose.Vars) []string {
	if sender.Sign == "" {
		return switches
	}
	v.Address, v.AskedStop = sender.Address, sender.AskedStop
	gone := []string{"portal.address", "stop.asked"}
	if sender.Link == "" || sender.Address == "" {
		v.Link, gone = "", append(gone, "portal.link")
	}
	if sender.Address == "" {
		v.Code, gone = "", append(gone, "portal.code")
	}
	return slices.DeleteFunc(switches, func(s string) bool { return slices.Contains(gone, s) })
}

// stepOf returns the loan's next step as a text would say it.
func stepOf(v *compose.Vars) []Step {
	if v.NextStep == "" {
		return nil
	}
	return []Step{{On: v.NextOn, Text: v.NextStep}}
}

// comes returns the days later than the one asked for on which rules come into force, in order.
func (f *Facts) comes() (days []ledger.Date) {
	for i := range f.Rules {
		if !f.inForce(&f.Rules[i]) {
			days = append(days, f.Rules[i].From)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// later turns an error that a rule makes from a day on into a warning that names the day.
func (t *Template) later(one Finding, from ledger.Date) Finding {
	if t.turns == 0 || from < t.turns {
		t.turns = from
	}
	one.Severity = Warning
	one.Message = Said{"自" + from.String() + "起不得发送：" + one.Message.ZH, "From " + from.String() + " on it is refused: " + one.Message.EN}
	return one
}

// wording reads a text under the rules of the day, and then under those to come.
func (l *Linter) wording(read *Template, text string, f Facts, days []ledger.Date) []Finding {
	found := l.Text(text, f)
	for _, day := range days {
		f.On = day
		for _, one := range l.Text(text, f) {
			known := func(o Finding) bool {
				return o.Code == one.Code && o.Start == one.Start && o.End == one.End && (o.Severity == Error || o.Rule == one.Rule)
			}
			if one.Severity == Error && !slices.ContainsFunc(found, known) {
				found = append(found, read.later(one, day))
			}
		}
	}
	return found
}

// rendering reads one rendering.
func (l *Linter) rendering(read *Template, tr *compose.Trace, f Facts, days []ledger.Date) []Place {
	var places []Place
	for _, one := range l.wording(read, tr.Text, f, days) {
		if one.Code == TooLong {
			continue // compose has measured it at the longest values, and each text is measured when it is written
		}
		before := len(string([]rune(tr.Text)[:one.Start]))
		line, column := tr.At(before)
		places = append(places, Place{Finding: one, Template: read.Template, Text: tr.Text, Line: line, Col: column})
	}
	for name, e := range elements {
		read.looks[name] = read.looks[name] && e.looks.MatchString(tr.Text)
	}
	all, follows := l.lex.read(tr.Text).groups()
	length := 0
	for i := range all {
		if !follows[i] {
			length = 0
		}
		length += len(all[i].digits)
		read.numbers = read.numbers || length >= 15
	}
	return places
}

// lack notes which elements of the rules the template does not hold whatever the facts are.
func (t *Template) lack(rules []Rule) {
	for _, r := range rules {
		if r.Element != "" && !t.Holds(r.Element) {
			t.lacks = append(t.lacks, r)
		}
	}
}

// Holds says whether every rendering holds an element, by a rulebook's word for it.
func (t *Template) Holds(element string) bool {
	e, known := elements[element]
	if !known {
		return false
	}
	if len(e.holds) == 0 {
		return t.looks[element]
	}
	if e.code == NoOptOut && t.stops {
		return true
	}
	return slices.ContainsFunc(e.holds, func(one compose.Element) bool { return slices.Contains(t.Elements(), one) })
}

// missing turns what the template lacks into findings. Of two rules that ask for the same the one that denies today is named.
func (t *Template) missing(f *Facts) []Finding {
	var now, later []Finding
	for i := range t.lacks {
		r := &t.lacks[i]
		one := []Finding{lacking(r)}
		(&Facts{}).judge(one, t.Language)
		switch {
		case f.inForce(r):
			now = append(now, one...)
		case r.Binding:
			later = append(later, t.later(one[0], r.From))
		}
	}
	return append(arranged(now), arranged(later)...)
}

// Turned says that a rule has come into force, on a day or before, which denies what was not denied on the day that the template
// was read for. Then what Plain says is not enough.
func (t *Template) Turned(on ledger.Date) bool { return t.turns != 0 && t.turns <= on }

// Plain says whether the values that a hand-over writes can change nothing of what Read has found: then the text need
// not be read. It costs next to nothing.
func (t *Template) Plain(v *compose.Vars) bool {
	if t.numbers || t.plans || v.NextStep != "" || !common(v.Title) || !named(v.Surname) {
		return false
	}
	for i := range v.Loans {
		if !plainEnd(v.Loans[i].Masked) {
			return false
		}
	}
	return true
}

// common says that a title is one that people are addressed by.
func common(title string) bool {
	switch title {
	case "", "先生", "女士", "小姐", "太太", "老师", "博士", "教授", "医生", "Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Sir", "Madam":
		return true
	}
	return false
}

// named says that a surname is letters of one word or two, as compose.Surname makes it.
func named(surname string) bool {
	if len(surname) > 48 {
		return false
	}
	spaces := 0
	for _, r := range surname {
		switch {
		case r == ' ':
			spaces++
		case r >= 0x4E00 && r <= 0x9FFF, r == '-', r == '\'', r == '’': // the usual Chinese characters are letters
		case !unicode.IsLetter(r):
			return false
		}
	}
	return spaces < 4
}

// plainEnd says that the end of a contract number is four letters or figures at most.
func plainEnd(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return len(s) <= 4
}

// distinct sorts places by where they stand, and drops those that say the same of the same place.
func distinct(places []Place) []Place {
	slices.SortStableFunc(places, func(a, b Place) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		if a.Col != b.Col {
			return a.Col - b.Col
		}
		return strings.Compare(string(a.Code), string(b.Code))
	})
	return slices.CompactFunc(places, func(a, b Place) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Code == b.Code && a.Rule == b.Rule
	})
}
