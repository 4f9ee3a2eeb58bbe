package guard

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// factKeys are the facts that a tests.yaml may state.
var factKeys = []string{
	"now", "zones", "country", "region", "locality", "party", "product", "channel", "carrier", "purpose", "loans", "address",
	"dpd", "owed", "next_step", "first", "states", "owner", "phone", "ledger_as_of", "ledger_max_age", "amount_known", "contacts", "first_contact",
	"consents", "number_checked", "replied", "asked", "duties", "opened", "last_due", "last_payment",
}

// facts reads the facts of a case, each from the case where it says it, else from those that cases share; and
// the day on which the contract was made.
func (t *testing) facts(v document.Value) (Facts, ledger.Date) {
	get := func(key string) document.Value {
		if k := v.Key(key); k.Given() || !t.base.Given() || slices.Contains(v.Names(), key) {
			return k
		}
		return t.base.Key(key)
	}
	f := Facts{
		Country: get("country").Optional(), Region: get("region").Optional(), Locality: get("locality").Optional(),
		Party: get("party").Optional(), Product: get("product").Optional(), Channel: ledger.Channel(get("channel").Optional()),
		Carrier: get("carrier").Optional(), AmountKnown: get("amount_known").Bool(), Address: number(get("address")),
		Now: moment(get("now")), LedgerAsOf: moment(get("ledger_as_of")), FirstContact: moment(get("first_contact")),
		NumberCheckedAt: moment(get("number_checked")), RepliedAt: moment(get("replied")),
		Suit: law.Age{LastDue: get("last_due").Date(), LastPayment: get("last_payment").Date()},
	}
	if k := get("ledger_max_age"); k.Given() {
		age, err := time.ParseDuration(k.Text())
		if err != nil {
			k.Wrong(fault.SpanForm, strconv.Quote(k.Text()))
		}
		f.LedgerMaxAge = age
	}
	for _, k := range get("zones").List() {
		f.Zones = append(f.Zones, zone(k))
	}
	for _, k := range get("loans").List() {
		f.Loans = append(f.Loans, ledger.LoanID(number(k)))
	}
	standing(get, &f)
	people(get, &f)
	given(get, &f)
	return f, get("opened").Date()
}

func number(v document.Value) int64 {
	if !v.Given() {
		return 0
	}
	return int64(v.Int(1, 1_000_000))
}

func moment(v document.Value) time.Time {
	if !v.Given() {
		return time.Time{}
	}
	return v.Time()
}

