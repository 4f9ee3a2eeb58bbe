package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// A sealedTable is a table with boxes. TestSealedTables holds that none is left out.
type sealedTable struct {
	table, id, box string
	from           string                                 // what a row's box is bound to comes from, beside its id: more tables, joined to x
	bound          string                                 // and what of them, a text; empty: the id alone
	hash           string                                 // and a hash; empty: none
	few            int                                    // rows in one transaction, where they are large; 0: resealAtOnce
	aad            func(id []byte, bound string) []string // bound with the hash behind it
}

func byNumber(prefix string) func([]byte, string) []string {
	return func(id []byte, _ string) []string { return []string{prefix + string(id)} }
}

// sealedTables are all of them. An id is a number, but for those of sealed_state.
var sealedTables = [...]sealedTable{
	{table: "key_check", id: "id", box: "box", aad: func([]byte, string) []string { return []string{"key_check"} }},
	{table: "staff", id: "id", box: "factor", aad: func(id []byte, _ string) []string {
		n, _ := strconv.ParseInt(string(id), 10, 64)
		return []string{factorAAD(n)}
	}},
	{table: "staff_passkey", id: "id", box: "box", bound: `CAST(x.staff AS TEXT) || '/'`, hash: "x.hash", aad: func(_ []byte, bound string) []string {
		staff, hash, _ := strings.Cut(bound, "/")
		n, _ := strconv.ParseInt(staff, 10, 64)
		return []string{passkeyAAD(n, []byte(hash))}
	}},
	{
		table: "sealed_borrower", id: "id", box: "box", from: ` JOIN borrower_fact f ON f.id = x.id JOIN borrower b ON b.id = f.borrower JOIN portfolio p ON p.id = b.portfolio`,
		bound: `p.ref || '/' || b.ref`, aad: func(_ []byte, bound string) []string { return []string{"borrower/" + bound} },
	},
	{table: "sealed_state", id: "digest", box: "box", aad: func(id []byte, _ string) []string {
		digest, _ := hex.DecodeString(string(id))
		return []string{stateAAD(digest)}
	}},
	{table: "sealed_reply", id: "reply", box: "box", aad: byNumber("reply/")},
	{table: "sealed_answer", id: "message", box: "box", aad: func(id []byte, _ string) []string {
		n, _ := strconv.ParseInt(string(id), 10, 64)
		return []string{answerBox(outbox.MessageID(n))}
	}},
	{table: "sealed_reason", id: "audit", box: "box", aad: byNumber("audit/")},
	{table: "import_draft", id: "id", box: "box", bound: `x.ref`, few: 20, aad: func(_ []byte, bound string) []string { return []string{draftAAD(bound)} }},
	{
		table: "import_chunk", id: "id", box: "box", bound: `x.ref || '/' || CAST(x.file AS TEXT) || '/' || CAST(x.n AS TEXT)`, few: 8,
		aad: func(_ []byte, bound string) []string { return []string{draftAAD(bound)} },
	},
	{table: "sealed_text", id: "fence", box: "box", aad: func(id []byte, _ string) []string {
		return []string{textPrefix + string(id), sheetPrefix + string(id)} // a text by itself, or a sheet of them
	}},
}

func (t *sealedTable) digests() bool { return t.table == "sealed_state" }

// A Resealing is how far sealing anew has come.
type Resealing struct {
	Changed int64 // rows of this call
	Left    bool  // something may be left
}

