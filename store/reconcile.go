package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// What people say of a message of which nobody knows whether it arrived (docs/adr/0034).
const (
	SaidArrived    = "arrived"
	SaidNotArrived = "not_arrived"
	SaidOpen       = "open" // what was said before is taken back: nobody knows
)

// SaidRule is the reason of a state that rests on what a person said.
const SaidRule = "duly:reconciled"

// An Unsure is a message that may have left and of which no receipt tells, with what people last said of it.
type Unsure struct {
	ID        outbox.MessageID
	Fence     outbox.FenceID
	Portfolio int64
	Carrier   string
	At        time.Time // civil: when it was handed over
	Code      string    // why it is not known
	Parts     int
	IDs       string // the carrier's ids of its parts, as far as it gave any, parted by spaces
	Address   []byte // the keyed hash of the number that it went to; nil: not known
	Beside    bool   // another message went to that number so soon before or after that its phone and time may mean either
	Said      string // SaidArrived …; empty: nothing was said
	Cause     string
	Again     bool
	SaidAt    time.Time // real
	SaidBy    string
}

// State is where the message stands.
func (u *Unsure) State() outbox.State {
	switch u.Said {
	case SaidArrived:
		return outbox.Delivered
	case SaidNotArrived:
		return outbox.Undelivered
	}
	return outbox.Unknown
}

// An UnsureAsk limits which of them are meant. Of the zero value's fields each lets everything through.
type UnsureAsk struct {
	Portfolios []int64 // nil: all
	Carrier    string
	Hour       time.Time // its first instant
	Messages   []outbox.MessageID
	Said       *bool // true: of which somebody has said something that holds; false: of which nobody has
	Most       int   // the newest so many; 0: all
}

// receiptsSettle says that receipts tell what became of the last try of a message of message_state v: of every part, or that one did not arrive.
const receiptsSettle = `(EXISTS (SELECT 1 FROM receipt r WHERE r.id BETWEEN v.fence<<8 AND v.fence<<8|255 AND r.kind = 'undelivered')
	OR (SELECT count(*) FROM receipt r WHERE r.id BETWEEN v.fence<<8 AND v.fence<<8|255) = v.parts)`

// unsure are the messages whose last try is unknown and which no receipts settle, with the latest word on them. They are found by an
// index that holds nothing else.
const unsure = `(SELECT v.id, v.fence, v.portfolio, b.carrier, v.fenced_at, v.outcome_code, v.parts, v.person, v.borrower, v.state,
		(SELECT max(k.id) FROM reconciled k WHERE k.fence = v.fence) AS word
	FROM message_state v JOIN batch b ON b.id = v.batch
	WHERE v.id IN (SELECT o.fence >> 3 FROM outcome o WHERE o.kind = 'unknown') AND v.outcome = 'unknown'
		AND v.state IN ('unknown', 'delivered', 'undelivered') AND NOT ` + receiptsSettle + `)`

// wentTo is the address of a row u of unsure.
const wentTo = `coalesce((SELECT c.address FROM contact c WHERE c.subject = u.person << 8 AND c.message = u.id AND c.address <> 0),
	(SELECT f.address FROM borrower w JOIN borrower_fact f ON f.id = w.fact WHERE w.id = u.borrower))`

// Near is how far a carrier's time of a message may lie from ours where nothing but phone and time says which is meant.
const Near = 10 * time.Minute

const nearMillis = int(Near / time.Millisecond)

const hourMillis = int64(time.Hour / time.Millisecond)

