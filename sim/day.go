package sim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/wire/smpp"
)

// Wire times of a hand-over: how long receipts are waited for after the last one, and how long a carrier may be
// out of reach. Handsets answer at once, so a quarter of a second is long.
const (
	linger   = 250 * time.Millisecond
	patience = 20 * time.Second
	giveUp   = 600 * time.Millisecond
)

// smscPatience is how long the carrier waits for the missing parts of a message. A part that it throttles comes again after 50 ms, then after
// twice that: five times in a row are 1.55 s, six are one in a million at ten of a hundred. With less, the part came when the carrier had
// given the message up, and was counted as another message: over the caps.
const smscPatience = 2 * time.Second

// nothingDue is the hold of those who owe nothing, who are not counted as held.
const nothingDue = "strategy:nothing_due"

// day is a lender's civil day: the core states what was paid, Duly plans, the core states what came meanwhile,
// Duly hands over; in the evening the same again.
func (w *World) day(ctx context.Context, d *Day, first bool) error {
	before := w.carrier.Counts().Submits
	for _, step := range []struct {
		hour, minute int
		doing        string
		do           func(context.Context, *Day) error
	}{
		{7, 30, "importing", func(ctx context.Context, d *Day) error { return w.take(ctx, d, first) }},
		{9, 30, "planning", w.plan},
		{9, 45, "importing", w.takeNews},
		{10, 0, "handing over", w.morning},
		{13, 0, "reading", func(ctx context.Context, _ *Day) error { return w.visits(ctx) }},
		{17, 45, "importing", w.takeNews},
		{18, 0, "planning", w.plan},
		{18, 0, "handing over", w.handOver},
	} {
		w.clock.move(d.On.At(step.hour, step.minute, w.cfg.Zone))
		w.progress(step.doing)
		if err := step.do(ctx, d); err != nil {
			return fmt.Errorf("sim: %s, %s: %w", w.clock.Now().Format("2006-01-02 15:04"), step.doing, err)
		}
	}
	d.Replied, d.Stopped = w.crowd.on(d.On)
	arrivals := smsc.Join(w.carrier.Parts()[before:])
	for i := range arrivals {
		if a := &arrivals[i]; a.Status == smpp.OK {
			d.Sent++
			if a.Shown {
				d.Delivered++
			}
		}
	}
	return nil
}

func (w *World) progress(doing string) {
	if w.lender.Progress != nil {
		w.lender.Progress(w.clock.Now(), doing)
	}
}

func (w *World) takeNews(ctx context.Context, d *Day) error { return w.take(ctx, d, false) }

// take has the core state what it has learned, and imports that.
func (w *World) take(ctx context.Context, d *Day, opening bool) error {
	now := w.clock.Now()
	for _, p := range w.crowd.take() {
		w.core.pay(p.number, p.minor, p.at, p.inFull)
	}
	paid := w.core.learned(now)
	dir := filepath.Join(w.cfg.Dir, "ledger", now.Format("2006-01-02-1504"))
	state := w.core.news
	if opening {
		state = w.core.opening
	} else {
		d.Paid += len(paid)
		for _, p := range paid {
			d.PaidMinor += p.minor
		}
	}
	s, err := state(dir, paid)
	if err != nil {
		return err
	}
	return w.bring(ctx, &s, opening)
}

// bring imports a statement, which must tie to its control totals.
func (w *World) bring(ctx context.Context, s *statement, opening bool) error {
	l := &w.lender
	text, err := os.ReadFile(s.control)
	if err != nil {
		return err
	}
	control, err := intake.ReadControl(s.control, text)
	if err != nil {
		return err
	}
	row, err := l.Engine.Store.Portfolio(ctx, l.Portfolio.Creditor, l.Portfolio.Ref)
	if err != nil {
		return err
	}
	var read []intake.Summary
	in := store.Import{Portfolio: row, Now: w.clock.Now(), Approve: func(sum store.Summary) error {
		if sum.Bad > 0 {
			return store.ErrBadRows
		}
		return control.Check(read)
	}}
	_, err = l.Engine.Store.Import(ctx, in, func(st *store.Stage) error {
		for _, path := range s.files {
			sum, err := readFile(path, st)
			if err != nil {
				return err
			}
			read = append(read, sum)
		}
		return nil
	})
	if err == nil && opening {
		w.opening = openingOf(read)
	}
	return err
}

