package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A PortalWay is how a key to the borrower's page is used.
type PortalWay string

// The ways.
const (
	PortalLink PortalWay = "link" // a token in a link
	PortalCode PortalWay = "code" // typed at the page's fixed address
)

// A PortalKey lets one borrower in at the page about their loans. The secret is never stored: its keyed hash is.
type PortalKey struct {
	Way      PortalWay
	Secret   string
	Borrower ledger.BorrowerID
	EndsAt   time.Time
}

// portalHash hashes a secret for a way: a token is no code and a code no token, whatever their letters.
func (k *Keys) portalHash(way PortalWay, secret string) []byte {
	return k.hash("portal/"+string(way), secret)
}

// portalKeys stores what lets the readers of the permitted texts in.
func (c *commit) portalKeys() error {
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		if len(t.Lets) == 0 || !c.res.Permitted[i] {
			continue
		}
		for _, k := range t.Lets {
			if _, err := c.exec(insertPortalKey, c.keys.portalHash(k.Way, k.Secret), k.Way, k.Borrower, t.Message.Portfolio, t.Fence(),
				t.Address, millis(c.st.At), millis(k.EndsAt)); err != nil {
				return err
			}
		}
	}
	return nil
}

const insertPortalKey = `INSERT INTO portal_key (hash, way, borrower, portfolio, fence, address, made_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

// LetIn makes a key that belongs to no message, for a person at the desk who tells it to the borrower.
func (s *Store) LetIn(ctx context.Context, portfolio int64, k PortalKey, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertPortalKey, s.keys.portalHash(k.Way, k.Secret), k.Way, k.Borrower, portfolio, 0, 0, millis(at), millis(k.EndsAt))
		return wrap(err)
	})
}

// A Guest is who a key lets in, or has let in.
type Guest struct {
	Key       int64
	Borrower  ledger.BorrowerID
	Portfolio int64
	Person    ledger.PersonID
	Ref       string         // the borrower's
	Language  string         // the borrower's; empty means the portfolio's
	Fence     outbox.FenceID // the message that held the key; 0 means none
	ProvedAt  time.Time      // of a session: when the second step was taken; zero means that it is still to come
	EndsAt    time.Time      // of the key, or of the session
}

// lets is what a key has to meet beside its end: where it was sent is still the borrower's number, and nobody has said that it is somebody
// else's.
const lets = ` AND (k.address = 0 OR k.address = f.address AND NOT EXISTS (SELECT 1 FROM state w WHERE w.person = b.person AND w.kind = 'wrong_person'
	AND w.gone_at = 0 AND w.address IN (0, k.address)))`

const guest = `SELECT k.id, k.borrower, k.portfolio, b.person, b.ref, f.language, k.fence, `

// PortalEntry returns who a secret lets in at an instant. ErrNotFound says that it lets nobody in, be it unknown, over, or sent to a number
// that is not the borrower's any more.
func (s *Store) PortalEntry(ctx context.Context, way PortalWay, secret string, at time.Time) (Guest, error) {
	return s.guest(ctx, guest+`0, k.ends_at FROM portal_key k JOIN borrower b ON b.id = k.borrower JOIN borrower_fact f ON f.id = b.fact
		WHERE k.hash = ? AND k.ends_at > ?`+lets, s.keys.portalHash(way, secret), millis(at))
}

// PortalSession returns who a cookie belongs to. ErrNotFound says that the session is unknown or over, or that its key is.
func (s *Store) PortalSession(ctx context.Context, cookie string, at time.Time) (Guest, error) {
	return s.guest(ctx, guest+`s.proved_at, s.ends_at FROM portal_session s JOIN portal_key k ON k.id = s.portal_key
		JOIN borrower b ON b.id = k.borrower JOIN borrower_fact f ON f.id = b.fact WHERE s.hash = ? AND s.ends_at > ? AND k.ends_at > ?`+lets,
		s.keys.hash("portal/session", cookie), millis(at), millis(at))
}

func (s *Store) guest(ctx context.Context, query string, args ...any) (g Guest, err error) {
	err = s.read.QueryRowContext(ctx, query, args...).Scan(&g.Key, &g.Borrower, &g.Portfolio, &g.Person, &g.Ref, &g.Language, &g.Fence,
		(*msTime)(&g.ProvedAt), (*msTime)(&g.EndsAt))
	if errors.Is(err, sql.ErrNoRows) {
		return g, ErrNotFound
	}
	return g, wrap(err)
}

// StartPortalSession begins a session of a key's, with a cookie that nobody has had before, and lets those go that have ended.
func (s *Store) StartPortalSession(ctx context.Context, key int64, cookie string, at, ends time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM portal_session WHERE ends_at <= ?`, millis(at)); err != nil {
			return wrap(err)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO portal_session (hash, portal_key, ends_at) VALUES (?, ?, ?)`,
			s.keys.hash("portal/session", cookie), key, millis(ends))
		return wrap(err)
	})
}

// EndPortalKey ends a key at once, and with it every session of it.
func (s *Store) EndPortalKey(ctx context.Context, key int64, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE portal_key SET ends_at = ? WHERE id = ? AND ends_at > ?`, millis(at), key, millis(at))
		return wrap(err)
	})
}

