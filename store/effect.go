package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// Effects are what a reply sets off beside the state that it begins, in the transaction that stores it. The zero Effects
// leave the reply to be found among the unanswered.
type Effects struct {
	Until    time.Time   // when the state that Suppress names ends by itself; zero: when it is lifted
	ReviewOn ledger.Date // when somebody looks at that state again
	Agreed   *Agreed     // something that is agreed by it
	Confirm  bool        // what it takes up begins when the lender confirms it
	Take     int         // it takes up the plan of so many instalments that was offered; 0 means none
	Answer   *Answering  // a text that answers it
	Desk     *Desking    // a person has to look at it
	Cause    string      // why the payment is late, where the reply says so
	Quiet    bool        // it needs no answer
}

// An Agreed is an arrangement to store.
type Agreed struct {
	arrange.Arrangement
	Status   arrange.Status
	Currency ledger.Currency
	Due      int64     // what was overdue
	Waived   int64     // what is let off
	Resumes  time.Time // when contact may go on if nothing comes; zero: payments decide
}

// An Answering is a text that answers a reply, handed over like every other: judged, fenced, counted.
type Answering struct {
	Kind      string
	Treatment int
	Loan      ledger.LoanID // the loan that leads
	Edition   int64
	Carrier   string
	On        ledger.Date // the borrower's day
	NotAfter  time.Time
	AnswerBy  ledger.Date // the day by which a person answers; zero: none is said
}

// A Desking is something that waits for a person.
type Desking struct {
	Kind   string
	DueAt  time.Time
	Urgent bool
	Hours  string // of a call: those asked for; empty means any
}

// follow lets a reply do what it does beside beginning a state. settled says that the state was there before.
func (c *commit) follow(reply int64, r *Reply, persons []ledger.PersonID, settled bool) error {
	f := replyEffect{c, reply, r, r.Effects}
	if len(persons) == 0 {
		return f.toDesk(&Desking{Kind: "unknown_sender", DueAt: c.st.back().Add(48 * time.Hour)})
	}
	if r.Cause != "" {
		if err := f.cause(); err != nil {
			return err
		}
	}
	quiet := f.e.Quiet
	var arrangement int64
	var err error
	switch {
	case r.Take > 0:
		arrangement, err = f.take()
	case r.Agreed != nil:
		arrangement, err = f.agree()
	}
	if err != nil {
		return err
	}
	if f.e.Desk != nil {
		err = errors.Join(err, f.toDesk(f.e.Desk))
	}
	if f.e.Answer != nil && !settled {
		err = errors.Join(err, f.answer(arrangement))
	}
	if settled || quiet {
		_, e := c.tx.ExecContext(c.ctx, `UPDATE reply SET handled = 1 WHERE id = ?`, reply)
		err = errors.Join(err, wrap(e))
	}
	return err
}

// A replyEffect is one reply on its way.
type replyEffect struct {
	*commit
	reply int64
	r     *Reply
	e     Effects
}

