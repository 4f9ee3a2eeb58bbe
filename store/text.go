package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/outbox"
)

// The texts of messages that are claimed together from a batch lie together, sealed in one box: a sheet, which has the number of its
// last fence. A row and a box for each text cost as much as its outcome. A sheet holds nothing but texts of one month, as its batch does,
// and is sealed anew where some of them are given up and others are not (docs/adr/0020). What is not on a sheet is a row of its own.

const (
	// sheetTexts is how many texts a sheet has at most.
	sheetTexts = 100
	// sheetBytes is from how many bytes on a sheet of PostgreSQL's takes no more, so that its row fits in a page of 8 KiB.
	sheetBytes  = 7000
	sheetPrefix = "texts/"
	textPrefix  = "text/"
)

// A sheet is texts, in plain.
type sheet struct {
	last  outbox.FenceID
	n     int
	plain []byte // of each its fence, its length and itself
	aad   []byte
	box   []byte
}

func (s *sheet) add(f outbox.FenceID, text []byte) {
	s.last, s.n = max(s.last, f), s.n+1
	s.plain = binary.AppendUvarint(s.plain, uint64(f))
	s.plain = binary.AppendUvarint(s.plain, uint64(len(text)))
	s.plain = append(s.plain, text...)
}

// sealed returns the number and the box of the texts that were added, and is empty again. The box holds until the next call.
func (s *sheet) sealed(k *Keys) (id outbox.FenceID, box []byte, err error) {
	id, prefix, plain := s.last, sheetPrefix, s.plain
	if s.n == 1 { // it is a row of its own
		prefix = textPrefix
		if _, plain, _, err = cutText(plain); err != nil {
			return 0, nil, err
		}
	}
	s.aad = strconv.AppendInt(append(s.aad[:0], prefix...), int64(id), 10)
	s.box, err = k.appendBox(s.box[:0], s.aad, plain)
	s.last, s.n, s.plain = 0, 0, s.plain[:0]
	return id, s.box, err
}

var errSheet = errors.New("store: a sheet of texts holds something else")

// cutText returns the first text of a sheet, and the rest.
func cutText(b []byte) (f outbox.FenceID, text, rest []byte, err error) {
	id, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, nil, errSheet
	}
	size, m := binary.Uvarint(b[n:])
	if b = b[n+max(m, 0):]; m <= 0 || size > uint64(len(b)) {
		return 0, nil, nil, errSheet
	}
	return outbox.FenceID(id), b[:size], b[size:], nil
}

// eachText calls f with the texts of a row of sealed_text, and says whether it is a sheet.
func (k *Keys) eachText(id outbox.FenceID, box []byte, f func(fence outbox.FenceID, text []byte)) (isSheet bool, err error) {
	if text, err := k.openBox(textPrefix+strconv.FormatInt(int64(id), 10), box); err == nil {
		f(id, text)
		return false, nil
	}
	plain, err := k.openBox(sheetPrefix+strconv.FormatInt(int64(id), 10), box)
	for err == nil && len(plain) > 0 {
		var fence outbox.FenceID
		var text []byte
		if fence, text, plain, err = cutText(plain); err == nil {
			f(fence, text)
		}
	}
	return true, err
}

// texts stores the texts of the tries that are permitted.
func (c *commit) texts() error {
	in := c.rows(`INSERT INTO sealed_text (fence, box) VALUES `, "", 2)
	most := 1 // what was put off lies far apart
	if c.st.Claim.Batch != 0 {
		most = sheetTexts
	}
	var s sheet
	put := func() error {
		id, box, err := s.sealed(c.keys)
		in.int(int64(id)).blob(box)
		return err
	}
	for i := range c.st.Tries {
		if !c.res.Permitted[i] {
			continue
		}
		if s.add(c.st.Tries[i].Fence(), c.st.Tries[i].Text); s.n == most || c.fleet && len(s.plain) >= sheetBytes {
			if err := put(); err != nil {
				return err
			}
		}
	}
	if s.n > 0 {
		if err := put(); err != nil {
			return err
		}
	}
	return in.close()
}

// A sealedText is a row of sealed_text.
type sealedText struct {
	id  outbox.FenceID
	box []byte
}

// mostPassed is how many rows are looked through for a fence's sheet: further tries of messages before its end have rows of their own.
const mostPassed = 10 * sheetTexts

// sheetsFrom reads the rows that may hold the texts of fences from one on: those up to another one, and so many more.
const sheetsFrom = `SELECT fence, box FROM sealed_text WHERE fence BETWEEN ? AND ? ORDER BY fence` + atMost