// EndPortalSession ends a session at once: its cookie is worth nothing from then on.
func (s *Store) EndPortalSession(ctx context.Context, cookie string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM portal_session WHERE hash = ?`, s.keys.hash("portal/session", cookie))
		return wrap(err)
	})
}

// The limits of wrong answers at the second step. They count for the borrower, so that a second code buys no further tries.
const (
	PortalTries = 5              // wrong answers …
	PortalLock  = 24 * time.Hour // … within so long close the page until the oldest of them is so old
	keyTries    = 15             // wrong answers with one key, after which it opens nothing any more
)

// A Proving is how an answer at the second step was taken.
type Proving struct {
	Right       bool
	Left        int       // tries that are left
	LockedUntil time.Time // zero means that it is not locked
	Spent       bool      // the key opens nothing any more
}

// ProvePortal compares an answer at the second step with what is known of the borrower, and counts it: all in one
// transaction, so that many answers at once have no more tries than one after the other. Right answers begin a session anew
// under the second cookie, so that whoever planted the first one has nothing. While the page is locked no answer is looked at.
func (s *Store) ProvePortal(ctx context.Context, g *Guest, cookie, next string, answers []Answer, at, ends time.Time) (p Proving, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		p = Proving{}
		if err := p.count(ctx, tx, g, at); err != nil || p.Spent || !p.LockedUntil.IsZero() {
			return err
		}
		right, err := s.proves(ctx, tx, g.Borrower, answers)
		if err != nil {
			return err
		}
		what := "wrong"
		if right {
			what = "opened"
		}
		if err := portalEvent(ctx, tx, g, what, at); err != nil {
			return err
		}
		if !right {
			return p.count(ctx, tx, g, at)
		}
		p.Right = true
		if _, err := tx.ExecContext(ctx, `DELETE FROM portal_session WHERE hash = ?`, s.keys.hash("portal/session", cookie)); err != nil {
			return wrap(err)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO portal_session (hash, portal_key, ends_at, proved_at) VALUES (?, ?, ?, ?)`,
			s.keys.hash("portal/session", next), g.Key, millis(ends), millis(at))
		return wrap(err)
	})
	return p, err
}

// PortalLocked says how many tries a guest has left, without taking one.
func (s *Store) PortalLocked(ctx context.Context, g *Guest, at time.Time) (p Proving, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error { return p.count(ctx, tx, g, at) })
	return p, err
}

// count looks at the wrong answers since the last right one, within the span of the lock.
func (p *Proving) count(ctx context.Context, tx *sql.Tx, g *Guest, at time.Time) error {
	times, err := column[int64](ctx, tx, `SELECT at FROM portal_event WHERE borrower = ? AND what = 'wrong' AND at > ?
		AND id > coalesce((SELECT max(id) FROM portal_event WHERE borrower = ? AND what = 'opened'), 0) ORDER BY at DESC, id DESC LIMIT ?`,
		g.Borrower, millis(at.Add(-PortalLock)), g.Borrower, PortalTries)
	if err != nil {
		return err
	}
	p.Left = PortalTries - len(times)
	if p.Left == 0 {
		p.LockedUntil = instant(times[len(times)-1]).Add(PortalLock)
	}
	var wrong int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM portal_event WHERE borrower = ? AND portal_key = ? AND what = 'wrong'`, g.Borrower, g.Key).Scan(&wrong)
	p.Spent = wrong >= keyTries
	return wrap(err)
}

func portalEvent(ctx context.Context, tx *sql.Tx, g *Guest, what string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO portal_event (at, portal_key, borrower, portfolio, fence, what) VALUES (?, ?, ?, ?, ?, ?)`,
		millis(at), g.Key, g.Borrower, g.Portfolio, g.Fence, what)
	return wrap(err)
}

// Downloaded notes that a guest took everything with them that is held about them.
func (s *Store) Downloaded(ctx context.Context, g *Guest, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error { return portalEvent(ctx, tx, g, "downloaded", at) })
}

// SayAtPage stores what a borrower said at the page, and lets it act in the same transaction, as a reply of that meaning does.
// It returns whom nothing on its way may reach any more.
func (s *Store) SayAtPage(ctx context.Context, said []Reply, at time.Time) (stopped []ledger.PersonID, err error) {
	err = s.alone(ctx, func(tx *sql.Tx, on direct) error {
		var res StepResult
		c := &commit{Store: s, ctx: ctx, tx: tx, on: on, st: &Step{At: at, Replies: said}, res: &res}
		err := c.replies()
		stopped = res.Stopped
		return err
	})
	return stopped, err
}

// borrowerAt returns the number of a borrower's address and who the borrower is: what was said at the page was said by one
// of whom we know who they are.
func (c *commit) borrowerAt(b ledger.BorrowerID) (int64, []ledger.PersonID, []byte, error) {
	var address int64
	var person ledger.PersonID
	var hash []byte
	err := c.tx.QueryRowContext(c.ctx, `SELECT f.address, b.person, coalesce(a.hash, x'') FROM borrower b JOIN borrower_fact f ON f.id = b.fact
		LEFT JOIN address a ON a.id = f.address WHERE b.id = ?`, b).Scan(&address, &person, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil, fmt.Errorf("store: nobody is borrower %s", strconv.FormatInt(int64(b), 10))
	}
	return address, []ledger.PersonID{person}, hash, wrap(err)
}

// PortalEvents returns how often something happened at the page: "wrong", "opened" or "downloaded".
func (s *Store) PortalEvents(ctx context.Context, portfolio int64, what string) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM portal_event WHERE portfolio = ? AND what = ?`, portfolio, what).Scan(&n)
	return n, wrap(err)
}

// LiveSince says whether an arrangement of a kind has come to hold with a borrower since an instant.
func (s *Store) LiveSince(ctx context.Context, b ledger.BorrowerID, kind string, at time.Time) (live bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM arrangement WHERE borrower = ? AND kind = ? AND status = 'live' AND made_at >= ?)`,
		b, kind, millis(at)).Scan(&live)
	return live, wrap(err)
}
