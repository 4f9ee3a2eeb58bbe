package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dulyhq/duly/words/fault"
)

// Limits of a row.
const (
	MaxKey    = 64                    // characters of a lender's key
	MaxText   = 100                   // characters of a name, title, product
	MaxNote   = 500                   // characters of a note
	MaxZones  = 400                   // characters of a list of zones
	MaxPhone  = 40                    // characters of a phone number as given
	MaxNumber = 999_999               // instalment number
	MaxMinor  = 1_000_000_000_000_000 // minor units of one amount, either way
	MaxAnnual = Rate(10_000_000)      // a contract rate of 1,000 % a year; more is a rate given in per cent
	MaxFactor = Rate(10_000_000)      // a penalty multiplier of 10
	MaxAge    = 130                   // years
)

var firstDay, lastDay = NewDate(1900, 1, 1), NewDate(2199, 12, 31)

// A Fault is what is wrong with one field of a row, for the one who mends it. Its reason holds no name, number or
// address of a person.
type Fault struct {
	Field string
	fault.Reason
}

// faults collects what is wrong with a row; it allocates only when something is.
type faults []Fault

func (f *faults) add(field string, code fault.Code, args ...string) {
	*f = append(*f, Fault{field, fault.Reason{Code: code, Args: args}})
}

func (f *faults) key(field, s string, required bool) {
	if s == "" && required {
		f.add(field, fault.Empty)
	}
	f.text(field, s, MaxKey)
}

func (f *faults) text(field, s string, limit int) {
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		f.add(field, fault.TooLong, strconv.Itoa(limit))
	}
	if c, ok := unfit(s); ok {
		f.add(field, fault.UnfitCharacter, fmt.Sprintf("%U", c))
	}
}

func (f *faults) day(field string, d Date, required bool) {
	switch {
	case d == 0 && required:
		f.add(field, fault.Empty)
	case d != 0 && (d < firstDay || d > lastDay):
		f.add(field, fault.DayRange, d.String())
	}
}

func (f *faults) amount(field string, m Money) {
	if m.Minor > MaxMinor || m.Minor < -MaxMinor {
		f.add(field, fault.AmountHuge)
	}
}

// unfit returns the first character that no name or key may hold: a control, one that turns the direction of
// writing and so can make a text read otherwise than it is, or U+FFFD, which is left where a text was damaged.
func unfit(s string) (rune, bool) {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			return unfitRune(s[i:])
		}
	}
	return 0, false
}

func unfitRune(s string) (rune, bool) {
	for _, c := range s {
		if c < 0x20 || c >= 0x7f && c < 0xa0 || c == utf8.RuneError || c == '\ufeff' ||
			c == '\u2028' || c == '\u2029' || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069' {
			return c, true
		}
	}
	return 0, false
}

// Faults returns all that is wrong with the row, nil when it is valid. Whether its zone and country exist is
// for the reader to look up.
func (r *BorrowerRow) Faults() []Fault {
	var f faults
	f.key("borrower_id", r.ID, true)
	if r.Name == "" {
		f.add("name", fault.Empty)
	}
	f.text("name", r.Name, MaxText)
	f.text("phone", r.Phone, MaxPhone)
	f.text("identity", r.Identity, MaxKey)
	f.text("title", r.Title, MaxText)
	f.day("birth_date", r.BornOn, false)
	f.text("timezone", r.Zone, MaxZones)
	if r.Language != "" && r.Language != "zh" && r.Language != "en" {
		f.add("language", fault.NotLanguage)
	}
	if r.Country != "" && (len(r.Country) != 2 || !capitals(r.Country)) {
		f.add("country", fault.CountryForm)
	}
	if r.Region != "" && !isRegion(r.Region) {
		f.add("region", fault.RegionForm)
	} else if r.Region != "" && r.Region[:2] != r.Country {
		f.add("region", fault.RegionElsewhere, r.Region)
	}
	if r.Age < 0 || r.Age > MaxAge {
		f.add("age", fault.NotAge, strconv.Itoa(r.Age))
	}
	r.wish(&f)
	return f
}

func (r *BorrowerRow) wish(f *faults) {
	region, rest, ok := r.Locality, "", true
	if r.Locality != "" {
		if i := strings.LastIndexByte(r.Locality, '-'); i > 0 {
			region, rest = r.Locality[:i], r.Locality[i+1:]
		}
		ok = isRegion(region) && rest != "" && len(rest) <= 3 && capitals(rest)
	}
	switch {
	case !ok:
		f.add("locality", fault.PlaceForm)
	case r.Locality != "" && region != r.Region:
		f.add("locality", fault.PlaceElsewhere, r.Locality)
	}
	w := &r.Wish
	if (w.Open != 0 || w.Close != 0) && (w.Open < 0 || w.Close > 24*60 || w.Open >= w.Close) {
		f.add("preferred_hours", fault.WishHours)
	}
	f.channel("preferred_channel", w.Channel, false)
}