func sealedTexts(rows *sql.Rows, err error) (out []sealedText, _ error) {
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t sealedText
		if err := rows.Scan(&t.id, &t.box); err != nil {
			return nil, wrap(err)
		}
		out = append(out, t)
	}
	return out, wrap(rows.Err())
}

// monthEnd is the last fence of the month of another.
func monthEnd(f outbox.FenceID) outbox.FenceID {
	return outbox.FenceID((int64(f)>>(outbox.MonthBits+3)+1)<<(outbox.MonthBits+3) - 1)
}

// text returns what was handed over under a fence.
func (s *Store) text(ctx context.Context, f outbox.FenceID) (text string, err error) {
	err = s.keys.findText(ctx, s.read, f, func(_ sealedText, _ bool, found []byte) error {
		text = string(found)
		return nil
	})
	return text, err
}

// asker is a database or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// findText calls f with the row on which a fence's text is, whether that is a sheet, and the text.
func (k *Keys) findText(ctx context.Context, db asker, f outbox.FenceID, met func(row sealedText, isSheet bool, text []byte) error) error {
	// Mostly it is in the very next row.
	for from, most := f, 1; most <= mostPassed; most *= mostPassed {
		list, err := sealedTexts(db.QueryContext(ctx, sheetsFrom, from, monthEnd(f), most))
		if err != nil {
			return err
		}
		for _, row := range list {
			var found []byte
			is := false
			isSheet, err := k.eachText(row.id, row.box, func(fence outbox.FenceID, text []byte) {
				if fence == f {
					found, is = text, true
				}
			})
			if err != nil {
				return err
			}
			if is {
				return met(row, isSheet, found)
			}
			from = row.id + 1
		}
	}
	return fmt.Errorf("store: the text of fence %d is not there", f)
}

// emptyTexts seals nothing in the place of all texts that were handed over under a message; those of others on the same sheets
// stay.
func (k *Keys) emptyTexts(ctx context.Context, tx *sql.Tx, message outbox.MessageID) error {
	fences, err := column[outbox.FenceID](ctx, tx, `SELECT id FROM fence WHERE id BETWEEN ? AND ?`, message.Fence(0), message.Fence(7))
	if err != nil {
		return err
	}
	for _, f := range fences {
		if err := k.findText(ctx, tx, f, func(row sealedText, isSheet bool, _ []byte) error {
			box, err := k.sealBox(textPrefix+strconv.FormatInt(int64(f), 10), nil)
			if isSheet {
				var s sheet
				if _, err := k.eachText(row.id, row.box, func(fence outbox.FenceID, text []byte) {
					if fence == f {
						text = nil
					}
					s.add(fence, text)
				}); err != nil {
					return err
				}
				_, box, err = s.sealed(k)
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, `UPDATE sealed_text SET box = ? WHERE fence = ?`, box, row.id)
			}
			return wrap(err)
		}); err != nil {
			return err
		}
	}
	return nil
}

// cutTexts takes the texts of some messages, in order, out of the sheets on which those of others stay.
func cutTexts(ctx context.Context, tx *sql.Tx, k *Keys, messages []int64) error {
	first, last := outbox.MessageID(messages[0]), outbox.MessageID(messages[len(messages)-1])
	goes := func(f outbox.FenceID) bool {
		_, found := slices.BinarySearch(messages, int64(f.Message()))
		return found
	}
	list, err := sealedTexts(tx.QueryContext(ctx, sheetsFrom, first.Fence(0), last.Fence(7), int64(8*len(messages))+mostPassed))
	if err != nil {
		return err
	}
	// The last of them may lie on a sheet that ends with another message.
	more, err := sealedTexts(tx.QueryContext(ctx, sheetsFrom, last.Fence(7)+1, monthEnd(last.Fence(0)), mostPassed))
	if err != nil {
		return err
	}
	var stays sheet
	for _, row := range append(list, more...) {
		gone := 0
		isSheet, err := k.eachText(row.id, row.box, func(f outbox.FenceID, text []byte) {
			if goes(f) {
				gone++
			} else {
				stays.add(f, text)
			}
		})
		if err != nil {
			stays = sheet{}
			continue // nobody can read it: of what lies there nothing is kept, and nothing given up
		}
		if !isSheet || gone == 0 || stays.n == 0 {
			stays = sheet{}
			if isSheet && gone > 0 {
				if _, err := tx.ExecContext(ctx, `DELETE FROM sealed_text WHERE fence = ?`, row.id); err != nil {
					return wrap(err)
				}
			}
			continue
		}
		id, box, err := stays.sealed(k)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sealed_text WHERE fence = ?`, row.id); err != nil {
			return wrap(err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO sealed_text (fence, box) VALUES (?, ?)`, id, box); err != nil {
			return wrap(err)
		}
	}
	return nil
}
