package proof

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// An Invariant is one of the twelve of DESIGN, section 4, by its number.
type Invariant int

// The invariants. Zero is a failure of the machine itself: an error that no death explains.
const (
	Works  Invariant = 0
	Hours  Invariant = 1
	Caps   Invariant = 2
	Stops  Invariant = 3
	Record Invariant = 4
	Once   Invariant = 5
	Amount Invariant = 6
	Person Invariant = 7
	Exact  Invariant = 8
	Reason Invariant = 9
	Secret Invariant = 10
	Late   Invariant = 11
	Closed Invariant = 12
)

// A Breach is something that must not happen.
type Breach struct {
	Invariant Invariant
	Tick      int64
	At        time.Time // true time
	What      string
}

// String returns "invariant 2: …".
func (b Breach) String() string {
	return fmt.Sprintf("invariant %d, %s, tick %d: %s", b.Invariant, b.At.Format("2006-01-02 15:04:05.000"), b.Tick, b.What)
}

// mostBreaches is how many breaches a world names; one is enough to fail.
const mostBreaches = 20

// An examiner looks for breaches in the carriers' record.
type examiner struct {
	w         *world
	breaches  []Breach
	looked    int                           // how much of the record has been looked at
	contacts  map[*human][]contact          // in their order
	whole     map[outbox.FenceID]int        // parts that arrived, as bits
	message   map[outbox.MessageID]*Arrival // the first part that arrived, by message
	denied    map[outbox.FenceID]bool       // the carrier took a part and said that it did not
	fresh     []*Arrival                    // first parts that came today
	finished  int64                         // messages before oldest
	oldest    outbox.MessageID              // every message before it has ended
	answering int                           // answers that wait, to what was written within the last day
	said      []string                      // what was logged or returned as an error
}

type contact struct {
	at    time.Time  // by the lender's clock
	loans []*loan    // that it was about; none: about every one
	call  bool       // by people
	by    []*account // those of the portfolio under which it was made
}

// about says whether a contact was about a loan.
func (c *contact) about(l *loan) bool { return len(c.loans) == 0 || slices.Contains(c.loans, l) }

func newExaminer(w *world) examiner {
	return examiner{
		w: w, contacts: map[*human][]contact{}, whole: map[outbox.FenceID]int{},
		message: map[outbox.MessageID]*Arrival{}, denied: map[outbox.FenceID]bool{},
	}
}

func (x *examiner) note(i Invariant, format string, args ...any) {
	if len(x.breaches) < mostBreaches {
		x.breaches = append(x.breaches, Breach{i, x.w.ticks, x.w.now, fmt.Sprintf(format, args...)})
	}
}

func (x *examiner) broke(err error) { x.note(Works, "%v", err) }

// today is the day where the human is.
func (h *human) today(at time.Time) ledger.Date { return ledger.Day(at.In(h.location())) }

// window checks that no more stands between fence and durable outcome than the window holds.
func (x *examiner) window(l *line) {
	if len(l.open) > l.window {
		x.note(Record, "%d messages between fence and outcome on a line with a window of %d", len(l.open), l.window)
	}
}

// look goes through what came since it was called last.
func (x *examiner) look() {
	for _, a := range x.w.record[x.looked:] {
		if a.Taken {
			x.arrival(a)
		}
	}
	x.looked = len(x.w.record)
}

// arrival looks at one part that the carrier took.
func (x *examiner) arrival(a *Arrival) {
	bit := 1 << (a.Part - 1)
	if x.whole[a.fence]&bit != 0 {
		x.note(Once, "part %d of %s came twice under one fence", a.Part, a.fence.Message())
	}
	x.whole[a.fence] |= bit
	x.denied[a.fence] = x.denied[a.fence] || a.Denied
	x.w.stats.Parts++
	first := x.message[a.fence.Message()]
	if first == nil {
		x.w.stats.Contacts++
	}
	if first != nil && first.fence != a.fence {
		x.note(Once, "%s came under tries %d and %d", a.fence.Message(), first.fence.Try(), a.fence.Try())
	}
	h := a.handing
	if !a.Clock.Before(h.leaveBy) && x.w.skew == 0 {
		x.note(Late, "a part left at %s, after %s", a.Clock, h.leaveBy)
	}
	if what := answerIn(a.Text); what != "" {
		x.answered(a, what, first == nil)
		return
	}
	to, ok := x.addressed(a)
	if !ok {
		return
	}
	x.hours(a, to.human)
	x.stops(a, to)
	if first == nil {
		x.message[a.fence.Message()] = a
		a.addressed = to.human
		x.fresh = append(x.fresh, a)
		x.caps(a, to)
	}
}