// isRegion says whether s has the form of ISO 3166-2: a country, a hyphen, one to three letters or digits.
func isRegion(s string) bool {
	if len(s) < 4 || len(s) > 6 || s[2] != '-' || !capitals(s[:2]) {
		return false
	}
	for _, c := range []byte(s[3:]) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func capitals(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *LoanRow) Faults() []Fault {
	var f faults
	f.key("loan_id", r.ID, true)
	f.key("borrower_id", r.BorrowerID, true)
	f.text("product", r.Product, MaxText)
	if _, ok := r.Currency.Digits(); !ok {
		f.add("currency", fault.CurrencyUnknown)
	}
	f.day("opened_on", r.OpenedOn, false)
	f.day("closed_on", r.ClosedOn, false)
	if r.OpenedOn != 0 && r.ClosedOn != 0 && r.ClosedOn < r.OpenedOn {
		f.add("closed_on", fault.ClosedEarly, r.ClosedOn.String(), r.OpenedOn.String())
	}
	f.amount("principal", r.Principal)
	if r.Principal.Minor < 0 {
		f.add("principal", fault.Negative)
	}
	if r.AnnualRate < 0 || r.AnnualRate > MaxAnnual {
		f.add("annual_rate", fault.RateHuge, r.AnnualRate.String())
	}
	if r.PenaltyMultiplier < 0 || r.PenaltyMultiplier > MaxFactor {
		f.add("penalty_multiplier", fault.FactorHuge, r.PenaltyMultiplier.String())
	}
	r.Core.judge(&f)
	return f
}

func (c *CoreFacts) judge(f *faults) {
	f.amount("core_due", c.Due)
	if c.Due.Minor < 0 {
		f.add("core_due", fault.Negative)
	}
	f.instant("core_as_of", c.AsOf, false)
	if c.Due.Minor != 0 && c.AsOf.IsZero() {
		f.add("core_as_of", fault.CoreTimeMissing)
	}
	f.instant("debit_pending_until", c.DebitUntil, false)
	f.oneOf("next_step", c.NextStep, NextSteps, false)
	f.day("next_step_on", c.NextStepOn, c.NextStep != "")
	f.staff("next_step_by", c.NextStepBy, c.NextStep != "")
	if c.NextStep == "" && (c.NextStepOn != 0 || c.NextStepBy != "") {
		f.add("next_step", fault.StepMissing)
	}
	f.text("assigned_to", c.AssignedTo, MaxText)
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *InstalmentRow) Faults() []Fault {
	var f faults
	f.key("loan_id", r.LoanID, true)
	if r.Number < 0 || r.Number > MaxNumber {
		f.add("number", fault.NumberRange, strconv.Itoa(r.Number), strconv.Itoa(MaxNumber))
	}
	f.day("due_on", r.DueOn, true)
	f.amount("amount", r.Amount)
	if r.Amount.Minor < 0 {
		f.add("amount", fault.Negative)
	}
	if !r.Split && r.Principal == r.Amount && r.Interest.Minor == 0 && r.Fees.Minor == 0 {
		return f // all is principal, and the amount has been judged
	}
	f.part("principal", r.Principal, r.Amount)
	f.part("interest", r.Interest, r.Amount)
	f.part("fees", r.Fees, r.Amount)
	sum := Money{Minor: r.Principal.Minor + r.Interest.Minor + r.Fees.Minor, Currency: r.Amount.Currency}
	if len(f) == 0 && sum != r.Amount {
		f.add("amount", fault.PartsSum, sum.Decimal(), r.Amount.Decimal())
	}
	return f
}

func (f *faults) part(field string, part, whole Money) {
	switch {
	case part.Minor < 0:
		f.add(field, fault.Negative)
	case part.Minor > MaxMinor:
		f.add(field, fault.AmountHuge)
	case part.Currency != whole.Currency && part.Minor != 0:
		f.add(field, fault.PartCurrency)
	}
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *PaymentRow) Faults() []Fault {
	var f faults
	f.key("payment_id", r.ID, false)
	f.key("loan_id", r.LoanID, true)
	f.key("reverses", r.Reverses, false)
	f.day("paid_on", r.PaidOn, true)
	f.amount("amount", r.Amount)
	if r.Amount.Minor == 0 {
		f.add("amount", fault.ZeroPayment)
	}
	if r.Reverses != "" {
		if r.Amount.Minor > 0 {
			f.add("amount", fault.ReversalPositive)
		}
		if r.Reverses == r.ID {
			f.add("reverses", fault.ReversesItself)
		}
	}
	return f
}
