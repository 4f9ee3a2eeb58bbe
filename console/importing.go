package console

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

// The limits of imports at the console.
const (
	MostImport     = 512 << 20        // bytes of the files of one import
	ImportWithin   = 10 * time.Minute // until they are here
	mostFiles      = 12
	mostDrafts     = 8         // that wait at one process; the oldest that does not run makes room
	draftsLive     = time.Hour // without anybody looking
	mostBadShown   = 200
	longestImport  = 2 * time.Hour
	leastWordsLeft = 1 << 20 // what the form has beside the files
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

// An upload is one file. It has no name on the disk any more, so that it is gone with the process, however that ends.
type upload struct {
	Name    string
	f       *os.File
	size    int64
	headers []string
	plain   intake.Plain
	mapped  *intake.Mapping
	wrong   string // why its headers cannot be read
}

func (u *upload) open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(u.f, 0, u.size)), nil
}

// A draft is one import on its way, in this process: its files, what was said of them, and what it did or would do.
type draft struct {
	mu       sync.Mutex
	id       string
	house    *engine.Portfolio
	by       string // who brings it, as the audit writes them
	snapshot bool
	skipBad  bool
	files    []*upload
	phase    phase
	read     int64 // bytes that were read so far
	seen     time.Time
	took     engine.Taken
	bad      []intake.BadRow
	faults   int
	err      error // why nothing was kept; nil: it went, or it was a dry run without a fault
	assessed int
}

// drafts are those of this process.
type drafts struct {
	mu   sync.Mutex
	list []*draft
}

// add keeps one, and lets go of what nobody looks at any more. false: too many run.
func (d *drafts) add(n *draft, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = slices.DeleteFunc(d.list, func(x *draft) bool { return x.idle(now.Add(-draftsLive)) && x.drop() })
	if len(d.list) >= mostDrafts {
		i := slices.IndexFunc(d.list, func(x *draft) bool { return x.idle(now) })
		if i < 0 {
			return false
		}
		d.list[i].drop()
		d.list = slices.Delete(d.list, i, i+1)
	}
	n.id, n.seen = strings.ToLower(rand.Text()), now
	d.list = append(d.list, n)
	return true
}

// find returns one; nil: there is none of that number here.
func (d *drafts) find(id string, now time.Time) *draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range d.list {
		if x.id == id {
			x.mu.Lock()
			x.seen = now
			x.mu.Unlock()
			return x
		}
	}
	return nil
}

// end lets one go, unless it runs.
func (d *drafts) end(x *draft, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !x.idle(now) {
		return false
	}
	x.drop()
	d.list = slices.DeleteFunc(d.list, func(o *draft) bool { return o == x })
	return true
}

// idle says that nothing of it runs, and that nobody has looked at it since.
func (x *draft) idle(since time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.phase != checking && x.phase != running && !x.seen.After(since)
}

// drop closes its files; it is always true.
func (x *draft) drop() bool {
	for _, u := range x.files {
		_ = u.f.Close() // it was only read, and has no name
	}
	return true
}

// keep writes a file's bytes to the disk, under no name, and reads its headers.
func keep(name string, r io.Reader) (*upload, error) {
	f, err := os.CreateTemp("", "duly-import-*")
	if err != nil {
		return nil, err
	}
	u := &upload{Name: name, f: f}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if u.size, err = io.Copy(f, r); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	u.guess()
	return u, nil
}

// guess reads the headers and says what they most likely mean.
func (u *upload) guess() {
	r, _ := u.open()
	headers, by, err := intake.Headers(r, u.Name, intake.Options{})
	u.plain = intake.Plain{Columns: map[string]string{}, Delimiter: by, Dates: intake.DateForms()[0]}
	if err != nil {
		u.wrong = err.Error()
		return
	}
	u.headers = headers
	taken := map[string]bool{}
	for _, h := range headers {
		to := intake.Guess(h)
		if to == "" || taken[to] {
			u.plain.Ignore = append(u.plain.Ignore, h)
			continue
		}
		taken[to] = true
		u.plain.Columns[h] = to
	}
}

// start runs it, or a dry run of it, beside the requests. false: it runs already, or is done.
func (c *Console) start(x *draft, dry, yes bool, civil time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.phase != mapping && x.phase != checked || !dry && x.phase != checked {
		return false
	}
	x.phase, x.read, x.bad, x.faults, x.err, x.took = running, 0, nil, 0, nil, engine.Taken{}
	if dry {
		x.phase = checking
	}
	go c.run(x, dry, yes, civil)
	return true
}

func (c *Console) run(x *draft, dry, yes bool, civil time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), longestImport)
	defer cancel()
	h := x.house
	t := engine.TakeIn{
		Into: h.Into(), Zone: h.Zone, Currency: c.currency(h), Now: civil, AsOf: civil, Snapshot: x.snapshot, DryRun: dry, SkipBad: x.skipBad, Yes: yes,
		By: x.by, MayLift: h.MayLift, Bad: x.oneBad, Progress: x.more,
	}
	for _, u := range x.files {
		t.Files = append(t.Files, engine.TakeInFile{Name: u.Name, Mapping: u.mapped, Open: u.open})
	}
	took, err := t.Run(ctx, c.Gate.Store)
	fresh := 0
	if err == nil && !dry {
		if fresh, err = c.Gate.Store.Refresh(ctx, h.Row(), ledger.Day(civil.In(h.Zone)), h.Terms); err != nil {
			c.Log.Warn("console: an import is kept, but its loans are not all assessed; the next plan makes up for it", "error", err)
			err = nil
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.took, x.err, x.assessed = took, err, fresh
	switch {
	case !dry && err == nil:
		x.phase = finished
	default:
		x.phase = checked
	}
}

func (c *Console) currency(h *engine.Portfolio) ledger.Currency {
	if c.Currency == nil {
		return ""
	}
	return c.Currency(h.Ref)
}

func (x *draft) more(read int64) {
	x.mu.Lock()
	x.read += read
	x.mu.Unlock()
}

func (x *draft) oneBad(b intake.BadRow) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.faults++; len(x.bad) < mostBadShown {
		b.Raw = nil // it holds what the row says of somebody
		x.bad = append(x.bad, b)
	}
	return nil
}
