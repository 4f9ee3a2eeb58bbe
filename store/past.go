package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Past is one person in one portfolio as known at an instant: the dossier, with loans whose standings are
// still to be made from their history.
type Past struct {
	Dossier
	KnownAt time.Time // the instant whose knowledge this is; later than asked for when the facts came later
	Names   []Recipient
	Known   []KnownState // by States
	Core    []CoreStated // by Loans

	digests [][]byte // by Known
	made    bool     // with contacts that became known later
}

// Past reads what was known of a person at an instant from the facts themselves, not from projections. Facts
// that were imported later than at stand in where there are none older, and KnownAt says so.
func (s *Store) Past(ctx context.Context, portfolio Portfolio, person ledger.PersonID, at time.Time) (*Past, error) {
	p := &Past{Dossier: Dossier{Person: person, Portfolio: portfolio.ID}, KnownAt: at}
	err := s.readPast(ctx, p, at)
	if err == nil {
		err = s.openNotes(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	open, err := s.Recipients(ctx, portfolio.Ref, p.Borrowers)
	for _, b := range p.Borrowers {
		p.Names = append(p.Names, open[b.ID])
	}
	return p, err
}

// PastMade is Past for judging again a contact that was made at the instant: with every contact that had been made by
// then, also those that people told of later, and without names and notes.
func (s *Store) PastMade(ctx context.Context, portfolio Portfolio, person ledger.PersonID, at time.Time) (*Past, error) {
	p := &Past{Dossier: Dossier{Person: person, Portfolio: portfolio.ID}, KnownAt: at, made: true}
	return p, s.readPast(ctx, p, at)
}

func (s *Store) readPast(ctx context.Context, p *Past, at time.Time) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		for _, f := range []func(context.Context, *sql.Tx, time.Time) error{
			p.borrowers, p.numbers, p.loans, p.core, p.contacts, p.states, p.given, p.others,
		} {
			if err := f(ctx, tx, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Past) borrowers(ctx context.Context, tx *sql.Tx, at time.Time) error {
	if err := tx.QueryRowContext(ctx, `SELECT turn FROM person WHERE id = ?`, p.Person).Scan(&p.Turn); err != nil {
		return wrap(err)
	}
	var first int64
	if err := tx.QueryRowContext(ctx, `SELECT min(f.known_at) FROM borrower b JOIN borrower_fact f ON f.borrower = b.id
		WHERE b.person = ? AND b.portfolio = ?`, p.Person, p.Portfolio).Scan(&first); err != nil {
		return wrap(err)
	}
	if instant(first).After(at) {
		p.KnownAt = instant(first)
	}
	rows, err := tx.QueryContext(ctx, `SELECT b.id, b.ref, f.id, f.language, f.zone, f.country, f.region, f.locality, f.age, f.phone_kind, f.address,
			f.wish
		FROM borrower b JOIN borrower_fact f ON f.borrower = b.id WHERE b.person = ? AND b.portfolio = ?
		AND f.known_at = (SELECT max(known_at) FROM borrower_fact g WHERE g.borrower = b.id AND g.known_at <= ?) ORDER BY b.id`,
		p.Person, p.Portfolio, millis(p.KnownAt))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b BorrowerFacts
		var wish string
		if err := rows.Scan(&b.ID, &b.Ref, &b.Fact, &b.Language, &b.Zone, &b.Country, &b.Region, &b.Locality, &b.Age, &b.PhoneKind, &b.Address,
			&wish); err != nil {
			return wrap(err)
		}
		var err error
		if b.Wish, err = parseWish(wish); err != nil {
			return err
		}
		p.Borrowers = append(p.Borrowers, b)
	}
	return wrap(rows.Err())
}

func (p *Past) loans(ctx context.Context, tx *sql.Tx, at time.Time) error {
	var asOf sql.NullInt64
	// As portfolio.payments_as_of is kept: a file of borrowers, say, tells nothing of payments.
	if err := tx.QueryRowContext(ctx, `SELECT max(as_of) FROM source WHERE portfolio = ? AND known_at <= ? AND summary LIKE '%"feed":true%'`,
		p.Portfolio, millis(p.KnownAt)).Scan(&asOf); err != nil {
		return wrap(err)
	}
	p.PaymentsAsOf = instant(asOf.Int64)
	rows, err := tx.QueryContext(ctx, `SELECT l.id, l.ref, l.borrower FROM loan l JOIN borrower b ON b.id = l.borrower
		WHERE b.person = ? AND +l.portfolio = ? ORDER BY +l.id`, p.Person, p.Portfolio)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l LoanStanding
		var borrower ledger.BorrowerID
		if err := rows.Scan(&l.ID, &l.Ref, &borrower); err != nil {
			return wrap(err)
		}
		l.Stale = true
		for i, b := range p.Borrowers {
			if b.ID == borrower {
				l.Borrower = i
			}
		}
		p.Loans = append(p.Loans, l)
	}
	return wrap(rows.Err())
}

func (p *Past) others(ctx context.Context, tx *sql.Tx, at time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT made_on, treatment, episode FROM task WHERE person = ? AND portfolio = ? AND made_at < ? ORDER BY id`,
		p.Person, p.Portfolio, millis(at))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		t := decide.Touch{Channel: ledger.Task}
		if err := rows.Scan(&t.On, &t.Treatment, &t.Episode); err != nil {
			return wrap(err)
		}
		p.addTouch(t)
	}
	if err := rows.Err(); err != nil {
		return wrap(err)
	}
	if err := errors.Join(p.heard(ctx, tx, at), p.talked(ctx, tx, millis(at))); err != nil {
		return err
	}
	var held bool
	err = tx.QueryRowContext(ctx, `SELECT held FROM holdout WHERE person = ? AND portfolio = ?`, p.Person, p.Portfolio).Scan(&held)
	if err == nil {
		p.Held = &held
	} else if !errors.Is(err, sql.ErrNoRows) {
		return wrap(err)
	}
	return nil
}

// A MessageHistory is one message's life.
type MessageHistory struct {
	ID        outbox.MessageID
	Borrower  ledger.BorrowerID
	State     string
	Stage     string
	PlannedAt time.Time
	NotBefore time.Time
	Rule      string // why it ended without leaving
	Reason    string
	Tries     []TryHistory
}

// A TryHistory is one fence and what came of it.
type TryHistory struct {
	At       time.Time
	NotAfter time.Time
	Minor    int64
	Currency ledger.Currency
	Parts    int
	Reasons  string // JSON
	Text     string
	Outcome  string // "" means not known yet
	Code     string
	Carrier  string
	Receipts []ReceiptHistory
	Notice   *Notice       // what was kept of a statutory notice; nil for any other message
	Said     []SaidHistory // what people said of it, where nobody knew whether it arrived, oldest first
}

// A ReceiptHistory is the carrier's word on one part.
type ReceiptHistory struct {
	Part              int
	At                time.Time
	Kind, Code, Cause string
}

// A SaidHistory is what a person said of a try.
type SaidHistory struct {
	At          time.Time // civil
	By          string
	Said, Cause string
	Again       bool
}

// said reads what people said of a try.
func (s *Store) said(ctx context.Context, fence outbox.FenceID) (out []SaidHistory, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT k.at, coalesce(a.who, ''), k.word, k.cause, k.again = 1 FROM reconciled k LEFT JOIN audit a ON a.id = k.audit WHERE k.fence = ? ORDER BY k.id`, fence)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h SaidHistory
		if err := rows.Scan((*msTime)(&h.At), &h.By, &h.Said, &h.Cause, &h.Again); err != nil {
			return nil, wrap(err)
		}
		out = append(out, h)
	}
	return out, wrap(rows.Err())
}

