package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// coreStated is what the core system says of a loan, and what Duly makes of it.
type coreStated struct {
	due      int64
	on       ledger.Date // the creditor's day of it; zero: its total was not stated
	nextStep string
	knownAt  time.Time

	differs             bool
	lastDueOn, lastPaid ledger.Date
}

// hasCore says whether some loan of the portfolio has facts of the core system.
func hasCore(ctx context.Context, tx *sql.Tx, portfolio int64) (core bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT core FROM portfolio WHERE id = ?`, portfolio).Scan(&core)
	return core, wrap(err)
}

// compareCore holds the core system's own total against Duly's for the day of its as-of time, minor unit by minor unit. What
// came with it or before it is what the core system can have known; what came since may explain a difference. So they
// differ where neither of the two agrees.
func (s *Store) compareCore(ctx context.Context, l *stalePiece) error {
	c := l.core
	for i := range l.facts.Instalments {
		c.lastDueOn = max(c.lastDueOn, l.facts.Instalments[i].DueOn)
	}
	for i := range l.facts.Payments {
		if p := &l.facts.Payments[i]; p.Minor > 0 {
			c.lastPaid = max(c.lastPaid, p.PaidOn)
		}
	}
	if c.on == 0 || CoreAgrees(l.facts, c.on, c.due) {
		return nil
	}
	h, err := s.History(ctx, ledger.LoanID(l.loan), c.knownAt)
	if errors.Is(err, ErrNotFound) {
		c.differs = true
		return nil
	}
	if err != nil {
		return err
	}
	h.Facts.Terms = l.facts.Terms
	c.differs = !CoreAgrees(h.Facts, c.on, c.due)
	return nil
}

// CoreAgrees says whether a loan's total on a day is what the core system says, in minor units.
func CoreAgrees(f assess.Facts, on ledger.Date, due int64) bool {
	return assess.Stand(f, on).At(on).Due.Total == due
}

func writeCore(ctx context.Context, tx *sql.Tx, loans []stalePiece) error {
	for i := range loans {
		l := &loans[i]
		if l.core == nil {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE standing SET core_differs = ?, last_due_on = ?, last_paid_on = ? WHERE person = ? AND loan = ?`,
			l.core.differs, int64(l.core.lastDueOn), int64(l.core.lastPaid), l.person, l.loan); err != nil {
			return wrap(err)
		}
	}
	return nil
}