// where is the condition of an ask on the rows u of unsure.
func (a *UnsureAsk) where() (string, []any, error) {
	cond, args := `1 = 1`, []any(nil)
	list := func(column string, ids any) error {
		b, err := json.Marshal(ids)
		cond, args = cond+` AND `+column+` IN (SELECT value FROM json_each(?))`, append(args, string(b))
		return wrap(err)
	}
	if a.Portfolios != nil {
		if err := list(`u.portfolio`, a.Portfolios); err != nil {
			return "", nil, err
		}
	}
	if a.Messages != nil {
		if err := list(`u.id`, a.Messages); err != nil {
			return "", nil, err
		}
	}
	if a.Carrier != "" {
		cond, args = cond+` AND u.carrier = ?`, append(args, a.Carrier)
	}
	if !a.Hour.IsZero() {
		from := millis(a.Hour)
		cond, args = cond+` AND u.fenced_at >= ? AND u.fenced_at < ?`, append(args, from, from+hourMillis)
	}
	if a.Said != nil {
		cond += ` AND u.state ` + map[bool]string{true: `<> 'unknown'`, false: `= 'unknown'`}[*a.Said]
	}
	return cond, args, nil
}

// Unsure returns them, the newest first.
func (s *Store) Unsure(ctx context.Context, ask UnsureAsk) (out []Unsure, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = readUnsure(ctx, tx, &ask)
		return err
	})
	return out, err
}

func readUnsure(ctx context.Context, tx *sql.Tx, ask *UnsureAsk) (out []Unsure, err error) {
	cond, args, err := ask.where()
	if err != nil {
		return nil, err
	}
	query := `SELECT u.id, u.fence, u.portfolio, u.carrier, u.fenced_at, u.outcome_code, u.parts, (SELECT o.ids FROM outcome o WHERE o.fence = u.fence),
			coalesce((SELECT a.hash FROM address a WHERE a.id = ` + wentTo + `), x''), EXISTS (SELECT 1 FROM borrower_fact f JOIN borrower w ON w.id = f.borrower
				JOIN contact o ON o.subject BETWEEN w.person << 8 AND w.person << 8 | 255 WHERE f.address = ` + wentTo + ` AND f.address <> 0 AND o.address = f.address
				AND o.message NOT IN (0, u.id) AND o.at BETWEEN u.fenced_at - ` + strconv.Itoa(2*nearMillis) + ` AND u.fenced_at + ` + strconv.Itoa(2*nearMillis) + `),
			coalesce(k.word, ''), coalesce(k.cause, ''), coalesce(k.again, 0), coalesce(d.at, 0), coalesce(d.who, '')
		FROM ` + unsure + ` u LEFT JOIN reconciled k ON k.id = u.word LEFT JOIN audit d ON d.id = k.audit WHERE ` + cond + ` ORDER BY u.id DESC`
	if ask.Most > 0 {
		query, args = query+` LIMIT ?`, append(args, ask.Most)
	}
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var u Unsure
		var again int64
		if err := rows.Scan(&u.ID, &u.Fence, &u.Portfolio, &u.Carrier, (*msTime)(&u.At), &u.Code, &u.Parts, &u.IDs, &u.Address, &u.Beside, &u.Said, &u.Cause, &again,
			(*msTime)(&u.SaidAt), &u.SaidBy); err != nil {
			return nil, wrap(err)
		}
		u.Again = again == 1
		out = append(out, u)
	}
	return out, wrap(rows.Err())
}

// An UnsureHour is how many messages that were handed over to a carrier in an hour are unknown.
type UnsureHour struct {
	Portfolio int64
	Carrier   string
	Hour      time.Time // its first instant
	Number    int64
}

// UnsureHours counts the messages of which nobody has said anything, the newest hour first.
func (s *Store) UnsureHours(ctx context.Context, portfolios []int64) (out []UnsureHour, err error) {
	no := false
	cond, args, err := (&UnsureAsk{Portfolios: portfolios, Said: &no}).where()
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`SELECT u.portfolio, u.carrier, u.fenced_at / %[1]d * %[1]d, count(*) FROM `+unsure+` u WHERE `+cond+`
		GROUP BY 1, 2, 3 ORDER BY 3 DESC, 2, 1`, hourMillis), args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h UnsureHour
		if err := rows.Scan(&h.Portfolio, &h.Carrier, (*msTime)(&h.Hour), &h.Number); err != nil {
			return nil, wrap(err)
		}
		out = append(out, h)
	}
	return out, wrap(rows.Err())
}

