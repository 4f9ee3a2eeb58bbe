package sim

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

// slowly is the carrier's answer on the morning of the kill, late enough for messages to be on their way at any
// moment.
const slowly = 60 * time.Millisecond

// kill has another process hand over, kills it when about two in five messages have arrived, and starts one more,
// which finds out what it can and hands over the rest.
func (w *World) kill(ctx context.Context, d *Day) error {
	states, err := w.states(ctx)
	if err != nil {
		return err
	}
	w.killed.At, w.killed.Waiting = w.clock.Now(), states["waiting"]
	before := w.accepted()
	w.carrier.SetFaults(smsc.Faults{DelayResponse: slowly})
	enough := w.carrier.Counts().Submits + int(w.killed.Waiting)*4/5 // parts; most messages have two
	w.progress("handing over in a process of its own, which is about to be killed")
	cmd := w.lender.Elsewhere(ctx, w.clock.Now())
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
watching:
	for {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("the process that was to be killed: %w: %s", err, said.Bytes())
			}
			break watching
		case <-tick.C:
			if w.carrier.Counts().Submits >= enough {
				_ = cmd.Process.Kill() // SIGKILL; if it has just ended, Wait says so
				if err := <-ended; err == nil {
					break watching // it ended just before
				}
				w.killed.Done = true
				break watching
			}
		}
	}
	w.carrier.settle(ctx, time.Second)
	w.killed.Before = w.accepted() - before
	w.carrier.SetFaults(smsc.Faults{})
	if err := w.restart(ctx, d); err != nil {
		return err
	}
	w.killed.After = w.accepted() - before
	if states, err = w.states(ctx); err != nil {
		return err
	}
	w.killed.Unknown = states["unknown"]
	return nil
}

// restart starts the process again. It waits for the last permission of the killed one to run out, ten seconds at
// most, before it calls what it cannot know unknown.
func (w *World) restart(ctx context.Context, d *Day) error {
	w.progress("started again: the rest leaves, and what is not known is waited for")
	cmd := w.lender.Elsewhere(ctx, w.clock.Now())
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the process started again: %w: %s", err, said)
	}
	return w.handOver(ctx, d)
}

// accepted counts the messages that the carrier has taken.
func (w *World) accepted() int {
	n := 0
	for _, a := range w.carrier.Arrivals() {
		if a.Status == smpp.OK {
			n++
		}
	}
	return n
}
