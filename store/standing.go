package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// standingColumns are the columns of table standing s that hold an assess.Standing, standingFields where they
// are scanned to, and standingValues what is written to them: the one place where the two meet.
const standingColumns = `s.as_of, s.changes_on, s.oldest_unpaid, s.instalment, s.paused_days, s.paused, s.in_grace, s.principal,
	s.interest, s.fees, s.penalty, s.penalty_daily, s.next_due_on, s.next_due, s.credit, s.slips, s.lates, s.on_time, s.broken`

func standingFields(s *assess.Standing) []any {
	return []any{
		&s.AsOf, &s.ChangesOn, &s.OldestUnpaid, &s.Instalment, &s.PausedDays, &s.Paused, &s.InGrace, &s.Principal,
		&s.Interest, &s.Fees, &s.Penalty, &s.PenaltyDaily, &s.NextDueOn, &s.NextDue, &s.Credit, &s.Slips, &s.Lates, &s.OnTime, &s.Broken,
	}
}

func standingValues(s *assess.Standing) []any {
	return []any{
		int64(s.AsOf), int64(s.ChangesOn), int64(s.OldestUnpaid), s.Instalment, s.PausedDays, s.Paused, s.InGrace, s.Principal,
		s.Interest, s.Fees, s.Penalty, s.PenaltyDaily, int64(s.NextDueOn), s.NextDue, s.Credit, s.Slips, s.Lates, s.OnTime, s.Broken,
	}
}

// replaceStanding is the insert of a whole row of standing over the one that is there.
const (
	standingHead = `INSERT INTO standing (person, loan, portfolio, borrower, product, currency, closed_on, as_of, changes_on, oldest_unpaid,
		instalment, paused_days, paused, in_grace, principal, interest, fees, penalty, penalty_daily, next_due_on, next_due, credit,
		slips, lates, on_time, broken) VALUES `
	standingTail = ` ON CONFLICT (person, loan) DO UPDATE SET as_of = excluded.as_of, changes_on = excluded.changes_on,
		oldest_unpaid = excluded.oldest_unpaid, instalment = excluded.instalment, paused_days = excluded.paused_days,
		paused = excluded.paused, in_grace = excluded.in_grace, principal = excluded.principal, interest = excluded.interest,
		fees = excluded.fees, penalty = excluded.penalty, penalty_daily = excluded.penalty_daily, next_due_on = excluded.next_due_on,
		next_due = excluded.next_due, credit = excluded.credit, slips = excluded.slips, lates = excluded.lates,
		on_time = excluded.on_time, broken = excluded.broken`
	standingCols = 26
)

// refreshLoans is how many loans are made anew in one transaction: others may write in between.
const refreshLoans = 5000

// Refresh makes anew every standing of a portfolio that does not hold on day today, under the contract's
// terms, and returns how many. Nothing is learnt by it, so no person's turn moves on. It is done in pieces;
// where it ends early, what is left is found by the next one.
func (s *Store) Refresh(ctx context.Context, portfolio int64, today ledger.Date, terms assess.Terms) (int, error) {
	if err := s.underTerms(ctx, portfolio, today, terms); err != nil {
		return 0, fmt.Errorf("store: refresh: %w", err)
	}
	done := 0
	for after := (stalePiece{}); ; {
		piece, err := s.stale(ctx, portfolio, today, after)
		if err != nil {
			return done, fmt.Errorf("store: refresh: %w", err)
		}
		if len(piece.loans) == 0 {
			return done, nil
		}
		for i := range piece.loans {
			l := &piece.loans[i]
			l.facts.Terms = terms
			l.standing = assess.Stand(l.facts, today)
			if l.core != nil {
				if err := s.compareCore(ctx, l); err != nil {
					return done, fmt.Errorf("store: refresh: %w", err)
				}
			}
		}
		written, err := s.writeStandings(ctx, portfolio, piece)
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
		_, err = tx.ExecContext(ctx, `UPDATE standing SET as_of = 0 WHERE portfolio = ?`, portfolio)
		return wrap(err)
	})
}

// A piece is some loans with their histories, read from one state of the ledger.
type piece struct {
	source int64 // the last import that it has seen
	loans  []stalePiece
}

type stalePiece struct {
	person, loan, borrower int64
	facts                  assess.Facts
	standing               assess.Standing
	core                   *coreStated // nil where the core system says nothing of the loan
}

// stale reads the next loans, in the order of persons, whose standing does not hold on today.
func (s *Store) stale(ctx context.Context, portfolio int64, today ledger.Date, after stalePiece) (p piece, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM source`).Scan(&p.source); err != nil {
			return err
		}
		if p.loans, err = staleLoans(ctx, tx, portfolio, today, after); err != nil || len(p.loans) == 0 {
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

func staleLoans(ctx context.Context, tx *sql.Tx, portfolio int64, today ledger.Date, after stalePiece) (loans []stalePiece, err error) {
	core, err := hasCore(ctx, tx, portfolio)
	if err != nil {
		return nil, err
	}
	more := ""
	if core {
		more = ", f.core_due, f.core_on, f.next_step, f.known_at"
	}
	rows, err := tx.QueryContext(ctx, `SELECT s.person, s.loan, s.borrower, l.ref, f.product, l.currency, f.opened_on, f.annual_rate,
			f.penalty_multiplier, f.closed_on`+more+`
		FROM standing s JOIN loan l ON l.id = s.loan JOIN `+joinLoanFact+`
		WHERE s.portfolio = ? AND (s.person, s.loan) > (?, ?)
			AND (s.as_of = 0 OR s.as_of > ? OR (s.changes_on <> 0 AND s.changes_on <= ?))
		ORDER BY s.person, s.loan LIMIT ?`,
		portfolio, after.person, after.loan, int64(today), int64(today), refreshLoans)
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
		f := &p.facts.Loan
		dest := []any{
			&p.person, &p.loan, &p.borrower, &f.Ref, &f.Product, &f.Currency, &f.OpenedOn, &f.AnnualRate, &f.PenaltyMultiplier, &f.ClosedOn,
		}
		if core {
			dest = append(dest, &c.due, &c.on, &c.nextStep, (*msTime)(&c.knownAt))
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		f.ID = ledger.LoanID(p.loan)
		if c.on != 0 || c.nextStep != "" {
			p.core = &c
		}
		loans = append(loans, p)
	}
	return loans, rows.Err()
}

// writeStandings writes a piece unless an import was committed since it was read.
func (s *Store) writeStandings(ctx context.Context, portfolio int64, p piece) (written bool, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		var source int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM source`).Scan(&source); err != nil || source != p.source {
			return err
		}
		b := newBulk(ctx, tx, standingHead, standingTail, standingCols)
		for i := range p.loans {
			l := &p.loans[i]
			row := append([]any{
				l.person, l.loan, portfolio, l.borrower, l.facts.Loan.Product, string(l.facts.Loan.Currency), int64(l.facts.Loan.ClosedOn),
			}, standingValues(&l.standing)...)
			if err := b.add(row...); err != nil {
				return err
			}
		}
		written = true
		if err := b.close(); err != nil {
			return err
		}
		return writeCore(ctx, tx, p.loans)
	})
	return written && err == nil, err
}

// endOfTime is later than every known_at.
var endOfTime = time.UnixMilli(1<<62 - 1)
