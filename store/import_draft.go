package store

import (
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// The limits of imports that are on their way at the console.
const (
	ImportPiece     = 1 << 20        // bytes of a file that lie in one row; the last has fewer
	ImportKept      = 24 * time.Hour // until one is erased, whatever became of it
	importOrphaned  = time.Hour      // until pieces without an import are: whoever sent them went away
	MostImports     = 12             // on their way in the whole database, those that are in the books not counted
	mostImportsKept = 200            // with those, of which the oldest makes room: what they did is in the audit
)

// An ImportDraft is an import at the console on its way. What it holds is the console's to say.
type ImportDraft struct {
	Ref       string // in addresses
	Portfolio int64
	Who       string // who sent it
	Phase     string
	Turn      int64     // how often it was changed: whoever changes it says what they have read
	Read      int64     // bytes, while it runs
	Machine   string    // which runs it
	Until     time.Time // when that machine is taken for gone unless it says otherwise; zero: none runs it
	EndsAt    time.Time // when it is erased
	State     []byte    // sealed at rest
}

// Runs says that a machine runs it.
func (d *ImportDraft) Runs(wire time.Time) bool { return d.Until.After(wire) }

// ErrManyImports says that MostImports are on their way already.
var ErrManyImports = errors.New("store: too many imports are on their way")

// ErrNoImport says that there is none of that name: it is erased, or was never there.
var ErrNoImport = errors.New("store: there is no such import")

func draftAAD(ref string) string { return "import/" + ref }

func chunkAAD(ref string, file, n int) string {
	return draftAAD(ref) + "/" + strconv.Itoa(file) + "/" + strconv.Itoa(n)
}

// KeepImportPiece keeps piece n of a file, from 0, of an import that is still being sent.
func (s *Store) KeepImportPiece(ctx context.Context, ref string, file, n int, plain []byte, wire time.Time) error {
	small, err := deflated(plain)
	if err != nil {
		return err
	}
	return s.step(ctx, func(tx *sql.Tx, _ direct) error {
		box, err := s.keys.sealBox(chunkAAD(ref, file, n), small)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO import_chunk (ref, file, n, at, box) VALUES (?, ?, ?, ?, ?)`, ref, file, n, millis(wire), box)
		return wrap(err)
	})
}

// deflated makes text smaller before it is sealed: a lender's file comes to a sixth, and so does what a fleet's database sends to its standby.
func deflated(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("store: import: %w", err)
	}
	return b.Bytes(), nil
}

func inflated(box []byte) ([]byte, error) {
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(box)))
	if err != nil {
		return nil, fmt.Errorf("store: import: %w", err)
	}
	return plain, nil
}

// ImportPieceOf returns a piece; ErrNoImport where it is erased.
func (s *Store) ImportPieceOf(ctx context.Context, ref string, file, n int) ([]byte, error) {
	var box []byte
	err := s.read.QueryRowContext(ctx, `SELECT box FROM import_chunk WHERE ref = ? AND file = ? AND n = ?`, ref, file, n).Scan(&box)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoImport
	}
	if err != nil {
		return nil, wrap(err)
	}
	if box, err = s.keys.openBox(chunkAAD(ref, file, n), box); err != nil {
		return nil, err
	}
	return inflated(box)
}

// BeginImportDraft keeps an import of which all pieces are here. It returns ErrManyImports where there is no room.
func (s *Store) BeginImportDraft(ctx context.Context, d ImportDraft, wire time.Time) error {
	state, err := deflated(d.State)
	if err != nil {
		return err
	}
	return s.step(ctx, func(tx *sql.Tx, _ direct) error {
		if err := sweepImports(ctx, tx, wire); err != nil {
			return err
		}
		if err := roomForImport(ctx, tx); err != nil {
			return err
		}
		box, err := s.keys.sealBox(draftAAD(d.Ref), state)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO import_draft (ref, portfolio, who, phase, turn, ends_at, box) VALUES (?, ?, ?, ?, 0, ?, ?)`,
			d.Ref, d.Portfolio, d.Who, d.Phase, millis(wire.Add(ImportKept)), box)
		return wrap(err)
	})
}

// roomForImport takes nothing away that somebody still works at.
func roomForImport(ctx context.Context, tx *sql.Tx) error {
	var all, way int
	if err := tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN phase = 'finished' THEN 0 ELSE 1 END), 0) FROM import_draft`).Scan(&all, &way); err != nil {
		return wrap(err)
	}
	if way >= MostImports {
		return ErrManyImports
	}
	if all < mostImportsKept {
		return nil
	}
	var oldest string
	if err := tx.QueryRowContext(ctx, `SELECT ref FROM import_draft WHERE phase = 'finished' ORDER BY id LIMIT 1`).Scan(&oldest); err != nil {
		return wrap(err)
	}
	return eraseImport(ctx, tx, oldest)
}

// ImportDrafts returns what somebody has on its way or in the books, the newest first, without what is sealed; and how many are on their
// way of everybody's.
func (s *Store) ImportDrafts(ctx context.Context, who string, wire time.Time) (out []ImportDraft, way int, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT ref, portfolio, who, phase, until, ends_at FROM import_draft WHERE ends_at > ? ORDER BY id DESC`, millis(wire))
	if err != nil {
		return nil, 0, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d ImportDraft
		var until int64
		if err := rows.Scan(&d.Ref, &d.Portfolio, &d.Who, &d.Phase, &until, (*msTime)(&d.EndsAt)); err != nil {
			return nil, 0, wrap(err)
		}
		if until != 0 {
			d.Until = time.UnixMilli(until)
		}
		if d.Phase != "finished" {
			way++
		}
		if d.Who == who {
			out = append(out, d)
		}
	}
	return out, way, wrap(rows.Err())
}

