package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/jobs/river"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/watch"
)

type serveFlags struct{ listen string }

func (a *app) serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Do what run does, for ever: plan every night, hand over what is due, take in what comes back",
		Long: `Does what run does until it is told to end (SIGTERM, Ctrl-C): plans each day from its hour on (serve.plan_at of duly.yaml)
and after imports, hands over every message whose hour has come, and stores receipts and replies. A night that was
missed is made good. A carrier or a database that is away for a while is tried again.

Over HTTP it shows the lender's console (console in duly.yaml; duly user lets people in) and the borrower's page (portal), says whether it lives (/healthz) and whether
it is ready (/readyz), and shows Prometheus what waits and how it does (/metrics; docs/operations.md). Told to end, it permits nothing more
and waits until what is on its way has its outcome, for serve.drain at most; what has none then is unknown, is never
sent again by itself, and waits for a receipt or a person.

With --now civil time begins there and runs on; it is refused unless every carrier is a simulator.`,
		Example: `  duly serve
  duly serve --listen 127.0.0.1:9090`,
		Args: exactly(0, "serve takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.serve(c.Context(), cfg, e, f) })
		},
	}
	c.Flags().StringVar(&f.listen, "listen", "", "HOST:PORT of the HTTP server (default: serve.listen of duly.yaml, else "+defaultListen+")")
	a.nowFlag(c)
	return c
}

// runOn returns civil time: the clock's, or one that runs on from --now.
func (c *clock) runOn() func() time.Time {
	if !c.virtual() {
		return c.read
	}
	from, began := c.now, c.read()
	return func() time.Time { return from.Add(c.read().Sub(began)) }
}