// A Word is what a person says of one message.
type Word struct {
	ID    outbox.MessageID
	Said  string // SaidArrived, SaidNotArrived or SaidOpen
	Cause string // why it did not arrive, as the carrier's statement has it; empty: nobody said
	// Again lets a plan take the step once more, as though the message had never been: of one that did not arrive. The contact stays
	// counted against every cap, because nobody can prove that it was none.
	Again bool
}

// Reconcile keeps what a person says of messages of the portfolios; nil means all. What is no longer open to their word, or says nothing
// new, is passed over. subject is what the audit says of it. It returns how many messages changed.
func (s *Store) Reconcile(ctx context.Context, portfolios []int64, list []Word, subject string, by Act) (n int, err error) {
	words := make(map[outbox.MessageID]Word, len(list))
	ask := UnsureAsk{Portfolios: portfolios, Messages: []outbox.MessageID{}}
	for _, w := range list {
		words[w.ID] = w
		ask.Messages = append(ask.Messages, w.ID)
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		n = 0
		open, err := readUnsure(ctx, tx, &ask)
		if err != nil {
			return err
		}
		r := reconciling{ctx: ctx, tx: tx, at: millis(by.At)}
		for i := range open {
			w := words[open[i].ID]
			if w.says(&open[i]) {
				continue
			}
			if r.audit == 0 {
				if r.audit, err = s.deed(ctx, tx, Deed{At: by.Real, Who: by.Who, What: "reconciled", Portfolio: open[i].Portfolio, Subject: subject, Reason: by.Reason}); err != nil {
					return err
				}
			}
			if err := r.say(&open[i], w); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// PhoneHash is the keyed hash by which a number in E.164 is known.
func (s *Store) PhoneHash(e164 string) []byte { return s.keys.hash(hashPhone, e164) }

// says says that a word is what holds already.
func (w Word) says(u *Unsure) bool {
	if w.Said == SaidOpen {
		return u.Said == "" || u.Said == SaidOpen
	}
	return w.Said == u.Said && w.Cause == u.Cause && w.Again == u.Again
}

// notTaken is the episode of a contact whose message did not arrive, and whose step may be taken once more: to the strategy there was none.
const notTaken = ledger.Date(-1)

// reconciling keeps words in one transaction.
type reconciling struct {
	ctx   context.Context
	tx    *sql.Tx
	audit int64
	at    int64
}

func (r *reconciling) say(u *Unsure, w Word) error {
	again := 0
	if w.Again && w.Said == SaidNotArrived {
		again = 1
	}
	if _, err := r.tx.ExecContext(r.ctx, `INSERT INTO reconciled (audit, fence, at, word, cause, again) VALUES (?, ?, ?, ?, ?, ?)`,
		r.audit, u.Fence, r.at, w.Said, w.Cause, again); err != nil {
		return wrap(err)
	}
	if (again == 1) == u.Again {
		return nil
	}
	// A strategy reads of the contact what step was taken in which lapse; a cap reads neither.
	var person, now ledger.PersonID
	var episode int64
	if err := r.tx.QueryRowContext(r.ctx, `SELECT m.person, m.episode, b.person FROM message m JOIN borrower b ON b.id = m.borrower WHERE m.id = ?`, u.ID).Scan(&person, &episode, &now); err != nil {
		return wrap(err)
	}
	if again == 1 {
		episode = int64(notTaken)
	}
	for _, p := range slices.Compact([]ledger.PersonID{person, now}) { // a borrower who turned out to be another person has their contacts in both places
		if _, err := r.tx.ExecContext(r.ctx, `UPDATE contact SET episode = ? WHERE subject = ? AND message = ?`, episode, int64(p)<<8, u.ID); err != nil {
			return wrap(err)
		}
		if _, err := r.tx.ExecContext(r.ctx, `UPDATE person SET turn = turn + 1 WHERE id = ?`, p); err != nil {
			return wrap(err)
		}
	}
	return nil
}
