package store

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A witness is a file beside the keys in which a machine notes the last things that it has stored: what a database does
// not hold, although its witness does, was lost when the database was put back. It holds numbers and times only. Several
// processes of a machine write it; each entry is written at once, in its own place, and any late one is as good as the last.
type witness struct {
	path string
	file *os.File
	bad  atomic.Pointer[error] // why it cannot be written; nil: it can
}

// ErrNoWitness says that the witness cannot be written, so that a database put back would not be known.
var ErrNoWitness = errors.New("store: what is handed over cannot be noted in the witness file")

// The entries of a witness, in the order of their places.
const (
	seenLine   = iota // the life that the machine worked in
	seenFence         // the last fence
	seenReply         // the last reply
	seenImport        // the last import
	seenKinds
)

var seenNames = [seenKinds]string{"line", "fence", "reply", "import"}

// entrySize is what an entry takes, its newline included.
const entrySize = 64

// A Seen is an entry: a number, or a word, and when it was noted (real).
type seen struct {
	value string
	at    time.Time
}

func (s seen) number() int64 {
	n, err := strconv.ParseInt(s.value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// errWitness says that a witness is there and says nothing that can be believed.
var errWitness = errors.New("store: the witness file cannot be read")

// openWitness opens the file, and makes it where it is not. Where it cannot be written it is read all the same.
func openWitness(path string) (*witness, error) {
	w := &witness{path: path}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		w.failed(err)
		if f, err = os.Open(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%w: %w", errWitness, err)
		}
	}
	w.file = f
	return w, nil
}

func (w *witness) failed(err error) {
	err = fmt.Errorf("%w: %w", ErrNoWitness, err)
	w.bad.Store(&err)
}

// err says why the witness cannot be written, nil when it can or there is none.
func (w *witness) err() error {
	if w == nil || w.bad.Load() == nil {
		return nil
	}
	return *w.bad.Load()
}

func (w *witness) close() error {
	if w == nil || w.file == nil {
		return nil
	}
	var err error
	if w.err() == nil {
		err = w.file.Sync()
	}
	if err = errors.Join(err, w.file.Close()); errors.Is(err, os.ErrClosed) {
		return nil // closed before, as databases may be
	}
	return err
}

// note writes an entry. It is not made durable at once: after a power failure the witness knows a little less, never more.
func (w *witness) note(kind int, value string, at time.Time) {
	if w.err() != nil {
		return
	}
	if _, err := w.file.WriteAt([]byte(entry(kind, value, at)), int64(kind*entrySize)); err != nil {
		w.failed(err)
	}
}

func entry(kind int, value string, at time.Time) string {
	said := fmt.Sprintf("%-7s %-32s %013d ", seenNames[kind], value, at.UnixMilli())
	return fmt.Sprintf("%s%08x\n", said, crc32.ChecksumIEEE([]byte(said)))
}

// read returns the entries; those that were never written are zero.
func (w *witness) read() (out [seenKinds]seen, err error) {
	if w == nil || w.file == nil {
		return out, nil
	}
	for range 3 { // another process may be writing
		if out, err = w.entries(); err == nil {
			return out, nil
		}
	}
	return out, err
}

func (w *witness) entries() (out [seenKinds]seen, err error) {
	buf := make([]byte, seenKinds*entrySize)
	n, err := w.file.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return out, fmt.Errorf("%w: %w", errWitness, err)
	}
	for kind := range out {
		at := kind * entrySize
		if at >= n || strings.Trim(string(buf[at:min(n, at+entrySize)]), "\x00") == "" {
			continue
		}
		if out[kind], err = readEntry(kind, string(buf[at:min(n, at+entrySize)])); err != nil {
			return out, err
		}
	}
	return out, nil
}

func readEntry(kind int, line string) (seen, error) {
	f := strings.Fields(line)
	if len(f) != 4 || len(line) != entrySize {
		return seen{}, errWitness
	}
	ms, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil || entry(kind, f[1], time.UnixMilli(ms)) != line {
		return seen{}, errWitness
	}
	return seen{f[1], instant(ms)}, nil
}

// begin forgets what was noted: a new life begins.
func (w *witness) begin(line string, at time.Time) error {
	if w.err() != nil {
		return nil // whoever wants to hand something over is told
	}
	if err := errors.Join(w.file.Truncate(0), w.file.Truncate(seenKinds*entrySize)); err != nil {
		return wrap(err)
	}
	w.note(seenLine, line, at)
	return errors.Join(w.err(), wrap(w.file.Sync()), syncFolder(filepath.Dir(w.path)))
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return wrap(err)
	}
	return errors.Join(wrap(d.Sync()), d.Close())
}
