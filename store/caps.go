package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Subject is whom a slot is counted for.
type Subject int64

// The kinds of subject, the low bits of a slot's subject.
const (
	PerPerson  Subject = 0
	PerDebt    Subject = 1
	PerAddress Subject = 2
)

// A Counted is what a contact takes a slot of: all contacts with a person, about a debt or at an address, or
// those over some channels. It is the low byte of a slot's subject.
type Counted uint8

// Kind returns whom it is counted for.
func (c Counted) Kind() Subject { return Subject(c & 3) }

// A Slot is a contact's place in the counting of caps.
type Slot struct {
	Counted
	Of  int64 // the person's, loan's or address's number
	Seq int64 // one more than the newest that was read
}

func (s Slot) subject() int64 { return s.Of<<8 | int64(s.Counted) }

// A CapRow is one cap as the database enforces it.
type CapRow struct {
	Per    Subject
	Of     []ledger.Channel // whose contacts are counted together; empty means those over every channel
	N      int
	Days   int           // calendar days; 1 is the same day; 0 means that Window counts
	Window time.Duration // rolling
}

// A CapSet is caps that hold together, and what a contact under them has to take slots of. The zero CapSet permits
// nothing.
type CapSet struct {
	ID    int64
	Takes []Counted // the person over all channels first
	Epoch int       // how many things were counted when it was read: a try that counts fewer is not permitted
}

// Uncapped counts contacts and refuses none: what people did, and what no cap binds.
const Uncapped = 1

// CapSet stores caps that hold together for contacts over a channel, so that the database enforces them. Equal
// sets give the same number. An empty set is refused: for contacts that no cap binds see Takes. From the first cap that
// counts in a new way every contact is counted so, those made before included.
func (s *Store) CapSet(ctx context.Context, channel ledger.Channel, caps []CapRow) (CapSet, error) {
	if len(caps) == 0 {
		return CapSet{}, errors.New("store: no cap holds; contact waits until a rulebook or the house sets one")
	}
	var set CapSet
	err := s.between(ctx, func(tx *sql.Tx) error {
		rows := make([]capRow, len(caps))
		for i := range caps {
			slot, err := countedFor(ctx, tx, caps[i].Per, caps[i].Of)
			if err != nil {
				return err
			}
			rows[i] = capRow{int64(slot), caps[i].N, caps[i].Days, caps[i].Window.Milliseconds()}
		}
		var err error
		if set.ID, err = capSet(ctx, tx, rows); err != nil {
			return err
		}
		set.Takes, set.Epoch, err = takes(ctx, tx, channel)
		return err
	})
	return set, err
}

// Takes returns what a contact over a channel has to take slots of where no cap binds it.
func (s *Store) Takes(ctx context.Context, channel ledger.Channel) (CapSet, error) {
	set := CapSet{ID: Uncapped}
	err := s.view(ctx, func(tx *sql.Tx) (err error) {
		set.Takes, set.Epoch, err = takes(ctx, tx, channel)
		return err
	})
	return set, err
}

type capRow struct {
	slot, n, days, millis any
}

func capSet(ctx context.Context, tx *sql.Tx, rows []capRow) (id int64, err error) {
	words := make([]string, len(rows))
	for i, r := range rows {
		words[i] = fmt.Sprint(r.slot, ":", r.n, "/", r.days, "d/", r.millis, "ms")
	}
	slices.Sort(words)
	text := strings.Join(slices.Compact(words), " ")
	err = tx.QueryRowContext(ctx, `SELECT id FROM capset WHERE caps = ?`, text).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, wrap(err)
	}
	if err := tx.QueryRowContext(ctx, `INSERT INTO capset (caps) VALUES (?) RETURNING id`, text).Scan(&id); err != nil {
		return 0, wrap(err)
	}
	in := newBulk(ctx, tx, `INSERT INTO cap (capset, slot, n, days, millis) VALUES `, ` ON CONFLICT DO NOTHING`, 5)
	for _, r := range rows {
		if err := in.add(id, r.slot, r.n, r.days, r.millis); err != nil {
			return 0, err
		}
	}
	return id, in.close()
}

