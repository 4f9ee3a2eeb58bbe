package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// AnswerByPerson is the kind of an answer that a person wrote, and TreatmentByPerson its number.
const (
	AnswerByPerson    = "by_person"
	TreatmentByPerson = AnswerFrom + 12
)

// WrittenByHand is the kind of what a person writes to a borrower who has not written, and TreatmentByHand its number.
const (
	WrittenByHand   = "by_hand"
	TreatmentByHand = AnswerFrom + 13
)

// ErrWaitsAlready says that something that a person has written to somebody waits to leave: they decide about that first.
var ErrWaitsAlready = errors.New("store: a message that a person wrote to them waits to leave already")

// A PersonsAnswer is what a person of the desk answers.
type PersonsAnswer struct {
	Desk    int64
	Reply   int64
	Speaker Speaker
	Who     string // a role or a number of staff
	Text    string
	Minor   int64 // what is overdue, where the text names it
	Keep    bool  // the item goes on waiting
	Answer  Answering
	Outcome string // of the item, a word or two
}

// AnswerDesk plans a person's answer as a message that waits, like every other answer, and closes the item that it answers. ErrNotFound says
// that the item waits no more.
func (s *Store) AnswerDesk(ctx context.Context, a *PersonsAnswer, now time.Time) (id outbox.MessageID, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		c := &talk{ctx, tx}
		var open bool
		err := tx.QueryRowContext(ctx, `SELECT open FROM desk WHERE id = ?`, a.Desk).Scan(&open)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !open {
			return ErrNotFound
		}
		if err != nil {
			return wrap(err)
		}
		if id, err = s.planOwn(c, a, now); err != nil {
			return err
		}
		if _, err := s.deed(ctx, tx, Deed{At: now, Who: a.Who, What: "answered", Portfolio: a.Speaker.Portfolio, Subject: replySource(a.Reply)}); err != nil {
			return err
		}
		if err := c.exec(`INSERT INTO desk_event (desk, at, who, what, word) VALUES (?, ?, ?, 'answered', ?)`, a.Desk, millis(now), a.Who, id.String()); err != nil || a.Keep {
			return err
		}
		if err := c.exec(`INSERT INTO desk_event (desk, at, who, what, word) VALUES (?, ?, ?, 'closed', ?)`, a.Desk, millis(now), a.Who, a.Outcome); err != nil {
			return err
		}
		return c.exec(`UPDATE desk SET open = 0 WHERE id = ?`, a.Desk)
	})
	return id, err
}

// planOwn plans what a person wrote as a message that waits.
func (s *Store) planOwn(c *talk, a *PersonsAnswer, now time.Time) (id outbox.MessageID, err error) {
	var number int64
	if err := c.tx.QueryRowContext(c.ctx, `INSERT INTO answer_text (message, desk, at, who, minor) VALUES (-(SELECT coalesce(max(id), 0) FROM answer_text), ?, ?, ?, ?) RETURNING id`,
		a.Desk, millis(now), a.Who, a.Minor).Scan(&number); err != nil {
		return 0, wrap(err)
	}
	if id, err = c.plan(&a.Speaker, &a.Answer, a.Reply, 0, ledger.Date(number), now); err != nil || id == 0 {
		return 0, errors.Join(err, ErrMoved)
	}
	box, err := s.keys.sealBox(answerBox(id), []byte(a.Text))
	if err != nil {
		return 0, err
	}
	if err := c.exec(`UPDATE answer_text SET message = ? WHERE id = ?`, id, number); err != nil {
		return 0, err
	}
	return id, c.exec(`INSERT INTO sealed_answer (message, box) VALUES (?, ?)`, id, box)
}

// WriteByHand plans what a person writes to a borrower who has not written, as a message that waits; Desk and Reply are 0. ErrWaitsAlready
// says that another of a person's waits for them: pressing twice writes once.
func (s *Store) WriteByHand(ctx context.Context, a *PersonsAnswer, now time.Time) (id outbox.MessageID, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		var waits bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM requeue q CROSS JOIN message m WHERE m.id = q.message AND m.person = ? AND m.treatment = ? AND q.not_after > ?)`,
			a.Speaker.Person, TreatmentByHand, millis(now)).Scan(&waits); err != nil {
			return wrap(err)
		}
		if waits {
			return ErrWaitsAlready
		}
		if id, err = s.planOwn(&talk{ctx, tx}, a, now); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: now, Who: a.Who, What: "written", Portfolio: a.Speaker.Portfolio, Subject: "borrower " + strconv.FormatInt(int64(a.Speaker.Borrower), 10)})
		return err
	})
	return id, err
}

func answerBox(id outbox.MessageID) string { return "answer/" + strconv.FormatInt(int64(id), 10) }

// answerTexts opens what people wrote of these messages.
func (s *Store) answerTexts(ctx context.Context, tx *sql.Tx, messages []outbox.MessageID, out map[outbox.MessageID]AnswerFor) error {
	list, err := json.Marshal(messages)
	if err != nil {
		return wrap(err)
	}
	rows, err := tx.QueryContext(ctx, `SELECT t.message, t.minor, x.box FROM answer_text t JOIN sealed_answer x ON x.message = t.message
		WHERE t.message IN (SELECT value FROM json_each(?))`, string(list))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id outbox.MessageID
		var minor int64
		var box []byte
		if err := rows.Scan(&id, &minor, &box); err != nil {
			return wrap(err)
		}
		text, err := s.keys.openBox(answerBox(id), box)
		if err != nil {
			return err
		}
		a := out[id]
		a.Text, a.Minor = string(text), minor
		out[id] = a
	}
	return wrap(rows.Err())
}

// unsent gives a person every answer, and every message, of a person's that did not leave, once.
func (c *talk) unsent(portfolio int64, now time.Time) error {
	return c.exec(`INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours)
		SELECT CASE a.reply WHEN 0 THEN 'not_written' ELSE 'not_answered' END, a.reply, m.person, m.portfolio, m.borrower, ?, ?, 0, ''
		FROM answer_text t JOIN answer a ON a.message = t.message JOIN message m ON m.id = t.message JOIN message_state v ON v.id = t.message
		WHERE m.portfolio = ? AND t.at >= ? AND v.state IN ('cancelled', 'expired', 'refused', 'undelivered')
			AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.reply = a.reply AND d.borrower = m.borrower AND d.kind IN ('not_answered', 'not_written') AND d.opened_at > t.at)`,
		millis(now), millis(now.Add(24*time.Hour)), portfolio, millis(now.AddDate(0, 0, -45)))
}
