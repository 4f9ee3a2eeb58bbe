package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/smsc"
)

// TestNotDurable: a step is committed, and then nobody can say whether it is on the disk, because the connection that would say so has ended. What it
// permits does not leave. What it stored of what came back is stored again at the end, and not forgotten.
func TestNotDurable(t *testing.T) {
	t.Parallel()
	if !onPostgres {
		t.Skip("on SQLite it ends the process: TestLogThatFails of the store")
	}
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10_000}, debt{n: 2, dueOn: day(thursday, 3), minor: 10_000})
	h.plan()
	r, err := h.newRunning(h.options().Carriers[0], h.options())
	if err != nil {
		t.Fatal(err)
	}
	s := r.s
	s.batch = 1
	ends := false
	s.behind.run = func(leaving []dispatch.Message, finish func()) func() {
		if ends {
			h.count(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'duly flush' AND datname = current_database()`)
		}
		return finishAtOnce(leaving, finish)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Hire(ctx); err != nil {
		t.Fatal(err)
	}
	line, hangUp := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.carrier.Run(line) }()
	for left := 0; left == 0; {
		did, err := s.Step(ctx)
		if err != nil {
			t.Fatal(err)
		}
		left = did.Left
		rest(s)
	}
	for s.in.waiting() == 0 {
		rest(s)
	}
	ends = true
	for err == nil {
		_, err = s.Step(ctx)
	}
	if ctx.Err() != nil {
		t.Fatal("it went on:", err)
	}
	if n := len(s.in.flying); n != 1 {
		t.Errorf("%d messages are taken to be on their way, want the first alone", n)
	}
	if s.in.waiting() == 0 || s.in.open() != 0 {
		t.Errorf("%d things wait to be stored again, and %d messages have no outcome", s.in.waiting(), s.in.open())
	}
	ends = false
	hangUp()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := s.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(h.smsc.Arrivals()); n != 1 {
		t.Errorf("%d messages arrived, want the first alone", n)
	}
	// A fence that is there and never left keeps its worker on the list until its lease is over, after which it is unknown.
	open := h.count(`SELECT count(*) FROM fence f WHERE NOT EXISTS (SELECT 1 FROM outcome o WHERE o.fence = f.id)`)
	if workers := h.count(`SELECT count(*) FROM worker`); open > 1 || workers != open {
		t.Errorf("%d fences have no outcome at the end, and %d workers are to answer for them", open, workers)
	}
	if states := h.states(); states["delivered"]+states["accepted"] != 1 || states["fenced"] != int64(open) {
		t.Errorf("states %v, and %d fences without an outcome", states, open)
	}
}

// rest waits until something comes, or a while.
func rest(s *Sender) {
	select {
	case <-s.in.wake:
	case <-time.After(tick):
	}
}
