// Package river runs jobs on many machines that share a PostgreSQL, by River: one of them, elected, sees to it that somebody asks what
// is due; each piece is a row that one machine takes, and that another has again when it fails or its machine dies. Nothing else
// in Duly knows River.
package river

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/dulyhq/duly/jobs"
)

// Schema is where River's tables lie, apart from Duly's.
const Schema = "river"

// A Runner is a jobs.Runner on a database of PostgreSQL.
type Runner struct {
	URL string // of the database, with its password
	// Prepare runs f while no other process prepares the database, in which it has made room for the schema.
	Prepare func(ctx context.Context, schema string, f func() error) error
	Workers int                     // pieces that this process does at once; 0 means 2
	Every   time.Duration           // how often somebody asks what is due; 0 means DefaultEvery
	Failed  func(jobs.Piece, error) // is told of what failed and will be tried again; the zero Piece means asking what is due
	Log     *slog.Logger            // of River's own troubles; nil says nothing
}

// Times. River's own defaults suit other work: a machine that dies would keep its pieces for an hour.
const (
	DefaultEvery = 5 * time.Second
	jobWithin    = 2 * time.Minute            // what takes longer is ended, and tried again
	rescueAfter  = jobWithin + 10*time.Second // so long after it was begun a piece of a dead machine is tried again
	keepDone     = time.Hour                  // rows of what is done, for people who look
	tryAgainIn   = 5 * time.Second            // after a failure
	stopWithin   = 10 * time.Second           // pieces that are under way when the process ends
	fetchEvery   = 500 * time.Millisecond     // where no notification comes
	mostAttempts = 20                         // then the piece is given up, and due anew with the next asking
)

// ask is the job of asking what is due.
type ask struct{}

// Kind names the job in the database.
func (ask) Kind() string { return "duly_ask" }

// do is the job of one piece.
type do struct {
	Piece jobs.Piece `json:"piece"`
}

// Kind names the job in the database.
func (do) Kind() string { return "duly_do" }

// once lets a job be there once until it is done.
func once() *river.InsertOpts {
	return &river.InsertOpts{MaxAttempts: mostAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

// Run does what is due until ctx ends, and returns when what is under way here has ended, for a bounded time. A database that is away
// is tried again.
func (r Runner) Run(ctx context.Context, w jobs.Work) error {
	for {
		err := r.run(ctx, w)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && r.Failed != nil {
			r.Failed(jobs.Piece{}, err)
		}
		timer := time.NewTimer(tryAgainIn)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

func (r Runner) run(ctx context.Context, w jobs.Work) error {
	cfg, err := pgxpool.ParseConfig(r.URL)
	if err != nil {
		return errors.New("river: the database's URL cannot be read") // pgx would repeat it, password and all
	}
	workers := max(1, r.Workers)
	if r.Workers == 0 {
		workers = 2
	}
	cfg.MaxConns = int32(workers) + 3
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("river: %w", err)
	}
	defer pool.Close()
	driver := riverpgxv5.New(pool)
	if err := r.Prepare(ctx, Schema, func() error { return migrate(ctx, driver) }); err != nil {
		return fmt.Errorf("river: %w", err)
	}
	client, err := r.client(driver, w, workers)
	if err != nil {
		return fmt.Errorf("river: %w", err)
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("river: %w", err)
	}
	<-client.Stopped()
	return nil
}

func migrate(ctx context.Context, driver *riverpgxv5.Driver) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Schema: Schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (r Runner) client(driver *riverpgxv5.Driver, w jobs.Work, workers int) (*river.Client[pgx.Tx], error) {
	log := r.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	every := r.Every
	if every <= 0 {
		every = DefaultEvery
	}
	known := river.NewWorkers()
	river.AddWorker(known, &asker{work: w})
	river.AddWorker(known, &doer{work: w})
	return river.NewClient(driver, &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}}, Workers: known, Schema: Schema, Logger: log,
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every),
			func() (river.JobArgs, *river.InsertOpts) { return ask{}, once() }, &river.PeriodicJobOpts{RunOnStart: true})},
		JobTimeout: jobWithin, RescueStuckJobsAfter: rescueAfter, CompletedJobRetentionPeriod: keepDone, DiscardedJobRetentionPeriod: keepDone,
		FetchPollInterval: fetchEvery, SoftStopTimeout: stopWithin, RetryPolicy: retry{}, ErrorHandler: told{r.Failed},
	})
}

// asker asks what is due and makes a job of each piece.
type asker struct {
	river.WorkerDefaults[ask]
	work jobs.Work
}

// Work asks.
func (a *asker) Work(ctx context.Context, _ *river.Job[ask]) error {
	due, err := a.work.Due(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	list := make([]river.InsertManyParams, len(due))
	for i, p := range due {
		list[i] = river.InsertManyParams{Args: do{p}, InsertOpts: once()}
	}
	_, err = river.ClientFromContext[pgx.Tx](ctx).InsertMany(ctx, list)
	return err
}

// doer does a piece.
type doer struct {
	river.WorkerDefaults[do]
	work jobs.Work
}

// Work does the piece.
func (d *doer) Work(ctx context.Context, job *river.Job[do]) error {
	return d.work.Do(ctx, job.Args.Piece)
}

// retry tries again soon: what failed is due still.
type retry struct{}

// NextRetry says when.
func (retry) NextRetry(*rivertype.JobRow) time.Time {
	return time.Now().Add(tryAgainIn) //nolint:forbidigo // River keeps its own rows in the machine's time
}

// told tells of what failed.
type told struct{ failed func(jobs.Piece, error) }

// HandleError tells of an error.
func (t told) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if t.failed != nil {
		t.failed(pieceOf(job), err)
	}
	return nil
}

// HandlePanic tells of a panic, without what it says: it may hold what is nobody's business.
func (t told) HandlePanic(_ context.Context, job *rivertype.JobRow, _ any, _ string) *river.ErrorHandlerResult {
	if t.failed != nil {
		t.failed(pieceOf(job), errors.New("river: the job panicked"))
	}
	return nil
}

func pieceOf(job *rivertype.JobRow) jobs.Piece {
	var d do
	_ = json.Unmarshal(job.EncodedArgs, &d) // of another job it stays empty
	return d.Piece
}
