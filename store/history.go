package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// historyLoans is how many loans' histories are read with one query.
const historyLoans = 5000

// A LoanHistory is a loan with its whole history, as it was known at some time.
type LoanHistory struct {
	Loan     string // the lender's key
	Borrower string // the lender's key
	Facts    assess.Facts
}

// Histories yields every loan of a portfolio in the order in which the loans were first imported, from one
// state of the database. Terms are the caller's to fill in. The slices are reused: keep nothing of them.
func (s *Store) Histories(ctx context.Context, portfolio int64, yield func(*LoanHistory) error) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		for after := int64(0); ; {
			// The plus keeps SQLite from sorting the whole portfolio for each page.
			loans, err := loanPage(ctx, tx, `WHERE +l.portfolio = ? AND l.id > ? ORDER BY l.id LIMIT ?`, endOfTime, portfolio, after, historyLoans)
			if err != nil || len(loans) == 0 {
				return err
			}
			if err := fillAll(ctx, tx, loans, endOfTime, yield); err != nil {
				return err
			}
			after = int64(loans[len(loans)-1].Facts.Loan.ID)
		}
	})
}

// History returns one loan as it was known at a time; the zero time means now. ErrNotFound says that it was
// not known then.
func (s *Store) History(ctx context.Context, loan ledger.LoanID, at time.Time) (LoanHistory, error) {
	if at.IsZero() {
		at = endOfTime
	}
	var out LoanHistory
	err := s.view(ctx, func(tx *sql.Tx) error {
		loans, err := loanPage(ctx, tx, `WHERE l.id = ?`, at, int64(loan))
		if err != nil {
			return err
		}
		if len(loans) == 0 {
			return ErrNotFound
		}
		return fillAll(ctx, tx, loans, at, func(h *LoanHistory) error { out = *h; return nil })
	})
	return out, err
}

