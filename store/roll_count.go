package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/measure"
)

// prints are how many rows there are of a piece's messages in each table of the outbox, all of which only grow, and which import was
// the last, because payments follow messages: where they are as they were, nothing has changed.
func (f *folding) prints(tx *sql.Tx, p *rollPiece) (string, error) {
	first, last := p.number<<messageBits, (p.number+1)<<messageBits-1
	var n [8]int64
	err := tx.QueryRowContext(f.ctx, `SELECT (SELECT count(*) FROM message WHERE id BETWEEN ?1 AND ?2), (SELECT count(*) FROM closed WHERE message BETWEEN ?1 AND ?2),
		(SELECT count(*) FROM fence WHERE id BETWEEN ?3 AND ?4), (SELECT count(*) FROM outcome WHERE fence BETWEEN ?3 AND ?4),
		(SELECT count(*) FROM outcome WHERE fence BETWEEN ?3 AND ?4 AND kind = 'unknown'), (SELECT count(*) FROM receipt WHERE id BETWEEN ?5 AND ?6),
		(SELECT count(*) FROM reconciled WHERE fence BETWEEN ?3 AND ?4)`,
		first, last, first<<3, last<<3|7, first<<11, last<<11|2047).Scan(&n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[7])
	if err == nil {
		err = tx.QueryRowContext(f.ctx, `SELECT coalesce(max(id), 0) FROM source`).Scan(&n[6])
	}
	return strings.Trim(fmt.Sprint(n), "[]"), wrap(err)
}

// A told is a message as it is counted.
type told struct {
	id, person, loan, fencedAt int64
	roll                       Roll
	sums                       Sums
	sent                       bool
	nth                        int64
	act, carrier               string
}

// messages counts a piece's messages.
func (f *folding) messages(tx *sql.Tx, p *rollPiece, t tally) error {
	first, last := p.number<<messageBits, (p.number+1)<<messageBits-1
	list, err := f.toldOf(tx, p, first, last)
	if err != nil {
		return err
	}
	after, err := f.after(tx, list, first, last)
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		if a, ok := after[m.id]; ok && m.sent {
			m.sums.Replied, m.sums.Stopped, m.sums.Complained, m.sums.Paid, m.sums.Chased = flag(a.Replied), flag(a.Stopped), flag(a.Complained), flag(a.Paid), flag(a.Chased)
			m.sums.Minor = a.Minor
		}
		t.both(m.roll, m.sums)
		act := m.roll
		act.Name, act.Carrier, act.Reason, act.What = m.act, m.carrier, "", "act"
		t.both(act, m.sums)
		if !m.sent {
			continue
		}
		t.both(Roll{Portfolio: m.roll.Portfolio, What: "sent", Day: f.dayOf(m.roll.Portfolio, m.fencedAt), Carrier: m.carrier}, Sums{N: 1, Parts: m.sums.Parts})
		if m.nth > 0 {
			k := Roll{Portfolio: m.roll.Portfolio, What: "nth", Day: m.roll.Day, Name: fmt.Sprintf("%02d", min(m.nth, 10)), Unit: m.roll.Unit}
			s := m.sums
			s.Opened, s.LetIn = 0, 0
			t.both(k, s)
		}
	}
	return nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// toldOf reads a piece's messages, each with its state as everything else sees it.