// Messages returns a person's messages in a portfolio that were planned at or before an instant, oldest first,
// with their texts.
func (s *Store) Messages(ctx context.Context, portfolio int64, person ledger.PersonID, at time.Time) ([]MessageHistory, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT v.id, v.borrower, v.state, v.stage, b.planned_at, b.not_before, coalesce(v.rule, ''), coalesce(v.reason, '')
		FROM message_state v JOIN batch b ON b.id = v.batch WHERE v.person = ? AND v.portfolio = ? AND b.planned_at <= ? ORDER BY v.id`,
		person, portfolio, millis(at))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []MessageHistory
	for rows.Next() {
		var m MessageHistory
		if err := rows.Scan(&m.ID, &m.Borrower, &m.State, &m.Stage, (*msTime)(&m.PlannedAt), (*msTime)(&m.NotBefore), &m.Rule, &m.Reason); err != nil {
			return nil, wrap(err)
		}
		out = append(out, m)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap(err)
	}
	for i := range out {
		if err := s.tries(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) tries(ctx context.Context, m *MessageHistory) error {
	rows, err := s.read.QueryContext(ctx, `SELECT f.id, f.at, f.not_after, f.minor, f.currency, f.parts, f.reasons,
		coalesce(o.kind, ''), coalesce(o.code, ''), coalesce(o.carrier, '')
		FROM fence f LEFT JOIN outcome o ON o.fence = f.id
		WHERE f.id BETWEEN ? AND ? ORDER BY f.id`, m.ID.Fence(0), m.ID.Fence(outbox.MaxTries))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var fences []outbox.FenceID
	for rows.Next() {
		var t TryHistory
		var fence outbox.FenceID
		if err := rows.Scan(&fence, (*msTime)(&t.At), (*msTime)(&t.NotAfter), &t.Minor, &t.Currency, &t.Parts, &t.Reasons,
			&t.Outcome, &t.Code, &t.Carrier); err != nil {
			return wrap(err)
		}
		m.Tries = append(m.Tries, t)
		fences = append(fences, fence)
	}
	if err := rows.Err(); err != nil || len(fences) == 0 {
		return wrap(err)
	}
	for i, fence := range fences {
		if m.Tries[i].Text, err = s.text(ctx, fence); err != nil {
			return err
		}
		if m.Tries[i].Reasons, err = s.why(ctx, m.Tries[i].Reasons, m.Tries[i].Parts); err != nil {
			return err
		}
		if m.Tries[i].Outcome == "unknown" {
			if m.Tries[i].Said, err = s.said(ctx, fence); err != nil {
				return err
			}
		}
		if m.Tries[i].Notice, err = s.notice(ctx, fence); err != nil {
			return err
		}
	}
	return s.receiptsOf(ctx, fences, m.Tries)
}

// receiptsOf adds to tries, which are in the order of their fences, what the carrier said of their parts.
func (s *Store) receiptsOf(ctx context.Context, fences []outbox.FenceID, tries []TryHistory) error {
	first, last := fences[0], fences[len(fences)-1]
	rows, err := s.read.QueryContext(ctx, `SELECT id, at, kind, code, cause FROM receipt WHERE id BETWEEN ? AND ? ORDER BY id`,
		receiptID(first, 0), receiptID(last, 255))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var r ReceiptHistory
		if err := rows.Scan(&id, (*msTime)(&r.At), &r.Kind, &r.Code, &r.Cause); err != nil {
			return wrap(err)
		}
		r.Part = int(id & 255)
		if i := slices.Index(fences, outbox.FenceID(id>>8)); i >= 0 {
			tries[i].Receipts = append(tries[i].Receipts, r)
		}
	}
	return wrap(rows.Err())
}

// A ReplyHistory is one reply with what it meant.
type ReplyHistory struct {
	At      time.Time
	Meaning string
	Text    string
}

// Replies returns a person's replies up to an instant, oldest first.
func (s *Store) Replies(ctx context.Context, person ledger.PersonID, at time.Time) ([]ReplyHistory, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT r.id, r.at, r.meaning, x.box FROM reply r JOIN sealed_reply x ON x.reply = r.id
		WHERE r.person = ? AND r.at <= ? ORDER BY r.id`, person, millis(at))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []ReplyHistory
	for rows.Next() {
		var r ReplyHistory
		var id int64
		var box []byte
		if err := rows.Scan(&id, (*msTime)(&r.At), &r.Meaning, &box); err != nil {
			return nil, wrap(err)
		}
		text, err := s.keys.openBox("reply/"+strconv.FormatInt(id, 10), box)
		if err != nil {
			return nil, err
		}
		r.Text = string(text)
		out = append(out, r)
	}
	return out, wrap(rows.Err())
}

// Decisions returns the stored decisions about a person up to an instant, oldest first.
func (s *Store) Decisions(ctx context.Context, portfolio int64, person ledger.PersonID, at time.Time) ([]Decision, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT at, action, stage, treatment, rule, reason FROM decided
		WHERE person = ? AND portfolio = ? AND at <= ? ORDER BY at`, person, portfolio, millis(at))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []Decision
	for rows.Next() {
		var d Decision
		if err := rows.Scan((*msTime)(&d.At), &d.Action, &d.Stage, &d.Treatment, &d.Rule, &d.Reason); err != nil {
			return nil, wrap(err)
		}
		out = append(out, d)
	}
	return out, wrap(rows.Err())
}
