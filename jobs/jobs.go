// Package jobs does, again and again, what has to be done beside handing over: plans, retention. What is due is read from the
// state of the data and not from a clock alone, so that a missed run is made good; a piece of work that is done twice has the
// effect of one. Ticker does it in one process; package jobs/river does it on many machines that share a database.
package jobs

import (
	"context"
	"errors"
	"time"
)

// A Piece is one piece of work that is due, small enough to be done in minutes. Its fields together tell it from any other.
type Piece struct {
	Kind      string `json:"kind"`                // such as "plan"
	Portfolio string `json:"portfolio,omitempty"` // ref; empty where the work is of no portfolio
	Run       int64  `json:"run,omitempty"`       // which run of its kind it belongs to
	Shard     int    `json:"shard"`               // which part of the run, from 0
}

// Work knows what is due and does it. Both functions may be called at any time, by several processes, and again.
type Work interface {
	Due(ctx context.Context) ([]Piece, error)
	Do(ctx context.Context, p Piece) error
}

// A Runner does work until ctx ends, and returns when nothing of it is under way any more.
type Runner interface {
	Run(ctx context.Context, w Work) error
}

// A Ticker is the runner of one process: it asks what is due every so often, and does one piece after the other.
type Ticker struct {
	Every  time.Duration      // how often it asks; 0 means DefaultEvery
	Failed func(Piece, error) // is told of what failed and will be due again; the zero Piece means asking what is due
}

// DefaultEvery is how often a ticker asks what is due.
const DefaultEvery = time.Second

// most is the longest pause after failures, each of which doubles the pause.
const most = time.Minute

// Run does what is due until ctx ends. A failure ends nothing: the work stays due, and is tried again after a pause.
func (t Ticker) Run(ctx context.Context, w Work) error {
	every := t.Every
	if every <= 0 {
		every = DefaultEvery
	}
	pause := every
	for {
		if t.round(ctx, w) {
			pause = every
		} else {
			pause = min(2*pause, max(most, every))
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// round does all that is due, and says whether all went well.
func (t Ticker) round(ctx context.Context, w Work) bool {
	due, err := w.Due(ctx)
	well := t.ok(ctx, Piece{}, err)
	for _, p := range due {
		if ctx.Err() != nil {
			return true
		}
		well = t.ok(ctx, p, w.Do(ctx, p)) && well
	}
	return well
}

func (t Ticker) ok(ctx context.Context, p Piece, err error) bool {
	if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return true
	}
	if t.Failed != nil {
		t.Failed(p, err)
	}
	return false
}