func (f *folding) toldOf(tx *sql.Tx, p *rollPiece, first, last int64) (out []told, err error) {
	rows, err := tx.QueryContext(f.ctx, `SELECT v.id, v.person, v.portfolio, v.loan, v.stage, v.treatment, v.state, `+whyColumn+`, coalesce(v.outcome, ''), coalesce(v.parts, 0),
			coalesce(v.fenced_at, 0), coalesce(v.currency, ''), b.planned_at, b.carrier,
			CASE WHEN v.fence IS NULL THEN 0 ELSE (SELECT count(*) FROM portal_event e WHERE e.fence = v.fence AND e.what = 'opened') END,
			CASE WHEN v.fence IS NULL THEN 0 ELSE (SELECT count(*) FROM portal_key k WHERE k.borrower = v.borrower AND k.fence = v.fence) END,
			CASE WHEN v.fence IS NULL OR v.stage = 'answer' THEN 0 ELSE (SELECT count(*) FROM contact c WHERE c.subject = v.person << 8 AND c.portfolio = v.portfolio
				AND c.episode = v.episode AND c.message > 0 AND c.at <= v.fenced_at) END
		FROM message_state v JOIN batch b ON b.id = v.batch WHERE v.id BETWEEN ? AND ?`, first, last)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	p.newest = 0
	for rows.Next() {
		var m told
		var treatment, plannedAt, opened, letIn int64
		var outcome string
		if err := rows.Scan(&m.id, &m.person, &m.roll.Portfolio, &m.loan, &m.roll.Stage, &treatment, &m.roll.State, &m.roll.Reason, &outcome, &m.sums.Parts,
			&m.fencedAt, &m.roll.Unit, &plannedAt, &m.carrier, &opened, &letIn, &m.nth); err != nil {
			return nil, wrap(err)
		}
		p.newest = max(p.newest, plannedAt)
		m.roll.What, m.roll.Day, m.act = "message", f.dayOf(m.roll.Portfolio, plannedAt), fmt.Sprint(treatment)
		m.sums.N = 1
		if m.sent = outcome == "accepted" || outcome == "unknown"; m.sent {
			m.sums.Opened, m.sums.LetIn = min(opened, 1), min(letIn, 1)
		} else {
			m.sums.Parts, m.roll.Unit = 0, ""
		}
		out = append(out, m)
	}
	return out, wrap(rows.Err())
}

// after finds what followed the messages: of those persons who wrote or paid since the first of them left, all letters are read, because
// what came belongs to the latest.
func (f *folding) after(tx *sql.Tx, list []told, first, last int64) (map[int64]measure.After, error) {
	since := int64(math.MaxInt64)
	loans := map[int64]int64{}
	for i := range list {
		if list[i].sent {
			since = min(since, list[i].fencedAt)
			loans[list[i].loan] = list[i].person
		}
	}
	if len(loans) == 0 {
		return nil, nil
	}
	words, err := f.words(tx, first, last, since)
	if err != nil {
		return nil, err
	}
	payments, err := f.payments(tx, first, last, since)
	if err != nil {
		return nil, err
	}
	persons := map[int64]int64{}
	for p := range words {
		persons[p] = 0
	}
	for loan := range payments {
		if p, ok := loans[loan]; ok {
			persons[p] = 0
		}
	}
	letters, err := f.letters(tx, sortedNumbers(persons))
	if err != nil {
		return nil, err
	}
	out := map[int64]measure.After{}
	for of, ll := range letters {
		var w []measure.Word
		for _, x := range words[of.person] {
			if x.portfolio == 0 || x.portfolio == of.portfolio {
				w = append(w, x.Word)
			}
		}
		var pays []measure.Payment
		seen := map[int64]bool{}
		for _, l := range ll {
			if !seen[l.Loan] {
				seen[l.Loan] = true
				pays = append(pays, payments[l.Loan]...)
			}
		}
		for id, a := range measure.Follow(ll, w, pays) {
			if id >= first && id <= last {
				out[id] = a
			}
		}
	}
	return out, nil
}

// A said is a reply with the portfolio that it was taken to speak of; 0: none.
type said struct {
	measure.Word
	portfolio int64
}

// words are what the messages' persons wrote, as it was understood within five days.
func (f *folding) words(tx *sql.Tx, first, last, since int64) (map[int64][]said, error) {
	rows, err := tx.QueryContext(f.ctx, `SELECT r.person, r.portfolio, r.at, coalesce((SELECT c.meaning FROM correction c WHERE c.reply = r.id AND c.at <= r.at + 432000000 ORDER BY c.id DESC LIMIT 1), r.meaning)
		FROM reply r WHERE r.person <> 0 AND r.at >= ? AND r.person IN (SELECT m.person FROM message m WHERE m.id BETWEEN ? AND ?) ORDER BY r.id`, since, first, last)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64][]said{}
	for rows.Next() {
		var person int64
		var w said
		if err := rows.Scan(&person, &w.portfolio, (*msTime)(&w.At), &w.Meaning); err != nil {
			return nil, wrap(err)
		}
		out[person] = append(out[person], w)
	}
	return out, wrap(rows.Err())
}

