// Package outbox is the life of one message: its states, the events that move it, and its numbers. It is pure;
// store keeps the rows and the database repeats these rules as checks.
package outbox

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/words/fault"
)

// A State is where a message stands. The zero value is Waiting: planned and not handed over.
type State uint8

// The states. What each does not mean is said because that is where this field errs.
const (
	Waiting     State = iota // planned; nothing has left, and nothing may until it is judged again
	Fenced                   // one try is permitted and may be on the wire; not known to have left
	Accepted                 // the carrier took it; not delivered
	Unknown                  // it may have left; never tried again by itself; waits for a receipt or a person
	Delivered                // the carrier says that the handset has it; not read
	Undelivered              // the carrier says that it will not arrive, with a cause
	Refused                  // the carrier did not take it, and never will
	Cancelled                // facts changed before it left: nothing was written to a socket
	Expired                  // its hour passed before it left
)

var stateNames = [...]string{"waiting", "fenced", "accepted", "unknown", "delivered", "undelivered", "refused", "cancelled", "expired"}

// String returns the word for a state as reports, JSON and the database's checks have it.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Final says that nothing moves the message any more.
func (s State) Final() bool {
	switch s {
	case Delivered, Undelivered, Refused, Cancelled, Expired:
		return true
	case Waiting, Fenced, Accepted, Unknown:
		return false
	}
	return false
}

// An Event is something that happened to a message.
type Event uint8

// The events.
const (
	EvFence       Event = iota + 1 // a try was permitted, durably
	EvAccept                       // the carrier took every part
	EvRefuse                       // the carrier refused the first part and no other was written
	EvThrottle                     // the carrier asked for patience: a refusal that may be tried again under a new fence
	EvLost                         // the outcome will not come: the session, the process or a later part failed
	EvNotWritten                   // the try ended before anything was written to the socket, and may be made again
	EvCancel                       // the second judgement, or a stop before writing, said no
	EvExpire                       // the message is too late
	EvDelivered                    // a receipt: the handset has it
	EvUndelivered                  // a receipt: it will not arrive
)

// next holds every move that is allowed.
var next = map[State]map[Event]State{
	Waiting: {EvFence: Fenced, EvCancel: Cancelled, EvExpire: Expired},
	Fenced: {
		EvAccept: Accepted, EvRefuse: Refused, EvThrottle: Waiting, EvLost: Unknown, EvNotWritten: Waiting,
		EvCancel: Cancelled, EvExpire: Expired, EvDelivered: Delivered, EvUndelivered: Undelivered,
	},
	Accepted: {EvDelivered: Delivered, EvUndelivered: Undelivered},
	Unknown:  {EvAccept: Accepted, EvRefuse: Refused, EvDelivered: Delivered, EvUndelivered: Undelivered},
}

// Next returns the state after an event, or an error that says why the event cannot happen to it. A final
// state is never left.
func Next(s State, e Event) (State, error) {
	if to, ok := next[s][e]; ok {
		return to, nil
	}
	return s, fmt.Errorf("outbox: event %d cannot happen to a message that is %s", e, s)
}

// A MessageID is a message's number: the month in which it was planned and a sequence. Keys that begin with
// it append, and a table parted by month finds its part by it.
type MessageID int64

// MonthBits is how far a number's month lies above its sequence.
const MonthBits = 36

const seqBits = MonthBits

// FirstOf returns the first number of t's month (UTC).
func FirstOf(t time.Time) MessageID {
	y, m, _ := t.UTC().Date()
	return MessageID((int64(y)-1970)*12+int64(m)-1) << seqBits
}

// Month returns the month in which the message was planned, as its first instant in UTC.
func (id MessageID) Month() time.Time {
	n := int(int64(id) >> seqBits)
	return time.Date(1970+n/12, time.Month(n%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// String returns the number as people and commands write it: "m202609-000001f".
func (id MessageID) String() string {
	return fmt.Sprintf("m%s-%x", id.Month().Format("200601"), int64(id)&(1<<seqBits-1))
}

// ParseMessageID reads the form of String.
func ParseMessageID(s string) (MessageID, error) {
	var ym string
	var seq int64
	if n, err := fmt.Sscanf(s, "m%6s-%x", &ym, &seq); n != 2 || err != nil || seq < 0 || seq >= 1<<seqBits {
		return 0, fault.Wrong(fault.MessageNumber, strconv.Quote(s))
	}
	t, err := time.Parse("200601", ym)
	if err != nil {
		return 0, fault.Wrong(fault.MessageMonth, strconv.Quote(s))
	}
	return FirstOf(t) | MessageID(seq), nil
}

// A FenceID is the number of one try at handing a message over: message<<3 | try.
type FenceID int64

// MaxTries is how many tries a message may have; the number leaves room for no more.
const MaxTries = 7

// Fence returns the number of a message's nth try, from 1 to MaxTries.
func (id MessageID) Fence(try int) FenceID { return FenceID(int64(id)<<3 | int64(try)) }

// Message returns the message that the try belongs to.
func (f FenceID) Message() MessageID { return MessageID(f >> 3) }

// Try returns which try it is, from 1.
func (f FenceID) Try() int { return int(f & 7) }

// LeaveWithin is the longest that a fence permits its message to reach the socket.
const LeaveWithin = 10 * time.Second
