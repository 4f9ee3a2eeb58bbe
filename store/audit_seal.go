package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/dulyhq/duly/merkle"
)

// An AuditRow is a row of the audit as it is sealed and exported: the JSON of it, on one line, is what a leaf of the tree holds.
type AuditRow struct {
	N         int64     `json:"n"` // its place in the tree, from 0
	ID        int64     `json:"id"`
	At        time.Time `json:"at"`
	Who       string    `json:"who"`
	What      string    `json:"what"`
	Portfolio int64     `json:"portfolio"`
	Subject   string    `json:"subject"`
	Reason    string    `json:"reason_digest"` // hex; empty: none was given
}

const auditRow = `a.id, a.at, a.who, a.what, a.portfolio, a.subject, a.reason`

func (r *AuditRow) scan(scan func(...any) error, first ...any) error {
	var reason []byte
	err := scan(append(first, &r.ID, (*msTime)(&r.At), &r.Who, &r.What, &r.Portfolio, &r.Subject, &reason)...)
	r.Reason = hex.EncodeToString(reason)
	return wrap(err)
}

// line is what the leaf holds.
func (r *AuditRow) line() ([]byte, error) {
	b, err := json.Marshal(r)
	return b, wrap(err)
}

// An AuditSeal is a checkpoint: the root of the tree of so many leaves, signed.
type AuditSeal struct {
	Size  int64
	At    time.Time
	Root  merkle.Hash
	Peaks []merkle.Hash
	Note  string
}

// checkpointTitle is the first line of a checkpoint's text.
const checkpointTitle = "duly audit checkpoint"

func (a *AuditSeal) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n%s\n", checkpointTitle, a.Size, base64.StdEncoding.EncodeToString(a.Root[:]), a.At.UTC().Format(time.RFC3339))
}

