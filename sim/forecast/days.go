package forecast

import (
	"context"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// The hours of a day, where the first portfolio's creditor is: what was paid the day before is stated, and then the day
// is planned.
const (
	newsAt = 6
	planAt = 7
)

// run is one try on its way through the days.
type run struct {
	cfg   Config
	books []*book
	civil time.Time
}

func (r *run) open(ctx context.Context) error {
	r.civil = r.at(r.cfg.From, 0)
	for i := range r.cfg.Books {
		b := &book{Book: r.cfg.Books[i], run: r, result: &Result{
			Portfolio: r.cfg.Books[i].Portfolio.Ref, Tasks: map[string]int64{}, Holds: map[string]int64{}, PerPerson: map[int]int64{}, Stages: map[string]int64{},
			Paid: map[ledger.Currency]int64{}, Because: map[ledger.Currency]int64{},
		}}
		if err := b.open(ctx); err != nil {
			return err
		}
		r.books = append(r.books, b)
	}
	return nil
}

// at is an hour of a day.
func (r *run) at(on ledger.Date, hour int) time.Time {
	return on.At(hour, 0, r.cfg.Books[0].Portfolio.Zone)
}

// day states what was paid, plans, and hands over whatever falls due until the next morning.
func (r *run) day(ctx context.Context, n int) error {
	on := r.cfg.From + ledger.Date(n)
	r.civil = r.at(on, newsAt)
	for _, b := range r.books {
		b.result.Days = append(b.result.Days, Day{On: on})
		if err := b.news(ctx); err != nil {
			return err
		}
	}
	r.civil = r.at(on, planAt)
	if err := r.settle(ctx); err != nil {
		return err
	}
	for _, b := range r.books {
		if err := b.plan(ctx, n); err != nil {
			return err
		}
	}
	return r.handOver(ctx, r.at(on+1, newsAt))
}

func (r *run) settle(ctx context.Context) error {
	_, err := r.cfg.Store.Settle(ctx, r.civil, r.cfg.Wire())
	return err
}

// handOver goes from one hour at which something is due to the next, until the morning.
func (r *run) handOver(ctx context.Context, morning time.Time) error {
	for {
		due, err := r.nextDue(ctx)
		if err != nil {
			return err
		}
		if due.After(r.civil) {
			r.civil = due
		}
		if due.IsZero() || !r.civil.Before(morning) {
			_, err := r.drain(ctx)
			return err
		}
		did, err := r.drain(ctx)
		if err != nil {
			return err
		}
		if !did { // what is due waits for another hour, or is stale
			if err := r.settle(ctx); err != nil {
				return err
			}
			r.civil = r.civil.Add(15 * time.Minute)
		}
	}
}

func (r *run) nextDue(ctx context.Context) (next time.Time, err error) {
	for _, b := range r.books {
		due, err := r.cfg.Store.NextDue(ctx, b.Portfolio.Row())
		if err != nil {
			return next, err
		}
		if !due.IsZero() && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return next, nil
}

// drain lets the senders work until nothing comes of it, with the replies that come meanwhile, and says whether
// anything did.
func (r *run) drain(ctx context.Context) (did bool, err error) {
	for again := true; again; {
		again = false
		for _, b := range r.books {
			s, err := b.sender.Step(ctx)
			if err != nil {
				return did, err
			}
			again = again || s.Claimed > 0 || s.Back > 0 || len(b.replies) > 0
			for _, reply := range b.replies {
				b.carrier.sink.Reply(reply)
				b.heard(reply.Text)
			}
			b.replies = nil
		}
		did = did || again
	}
	return did, nil
}

// close looks at the book once more, on the morning after, and ends the senders.
func (r *run) close(ctx context.Context) ([]*Result, error) {
	on := r.cfg.From + ledger.Date(r.cfg.Days)
	r.civil = r.at(on, newsAt)
	out := make([]*Result, 0, len(r.books))
	for _, b := range r.books {
		if err := b.news(ctx); err != nil {
			return nil, err
		}
		if err := b.look(ctx); err != nil {
			return nil, err
		}
		if err := b.sender.Finish(ctx); err != nil {
			return nil, err
		}
		out = append(out, b.result)
	}
	return out, nil
}

// openSender makes the worker of one book, with a carrier of its own.
func (b *book) open(ctx context.Context) error {
	c, p := &b.run.cfg, b.Portfolio
	b.engine = &engine.Engine{Store: c.Store, Portfolios: []*engine.Portfolio{p}, Wire: c.Wire, AsGiven: true}
	if err := b.engine.Prepare(ctx, b.run.civil); err != nil {
		return err
	}
	var err error
	cfg := engine.SenderConfig{Carrier: p.Carrier, Civil: func() time.Time { return b.run.civil }, Window: width}
	b.sender, err = b.engine.NewSender(cfg, func(sink dispatch.Sink) (engine.Carrier, error) {
		b.carrier = &quiet{b, sink}
		return b.carrier, nil
	})
	if err != nil {
		return err
	}
	if b.row, err = c.Store.Portfolio(ctx, p.Creditor, p.Ref); err != nil {
		return err
	}
	return b.sender.Hire(ctx)
}

// A book is one portfolio on its way.
type book struct {
	Book
	run     *run
	row     store.Portfolio
	engine  *engine.Engine
	sender  *engine.Sender
	carrier *quiet
	result  *Result
	paid    []payment // modelled and not stated yet
	replies []dispatch.Reply
	overdue map[ledger.Currency]int64
}
