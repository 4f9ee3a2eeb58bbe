package watch

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dulyhq/duly/store"
)

// gauges are read from the database when somebody asks, and not more often than it can bear: what waits every few
// seconds, what reads more rows less often. Every process of a fleet says the same of them.
type gauges struct {
	store *store.Store
	civil func() time.Time
	wire  func() time.Time

	mu     sync.Mutex
	now    store.Backlog
	soonAt time.Time
	wide   store.Standings
	wideAt time.Time
}

// How old what is told may be.
const (
	soon   = 5 * time.Second
	seldom = 2 * time.Minute
)

// asking bounds how long the database may take.
const asking = 10 * time.Second

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	up      = describe("duly_database_up", "1 when the database answered what these gauges ask.")
	held    = describe("duly_held", "1 while nothing is handed over until duly release.")
	workers = describe("duly_workers", "Processes that hand over and whose lease runs.")
	backlog = describe("duly_backlog", "Messages that wait.", "portfolio")
	due     = describe("duly_backlog_due", "Messages that wait although their hour has come.", "portfolio")
	oldest  = describe("duly_oldest_due_seconds", "How long the message that has been due the longest has waited since its hour; 0: none is due.", "portfolio")
	feed    = describe("duly_payments_age_seconds", "How old the payments feed is.", "portfolio")
	unknown = describe("duly_unknown", "Messages planned in the last eight days of which nobody can tell whether they arrived.", "portfolio")
	orphans = describe("duly_receipts_unmatched", "Receipts that match no message.")
	holds   = describe("duly_held_persons", "Persons who are held by their latest decision, by rule.", "portfolio", "rule")
)

// Database adds what the database tells: backlog, ages, unknown messages, holds.
func (m *Metrics) Database(s *store.Store, civil, wire func() time.Time) {
	m.registry.MustRegister(&gauges{store: s, civil: civil, wire: wire})
}

// Describe is part of prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{up, held, workers, backlog, due, oldest, feed, unknown, orphans, holds} {
		to <- d
	}
}

// Collect is part of prometheus.Collector.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	g.mu.Lock()
	defer g.mu.Unlock()
	say := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if err := g.ask(); err != nil {
		say(up, 0)
		return
	}
	say(up, 1)
	say(held, truth(g.now.Held))
	say(workers, float64(g.now.Workers))
	for i := range g.now.Portfolios {
		p := &g.now.Portfolios[i]
		say(backlog, float64(p.Waiting), p.Ref)
		say(due, float64(p.Due), p.Ref)
		say(oldest, since(g.now.At, p.Oldest), p.Ref)
		if !p.Feed.IsZero() {
			say(feed, since(g.now.At, p.Feed), p.Ref)
		}
	}
	say(orphans, float64(g.wide.Orphans))
	for _, u := range g.wide.Unknown {
		say(unknown, float64(u.Number), u.Portfolio)
	}
	for _, h := range g.wide.Holds {
		say(holds, float64(h.Number), h.Portfolio, h.Rule)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func since(now, then time.Time) float64 {
	if then.IsZero() {
		return 0
	}
	return max(0, now.Sub(then).Seconds())
}

// ask reads what is too old.
func (g *gauges) ask() error {
	ctx, cancel := context.WithTimeout(context.Background(), asking)
	defer cancel()
	wire := g.wire()
	if wire.Sub(g.soonAt) >= soon {
		b, err := g.store.Backlog(ctx, g.civil(), wire)
		if err != nil {
			return err
		}
		g.now, g.soonAt = b, wire
	}
	if wire.Sub(g.wideAt) >= seldom {
		s, err := g.store.Standings(ctx, g.civil())
		if err != nil {
			return err
		}
		g.wide, g.wideAt = s, wire
	}
	return nil
}