func readFile(path string, sink intake.Sink) (intake.Summary, error) {
	f, err := os.Open(path)
	if err != nil {
		return intake.Summary{}, err
	}
	sum, err := intake.Read(f, path, intake.Options{Currency: "CNY"}, sink)
	if err == nil && sum.Bad > 0 {
		err = store.ErrBadRows
	}
	return sum, errors.Join(err, f.Close())
}

func openingOf(read []intake.Summary) (o Opening) {
	for _, r := range read {
		sum := r.Sums["CNY"]
		switch r.Kind {
		case intake.Borrowers:
			o.Borrowers = r.Rows
		case intake.Loans:
			o.Loans, o.Principal = r.Rows, sum
		case intake.Instalments:
			o.Instalments, o.Due = r.Rows, sum
		case intake.Payments:
			o.Payments, o.Paid = r.Rows, sum
		case intake.Overdue, intake.States, intake.Consents, intake.Contacts, intake.Numbers, intake.Duties:
		}
	}
	return o
}

func (w *World) plan(ctx context.Context, d *Day) error {
	done, err := w.lender.Engine.Plan(ctx, w.lender.Portfolio, engine.PlanOptions{Now: w.clock.Now()})
	if err != nil {
		return err
	}
	w.planned += done.Messages
	d.Planned += done.Messages
	d.Tasks += done.Tasks
	if w.clock.Now().Hour() < 12 {
		for rule, n := range done.Held {
			if rule != nothingDue {
				d.Held += n
			}
		}
	}
	return nil
}

// morning hands over, with the day's trouble.
func (w *World) morning(ctx context.Context, d *Day) error {
	from := w.carrier.Counts().Submits + 1
	defer func() {
		if d.Trouble != "" {
			w.examiner.torn = append(w.examiner.torn, span{from, w.carrier.Counts().Submits})
		}
	}()
	switch d.Trouble {
	case Killed:
		if w.lender.Elsewhere != nil {
			return w.kill(ctx, d)
		}
	case Down:
		return w.down(ctx)
	case Throttled:
		w.carrier.SetFaults(smsc.Faults{Throttle: smsc.Percent(10)})
	case Cut:
		w.carrier.SetFaults(smsc.Faults{DisconnectEvery: 150})
	}
	err := w.handOver(ctx, d)
	w.carrier.SetFaults(smsc.Faults{})
	return err
}

// handOver runs until nothing is in flight, on either side.
func (w *World) handOver(ctx context.Context, _ *Day) error {
	for range 5 {
		_, err := w.lender.Engine.Run(ctx, engine.RunOptions{
			Civil: w.clock.Now, Carriers: w.lender.Carriers, Linger: linger, Patience: patience,
		})
		if err != nil {
			return err
		}
		if w.carrier.settle(ctx, 4*smscPatience) {
			return nil
		}
	}
	return errors.New("the carrier does not come to rest")
}

// down hands over while the carrier is out of reach, and has it back before the evening.
func (w *World) down(ctx context.Context) error {
	if err := w.carrier.off(); err != nil {
		return err
	}
	_, err := w.lender.Engine.Run(ctx, engine.RunOptions{
		Civil: w.clock.Now, Carriers: w.lender.Carriers, Linger: linger, Patience: giveUp,
	})
	if err != nil && !errors.Is(err, engine.ErrCarrierDown) {
		return err
	}
	return w.carrier.on()
}
