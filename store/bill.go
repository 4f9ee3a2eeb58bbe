package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
)

// ByMonth follows the kind of sums of whole months.
const ByMonth = byMonth

// MonthOf is the first day of a day's month.
func MonthOf(d ledger.Date) ledger.Date { return monthOfDay(d) }

// Bills returns what carriers asked for, of each month what was said last.
func (s *Store) Bills(ctx context.Context) (out []measure.Bill, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT carrier, month, parts, minor, currency FROM carrier_bill b
		WHERE id = (SELECT max(id) FROM carrier_bill x WHERE x.carrier = b.carrier AND x.month = b.month) ORDER BY month, carrier`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b measure.Bill
		if err := rows.Scan(&b.Carrier, &b.Month, &b.Parts, &b.Minor, &b.Unit); err != nil {
			return nil, wrap(err)
		}
		out = append(out, b)
	}
	return out, wrap(rows.Err())
}

// AddBill keeps what a carrier asked for; it takes the place of what was said of the month before, and the audit says who gave it.
func (s *Store) AddBill(ctx context.Context, b measure.Bill, now time.Time, who string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO carrier_bill (carrier, month, parts, minor, currency, known_at, who) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			b.Carrier, b.Month, b.Parts, b.Minor, b.Unit, millis(now), who)
		if err == nil {
			_, err = s.deed(ctx, tx, Deed{At: now, Who: who, What: "bill_kept", Subject: b.Carrier + " " + b.Month})
		}
		return wrap(err)
	})
}
