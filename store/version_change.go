package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/access"
)

// BeginVersion keeps a draft, begun from what is in force, and returns its number in the store.
func (s *Store) BeginVersion(ctx context.Context, of Lineage, body []byte, by Act) (id int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		id, err = beginVersion(ctx, tx, of, body, by)
		if err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: by.Real, Who: by.Who, What: of.Kind + "_drafted", Portfolio: of.Portfolio, Subject: fmt.Sprintf("version %d", id)})
		return err
	})
	return id, err
}

func beginVersion(ctx context.Context, tx *sql.Tx, of Lineage, body []byte, by Act) (id int64, err error) {
	base, err := inForceIn(ctx, tx, of)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO version (portfolio, kind, name, number, base, who, hand, made_at, saved_at, digest, body)
		SELECT ?, ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM version WHERE portfolio = ? AND kind = ? AND name = ?), ?, ?, ?, ?, ?, ?, ? RETURNING id`,
		of.Portfolio, of.Kind, of.Name, of.Portfolio, of.Kind, of.Name, base, by.Who, hand(by.Who), millis(by.At), millis(by.At), digest(body), body).Scan(&id)
	return id, wrap(err)
}

// inForceIn returns the version of a lineage that is in force; 0 where none is.
func inForceIn(ctx context.Context, tx *sql.Tx, of Lineage) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT v.id FROM activation a JOIN version v ON v.id = a.version WHERE v.portfolio = ? AND v.kind = ? AND v.name = ? ORDER BY a.id DESC LIMIT 1`,
		of.Portfolio, of.Kind, of.Name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, wrap(err)
}

// ownDraft returns a draft that somebody may still change: one that is not asked for yet, by whoever began it.
func ownDraft(ctx context.Context, tx *sql.Tx, id int64, who string) (v Version, err error) {
	v, err = oneVersion(ctx, tx, id)
	switch {
	case err != nil:
		return v, err
	case v.State() != "draft":
		return v, ErrStands
	case !v.By(who):
		return v, ErrNotYours
	}
	return v, nil
}

// Redraft gives a draft another text. Only who began it may.
func (s *Store) Redraft(ctx context.Context, id int64, body []byte, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := ownDraft(ctx, tx, id, by.Who); err != nil {
			return err
		}
		return one(tx.ExecContext(ctx, `UPDATE version SET body = ?, digest = ?, saved_at = ? WHERE id = ?`, body, digest(body), millis(by.At), id))
	})
}

// AskFor asks that a draft be put in force: from now on it stands as it is.
func (s *Store) AskFor(ctx context.Context, id int64, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		v, err := ownDraft(ctx, tx, id, by.Who)
		if err != nil {
			return err
		}
		if err := one(tx.ExecContext(ctx, `UPDATE version SET asked_at = ? WHERE id = ?`, millis(by.At), id)); err != nil {
			return err
		}
		return s.versionDeed(ctx, tx, &v, by, "_asked")
	})
}

// GiveUp ends a version that was never in force: withdrawn by who wrote it, or refused by somebody else.
func (s *Store) GiveUp(ctx context.Context, id int64, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		v, err := oneVersion(ctx, tx, id)
		if err != nil {
			return err
		}
		if state := v.State(); state != "draft" && state != "asked" {
			return ErrStands
		}
		if err := one(tx.ExecContext(ctx, `UPDATE version SET ended_at = ?, ended_by = ? WHERE id = ?`, millis(by.At), by.Who, id)); err != nil {
			return err
		}
		what := "_refused"
		if v.By(by.Who) {
			what = "_withdrawn"
		}
		return s.versionDeed(ctx, tx, &v, by, what)
	})
}

// Activate puts a version in force that somebody else asked for. The database refuses it to who wrote it, whatever asks.
func (s *Store) Activate(ctx context.Context, id int64, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		v, err := oneVersion(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case v.State() != "asked":
			return ErrNotAsked
		case v.By(by.Who):
			return ErrSameHand
		}
		now, err := inForceIn(ctx, tx, v.Lineage)
		if err != nil {
			return err
		}
		if now != v.Base {
			return ErrOvertaken
		}
		return s.activate(ctx, tx, &v, by, "_activated")
	})
}

