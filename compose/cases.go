package compose

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
	"github.com/dulyhq/duly/words/fault"
)

// A Failure is a case of a tests document that did not come out as it says.
type Failure struct {
	File     string
	Line     int
	Template string
	Language Language
	Want     fault.Reason // the text, or "missing NAME", or "N segments"
	Got      fault.Reason
}

// String writes "file:line: template (language): want …, got …".
func (f Failure) String() string { return f.In("en") }

// In says it in a language.
func (f Failure) In(lang string) string {
	return document.Mistake(f.File, f.Line, fault.TextFailed, f.Template, f.Language, f.Want, f.Got).In(lang)
}

// Test runs a tests document (docs/formats/template.md) against a set: values, and the exact text that a template
// makes of them. Each template of the set must have a case in its language, and each text must hold the elements
// that its template promises. The error is document.MistakeErrors; failures come in the order of the document.
func Test(set *Set, name string, doc []byte) ([]Failure, error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return nil, err
	}
	root := d.Root
	root.Keys("values", "cases")
	sheets := map[string]Vars{}
	for _, sheet := range root.Key("values").Names() {
		var v Vars
		v.read(root.Key("values").Key(sheet))
		sheets[sheet] = v
	}
	var failures []Failure
	tested := map[*Template]bool{}
	for _, c := range root.Key("cases").List() {
		t, v := theCase(c, set, sheets)
		if t == nil {
			continue
		}
		tested[t] = true
		for _, f := range t.try(c, &v) {
			f.File, f.Line, f.Template, f.Language = name, c.Line(), t.Name, t.Language
			failures = append(failures, f)
		}
	}
	for _, t := range set.All() {
		if !tested[t] {
			failures = append(failures, Failure{name, 1, t.Name, t.Language, fault.Of(fault.CaseOne), fault.Of(fault.CaseNone)})
		}
	}
	return failures, d.Err()
}

// theCase reads which template a case is about and its values; nil when they cannot be told.
func theCase(c document.Value, set *Set, sheets map[string]Vars) (*Template, Vars) {
	if !c.Keys("template", "language", "values", "set", "text", "missing", "segments") {
		return nil, Vars{}
	}
	name := c.Key("template").OneOf(set.Names()...)
	lang := Language(c.Key("language").OneOf(string(Chinese), string(English)))
	sheet := c.Key("values").Text()
	v, ok := sheets[sheet]
	if !ok {
		c.Key("values").Wrong(fault.SheetUnknown, strconv.Quote(sheet))
		return nil, v
	}
	v.Loans = slices.Clone(v.Loans)
	if own := c.Key("set"); own.Given() {
		v.read(own)
	}
	t := set.Pick(name, lang, lang)
	if t == nil && name != "" && lang != "" {
		c.Wrong(fault.TemplateLanguage, name, lang)
	}
	return t, v
}

// try renders one case and compares.
func (t *Template) try(c document.Value, v *Vars) []Failure {
	got, err := t.Render(nil, v)
	var missing *MissingError
	if errors.As(err, &missing) {
		if want := c.Key("missing").Optional(); want != missing.Variable {
			return []Failure{{Want: fault.Of(fault.CaseText), Got: fault.Of(fault.CaseMissing, missing.Variable)}}
		}
		return nil
	}
	if want := c.Key("missing").Optional(); want != "" {
		return []Failure{{Want: fault.Of(fault.CaseMissing, want), Got: verbatim(got)}}
	}
	var failures []Failure
	if want := c.Key("text").Text(); want != string(got) {
		failures = append(failures, Failure{Want: verbatim([]byte(want)), Got: verbatim(got)})
	}
	if s := c.Key("segments"); s.Given() {
		if want, n := s.Int(1, 10), segmentsOf(got); want != n {
			failures = append(failures, Failure{Want: fault.Of(fault.CaseSegments, want), Got: fault.Of(fault.CaseSegments, n)})
		}
	}
	for _, m := range Check(string(got), t.Language, t.elements, v) {
		failures = append(failures, Failure{Want: verbatim(fmt.Appendf(nil, "%s %q", m.Element, m.Want)), Got: verbatim(got)})
	}
	return failures
}

