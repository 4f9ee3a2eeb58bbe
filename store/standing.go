package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// The insert of a whole row of standing over the one that is there. What the core system says is written apart.
const (
	standingHead = `INSERT INTO standing (person, loan, portfolio, due_from, anew_on, as_of, packed, address, borrower, product, currency,
		closed_on, oldest_unpaid, principal, interest, fees, penalty, next_due_on, next_due, borrower_ref, loan_ref) VALUES `
	standingTail = ` ON CONFLICT (person, loan) DO UPDATE SET due_from = excluded.due_from, anew_on = excluded.anew_on, as_of = excluded.as_of, packed = excluded.packed,
		address = excluded.address, oldest_unpaid = excluded.oldest_unpaid, principal = excluded.principal,
		interest = excluded.interest, fees = excluded.fees, penalty = excluded.penalty, next_due_on = excluded.next_due_on,
		next_due = excluded.next_due, borrower_ref = excluded.borrower_ref, loan_ref = excluded.loan_ref`
	standingCols = 21
)

// never is the day that does not come.
const never = 1<<31 - 1

// anewOn is the day from which a standing must be made anew.
func anewOn(s *assess.Standing) int64 {
	if s.ChangesOn == 0 {
		return never
	}
	return int64(s.ChangesOn)
}

// dueFrom is the due_from that a standing gives a person who has no other loan in the portfolio; dueFromSQL is the same
// for one whose others are in the table.
func dueFrom(s *assess.Standing) int64 {
	switch {
	case s.AsOf == 0 || s.OldestUnpaid != 0:
		return 0
	case s.NextDueOn == 0:
		return never
	}
	return int64(s.NextDueOn)
}

const dueFromSQL = `(SELECT min(CASE WHEN o.as_of = 0 OR o.oldest_unpaid <> 0 THEN 0 WHEN o.next_due_on = 0 THEN 2147483647 ELSE o.next_due_on END)
	FROM standing o WHERE o.person = standing.person AND o.portfolio = standing.portfolio)`

// refreshLoans is how many loans are made anew in one transaction: others may write in between.
const refreshLoans = 5000

// Refresh makes anew every standing of a portfolio that does not hold on day today, under the contract's
// terms, and returns how many. Nothing is learnt by it, so no person's turn moves on. It is done in pieces;
// where it ends early, what is left is found by the next one.
func (s *Store) Refresh(ctx context.Context, portfolio int64, today ledger.Date, terms assess.Terms) (int, error) {
	return s.RefreshSpan(ctx, portfolio, Span{}, today, terms)
}

// RefreshSpan is Refresh for a span of persons.
func (s *Store) RefreshSpan(ctx context.Context, portfolio int64, of Span, today ledger.Date, terms assess.Terms) (int, error) {
	if err := s.underTerms(ctx, portfolio, today, terms); err != nil {
		return 0, fmt.Errorf("store: refresh: %w", err)
	}
	done, known := 0, map[trait]int64{}
	for after := (stalePiece{person: int64(of.From) - 1, loan: math.MaxInt64}); ; {
		piece, err := s.stale(ctx, portfolio, today, after, of.last())
		if err != nil {
			return done, fmt.Errorf("store: refresh: %w", err)
		}
		if len(piece.loans) == 0 {
			return done, nil
		}
		for i := range piece.loans {
			l := &piece.loans[i]
			l.facts.Terms = terms
			l.packed.standing = assess.Stand(l.facts, today)
			if l.core != nil {
				if err := s.compareCore(ctx, l); err != nil {
					return done, fmt.Errorf("store: refresh: %w", err)
				}
			}
		}
		written, err := s.writeStandings(ctx, portfolio, piece, known)
		if err != nil {
			return done, fmt.Errorf("store: refresh: %w", err)
		}
		if !written {
			continue // an import came between reading and writing: read again
		}
		done += len(piece.loans)
		after = piece.loans[len(piece.loans)-1]
	}
}

// underTerms notes under which terms the standings are made, and that those made under others do not hold.
func (s *Store) underTerms(ctx context.Context, portfolio int64, today ledger.Date, terms assess.Terms) error {
	if terms.Version == nil {
		return nil
	}
	version, was := terms.Version(today), ""
	if err := s.read.QueryRowContext(ctx, `SELECT terms FROM portfolio WHERE id = ?`, portfolio).Scan(&was); err != nil {
		return wrap(err)
	}
	if version == was {
		return nil
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE portfolio SET terms = ? WHERE id = ? AND terms <> ?`, version, portfolio, version)
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return wrap(err) // another process was here first
		}
		_, err = tx.ExecContext(ctx, anew+`WHERE portfolio = ?`, portfolio)
		return wrap(err)
	})
}

// A piece is some loans with their histories, read from one state of the ledger.
type piece struct {
	source int64 // the last import that it has seen
	loans  []stalePiece
}

type stalePiece struct {
	person, loan int64
	others       bool // the person has other loans in the portfolio
	borrowerRef  string
	facts        assess.Facts
	packed       packed
	trait        trait
	core         *coreStated // nil where the core system says nothing of the loan
}

// stale reads the next loans, in the order of persons, whose standing does not hold on today.
func (s *Store) stale(ctx context.Context, portfolio int64, today ledger.Date, after stalePiece, last int64) (p piece, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM source`).Scan(&p.source); err != nil {
			return err
		}
		if p.loans, err = staleLoans(ctx, tx, portfolio, today, after, last); err != nil || len(p.loans) == 0 {
			return err
		}
		return fillStale(ctx, tx, p.loans)
	})
	return p, err
}

