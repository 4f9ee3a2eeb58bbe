package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/dulyhq/duly/outbox"
)

// notCopied are the tables that a simulation does not read: who works here and what they did, what borrowers have opened, what is sealed,
// what goes to other systems, sums, and what processes hold. Everything else comes into a copy out of PostgreSQL, but bytes only by copyBytes.
var notCopied = []string{
	"goose_db_version", "sqlite_sequence", "life", "released", "key_check", "seal_key", "reseal", "export_ask", "import_draft", "import_chunk", "process", "worker", "bind",
	"audit", "audit_leaf", "audit_seal", "staff", "staff_role", "staff_code", "staff_session", "staff_try", "staff_passkey", "staff_subject", "staff_used", "staff_note", "trial", "signature",
	"portal_key", "portal_event", "portal_session", "proof", "person_key", "find_key", "find_tail", "find_fill",
	"sealed_text", "sealed_reply", "sealed_state", "sealed_answer", "sealed_reason", "sealed_borrower",
	"hook", "hook_event", "event_out", "orphan", "plan_run", "plan_shard", "decision_before", "roll_sum", "roll_piece", "roll_cursor", "carrier_bill",
}

// copyBytes says of each column of bytes what a copy has in its place; a table with bytes of which nothing is said here is not copied.
var copyBytes = map[string]func(*fleetCopy, int64, []byte) []byte{
	"standing.packed": asItIs, "document.body": asItIs, "version.body": asItIs,
	"address.hash":         func(c *fleetCopy, id int64, _ []byte) []byte { return c.keys.hash(hashPhone, maskPhone(id)) },
	"borrower_fact.digest": emptied, "reply.address": emptied, "state.digest": emptied, "late_cause.digest": emptied,
}

func asItIs(_ *fleetCopy, _ int64, b []byte) []byte  { return b }
func emptied(_ *fleetCopy, _ int64, _ []byte) []byte { return []byte{} }

// recentMonths is how far back messages are copied: how many are answered is learned from them. Whom they were written to before is kept
// apart from them, as contacts.
const recentMonths = 3

// recent says how the number of a message begins a row's key, by how many bits that is shifted, of tables that are copied by month.
var recent = map[string]struct {
	column string
	shift  int
}{
	"batch": {"first", 0}, "message": {"id", 0}, "requeue": {"message", 0}, "closed": {"message", 0}, "answer": {"message", 0}, "answer_text": {"message", 0},
	"fence": {"id", 3}, "outcome": {"fence", 3}, "receipt": {"id", 11},
}

// A fleetCopy is one copy out of PostgreSQL into a folder.
type fleetCopy struct {
	s    *Store
	keys *Keys // of the copy
	from *sql.Tx
	to   *sql.Tx
	left int64 // rows that may still come; negative: there is no bound
	last time.Time
}

// copyFleet writes what a simulation reads into a new database of SQLite's, and returns the keys that it opens with. Nothing of it is left
// where that fails.
func (s *Store) copyFleet(ctx context.Context, dir string, most int64) (keys *Keys, err error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("store: copy: %s exists and is not written over", path)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(path), os.RemoveAll(path+"-wal"), os.RemoveAll(path+"-shm"))
		}
	}()
	c := &fleetCopy{s: s, left: most}
	if most == 0 {
		c.left = -1
	}
	if c.keys, err = passingKeys(); err != nil {
		return nil, err
	}
	db, err := openWriter(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// Rows come table by table. That they belong together the original has seen to.
	if _, err := db.ExecContext(ctx, `PRAGMA foreign_keys = 0; PRAGMA synchronous = 0`); err != nil {
		return nil, wrap(err)
	}
	err = s.view(ctx, func(from *sql.Tx) error {
		to, err := db.BeginTx(ctx, nil)
		if err != nil {
			return wrap(err)
		}
		c.from, c.to = from, to
		if err := c.all(ctx); err != nil {
			return errors.Join(err, ignoreDone(to.Rollback()))
		}
		return wrap(to.Commit())
	})
	return c.keys, err
}

// passingKeys are keys that lie nowhere.
func passingKeys() (*Keys, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("store: keys: %w", err)
	}
	var seal bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&seal)); err != nil { // into the memory of this process
		return nil, fmt.Errorf("store: keys: %w", err)
	}
	lookup := make([]byte, lookupKeySize)
	if _, err := rand.Read(lookup); err != nil {
		return nil, fmt.Errorf("store: keys: %w", err)
	}
	return NewKeys(&KeyTexts{Seal: seal.Bytes(), Lookup: lookup})
}

