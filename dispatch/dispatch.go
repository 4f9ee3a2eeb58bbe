// Package dispatch hands messages to carriers and takes in what they say. It knows no database and no law:
// whoever calls it has committed a fence for each message, and stores what comes back.
package dispatch

import (
	"errors"
	"time"

	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/wire/sms"
)

// ErrNotSimulator says that virtual time meets a carrier that does not prove to be a simulator.
var ErrNotSimulator = errors.New("dispatch: this carrier is not a simulator, and real people are not written to in virtual time")

// An Address is a borrower's or guarantor's own, in E.164. There is no other type that Submit accepts.
type Address string

// A Message is one permitted try.
type Message struct {
	Fence outbox.FenceID
	To    Address
	Text  string
	// Parts are the text as sms.Split gives it, of Alphabet; with none Submit splits it. Whoever has the time for it before the fence is committed
	// spares it behind it.
	Parts    [][]byte
	Alphabet sms.Alphabet
	LeaveBy  time.Time     // real: what is not on the socket by then does not leave
	Valid    time.Duration // how long the carrier may try; ends inside the lawful window
}

// An Outcome is what became of one try. Each message that Submit takes has exactly one.
type Outcome struct {
	Fence outbox.FenceID
	Event outbox.Event // EvAccept, EvRefuse, EvThrottle, EvLost, EvNotWritten or EvCancel
	Code  string       // the carrier's word for it, for people
	IDs   string       // the carrier's ids of the parts, in order, parted by spaces
}

// A Receipt is the carrier's last word on one part.
type Receipt struct {
	ID    string // the carrier's id of the part
	Event outbox.Event
	Code  string
	Cause receive.Cause
	Ack   func(stored bool) // answers the carrier: call it when the receipt is durable, or was not stored
}

// A Reply is a text from somebody's phone.
type Reply struct {
	From string // E.164
	Text string
	Ack  func(stored bool)
}

// A Sink takes what comes back, from any goroutine. Its functions must not block.
type Sink struct {
	Outcomes func([]Outcome)
	Receipt  func(Receipt)
	Reply    func(Reply)
	// Vetoed is asked at the last moment before a message is written: true keeps it back, which is EvCancel.
	Vetoed func(outbox.FenceID) bool
	// State reports that the carrier came up (nil) or why it went down.
	State func(error)
}