// verbatim is a text as it is in both languages.
func verbatim(text []byte) fault.Reason { return fault.Of(fault.Text, string(text)) }

func segmentsOf(text []byte) int {
	_, _, n := sms.Measure(string(text))
	return n
}

// read takes values by the names of the variables. A name with nothing after it takes a text or a day away, and 0 an amount.
func (v *Vars) read(from document.Value) {
	names := append([]string{"currency"}, variableNames[1:]...)
	names = slices.DeleteFunc(names, func(n string) bool { return n == dueBreakdown.String() || lookup(n).ofLoan() })
	if !from.Keys(names...) {
		return
	}
	if c := from.Key("currency"); c.Given() {
		v.Currency = ledger.Currency(c.Text())
	}
	for _, name := range from.Names() {
		value := from.Key(name)
		id := lookup(name)
		// The rest are texts, amounts and days.
		//exhaustive:ignore
		switch id {
		case noVariable:
		case loanList:
			v.Loans = nil
			for _, one := range value.List() {
				v.Loans = append(v.Loans, v.loan(one))
			}
		case daysPastDue:
			v.DPD = value.Int(0, 10000)
		case dueAsOf:
			v.AsOf = value.Time()
		default:
			v.set(id, value)
		}
	}
}

// loan reads one loan of the list.
func (v *Vars) loan(from document.Value) LoanVars {
	from.Keys(loanMasked.String(), loanTotal.String(), loanDueOn.String())
	l := LoanVars{
		Masked: from.Key(loanMasked.String()).Text(),
		DueOn:  from.Key(loanDueOn.String()).Date(),
	}
	if total := from.Key(loanTotal.String()); total.Given() {
		l.Total = v.amount(total)
	}
	return l
}

// amount reads money in the currency of the values.
func (v *Vars) amount(from document.Value) int64 {
	m, err := ledger.ParseMoney(from.Text(), v.Currency)
	if err != nil {
		from.WrongBy(err)
	}
	return m.Minor
}

// set reads a text, an amount or a day into the field of a variable.
func (v *Vars) set(id variable, from document.Value) {
	texts := map[variable]*string{
		borrowerSurname: &v.Surname, borrowerTitle: &v.Title, creditorName: &v.Creditor, creditorSignature: &v.Sign,
		contactPhone: &v.Phone, contactVerify: &v.Verify, officerName: &v.Officer, claimApprovedBy: &v.Approver, assigneeName: &v.Assignee,
		stopWord: &v.StopWord, nextStep: &v.NextStep, portalLink: &v.Link, portalCode: &v.Code, portalAddress: &v.Address, stopAsked: &v.AskedStop,
		agreedPlan: &v.Plan, planOffers: &v.Offers,
	}
	amounts := map[variable]*int64{
		dueTotal: &v.Due.Total, duePrincipal: &v.Due.Principal, dueInterest: &v.Due.Interest,
		duePenalty: &v.Due.Penalty, dueFees: &v.Due.Fees, duePerDay: &v.PerDay, duePayByTotal: &v.PayByDue,
		agreedTotal: &v.Agreed,
	}
	days := map[variable]*ledger.Date{
		duePayBy: &v.PayBy, dueOn: &v.DueOn, debitRetryOn: &v.RetryOn, nextStepOn: &v.NextOn,
		agreedOn: &v.AgreedOn, answerBy: &v.AnswerBy,
	}
	if at, ok := texts[id]; ok {
		if *at = ""; from.Given() {
			*at = from.Text()
		}
	}
	if at, ok := amounts[id]; ok {
		*at = v.amount(from)
	}
	if at, ok := days[id]; ok {
		*at = from.Date()
	}
}