// Resealing says whether rows may be left that are sealed by older keys.
func (s *Store) Resealing(ctx context.Context) (left bool, err error) {
	var done, keys int64
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM reseal WHERE done = 1 AND tag = (SELECT tag FROM seal_key WHERE turn = `+turnInUse+`)), (SELECT count(*) FROM seal_key WHERE turn > 0)`).Scan(&done, &keys)
	return keys > 1 && done < int64(len(sealedTables)), wrap(err)
}

// resealAtOnce is how many rows are looked at in one transaction: some milliseconds' work.
const resealAtOnce = 200

// Reseal looks at so many rows at most and seals those anew that are sealed by another key than the one in use: a few hundred in a
// transaction, which is in no step's way. It goes on where it stopped, and through each table once at most. A table is done when a pass
// that began after the change of keys had settled found nothing.
func (s *Store) Reseal(ctx context.Context, most int, wireNow time.Time) (r Resealing, err error) {
	if r.Left, err = s.Resealing(ctx); err != nil || !r.Left {
		return r, err
	}
	for i := range sealedTables {
		t := &sealedTables[i]
		var done int64
		if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM reseal WHERE tab = ? AND done = 1 AND tag = (SELECT tag FROM seal_key WHERE turn = `+turnInUse+`)`, t.table).Scan(&done); err != nil {
			return r, wrap(err)
		}
		for over := done == 1; !over; {
			if most <= 0 {
				return r, nil
			}
			some := min(most, cmp.Or(t.few, resealAtOnce))
			n, looked, err := s.resealSome(ctx, t, some, wireNow)
			if err != nil {
				return r, err
			}
			r.Changed += n
			most -= max(looked, 1)
			over = looked < some
		}
	}
	r.Left, err = s.Resealing(ctx)
	return r, err
}

// A boxed is a row with a box.
type boxed struct {
	id    []byte // a number in decimal, or a digest in hex
	bound string
	box   []byte
}

// resealSome looks at the next rows of a table.
func (s *Store) resealSome(ctx context.Context, t *sealedTable, most int, wireNow time.Time) (changed int64, looked int, err error) {
	err = s.step(ctx, func(tx *sql.Tx, _ direct) error {
		changed = 0
		primary, since, err := keyInUse(ctx, tx)
		if err != nil {
			return err
		}
		if s.keys.rings.now.Load().primary != primary { // it changed since the keys were asked for
			s.keys.rings.asked.Store(0)
			if err := s.keys.freshen(ctx, tx); err != nil {
				return err
			}
		}
		c := talk{ctx, tx}
		at, err := s.resealAt(&c, t, primary, wireNow)
		if err != nil {
			return err
		}
		rows, err := t.next(ctx, tx, at.last, most)
		if err != nil {
			return err
		}
		looked = len(rows)
		for i := range rows {
			done, err := s.resealOne(&c, t, &rows[i])
			if err != nil {
				return err
			}
			changed += done
		}
		at.changed += changed
		if len(rows) > 0 {
			at.last = rows[len(rows)-1].id
		}
		if len(rows) == most {
			return c.exec(`UPDATE reseal SET last = ?, changed = ? WHERE tab = ?`, at.last, at.changed, t.table)
		}
		// The pass is over. Whoever wrote meanwhile by an older key wrote behind it: only one that found nothing is the last.
		done := 0
		if at.changed == 0 && !at.begun.Before(since.Add(settles)) {
			done = 1
		}
		return c.exec(`UPDATE reseal SET last = ?, changed = 0, begun = ?, done = ? WHERE tab = ?`, []byte{}, millis(wireNow), done, t.table)
	})
	return changed, looked, err
}

type resealPlace struct {
	last    []byte
	changed int64
	begun   time.Time
}

// resealAt returns how far a table is gone through for a key, and begins where it is not.
func (s *Store) resealAt(c *talk, t *sealedTable, primary Tag, wireNow time.Time) (at resealPlace, err error) {
	var tag, done int64
	err = c.tx.QueryRowContext(c.ctx, `SELECT tag, last, changed, begun, done FROM reseal WHERE tab = ?`, t.table).
		Scan(&tag, &at.last, &at.changed, (*msTime)(&at.begun), &done)
	if err == nil && Tag(tag) == primary {
		return at, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return at, wrap(err)
	}
	return resealPlace{begun: wireNow}, c.exec(`INSERT INTO reseal (tab, tag, last, changed, begun, done) VALUES (?, ?, ?, 0, ?, 0)
		ON CONFLICT (tab) DO UPDATE SET tag = excluded.tag, last = excluded.last, changed = 0, begun = excluded.begun, done = 0`,
		t.table, int64(primary), []byte{}, millis(wireNow))
}

