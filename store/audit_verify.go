package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dulyhq/duly/merkle"
)

// An AuditCheck is what was found when the audit was compared with its seals.
type AuditCheck struct {
	Rows   int64 // sealed
	Open   int64 // that came since the last checkpoint: nothing proves them yet
	Seals  int
	Last   AuditSeal
	Faults []AuditFault // none: nobody changed what is sealed
}

// An AuditFault is one thing that is not as it was sealed.
type AuditFault struct {
	Kind string // "changed", "gone", "moved", "slipped_in", "no_leaf", "root", "signature", "ends_early", "other_past"
	N    int64  // the place in the tree, or a checkpoint's size
	ID   int64  // the row's number; 0: no row in particular
}

// mostFaults bounds how many are listed: the first says enough.
const mostFaults = 100

// VerifyAudit compares every row with its leaf, every checkpoint with the tree of its leaves and with its signature, and with
// checkpoints that were kept elsewhere. It goes once through the audit in its order.
func (s *Store) VerifyAudit(ctx context.Context, kept ...string) (AuditCheck, error) {
	v := verifying{s: s, ctx: ctx, roots: map[int64]merkle.Hash{}, wanted: map[int64]bool{}}
	if s.keys.auditor == nil {
		return v.check, ErrNoAuditKey
	}
	var anchors []AuditSeal
	for _, text := range kept {
		a, err := s.keys.openSeal(text)
		if err != nil {
			return v.check, err
		}
		anchors = append(anchors, a)
		v.wanted[a.Size] = true
	}
	err := s.view(ctx, func(tx *sql.Tx) error {
		v.tx = tx
		seals, err := v.seals()
		if err != nil {
			return err
		}
		if err := v.leaves(); err != nil {
			return err
		}
		v.compare(seals, anchors)
		return v.beside()
	})
	return v.check, err
}

type verifying struct {
	s      *Store
	ctx    context.Context
	tx     *sql.Tx
	check  AuditCheck
	tree   merkle.Tree
	wanted map[int64]bool        // the sizes whose roots are asked for
	roots  map[int64]merkle.Hash // by size
}

func (v *verifying) fault(kind string, n, id int64) {
	if len(v.check.Faults) < mostFaults {
		v.check.Faults = append(v.check.Faults, AuditFault{kind, n, id})
	}
}

func (v *verifying) seals() (out []AuditSeal, err error) {
	rows, err := v.tx.QueryContext(v.ctx, `SELECT size, at, root, peaks, note FROM audit_seal ORDER BY size`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a AuditSeal
		if err := a.scan(rows.Scan); err != nil {
			v.fault("root", a.Size, 0)
			continue
		}
		out = append(out, a)
		v.wanted[a.Size] = true
	}
	return out, wrap(rows.Err())
}

// leaves goes through the leaves with their rows. A row that is not what its leaf was made of is named, and the tree goes on with the
// leaf, so that what follows is judged for itself.
func (v *verifying) leaves() error {
	rows, err := v.tx.QueryContext(long(v.ctx), `SELECT l.n, l.audit, l.hash, coalesce(a.id, 0), coalesce(a.at, 0), coalesce(a.who, ''), coalesce(a.what, ''),
		coalesce(a.portfolio, 0), coalesce(a.subject, ''), coalesce(a.reason, x'') FROM audit_leaf l LEFT JOIN audit a ON a.id = l.audit ORDER BY l.n`)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	v.reached()
	before := int64(0)
	for rows.Next() {
		var r AuditRow
		var id int64
		var hash []byte
		if err := r.scan(rows.Scan, &r.N, &id, &hash); err != nil {
			return err
		}
		leaf, err := leafOf(&r)
		if err != nil {
			return err
		}
		switch {
		case len(hash) != merkle.Size || r.N != v.tree.Size:
			v.fault("no_leaf", v.tree.Size, id)
			return nil // nothing after it has its place
		case r.ID == 0:
			v.fault("gone", r.N, id)
		case id <= before:
			v.fault("moved", r.N, id)
		case leaf != merkle.Hash(hash):
			v.fault("changed", r.N, id)
		}
		before = id
		v.tree.Add(merkle.Hash(hash))
		v.reached()
	}
	v.check.Rows = v.tree.Size
	return wrap(rows.Err())
}

