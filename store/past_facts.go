package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
)

// A KnownState is a state as it was known, with what only people read of it.
type KnownState struct {
	guard.State
	Region   string // it is of everybody who lives there; empty: of the person
	Owner    string
	ReviewOn ledger.Date
	Cause    string // "reply 17", "import 3"; empty for what follows from a number or a loan
	StateNote
}

// then is the condition that a fact was known at an instant and not yet corrected or lifted; it takes the instant twice.
const then = ` known_at <= ? AND (gone_at = 0 OR gone_at > ?)`

// numbers reads what providers had found about the numbers.
func (p *Past) numbers(ctx context.Context, tx *sql.Tx, at time.Time) error {
	for i := range p.Borrowers {
		b := &p.Borrowers[i]
		err := tx.QueryRowContext(ctx, `SELECT status, checked_on, expires_on FROM number_check WHERE address = ? AND`+then+`
			ORDER BY checked_on DESC, id DESC LIMIT 1`, b.Address, millis(at), millis(at)).Scan(&b.Number.Status, &b.Number.CheckedOn, &b.Number.ExpiresOn)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return wrap(err)
		}
	}
	return nil
}

// stepThen is the episode of contact c as it was at ?2: people may have said since, or have taken back, that the step may be taken once more
// (see reconciling.say).
const stepThen = `CASE WHEN c.message <> 0 AND EXISTS (SELECT 1 FROM reconciled k WHERE k.fence BETWEEN c.message << 3 AND c.message << 3 | 7 AND k.again = 1)
		THEN CASE WHEN coalesce((SELECT k.again FROM reconciled k WHERE k.fence BETWEEN c.message << 3 AND c.message << 3 | 7 AND k.at <= ?2 ORDER BY k.id DESC LIMIT 1), 0) = 1
			THEN -1 ELSE (SELECT m.episode FROM message m WHERE m.id = c.message) END
		ELSE c.episode END`

var contactsThen = strings.Replace(contactColumnsOf, "episode", stepThen, 1)

// contacts reads the contacts made before, those of people as far as they were known. The slot of a message that was
// tried again has moved on to its last try: before that it lay at the try before, unless the try that is asked about is
// the message's own.
func (p *Past) contacts(ctx context.Context, tx *sql.Tx, at time.Time) error {
	known := `known_at <= ?2 AND (gone_at = 0 OR gone_at > ?2)`
	if p.made {
		known = `gone_at = 0`
	}
	rows, err := tx.QueryContext(ctx, `SELECT * FROM (
		SELECT `+contactsThen+`, 0 AS moved FROM contact c WHERE subject = ?1 << 8 AND at < ?2 AND note = 0
		UNION ALL SELECT seq, message, f.at, day, channel, portfolio, treatment, `+stepThen+`, loan, others, address, result, party, 1
			FROM contact c JOIN fence f ON f.id = (SELECT max(id) FROM fence WHERE id BETWEEN c.message << 3 AND c.message << 3 | 7 AND at < ?2)
			WHERE subject = ?1 << 8 AND c.at >= ?2 AND message <> 0
				AND NOT EXISTS (SELECT 1 FROM fence WHERE id BETWEEN c.message << 3 AND c.message << 3 | 7 AND at = ?2)
		UNION ALL SELECT 0, 0, at, day, channel, portfolio, 0, 0, loan, '', address, `+results+`, `+makers+`, 0 FROM recorded r
			WHERE person = ?1 AND at < ?2 AND result <> 'mistaken' AND `+known+`) c ORDER BY at, seq`,
		int64(p.Person), millis(at))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r contactRow
		var moved bool
		if err := rows.Scan(append(r.fields(), &moved)...); err != nil {
			return wrap(err)
		}
		if moved {
			r.day = p.dayThere(r.at)
		}
		p.LastSeq = r.seq
		p.addContact(&r, p.Portfolio)
	}
	return wrap(rows.Err())
}

// dayThere returns the day of an instant where the person is, as far as that is known.
func (p *Past) dayThere(at time.Time) ledger.Date {
	for _, b := range p.Borrowers {
		for _, name := range strings.Fields(b.Zone) {
			if z, err := time.LoadLocation(name); err == nil {
				return ledger.Day(at.In(z))
			}
		}
	}
	return ledger.Day(at)
}

// states reads the states of the person and of where they live, and adds those that follow from numbers and loans.
func (p *Past) states(ctx context.Context, tx *sql.Tx, at time.Time) error {
	places := []any{p.Person, millis(at), millis(at)}
	cond := ""
	for _, b := range p.Borrowers {
		cond += " OR person = 0 AND region IN (?, ?, ?)"
		places = append(places, b.Country, b.Region, b.Locality)
	}
	// What a reply began is known at its hour; the person's own first, then the region's.
	args := append([]any{places[0]}, places[3:]...)
	rows, err := tx.QueryContext(ctx, `SELECT region, owner, review_on, cause, digest, `+stateFields+` FROM state
		WHERE (person = ?`+cond+`) AND`+then+` ORDER BY person = 0, id`, append(args, places[1:3]...)...)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var k KnownState
		var digest []byte
		if err := rows.Scan(append([]any{&k.Region, &k.Owner, &k.ReviewOn, &k.Cause, &digest}, scanState(&k.State)...)...); err != nil {
			return wrap(err)
		}
		p.Known, p.digests = append(p.Known, k), append(p.digests, digest)
		p.States = append(p.States, k.State)
	}
	if err := rows.Err(); err != nil {
		return wrap(err)
	}
	own := len(p.States)
	for i := range p.Borrowers {
		p.addNumber(&p.Borrowers[i])
	}
	for i := range p.Loans {
		p.addCore(&p.Loans[i])
	}
	for _, s := range p.States[own:] {
		p.Known, p.digests = append(p.Known, KnownState{State: s}), append(p.digests, nil)
	}
	return nil
}

