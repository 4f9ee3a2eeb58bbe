package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dulyhq/duly/dispatch"
)

// Keep hands over what is due for ever, until ctx ends: then nothing more is fenced, what is on its way has o.Drain to get
// an outcome, and what came back is stored. What fails for one carrier (a database that is away for a while, a session that
// ends) is told to failed, which may be nil, and tried again after a pause; the others go on.
func (e *Engine) Keep(ctx context.Context, o RunOptions, failed func(carrier string, err error)) {
	o.Linger, o.Patience = 0, 0
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	var wg sync.WaitGroup
	for _, cfg := range o.Carriers {
		wg.Go(func() { e.keep(ctx, cfg, o, failed) })
	}
	wg.Wait()
}

// Pauses after a failure. Each failure doubles the pause, until a sender has lived for longer than the longest.
const (
	leastRest = 500 * time.Millisecond
	mostRest  = 15 * time.Second
)

func (e *Engine) keep(ctx context.Context, cfg dispatch.SMPPConfig, o RunOptions, failed func(string, error)) {
	pause := leastRest
	for ctx.Err() == nil {
		began := e.Wire()
		r, err := e.newRunning(cfg, o)
		if err == nil {
			err = r.run(ctx)
		}
		if ctx.Err() != nil {
			if err = ended(err); err != nil && failed != nil {
				failed(cfg.ID, err)
			}
			return
		}
		if err != nil && failed != nil {
			failed(cfg.ID, err)
		}
		if e.Wire().Sub(began) > mostRest {
			pause = leastRest
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
		pause = min(2*pause, mostRest)
	}
}

// ended returns what an error says beside that the context ended.
func ended(err error) error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			if e = ended(e); e != nil {
				return e
			}
		}
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
