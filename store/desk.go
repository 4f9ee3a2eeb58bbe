package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
)

// A DeskItem is something that waits for a person, or waited.
type DeskItem struct {
	ID         int64
	Kind       string
	Reply      int64 // 0: not of a reply
	Speaker          // zero: nobody is known by the address
	Ref        string
	Country    string
	OpenedAt   time.Time
	DueAt      time.Time
	Urgent     bool
	Hours      string
	Open       bool
	Meaning    string // of the reply, as corrected
	ReviewOn   ledger.Date
	RootCause  string
	Reference  string // a regulator's
	Outcome    string
	ClosedBy   string
	Confidence float64
}

const deskColumns = `SELECT d.id, d.kind, d.reply, d.person, d.portfolio, d.borrower, coalesce(b.ref, ''), coalesce(f.country, ''), d.opened_at, d.due_at, d.urgent, d.hours, d.open,
		coalesce((SELECT meaning FROM correction c WHERE c.reply = d.reply ORDER BY id DESC LIMIT 1), r.meaning, ''), coalesce(r.confidence, 0),
		coalesce((SELECT max(review_on) FROM state s WHERE s.gone_at = 0 AND s.person = d.person AND s.cause = 'reply ' || d.reply), 0),
		coalesce((SELECT word FROM desk_event e WHERE e.desk = d.id AND e.what = 'root_cause' ORDER BY id DESC LIMIT 1), ''),
		coalesce((SELECT word FROM desk_event e WHERE e.desk = d.id AND e.what = 'reference' ORDER BY id DESC LIMIT 1), ''),
		coalesce((SELECT word FROM desk_event e WHERE e.desk = d.id AND e.what = 'closed' ORDER BY id DESC LIMIT 1), ''),
		coalesce((SELECT who FROM desk_event e WHERE e.desk = d.id AND e.what = 'closed' ORDER BY id DESC LIMIT 1), '')
	FROM desk d LEFT JOIN reply r ON r.id = d.reply LEFT JOIN borrower b ON b.id = d.borrower LEFT JOIN borrower_fact f ON f.id = b.fact`

// AtDesk returns what waits for a person, the urgent first and then what is due first; with all also what is closed.
func (s *Store) AtDesk(ctx context.Context, all bool) ([]DeskItem, error) {
	where := ` WHERE d.open = 1`
	if all {
		where = ``
	}
	return s.desk(ctx, where+` ORDER BY d.open DESC, d.urgent DESC, d.due_at, d.id`)
}

// DeskOf returns what waits or waited for a person about somebody, the oldest first.
func (s *Store) DeskOf(ctx context.Context, person ledger.PersonID, at time.Time) ([]DeskItem, error) {
	return s.desk(ctx, ` WHERE d.person = ? AND d.opened_at <= ? ORDER BY d.id`, person, millis(at))
}

// OnDesk returns one item.
func (s *Store) OnDesk(ctx context.Context, id int64) (DeskItem, error) {
	list, err := s.desk(ctx, ` WHERE d.id = ?`, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return DeskItem{}, err
	}
	return list[0], nil
}

func (s *Store) desk(ctx context.Context, tail string, args ...any) (out []DeskItem, err error) {
	rows, err := s.read.QueryContext(ctx, deskColumns+tail, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d DeskItem
		if err := rows.Scan(&d.ID, &d.Kind, &d.Reply, &d.Person, &d.Portfolio, &d.Borrower, &d.Ref, &d.Country, (*msTime)(&d.OpenedAt), (*msTime)(&d.DueAt), &d.Urgent, &d.Hours, &d.Open,
			&d.Meaning, &d.Confidence, &d.ReviewOn, &d.RootCause, &d.Reference, &d.Outcome, &d.ClosedBy); err != nil {
			return nil, wrap(err)
		}
		out = append(out, d)
	}
	return out, wrap(rows.Err())
}

// ReplyText opens the words of a reply.
func (s *Store) ReplyText(ctx context.Context, reply int64) (string, error) {
	var box []byte
	err := s.read.QueryRowContext(ctx, `SELECT box FROM sealed_reply WHERE reply = ?`, reply).Scan(&box)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", wrap(err)
	}
	text, err := s.keys.openBox("reply/"+strconv.FormatInt(reply, 10), box)
	return string(text), err
}

// ReadReply opens the words of a reply for a person, and keeps who read them.
func (s *Store) ReadReply(ctx context.Context, reply, portfolio int64, who string, now time.Time) (string, error) {
	text, err := s.ReplyText(ctx, reply)
	if err != nil {
		return "", err
	}
	return text, s.Record(ctx, Deed{At: now, Who: who, What: "reply_read", Portfolio: portfolio, Subject: replySource(reply)})
}

