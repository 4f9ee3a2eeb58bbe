package smsc

import (
	"errors"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// item is a deliver_sm to come, and its tag with the session: the place of the receipt's entry, or of a
// reply, whose bit is then set.
type item uint64

const isReply item = 1 << 32

// reply is a message from a handset and the bind whose message it answers.
type reply struct {
	bind uint32
	body *smpp.DeliverSM
}

// retryAfter is the wire time after which a deliver_sm is sent again that a client could not take for now.
const retryAfter = time.Second

// post sends an item, or keeps it until a bind can take it. The caller holds the lock and has counted the
// item as open.
func (s *Server) post(a *account, it item) {
	if a.queue.len() == 0 && s.send(a, it) {
		return
	}
	a.queue.push(it)
	if a.queue.len() > s.cfg.MaxPending {
		a.queue.pop()
		s.open--
		s.counts.DroppedReceipts++
	}
}

// drain sends what waits.
func (s *Server) drain(a *account) {
	for a.queue.len() > 0 && s.send(a, a.queue.front()) {
		a.queue.pop()
	}
}

// send hands an item to the bind that its message came by, else to another of the account; false when none
// has room.
func (s *Server) send(a *account, it item) bool {
	var from *bind
	if it&isReply != 0 {
		from = s.binds[s.replies[uint32(it)].bind]
	} else {
		from = s.binds[s.journal.at(uint32(it)).bind]
	}
	if from.sends && !from.down && from.session != nil && s.try(from, it) {
		return true
	}
	for range a.binds {
		a.turn = (a.turn + 1) % len(a.binds)
		if b := a.binds[a.turn]; b != from && s.try(b, it) {
			return true
		}
	}
	return false
}

func (s *Server) try(b *bind, it item) bool {
	body := &s.scratch.body
	if it&isReply != 0 {
		body = s.replies[uint32(it)].body
	} else {
		s.writeReceipt(body, uint32(it))
	}
	ok, err := b.session.TrySend(body, uint64(it), time.Time{})
	if err != nil && !errors.Is(err, smpp.ErrClosed) {
		s.fail(err) // it cannot be written at all, now or later
		s.open--
		return true
	}
	return ok
}

// results takes the client's answers. What has none is kept for the next bind.
func (b *bind) results(results []smpp.Result) {
	s := b.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range results {
		r := &results[i]
		it := item(r.Tag)
		switch {
		case r.Outcome != smpp.Answered:
			s.counts.Redelivered++
			b.account.queue.push(it)
		case r.Status == smpp.ReceiverTempError || r.Status == smpp.SystemError || r.Status.Throttling():
			s.open--
			s.counts.Redelivered++
			s.later(s.cfg.Wire().Add(retryAfter), event{kind: posting, account: b.account, item: it})
		default:
			s.open--
			s.acknowledged(it, r.Status)
		}
	}
	s.drain(b.account)
}

func (s *Server) acknowledged(it item, status smpp.Status) {
	switch {
	case status != smpp.OK:
		s.counts.RefusedReceipts++
	case it&isReply != 0:
		s.counts.Replies++
		s.replies[uint32(it)].body = nil
	default:
		s.counts.Receipts++
	}
}

// Idle says that nothing is in flight: no message waits for its end, no answer, receipt, reply or payment is
// to come, and every receipt that a client is owed has been acknowledged.
func (s *Server) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open == 0
}

// queue is a first-in, first-out line of items.
type queue struct {
	items []item
	head  int
}

func (q *queue) len() int    { return len(q.items) - q.head }
func (q *queue) front() item { return q.items[q.head] }
func (q *queue) push(it item) {
	if q.head > 1024 && q.head > len(q.items)/2 {
		q.items = q.items[:copy(q.items, q.items[q.head:])]
		q.head = 0
	}
	q.items = append(q.items, it)
}

func (q *queue) pop() {
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
}
