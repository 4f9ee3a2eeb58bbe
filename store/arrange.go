package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
)

// A talk is what is written of arrangements and answers in one transaction, whoever's it is.
type talk struct {
	ctx context.Context
	tx  *sql.Tx
}

func (c *commit) talk() *talk { return &talk{c.ctx, c.tx} }

func (c *talk) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return wrap(err)
}

// arranged stores an arrangement, with the state that rests contact where it is live.
func (c *talk) arranged(sp *Speaker, a *Agreed, source, who string, at time.Time) (id int64, err error) {
	err = c.tx.QueryRowContext(c.ctx, `INSERT INTO arrangement (kind, person, portfolio, borrower, currency, due, minor, waived, made_at, made_on, grace, resumes,
			source, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		string(a.Kind), sp.Person, sp.Portfolio, sp.Borrower, a.Currency, a.Due, a.Total(), a.Waived, millis(at), a.MadeOn, a.Grace, millis(a.Resumes),
		source, string(initial(a.Status))).Scan(&id)
	if err != nil {
		return 0, wrap(err)
	}
	for i, p := range a.Parts {
		if err := c.exec(`INSERT INTO arrangement_part (arrangement, number, due_on, minor) VALUES (?, ?, ?, ?)`, id, i+1, p.On, p.Minor); err != nil {
			return 0, err
		}
	}
	if a.Status == arrange.Live {
		return id, c.live(id, at, who, "Agreed by "+source+".")
	}
	return id, c.event(id, a.Status, arrange.Verdict{}, at, who, "By "+source+".")
}

// initial is the status that an arrangement is stored with: one that is live becomes so by live.
func initial(s arrange.Status) arrange.Status {
	if s == arrange.Live {
		return arrange.Proposed
	}
	return s
}

// live lets an arrangement begin: it takes the place of an earlier one in the same currency, and contact rests.
func (c *talk) live(id int64, at time.Time, who, why string) error {
	var sp Speaker
	var kind, currency string
	var resumes int64
	if err := c.tx.QueryRowContext(c.ctx, `SELECT person, portfolio, borrower, kind, currency, resumes FROM arrangement WHERE id = ?`, id).
		Scan(&sp.Person, &sp.Portfolio, &sp.Borrower, &kind, &currency, &resumes); err != nil {
		return wrap(err)
	}
	bars := (&arrange.Arrangement{Kind: arrange.Kind(kind)}).Bars()
	if bars {
		before, err := column[int64](c.ctx, c.tx, `SELECT id FROM arrangement WHERE person = ? AND portfolio = ? AND status = 'live' AND kind <> 'waiver' AND currency = ? AND id <> ?`,
			sp.Person, sp.Portfolio, currency, id)
		if err != nil {
			return err
		}
		for _, other := range before {
			if err := c.became(other, arrange.Withdrawn, arrange.Verdict{Reason: "Another takes its place."}, at, who); err != nil {
				return err
			}
		}
		if err := c.lapse(at, `person = ? AND portfolio = ? AND status = 'offered' AND currency = ? AND id <> ?`, "Another was agreed.", sp.Person, sp.Portfolio, currency, id); err != nil {
			return err
		}
	}
	if err := c.event(id, arrange.Live, arrange.Verdict{}, at, who, why); err != nil || !bars {
		return err
	}
	if arrange.Kind(kind) == arrange.Plan {
		resumes = 0 // it rests until the payments say that the plan is broken
	}
	var state int64
	err := c.tx.QueryRowContext(c.ctx, `INSERT INTO state (person, borrower, portfolio, region, loan, address, channel, kind, since, until, owner, review_on,
			digest, cause, known_at)
		VALUES (?, ?, ?, '', 0, 0, '', 'arrangement', ?, ?, ?, 0, x'', ?, ?) RETURNING id`,
		sp.Person, sp.Borrower, sp.Portfolio, millis(at), resumes, who, "arrangement "+strconv.FormatInt(id, 10), millis(at)).Scan(&state)
	if err != nil {
		return wrap(err)
	}
	if err := c.exec(`UPDATE arrangement SET state = ? WHERE id = ?`, state, id); err != nil {
		return err
	}
	return c.turn(sp.Person)
}

// turn makes every judgement of a person that was made before void.
func (c *talk) turn(p ledger.PersonID) error {
	return c.exec(`UPDATE person SET turn = turn + 1 WHERE id = ?`, p)
}

func (c *talk) event(id int64, s arrange.Status, v arrange.Verdict, at time.Time, who, why string) error {
	if err := c.exec(`UPDATE arrangement SET status = ? WHERE id = ?`, string(s), id); err != nil {
		return err
	}
	return c.exec(`INSERT INTO arrangement_event (arrangement, at, status, minor, decided_on, who, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, millis(at), string(s), v.Minor, v.On, who, why)
}

// became notes what became of an arrangement. One that has ended bars contact no more.
func (c *talk) became(id int64, s arrange.Status, v arrange.Verdict, at time.Time, who string) error {
	if err := c.event(id, s, v, at, who, v.Reason); err != nil || !s.Ended() {
		return err
	}
	var state int64
	var person ledger.PersonID
	var kind arrange.Kind
	if err := c.tx.QueryRowContext(c.ctx, `SELECT state, person, kind FROM arrangement WHERE id = ?`, id).Scan(&state, &person, &kind); err != nil {
		return wrap(err)
	}
	if state == 0 || kind == arrange.Promise && (s == arrange.Kept || s == arrange.LateKept) {
		return nil // they were told that contact rests until that day, and a promise kept early is no reason to write sooner
	}
	return c.lifted(state, person, at, who)
}

// lifted ends a state, if it has not ended, and audits that.
func (c *talk) lifted(state int64, person ledger.PersonID, at time.Time, who string) error {
	res, err := c.tx.ExecContext(c.ctx, `UPDATE state SET gone_at = ?, lifted_on = ?, lifted_by = ? WHERE id = ? AND gone_at = 0`, millis(at), millis(at), who, state)
	if err != nil {
		return wrap(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return wrap(err)
	}
	if err := c.exec(`INSERT INTO audit (at, who, what, portfolio, subject) SELECT ?, ?, 'state_lifted', portfolio,
		'state ' || id || ' ' || kind || ' of p' || person FROM state WHERE id = ?`, millis(at), who, state); err != nil {
		return err
	}
	return c.turn(person)
}

// An Arranged is an arrangement as it is stored.
type Arranged struct {
	ID int64
	Speaker
	Agreed
	MadeAt  time.Time
	Source  string
	Paid    int64       // what had come when its status was decided
	Decided ledger.Date // the day that decided; zero: none did
	Reason  string
}

// arrangements reads those of a condition on a, with their parts and the latest word on each.
func (s *Store) arrangements(ctx context.Context, where string, args ...any) (out []Arranged, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = arrangements(ctx, tx, where, args...)
		return err
	})
	return out, err
}

