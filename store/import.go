package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// An Import says how rows are taken in.
type Import struct {
	Portfolio Portfolio
	Now       time.Time // civil time at which the rows become known
	AsOf      time.Time // up to when the lender's system states them, in the creditor's own zone; zero means Now
	Snapshot  bool      // close the loans of the portfolio that the rows do not name
	DryRun    bool      // do all the work, then leave no trace
	By        string    // who brings them in, for the audit: a role or a number of staff; empty keeps no row

	// Bad is called for each row that contradicts the other rows or what is known. Such rows are left out;
	// whether the others go in is for Approve to say.
	Bad func(intake.BadRow) error
	// MayLift says why whoever lifts a state, "role" or "role:number", may not: a rule says who may. A reason without a code means that they
	// may; nil lets everybody.
	MayLift func(kind, by string) fault.Reason
	// Approve is asked before anything lasts; its error is returned and nothing has changed. Nil approves when
	// no row was bad.
	Approve func(Summary) error
}

// A Summary says what an import stated and what it changed.
type Summary struct {
	Source      int64     `json:"source"` // the import's number; 0 for a dry run
	KnownAt     time.Time `json:"known_at"`
	AsOf        time.Time `json:"as_of"`
	Feed        bool      `json:"feed"` // payments, or balances that count them, were stated up to AsOf
	Snapshot    bool      `json:"snapshot,omitempty"`
	DryRun      bool      `json:"dry_run,omitempty"`
	Borrowers   Tally     `json:"borrowers"`
	Loans       Tally     `json:"loans"`
	Instalments Tally     `json:"instalments"`
	Payments    Tally     `json:"payments"`
	States      Tally     `json:"states"`
	Consents    Tally     `json:"consents"`
	Contacts    Tally     `json:"contacts"`
	Numbers     Tally     `json:"numbers"`
	Duties      Tally     `json:"duties"`
	Persons     int       `json:"persons_new"`
	Moved       int       `json:"persons_changed"` // borrowers who turned out to be another person
	Withdrawn   int       `json:"payments_withdrawn"`
	OpenLoans   int       `json:"loans_open"` // before the import
	Closed      int       `json:"loans_closed"`
	LeftOut     int       `json:"loans_left_out,omitempty"` // open loans that a flat list does not name which came as a delta; they stay open
	Bad         int       `json:"bad"`                      // rows left out by the checks across rows
	// Mixed counts days of loans that hold payments both with and without a payment_id, so that money may be
	// counted twice.
	Mixed  int                         `json:"payments_mixed,omitempty"`
	Totals map[string]map[string]int64 `json:"-"` // what → currency → minor units, of all rows stated
}

// A Tally counts the rows of one kind.
type Tally struct {
	Stated  int `json:"stated"`
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
	Bad     int `json:"bad"` // left out by the checks across rows
}

// Changes says whether the import taught anything.
func (s *Summary) Changes() bool {
	n := s.Withdrawn + s.Closed + s.Moved
	for _, t := range []Tally{
		s.Borrowers, s.Loans, s.Instalments, s.Payments, s.States, s.Consents, s.Contacts, s.Numbers, s.Duties,
	} {
		n += t.Added + t.Changed
	}
	return n > 0
}

// Errors of an import. Nothing has changed when one of them is returned.
var (
	ErrBadRows = errors.New("store: import: rows are bad")
	ErrNoLoans = errors.New("store: import: a snapshot without loans would close every loan; give the loans file, or import a delta")
)

// errRetired says that rows may have been sealed by a key that is no more.
var errRetired = errors.New("store: import: a key was retired while the files were read; import them again")

// retired is how many keys were retired so far.
func (m *merge) retired() int64 {
	return m.number(`SELECT count(*) FROM seal_key WHERE retired_at <> 0`)
}

var errDryRun = errors.New("dry run")

