package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// The limits of imports at the console.
const (
	MostImport     = 512 << 20        // bytes of the files of one import
	ImportWithin   = 10 * time.Minute // until they are here
	mostFiles      = 12
	mostBadShown   = 200
	mostBadKept    = 2000 // faults of an import that its file of bad rows has
	longestImport  = 2 * time.Hour
	leastWordsLeft = 1 << 20 // what the form has beside the files
	// importSilent is how long nothing may be heard of the machine that runs an import, by those that do not run it.
	importSilent = 2 * time.Minute
	importTells  = 2 * time.Second // between two words of how far it is
)

// A phase is how far an import has come.
type phase string

// The phases.
const (
	mapping  phase = "mapping"  // the columns are being said
	checking phase = "checking" // a dry run goes on
	checked  phase = "checked"  // what it would change is known
	running  phase = "running"
	finished phase = "finished"
)

// A why is what keeps an import from being kept. Empty: nothing does.
type why string

// The whys.
const (
	badRows    why = "bad_rows"
	closesMany why = "closes_many"
	badHeader  why = "header"
	noLoans    why = "no_loans"
	tooSlow    why = "too_slow"
	brokenOff  why = "broken_off" // the machine that ran it is gone
	unknownWhy why = "unknown"
)

func whyOf(err error) (w why, header intake.FileErrors) {
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, engine.ErrBadRows):
		return badRows, nil
	case errors.Is(err, engine.ErrClosesMany):
		return closesMany, nil
	case errors.As(err, &header):
		return badHeader, header
	case errors.Is(err, store.ErrNoLoans):
		return noLoans, nil
	case errors.Is(err, context.DeadlineExceeded):
		return tooSlow, nil
	}
	return unknownWhy, nil
}

// An upload is one file. Its bytes lie in the database, sealed and in pieces.
type upload struct {
	Name    string
	Size    int64
	Headers []string
	Plain   intake.Plain
	Wrong   intake.FileErrors // why its headers cannot be read
}

// A draft is one import on its way: whose it is, how far it is, and what the database keeps sealed of it.
type draft struct {
	store.ImportDraft
	house *engine.Portfolio
	importState
}

// An importState is what is sealed of an import, beside its files.
type importState struct {
	Snapshot, SkipBad bool
	Files             []*upload
	Took              engine.Taken
	Bad               []intake.BadRow
	Faults            int
	Why               why
	Header            intake.FileErrors
	Assessed          int
}

func (x *draft) phase() phase { return phase(x.Phase) }

// turn keeps what became of an import; false: somebody else's turn came first.
func (c *Console) turn(ctx context.Context, x *draft) (bool, error) {
	var err error
	if x.State, err = json.Marshal(x.importState); err != nil {
		return false, err
	}
	return c.Gate.Store.TurnImportDraft(ctx, &x.ImportDraft, x.phase() != finished, c.Gate.Wire())
}

// A filed reads a file out of the database, a piece at a time.
type filed struct {
	ctx  context.Context
	s    *store.Store
	ref  string
	file int
	n    int   // the next piece
	left int64 // bytes behind piece
	have []byte
}

// Read reads on.
func (f *filed) Read(p []byte) (int, error) {
	for len(f.have) == 0 {
		if f.left <= 0 {
			return 0, io.EOF
		}
		var err error
		if f.have, err = f.s.ImportPieceOf(f.ctx, f.ref, f.file, f.n); err != nil {
			return 0, err
		}
		f.n, f.left = f.n+1, f.left-int64(len(f.have))
	}
	n := copy(p, f.have)
	f.have = f.have[n:]
	return n, nil
}

// Close has nothing to close.
func (f *filed) Close() error { return nil }

func (c *Console) open(ctx context.Context, ref string, file int, size int64) *filed {
	return &filed{ctx: ctx, s: c.Gate.Store, ref: ref, file: file, left: size}
}