func arrangements(ctx context.Context, tx *sql.Tx, where string, args ...any) (out []Arranged, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT a.id, a.kind, a.person, a.portfolio, a.borrower, a.currency, a.due, a.waived, a.made_at, a.made_on, a.grace,
			a.resumes, a.source, a.status, e.minor, e.decided_on, e.reason
		FROM arrangement a JOIN arrangement_event e ON e.id = (SELECT max(id) FROM arrangement_event x WHERE x.arrangement = a.id) `+where+` ORDER BY a.id`, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a Arranged
		if err := rows.Scan(&a.ID, &a.Kind, &a.Person, &a.Portfolio, &a.Borrower, &a.Currency, &a.Due, &a.Waived, (*msTime)(&a.MadeAt), &a.MadeOn, &a.Grace,
			(*msTime)(&a.Resumes), &a.Source, &a.Status, &a.Paid, &a.Decided, &a.Reason); err != nil {
			return nil, wrap(err)
		}
		out = append(out, a)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap(err)
	}
	for i := range out {
		if err := out[i].readParts(ctx, tx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *Arranged) readParts(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT due_on, minor FROM arrangement_part WHERE arrangement = ? ORDER BY number`, a.ID)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p arrange.Part
		if err := rows.Scan(&p.On, &p.Minor); err != nil {
			return wrap(err)
		}
		a.Parts = append(a.Parts, p)
	}
	return wrap(rows.Err())
}