// all copies every table, without the triggers of the copy: they have done their work in the original.
func (c *fleetCopy) all(ctx context.Context) error {
	var since int64
	if err := c.from.QueryRowContext(ctx, `SELECT coalesce(max(payments_as_of), 0) FROM portfolio`).Scan(&since); err != nil {
		return wrap(err)
	}
	c.last = instant(since).AddDate(0, -recentMonths, 0)
	triggers, err := column[string](ctx, c.to, `SELECT sql FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	names, err := column[string](ctx, c.to, `SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := c.to.ExecContext(ctx, `DROP TRIGGER `+name); err != nil {
			return wrap(err)
		}
	}
	tables, err := copiedTables(ctx, c.to)
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		if err := c.table(ctx, table, tables[table]); err != nil {
			return fmt.Errorf("store: copy: %s: %w", table, err)
		}
	}
	if err := c.people(ctx); err != nil {
		return err
	}
	for _, text := range triggers {
		if _, err := c.to.ExecContext(ctx, text); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// copiedTables returns the tables that are copied, with their columns.
func copiedTables(ctx context.Context, tx *sql.Tx) (out map[string][]string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	out = map[string][]string{}
	unsaid := map[string]bool{}
	for rows.Next() {
		var table, name, kind string
		if err := rows.Scan(&table, &name, &kind); err != nil {
			return nil, wrap(err)
		}
		if slices.Contains(notCopied, table) {
			continue
		}
		if kind == "BLOB" && copyBytes[table+"."+name] == nil {
			unsaid[table] = true
		}
		out[table] = append(out[table], name)
	}
	for table := range unsaid {
		delete(out, table)
	}
	return out, wrap(rows.Err())
}

// table copies one table's rows.
func (c *fleetCopy) table(ctx context.Context, table string, columns []string) error {
	list := strings.Join(columns, ", ")
	query, args := `SELECT `+list+` FROM `+table, []any{}
	if r, ok := recent[table]; ok {
		query, args = query+` WHERE `+r.column+` >= ?`, []any{int64(outbox.FirstOf(c.last)) << r.shift}
	}
	put, err := c.to.PrepareContext(ctx, `INSERT OR REPLACE INTO `+table+` (`+list+`) VALUES (?`+strings.Repeat(", ?", len(columns)-1)+`)`)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = put.Close() }()
	masks := make([]func(*fleetCopy, int64, []byte) []byte, len(columns))
	for i, name := range columns {
		masks[i] = copyBytes[table+"."+name]
	}
	return c.rows(ctx, query, args, len(columns), func(row []any) error {
		for i, mask := range masks {
			if mask != nil {
				id, _ := row[0].(int64) // of a table whose first column is another, no mask asks for it
				b, _ := row[i].([]byte)
				row[i] = mask(c, id, b)
			}
		}
		_, err := put.ExecContext(ctx, row...)
		return wrap(err)
	})
}

// rows hands over each row of a query, and counts it.
func (c *fleetCopy) rows(ctx context.Context, query string, args []any, width int, each func([]any) error) error {
	rows, err := c.from.QueryContext(long(ctx), query, args...)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	row, to := make([]any, width), make([]any, width)
	for i := range row {
		to[i] = &row[i]
	}
	for rows.Next() {
		if c.left == 0 {
			return ErrTooLarge
		}
		c.left--
		if err := rows.Scan(to...); err != nil {
			return wrap(err)
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return wrap(errors.Join(rows.Err(), ctx.Err()))
}

// people gives every borrower of the copy a made-up name and a number that nobody has.
func (c *fleetCopy) people(ctx context.Context) error {
	put, err := c.to.PrepareContext(ctx, `INSERT INTO sealed_borrower (id, box) VALUES (?, ?)`)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = put.Close() }()
	return c.rows(ctx, `SELECT f.id, f.address, p.ref, b.ref, x.box FROM borrower b JOIN borrower_fact f ON f.id = b.fact JOIN portfolio p ON p.id = b.portfolio
		JOIN sealed_borrower x ON x.id = f.id`, nil, 5, func(row []any) error {
		portfolio, borrower := row[2].(string), row[3].(string)
		p, err := c.s.keys.openPerson(portfolio, borrower, bytes.Clone(row[4].([]byte)))
		if err != nil {
			return err
		}
		p.Name = c.keys.maskName(p.Name)
		if p.Phone != "" {
			p.Phone = maskPhone(row[1].(int64))
		}
		box, err := c.keys.sealPerson(portfolio, borrower, p)
		if err != nil {
			return err
		}
		_, err = put.ExecContext(ctx, row[0], box)
		return wrap(err)
	})
}