// fillStale adds the histories, which come in the order of loans.
func fillStale(ctx context.Context, tx *sql.Tx, loans []stalePiece) error {
	byLoan := make([]*stalePiece, len(loans))
	for i := range loans {
		byLoan[i] = &loans[i]
	}
	slices.SortFunc(byLoan, func(a, b *stalePiece) int { return cmp.Compare(a.loan, b.loan) })
	ids := make([]int64, len(loans))
	for i := range byLoan {
		ids[i] = byLoan[i].loan
	}
	h := histories{ctx: long(ctx), tx: tx, at: endOfTime}
	if err := h.open(ids); err != nil {
		return err
	}
	for _, l := range byLoan {
		if err := h.fill(l.loan, &l.facts); err != nil {
			return h.close(err)
		}
	}
	return h.close(nil)
}

// staleLoans reads a page of standings that do not hold, and joins what belongs to them. The page comes first, in a select of its own: PostgreSQL reckoned that
// few rows would be left of the joins, and so joined the whole tables for each page, which made a book of ten times the loans a hundred times the work.
func staleLoans(ctx context.Context, tx *sql.Tx, portfolio int64, today ledger.Date, after stalePiece, last int64) (loans []stalePiece, err error) {
	core, err := hasCore(ctx, tx, portfolio)
	if err != nil {
		return nil, err
	}
	more := ""
	if core {
		more = ", f.core_due, f.core_on, f.next_step, f.known_at"
	}
	rows, err := tx.QueryContext(ctx, `SELECT s.person, s.loan, s.borrower, b.ref, l.ref, f.product, l.currency, f.opened_on, f.annual_rate,
			f.penalty_multiplier, f.closed_on, b.fact, w.language, w.zone, w.country, w.region, w.locality, w.age, w.phone_kind, w.address, w.wish,
			EXISTS (SELECT 1 FROM standing o WHERE o.person = s.person AND o.loan <> s.loan AND o.portfolio = s.portfolio)`+more+`
		FROM (SELECT person, loan, borrower, portfolio FROM standing WHERE portfolio = ? AND (person, loan) > (?, ?) AND person <= ?
				AND (anew_on <= ? OR as_of > ?) ORDER BY person, loan LIMIT `+strconv.Itoa(refreshLoans)+`) s
			JOIN loan l ON l.id = s.loan JOIN `+joinLoanFact+` JOIN borrower b ON b.id = s.borrower JOIN borrower_fact w ON w.id = b.fact
		ORDER BY s.person, s.loan`,
		portfolio, after.person, after.loan, last, int64(today), int64(today))
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	for rows.Next() {
		var p stalePiece
		var c coreStated
		f, k, t := &p.facts.Loan, &p.packed, &p.trait
		dest := []any{
			&p.person, &p.loan, &k.borrower, &p.borrowerRef, &f.Ref, &f.Product, &f.Currency, &f.OpenedOn, &f.AnnualRate, &f.PenaltyMultiplier, &f.ClosedOn,
			&k.fact, &t.language, &t.zone, &t.country, &t.region, &t.locality, &k.age, &k.phoneKind, &k.address, &t.wish, &p.others,
		}
		if core {
			dest = append(dest, &c.due, &c.on, &c.nextStep, (*msTime)(&c.knownAt))
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		f.ID, k.closedOn = ledger.LoanID(p.loan), f.ClosedOn
		t.product, t.currency = f.Product, f.Currency
		if c.on != 0 || c.nextStep != "" {
			p.core = &c
		}
		loans = append(loans, p)
	}
	return loans, rows.Err()
}

// writeStandings writes a piece unless an import was committed since it was read. known are the traits met so far.
func (s *Store) writeStandings(ctx context.Context, portfolio int64, p piece, known map[trait]int64) (written bool, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		var source int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM source`).Scan(&source); err != nil || source != p.source {
			return err
		}
		var several []int64 // persons with several loans
		b := newBulk(ctx, tx, standingHead, standingTail, standingCols)
		for i := range p.loans {
			l := &p.loans[i]
			if l.others && (len(several) == 0 || several[len(several)-1] != l.person) {
				several = append(several, l.person)
			}
			if l.packed.trait, err = traitID(ctx, tx, l.trait, known); err != nil {
				return err
			}
			k, st, t := &l.packed, &l.packed.standing, &l.trait
			if err := b.add(l.person, l.loan, portfolio, dueFrom(st), anewOn(st), int64(st.AsOf), k.pack(), k.address, int64(k.borrower), t.product,
				string(t.currency), int64(k.closedOn), int64(st.OldestUnpaid), st.Principal, st.Interest, st.Fees, st.Penalty,
				int64(st.NextDueOn), st.NextDue, l.borrowerRef, l.facts.Loan.Ref); err != nil {
				return err
			}
		}
		written = true
		if err := b.close(); err != nil {
			return err
		}
		if err := together(ctx, tx, portfolio, several); err != nil {
			return err
		}
		return writeCore(ctx, tx, p.loans)
	})
	return written && err == nil, err
}

// together gives all loans of each person the due_from of the one that is due first.
func together(ctx context.Context, tx *sql.Tx, portfolio int64, persons []int64) error {
	if len(persons) == 0 {
		return nil
	}
	list, err := json.Marshal(persons)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE standing SET due_from = `+dueFromSQL+` WHERE portfolio = ? AND person IN (SELECT value FROM json_each(?))
		AND due_from <> `+dueFromSQL, portfolio, string(list))
	return wrap(err)
}

// endOfTime is later than every known_at.
var endOfTime = time.UnixMilli(1<<62 - 1)