// Import takes in the rows that read hands to the stage, which is intake's sink, all or nothing, in one transaction. A row that says
// what is known already adds nothing, whatever file it comes in; one that says something else adds a version.
// Memory does not grow with the rows. The standings of the loans touched are made anew by Refresh.
func (s *Store) Import(ctx context.Context, o Import, read func(*Stage) error) (Summary, error) {
	var sum Summary
	err := s.transaction(ctx, s.whileStaging(), func(tx *sql.Tx, _ direct) error {
		m := merge{ctx: ctx, tx: tx, o: o, keys: s.keys, fleet: s.fleet}
		if err := m.run(read); err != nil {
			return err
		}
		sum = m.sum
		if o.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		sum.Source, sum.DryRun, err = 0, true, nil
	}
	if err == nil {
		s.noted(seenImport, sum.Source, o.Now)
	}
	return sum, err
}

// whileStaging returns who may write while the files are read: on PostgreSQL anyone.
func (s *Store) whileStaging() company {
	if s.fleet {
		return anyone
	}
	return alone
}

// A merge brings staged rows into the ledger. The first error sticks: later steps do nothing.
type merge struct {
	ctx    context.Context
	tx     *sql.Tx
	keys   *Keys
	fleet  bool // as of Store
	hushed bool // no step is under way any more: see hush
	o      Import
	stage  *Stage
	bad    int   // of the kind being merged
	known  int64 // known_at of every fact of this import
	source int64
	sum    Summary
	err    error
}

func (m *merge) run(read func(*Stage) error) error {
	if m.o.AsOf.IsZero() {
		m.o.AsOf = m.o.Now
	}
	m.stage = newStage(m.ctx, m.tx, m.keys, m.o.Portfolio, m.o.AsOf.Location(), m.fleet)
	if err := m.stage.make(); err != nil {
		return err
	}
	retired := m.retired()
	if err := read(m.stage); err != nil {
		return err
	}
	if err := m.stage.close(); err != nil {
		return err
	}
	if m.fleet {
		// The rows are here; from now on nobody else writes to the books. Steps do, until hush.
		if err := m.stage.measure(); err != nil {
			return err
		}
		if err := withBooks.take(m.ctx, m.tx); err != nil {
			return err
		}
		if m.retired() != retired && m.err == nil {
			return errRetired
		}
	}
	if m.o.Snapshot && !m.stage.loanFile {
		return ErrNoLoans
	}
	m.begin()
	m.borrowers()
	m.allLoans()
	m.instalments()
	m.payments()
	m.facts()
	m.closeAbsent()
	m.touch()
	m.finish()
	m.stage.empty(m)
	return m.err
}

// hush waits for the steps under way, and lets nobody else write until the import is committed. What the import does before is in no
// step's way, because no step writes what it writes, and none sees it: facts, standings, staged rows. What steps write as well (contacts,
// turns, states that replies began, what was agreed) is touched from here on. So a step was committed before, on what was known before
// the import; or it begins after the import's commit, and finds the turns moved on.
func (m *merge) hush() {
	if !m.fleet || m.hushed || m.err != nil {
		return
	}
	m.hushed = true
	m.fail(betweenSteps.take(m.ctx, m.tx))
}

// begin takes a known_at later than that of any import before, so that no two versions of a fact collide.
func (m *merge) begin() {
	last := m.number(`SELECT max(coalesce((SELECT max(known_at) FROM source), 0), coalesce((SELECT max(known_at) FROM own_wish), 0))`)
	m.known = max(millis(m.o.Now), last+1)
	mode := "delta"
	if m.o.Snapshot {
		mode = "snapshot"
	}
	m.exec(`INSERT INTO source (id, portfolio, known_at, as_of, mode, summary)
		SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, '' FROM source`,
		m.o.Portfolio.ID, m.known, millis(m.o.AsOf), mode)
	m.source = m.number(`SELECT max(id) FROM source`)
	m.sum = Summary{Source: m.source, KnownAt: instant(m.known), AsOf: m.o.AsOf.UTC(), Snapshot: m.o.Snapshot}
}

func (m *merge) finish() {
	if m.sum.Feed = m.stage.feed; m.sum.Feed {
		m.exec(`UPDATE portfolio SET payments_as_of = max(payments_as_of, ?) WHERE id = ?`, millis(m.o.AsOf), m.o.Portfolio.ID)
	}
	text, err := json.Marshal(m.sum)
	m.fail(err)
	m.exec(`UPDATE source SET summary = ? WHERE id = ?`, string(text), m.source)
	if m.o.By != "" {
		m.exec(`INSERT INTO audit (at, who, what, portfolio, subject) VALUES (?, ?, 'imported', ?, ?)`, millis(m.o.Now), m.o.By, m.o.Portfolio.ID, "import "+strconv.FormatInt(m.source, 10))
	}
	m.talk()
	if m.err != nil {
		return
	}
	if m.o.Approve != nil {
		m.err = m.o.Approve(m.sum)
	} else if m.sum.Bad > 0 {
		m.err = ErrBadRows
	}
}

// talk lets the payments that have come decide about what was agreed.
func (m *merge) talk() {
	if m.err == nil && m.sum.Feed {
		_, err := (&talk{m.ctx, m.tx}).settle(m.o.Portfolio.ID, instant(m.known), m.o.AsOf.Location())
		m.fail(err)
	}
}

func (m *merge) day() ledger.Date { return ledger.Day(m.o.AsOf) }

func (m *merge) fail(err error) {
	if m.err == nil && err != nil {
		m.err = fmt.Errorf("store: import: %w", err)
	}
}

// tally counts what became of the rows of one kind; a row that repeats another counts as the same.
func (m *merge) tally(table string, stated int) Tally {
	t := Tally{Stated: stated, Bad: m.bad}
	t.Added = int(m.number(`SELECT count(*) FROM ` + table + ` WHERE was = 0`))
	t.Changed = int(m.number(`SELECT count(*) FROM ` + table + ` WHERE was = 2`))
	t.Same = stated - t.Added - t.Changed - t.Bad
	m.sum.Bad += m.bad
	m.bad = 0
	return t
}

func (m *merge) any(table string) bool {
	return m.number(`SELECT EXISTS (SELECT 1 FROM `+table+`)`) != 0
}

// exec runs one statement and returns how many rows it changed.
func (m *merge) exec(query string, args ...any) int {
	if m.err != nil {
		return 0
	}
	res, err := m.tx.ExecContext(m.ctx, query, args...)
	if err != nil {
		m.fail(err)
		return 0
	}
	n, err := res.RowsAffected()
	m.fail(err)
	return int(n)
}

func (m *merge) number(query string, args ...any) (n int64) {
	if m.err == nil {
		m.fail(m.tx.QueryRowContext(m.ctx, query, args...).Scan(&n))
	}
	return n
}

// query calls row for each row of a query; row calls scan once.
func (m *merge) query(row func(scan func(...any)), query string, args ...any) {
	if m.err != nil {
		return
	}
	rows, err := m.tx.QueryContext(m.ctx, query, args...)
	if err != nil {
		m.fail(err)
		return
	}
	defer func() { m.fail(rows.Close()) }()
	for m.err == nil && rows.Next() {
		row(func(dest ...any) { m.fail(rows.Scan(dest...)) })
	}
	m.fail(rows.Err())
}
