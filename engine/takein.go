package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// A TakeIn is an import of a lender's files: on the command line and at the console it is this one.
type TakeIn struct {
	Into     store.Portfolio
	Zone     *time.Location // the creditor's
	Currency ledger.Currency
	Files    []TakeInFile
	Mapping  *intake.Mapping                    // of files that have none of their own; nil: Duly's own names
	Control  intake.Control                     // totals to tie to; nil: none are stated
	Now      time.Time                          // civil
	AsOf     time.Time                          // up to when the files state the ledger
	Snapshot bool                               // close the loans that the files do not name
	DryRun   bool                               // do everything and keep nothing
	SkipBad  bool                               // take in the good rows
	Yes      bool                               // close as many loans as the snapshot asks for
	By       string                             // who brings them in, for the audit
	MayLift  func(kind, by string) fault.Reason // as of store.Import
	Bad      func(intake.BadRow) error          // called for each fault
	Progress func(read int64)                   // bytes more
	Skipped  func(bad map[string][]int) error   // puts bad rows aside before anything lasts: by file, their lines; nil: nobody wants them
	lines    map[string][]int                   // of bad rows
}

// A TakeInFile is one file. It may be opened several times.
type TakeInFile struct {
	Name    string
	Mapping *intake.Mapping // of its own; nil: that of all
	Open    func() (io.ReadCloser, error)
}

// A Taken is what the files held and what that changed, or would change: it is filled as far as an error lets it be.
type Taken struct {
	Sum  store.Summary
	Read []intake.Summary
}

// BadRows is how many rows were left out.
func (t *Taken) BadRows() int {
	n := t.Sum.Bad
	for i := range t.Read {
		n += t.Read[i].Bad
	}
	return n
}

// Why an import is not kept. Nothing has changed then.
var (
	ErrBadRows    = errors.New("engine: rows are bad")
	ErrClosesMany = errors.New("engine: so many loans would be closed that somebody has to say yes")
)

// A ControlError says that the control totals do not tie.
type ControlError struct{ Err error }

// Error says which.
func (e *ControlError) Error() string { return e.Err.Error() }

// Unwrap returns what does not tie.
func (e *ControlError) Unwrap() error { return e.Err }

// An OpenError says that a file cannot be read.
type OpenError struct {
	Name string
	Err  error
}

// Error says so.
func (e *OpenError) Error() string {
	return fmt.Sprintf("engine: %s cannot be read: %v", e.Name, e.Err)
}

// Unwrap returns why.
func (e *OpenError) Unwrap() error { return e.Err }

// closeFreely is how many loans a snapshot closes without a yes; more than a tenth of those open need one as well.
const closeFreely = 100

// ClosesMany says that a snapshot closes so many loans that somebody has to say yes.
func ClosesMany(sum *store.Summary) bool {
	return sum.Closed > closeFreely || sum.Closed*10 > sum.OpenLoans
}

// Run takes the files in, all of them or nothing. The standings of what they touch are made anew by store.Refresh afterwards.
func (t *TakeIn) Run(ctx context.Context, s *store.Store) (took Taken, err error) {
	t.lines = map[string][]int{}
	sum, err := s.Import(ctx, store.Import{
		Portfolio: t.Into, Now: t.Now, AsOf: t.AsOf.In(t.Zone), Snapshot: t.Snapshot, DryRun: t.DryRun, By: t.By, MayLift: t.MayLift,
		Bad:     t.bad,
		Approve: func(sum store.Summary) error { took.Sum = sum; return t.approve(&took) },
	}, func(st *store.Stage) error {
		for i := range t.Files {
			if err := t.read(&t.Files[i], st, &took); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		took.Sum = sum
	}
	return took, err
}

func (t *TakeIn) read(f *TakeInFile, st *store.Stage, took *Taken) error {
	r, err := f.Open()
	if err != nil {
		return &OpenError{f.Name, err}
	}
	seen := int64(0)
	o := intake.Options{Mapping: t.Mapping, Currency: t.Currency, Bad: t.bad, Zone: t.Zone, Progress: func(read, _ int64) {
		if t.Progress != nil {
			t.Progress(read - seen)
		}
		seen = read
	}}
	if f.Mapping != nil {
		o.Mapping = f.Mapping
	}
	sum, err := intake.Read(r, f.Name, o, st)
	took.Read = append(took.Read, sum)
	return errors.Join(err, r.Close())
}

func (t *TakeIn) bad(b intake.BadRow) error {
	if n := len(t.lines[b.File]); n == 0 || t.lines[b.File][n-1] != b.Line {
		t.lines[b.File] = append(t.lines[b.File], b.Line)
	}
	if t.Bad == nil {
		return nil
	}
	return t.Bad(b)
}

// approve decides, with all the work done and nothing kept yet, whether it is to be kept.
func (t *TakeIn) approve(took *Taken) error {
	bad := took.BadRows()
	if bad > 0 && !t.SkipBad {
		return ErrBadRows
	}
	if t.Control != nil {
		if err := t.Control.Check(took.Read); err != nil {
			return &ControlError{err}
		}
	}
	if !t.Yes && !t.DryRun && ClosesMany(&took.Sum) {
		return ErrClosesMany
	}
	if bad > 0 && !t.DryRun && t.Skipped != nil {
		return t.Skipped(t.lines)
	}
	return nil
}

// Into is a portfolio as rows are taken into it.
func (p *Portfolio) Into() store.Portfolio { return p.row }