// A Closure is how a person ends what waited for them.
type Closure struct {
	Who       string // a role or a number of staff
	Outcome   string // a word or two: never a name or a text
	RootCause string // of a complaint or dispute
	Reference string // a regulator's
	Lift      bool   // the state that the reply began ends with it
}

// BegunBy returns the kinds of states that a reply began and that still hold.
func (s *Store) BegunBy(ctx context.Context, reply int64) (kinds []string, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		kinds, err = column[string](ctx, tx, `SELECT DISTINCT kind FROM state WHERE gone_at = 0 AND cause = ? ORDER BY kind`, replySource(reply))
		return err
	})
	return kinds, err
}

// CloseDesk ends what waited for a person. ErrNotFound says that nothing of that number waits.
func (s *Store) CloseDesk(ctx context.Context, id int64, c Closure, now time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		t := &talk{ctx, tx}
		var reply int64
		err := tx.QueryRowContext(ctx, `UPDATE desk SET open = 0 WHERE id = ? AND open = 1 RETURNING reply`, id).Scan(&reply)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return wrap(err)
		}
		for _, e := range [][2]string{{"root_cause", c.RootCause}, {"reference", c.Reference}, {"closed", c.Outcome}} {
			if e[1] == "" && e[0] != "closed" {
				continue
			}
			if err := t.exec(`INSERT INTO desk_event (desk, at, who, what, word) VALUES (?, ?, ?, ?, ?)`, id, millis(now), c.Who, e[0], e[1]); err != nil {
				return err
			}
		}
		if _, err := s.deed(ctx, tx, Deed{At: now, Who: c.Who, What: "closed", Subject: "desk " + strconv.FormatInt(id, 10)}); err != nil || !c.Lift || reply == 0 {
			return err
		}
		return t.liftOf(reply, now, c.Who)
	})
}

// NoteDesk notes a root cause or a regulator's reference on something that waits.
func (s *Store) NoteDesk(ctx context.Context, id int64, who, what, word string, now time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		return (&talk{ctx, tx}).exec(`INSERT INTO desk_event (desk, at, who, what, word) VALUES (?, ?, ?, ?, ?)`, id, millis(now), who, what, word)
	})
}

// liftOf ends every state that a reply began.
func (c *talk) liftOf(reply int64, now time.Time, who string) error {
	type one struct {
		id     int64
		person ledger.PersonID
	}
	rows, err := c.tx.QueryContext(c.ctx, `SELECT id, person FROM state WHERE gone_at = 0 AND cause = ? ORDER BY id`, replySource(reply))
	if err != nil {
		return wrap(err)
	}
	var all []one
	for rows.Next() && err == nil {
		var x one
		err = rows.Scan(&x.id, &x.person)
		all = append(all, x)
	}
	if e := errors.Join(rows.Err(), rows.Close()); err == nil {
		err = e
	}
	for _, x := range all {
		if err == nil {
			err = c.lifted(x.id, x.person, now, who)
		}
	}
	return wrap(err)
}

// A Written is a reply as it is stored.
type Written struct {
	ID      int64
	At      time.Time
	Speaker Speaker
	Meaning string
	Text    string
}

// Written returns a reply with its words.
func (s *Store) Written(ctx context.Context, reply int64) (w Written, err error) {
	w.ID = reply
	err = s.read.QueryRowContext(ctx, `SELECT at, person, portfolio, borrower, sender, meaning FROM reply WHERE id = ?`, reply).
		Scan((*msTime)(&w.At), &w.Speaker.Person, &w.Speaker.Portfolio, &w.Speaker.Borrower, &w.Speaker.Address, &w.Meaning)
	if errors.Is(err, sql.ErrNoRows) {
		return w, ErrNotFound
	}
	if err == nil {
		w.Text, err = s.ReplyText(ctx, reply)
	}
	return w, wrap(err)
}