// loanPage reads loans with their facts as known at a time.
func loanPage(ctx context.Context, tx *sql.Tx, where string, at time.Time, args ...any) (loans []LoanHistory, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT l.id, l.ref, b.ref, f.product, l.currency, f.opened_on, f.annual_rate, f.penalty_multiplier, f.closed_on
		FROM loan l JOIN loan_fact f ON f.loan = l.id
			AND f.known_at = (SELECT max(known_at) FROM loan_fact WHERE loan = l.id AND known_at <= ?)
		JOIN borrower b ON b.id = f.borrower `+where, append([]any{at.UnixMilli()}, args...)...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = wrap(e)
		}
	}()
	for rows.Next() {
		var h LoanHistory
		l := &h.Facts.Loan
		if err := rows.Scan(&l.ID, &h.Loan, &h.Borrower, &l.Product, &l.Currency, &l.OpenedOn, &l.AnnualRate, &l.PenaltyMultiplier,
			&l.ClosedOn); err != nil {
			return nil, wrap(err)
		}
		l.Ref = h.Loan
		loans = append(loans, h)
	}
	return loans, wrap(rows.Err())
}

// fillAll adds the histories of loans, which are in the order of their numbers, and yields them one by one.
func fillAll(ctx context.Context, tx *sql.Tx, loans []LoanHistory, at time.Time, yield func(*LoanHistory) error) error {
	ids := make([]int64, len(loans))
	for i := range loans {
		ids[i] = int64(loans[i].Facts.Loan.ID)
	}
	h := histories{ctx: long(ctx), tx: tx, at: at}
	if err := h.open(ids); err != nil {
		return err
	}
	var ins []ledger.Instalment
	var pays []ledger.Payment
	for i := range loans {
		f := &loans[i].Facts
		f.Instalments, f.Payments = ins[:0], pays[:0]
		if err := h.fill(ids[i], f); err != nil {
			return h.close(err)
		}
		ins, pays = f.Instalments, f.Payments
		if err := yield(&loans[i]); err != nil {
			return h.close(err)
		}
		f.Instalments, f.Payments = nil, nil
	}
	return h.close(nil)
}

// histories merge-joins instalments and payments with loans, all in the order of loans. Of each key the last
// version known at the time counts.
type histories struct {
	ctx context.Context
	tx  *sql.Tx
	at  time.Time

	ins     *sql.Rows
	insLoan int64
	in      ledger.Instalment
	insOK   bool

	pays    *sql.Rows
	payLoan int64
	key     sql.RawBytes
	pay     ledger.Payment
	paysOK  bool
	lastKey []byte
}

// open begins both streams for loans in ascending order.
func (h *histories) open(loans []int64) error {
	list, err := json.Marshal(loans)
	if err != nil {
		return wrap(err)
	}
	// Where the loans lie close together one pass over their range is the quickest; else one search each.
	where, args := `loan IN (SELECT value FROM json_each(?))`, []any{string(list)}
	if first, last := loans[0], loans[len(loans)-1]; last-first < int64(4*len(loans)) {
		where, args = `loan BETWEEN ? AND ?`, []any{first, last}
	}
	args = append(args, h.at.UnixMilli())
	//nolint:rowserrcheck // nextInstalment and nextPayment check when the rows end
	h.ins, err = h.tx.QueryContext(h.ctx, `SELECT loan, number, due_on, principal, interest, fees, split FROM instalment
		WHERE `+where+` AND known_at <= ? ORDER BY loan, number, known_at`, args...)
	if err != nil {
		return wrap(err)
	}
	//nolint:rowserrcheck // as above
	h.pays, err = h.tx.QueryContext(h.ctx, `SELECT loan, key, paid_on, minor FROM payment
		WHERE `+where+` AND known_at <= ? ORDER BY loan, key, known_at`, args...)
	if err != nil {
		return h.close(wrap(err))
	}
	if err := errors.Join(h.nextInstalment(), h.nextPayment()); err != nil {
		return h.close(err)
	}
	return nil
}

func (h *histories) close(err error) error {
	for _, r := range []*sql.Rows{h.ins, h.pays} {
		if r != nil {
			if e := r.Close(); err == nil {
				err = wrap(e)
			}
		}
	}
	return err
}

func (h *histories) nextInstalment() error {
	if h.insOK = h.ins.Next(); !h.insOK {
		return wrap(h.ins.Err())
	}
	i := &h.in
	return wrap(h.ins.Scan(&h.insLoan, &i.Number, &i.DueOn, &i.Principal, &i.Interest, &i.Fees, &i.Split))
}

func (h *histories) nextPayment() error {
	if h.paysOK = h.pays.Next(); !h.paysOK {
		return wrap(h.pays.Err())
	}
	return wrap(h.pays.Scan(&h.payLoan, &h.key, &h.pay.PaidOn, &h.pay.Minor))
}

// fill appends the history of the next loan to f. Withdrawn instalments and payments are left out.
func (h *histories) fill(loan int64, f *assess.Facts) error {
	if h.insOK && h.insLoan < loan || h.paysOK && h.payLoan < loan {
		if err := h.skip(loan); err != nil {
			return err
		}
	}
	for h.insOK && h.insLoan == loan {
		n := len(f.Instalments)
		if n > 0 && f.Instalments[n-1].Number == h.in.Number {
			f.Instalments[n-1] = h.in
		} else {
			f.Instalments = append(f.Instalments, h.in)
		}
		if err := h.nextInstalment(); err != nil {
			return err
		}
	}
	h.lastKey = h.lastKey[:0]
	for h.paysOK && h.payLoan == loan {
		n := len(f.Payments)
		if n > 0 && string(h.lastKey) == string(h.key) {
			f.Payments[n-1] = h.pay
		} else {
			f.Payments = append(f.Payments, h.pay)
			h.lastKey = append(h.lastKey[:0], h.key...)
		}
		if err := h.nextPayment(); err != nil {
			return err
		}
	}
	f.Payments = withoutZero(f.Payments)
	return nil
}

// skip passes over the rows of loans before this one, which the range held without their being asked for.
func (h *histories) skip(loan int64) error {
	for h.insOK && h.insLoan < loan {
		if err := h.nextInstalment(); err != nil {
			return err
		}
	}
	for h.paysOK && h.payLoan < loan {
		if err := h.nextPayment(); err != nil {
			return err
		}
	}
	return nil
}

func withoutZero(ps []ledger.Payment) []ledger.Payment {
	out := ps[:0]
	for _, p := range ps {
		if p.Minor != 0 {
			out = append(out, p)
		}
	}
	return out
}
