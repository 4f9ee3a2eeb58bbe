package smsc

import (
	"container/heap"
	"time"
)

// event is something to happen at a wire time.
type event struct {
	at         int64 // nanoseconds
	order      uint64
	kind       eventKind
	counted    bool // it counts as open
	item       item
	account    *account
	unfinished *unfinished
	respond    func()
	act        act
	faults     *Faults
}

type eventKind uint8

const (
	settling       eventKind = iota // a part comes to its end
	posting                         // a receipt is sent
	answering                       // a submit is answered
	replying                        // a handset answers
	paying                          // a handset's owner pays
	lettingGo                       // a held receipt goes, whether another came or not
	losingPatience                  // the missing parts of a message are not waited for any more
	stepping                        // the faults change
)

// schedule is what is to come, the earliest first.
type schedule struct {
	events []*event
	order  uint64
	wake   chan struct{}
}

// Len, Less, Swap, Push and Pop are for container/heap.
func (h *schedule) Len() int { return len(h.events) }

// Less says that an event comes first, or was made first for the same time.
func (h *schedule) Less(i, j int) bool {
	a, b := h.events[i], h.events[j]
	return a.at < b.at || a.at == b.at && a.order < b.order
}

// Swap changes two events' places.
func (h *schedule) Swap(i, j int) { h.events[i], h.events[j] = h.events[j], h.events[i] }

// Push adds an event.
func (h *schedule) Push(x any) { h.events = append(h.events, x.(*event)) }

// Pop takes the last event.
func (h *schedule) Pop() any {
	last := len(h.events) - 1
	e := h.events[last]
	h.events[last] = nil
	h.events = h.events[:last]
	return e
}

// later has an event happen at a wire time, and Idle wait for it. The caller holds the lock.
func (s *Server) later(t time.Time, e event) {
	s.open++
	e.counted = true
	s.at(t, e)
}

// at has an event happen at a wire time.
func (s *Server) at(t time.Time, e event) {
	s.schedule.order++
	e.at, e.order = t.UnixNano(), s.schedule.order
	heap.Push(&s.schedule, &e)
	if s.schedule.events[0] == &e {
		select {
		case s.schedule.wake <- struct{}{}:
		default:
		}
	}
}

// runSchedule lets events happen until the server ends. Those that are due together share the lock, in
// portions.
func (s *Server) runSchedule() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := time.Hour
		s.mu.Lock()
		now := s.cfg.Wire()
		for range 256 {
			if len(s.schedule.events) == 0 {
				wait = time.Hour
				break
			}
			if wait = time.Duration(s.schedule.events[0].at - now.UnixNano()); wait > 0 {
				break
			}
			e := heap.Pop(&s.schedule).(*event)
			s.happen(e, now)
			if e.counted {
				s.open--
			}
		}
		s.mu.Unlock()
		timer.Reset(max(wait, 0))
		select {
		case <-s.closing:
			return
		case <-s.schedule.wake:
		case <-timer.C:
		}
	}
}

// happen lets an event happen. The caller holds the lock.
func (s *Server) happen(e *event, now time.Time) {
	f := s.faults.Load()
	switch e.kind {
	case settling:
		s.settle(uint32(e.item), f)
	case posting:
		s.open++
		s.post(e.account, e.item)
	case answering:
		e.respond()
	case replying:
		s.reply(uint32(e.item), e.act.behaviour.Reply)
	case paying:
		s.pay(uint32(e.item), e.act)
	case lettingGo:
		if e.account.holds && e.account.held == e.item {
			s.letGo(e.account)
		}
	case losingPatience:
		if u := e.unfinished; !u.closed {
			s.open--
			s.assembly.close(u)
			s.plan(u.came(), false, f, now, false)
		}
	case stepping:
		s.setFaults(e.faults)
	}
}

// Step changes the faults as time goes on: After the start in wire time, or when Submits have come.
type Step struct {
	After   time.Duration
	Submits int
	Faults  Faults
}

// planSteps schedules the steps by time and leaves those by count.
func (s *Server) planSteps() {
	var counted []Step
	for _, step := range s.steps {
		if step.Submits > 0 {
			counted = append(counted, step)
			continue
		}
		f := step.Faults
		s.at(s.started.Add(step.After), event{kind: stepping, faults: &f})
	}
	s.steps = counted
}

// advance takes the steps whose count has been passed and returns the faults in force.
func (s *Server) advance(f *Faults) *Faults {
	for len(s.steps) > 0 && s.counts.Submits > s.steps[0].Submits {
		f = &s.steps[0].Faults
		s.steps = s.steps[1:]
		s.setFaults(f)
	}
	return f
}