// openSeal reads a checkpoint that a key has signed.
func (k *Keys) openSeal(text string) (AuditSeal, error) {
	var a AuditSeal
	if k.auditor == nil {
		return a, ErrNoAuditKey
	}
	n, err := note.Open([]byte(text), note.VerifierList(k.auditor))
	if err != nil {
		return a, fmt.Errorf("store: audit: the checkpoint is not signed by this folder's key: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != checkpointTitle {
		return a, errors.New("store: audit: this is no checkpoint of an audit")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != merkle.Size {
		return a, errors.New("store: audit: the checkpoint has no root")
	}
	a.Note, a.Root = text, merkle.Hash(root)
	if a.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return a, wrap(err)
	}
	a.At, err = time.Parse(time.RFC3339, lines[3])
	return a, wrap(err)
}

// ErrNoAuditKey says that there is no key to sign checkpoints with.
var ErrNoAuditKey = errors.New("store: audit: there is no key that signs checkpoints; duly audit key makes one")

// ErrAuditForked says that the audit does not go on from a checkpoint that was kept: rows were taken away or changed, or the
// database was put back.
var ErrAuditForked = errors.New("store: audit: it does not go on from the last checkpoint that was kept")

// sealAtOnce bounds how many rows a checkpoint adds, so that others may write in between.
const sealAtOnce = 20_000

// SealAudit seals the rows that came since the last checkpoint, and returns the newest one; its Note is empty where there has never
// been anything to seal. kept is a checkpoint that lies outside the database, empty for none: where the audit does not go on from it
// nothing is sealed and ErrAuditForked says so, but for anew.
func (s *Store) SealAudit(ctx context.Context, at time.Time, kept string, anew bool) (last AuditSeal, err error) {
	if s.keys.signer == nil {
		return last, ErrNoAuditKey
	}
	if none, err := s.nothingToSeal(ctx); err != nil || none && kept == "" {
		if err != nil {
			return last, err
		}
		return s.LastSeal(ctx)
	}
	for more := true; more; {
		err = s.update(ctx, func(tx *sql.Tx) (err error) {
			if last, err = lastSeal(ctx, tx); err != nil {
				return err
			}
			if err := s.goesOn(ctx, tx, &last, kept, anew); err != nil {
				return err
			}
			before := last.Size
			last, err = s.seal(ctx, tx, last, at)
			more = last.Size-before == sealAtOnce
			return err
		})
		if err != nil {
			return last, err
		}
	}
	return last, nil
}

func (s *Store) nothingToSeal(ctx context.Context) (none bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM audit WHERE id > coalesce((SELECT max(audit) FROM audit_leaf), 0))`).Scan(&none)
	return none, wrap(err)
}

// LastSeal returns the newest checkpoint; its Note is empty where there is none.
func (s *Store) LastSeal(ctx context.Context) (last AuditSeal, err error) {
	err = s.view(ctx, func(tx *sql.Tx) (err error) {
		last, err = lastSeal(ctx, tx)
		return err
	})
	return last, err
}

func lastSeal(ctx context.Context, tx *sql.Tx) (AuditSeal, error) {
	var a AuditSeal
	err := a.scan(tx.QueryRowContext(ctx, `SELECT size, at, root, peaks, note FROM audit_seal ORDER BY size DESC LIMIT 1`).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return AuditSeal{}, nil
	}
	return a, err
}

func (a *AuditSeal) scan(scan func(...any) error) error {
	var root, peaks []byte
	if err := scan(&a.Size, (*msTime)(&a.At), &root, &peaks, &a.Note); err != nil {
		return wrap(err)
	}
	if len(root) != merkle.Size || len(peaks)%merkle.Size != 0 {
		return ErrAuditForked
	}
	a.Root = merkle.Hash(root)
	for ; len(peaks) > 0; peaks = peaks[merkle.Size:] {
		a.Peaks = append(a.Peaks, merkle.Hash(peaks[:merkle.Size]))
	}
	return nil
}

// goesOn says whether the newest checkpoint is one that this key signed, and whether the one that was kept elsewhere lies on the way
// to it.
func (s *Store) goesOn(ctx context.Context, tx *sql.Tx, last *AuditSeal, kept string, anew bool) error {
	if last.Note != "" {
		signed, err := s.keys.openSeal(last.Note)
		tree := merkle.Tree{Size: last.Size, Peaks: last.Peaks}
		if err != nil || signed.Size != last.Size || signed.Root != last.Root || !tree.Whole() || tree.Root() != last.Root {
			return errors.Join(ErrAuditForked, err)
		}
	}
	if kept == "" || anew {
		return nil
	}
	k, err := s.keys.openSeal(kept)
	if err != nil {
		return err
	}
	var root []byte
	err = tx.QueryRowContext(ctx, `SELECT root FROM audit_seal WHERE size = ?`, k.Size).Scan(&root)
	if errors.Is(err, sql.ErrNoRows) || err == nil && string(root) != string(k.Root[:]) {
		return ErrAuditForked
	}
	return wrap(err)
}

// seal adds the rows that are no leaves yet, in their order, and signs what comes of it. Whoever writes to the audit is alone in
// the database or waits for who is, so that no row with a smaller number comes later.
func (s *Store) seal(ctx context.Context, tx *sql.Tx, last AuditSeal, at time.Time) (AuditSeal, error) {
	tree := merkle.Tree{Size: last.Size, Peaks: last.Peaks}
	rows, err := tx.QueryContext(ctx, `SELECT `+auditRow+` FROM audit a WHERE a.id > coalesce((SELECT max(audit) FROM audit_leaf), 0) ORDER BY a.id LIMIT ?`, sealAtOnce)
	if err != nil {
		return last, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var list []AuditRow
	for rows.Next() {
		r := AuditRow{N: tree.Size + int64(len(list))}
		if err := r.scan(rows.Scan); err != nil {
			return last, err
		}
		list = append(list, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(list) == 0 {
		return last, wrap(err)
	}
	in := newBulk(ctx, tx, `INSERT INTO audit_leaf (n, audit, hash) VALUES `, ``, 3)
	for i := range list {
		line, err := list[i].line()
		if err != nil {
			return last, err
		}
		leaf := merkle.Leaf(line)
		tree.Add(leaf)
		if err := in.add(list[i].N, list[i].ID, leaf[:]); err != nil {
			return last, err
		}
	}
	if err := in.close(); err != nil {
		return last, err
	}
	next := AuditSeal{Size: tree.Size, At: at.UTC().Truncate(time.Second), Root: tree.Root(), Peaks: tree.Peaks}
	signed, err := note.Sign(&note.Note{Text: next.text()}, s.keys.signer)
	if err != nil {
		return last, wrap(err)
	}
	next.Note = string(signed)
	var peaks []byte
	for _, p := range next.Peaks {
		peaks = append(peaks, p[:]...)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_seal (size, at, root, peaks, note) VALUES (?, ?, ?, ?, ?)`, next.Size, millis(next.At), next.Root[:], peaks, next.Note)
	return next, wrap(err)
}
