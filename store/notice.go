package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Notice is what is kept of a statutory notice beside its text, hand-over and receipts.
type Notice struct {
	Loans          []ledger.LoanID
	Duty           string // what is done once the carrier has taken it; empty means nothing
	Template       string
	Language       string
	TemplateDigest string // of the words that were approved
	TextDigest     string // SHA-256 of the text as handed over, hex
	Address        string // of which kind: "mobile"
	ApprovedBy     string
	ApprovedOn     ledger.Date
}

// notices stores what is kept of the notices that a step permits.
func (c *commit) notices() error {
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		if t.Notice == nil || !c.res.Permitted[i] {
			continue
		}
		n := t.Notice
		if _, err := c.exec(`INSERT INTO notice (fence, person, portfolio, channel, duty, template, language, template_digest, text_digest, address_kind,
			approved_by, approved_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, t.Fence(), t.Message.Person, t.Message.Portfolio, t.Channel, n.Duty,
			n.Template, n.Language, n.TemplateDigest, n.TextDigest, n.Address, n.ApprovedBy, int64(n.ApprovedOn)); err != nil {
			return err
		}
		for _, l := range n.Loans {
			if _, err := c.exec(`INSERT INTO notice_loan (fence, loan) VALUES (?, ?) ON CONFLICT DO NOTHING`, t.Fence(), l); err != nil {
				return err
			}
		}
	}
	return nil
}

// noticesDone are the duties that notices have done: the carrier took them and did not say that they failed. It takes the
// instant up to which they count.
const noticesDone = `SELECT n.person, n.duty, f.at, n.channel, l.loan FROM notice n JOIN fence f ON f.id = n.fence
	JOIN notice_loan l ON l.fence = n.fence JOIN outcome o ON o.fence = n.fence
	WHERE n.duty <> '' AND o.kind = 'accepted' AND f.at <= ?
		AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.id BETWEEN n.fence << 8 AND n.fence << 8 | 255 AND r.kind = 'undelivered')`

// notice returns what was kept of a try that was a notice, nil for another.
func (s *Store) notice(ctx context.Context, fence outbox.FenceID) (*Notice, error) {
	n := &Notice{}
	err := s.read.QueryRowContext(ctx, `SELECT duty, template, language, template_digest, text_digest, address_kind, approved_by, approved_on FROM notice
		WHERE fence = ?`, fence).Scan(&n.Duty, &n.Template, &n.Language, &n.TemplateDigest, &n.TextDigest, &n.Address, &n.ApprovedBy, &n.ApprovedOn)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return n, wrap(err)
}

// An Audited is one row of the audit.
type Audited struct {
	Who     string // a role, a number of staff, or what did it
	What    string // "rule_weakened" or "approved"
	Subject string
}

// Audit keeps what somebody decided by a document, once: the same decision stated again adds nothing.
func (s *Store) Audit(ctx context.Context, portfolio int64, now time.Time, rows []Audited) error {
	if len(rows) == 0 {
		return nil
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		for _, r := range rows {
			if _, err := tx.ExecContext(ctx, `INSERT INTO audit (at, who, what, portfolio, subject)
				SELECT o.at, o.who, o.what, o.portfolio, o.subject FROM (SELECT CAST(? AS BIGINT) AS at, CAST(? AS TEXT) AS who, CAST(? AS TEXT) AS what,
					CAST(? AS BIGINT) AS portfolio, CAST(? AS TEXT) AS subject) o
				WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.portfolio = o.portfolio AND a.what = o.what AND a.subject = o.subject AND a.who = o.who)`,
				millis(now), r.Who, r.What, portfolio, r.Subject); err != nil {
				return wrap(err)
			}
		}
		return nil
	})
}