// addressed finds out who is written to, and whether they owe what the text says.
func (x *examiner) addressed(a *Arrival) (*debtor, bool) {
	h := a.handing
	switch {
	case h.book == nil:
		x.note(Person, "a text names no portfolio")
		return nil, false
	case len(h.whom) == 0:
		x.note(Person, "%s came to a number that nobody of the portfolio had", a.fence.Message())
		return nil, false
	}
	minor, ok := amountIn(a.Text)
	if !ok {
		x.note(Amount, "%s says no amount", a.fence.Message())
		return nil, false
	}
	if sum, ok := breakdownIn(a.Text); ok && sum != minor {
		x.note(Exact, "%s says %d, and its parts sum to %d", a.fence.Message(), minor, sum)
	}
	name := surnameIn(a.Text)
	for i := range h.whom {
		d := &h.whom[i]
		if slices.Contains(d.owed, minor) && (name == "" || name == d.human.surname()) {
			if d.human.silent {
				x.note(Closed, "%s came to somebody of whom not enough is known", a.fence.Message())
			}
			if age := h.clock.Sub(h.feedFrom); age > maxAge {
				x.note(Amount, "%s rests on payments that are %s old", a.fence.Message(), age)
			}
			return d, true
		}
	}
	x.note(Amount, "%s says %d; owed was %v", a.fence.Message(), minor, owedBy(h.whom))
	return nil, false
}

func owedBy(whom []debtor) []int64 {
	var out []int64
	for _, d := range whom {
		out = append(out, d.owed...)
	}
	return out
}

var (
	amounts = regexp.MustCompile(`(?:[A-Z]{3} )?([0-9][0-9,]*\.[0-9]{2})`)
	parts   = regexp.MustCompile(`(?:应还[^（]*（|you owe [^(]*\()((?:本金|利息|违约利息|费用|principal|interest|penalty|fees)[^）)]*)[）)]`)
	greeted = regexp.MustCompile(`】(.)您好|: Hello ([A-Za-z]+),`)
	masked  = regexp.MustCompile(`#([0-9]{4})`)
)

// amountIn reads the first amount of a text, in minor units.
func amountIn(text string) (int64, bool) {
	m := amounts.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.NewReplacer(",", "", ".", "").Replace(m[1]), 10, 64)
	return v, err == nil
}

// breakdownIn sums the parts that a text says its amount is made of; false where it says none.
func breakdownIn(text string) (sum int64, ok bool) {
	m := parts.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	for _, p := range amounts.FindAllString(m[1], -1) {
		v, ok := amountIn(p)
		if !ok {
			return 0, false
		}
		sum += v
	}
	return sum, true
}

// surnameIn reads whom a text greets; "" where it greets nobody by name.
func surnameIn(text string) string {
	if m := greeted.FindStringSubmatch(text); m != nil && m[2] != "you" {
		return m[1] + m[2]
	}
	return ""
}