// Arrangements returns what was agreed with or offered to a person in a portfolio by an instant, the oldest first.
func (s *Store) Arrangements(ctx context.Context, portfolio int64, person ledger.PersonID, at time.Time) ([]Arranged, error) {
	return s.arrangements(ctx, `WHERE a.portfolio = ? AND a.person = ? AND a.made_at <= ?`, portfolio, person, millis(at))
}

// OpenArrangements returns those of a portfolio that are live, offered or wait for an approval.
func (s *Store) OpenArrangements(ctx context.Context, portfolio int64) ([]Arranged, error) {
	return s.arrangements(ctx, `WHERE a.portfolio = ? AND a.status IN ('offered', 'proposed', 'live')`, portfolio)
}

// paidTowards returns what was paid by the borrower of an arrangement since it was made: on a later day, or on the day and
// learnt of later.
func (a *Arranged) paidTowards(ctx context.Context, tx *sql.Tx) (out []arrange.Paid, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT p.paid_on, p.minor FROM loan l JOIN payment p ON p.loan = l.id
		WHERE l.borrower = ? AND l.currency = ? AND p.paid_on >= ? AND p.minor <> 0 AND (p.paid_on > ? OR p.known_at > ?)
			AND p.known_at = (SELECT max(q.known_at) FROM payment q WHERE q.loan = p.loan AND q.key = p.key)`,
		a.Borrower, a.Currency, a.MadeOn, a.MadeOn, millis(a.MadeAt))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p arrange.Paid
		if err := rows.Scan(&p.On, &p.Minor); err != nil {
			return nil, wrap(err)
		}
		out = append(out, p)
	}
	return out, wrap(rows.Err())
}

// offerStands is how long an offer can be taken up.
const offerStands = 14 * 24 * time.Hour

// SettledTalk is what settling arrangements came to, by status.
type SettledTalk map[arrange.Status]int

// SettleTalk lets the payments known decide about what was agreed in a portfolio: promises and plans are kept or broken, offers
// lapse, and whoever said that they had paid is looked for in the feed, once it has caught up. zone is the creditor's.
func (s *Store) SettleTalk(ctx context.Context, portfolio int64, now time.Time, zone *time.Location) (done SettledTalk, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		done, err = (&talk{ctx, tx}).settle(portfolio, now, zone)
		return err
	})
	return done, err
}

func (c *talk) settle(portfolio int64, now time.Time, zone *time.Location) (SettledTalk, error) {
	done := SettledTalk{}
	var fed int64
	if err := c.tx.QueryRowContext(c.ctx, `SELECT payments_as_of FROM portfolio WHERE id = ?`, portfolio).Scan(&fed); err != nil {
		return nil, wrap(err)
	}
	open, err := arrangements(c.ctx, c.tx, `WHERE a.portfolio = ? AND a.status IN ('offered', 'live')`, portfolio)
	if err != nil {
		return nil, err
	}
	fedTo := ledger.Day(instant(fed).In(zone)) - 1
	for i := range open {
		a := &open[i]
		if a.Status == arrange.Offered {
			if now.Sub(a.MadeAt) > offerStands {
				done[arrange.Lapsed]++
				err = c.became(a.ID, arrange.Lapsed, arrange.Verdict{Reason: "Nobody took it up in time."}, now, "duly")
			}
		} else {
			err = c.decide(a, fedTo, now, done)
		}
		if err != nil {
			return nil, err
		}
	}
	return done, errors.Join(c.claims(portfolio, instant(fed), now), c.leftOver(portfolio, now), c.unsent(portfolio, now), c.failedDebits(portfolio, instant(fed), now))
}

func (c *talk) decide(a *Arranged, fedTo ledger.Date, now time.Time, done SettledTalk) error {
	paid, err := a.paidTowards(c.ctx, c.tx)
	if err != nil {
		return err
	}
	v := arrange.Judge(&a.Arrangement, paid, fedTo)
	if !v.Status.Ended() {
		return nil
	}
	done[v.Status]++
	return c.became(a.ID, v.Status, v, now, "payments")
}

// leftOver gives a person every reply of the last days whose answer did not leave, or that had none.
func (c *talk) leftOver(portfolio int64, now time.Time) error {
	return c.exec(`INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours)
		SELECT 'not_answered', id, person, portfolio, borrower, ?, ?, 0, '' FROM unanswered WHERE portfolio = ? AND at >= ?`,
		millis(now), millis(now.Add(24*time.Hour)), portfolio, millis(now.AddDate(0, 0, -45)))
}

// caughtUp is how much later than a claim of payment the feed has to reach before the claim is looked for in it: money is booked on
// the next day.
const caughtUp = 36 * time.Hour

// claims looks for what people said they had paid. A claim that the feed bears out rests contact no more; of one that it does
// not a person has a look, and contact rests until then.
func (c *talk) claims(portfolio int64, fed, now time.Time) error {
	type claim struct {
		state  int64
		person ledger.PersonID
		since  int64
		cause  string
		found  bool
	}
	var claims []claim
	rows, err := c.tx.QueryContext(c.ctx, `SELECT s.id, s.person, s.since, s.cause, EXISTS (SELECT 1 FROM borrower b JOIN loan l ON l.borrower = b.id JOIN payment p ON p.loan = l.id
			WHERE b.person = s.person AND b.portfolio = ? AND p.minor > 0 AND p.paid_on * 86400000 BETWEEN s.since - 10 * 86400000 AND s.since + 2 * 86400000)
		FROM state s WHERE s.gone_at = 0 AND s.kind = 'paid_claim' AND s.portfolio = ? AND s.cause LIKE 'reply %' AND s.since < ? ORDER BY s.id`,
		portfolio, portfolio, millis(fed.Add(-caughtUp)))
	if err != nil {
		return wrap(err)
	}
	for rows.Next() && err == nil {
		var x claim
		err = rows.Scan(&x.state, &x.person, &x.since, &x.cause, &x.found)
		claims = append(claims, x)
	}
	if e := errors.Join(rows.Err(), rows.Close()); err == nil {
		err = e
	}
	for _, x := range claims {
		switch {
		case err != nil:
		case x.found:
			err = c.lifted(x.state, x.person, now, "payments")
		default:
			reply, _ := strconv.ParseInt(strings.TrimPrefix(x.cause, "reply "), 10, 64)
			err = c.exec(`INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours)
				SELECT 'paid_not_found', r.id, r.person, r.portfolio, r.borrower, ?, ?, 0, '' FROM reply r WHERE r.id = ?
					AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id AND d.kind = 'paid_not_found')`,
				millis(now), millis(now.Add(48*time.Hour)), reply)
		}
	}
	return wrap(err)
}

// A DueSoon is a live arrangement of which a part falls due about now, with what has come towards it.
type DueSoon struct {
	Arranged
	PaidSince []arrange.Paid
}

// DueTomorrow returns the live arrangements of a portfolio with a part on the day after today, or a day from that: the
// borrower's own day may be another than the creditor's.
func (s *Store) DueTomorrow(ctx context.Context, portfolio int64, today ledger.Date) (out []DueSoon, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		list, err := arrangements(ctx, tx, `WHERE a.portfolio = ? AND a.status = 'live' AND EXISTS (SELECT 1 FROM arrangement_part p
			WHERE p.arrangement = a.id AND p.due_on BETWEEN ? AND ?)`, portfolio, today, today+2)
		if err != nil {
			return err
		}
		out = make([]DueSoon, len(list))
		for i := range list {
			out[i].Arranged = list[i]
			if out[i].PaidSince, err = list[i].paidTowards(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// PlanTomorrow plans the word that is said on the day before a part falls due. It is planned once.
func (s *Store) PlanTomorrow(ctx context.Context, a *Arranged, part arrange.Part, say *Answering, now time.Time) error {
	if say == nil {
		return nil
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		var said bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM message WHERE person = ? AND portfolio = ? AND treatment = ? AND episode = ?)`,
			a.Person, a.Portfolio, say.Treatment, part.On).Scan(&said)
		if err != nil || said {
			return wrap(err)
		}
		_, err = (&talk{ctx, tx}).plan(&a.Speaker, say, 0, a.ID, part.On, now)
		return err
	})
}

