package store

import (
	"context"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Made is a contact that was made in a portfolio, for judging it again.
type Made struct {
	Person  ledger.PersonID
	At      time.Time
	Channel ledger.Channel
	Loans   []ledger.LoanID  // what it was about, the one that led first; empty: nobody said
	Address int64            // zero: not known
	Message outbox.MessageID // zero: people made it
	Maker   Maker

	Treatment int // AnswerFrom and above: it answered something
}

// madePage is how many contacts are read at a time, so that a long replay holds no transaction open.
const madePage = 2000

// madeWhere limits contacts to those of a portfolio in a span of time: the record of each is the person's slot over all
// channels. What was never written to a socket is no contact.
const madeWhere = ` FROM contact c WHERE c.subject & 255 = 0 AND c.portfolio = ? AND c.at >= ? AND c.at < ? AND NOT (c.message <> 0 AND EXISTS (
		SELECT 1 FROM fence f JOIN outcome o ON o.fence = f.id WHERE f.id BETWEEN c.message << 3 AND c.message << 3 | 7 AND f.at = c.at
			AND o.kind IN ('not_written', 'cancelled')))`

// CountMade returns how many contacts were made in a portfolio at or after from and before to.
func (s *Store) CountMade(ctx context.Context, portfolio int64, from, to time.Time) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*)`+madeWhere, portfolio, millis(from), millis(to)).Scan(&n)
	return n, wrap(err)
}

// MadeBetween yields the contacts made in a portfolio at or after from and before to, person by person, oldest first. It
// reads a page at a time, and yields between pages, so that what is yielded may read the store too.
func (s *Store) MadeBetween(ctx context.Context, portfolio int64, from, to time.Time, yield func(*Made) error) error {
	for last := (contactKey{}); ; {
		page, err := s.madePage(ctx, portfolio, from, to, &last)
		if err != nil {
			return err
		}
		for i := range page {
			if err := yield(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < madePage {
			return nil
		}
	}
}

type contactKey struct{ subject, seq int64 }

func (s *Store) madePage(ctx context.Context, portfolio int64, from, to time.Time, last *contactKey) ([]Made, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT c.subject, c.seq, c.at, c.channel, c.loan, c.others, c.address, c.message, c.party, c.treatment`+madeWhere+
		` AND (c.subject, c.seq) > (?, ?) ORDER BY c.subject, c.seq LIMIT ?`,
		portfolio, millis(from), millis(to), last.subject, last.seq, madePage)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []Made
	for rows.Next() {
		var m Made
		var lead ledger.LoanID
		var others string
		if err := rows.Scan(&last.subject, &last.seq, (*msTime)(&m.At), &m.Channel, &lead, &others, &m.Address, &m.Message, &m.Maker, &m.Treatment); err != nil {
			return nil, wrap(err)
		}
		m.Person = ledger.PersonID(last.subject >> 8)
		if lead != 0 {
			m.Loans = append(m.Loans, lead)
		}
		m.Loans = append(m.Loans, loansIn(others)...)
		out = append(out, m)
	}
	return out, wrap(rows.Err())
}
