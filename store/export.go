package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// How long an export may be let happen after it was asked for, and fetched after it was let happen.
const (
	ExportWaits = 7 * 24 * time.Hour
	ExportStays = 24 * time.Hour
)

// Why something cannot be done with an export.
var (
	ErrOwnExport  = errors.New("store: nobody lets an export happen that they asked for; somebody else does")
	ErrNotAsker   = errors.New("store: an export is fetched by who asked for it")
	ErrExportOver = errors.New("store: this export was refused, was fetched, or has run out; ask for another")
	ErrUndecided  = errors.New("store: nobody has let this export happen yet")
)

// An ExportAsk is personal data that somebody wants to take out.
type ExportAsk struct {
	ID        int64
	Portfolio int64
	Borrower  ledger.BorrowerID // 0: everybody of the portfolio
	Format    string            // "json" or "csv"
	Who       string
	At        time.Time
	Reason    string // empty where it was forgotten with the person
	DecidedAt time.Time
	DecidedBy string
	Allowed   bool
	FetchedAt time.Time
}

// By says whether somebody asked for it, under whichever role.
func (a *ExportAsk) By(who string) bool { return hand(a.Who) == hand(who) }

// State says how far it has come, in a word.
func (a *ExportAsk) State(at time.Time) string {
	switch {
	case !a.FetchedAt.IsZero():
		return "fetched"
	case a.DecidedAt.IsZero() && at.After(a.At.Add(ExportWaits)), a.Allowed && at.After(a.DecidedAt.Add(ExportStays)):
		return "over"
	case a.DecidedAt.IsZero():
		return "asked"
	case a.Allowed:
		return "allowed"
	}
	return "refused"
}

// subject is how the audit writes what goes out.
func (a *ExportAsk) subject() string {
	if a.Borrower == 0 {
		return "portfolio"
	}
	return "borrower " + strconv.FormatInt(int64(a.Borrower), 10)
}

