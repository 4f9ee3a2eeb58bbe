package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// A Statement is what a carrier says of messages of which nobody knows whether they arrived, held against those that there are.
type Statement struct {
	Digest    string // SHA-256 of the file, hex
	Rows      int    // good rows
	Bad       int
	Arrived   int // messages of which it says that they arrived
	Not       int // that they did not
	Open      int // found, but it does not say what became of them, or not of every part
	Ambiguous int // lines that fit more than one message, or more lines than a message has parts
	Elsewhere int // lines about no message that is unknown
	Words     []store.Word
}

// A lineSet is what a statement says of one message.
type lineSet struct {
	lines  int
	good   int
	bad    bool
	cause  receive.Cause
	byID   bool // our own number or the carrier's, which cannot be of another message
	whole  bool // a line is of the whole message, by our number
	others bool // a line may be of another message as well
}

// ReadStatement reads a carrier's statement and finds the messages that it is about, among those of a carrier that are unknown. It changes nothing:
// its words are for Store.Reconcile.
func ReadStatement(r io.Reader, name string, o intake.Options, open []store.Unsure, hash func(e164 string) []byte) (*Statement, error) {
	m := matcher{open: open, hash: hash, found: make([]lineSet, len(open))}
	m.index()
	sum := sha256.New()
	s := &Statement{}
	bad := o.Bad
	var line int // of the last bad row
	o.Bad = func(b intake.BadRow) error {
		if b.Line != line {
			s.Bad, line = s.Bad+1, b.Line
		}
		if bad == nil {
			return nil
		}
		return bad(b)
	}
	var err error
	s.Rows, err = intake.ReadStatement(io.TeeReader(r, sum), name, o, func(l intake.StatementLine) error {
		switch n := m.of(&l); {
		case len(n) == 0:
			s.Elsewhere++
		case len(n) > 1:
			s.Ambiguous++
			for _, i := range n {
				m.found[i].others = true
			}
		case l.Message == 0 && m.open[n[0]].Beside && !m.hasID(n[0], l.ID):
			s.Ambiguous++
			m.found[n[0]].others = true
		default:
			m.found[n[0]].add(&l)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Digest = hex.EncodeToString(sum.Sum(nil))
	for i := range m.found {
		m.found[i].word(&open[i], s)
	}
	return s, nil
}

// add takes a line in.
func (l *lineSet) add(line *intake.StatementLine) {
	l.lines++
	l.whole = l.whole || line.Message != 0
	l.byID = l.byID || line.Message != 0 || line.ID != ""
	if event, cause := receive.Stated(line.State, line.Error); event == outbox.EvDelivered {
		l.good++
	} else if event == outbox.EvUndelivered {
		l.bad, l.cause = true, cause
	}
}

// word adds what a message's lines say together: one part that did not arrive means that the message did not, and it did where every part did.
func (l *lineSet) word(u *store.Unsure, s *Statement) {
	switch {
	case l.lines == 0:
	case l.others || !l.byID && l.lines > u.Parts:
		s.Ambiguous++
	case l.bad:
		s.Not++
		s.Words = append(s.Words, store.Word{ID: u.ID, Said: store.SaidNotArrived, Cause: string(l.cause)})
	case l.good == l.lines && (l.whole || l.good >= u.Parts):
		s.Arrived++
		s.Words = append(s.Words, store.Word{ID: u.ID, Said: store.SaidArrived})
	default:
		s.Open++
	}
}

// A matcher finds the messages that lines are about.
type matcher struct {
	open    []store.Unsure
	hash    func(string) []byte
	found   []lineSet
	numbers map[outbox.MessageID]int
	ids     map[string]int
	phones  map[string][]int
}

func (m *matcher) index() {
	m.numbers, m.ids, m.phones = map[outbox.MessageID]int{}, map[string]int{}, map[string][]int{}
	for i := range m.open {
		u := &m.open[i]
		m.numbers[u.ID] = i
		for _, id := range store.SplitIDs(u.IDs) {
			m.ids[id] = i
		}
		if len(u.Address) > 0 {
			m.phones[string(u.Address)] = append(m.phones[string(u.Address)], i)
		}
	}
}

// of returns the messages that a line may be about, by what says it most surely.
func (m *matcher) of(l *intake.StatementLine) []int {
	if l.Message != 0 {
		if i, ok := m.numbers[l.Message]; ok {
			return []int{i}
		}
		return nil
	}
	if i, ok := m.ids[l.ID]; ok && l.ID != "" {
		if l.Phone != "" && len(m.open[i].Address) > 0 && !bytes.Equal(m.hash(l.Phone), m.open[i].Address) {
			return nil // a carrier that uses its ids again
		}
		return []int{i}
	}
	if l.Phone == "" || l.At.IsZero() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(m.phones[string(m.hash(l.Phone))]), func(i int) bool {
		return l.At.Sub(m.open[i].At).Abs() > store.Near
	})
}

// hasID says whether an id is one that the carrier gave a message.
func (m *matcher) hasID(n int, id string) bool {
	i, ok := m.ids[id]
	return ok && id != "" && i == n
}

// StatementPlace is where the first portfolio of a carrier is: of a statement's times without a zone, and of numbers without a country.
func StatementPlace(books []*Portfolio, carrier string) (*time.Location, string) {
	for _, b := range books {
		if b.Carrier == carrier {
			return b.Zone, intake.CountryIn(b.Zone.String())
		}
	}
	return time.UTC, ""
}

// HourWords are one word on every message of a carrier that was handed over in an hour: of those that are unknown, or, where it is taken back,
// of those of which something was said. subject is how the audit writes them.
func (e *Engine) HourWords(ctx context.Context, portfolios []int64, carrier string, hour time.Time, said string, again bool) (list []store.Word, subject string, err error) {
	back := said == store.SaidOpen
	found, err := e.Store.Unsure(ctx, store.UnsureAsk{Portfolios: portfolios, Carrier: carrier, Hour: hour, Said: &back})
	for i := range found {
		list = append(list, store.Word{ID: found[i].ID, Said: said, Again: again})
	}
	return list, "carrier " + carrier + " in the hour of " + hour.UTC().Format(time.RFC3339), err
}

// TakeStatement keeps what a carrier's statement says of unknown messages of the portfolios, and returns how many changed.
func (e *Engine) TakeStatement(ctx context.Context, portfolios []int64, carrier string, s *Statement, again bool, by store.Act) (int, error) {
	words := slices.Clone(s.Words)
	for i := range words {
		words[i].Again = again && words[i].Said == store.SaidNotArrived
	}
	if len(words) == 0 {
		return 0, nil
	}
	return e.Store.Reconcile(ctx, portfolios, words, "statement "+s.Digest[:16]+" of carrier "+carrier, by)
}