func (a *app) serve(ctx context.Context, cfg *Config, e *engine.Engine, f serveFlags) error {
	carriers, err := cfg.carriers(a.clock.virtual(), a.clock.read)
	if err != nil {
		return err
	}
	at := cfg.Serve.Listen
	if f.listen != "" {
		if at = f.listen; !isListen(at) {
			return fail(Usage, "--listen %q is not an address such as 127.0.0.1:8080", at)
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at)
	if err != nil {
		return fail(Dependency, "the HTTP server cannot listen at %s: %w", at, err)
	}
	h := &house{
		log: slog.New(slog.NewTextHandler(a.err, nil)), config: cfg, engine: e, civil: a.clock.runOn(), drain: cfg.Serve.Drain,
		options: engine.RunOptions{Carriers: carriers, Drain: cfg.Serve.Drain},
	}
	h.options.Civil = h.civil
	h.web = serve.New(serve.Limits{AtOnce: 600}, h.log) // people who open a page after a message come together
	h.web.Ready(serve.Check{Name: "database", Ask: e.Store.Ping})
	if h.runner, err = h.runs(cfg, e.Store); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := cfg.openHooks(e); err != nil {
		return errors.Join(err, l.Close())
	}
	if h.opinions, err = cfg.opinions(e, h.civil); err != nil {
		return errors.Join(err, l.Close())
	}
	if page := cfg.portalHandler(e, h.civil, h.log); page != nil {
		h.web.Handle("/", page)
	}
	pages, err := cfg.consoleHandler(e, h.civil, h.log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if pages != nil {
		h.web.Handle(console.Path, pages)
		h.web.Large(console.ImportPath, serve.Large{Body: console.MostImport + 1<<20, Within: console.ImportWithin})
		h.web.Large(console.StatementPath, serve.Large{Body: console.MostStatement + 1<<20, Within: console.ImportWithin})
	}
	h.nightly = &engine.Nightly{Engine: e, Civil: h.civil, PlanAt: cfg.Serve.PlanAt, Retention: cfg.Serve.Retention, Planned: h.planned, Retained: h.retained}
	if cfg.Database.URL != "" {
		h.nightly.Shard = shardSize
	}
	end, err := a.watched(ctx, cfg, h)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer end()
	where, err := cfg.whereConsole(ctx, e.Store)
	if err == nil {
		_, err = fmt.Fprintf(a.out, "duly serves at http://%s\n%s", l.Addr(), where)
	}
	if err != nil {
		return errors.Join(err, l.Close())
	}
	return h.run(ctx, l)
}

// A house is a process that serves.
type house struct {
	log      *slog.Logger
	config   *Config
	engine   *engine.Engine
	civil    func() time.Time
	drain    time.Duration
	options  engine.RunOptions
	nightly  *engine.Nightly
	opinions *engine.Opinions // nil: nobody is asked
	runner   jobs.Runner
	web      *serve.Server
	metrics  *watch.Metrics
}

// shardSize is how many persons a piece of a plan has where several machines plan.
const shardSize = 20_000

// runs returns what runs the jobs: River where machines share a database, a ticker in the one process else.
func (h *house) runs(cfg *Config, s *store.Store) (jobs.Runner, error) {
	if cfg.Database.URL == "" {
		return jobs.Ticker{Failed: h.jobFailed}, nil
	}
	place, _, err := cfg.place()
	return river.Runner{URL: place, Prepare: s.Room, Failed: h.jobFailed, Log: slog.New(quietly{h.log.Handler()})}, err
}

// quietly passes on what is wrong, and not what is going on.
type quietly struct{ slog.Handler }

// Enabled says what is passed on.
func (quietly) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// run works until ctx ends, and a bounded time longer.
func (h *house) run(ctx context.Context, l net.Listener) error {
	ctx, fell := context.WithCancelCause(ctx)
	defer fell(nil)
	online, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	var web sync.WaitGroup
	web.Go(func() {
		if err := h.web.Run(online, l); err != nil {
			fell(err)
		}
	})
	var work sync.WaitGroup
	work.Go(func() {
		h.engine.Keep(ctx, h.options, func(carrier string, err error) {
			if h.carrierFailed(carrier, err); errors.Is(err, store.ErrLog) {
				fell(err) // this process can store nothing more
			}
		})
	})
	work.Go(func() { h.keepSealed(ctx, h.config) })
	work.Go(func() { h.slimAfter(ctx, started) })
	work.Go(func() {
		if err := h.runner.Run(ctx, h.nightly); err != nil {
			fell(err)
		}
	})
	if h.opinions != nil {
		work.Go(func() {
			if err := (jobs.Ticker{Failed: h.jobFailed}).Run(ctx, h.opinions); err != nil {
				fell(err)
			}
		})
	}
	work.Go(func() {
		told := jobs.Ticker{Failed: h.jobFailed}
		if err := told.Run(ctx, &engine.Deliveries{Engine: h.engine, Told: h.delivered}); err != nil {
			fell(err)
		}
	})
	<-ctx.Done()
	h.web.End()
	h.log.Info("ending: nothing more is permitted")
	err := context.Cause(ctx)
	work.Wait()
	hangUp()
	web.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil // it was told to
	}
	return err
}

// started is how long what the start needs may be needed after it.
const started = 2 * time.Second

// slimAfter gives back what only the start needed, once it is over. It is no fault where the system does not allow it.
func (h *house) slimAfter(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
		if err := slim(); err != nil {
			h.log.Debug("what the start needed is kept", "error", err)
		}
	}
}

func (h *house) carrierFailed(carrier string, err error) {
	h.metrics.Failed("hand_over")
	h.log.Warn("handing over is interrupted and will be tried again", "carrier", carrier, "error", err)
}

func (h *house) jobFailed(p jobs.Piece, err error) {
	h.metrics.Failed("job")
	h.log.Warn("a job failed and will be tried again", "job", p.Kind, "portfolio", p.Portfolio, "run", p.Run, "shard", p.Shard, "error", err)
}

// delivered logs what a hook did not take; what it takes is nothing to speak of.
func (h *house) delivered(hook string, done engine.Delivered) {
	if done.Failed > 0 {
		h.metrics.Failed("hook")
		h.log.Warn("events were not taken and will be tried again", "hook", hook, "taken", done.Taken, "failed", done.Failed, "given_up", done.GivenUp, "code", done.Code)
	}
}

func (h *house) planned(portfolio string, done engine.Planned) {
	held := int64(0)
	for _, n := range done.Held {
		held += n
	}
	h.log.Info("planned", "portfolio", portfolio, "persons", done.Persons, "messages", done.Messages, "tasks", done.Tasks, "waiting", done.Waiting, "held", held)
}

func (h *house) retained(month time.Time, done store.Retained) {
	h.log.Info("given up, for nobody has to keep it any more", "month", month.Format("2006-01"), "messages", done.Gone, "kept", done.Kept, "dropped", done.Dropped)
}