// AskExport keeps that somebody wants personal data, and why. Real is the time of the audit.
func (s *Store) AskExport(ctx context.Context, a ExportAsk, real time.Time) (id int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		if a.Borrower != 0 {
			var of int64
			err := tx.QueryRowContext(ctx, `SELECT portfolio FROM borrower WHERE id = ?`, a.Borrower).Scan(&of)
			if errors.Is(err, sql.ErrNoRows) || err == nil && of != a.Portfolio {
				return ErrNotFound
			}
			if err != nil {
				return wrap(err)
			}
		}
		deed, err := s.deed(ctx, tx, Deed{At: real, Who: a.Who, What: "export_asked", Portfolio: a.Portfolio, Subject: a.subject(), Reason: a.Reason})
		if err != nil {
			return err
		}
		return wrap(tx.QueryRowContext(ctx, `INSERT INTO export_ask (portfolio, borrower, format, who, hand, asked_at, audit) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			a.Portfolio, a.Borrower, a.Format, a.Who, hand(a.Who), millis(a.At), deed).Scan(&id))
	})
	return id, err
}

// DecideExport lets an export happen, or refuses it: somebody else than who asked. The database refuses one hand too.
func (s *Store) DecideExport(ctx context.Context, id int64, allow bool, who string, at, real time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		a, err := s.export(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case a.State(at) != "asked":
			return ErrExportOver
		case allow && a.By(who):
			return ErrOwnExport
		}
		what := "export_refused"
		if allow {
			what = "export_allowed"
		}
		t := talk{ctx, tx}
		if err := t.exec(`UPDATE export_ask SET decided_at = ?, decided_by = ?, decided_hand = ?, allowed = ? WHERE id = ?`, millis(at), who, hand(who), boolean(allow), id); err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: real, Who: who, What: what, Portfolio: a.Portfolio, Subject: a.subject()})
		return err
	})
}

// FetchExport keeps that somebody takes their export away, before they have it, and returns it. That is done once.
func (s *Store) FetchExport(ctx context.Context, id int64, who string, at, real time.Time) (a ExportAsk, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		if a, err = s.export(ctx, tx, id); err != nil {
			return err
		}
		switch state := a.State(at); {
		case !a.By(who):
			return ErrNotAsker
		case state == "asked":
			return ErrUndecided
		case state != "allowed":
			return ErrExportOver
		}
		t := talk{ctx, tx}
		if err := t.exec(`UPDATE export_ask SET fetched_at = ?, fetched_hand = ? WHERE id = ?`, millis(at), hand(who), id); err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: real, Who: who, What: "export_fetched", Portfolio: a.Portfolio, Subject: a.subject()})
		return err
	})
	return a, err
}

const exportColumns = `SELECT e.id, e.portfolio, e.borrower, e.format, e.who, e.asked_at, e.decided_at, e.decided_by, e.allowed, e.fetched_at,
	a.id, a.at, a.who, a.reason, coalesce(r.box, x'') FROM export_ask e JOIN audit a ON a.id = e.audit LEFT JOIN sealed_reason r ON r.audit = a.id`

func (s *Store) exports(ctx context.Context, tx *sql.Tx, tail string, args ...any) (out []ExportAsk, err error) {
	rows, err := tx.QueryContext(ctx, exportColumns+tail, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	for rows.Next() {
		var a ExportAsk
		var d Deed
		var allowed int64
		var box []byte
		if err := rows.Scan(&a.ID, &a.Portfolio, &a.Borrower, &a.Format, &a.Who, (*msTime)(&a.At), (*msTime)(&a.DecidedAt), &a.DecidedBy, &allowed, (*msTime)(&a.FetchedAt),
			&d.ID, (*msTime)(&d.At), &d.Who, &d.Digest, &box); err != nil {
			return nil, wrap(err)
		}
		a.Allowed = allowed == 1
		if a.Reason, err = s.reason(&d, box); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, wrap(rows.Err())
}

func (s *Store) export(ctx context.Context, tx *sql.Tx, id int64) (ExportAsk, error) {
	list, err := s.exports(ctx, tx, ` WHERE e.id = ?`, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return ExportAsk{}, err
	}
	return list[0], nil
}

// Export returns one. ErrNotFound says that there is none of that number.
func (s *Store) Export(ctx context.Context, id int64) (a ExportAsk, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		a, err = s.export(ctx, tx, id)
		return err
	})
	return a, err
}

// mostExports is how many of the latest are shown.
const mostExports = 100

// Exports returns a portfolio's, the newest first.
func (s *Store) Exports(ctx context.Context, portfolio int64) (out []ExportAsk, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = s.exports(ctx, tx, ` WHERE e.portfolio = ? ORDER BY e.id DESC LIMIT ?`, portfolio, mostExports)
		return err
	})
	return out, err
}

// ExportCount returns of how many borrowers an export is.
func (s *Store) ExportCount(ctx context.Context, a *ExportAsk) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM borrower WHERE portfolio = ? AND (? = 0 OR id = ?)`, a.Portfolio, a.Borrower, a.Borrower).Scan(&n)
	return n, wrap(err)
}

// ExportGuests yields the borrowers whom an export is of, one after the other.
func (s *Store) ExportGuests(ctx context.Context, a *ExportAsk, yield func(*Guest) error) error {
	last := int64(0)
	for {
		list, err := s.exportPage(ctx, a, last)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			if err := yield(&list[i]); err != nil {
				return err
			}
		}
		last = int64(list[len(list)-1].Borrower)
	}
}

func (s *Store) exportPage(ctx context.Context, a *ExportAsk, last int64) (out []Guest, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT b.id, b.person, b.ref, b.portfolio, f.language FROM borrower b JOIN borrower_fact f ON f.id = b.fact
		WHERE b.portfolio = ? AND (? = 0 OR b.id = ?) AND b.id > ? ORDER BY b.id LIMIT 200`, a.Portfolio, a.Borrower, a.Borrower, last)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	for rows.Next() {
		var g Guest
		if err := rows.Scan(&g.Borrower, &g.Person, &g.Ref, &g.Portfolio, &g.Language); err != nil {
			return nil, wrap(err)
		}
		out = append(out, g)
	}
	return out, wrap(rows.Err())
}
