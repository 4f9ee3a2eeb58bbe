package smsc

import (
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// act is what a handset does once a message is shown.
type act struct {
	behaviour Behaviour
	text      string
}

// deliver lets the handset have a message when all its parts are there. The caller holds the lock.
func (s *Server) deliver(e *entry, i uint32, f *Faults, wire time.Time, early bool) {
	if e.parts == 1 {
		alone := [1]uint32{i}
		s.plan(alone[:], true, f, wire, early)
		return
	}
	u := s.assembly.of(e)
	if e.message == i {
		s.open++
		s.at(wire.Add(s.cfg.Patience), event{kind: losingPatience, unfinished: u})
	}
	if u.left == 0 {
		s.open--
		s.assembly.close(u)
		s.plan(u.entries, true, f, wire, early)
	}
}

// plan asks for the handset's behaviour and carries it out, now or later, for each part alike.
func (s *Server) plan(entries []uint32, complete bool, f *Faults, wire time.Time, early bool) {
	first := s.journal.at(entries[0])
	var b Behaviour
	text := ""
	if s.wantsText || s.cfg.Events != nil {
		text = s.whole(entries)
	}
	if s.cfg.Behave != nil {
		nth := 0
		if s.wantsNth {
			s.seen[first.to]++
			nth = s.seen[first.to]
		}
		b = s.cfg.Behave(s.names.text(first.to), text, nth)
	}
	if complete && (b.acts() || s.cfg.Events != nil) {
		last := entries[len(entries)-1]
		s.journal.at(last).flags |= acts
		s.acts[last] = act{b, text}
	}
	delay := b.After + f.DelayResponse
	for _, i := range entries {
		e := s.journal.at(i)
		e.fate, e.errCode = b.fate()
		if b.Silent {
			e.flags |= silent
		}
		if !complete {
			e.flags |= incomplete
		}
		if delay <= 0 || early {
			s.settle(i, f)
		} else {
			s.later(wire.Add(delay), event{kind: settling, item: item(i)})
		}
	}
}

// fate returns the final state and the receipt's err.
func (b *Behaviour) fate() (smpp.State, [3]byte) {
	state, code := b.State, b.Err
	if state == 0 {
		state = smpp.StateDelivered
	}
	if code == "" {
		code = "001"
		if state == smpp.StateDelivered {
			code = "000"
		}
	}
	var three [3]byte
	copy(three[:], "   ")
	copy(three[:], code)
	return state, three
}

// whole returns the text of entries, one after the other.
func (s *Server) whole(entries []uint32) string {
	if len(entries) == 1 {
		e := s.journal.at(entries[0])
		return decode(e.coding, s.journal.data(e))
	}
	text := ""
	for _, i := range entries {
		e := s.journal.at(i)
		text += decode(e.coding, s.journal.data(e))
	}
	return text
}

// settle gives a part its final state, at which its validity is looked at (SMPP 3.4 §5.2.16).
func (s *Server) settle(i uint32, f *Faults) {
	e := s.journal.at(i)
	now := s.cfg.Now()
	e.state, e.done = e.fate, now.UnixNano()
	if e.validity != 0 && e.done > e.validity {
		e.state, e.errCode = smpp.StateExpired, [3]byte{'0', '0', '0'}
	}
	if e.state == smpp.StateDelivered {
		s.counts.Delivered++
		if e.flags&incomplete == 0 {
			e.flags |= shown
		}
	} else {
		s.counts.Failed++
	}
	s.record.final(s, i)
	if e.flags&silent != 0 {
		s.counts.Silent++
	} else if r := e.registered & 3; r == 1 || r == 2 && e.state != smpp.StateDelivered { // §5.2.17
		s.receipt(i, f)
	}
	if e.flags&acts != 0 {
		a := s.acts[i]
		delete(s.acts, i)
		if e.flags&shown != 0 {
			s.show(i, a)
		}
	}
}

// receipt posts the receipt of a part, as far as the faults have it.
func (s *Server) receipt(i uint32, f *Faults) {
	if s.draw(f.LostReceipt) {
		s.counts.LostReceipts++
		return
	}
	copies := 1
	if s.draw(f.DuplicateReceipt) {
		copies = 2
		s.counts.DuplicateReceipts++
	}
	a := s.binds[s.journal.at(i).bind].account
	for range copies {
		if s.draw(f.LateReceipt) && f.LateBy > 0 {
			s.later(s.cfg.Wire().Add(f.LateBy), event{kind: posting, account: a, item: item(i)})
			continue
		}
		s.open++
		switch {
		case a.holds:
			s.post(a, item(i))
			s.counts.Reordered++
			s.letGo(a)
		case s.draw(f.ReorderReceipt):
			a.holds, a.held = true, item(i)
			s.at(s.cfg.Wire().Add(longestHold), event{kind: lettingGo, account: a, item: item(i)})
		default:
			s.post(a, item(i))
		}
	}
}

// longestHold is how long a receipt waits, in wire time, for the next one to change places with.
const longestHold = 100 * time.Millisecond

// letGo posts the receipt that was held.
func (s *Server) letGo(a *account) {
	if a.holds {
		a.holds = false
		s.post(a, a.held)
	}
}