// payments returns what is known now of the payments that may have followed the messages, or gone before them unheard of.
func (f *folding) payments(tx *sql.Tx, first, last, since int64) (map[int64][]measure.Payment, error) {
	const day = int64(24 * time.Hour / time.Millisecond)
	rows, err := tx.QueryContext(f.ctx, `SELECT p.loan, p.paid_on, p.minor, (SELECT min(q.known_at) FROM payment q WHERE q.loan = p.loan AND q.key = p.key)
		FROM payment p WHERE p.loan IN (SELECT m.loan FROM message m WHERE m.id BETWEEN ? AND ?) AND p.minor > 0 AND (p.paid_on >= ? OR p.known_at > ?)
			AND p.known_at = (SELECT max(q.known_at) FROM payment q WHERE q.loan = p.loan AND q.key = p.key)`, first, last, since/day-1, since)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64][]measure.Payment{}
	for rows.Next() {
		var p measure.Payment
		if err := rows.Scan(&p.Loan, &p.On, &p.Minor, (*msTime)(&p.KnownAt)); err != nil {
			return nil, wrap(err)
		}
		out[p.Loan] = append(out[p.Loan], p)
	}
	return out, wrap(rows.Err())
}

// An owner is a person in a portfolio.
type owner struct{ person, portfolio int64 }

// letters are all messages that some persons were sent, without answers to what they wrote themselves.
func (f *folding) letters(tx *sql.Tx, persons []int64) (map[owner][]measure.Letter, error) {
	out := map[owner][]measure.Letter{}
	for part := range slices.Chunk(persons, 500) {
		ids, err := json.Marshal(part)
		if err != nil {
			return nil, wrap(err)
		}
		rows, err := tx.QueryContext(f.ctx, `SELECT v.person, v.portfolio, v.id, v.loan, v.fenced_at FROM message_state v
			WHERE v.person IN (SELECT value FROM json_each(?)) AND v.outcome IN ('accepted', 'unknown') AND v.stage <> 'answer'`, string(ids))
		if err != nil {
			return nil, wrap(err)
		}
		for rows.Next() {
			var of owner
			var l measure.Letter
			var at int64
			if err := rows.Scan(&of.person, &of.portfolio, &l.Message, &l.Loan, &at); err != nil {
				_ = rows.Close()
				return nil, wrap(err)
			}
			l.At, l.On = instant(at), f.dayOf(of.portfolio, at)
			out[of] = append(out[of], l)
		}
		if err := rows.Close(); err != nil {
			return nil, wrap(err)
		}
		if err := rows.Err(); err != nil {
			return nil, wrap(err)
		}
	}
	return out, nil
}

// replies counts a piece's replies by what they mean and how they were answered.
func (f *folding) replies(tx *sql.Tx, p *rollPiece, t tally) error {
	rows, err := tx.QueryContext(f.ctx, `SELECT r.portfolio, r.at, coalesce((SELECT c.meaning FROM correction c WHERE c.reply = r.id ORDER BY c.id DESC LIMIT 1), r.meaning),
			CASE WHEN EXISTS (SELECT 1 FROM unanswered u WHERE u.id = r.id) THEN 'unanswered'
				WHEN EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id AND d.open = 1) THEN 'waiting'
				WHEN EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id) THEN 'person'
				WHEN EXISTS (SELECT 1 FROM answer a WHERE a.reply = r.id) THEN 'answered' ELSE 'noted' END
		FROM reply r WHERE r.id BETWEEN ? AND ?`, p.number<<talkBits, (p.number+1)<<talkBits-1)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	p.newest = 0
	for rows.Next() {
		var at int64
		k := Roll{What: "reply"}
		if err := rows.Scan(&k.Portfolio, &at, &k.Name, &k.State); err != nil {
			return wrap(err)
		}
		p.newest = max(p.newest, at)
		k.Day = f.dayOf(k.Portfolio, at)
		t.both(k, Sums{N: 1})
	}
	return wrap(rows.Err())
}

// arrangements counts what was agreed, by what became of it.
func (f *folding) arrangements(tx *sql.Tx, p *rollPiece, t tally) error {
	rows, err := tx.QueryContext(f.ctx, `SELECT a.portfolio, a.made_at, a.kind, a.status, a.currency, a.minor,
			coalesce((SELECT e.minor FROM arrangement_event e WHERE e.arrangement = a.id ORDER BY e.id DESC LIMIT 1), 0)
		FROM arrangement a WHERE a.id BETWEEN ? AND ?`, p.number<<talkBits, (p.number+1)<<talkBits-1)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var at int64
		k, v := Roll{What: "arrangement"}, Sums{N: 1}
		if err := rows.Scan(&k.Portfolio, &at, &k.Name, &k.State, &k.Unit, &v.Minor, &v.Came); err != nil {
			return wrap(err)
		}
		k.Day = f.dayOf(k.Portfolio, at)
		t.both(k, v)
	}
	return wrap(rows.Err())
}