// loansIn reads which loans of a human a text speaks of; none where it does not say.
func loansIn(text string, h *human, b *book) (out []*loan) {
	for _, m := range masked.FindAllStringSubmatch(text, -1) {
		for _, a := range h.in(b) {
			for _, l := range a.loans {
				if strings.HasSuffix(l.ref, m[1]) {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// hours have to be lawful wherever the human may be.
func (x *examiner) hours(a *Arrival, to *human) {
	law := &to.place.Law
	for _, z := range to.wherever() {
		local := a.Clock.In(z)
		minute := local.Hour()*60 + local.Minute()
		y, m, d := local.Date()
		closes := time.Date(y, m, d, law.Close/60, law.Close%60, 0, 0, z)
		switch {
		case minute < law.Open || minute >= law.Close, law.NoSundays && local.Weekday() == time.Sunday:
			x.note(Hours, "%s came at %s", a.fence.Message(), local)
		case a.Until.After(closes):
			x.note(Hours, "%s is valid until %s, and the hours end at %s", a.fence.Message(), a.Until.In(z), closes)
		}
	}
}

// stops looks for what bars contact: a stop, a state of which Duly was told, and a consent that is missing.
func (x *examiner) stops(a *Arrival, d *debtor) {
	to := d.human
	for _, o := range d.one {
		if o.rest != 0 && a.handing.tick > o.rest {
			x.note(Stops, "%s was handed over at tick %d, and the stop or complaint was stored at tick %d", a.fence.Message(), a.handing.tick, o.rest)
			break
		}
	}
	if d.barred != "" {
		x.note(Stops, "%s was handed over to somebody whom the state %q bars", a.fence.Message(), d.barred)
	}
	// Two who share a number without identity numbers are one person to Duly, and the consent of one is both's.
	if agreed := func(o debtor) bool { return o.consent }; to.place.Law.Consent && !slices.ContainsFunc(a.handing.whom, agreed) {
		x.note(Closed, "%s was handed over without a consent", a.fence.Message())
	}
	about := loansIn(a.Text, to, a.handing.book)
	for _, l := range d.wrong {
		if slices.Contains(about, l) {
			x.note(Amount, "%s speaks of a loan with a debit under way or another total in the core system", a.fence.Message())
		}
	}
}

// caps counts from the moment of the hand-over, which an arrival follows within ten seconds: outbox.LeaveWithin. What
// people did counts as far as Duly was told of it. Contacts go with their accounts: those of an account that Duly has to take
// for another person's do not count here until the numbers agree.
func (x *examiner) caps(a *Arrival, d *debtor) {
	to := d.human
	now := contact{at: a.handing.clock, loans: loansIn(a.Text, to, a.handing.book)}
	for _, o := range d.one {
		if o.book == a.handing.book {
			now.by = append(now.by, o)
		}
	}
	x.contacts[to] = append(x.contacts[to], now)
	list := slices.Clone(x.contacts[to])
	for _, c := range d.calls {
		k := contact{at: c.at, call: true, by: []*account{c.account}}
		if c.loan != nil {
			k.loans = []*loan{c.loan}
		}
		list = append(list, k)
	}
	list = slices.DeleteFunc(list, func(c contact) bool {
		return !slices.ContainsFunc(c.by, func(o *account) bool { return slices.Contains(d.one, o) })
	})
	for _, c := range to.place.Law.Caps {
		if !c.Debt {
			x.cap(a, to, c, list, now, nil)
			continue
		}
		for _, l := range now.loans {
			x.cap(a, to, c, list, now, l)
		}
	}
}

// cap counts the contacts of one cap, of a debt where one is given, in each zone where the human may be.
func (x *examiner) cap(a *Arrival, to *human, c CapLaw, list []contact, now contact, l *loan) {
	for _, z := range to.wherever() {
		n, today := 0, ledger.Day(now.at.In(z))
		for i := range list {
			o := &list[i]
			if o.call && c.Texts || l != nil && !o.about(l) || o.at.After(now.at) {
				continue
			}
			day := ledger.Day(o.at.In(z))
			if c.Days > 0 && day > today-ledger.Date(c.Days) && day <= today || c.Window > 0 && now.at.Sub(o.at) < c.Window-slack {
				n++
			}
		}
		if n > c.N {
			x.note(Caps, "%s is contact %d in %d days or %s, where %d are lawful", a.fence.Message(), n, c.Days, c.Window, c.N)
			return
		}
	}
}

// slack is how much later than its slot a message may be handed over: it is judged, then committed.
const slack = outbox.LeaveWithin