func standing(get func(string) document.Value, f *Facts) {
	if k := get("dpd"); k.Given() {
		f.Case.DPD, f.Case.DPDKnown = k.Int(0, 36500), true
	}
	if k := get("owed"); k.Given() {
		currency, amount, _ := strings.Cut(k.Text(), " ")
		m, err := ledger.ParseMoney(amount, ledger.Currency(currency))
		if err != nil {
			k.Wrong(fault.AmountForm, strconv.Quote(k.Text()))
		}
		f.Case.Owed = m
	}
	if k := get("first"); k.Given() {
		if f.Case.First = law.No; k.Bool() {
			f.Case.First = law.Yes
		}
	}
	f.Case.NextStep = get("next_step").Optional()
	if k := get("asked"); k.Given() && k.Keys("hours", "weekdays") {
		a := &Asked{}
		if h := k.Key("hours"); h.Given() {
			a.Open, a.Close = h.Hours()
		}
		for _, s := range k.Key("weekdays").Texts(dayNames...) {
			a.Weekdays = a.Weekdays.Add(time.Weekday(slices.Index(dayNames, s)))
		}
		f.Asked = a
	}
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func people(get func(string) document.Value, f *Facts) {
	if k := get("purpose"); k.Given() {
		p := k.OneOf(string(law.Reminder), string(law.Notice), string(law.Confirmation), string(law.Answer))
		f.Notice, f.Answer = p == string(law.Notice), p == string(law.Answer)
		f.Confirmation = f.Answer || p == string(law.Confirmation)
	}
	if k := get("owner"); k.Given() {
		f.Owner = map[string]Owner{"borrower": OwnBorrower, "guarantor": OwnGuarantor, "other": OtherPerson}[k.OneOf("borrower", "guarantor", "other")]
	}
	if k := get("phone"); k.Given() {
		f.Phone = map[string]ledger.PhoneKind{
			"invalid": ledger.PhoneInvalid, "mobile": ledger.PhoneMobile, "fixed": ledger.PhoneFixed, "other": ledger.PhoneOther,
		}[k.OneOf("invalid", "mobile", "fixed", "other")]
	}
}

// given reads the facts that are lists of short sentences.
func given(get func(string) document.Value, f *Facts) {
	for _, k := range get("states").List() {
		p := phrase(k)
		s := State{Kind: p.word()}
		for p.more() {
			switch p.word() {
			case "since":
				s.Since = p.time()
			case "until":
				s.Until = p.time()
			case "loan":
				s.Loan = ledger.LoanID(p.number())
			case "address":
				s.Address = p.number()
			case "channel":
				s.Channel = ledger.Channel(p.word())
			default:
				p.fail(fault.StatePhrase)
			}
		}
		f.States = append(f.States, s)
		f.Suit.Barred = f.Suit.Barred || s.Kind == law.TimeBarred && (s.Loan == 0 || len(f.Loans) == 0 || slices.Contains(f.Loans, s.Loan))
	}
	for _, k := range get("contacts").List() {
		f.Contacts = append(f.Contacts, contact(k, f.Zones))
	}
	for _, k := range get("consents").List() {
		p := phrase(k)
		g := Consent{Channel: ledger.Channel(p.word()), At: p.time()}
		for p.more() {
			switch p.word() {
			case "written":
				g.Written = true
			case "withdrawn":
				g.Withdrawn = true
			case "until":
				g.Until = p.time()
			case "address":
				g.Address = p.number()
			default:
				p.fail(fault.ConsentPhrase)
			}
		}
		f.Consents = append(f.Consents, g)
	}
	for _, k := range get("duties").List() {
		p := phrase(k)
		d := Duty{Kind: p.word(), At: p.time()}
		for p.more() {
			if w := p.word(); w == "loan" {
				d.Loan = ledger.LoanID(p.number())
			} else {
				d.By = ledger.Channel(w)
			}
		}
		f.Duties = append(f.Duties, d)
	}
}

func contact(k document.Value, zones []*time.Location) Contact {
	p := phrase(k)
	c := Contact{At: p.time(), Channel: ledger.Channel(p.word())}
	for p.more() {
		switch p.word() {
		case "attempt":
			c.Result = Attempt
		case "conversation":
			c.Result = Conversation
		case "unanswered":
			c.Result = Unanswered
		case "loan":
			c.Loans = append(c.Loans, ledger.LoanID(p.number()))
		case "address":
			c.Address = p.number()
		default:
			p.fail(fault.ContactPhrase)
		}
	}
	if len(zones) > 0 && zones[0] != nil {
		c.Day = ledger.Day(c.At.In(zones[0]))
	}
	return c
}

// A phraser reads a short sentence word by word. What is missing at its end is a mistake, once.
type phraser struct {
	v      document.Value
	text   string
	rest   []string
	failed bool
}

func phrase(v document.Value) *phraser {
	s := v.Text()
	return &phraser{v: v, text: s, rest: strings.Fields(s), failed: s == ""}
}

func (p *phraser) more() bool { return len(p.rest) > 0 }

func (p *phraser) word() string {
	if len(p.rest) == 0 {
		p.fail(fault.PhraseShort, strconv.Quote(p.text))
		return ""
	}
	w := p.rest[0]
	p.rest = p.rest[1:]
	return w
}

func (p *phraser) fail(code fault.Code, args ...any) {
	if !p.failed {
		p.v.Wrong(code, args...)
	}
	p.failed, p.rest = true, nil
}

func (p *phraser) time() time.Time {
	s := p.word()
	t, err := time.Parse(time.RFC3339, s)
	if err != nil && s != "" {
		p.fail(fault.TimeForm, strconv.Quote(s))
	}
	return t
}

func (p *phraser) number() int64 {
	s := p.word()
	n, err := strconv.ParseInt(s, 10, 32)
	if s != "" && (err != nil || n < 1) {
		p.fail(fault.NumberForm, strconv.Quote(s))
	}
	return n
}

func zone(v document.Value) *time.Location {
	s := v.Text()
	if s == "" {
		return nil
	}
	z, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		v.Wrong(fault.ZoneForm, strconv.Quote(s))
		return nil
	}
	return z
}
