package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// ErrHeld says that nothing is handed over until a person releases what waits: the database was put back from a copy, so
// that it does not know what left and who asked to be left alone since, or somebody said so.
var ErrHeld = errors.New("store: nothing is handed over until a person releases what waits")

// ErrUnproven says that this machine cannot tell a change of PostgreSQL's primary from a database that was put back: the
// server's timeline is another than the one worked in last, and this machine has not worked with it before. Another
// machine that has can tell, or a person.
var ErrUnproven = errors.New("store: PostgreSQL has changed its timeline and this machine has no witness of what was stored before; start one that has worked with it, or look with duly release")

// The reasons of a hold that a machine finds by itself.
const (
	HeldCopied  = "copied"  // it is a copy that duly backup made
	HeldMoved   = "moved"   // it lies in another place than it was worked with in: put back, or copied
	HeldMissing = "missing" // the witness knows of something that it does not hold: put back
	HeldOther   = "other"   // the witness knows another life: put back from before a release, or another database
	HeldWitness = "witness" // there is a witness, and it cannot be read
)

// A Life is what a database knows of itself.
type Life struct {
	Line   string
	HeldAt time.Time // real; zero: nothing is held
	Why    string    // one of the reasons above, or a person's own words
	By     string    // empty: it was found
}

// Held says whether nothing is handed over.
func (l *Life) Held() bool { return !l.HeldAt.IsZero() }

// Err returns ErrHeld with the reason, nil when nothing is held.
func (l *Life) Err() error {
	if !l.Held() {
		return nil
	}
	return &HeldError{*l}
}

// A HeldError is ErrHeld with what is known of the hold.
type HeldError struct{ Life Life }

// Error is the sentence in English, with the time in UTC.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%s: held since %s (%s)", ErrHeld, e.Life.HeldAt.UTC().Format(time.RFC3339), e.Life.Why)
}

// Unwrap returns ErrHeld.
func (e *HeldError) Unwrap() error { return ErrHeld }

// Life returns what the database knows of itself.
func (s *Store) Life(ctx context.Context) (Life, error) {
	var l Life
	err := s.read.QueryRowContext(ctx, `SELECT line, held_at, held_why, held_by FROM life`).Scan(&l.Line, (*msTime)(&l.HeldAt), &l.Why, &l.By)
	return l, wrap(err)
}

// Hold stops hand-over until a person releases it: not a message more is fenced from its commit on. A hold that is there
// stays as it is. Who holds is in the audit; what a machine finds is not.
func (s *Store) Hold(ctx context.Context, wireNow time.Time, why, by string) error {
	return s.between(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE life SET held_at = ?, held_why = ?, held_by = ? WHERE held_at = 0`, millis(wireNow), why, by)
		if err != nil || by == "" {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return wrap(err)
		}
		_, err = s.deed(ctx, tx, Deed{At: wireNow, Who: by, What: "held", Subject: "everything", Reason: why})
		return err
	})
}

// Attest compares the database with what the machine's witness knows, and holds it where it must have been put back or copied.
// From then on what this process stores is noted in the witness. It is called once, before anything else is stored; a store
// without a witness is held only by what it says itself.
func (s *Store) Attest(ctx context.Context, path string, wireNow time.Time) error {
	w, err := openWitness(path)
	if err != nil {
		return err
	}
	s.witness = w
	known, unread := w.read()
	if unread != nil {
		return s.Hold(ctx, wireNow, HeldWitness, "")
	}
	a := attesting{s: s, ctx: ctx, known: known}
	if err := s.view(ctx, a.look); err != nil {
		return err
	}
	s.line.Store(&a.line)
	switch {
	case a.why != "":
		return s.Hold(ctx, wireNow, a.why, "")
	case a.unproven:
		s.unproven.Store(true)
		return nil
	}
	if a.changed {
		if err := s.settleDown(ctx, &a); err != nil {
			return err
		}
	}
	if known[seenLine].value != a.line {
		return w.begin(a.line, wireNow)
	}
	s.lastFence.Store(known[seenFence].number())
	return nil
}

// attesting is one comparison of a database with a witness.
type attesting struct {
	s     *Store
	ctx   context.Context
	known [seenKinds]seen

	line           string
	home           string
	timeline, then int64  // PostgreSQL's now, and when it was worked with last
	why            string // why it must be held; empty: it need not
	changed        bool   // home or timeline are to be stored
	unproven       bool
}

func (a *attesting) look(tx *sql.Tx) error {
	var home string
	if err := tx.QueryRowContext(a.ctx, `SELECT line, home, timeline FROM life`).Scan(&a.line, &home, &a.then); err != nil {
		return wrap(err)
	}
	var err error
	if a.home, a.timeline, err = a.s.whereabouts(a.ctx, tx); err != nil {
		return err
	}
	a.changed = home == "" || a.timeline != a.then
	if home != "" && a.home != home {
		a.why = HeldMoved
		return nil
	}
	switch ours := a.known[seenLine].value; ours {
	case "":
		// A witness that knows nothing proves nothing: the change of a primary looks like a database put back.
		a.unproven = home != "" && a.timeline != a.then
		return nil
	case a.line:
		return a.missing(tx)
	default:
		// A person has released since what this machine knew, or it never was part of this database's life.
		over, err := isOver(a.ctx, tx, ours)
		if err == nil && !over && a.known[seenFence].value+a.known[seenReply].value != "" {
			a.why = HeldOther
		}
		return err
	}
}

func isOver(ctx context.Context, tx *sql.Tx, line string) (over bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM released WHERE line = ?)`, line).Scan(&over)
	return over, wrap(err)
}

// tablesSeen are the tables of what a witness notes.
var tablesSeen = map[int]string{seenFence: "fence", seenReply: "reply", seenImport: "source"}

