package smsc

import (
	"fmt"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// Event is something that a handset did.
type Event struct {
	Kind    EventKind
	Civil   time.Time // Civil is when.
	Number  string    // Number is the handset's.
	Source  string    // Source is the address that the message came from.
	Text    string    // Text is the message shown, or the reply.
	Amount  string    // Amount is what was paid, a plain decimal; empty unless Kind is Paid.
	Message int       // Message is the Sequence of the message's first part.
}

// EventKind says what a handset did.
type EventKind uint8

// What handsets do.
const (
	Shown   EventKind = iota // Shown: a whole message is on the screen.
	Replied                  // Replied: an answer is on its way.
	Paid                     // Paid: the owner has paid.
)

// show has a handset show a message, and plans what it does then. i is the part that was settled last.
func (s *Server) show(i uint32, a act) {
	s.tell(i, Event{Kind: Shown, Text: a.text})
	now := s.cfg.Wire()
	if a.behaviour.Pay != "" {
		s.later(now.Add(a.behaviour.PayAfter), event{kind: paying, item: item(i), act: a})
	}
	if a.behaviour.Reply != "" {
		s.later(now.Add(a.behaviour.ReplyAfter), event{kind: replying, item: item(i), act: a})
	}
}

func (s *Server) tell(i uint32, e Event) {
	if s.cfg.Events == nil {
		return
	}
	at := s.journal.at(i)
	e.Civil, e.Number, e.Source = s.cfg.Now(), s.names.text(at.to), s.sources.list[at.source].Addr
	e.Message = int(at.message) + 1
	s.cfg.Events(e)
}

// reply sends a text from the handset to the source of the message, in parts when it is long.
func (s *Server) reply(i uint32, text string) {
	e := s.journal.at(i)
	base := smpp.Message{
		Source:      smpp.Address{TON: e.ton, NPI: e.npi, Addr: s.names.text(e.to)},
		Destination: s.sources.list[e.source],
	}
	parts, err := smpp.AppendParts(nil, base, text, byte(len(s.replies)))
	if err != nil {
		s.fail(fmt.Errorf("smsc: a reply: %w", err))
		return
	}
	s.tell(i, Event{Kind: Replied, Text: text})
	for _, p := range parts {
		p.RegisteredDelivery = 0
		it := isReply | item(len(s.replies))
		s.replies = append(s.replies, reply{e.bind, &smpp.DeliverSM{Message: p.Message}})
		s.open++
		s.post(s.binds[e.bind].account, it)
	}
}

// pay writes down what the handset's owner pays.
func (s *Server) pay(i uint32, a act) {
	amount, ok := string(a.behaviour.Pay), true
	if a.behaviour.Pay == PayFull {
		amount, ok = Amount(a.text)
	}
	if !ok {
		return
	}
	s.counts.Payments++
	s.tell(i, Event{Kind: Paid, Text: a.text, Amount: amount})
	if s.payments == nil {
		return
	}
	_, err := fmt.Fprintf(s.payments, "%s,%s,%s\n",
		s.names.text(s.journal.at(i).to), s.cfg.Now().Format(time.DateOnly), amount)
	if err != nil {
		s.fail(fmt.Errorf("smsc: payments: %w", err))
	}
}
