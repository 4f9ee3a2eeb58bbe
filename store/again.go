package store

import (
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// CopyWithin is for how long the same words from the same number are the reply that is stored already (docs/adr/0050): a carrier delivers again what
// nobody acknowledged, once another process has taken the line over, which takes less.
const CopyWithin = 2 * time.Minute

// copied returns the number of the reply of which this one is a copy, stored a moment ago and with all that it set off in force; 0: it is none. What may mean
// another thing by now is none: a choice of a plan after something more was written to them, or words whose state was lifted again. What is said at
// the page has a way of its own to be pressed twice, and words of danger are looked at each time.
func (c *commit) copied(r *Reply, person ledger.PersonID, sender int64) (int64, error) {
	if person == 0 || sender == 0 || r.Borrower != 0 || r.Desk != nil && r.Desk.Urgent {
		return 0, nil
	}
	at := c.st.back()
	rows, err := c.tx.QueryContext(c.ctx, `SELECT r.id, s.box FROM reply r JOIN sealed_reply s ON s.reply = r.id
		WHERE r.person = ? AND r.sender = ? AND r.channel = ? AND r.meaning = ? AND r.at BETWEEN ? AND ?
			AND (? = '' OR EXISTS (SELECT 1 FROM state t WHERE t.person = r.person AND t.kind = ? AND t.cause = 'reply ' || r.id AND t.gone_at = 0))
			AND (? = 0 OR NOT EXISTS (SELECT 1 FROM contact k WHERE k.subject = ? AND k.at >= r.at)) ORDER BY r.id DESC LIMIT 8`,
		person, sender, r.channel(), r.Meaning, millis(at.Add(-CopyWithin)), millis(at.Add(CopyWithin)), r.Suppress, r.Suppress, r.Take, int64(person)<<8)
	if err != nil {
		return 0, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var box []byte
		if err := rows.Scan(&id, &box); err != nil {
			return 0, wrap(err)
		}
		was, err := c.keys.openBox("reply/"+strconv.FormatInt(id, 10), box)
		if err != nil {
			return 0, err
		}
		if strings.TrimSpace(string(was)) == strings.TrimSpace(r.Text) {
			return id, nil
		}
	}
	return 0, wrap(rows.Err())
}

// noteCopy notes a copy of a reply: it needs no answer, because the first has one. Whoever is about to write to them looks once more, as after every reply, and who has
// come to the number since is protected as by a reply of its own: a stop reaches everybody who has the number when it comes.
func (c *commit) noteCopy(id, of int64, persons []ledger.PersonID, sender int64, r *Reply) error {
	for _, p := range persons {
		reached := true
		if r.Suppress != "" {
			err := c.tx.QueryRowContext(c.ctx, `SELECT EXISTS (SELECT 1 FROM state WHERE person = ? AND kind = ? AND cause = ? AND gone_at = 0)`,
				p, r.Suppress, "reply "+strconv.FormatInt(of, 10)).Scan(&reached)
			if err != nil {
				return wrap(err)
			}
		}
		var err error
		if !reached {
			err = c.effect(p, id, sender, r)
		} else {
			err = c.looksAgain(p, r.Suppress)
		}
		if err != nil {
			return err
		}
	}
	_, err := c.tx.ExecContext(c.ctx, `UPDATE reply SET handled = 1 WHERE id = ?`, id)
	return wrap(err)
}