func (f *replyEffect) toDesk(d *Desking) error {
	sp := &f.r.Speaker
	_, err := f.tx.ExecContext(f.ctx, `INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.Kind, f.reply, sp.Person, sp.Portfolio, sp.Borrower, millis(f.st.back()), millis(d.DueAt), d.Urgent, d.Hours)
	return wrap(err)
}

func (f *replyEffect) cause() error {
	sp := &f.r.Speaker
	_, err := f.tx.ExecContext(f.ctx, `INSERT INTO late_cause (person, portfolio, borrower, at, cause, source, digest) VALUES (?, ?, ?, ?, ?, ?, x'')`,
		sp.Person, sp.Portfolio, sp.Borrower, millis(f.st.back()), f.r.Cause, replySource(f.reply))
	return wrap(err)
}

func replySource(reply int64) string { return "reply " + strconv.FormatInt(reply, 10) }

// byPerson leaves the matter to a person, and answers no more than that.
func (f *replyEffect) byPerson(kind string) {
	f.e.Desk = &Desking{Kind: kind, DueAt: f.st.back().Add(48 * time.Hour)}
	if f.e.Answer != nil {
		a := *f.e.Answer
		a.Kind, a.Treatment, a.AnswerBy = AnswerReceived, TreatmentReceived, a.On+2
		f.e.Answer = &a
	}
}

// agree stores what is agreed. It takes the place of an earlier promise; while a plan is live, and after two promises that were
// broken one after the other, a person decides.
func (f *replyEffect) agree() (int64, error) {
	a := *f.r.Agreed
	sp := &f.r.Speaker
	var plans, broken int
	err := f.tx.QueryRowContext(f.ctx, `SELECT count(*) FROM arrangement WHERE person = ? AND portfolio = ? AND status = 'live' AND kind IN ('plan', 'extension', 'settlement')
		AND currency = ?`, sp.Person, sp.Portfolio, a.Currency).Scan(&plans)
	if err == nil {
		err = f.tx.QueryRowContext(f.ctx, `SELECT count(*) FROM (SELECT status FROM arrangement WHERE person = ? AND portfolio = ? AND kind = 'promise'
			AND status IN ('kept', 'late_kept', 'part_kept', 'broken') ORDER BY id DESC LIMIT 2) l WHERE status = 'broken'`, sp.Person, sp.Portfolio).Scan(&broken)
	}
	if err != nil {
		return 0, wrap(err)
	}
	if plans > 0 || broken > 1 {
		f.byPerson("promise")
		return 0, nil
	}
	return f.talk().arranged(sp, &a, replySource(f.reply), "borrower", f.st.back())
}

// take takes up a plan that was offered, if one of so many instalments still can be.
func (f *replyEffect) take() (int64, error) {
	sp := &f.r.Speaker
	var id int64
	var first, made ledger.Date
	err := f.tx.QueryRowContext(f.ctx, `SELECT a.id, a.made_on, (SELECT min(due_on) FROM arrangement_part p WHERE p.arrangement = a.id) FROM arrangement a
		WHERE a.person = ? AND a.portfolio = ? AND a.status = 'offered' AND (SELECT count(*) FROM arrangement_part p WHERE p.arrangement = a.id) = ?
		ORDER BY a.id DESC LIMIT 1`, sp.Person, sp.Portfolio, f.r.Take).Scan(&id, &made, &first)
	if errors.Is(err, sql.ErrNoRows) || err == nil && f.r.Answer != nil && first < f.r.Answer.On {
		f.byPerson("plan_request")
		return 0, nil
	}
	if err != nil {
		return 0, wrap(err)
	}
	if f.r.Confirm {
		return id, f.talk().event(id, arrange.Proposed, arrange.Verdict{}, f.st.back(), "borrower", "Taken up by "+replySource(f.reply)+"; the lender confirms it.")
	}
	return id, f.talk().live(id, f.st.back(), "borrower", "Taken up by "+replySource(f.reply)+".")
}

// answersADay is how many answers one person gets on a day by themselves: more is a talk, which is for people.
const answersADay = 3

// answer plans the text that answers. It leaves before what is routine.
func (f *replyEffect) answer(arrangement int64) error {
	a, sp := f.e.Answer, &f.r.Speaker
	var today int
	err := f.tx.QueryRowContext(f.ctx, `SELECT count(*) FROM answer a CROSS JOIN message m WHERE a.person = ? AND m.id = a.message AND m.planned_on = ?`,
		sp.Person, a.On).Scan(&today)
	if err != nil {
		return wrap(err)
	}
	if today >= answersADay && a.Kind != AnswerStop && a.Kind != AnswerWrongPerson {
		if f.e.Desk != nil {
			return nil
		}
		return f.toDesk(&Desking{Kind: "talk", DueAt: f.st.back().Add(48 * time.Hour)})
	}
	_, err = f.talk().plan(sp, a, f.reply, arrangement, ledger.Date(f.reply), f.st.back())
	return err
}

// plan stores an answer as a message that waits, and returns its number; 0 where there is one like it.
func (c *talk) plan(sp *Speaker, a *Answering, reply, arrangement int64, episode ledger.Date, at time.Time) (outbox.MessageID, error) {
	from := outbox.FirstOf(at)
	to := outbox.FirstOf(from.Month().AddDate(0, 1, 0))
	last := int64(from)
	err := c.tx.QueryRowContext(c.ctx, `SELECT first + count - 1 FROM batch WHERE first >= ? AND first < ? ORDER BY first DESC LIMIT 1`, from, to).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, wrap(err)
	}
	id := outbox.MessageID(last + 1)
	if id >= to {
		return 0, fmt.Errorf("store: the numbers of %s are used up", from.Month().Format("2006-01"))
	}
	var batch int64
	if err := c.tx.QueryRowContext(c.ctx, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count, next, urgency)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1, 1, 1) RETURNING id`, sp.Portfolio, a.Edition, a.Carrier, millis(at), millis(at), millis(a.NotAfter), id).Scan(&batch); err != nil {
		return 0, wrap(err)
	}
	res, err := c.tx.ExecContext(c.ctx, `INSERT OR IGNORE INTO message (id, batch, person, portfolio, borrower, loan, stage, treatment, episode, planned_on)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, batch, sp.Person, sp.Portfolio, sp.Borrower, a.Loan, AnswerStage, a.Treatment, episode, a.On)
	if err != nil {
		return 0, wrap(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, wrap(err)
	}
	if _, err := c.tx.ExecContext(c.ctx, `INSERT INTO requeue (message, not_before, not_after) VALUES (?, ?, ?)`, id, millis(at), millis(a.NotAfter)); err != nil {
		return 0, wrap(err)
	}
	_, err = c.tx.ExecContext(c.ctx, `INSERT INTO answer (message, kind, reply, person, address, arrangement, answer_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, a.Kind, reply, sp.Person, sp.Address, arrangement, a.AnswerBy)
	return id, wrap(err)
}