// given reads consents and duties.
func (p *Past) given(ctx context.Context, tx *sql.Tx, at time.Time) error {
	for _, q := range []struct {
		query string
		scan  func() []any
		keep  func()
	}{p.consentRows(), p.dutyRows()} {
		rows, err := tx.QueryContext(ctx, q.query, p.Person, millis(at), millis(at), p.Portfolio)
		if err != nil {
			return wrap(err)
		}
		for rows.Next() {
			if err := rows.Scan(q.scan()...); err != nil {
				return errors.Join(wrap(err), rows.Close())
			}
			q.keep()
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return wrap(err)
		}
	}
	return p.done(ctx, tx, at)
}

// done reads what notices had done.
func (p *Past) done(ctx context.Context, tx *sql.Tx, at time.Time) error {
	rows, err := tx.QueryContext(ctx, noticesDone+` AND n.person = ? ORDER BY n.fence`, millis(at), p.Person)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var person int64
		var d guard.Duty
		if err := rows.Scan(append([]any{&person}, scanDuty(&d)...)...); err != nil {
			return wrap(err)
		}
		p.Duties = append(p.Duties, d)
	}
	return wrap(rows.Err())
}

type rowsOf = struct {
	query string
	scan  func() []any
	keep  func()
}

func (p *Past) consentRows() rowsOf {
	var c guard.Consent
	return rowsOf{
		`SELECT ` + consentFields + ` FROM consent WHERE person = ? AND` + then + ` AND (withdrawn = 1 OR portfolio IN ` + sameCreditor + `) ORDER BY id`,
		func() []any { return scanConsent(&c) }, func() { p.Consents = append(p.Consents, c) },
	}
}

func (p *Past) dutyRows() rowsOf {
	var d guard.Duty
	return rowsOf{
		`SELECT ` + dutyFields + ` FROM duty WHERE person = ? AND` + then + ` AND portfolio IN ` + sameCreditor + ` ORDER BY id`,
		func() []any { return scanDuty(&d) }, func() { p.Duties = append(p.Duties, d) },
	}
}

// heard reads the replies.
func (p *Past) heard(ctx context.Context, tx *sql.Tx, at time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT at, sender, channel FROM reply WHERE person = ? AND at <= ? ORDER BY at`, p.Person, millis(at))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h Heard
		if err := rows.Scan((*msTime)(&h.At), &h.Address, &h.Channel); err != nil {
			return wrap(err)
		}
		p.hear(h)
	}
	return wrap(rows.Err())
}

// core reads what the core system had said of the loans. Whether its total differed then is for whoever has the history.
func (p *Past) core(ctx context.Context, tx *sql.Tx, at time.Time) error {
	for i := range p.Loans {
		l := &p.Loans[i]
		var c CoreStated
		err := tx.QueryRowContext(ctx, `SELECT core_due, core_on, debit_until, next_step, next_step_on, next_step_by, assigned_to, known_at FROM loan_fact
			WHERE loan = ? AND known_at <= ? ORDER BY known_at DESC LIMIT 1`, l.ID, millis(at)).Scan(&c.Due, &c.On, (*msTime)(&l.Core.DebitUntil),
			&l.Core.NextStep, &l.Core.NextStepOn, &c.NextStepBy, &l.Core.AssignedTo, (*msTime)(&c.KnownAt))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return wrap(err)
		}
		p.Core = append(p.Core, c)
	}
	return nil
}

// A CoreStated is what the core system said of a loan's total, and who authorised its next step.
type CoreStated struct {
	Due        int64
	On         ledger.Date // the creditor's day of it; zero: its total was not stated
	NextStepBy string
	KnownAt    time.Time
}

// Differs adds that the core system's own total for a loan was another.
func (p *Past) Differs(loan int) {
	p.Loans[loan].Core.Differs = true
	s := guard.State{Kind: "core_differs", Loan: p.Loans[loan].ID}
	p.States = append(p.States, s)
	p.Known = append(p.Known, KnownState{State: s})
}

// open adds what only people read of the states.
func (s *Store) openNotes(ctx context.Context, p *Past) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		notes, err := s.notes(ctx, tx, p.digests)
		for i := range notes {
			p.Known[i].StateNote = notes[i]
		}
		p.digests = slices.Clip(p.digests[:0])
		return err
	})
}
