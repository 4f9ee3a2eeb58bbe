package law

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// readers read what a rule says beside the keys that all have, by its kind.
var readers = map[Kind]func(document.Value, *Rule){
	Hours: readHours, Days: readDays, Cap: readCap, Spacing: readSpacing, Consent: readConsent, Bar: readBar, Stop: readStop,
	Identity: readIdentity, Amount: readAmount, Duty: readDuty, Element: readElement, Wording: readWording, Records: readRecords,
	Rate: readRate, Allocation: readAllocation, Limitation: readLimitation,
}

// lintCodes are the codes that wording rules may name: those of the lint in DESIGN section 5.
var lintCodes = []string{
	"threat", "insult", "false_authority", "false_legal", "third_party", "shaming", "pii", "coercive_borrowing", "deception", "upsell",
	"missing_identity", "missing_amount", "missing_contact", "missing_optout", "punctuation", "too_long", "tone",
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func readHours(v document.Value, r *Rule) {
	r.Open, r.Close = v.Key("hours").Hours()
	r.Weekdays = weekdays(v.Key("weekdays"))
	if b := v.Key("binds"); b.Given() {
		b.Wrong(fault.HoursBind)
	}
}

func weekdays(v document.Value) Weekdays {
	var w Weekdays
	for _, s := range v.Texts(dayNames...) {
		w = w.Add(time.Weekday(slices.Index(dayNames, s)))
	}
	if v.Given() && len(v.List()) == 0 {
		v.Wrong(fault.WeekdaysNone, strings.Join(dayNames, ", "))
	}
	return w
}

func readDays(v document.Value, r *Rule) {
	r.Weekdays = weekdays(v.Key("weekdays"))
	r.ExceptHolidays, r.Workdays = v.Key("except_holidays").Bool(), v.Key("workdays").Bool()
	cal := v.Key("calendar")
	reads := r.ExceptHolidays || r.Workdays
	switch {
	case r.ExceptHolidays && r.Workdays:
		v.Key("workdays").Wrong(fault.WorkdaysHolidays)
	case reads:
		r.Calendar = word(cal)
	case cal.Given():
		cal.Wrong(fault.CalendarUnread)
	case r.Weekdays == 0:
		v.Wrong(fault.DaysUnsaid)
	}
}

func readCap(v document.Value, r *Rule) {
	r.N = v.Key("at_most").Int(1, 10000)
	r.window(v, v.Key("rolling"), fault.CapWindow)
	r.counted(v, v.Key("counts"), Attempts, Attempts, Conversations, Unanswered)
}

func readSpacing(v document.Value, r *Rule) {
	r.N = 1
	r.window(v, v.Key("at_least"), fault.SpacingLength)
	r.counted(v, v.Key("after"), "contact", "contact", "conversation", "unanswered")
	r.Counts = map[string]string{"contact": Attempts, "conversation": Conversations, "unanswered": Unanswered}[r.Counts]
}

func (r *Rule) window(v, rolling document.Value, one fault.Code) {
	days := v.Key("days")
	switch {
	case days.Given() == rolling.Given():
		v.Wrong(one)
	case days.Given():
		r.Days = days.Int(1, 366)
	default:
		r.Seconds = span(rolling)
	}
}

// counted reads by what and over which contacts a cap counts. Where nothing is said it is those on the rule's
// own channels.
func (r *Rule) counted(v, counts document.Value, otherwise string, words ...string) {
	r.Per = v.Key("per").OneOf(PerPerson, PerDebt, PerAddress)
	if r.Counts = otherwise; counts.Given() {
		r.Counts = counts.OneOf(words...)
	}
	if r.Of = channelList(v.Key("of")); !v.Key("of").Given() {
		r.Of = slices.Clone(r.Channels)
	}
}

func span(v document.Value) int64 {
	s := v.Text()
	d, err := time.ParseDuration(s)
	if s != "" && (err != nil || d < time.Second || d%time.Second != 0 || d > 366*24*time.Hour) {
		v.Wrong(fault.RollingForm, strconv.Quote(s))
		return 0
	}
	return int64(d / time.Second)
}

func readConsent(v document.Value, r *Rule) {
	r.Needs = v.Key("needs").Texts(AnyConsent, WrittenConsent, NumberCheck, RecentReply)
	if len(v.Key("needs").List()) == 0 {
		v.Key("needs").Wrong(fault.NeedsNone, AnyConsent, WrittenConsent, NumberCheck, RecentReply)
	}
	if k := v.Key("fresh_days"); k.Given() {
		r.FreshDays = k.Int(1, 3660)
	}
}

func readBar(v document.Value, r *Rule) {
	if len(r.Channels)+len(r.Carriers)+len(r.Parties)+len(r.Products) == 0 && r.When == nil {
		v.Wrong(fault.BarAll)
	}
}

func readStop(v document.Value, r *Rule) {
	r.States = words(v.Key("states"))
	someStates(v)
	if r.Reach = PerPerson; v.Key("reach").Given() {
		r.Reach = v.Key("reach").OneOf(PerPerson, PerDebt, PerAddress, PerChannel)
	}
	r.LiftedBy = v.Key("lifted_by").Texts("compliance", "supervisor", "collector", "borrower")
}

func readIdentity(v document.Value, r *Rule) {
	r.States = v.Key("states").Texts(ThirdParty, OwnerUnknown, InvalidAddress, NotMobile,
		NumberDead, NumberReassigned, NumberShared, NumberWork, AddressUnverified)
	someStates(v)
}

func readAmount(v document.Value, r *Rule) {
	r.States = v.Key("states").Texts(StaleLedger, AmountUnknown, DebitInFlight, CoreDiffers)
	someStates(v)
}

func someStates(v document.Value) {
	if len(v.Key("states").List()) == 0 {
		v.Key("states").Wrong(fault.StatesNone)
	}
}

func readDuty(v document.Value, r *Rule) {
	r.Duty = word(v.Key("duty"))
	r.Before, r.By = v.Key("before").Bool(), channelList(v.Key("by"))
	within := v.Key("within_days")
	switch {
	case r.Before == within.Given():
		v.Wrong(fault.DutyWhen)
	case within.Given():
		r.Within = within.Int(0, 366)
	}
	if k := v.Key("lead_days"); k.Given() {
		r.Lead = k.Int(1, 366)
	}
	if len(r.Binds) == 0 {
		r.Binds = []Purpose{Reminder} // the notice that does the duty has to leave
	}
}

func readElement(v document.Value, r *Rule) { r.Element = word(v.Key("element")) }

func readWording(v document.Value, r *Rule) {
	r.Codes = v.Key("codes").Texts(lintCodes...)
	if len(v.Key("codes").List()) == 0 {
		v.Key("codes").Wrong(fault.CodesNone, strings.Join(lintCodes, ", "))
	}
}

func readRecords(v document.Value, r *Rule) {
	k := v.Key("keep")
	if !k.Keys("years", "months", "after", "what") {
		return
	}
	years, months := k.Key("years"), k.Key("months")
	if years.Given() == months.Given() {
		k.Wrong(fault.KeepOne)
	}
	if years.Given() {
		r.Keep.Years = years.Int(0, 100)
	}
	if months.Given() {
		r.Keep.Months = months.Int(0, 1200)
	}
	r.Keep.After = k.Key("after").OneOf("last_contact", "record", "settled", "call")
	if r.Keep.What = "records"; k.Key("what").Given() {
		r.Keep.What = k.Key("what").OneOf("records", "messages", "recordings", "consents")
	}
}

func readRate(v document.Value, r *Rule) {
	r.Limits = v.Key("limits").OneOf(OverdueRate, PenaltyMultiplier, AllInRate, LateFee, TotalInterest)
	k := v.Key("at_most")
	if len(k.Names()) == 0 {
		r.AtMost.Rate = figure(k, r.Limits == PenaltyMultiplier)
		return
	}
	if !k.Keys("times", "series", "on") {
		return
	}
	if r.Limits == PenaltyMultiplier {
		k.Wrong(fault.MultipleAlone)
	}
	r.AtMost.Times, r.AtMost.Series = number(k.Key("times"), k.Key("times").Text()), word(k.Key("series"))
	if r.AtMost.On = "opened"; k.Key("on").Given() {
		r.AtMost.On = k.Key("on").OneOf("opened", "day")
	}
}

// figure reads 24% as 240,000 millionths, or 1.5x as 1,500,000.
func figure(v document.Value, multiple bool) ledger.Rate {
	s := v.Text()
	if s == "" {
		return 0
	}
	n, per := strings.CutSuffix(s, "%")
	m, times := strings.CutSuffix(s, "x")
	switch {
	case multiple && times:
		return number(v, m)
	case !multiple && per:
		f := number(v, n)
		if f%100 != 0 {
			v.Wrong(fault.FourDecimals, strconv.Quote(s))
		}
		return f / 100
	case multiple:
		v.Wrong(fault.MultipleForm, strconv.Quote(s))
	default:
		v.Wrong(fault.RateForm, strconv.Quote(s))
	}
	return 0
}

func number(v document.Value, s string) ledger.Rate {
	if s == "" {
		return 0
	}
	f, err := ledger.ParseRate(s)
	if err != nil || f <= 0 {
		v.Wrong(fault.SixDecimals, strconv.Quote(s))
		return 0
	}
	return f
}

func readAllocation(v document.Value, r *Rule) {
	r.Order = v.Key("order").Texts(Costs, Penalty, Interest, Principal)
	if len(v.Key("order").List()) == 0 {
		v.Key("order").Wrong(fault.OrderNone)
	}
	r.Debts = words(v.Key("debts"))
}

func readLimitation(v document.Value, r *Rule) {
	r.Since = v.Key("runs_from").OneOf(FromLastDue, FromLastPayment, FromState)
	years := v.Key("years")
	switch {
	case r.Since == FromState && years.Given():
		years.Wrong(fault.YearsState)
	case r.Since != FromState:
		r.Years = years.Int(1, 100)
	}
}