func (s *Store) activate(ctx context.Context, tx *sql.Tx, v *Version, by Act, what string) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO activation (version, at, who, hand) VALUES (?, ?, ?, ?)`, v.ID, millis(by.At), by.Who, hand(by.Who)); err != nil {
		return wrap(err)
	}
	return s.versionDeed(ctx, tx, v, by, what)
}

// versionDeed keeps in the audit what somebody did with a version.
func (s *Store) versionDeed(ctx context.Context, tx *sql.Tx, v *Version, by Act, what string) error {
	_, err := s.deed(ctx, tx, Deed{At: by.Real, Who: by.Who, What: v.Kind + what, Portfolio: v.Portfolio, Subject: fmt.Sprintf("version %d", v.ID), Reason: by.Reason})
	return err
}

// Former returns the version that GoBack would put in force again in the place of one: ErrGoneBack says that this one is not in force, or
// not any more, and ErrNoFormer that none was before it. Before the first of how far rules bind all bound as it is written: that has no
// number until somebody goes back to it.
func (s *Store) Former(ctx context.Context, from int64) (v Version, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		v, err = former(ctx, tx, from)
		return err
	})
	return v, err
}

func former(ctx context.Context, tx *sql.Tx, from int64) (v Version, err error) {
	one, err := oneVersion(ctx, tx, from)
	if err != nil {
		return v, err
	}
	of := one.Lineage
	now, err := inForceIn(ctx, tx, of)
	if err != nil {
		return v, err
	}
	if now != from {
		return v, ErrGoneBack
	}
	var id int64
	err = tx.QueryRowContext(ctx, `SELECT v.id FROM activation a JOIN version v ON v.id = a.version WHERE v.portfolio = ? AND v.kind = ? AND v.name = ? AND v.id <> ? ORDER BY a.id DESC LIMIT 1`,
		of.Portfolio, of.Kind, of.Name, now).Scan(&id)
	switch {
	case errors.Is(err, sql.ErrNoRows) && of.Kind == ConfidenceKind:
		return Version{Lineage: of, Who: ByFile, Body: []byte(AsWritten)}, nil
	case errors.Is(err, sql.ErrNoRows):
		return v, ErrNoFormer
	case err != nil:
		return v, wrap(err)
	}
	return oneVersion(ctx, tx, id)
}

// enter keeps what was in force before the first version, as one that was read from a file and asked for.
func enter(ctx context.Context, tx *sql.Tx, v *Version, now time.Time) error {
	id, err := beginVersion(ctx, tx, v.Lineage, v.Body, Act{Who: ByFile, At: now})
	if err != nil {
		return err
	}
	if err := one(tx.ExecContext(ctx, `UPDATE version SET asked_at = ? WHERE id = ?`, millis(now), id)); err != nil {
		return err
	}
	*v, err = oneVersion(ctx, tx, id)
	return err
}

// GoBack puts the version in force again that was before the one named, and returns it. The one named must still be in force: who presses
// twice, or at once with somebody else, must not come back to what was just given up.
func (s *Store) GoBack(ctx context.Context, from int64, by Act) (v Version, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		if v, err = former(ctx, tx, from); err != nil {
			return err
		}
		if v.ID == 0 {
			if err := enter(ctx, tx, &v, by.At); err != nil {
				return err
			}
		}
		return s.activate(ctx, tx, &v, by, "_rolled_back")
	})
	return v, err
}

// A Filed is a text as the lender's files have it.
type Filed struct {
	Lineage
	Body []byte
}

// TakeIn takes the texts of a portfolio's files in, and returns what is in force. A lineage's first text is in force from now on. A file
// that has changed since it was last read is a new version: it waits for a second person where somebody works here who may put it in
// force, and is in force at once where nobody does. A file that has not changed leaves what people have put in force.
func (s *Store) TakeIn(ctx context.Context, portfolio Portfolio, files []Filed, now time.Time) (out []Version, err error) {
	var todo []Filed
	var gone []int64
	look := func(tx *sql.Tx) error {
		if out, err = inUse(ctx, tx, portfolio.ID); err != nil {
			return err
		}
		todo, gone, err = changed(ctx, tx, portfolio.ID, files)
		return err
	}
	if err := s.view(ctx, look); err != nil || len(todo)+len(gone) == 0 {
		return out, err
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		if err := look(tx); err != nil { // another process may have done it meanwhile
			return err
		}
		eyes, err := s.eyes(ctx, tx, portfolio.Ref)
		if err != nil {
			return err
		}
		for _, id := range gone {
			if err := one(tx.ExecContext(ctx, `UPDATE version SET ended_at = ?, ended_by = ? WHERE id = ?`, millis(now), ByFile, id)); err != nil {
				return err
			}
		}
		by := Act{Who: ByFile, At: now, Real: now}
		for _, f := range todo {
			first := !slices.ContainsFunc(out, func(v Version) bool { return v.Lineage == f.Lineage })
			id, err := beginVersion(ctx, tx, f.Lineage, f.Body, by)
			if err != nil {
				return err
			}
			if err := one(tx.ExecContext(ctx, `UPDATE version SET asked_at = ? WHERE id = ?`, millis(now), id)); err != nil {
				return err
			}
			if first || !eyes[f.Needs()] {
				if _, err := tx.ExecContext(ctx, `INSERT INTO activation (version, at, who, hand) VALUES (?, ?, ?, ?)`, id, millis(now), ByFile, ByFile); err != nil {
					return wrap(err)
				}
			}
		}
		out, err = inUse(ctx, tx, portfolio.ID)
		return err
	})
	return out, err
}

// changed returns the files whose text is neither the one in force nor the one that was last read from a file, and the versions that wait
// although the files have moved on.
func changed(ctx context.Context, tx *sql.Tx, portfolio int64, files []Filed) (todo []Filed, gone []int64, err error) {
	list, err := versionsWhere(ctx, tx, false, ` WHERE v.portfolio = ? AND (v.who = 'file' OR a.id IS NOT NULL) ORDER BY v.id`, portfolio)
	if err != nil {
		return nil, nil, err
	}
	last, now := map[Lineage]*Version{}, map[Lineage]string{}
	for i := range list {
		v := &list[i]
		if v.Who == ByFile && v.EndedBy != ByFile {
			last[v.Lineage] = v
		}
		if v.InForce {
			now[v.Lineage] = v.Digest
		}
	}
	for _, f := range files {
		d, was := digest(f.Body), last[f.Lineage]
		if was != nil && was.Digest == d {
			continue
		}
		if was != nil && was.State() == "asked" {
			gone = append(gone, was.ID)
		}
		if now[f.Lineage] != d {
			todo = append(todo, f)
		}
	}
	return todo, gone, nil
}

// eyes says for what somebody works here who may put it in force in a portfolio.
func (s *Store) eyes(ctx context.Context, tx *sql.Tx, portfolio string) (map[access.Permission]bool, error) {
	staff, err := s.staff(ctx, tx, ` WHERE p.ended_at = 0`)
	if err != nil {
		return nil, err
	}
	out := map[access.Permission]bool{}
	for i := range staff {
		for _, p := range []access.Permission{access.Activate, access.Sign} {
			out[p] = out[p] || staff[i].Grants.May(p, portfolio)
		}
	}
	return out, nil
}

// FourEyes says for what a second person is needed in a portfolio, because somebody works here who may be one.
func (s *Store) FourEyes(ctx context.Context, portfolio string) (out map[access.Permission]bool, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = s.eyes(ctx, tx, portfolio)
		return err
	})
	return out, err
}