// missing looks for what the witness has seen.
func (a *attesting) missing(tx *sql.Tx) error {
	for kind, table := range tablesSeen {
		if a.known[kind].value == "" {
			continue
		}
		var there bool
		if err := tx.QueryRowContext(a.ctx, `SELECT EXISTS (SELECT 1 FROM `+table+` WHERE id = ?)`, a.known[kind].number()).Scan(&there); err != nil {
			return wrap(err)
		}
		if !there {
			a.why = HeldMissing
		}
	}
	return nil
}

// whereabouts returns what tells a database from a copy of it. On SQLite that is the file. On PostgreSQL it is the
// cluster, the database in it and the table, which is another after a dump was read in; a copy of the cluster's files has the same,
// and often another timeline.
func (s *Store) whereabouts(ctx context.Context, tx *sql.Tx) (home string, timeline int64, err error) {
	if !s.fleet {
		home, err = fileNumber(s.file())
		return home, 0, err
	}
	var segment string
	err = tx.QueryRowContext(ctx, `SELECT 'cluster ' || (SELECT system_identifier FROM pg_control_system()) || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database())
		|| ' ' || CAST(CAST('life' AS regclass) AS oid), `+timelineNow).Scan(&home, &segment)
	if err != nil {
		return "", 0, wrap(err)
	}
	timeline, err = strconv.ParseInt(segment, 16, 64)
	return home, timeline, wrap(err)
}

// settleDown stores where the database lies now.
func (s *Store) settleDown(ctx context.Context, a *attesting) error {
	return s.between(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE life SET home = ?, timeline = ? WHERE line = ?`, a.home, a.timeline, a.line)
		return wrap(err)
	})
}

// mayLeave says in a transaction that would permit something whether the database is held. On PostgreSQL, which may be
// exchanged under a running process, it looks for the last fence of this one too.
func (s *Store) mayLeave(ctx context.Context, tx *sql.Tx) error {
	var l Life
	var then, segment string
	there := true
	to := []any{&l.Line, (*msTime)(&l.HeldAt), &l.Why}
	ask := s.leaving()
	if len(ask.args.cells) > 0 {
		to = append(to, &there, &then, &segment)
	}
	if err := tx.QueryRowContext(ctx, ask.query, ask.args.list()...).Scan(to...); err != nil {
		return wrap(err)
	}
	if l.Held() {
		return l.Err()
	}
	if ours := s.line.Load(); ours != nil && *ours != l.Line {
		over, err := isOver(ctx, tx, *ours)
		if err != nil || !over {
			return errors.Join(err, errGone)
		}
		s.line.Store(&l.Line)
		s.lastFence.Store(0)
	} else if !there {
		return errGone
	}
	if s.unproven.Load() {
		return s.proven(ctx, tx)
	}
	if segment == "" {
		return nil
	}
	return s.follow(ctx, tx, then, segment)
}

// leaving asks what the database says of itself; where this process has a fence in it, also whether that is there, and for the timelines.
func (s *Store) leaving() statement {
	if last := s.lastFence.Load(); s.fleet && last != 0 {
		return say(`SELECT line, held_at, held_why, EXISTS (SELECT 1 FROM fence WHERE id = ?), CAST(timeline AS TEXT), `+timelineNow+` FROM life`, last)
	}
	return say(`SELECT line, held_at, held_why FROM life`)
}

// follow stores the timeline of a primary that has taken over with all that this process knows, so that machines that know
// nothing can tell.
func (s *Store) follow(ctx context.Context, tx *sql.Tx, then, segment string) error {
	now, err := strconv.ParseInt(segment, 16, 64)
	if err != nil {
		return wrap(err)
	}
	if then == strconv.FormatInt(now, 10) {
		return nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE life SET timeline = ? WHERE CAST(timeline AS TEXT) = ?`, now, then)
	return wrap(err)
}

// timelineNow is PostgreSQL's timeline, as the first eight hex digits of the name of a file of its log.
const timelineNow = `substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)`

// proven says whether somebody who knew the database before has stored its new timeline.
func (s *Store) proven(ctx context.Context, tx *sql.Tx) error {
	_, timeline, err := s.whereabouts(ctx, tx)
	if err != nil {
		return err
	}
	var then int64
	if err := tx.QueryRowContext(ctx, `SELECT timeline FROM life`).Scan(&then); err != nil {
		return wrap(err)
	}
	if then != timeline {
		return ErrUnproven
	}
	s.unproven.Store(false)
	return nil
}

// errGone says that the database does not hold what this process had stored in it.
var errGone = fmt.Errorf("%w: what was stored before is missing", ErrHeld)

// noted writes what was stored into the witness, where there is one. Where that fails nothing more is permitted: what was
// permitted is as durable as ever, and only a database put back might not be known.
func (s *Store) noted(kind int, number int64, at time.Time) {
	if s.witness == nil || number == 0 {
		return
	}
	if kind == seenFence {
		s.lastFence.Store(number)
	}
	s.witness.note(kind, strconv.FormatInt(number, 10), at)
}

// note writes what a step stored into the witness, before what it permits leaves.
func (s *Store) note(st *Step, res *StepResult) {
	var last outbox.FenceID
	for i := range st.Tries {
		if res.Permitted[i] {
			last = st.Tries[i].Fence()
		}
	}
	s.noted(seenFence, int64(last), st.WireAt)
	s.noted(seenReply, res.reply, st.WireAt)
}

// notNow says that an error keeps messages back for now and is no fault of the step: what came back is to be stored all
// the same.
func notNow(err error) bool {
	return errors.Is(err, ErrHeld) || errors.Is(err, ErrUnproven) || errors.Is(err, ErrNoStandby) || errors.Is(err, ErrNoWitness) || errors.Is(err, ErrPaused)
}