// countedFor returns what a cap counts, and has it counted from the first contact on.
func countedFor(ctx context.Context, tx *sql.Tx, per Subject, of []ledger.Channel) (Counted, error) {
	if per < PerPerson || per > PerAddress {
		return 0, fmt.Errorf("store: a cap is counted per %d", per)
	}
	group, err := groupOf(ctx, tx, of)
	if err != nil {
		return 0, err
	}
	c := Counted(group<<2 | int64(per))
	res, err := tx.ExecContext(ctx, `INSERT INTO counted (slot) VALUES (?) ON CONFLICT DO NOTHING`, c)
	if err != nil {
		return 0, wrap(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return c, wrap(err)
	}
	return c, recount(ctx, tx, c, of)
}

func groupOf(ctx context.Context, tx *sql.Tx, of []ledger.Channel) (id int64, err error) {
	if len(of) == 0 {
		return 0, nil
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(of)))
	words := make([]string, len(sorted))
	for i, ch := range sorted {
		words[i] = string(ch)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO cap_group (id, channels)
		SELECT (SELECT coalesce(max(id), 0) + 1 FROM cap_group), o.channels FROM (SELECT CAST(? AS TEXT) AS channels) o
		WHERE NOT EXISTS (SELECT 1 FROM cap_group g WHERE g.channels = o.channels)`, strings.Join(words, " ")); err != nil {
		return 0, fmt.Errorf("store: more than 63 sets of channels are counted: %w", err)
	}
	return id, wrap(tx.QueryRowContext(ctx, `SELECT id FROM cap_group WHERE channels = ?`, strings.Join(words, " ")).Scan(&id))
}

// wholes yields the ids of a text of numbers parted by spaces, as a table of one column.
const wholes = `json_each('[' || replace(c.others, ' ', ',') || ']')`

// recount gives the contacts made before the slots that are counted from now on.
func recount(ctx context.Context, tx *sql.Tx, c Counted, of []ledger.Channel) error {
	owner := map[Subject]string{
		PerPerson: `SELECT c.subject >> 8 AS owner, c.* FROM contact c WHERE c.subject & 255 = 0`,
		PerAddress: `SELECT c.address AS owner, c.* FROM contact c WHERE c.subject & 255 = 0 AND c.address <> 0
			UNION SELECT f.address, c.* FROM contact c JOIN borrower b ON b.person = c.subject >> 8 JOIN borrower_fact f ON f.id = b.fact
				WHERE c.subject & 255 = 0 AND c.message = 0 AND c.address = 0 AND f.address <> 0`,
		PerDebt: `SELECT c.loan AS owner, c.* FROM contact c WHERE c.subject & 255 = 0 AND c.loan <> 0
			UNION ALL SELECT o.value, c.* FROM contact c CROSS JOIN ` + wholes + ` o WHERE c.subject & 255 = 0 AND c.others <> ''
			UNION ALL SELECT l.id, c.* FROM contact c JOIN borrower b ON b.person = c.subject >> 8 JOIN loan l ON l.borrower = b.id
				WHERE c.subject & 255 = 0 AND c.message = 0 AND c.loan = 0`,
	}[c.Kind()]
	channels, err := json.Marshal(of)
	if err != nil {
		return wrap(err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, result, party, note)
		SELECT owner << 8 | ?, row_number() OVER w, at, max(day) OVER w, ?, message, channel, portfolio, treatment, episode, result, party, note
		FROM (`+owner+`) c WHERE ? = 1 OR channel IN (SELECT atom FROM json_each(?)) WINDOW w AS (PARTITION BY owner ORDER BY at, subject, seq) ORDER BY 1, 2`,
		c, Uncapped, len(of) == 0, string(channels))
	return wrap(err)
}

