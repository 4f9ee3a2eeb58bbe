package proof

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A Disk is a folder as SQLite writes to it: it knows which process has which file open, can let a process die before
// any write, and can lose power. What SQLite has written and not yet synced is on the computer and survives the death
// of a process; it does not survive a loss of power, at which each such write may be on the disk or not, or in part.
// Sync itself costs nothing: that a file is synced is noted, and the operating system is not asked.
//
// A disk is used by one goroutine.
type Disk struct {
	dir    string
	volume bool // note what is not synced, so that Lose can be called
	lies   bool // to who is bound to a carrier it says that it has synced, and has not: for a planted breach
	hasty  bool // it has not synced what is synced beside SQLite's own commits: for a planted breach
	now    *Owner
	media  map[string]*medium

	Writes, Syncs int64 // so far, by all processes
}

// An Owner is a process as the disk knows it.
type Owner struct {
	dead  bool
	after int  // how many writes, syncs, truncations and deletions it still makes; below 0 means no end
	died  bool // it died by after

	withPower bool // when it dies by after, the power fails
	bound     bool // it hands over
}

// sector is the least that a disk writes whole.
const sector = 512

// A medium is one file: what was written to it since it was synced.
type medium struct {
	path    string
	pending []change
}

// A change is a write that is not synced: data at off over what was there before, in a file of size bytes. A nil
// data is a truncation to off.
type change struct {
	off         int64
	data, under []byte
	size        int64
}

var disks struct {
	mu   sync.RWMutex
	dirs map[string]*Disk
}

// NewDisk watches a folder. Every SQLite file that is opened there from now on goes through the disk.
func NewDisk(dir string, canLosePower bool) (*Disk, error) {
	if err := installVFS(); err != nil {
		return nil, err
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	d := &Disk{dir: dir, volume: canLosePower, media: map[string]*medium{}}
	disks.mu.Lock()
	defer disks.mu.Unlock()
	if disks.dirs == nil {
		disks.dirs = map[string]*Disk{}
	}
	disks.dirs[dir] = d
	return d, nil
}

// Close ends the watching.
func (d *Disk) Close() {
	disks.mu.Lock()
	defer disks.mu.Unlock()
	delete(disks.dirs, d.dir)
}

func diskOf(path string) *Disk {
	disks.mu.RLock()
	defer disks.mu.RUnlock()
	return disks.dirs[filepath.Dir(path)]
}

// Switch says which process the calls that follow are of, and returns the one before.
func (d *Disk) Switch(o *Owner) (before *Owner) {
	before, d.now = d.now, o
	return before
}

// Kill makes the process that has these files open do nothing any more: its calls fail and change nothing.
func (o *Owner) Kill() { o.dead = true }

// DieAfter lets the process die before the write, sync, truncation or deletion that follows n more of them.
func (o *Owner) DieAfter(n int) { o.after = n }

// Died says that the process died where DieAfter said.
func (o *Owner) Died() bool { return o.died }

// may says whether a process is alive to change the disk once more.
func (o *Owner) may() bool {
	switch {
	case o == nil:
		return true
	case o.dead:
		return false
	case o.after == 0:
		o.dead, o.died = true, true
		return false
	case o.after > 0:
		o.after--
	}
	return true
}

func (d *Disk) medium(path string) *medium {
	m := d.media[path]
	if m == nil {
		m = &medium{path: path}
		d.media[path] = m
	}
	return m
}

// Lose loses power: of what was not synced, rng decides what is on the disk. All files must be closed.
func (d *Disk) Lose(rng *rand.Rand) error {
	for _, path := range d.paths() {
		if err := d.media[path].lose(rng); err != nil {
			return err
		}
	}
	clear(d.media)
	// The index of the log lies in memory that processes share; SQLite makes it anew from the log.
	return removeAll(filepath.Join(d.dir, "*-shm"))
}

// paths returns the media in an order of their own.
func (d *Disk) paths() []string {
	entries, err := filepath.Glob(filepath.Join(d.dir, "*"))
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries { // Glob sorts
		if d.media[e] != nil {
			out = append(out, e)
		}
	}
	return out
}

func removeAll(pattern string) error {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := os.Remove(n); err != nil {
			return err
		}
	}
	return nil
}

func (m *medium) lose(rng *rand.Rand) (err error) {
	if len(m.pending) == 0 {
		return nil
	}
	f, err := os.OpenFile(m.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	for i := len(m.pending) - 1; i >= 0; i-- {
		c := &m.pending[i]
		if err := c.undo(f); err != nil {
			return err
		}
	}
	for i := range m.pending {
		if err := m.pending[i].perhaps(f, rng); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) undo(f *os.File) error {
	if _, err := f.WriteAt(c.under, c.off); err != nil {
		return err
	}
	return f.Truncate(c.size)
}

// perhaps does the change again, sector by sector, where rng says so.
func (c *change) perhaps(f *os.File, rng *rand.Rand) error {
	if c.data == nil {
		if rng.IntN(2) == 0 {
			return f.Truncate(c.off)
		}
		return nil
	}
	all := rng.IntN(3) // none, some or all of it
	for at := 0; at < len(c.data); at += sector {
		if all == 0 || all == 1 && rng.IntN(2) == 0 {
			continue
		}
		if _, err := f.WriteAt(c.data[at:min(at+sector, len(c.data))], c.off+int64(at)); err != nil {
			return err
		}
	}
	return nil
}

// watched says whether a file is one whose power loss is noted: the database and its log, and neither the index in
// shared memory nor temporary files.
func (d *Disk) watched(path string) bool {
	return d.volume && path != "" && !strings.HasSuffix(path, "-shm")
}