// Arrange stores an arrangement that a person of the desk made.
func (s *Store) Arrange(ctx context.Context, sp Speaker, a *Agreed, who string, now time.Time) (id int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		id, err = (&talk{ctx, tx}).arranged(&sp, a, who, who, now)
		what := "arrangement_agreed"
		if a.Status == arrange.Proposed {
			what = "arrangement_asked"
		}
		return errors.Join(err, s.arrangementDeed(ctx, tx, id, who, what, now))
	})
	return id, err
}

// Arrangement returns one arrangement.
func (s *Store) Arrangement(ctx context.Context, id int64) (Arranged, error) {
	list, err := s.arrangements(ctx, `WHERE a.id = ?`, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Arranged{}, err
	}
	return list[0], nil
}

// Begin lets an arrangement begin that was proposed or offered.
func (s *Store) Begin(ctx context.Context, id int64, who string, now time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		return errors.Join((&talk{ctx, tx}).live(id, now, who, "Approved by "+who+"."), s.arrangementDeed(ctx, tx, id, who, "arrangement_approved", now))
	})
}

// arrangementDeed keeps what somebody did with an arrangement.
func (s *Store) arrangementDeed(ctx context.Context, tx *sql.Tx, id int64, who, what string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (at, who, what, portfolio, subject) SELECT ?, ?, ?, portfolio, 'arrangement ' || id FROM arrangement WHERE id = ?`,
		millis(at), who, what, id)
	return wrap(err)
}

// Withdraw ends an arrangement that is open: refused where it waited for an approval.
func (s *Store) Withdraw(ctx context.Context, id int64, who, reason string, now time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var status arrange.Status
		err := tx.QueryRowContext(ctx, `SELECT status FROM arrangement WHERE id = ?`, id).Scan(&status)
		if errors.Is(err, sql.ErrNoRows) || err == nil && status.Ended() {
			return ErrNotFound
		}
		if err != nil {
			return wrap(err)
		}
		to, what := arrange.Withdrawn, "arrangement_withdrawn"
		if status == arrange.Proposed {
			to, what = arrange.Refused, "arrangement_refused"
		}
		return errors.Join((&talk{ctx, tx}).became(id, to, arrange.Verdict{Reason: reason}, now, who), s.arrangementDeed(ctx, tx, id, who, what, now))
	})
}

// PaidTowards returns what was paid by the borrower of an arrangement since it was made.
func (s *Store) PaidTowards(ctx context.Context, a *Arranged) (paid []arrange.Paid, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		paid, err = a.paidTowards(ctx, tx)
		return err
	})
	return paid, err
}

// ErrMoved says that something else has happened meanwhile.
var ErrMoved = errors.New("store: it has become another thing meanwhile")

// Confirm notes that the lender's system books an arrangement; one that waits for a second person begins, with the parts that a has.
func (s *Store) Confirm(ctx context.Context, id int64, a *Agreed, who string, now time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		c := &talk{ctx, tx}
		var status arrange.Status
		if err := tx.QueryRowContext(ctx, `SELECT status FROM arrangement WHERE id = ?`, id).Scan(&status); err != nil {
			return wrap(err)
		}
		why := "Booked by the lender's system: " + who + "."
		switch {
		case status != a.Status:
			return ErrMoved
		case status == arrange.Live:
			return errors.Join(c.event(id, arrange.Live, arrange.Verdict{}, now, who, why), s.arrangementDeed(ctx, tx, id, who, "arrangement_confirmed", now))
		}
		if err := c.exec(`DELETE FROM arrangement_part WHERE arrangement = ?`, id); err != nil {
			return err
		}
		for i, p := range a.Parts {
			if err := c.exec(`INSERT INTO arrangement_part (arrangement, number, due_on, minor) VALUES (?, ?, ?, ?)`, id, i+1, p.On, p.Minor); err != nil {
				return err
			}
		}
		if err := c.exec(`UPDATE arrangement SET minor = ?, due = ?, made_at = ?, made_on = ? WHERE id = ?`, a.Total(), a.Due, millis(now), a.MadeOn, id); err != nil {
			return err
		}
		return errors.Join(c.live(id, now, who, why), s.arrangementDeed(ctx, tx, id, who, "arrangement_confirmed", now))
	})
}