// keep writes a file's bytes into the database as they come, and reads its headers. No more than a piece of it is in memory.
func (c *Console) keep(ctx context.Context, ref string, file int, name string, r io.Reader) (*upload, error) {
	u := &upload{Name: name}
	piece := make([]byte, store.ImportPiece)
	for n := 0; ; n++ {
		got, err := io.ReadFull(r, piece)
		if got > 0 {
			if err := c.Gate.Store.KeepImportPiece(ctx, ref, file, n, piece[:got], c.Gate.Wire()); err != nil {
				return nil, err
			}
			u.Size += int64(got)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	u.guess(c.open(ctx, ref, file, u.Size))
	return u, nil
}

// guess reads the headers and says what they most likely mean.
func (u *upload) guess(r io.Reader) {
	headers, by, err := intake.Headers(r, u.Name, intake.Options{})
	u.Plain = intake.Plain{Columns: map[string]string{}, Delimiter: by, Dates: intake.DateForms()[0]}
	if err != nil {
		if !errors.As(err, &u.Wrong) {
			u.Wrong = intake.FileErrors{{File: u.Name, Line: 1, Column: 1, Why: fault.Of(fault.FileUnreadable)}}
		}
		return
	}
	u.Headers = headers
	taken := map[string]bool{}
	for _, h := range headers {
		to := intake.Guess(h)
		if to == "" || taken[to] {
			u.Plain.Ignore = append(u.Plain.Ignore, h)
			continue
		}
		taken[to] = true
		u.Plain.Columns[h] = to
	}
}

// newImportRef is a name that nobody guesses.
func newImportRef() string { return strings.ToLower(rand.Text()) }

// start runs it, or a dry run of it, beside the requests. false: it runs already, or is done.
func (c *Console) start(x *draft, dry, yes bool, civil time.Time) (bool, error) {
	if x.phase() != mapping && x.phase() != checked || !dry && x.phase() != checked {
		return false, nil
	}
	x.Phase, x.Bad, x.Faults, x.Why, x.Header, x.Took = string(running), nil, 0, "", nil, engine.Taken{}
	if dry {
		x.Phase = string(checking)
	}
	x.Machine, _ = os.Hostname() // without a name it has none
	x.Until = c.Gate.Wire().Add(importSilent)
	if _, here := c.runs.LoadOrStore(x.Ref, true); here {
		return false, nil
	}
	began, err := c.turn(context.Background(), x) // whoever asked may go away meanwhile
	if !began {
		c.runs.Delete(x.Ref)
		return false, err
	}
	go c.run(x, dry, yes, civil)
	return true, err
}

// runsHere says that this process runs an import. On SQLite its word that it does waits until the import is in, which may take longer than
// importSilent.
func (c *Console) runsHere(ref string) bool {
	_, here := c.runs.Load(ref)
	return here
}

func (c *Console) run(x *draft, dry, yes bool, civil time.Time) {
	defer c.runs.Delete(x.Ref)
	ctx, cancel := context.WithTimeout(context.Background(), longestImport)
	defer cancel()
	h := x.house
	tells := c.tell(ctx, x)
	t := engine.TakeIn{
		Into: h.Into(), Zone: h.Zone, Currency: c.currency(h), Now: civil, AsOf: civil, Snapshot: x.Snapshot, DryRun: dry, SkipBad: x.SkipBad, Yes: yes,
		By: x.Who, MayLift: h.MayLift, Bad: x.oneBad, Progress: tells.more,
	}
	took, err := engine.Taken{}, error(nil)
	for i, u := range x.Files {
		m, wrong := u.Plain.Mapping()
		err = errors.Join(err, wrong)
		t.Files = append(t.Files, engine.TakeInFile{Name: u.Name, Mapping: m, Open: func() (io.ReadCloser, error) { return c.open(ctx, x.Ref, i, u.Size), nil }})
	}
	if err == nil {
		took, err = t.Run(ctx, c.Gate.Store)
	}
	fresh := 0
	if err == nil && !dry {
		var late error
		if fresh, late = c.Gate.Store.Refresh(ctx, h.Row(), ledger.Day(civil.In(h.Zone)), h.Terms); late != nil {
			c.Log.Warn("console: an import is kept, but its loans are not all assessed; the next plan makes up for it", "error", late)
		}
	}
	tells.stop()
	x.Took, x.Assessed, x.Phase, x.Until = took, fresh, string(checked), time.Time{}
	x.Why, x.Header = whyOf(err)
	if !dry && err == nil {
		x.Phase = string(finished)
	}
	if _, err := c.turn(context.Background(), x); err != nil {
		c.Log.Warn("console: what became of an import could not be kept; it shows as broken off, and may be tried again", "error", err)
	}
}

// A telling says now and then how far an import is.
type telling struct {
	mu   sync.Mutex
	read int64
	end  chan struct{}
	done chan struct{}
}

func (c *Console) tell(ctx context.Context, x *draft) *telling {
	t := &telling{end: make(chan struct{}), done: make(chan struct{})}
	ref, turn := x.Ref, x.Turn
	go func() {
		defer close(t.done)
		tick := time.NewTicker(importTells)
		defer tick.Stop()
		for {
			select {
			case <-t.end:
				return
			case <-tick.C:
			}
			t.mu.Lock()
			read := t.read
			t.mu.Unlock()
			if err := c.Gate.Store.ImportProgress(ctx, ref, turn, read, c.Gate.Wire().Add(importSilent)); err != nil {
				c.Log.Warn("console: how far an import is could not be kept", "error", err)
			}
		}
	}()
	return t
}

func (t *telling) more(read int64) {
	t.mu.Lock()
	t.read += read
	t.mu.Unlock()
}

func (t *telling) stop() {
	close(t.end)
	<-t.done
}

func (c *Console) currency(h *engine.Portfolio) ledger.Currency {
	if c.Currency == nil {
		return ""
	}
	return c.Currency(h.Ref)
}

func (x *draft) oneBad(b intake.BadRow) error {
	if x.Faults++; len(x.Bad) < mostBadKept {
		b.Raw = nil // it holds what the row says of somebody
		x.Bad = append(x.Bad, b)
	}
	return nil
}