// turnInUse is the turn of the key that is in use.
const turnInUse = `(SELECT max(turn) FROM seal_key WHERE retired_at = 0)`

// keyInUse is the key that is in use by the database's own word, and since when.
func keyInUse(ctx context.Context, tx *sql.Tx) (tag Tag, since time.Time, err error) {
	var n int64
	err = tx.QueryRowContext(ctx, `SELECT tag, since FROM seal_key WHERE turn = `+turnInUse).Scan(&n, (*msTime)(&since))
	return Tag(n), since, wrap(err)
}

// next reads rows behind one.
func (t *sealedTable) next(ctx context.Context, tx *sql.Tx, last []byte, most int) (out []boxed, err error) {
	bound, hash := cmp.Or(t.bound, "''"), cmp.Or(t.hash, "x''")
	var from any = int64(-1 << 62)
	if t.digests() {
		from = []byte{}
	}
	if len(last) > 0 {
		if from, err = t.key(last); err != nil {
			return nil, err
		}
	}
	rows, err := tx.QueryContext(ctx, `SELECT x.`+t.id+`, `+bound+`, `+hash+`, x.`+t.box+` FROM `+t.table+` x`+t.from+` WHERE x.`+t.id+` > ? ORDER BY x.`+t.id+` LIMIT ?`, from, most)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	for rows.Next() {
		var b boxed
		var hash []byte
		if t.digests() {
			var digest []byte
			err = rows.Scan(&digest, &b.bound, &hash, &b.box)
			b.id = hex.AppendEncode(nil, digest)
		} else {
			var n int64
			err = rows.Scan(&n, &b.bound, &hash, &b.box)
			b.id = strconv.AppendInt(nil, n, 10)
		}
		if err != nil {
			return nil, wrap(err)
		}
		b.bound += string(hash)
		out = append(out, b)
	}
	return out, wrap(rows.Err())
}

// key is an id as the database has it.
func (t *sealedTable) key(id []byte) (any, error) {
	if t.digests() {
		digest, err := hex.DecodeString(string(id))
		return digest, wrap(err)
	}
	n, err := strconv.ParseInt(string(id), 10, 64)
	return n, wrap(err)
}

// resealOne seals a row anew where another key sealed it, and says how many it did. What does not open stays as it is: duly key list
// counts it.
func (s *Store) resealOne(c *talk, t *sealedTable, b *boxed) (int64, error) {
	if len(b.box) == 0 || s.keys.sealsNow(b.box) {
		return 0, nil
	}
	for _, aad := range t.aad(b.id, b.bound) {
		plain, err := s.keys.openBox(aad, b.box)
		if err != nil {
			continue
		}
		box, err := s.keys.sealBox(aad, plain)
		if err != nil {
			return 0, err
		}
		id, err := t.key(b.id)
		if err != nil {
			return 0, err
		}
		res, err := c.tx.ExecContext(c.ctx, `UPDATE `+t.table+` SET `+t.box+` = ? WHERE `+t.id+` = ? AND `+t.box+` = ?`, box, id, b.box)
		if err != nil {
			return 0, wrap(err)
		}
		n, err := res.RowsAffected()
		return n, wrap(err)
	}
	return 0, nil
}

// sealsNow says whether a box is one of the key in use.
func (k *Keys) sealsNow(box []byte) bool {
	now := k.rings.now.Load()
	tag, ok := tagOf(box)
	return ok && tag == now.primary || now.first.aead != nil && bytes.HasPrefix(box, now.first.prefix)
}