func leafOf(r *AuditRow) (merkle.Hash, error) {
	line, err := r.line()
	return merkle.Leaf(line), err
}

// reached keeps the root of a size that somebody asks for.
func (v *verifying) reached() {
	if v.wanted[v.tree.Size] {
		v.roots[v.tree.Size] = v.tree.Root()
	}
}

// compare compares the roots with what was signed.
func (v *verifying) compare(seals, anchors []AuditSeal) {
	v.check.Seals = len(seals)
	for i := range seals {
		a := &seals[i]
		signed, err := v.s.keys.openSeal(a.Note)
		switch root, there := v.roots[a.Size]; {
		case err != nil || signed.Size != a.Size || signed.Root != a.Root:
			v.fault("signature", a.Size, 0)
		case !there:
			v.fault("ends_early", a.Size, 0)
		case root != a.Root:
			v.fault("root", a.Size, 0)
		}
		v.check.Last = *a
	}
	if v.tree.Size > v.check.Last.Size {
		v.fault("root", v.tree.Size, 0) // leaves come to be with their seal
	}
	for i := range anchors {
		switch root, there := v.roots[anchors[i].Size]; {
		case !there:
			v.fault("ends_early", anchors[i].Size, 0)
		case root != anchors[i].Root:
			v.fault("other_past", anchors[i].Size, 0)
		}
	}
}

// beside looks for rows that are no leaves: the newest are not sealed yet, and one between them was slipped in.
func (v *verifying) beside() error {
	ids, err := column[int64](v.ctx, v.tx, `SELECT a.id FROM audit a LEFT JOIN audit_leaf l ON l.audit = a.id
		WHERE l.audit IS NULL AND a.id < coalesce((SELECT max(audit) FROM audit_leaf), 0) ORDER BY a.id LIMIT 100`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		v.fault("slipped_in", -1, id)
	}
	return wrap(v.tx.QueryRowContext(v.ctx, `SELECT count(*) FROM audit WHERE id > coalesce((SELECT max(audit) FROM audit_leaf), 0)`).Scan(&v.check.Open))
}

// ExportAudit yields the sealed rows in their order, as the lines that the leaves hold, and then the newest checkpoint: with them
// anybody can make the root again and compare it with what was signed.
func (s *Store) ExportAudit(ctx context.Context, yield func(line []byte) error) (last AuditSeal, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		if last, err = lastSeal(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.QueryContext(long(ctx), `SELECT l.n, `+auditRow+` FROM audit_leaf l JOIN audit a ON a.id = l.audit ORDER BY l.n`)
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r AuditRow
			if err := r.scan(rows.Scan, &r.N); err != nil {
				return err
			}
			line, err := r.line()
			if err != nil {
				return err
			}
			if err := yield(line); err != nil {
				return err
			}
		}
		return wrap(rows.Err())
	})
	return last, err
}

// String says a fault in one line, in English.
func (f AuditFault) String() string {
	switch f.Kind {
	case "changed":
		return fmt.Sprintf("row %d is not what was sealed", f.ID)
	case "gone":
		return fmt.Sprintf("row %d is gone", f.ID)
	case "moved":
		return fmt.Sprintf("row %d stands in another place", f.ID)
	case "slipped_in":
		return fmt.Sprintf("row %d was slipped in between sealed ones", f.ID)
	case "no_leaf":
		return fmt.Sprintf("the leaf of place %d is gone", f.N)
	case "root":
		return fmt.Sprintf("the checkpoint of size %d has another root", f.N)
	case "signature":
		return fmt.Sprintf("the checkpoint of size %d is not signed by this key", f.N)
	case "ends_early":
		return fmt.Sprintf("the audit ends before the size of a checkpoint, %d", f.N)
	case "other_past":
		return fmt.Sprintf("up to the size of the checkpoint that was kept elsewhere, %d, the audit is another", f.N)
	}
	return f.Kind
}