// Correct notes what a reply means by a person's word, which is kept for training: what the wrong meaning began is lifted where
// lift says so, and what the right one sets off is set off now. r holds the right meaning and its effects.
func (s *Store) Correct(ctx context.Context, reply int64, r *Reply, who string, lift bool, now time.Time) error {
	return s.alone(ctx, func(tx *sql.Tx, on direct) error {
		var res StepResult
		c := &commit{Store: s, ctx: ctx, tx: tx, on: on, st: &Step{At: now, Replies: []Reply{*r}}, res: &res}
		t := c.talk()
		if err := t.exec(`INSERT INTO correction (reply, at, who, meaning) VALUES (?, ?, ?, ?)`, reply, millis(now), who, r.Meaning); err != nil {
			return err
		}
		if err := t.exec(`INSERT INTO desk_event (desk, at, who, what, word) SELECT id, ?, ?, 'corrected', ? FROM desk WHERE reply = ? AND open = 1`,
			millis(now), who, r.Meaning, reply); err != nil {
			return err
		}
		if err := t.exec(`UPDATE desk SET open = 0 WHERE reply = ? AND open = 1`, reply); err != nil {
			return err
		}
		if _, err := s.deed(ctx, tx, Deed{At: now, Who: who, What: "corrected", Subject: replySource(reply) + " to " + r.Meaning}); err != nil {
			return err
		}
		if lift {
			if err := t.liftOf(reply, now, who); err != nil {
				return err
			}
			live, err := column[int64](ctx, tx, `SELECT id FROM arrangement WHERE source = ? AND status = 'live'`, replySource(reply))
			for _, id := range live {
				if err == nil {
					err = t.became(id, arrange.Withdrawn, arrange.Verdict{Reason: "It was never promised: the reply was misread."}, now, who)
				}
			}
			if err != nil {
				return err
			}
		}
		persons, err := column[ledger.PersonID](ctx, tx, `SELECT DISTINCT b.person FROM reply r JOIN borrower_fact f ON f.address = r.sender JOIN borrower b ON b.id = f.borrower
			WHERE r.id = ? AND r.sender <> 0 ORDER BY 1`, reply)
		if err != nil {
			return err
		}
		for _, p := range persons {
			if err := c.effect(p, reply, r.Speaker.Address, r); err != nil {
				return err
			}
		}
		return c.follow(reply, r, persons, false)
	})
}

// A Correction is a reply whose meaning a person put right.
type Correction struct {
	Reply        int64
	Was, Meaning string
	Text         string
}

// Corrections returns the replies whose meaning was put right, with their words, for training.
func (s *Store) Corrections(ctx context.Context) (out []Correction, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT c.reply, r.meaning, c.meaning FROM correction c JOIN reply r ON r.id = c.reply
		WHERE c.id = (SELECT max(id) FROM correction d WHERE d.reply = c.reply) AND c.who <> 'opinion' ORDER BY c.id`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Correction
		if err := rows.Scan(&c.Reply, &c.Was, &c.Meaning); err != nil {
			return nil, wrap(err)
		}
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap(err)
	}
	for i := range out {
		if out[i].Text, err = s.ReplyText(ctx, out[i].Reply); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SetCause notes why a borrower's payment is late, by a person's word. The reasons are sealed. Only so is it said of somebody that
// they do not want to pay.
func (s *Store) SetCause(ctx context.Context, sp Speaker, cause arrange.Cause, who, reasons string, now time.Time) error {
	digest := []byte{}
	if reasons != "" {
		digest = s.keys.hash("cause", fmt.Sprintf("%d %s %s", sp.Borrower, who, reasons))
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		var box []byte
		if reasons != "" {
			var err error
			if box, err = s.keys.sealState(digest, sealedState{Reason: reasons}); err != nil {
				return err
			}
		}
		t := &talk{ctx, tx}
		if box != nil {
			if err := t.exec(`INSERT OR IGNORE INTO sealed_state (digest, box) VALUES (?, ?)`, digest, box); err != nil {
				return err
			}
		}
		if err := t.exec(`INSERT INTO late_cause (person, portfolio, borrower, at, cause, source, digest) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			sp.Person, sp.Portfolio, sp.Borrower, millis(now), string(cause), who, digest); err != nil {
			return err
		}
		if _, err := s.deed(ctx, tx, Deed{At: now, Who: who, What: "cause_said", Portfolio: sp.Portfolio, Subject: "borrower " + strconv.FormatInt(int64(sp.Borrower), 10)}); err != nil {
			return err
		}
		return t.turn(sp.Person)
	})
}

// A LateCause is why a payment is late, and who says so.
type LateCause struct {
	At     time.Time
	Cause  string
	Source string
}

// LateCauses returns why a person's payments in a portfolio are late, the oldest word first.
func (s *Store) LateCauses(ctx context.Context, portfolio int64, person ledger.PersonID, at time.Time) (out []LateCause, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT at, cause, source FROM late_cause WHERE portfolio = ? AND person = ? AND at <= ? ORDER BY id`, portfolio, person, millis(at))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c LateCause
		if err := rows.Scan((*msTime)(&c.At), &c.Cause, &c.Source); err != nil {
			return nil, wrap(err)
		}
		out = append(out, c)
	}
	return out, wrap(rows.Err())
}