func takes(ctx context.Context, tx *sql.Tx, channel ledger.Channel) (out []Counted, epoch int, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT d.slot, d.slot < 4 OR ' ' || g.channels || ' ' LIKE '% ' || ? || ' %'
		FROM counted d LEFT JOIN cap_group g ON g.id = d.slot >> 2 ORDER BY d.slot`, channel)
	if err != nil {
		return nil, 0, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Counted
		var takes bool
		if err := rows.Scan(&c, &takes); err != nil {
			return nil, 0, wrap(err)
		}
		if epoch++; takes {
			out = append(out, c)
		}
	}
	return out, epoch, wrap(rows.Err())
}

// An Ask is one subject whose next slot a message wants.
type Ask struct {
	Slot                     // its Seq does not matter
	Set     int64            // the caps that bind the contact
	Message outbox.MessageID // a slot that it has already is not counted against it
	At      time.Time
	Day     ledger.Date // At in the borrower's calendar
}

// A Seat is the slot that a message may reach for.
type Seat struct {
	Seq    int64       // one more than the newest, or the message's own where that is the newest
	Own    bool        // it has the slot already, and takes it along
	Full   *CapRow     // the cap that refuses one more now, as far as N and its window go; nil means none
	Free   time.Time   // Full by a rolling cap: when one more may come
	FreeOn ledger.Date // Full by days: the first day on which one more may come
}

// Seats looks up the next slots of subjects, in the order asked. The database decides when they are taken; this is to
// know them, and not to try in vain.
func (s *Store) Seats(ctx context.Context, asks []Ask) ([]Seat, error) {
	seats := make([]Seat, len(asks))
	if len(asks) == 0 {
		return seats, nil
	}
	list := make([][3]int64, len(asks))
	for i := range asks {
		list[i] = [3]int64{asks[i].subject(), asks[i].Set, int64(asks[i].Message)}
		seats[i].Seq = 1
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, wrap(err)
	}
	err = s.view(ctx, func(tx *sql.Tx) error {
		st, err := s.reads.in(ctx, tx, `SELECT a.i, c.seq, CASE WHEN c.message = a.message THEN 1 ELSE 0 END, coalesce(p.n, 0), coalesce(p.days, 0), coalesce(p.millis, 0),
				coalesce(o.at, 0), coalesce(o.day, 0)
			FROM (SELECT key AS i, CAST(value ->> 0 AS BIGINT) AS subject, CAST(value ->> 1 AS BIGINT) AS capset,
				CAST(value ->> 2 AS BIGINT) AS message FROM json_each(?)) a
			CROSS JOIN contact c
			LEFT JOIN cap p ON p.capset = a.capset AND p.slot = (a.subject & 255)
			LEFT JOIN contact o ON o.subject = a.subject AND o.seq = c.seq + CASE WHEN c.message = a.message THEN 0 ELSE 1 END - p.n
			WHERE c.subject = a.subject AND c.seq = (SELECT max(seq) FROM contact WHERE subject = a.subject)`)
		if err != nil {
			return err
		}
		rows, err := st.QueryContext(ctx, string(text))
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var i int
			var last, ms, at int64
			var own bool
			var day ledger.Date
			var c CapRow
			if err := rows.Scan(&i, &last, &own, &c.N, &c.Days, &ms, &at, &day); err != nil {
				return wrap(err)
			}
			c.Per, c.Window = asks[i].Kind(), time.Duration(ms)*time.Millisecond
			seats[i].Seq, seats[i].Own = last+1, own
			if own {
				seats[i].Seq = last
			}
			seats[i].fill(&asks[i], c, at, day)
		}
		return wrap(rows.Err())
	})
	return seats, err
}

// fill notes a cap that refuses one more: its nth slot before lies at an hour and a day within the window. Of several that
// do the one that is longest in the way counts.
func (s *Seat) fill(a *Ask, c CapRow, at int64, day ledger.Date) {
	switch {
	case at == 0:
	case c.Days > 0 && day > a.Day-ledger.Date(c.Days):
		if free := day + ledger.Date(c.Days); free > s.FreeOn {
			s.Full, s.FreeOn = &c, free
		}
	case c.Window > 0 && at > millis(a.At)-c.Window.Milliseconds():
		if free := instant(at).Add(c.Window); free.After(s.Free) {
			s.Full, s.Free = &c, free
		}
	}
}