// ImportDraftOf returns an import on its way; ErrNoImport where there is none, or none any more.
func (s *Store) ImportDraftOf(ctx context.Context, ref string, wire time.Time) (ImportDraft, error) {
	d := ImportDraft{Ref: ref}
	var box []byte
	var until int64
	err := s.read.QueryRowContext(ctx, `SELECT portfolio, who, phase, turn, read, machine, until, ends_at, box FROM import_draft WHERE ref = ? AND ends_at > ?`, ref, millis(wire)).
		Scan(&d.Portfolio, &d.Who, &d.Phase, &d.Turn, &d.Read, &d.Machine, &until, (*msTime)(&d.EndsAt), &box)
	if errors.Is(err, sql.ErrNoRows) {
		return d, ErrNoImport
	}
	if err != nil {
		return d, wrap(err)
	}
	if until != 0 {
		d.Until = time.UnixMilli(until)
	}
	if box, err = s.keys.openBox(draftAAD(ref), box); err == nil {
		d.State, err = inflated(box)
	}
	return d, err
}

// TurnImportDraft changes an import that is as it was read, and nobody else's turn came first: false says that it did. Without files, its
// pieces are erased with it.
func (s *Store) TurnImportDraft(ctx context.Context, d *ImportDraft, files bool, wire time.Time) (turned bool, err error) {
	state, err := deflated(d.State)
	if err != nil {
		return false, err
	}
	until := int64(0)
	if !d.Until.IsZero() {
		until = millis(d.Until)
	}
	err = s.step(ctx, func(tx *sql.Tx, _ direct) error {
		turned = false
		box, err := s.keys.sealBox(draftAAD(d.Ref), state)
		if err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `UPDATE import_draft SET phase = ?, turn = turn + 1, read = 0, machine = ?, until = ?, box = ? WHERE ref = ? AND turn = ? AND ends_at > ?`,
			d.Phase, d.Machine, until, box, d.Ref, d.Turn, millis(wire))
		if err != nil {
			return wrap(err)
		}
		n, err := done.RowsAffected()
		if turned = n == 1; err != nil || !turned || files {
			return wrap(err)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM import_chunk WHERE ref = ?`, d.Ref)
		return wrap(err)
	})
	if turned && err == nil {
		d.Turn++
	}
	return turned && err == nil, err
}

// ImportProgress says how far a machine has read, and that it is still at it. It is not a turn. On PostgreSQL it waits for no other writer:
// the import that it tells of, while that goes in, is one. On SQLite it waits for it, and no other machine looks.
func (s *Store) ImportProgress(ctx context.Context, ref string, turn, read int64, until time.Time) error {
	return s.transaction(ctx, anyone, func(tx *sql.Tx, _ direct) error {
		_, err := tx.ExecContext(ctx, `UPDATE import_draft SET read = ?, until = ? WHERE ref = ? AND turn = ? AND until <> 0`, read, millis(until), ref, turn)
		return wrap(err)
	})
}

// DropImportDraft erases an import and its pieces, unless a machine runs it: false says that one does.
func (s *Store) DropImportDraft(ctx context.Context, ref string, wire time.Time) (dropped bool, err error) {
	err = s.step(ctx, func(tx *sql.Tx, _ direct) error {
		var runs int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM import_draft WHERE ref = ? AND until > ?`, ref, millis(wire)).Scan(&runs); err != nil {
			return wrap(err)
		}
		if dropped = runs == 0; !dropped {
			return nil
		}
		return eraseImport(ctx, tx, ref)
	})
	return dropped && err == nil, err
}

// SweepImports erases imports whose day is over, and pieces that nobody went on with.
func (s *Store) SweepImports(ctx context.Context, wire time.Time) error {
	return s.step(ctx, func(tx *sql.Tx, _ direct) error { return sweepImports(ctx, tx, wire) })
}

// ImportsOver says that there is something for SweepImports.
func (s *Store) ImportsOver(ctx context.Context, wire time.Time) (some bool, err error) {
	var n int
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM import_draft WHERE ends_at <= ?) + (SELECT count(*) FROM import_chunk WHERE `+orphaned+`)`,
		millis(wire), millis(wire.Add(-importOrphaned))).Scan(&n)
	return n > 0, wrap(err)
}

const orphaned = `at <= ? AND NOT EXISTS (SELECT 1 FROM import_draft d WHERE d.ref = import_chunk.ref)`

func sweepImports(ctx context.Context, tx *sql.Tx, wire time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM import_draft WHERE ends_at <= ?`, millis(wire)); err != nil {
		return wrap(err)
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM import_chunk WHERE `+orphaned, millis(wire.Add(-importOrphaned)))
	return wrap(err)
}

func eraseImport(ctx context.Context, tx *sql.Tx, ref string) error {
	for _, table := range []string{"import_draft", "import_chunk"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE ref = ?`, ref); err != nil {
			return wrap(err)
		}
	}
	return nil
}
