package engine

import (
	"encoding/json"
	"path"
	"strings"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// An EventBody is what the lender's systems are told, as docs/formats/events.md has it: a body of Standard Webhooks, or a line of the
// export, which has the id too.
type EventBody struct {
	ID   string    `json:"id,omitempty"`
	Type string    `json:"type"`
	Time time.Time `json:"timestamp"`
	Data EventData `json:"data"`
}

// EventData holds keys of the lender's, numbers of Duly's, amounts and days.
type EventData struct {
	Portfolio   string          `json:"portfolio,omitempty"`
	Borrowers   []string        `json:"borrowers"`
	Loan        string          `json:"loan,omitempty"`
	Arrangement int64           `json:"arrangement,omitempty"`
	Currency    ledger.Currency `json:"currency,omitempty"`
	Due         string          `json:"due,omitempty"`
	Total       string          `json:"total,omitempty"`
	Waived      string          `json:"waived,omitempty"`
	Paid        string          `json:"paid,omitempty"`
	Parts       []EventPart     `json:"parts,omitempty"`
	By          string          `json:"by,omitempty"`
	State       string          `json:"state,omitempty"`
	Reply       int64           `json:"reply,omitempty"`
	Item        int64           `json:"item,omitempty"`
	Task        string          `json:"task,omitempty"`
	DueAt       *time.Time      `json:"due_at,omitempty"`
	Urgent      bool            `json:"urgent,omitempty"`
	Outcome     string          `json:"outcome,omitempty"`
	RootCause   string          `json:"root_cause,omitempty"`
}

// An EventPart is one payment that was agreed.
type EventPart struct {
	On     ledger.Date `json:"on"`
	Amount string      `json:"amount"`
}

// stateEvents are the types of events by the states that a reply begins.
var stateEvents = map[string]string{
	"stop": "contact.stopped", "wrong_person": "number.wrong", "dispute": "dispute.opened", "complaint": "complaint.opened", "paid_claim": "payment.claimed",
	"vulnerable": "vulnerable.reported", "hardship": "hardship.reported", "death": "death.reported", "representation": "representation.reported", "danger": "danger.reported",
}

// EventTypes returns every type of event there is, but for those of arrangements: KIND.STATUS.
func EventTypes() []string {
	out := []string{"state.ended", "task.made", "task.done"}
	for _, t := range stateEvents {
		out = append(out, t)
	}
	for _, k := range arrange.Kinds() {
		for _, s := range []string{"offered", "proposed", "confirmed", "refused", "withdrawn", "lapsed", "kept", "late_kept", "part_kept", "broken"} {
			out = append(out, string(k)+"."+s)
		}
		out = append(out, typeOfAgreed(k, arrange.Live, false))
	}
	return out
}

func typeOfAgreed(k arrange.Kind, s arrange.Status, again bool) string {
	switch {
	case s == arrange.Live && again:
		return string(k) + ".confirmed"
	case s == arrange.Live && k == arrange.Promise:
		return "promise.made"
	case s == arrange.Live:
		return string(k) + ".agreed"
	}
	return string(k) + "." + string(s)
}

// TypeOf returns the type of an event.
func TypeOf(ev *store.Event) string {
	switch ev.Of {
	case "agreed":
		if ev.Agreed != nil {
			return typeOfAgreed(ev.Agreed.Kind, ev.Agreed.Status, ev.Again)
		}
	case "state":
		if t, ok := stateEvents[ev.State]; ok {
			return t
		}
		return "state.began"
	case "lifted":
		return "state.ended"
	case "desk", "task":
		return "task.made"
	case "closed":
		return "task.done"
	}
	return "event"
}

// Body returns what an event says. Times are in the zone that is given, which is the creditor's.
func Body(ev *store.Event, zone *time.Location) EventBody {
	b := EventBody{Type: TypeOf(ev), Time: ev.At.In(zone), Data: EventData{
		Portfolio: ev.Portfolio, Borrowers: ev.Borrowers, Loan: ev.Loan, By: ev.By, State: ev.State, Reply: ev.Reply, Item: ev.Desk, Task: ev.Task, Urgent: ev.Urgent,
		Outcome: ev.Outcome, RootCause: ev.Cause,
	}}
	d := &b.Data
	if d.Borrowers == nil {
		d.Borrowers = []string{}
	}
	if !ev.DueAt.IsZero() {
		at := ev.DueAt.In(zone)
		d.DueAt = &at
	}
	if a := ev.Agreed; a != nil {
		money := func(n int64) string { return ledger.Money{Minor: n, Currency: a.Currency}.Decimal() }
		d.Arrangement, d.Currency, d.Due, d.Total, d.Waived = a.ID, a.Currency, money(a.Due), money(a.Total()), money(a.Waived)
		if a.Status.Ended() {
			d.Paid = money(a.Paid)
		}
		for _, p := range a.Parts {
			d.Parts = append(d.Parts, EventPart{p.On, money(p.Minor)})
		}
	}
	return b
}

// eventID is the id under which an event is sent, at every try.
func eventID(ev *store.Event) string { return "evt_" + strings.ReplaceAll(ev.UID, "-", "_") }

// Line returns an event as a line of the export.
func Line(ev *store.Event, zone *time.Location) EventBody {
	b := Body(ev, zone)
	b.ID = eventID(ev)
	return b
}

// zoneOf is the zone of a portfolio by its ref.
func (e *Engine) zoneOf(ref string) *time.Location {
	for _, p := range e.Books() {
		if p.Ref == ref {
			return p.Zone
		}
	}
	if len(e.Books()) > 0 {
		return e.Books()[0].Zone
	}
	return time.UTC
}

// EventZone returns the zone in which an event's times are written.
func (e *Engine) EventZone(ev *store.Event) *time.Location { return e.zoneOf(ev.Portfolio) }

func (e *Engine) posted(ev *store.Event) ([]byte, error) {
	return json.Marshal(Body(ev, e.EventZone(ev)))
}

// IsEventPattern says whether some type of event is meant by a pattern.
func IsEventPattern(pattern string) bool {
	for _, t := range EventTypes() {
		if ok, err := path.Match(pattern, t); ok && err == nil {
			return true
		}
	}
	return false
}
