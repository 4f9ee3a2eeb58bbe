package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// gather merges streams that are all in the order of persons, so that memory does not grow with the book.
type gather struct {
	ctx  context.Context
	tx   *sql.Tx
	kept *statements
	lite *lite    // nil on PostgreSQL
	pg   *pgBatch // nil on SQLite, and where results may be long
	// opened reads the first row of each stream of pg, once they are there.
	opened []func() error
	w      Within
	asOf   time.Time
	some   some
	d      Dossier

	owing    stream[owingRow]
	turns    stream[int64] // of a second judgement on PostgreSQL
	contacts stream[contactRow]
	tasks    stream[decide.Touch]
	states   stream[guard.State]
	consents stream[guard.Consent]
	duties   stream[guard.Duty]
	done     stream[guard.Duty] // by notices
	replies  stream[Heard]
	causes   stream[LateCause]
	agreed   stream[arrange.Status]
	held     stream[bool]
	last     stream[decisionRow]
	waiting  stream[struct{}]

	persons []int64 // those asked for who have not been met, in order
	rulings map[int64]Ruling
	traits  map[int64]*likeness // where standings tell of loan and borrower; nil where what the lender said is read itself
	likes   *likes
	learnt  bool // of the person, since a standing was made
}

type decisionRow struct {
	at     time.Time
	ruling int64
}

type owingRow struct {
	turn     int64
	wish     string
	borrower BorrowerFacts
	loan     LoanStanding
	asOf     int64 // 0: the standing has to be made anew
	packed   sql.RawBytes
}

type contactRow struct {
	seq       int64
	message   outbox.MessageID
	at        time.Time
	day       ledger.Date
	channel   ledger.Channel
	portfolio int64
	treatment int
	episode   ledger.Date
	loan      ledger.LoanID
	others    string
	address   int64
	result    guard.Result
	maker     Maker
}

// people returns the condition that limits a stream to the persons asked for. Where they lie close together it lets those
// between them through, over whom the streams pass.
func (g *gather) people(column string) (string, []any) {
	if g.w.Persons == nil {
		return g.w.Span.condition(column)
	}
	shift := 0
	if column == "subject" {
		shift = 8 // the record of a person's contacts; an expression on the column would not use its key
	}
	if low, high, ok := reach(g.persons); ok {
		return " AND " + column + " BETWEEN ? AND ?", []any{low << shift, high << shift}
	}
	ids := g.persons
	if shift != 0 {
		ids = make([]int64, len(g.persons))
		for i, p := range g.persons {
			ids[i] = p << shift
		}
	}
	return " AND " + column + " IN (SELECT value FROM json_each(?))", []any{string(appendList(nil, ids))}
}

// open opens the loans, with the persons who owe them, and what was done and said before.
func (g *gather) open() (err error) {
	switch {
	case g.w.Persons == nil && !g.w.All:
		err = g.openPlan()
	case g.w.Again:
		err = g.openAgain()
	default:
		err = g.openLoans()
	}
	if err == nil {
		err = g.openHistory()
	}
	if err != nil || g.pg == nil {
		return err
	}
	return g.fetch()
}

// openPlan reads those whom a plan looks at, from their standings alone: the texts that a standing names by a number
// are in memory. It reads nobody's turn and no reference, of which a plan has no need.
func (g *gather) openPlan() (err error) {
	if g.traits, err = traits(g.ctx, g.tx); err != nil {
		return err
	}
	more, join := g.some.columns("s.address")
	return openStream(g, &g.owing, `SELECT s.person, s.loan, s.as_of, s.packed`+more+` FROM standing s`+join+`
		WHERE s.portfolio = ? AND s.due_from <= ?`, "s.person", " ORDER BY s.person, s.loan",
		[]any{g.w.Portfolio, int64(g.w.On) + int64(g.w.Ahead)},
		func(r *owingRow) []any {
			return append([]any{number(&r.loan.ID), number(&r.asOf), &r.packed}, g.some.fields(r)...)
		})
}

// openAgain reads the persons asked for from their standings, with their turns.
func (g *gather) openAgain() (err error) {
	if g.traits, err = g.likes.all(g.ctx, g.tx); err != nil {
		return err
	}
	more, join := g.some.columns("s.address")
	if g.pg != nil {
		return g.openNarrow(more, join)
	}
	return openStream(g, &g.owing, `SELECT s.person, p.turn, `+againColumns+more+`
		FROM standing s JOIN person p ON p.id = s.person`+join+`
		WHERE s.portfolio = ?`, "s.person", " ORDER BY s.person, s.loan", []any{g.w.Portfolio},
		func(r *owingRow) []any { return append([]any{number(&r.turn)}, g.again(r)...) })
}

// againColumns are what a second judgement reads of a standing, and again where they go.
const againColumns = `s.borrower_ref, s.loan_ref, s.loan, s.as_of, s.packed`

func (g *gather) again(r *owingRow) []any {
	return append([]any{(*ref)(&r.borrower.Ref), (*ref)(&r.loan.Ref), number(&r.loan.ID), number(&r.asOf), &r.packed}, g.some.fields(r)...)
}

// openLoans reads the loans of everybody, or of the persons asked for.
func (g *gather) openLoans() error {
	more, join := g.some.columns("f.address")
	return openStream(g, &g.owing, `SELECT s.person, p.turn, b.id, b.ref, b.fact, f.language, f.zone, f.country, f.region, f.locality, f.age,
		f.phone_kind, f.address, f.wish, s.loan, l.ref, s.product, s.currency, s.closed_on, s.as_of, s.packed`+more+`
		FROM standing s JOIN person p ON p.id = s.person JOIN borrower b ON b.id = s.borrower
		JOIN borrower_fact f ON f.id = b.fact JOIN loan l ON l.id = s.loan`+join+`
		WHERE s.portfolio = ?`, "s.person", " ORDER BY s.person, s.loan", []any{g.w.Portfolio},
		func(r *owingRow) []any {
			b, l := &r.borrower, &r.loan
			return append([]any{
				number(&r.turn), number(&b.ID), &b.Ref, number(&b.Fact), &b.Language, &b.Zone, &b.Country, &b.Region, &b.Locality, number(&b.Age),
				number(&b.PhoneKind), number(&b.Address), &r.wish, number(&l.ID), &l.Ref, &l.Product, &l.Currency, number(&l.ClosedOn),
				number(&r.asOf), &r.packed,
			}, g.some.fields(r)...)
		})
}

// remembered is for how many days contacts count: a cap's window and a strategy's episode lie well within it.
const remembered = 400

// openHistory opens what was done and said before.
func (g *gather) openHistory() error {
	p := g.w.Portfolio
	since := int64(g.w.On) - remembered
	recent, args := " AND day >= ?", []any{since}
	if g.w.Persons != nil {
		recent, args = "", nil // the number of the last slot is wanted, however old it is
	}
	err := openStream(g, &g.contacts, `SELECT subject>>8, `+contactColumnsOf+` FROM contact c
		WHERE subject & 255 = 0`+recent, "subject", " ORDER BY subject, seq", args, (*contactRow).fields)
	if err == nil {
		err = openStream(g, &g.tasks, `SELECT person, made_on, treatment, episode FROM task WHERE portfolio = ? AND made_on >= ?`,
			"person", " ORDER BY person, made_on", []any{p, since},
			func(t *decide.Touch) []any { return []any{&t.On, &t.Treatment, &t.Episode} })
	}
	if err == nil {
		err = openStream(g, &g.states, `SELECT person, `+stateFields+` FROM state WHERE gone_at = 0 AND person <> 0`, "person",
			" ORDER BY person, id", nil, scanState)
	}
	if err == nil && g.some.consents {
		err = openStream(g, &g.consents, `SELECT person, `+consentFields+` FROM consent WHERE gone_at = 0 AND (withdrawn = 1 OR portfolio IN `+sameCreditor+`)`,
			"person", " ORDER BY person, id", []any{p}, scanConsent)
	}
	if err == nil && g.some.duties {
		err = openStream(g, &g.duties, `SELECT person, `+dutyFields+` FROM duty WHERE gone_at = 0 AND portfolio IN `+sameCreditor, "person",
			" ORDER BY person, id", []any{p}, scanDuty)
	}
	if err == nil && g.some.notices {
		err = openStream(g, &g.done, noticesDone, "n.person", " ORDER BY n.person, n.fence", []any{int64(math.MaxInt64)}, scanDuty)
	}
	if err == nil {
		err = openStream(g, &g.replies, `SELECT person, at, sender, channel FROM reply WHERE person <> 0`, "person", " ORDER BY person, at", nil,
			func(h *Heard) []any { return []any{(*msTime)(&h.At), &h.Address, &h.Channel} })
	}
	if err == nil {
		err = g.openTalk()
	}
	if err == nil {
		err = openStream(g, &g.held, `SELECT person, held FROM holdout WHERE portfolio = ?`, "person", " ORDER BY person", []any{p},
			func(h *bool) []any { return []any{h} })
	}
	if err == nil && g.w.Persons == nil {
		if g.rulings, err = rulings(g.ctx, g.tx); err == nil {
			err = openStream(g, &g.last, `SELECT person, at, ruling FROM decision WHERE portfolio = ?`, "person", " ORDER BY person", []any{p},
				func(d *decisionRow) []any { return []any{(*msTime)(&d.at), &d.ruling} })
		}
	}
	if err == nil && g.w.Persons == nil {
		err = openStream(g, &g.waiting, `SELECT w.person FROM (SELECT m.person FROM batch b CROSS JOIN message m
			WHERE b.next < b.count AND m.id BETWEEN b.first + b.next AND b.first + b.count - 1 AND b.portfolio = ?
			UNION SELECT m.person FROM requeue q CROSS JOIN message m WHERE m.id = q.message AND m.portfolio = ?) w WHERE w.person > 0`, "w.person", " ORDER BY 1", []any{p, p},
			func(*struct{}) []any { return nil })
	}
	return err
}

// next fills the dossier of the next person.
func (g *gather) next() error {
	d := &g.d
	*d = Dossier{
		Person: ledger.PersonID(g.owing.person), Turn: g.owing.row.turn, Portfolio: g.w.Portfolio, PaymentsAsOf: g.asOf,
		Borrowers: d.Borrowers[:0], Loans: d.Loans[:0], Touches: d.Touches[:0], Contacts: d.Contacts[:0], States: d.States[:0],
		Consents: d.Consents[:0], Duties: d.Duties[:0], By: d.By[:0], Heard: d.Heard[:0], loanIDs: d.loanIDs[:0],
	}
	g.learnt = false
	person := g.owing.person
	if err := g.turns.take(person, func(t *int64) { d.Turn = *t }); err != nil {
		return err
	}
	var unread error
	if err := g.owing.take(person, func(r *owingRow) { unread = errors.Join(unread, g.addLoan(r)) }); err != nil || unread != nil {
		return errors.Join(err, unread)
	}
	own, since := g.w.Trying[d.Person], g.w.On-remembered
	err := g.contacts.take(person, func(r *contactRow) {
		d.LastSeq, d.OwnSeq = r.seq, 0
		if r.day < since {
			return
		}
		if own != 0 && r.message == own {
			d.OwnSeq = r.seq
		}
		d.addContact(r, g.w.Portfolio)
	})
	d.dropOwn()
	if err == nil {
		err = g.tasks.take(person, func(t *decide.Touch) { t.Channel = ledger.Task; d.addTouch(*t) })
	}
	if err == nil {
		err = g.states.take(person, func(s *guard.State) { d.States = append(d.States, *s) })
	}
	g.derive()
	if err == nil {
		err = g.consents.take(person, func(c *guard.Consent) { d.Consents = append(d.Consents, *c) })
	}
	if err == nil {
		err = g.duties.take(person, func(u *guard.Duty) { d.Duties = append(d.Duties, *u) })
	}
	if err == nil {
		err = g.done.take(person, func(u *guard.Duty) { d.Duties = append(d.Duties, *u) })
	}
	if err == nil {
		err = g.replies.take(person, func(h *Heard) { d.hear(*h) })
	}
	if err == nil {
		err = g.talked(person)
	}
	if err == nil {
		err = g.held.take(person, func(h *bool) { held := *h; d.Held = &held })
	}
	if err == nil {
		err = g.last.take(person, func(l *decisionRow) { d.Last = Decision{l.at, g.rulings[l.ruling]} })
	}
	if err == nil {
		err = g.waiting.take(person, func(*struct{}) { d.Waiting = true })
	}
	return err
}

// addLoan adds a loan as it was read, and its borrower when it is the first of them.
func (g *gather) addLoan(r *owingRow) error {
	var p packed
	if err := p.unpack(r.packed); err != nil {
		return err
	}
	b, l := &r.borrower, &r.loan
	if g.traits != nil {
		t, err := g.trait(p.trait, r.asOf)
		if err != nil {
			return err
		}
		number, ref := b.Number, b.Ref
		*b = t.borrower
		b.Number, b.Ref, b.ID, b.Fact, b.Age, b.PhoneKind, b.Address = number, ref, p.borrower, p.fact, p.age, p.phoneKind, p.address
		l.Product, l.Currency, l.ClosedOn = t.loan.Product, t.loan.Currency, p.closedOn
	} else {
		var err error
		if b.Wish, err = parseWish(r.wish); err != nil {
			return err
		}
	}
	if l.Standing = p.standing; r.asOf == 0 {
		g.learnt = g.learnt || g.w.Again
		l.Standing.AsOf = 0 // something was learnt since it was packed
	}
	if l.Ref == "" && g.w.Again {
		g.learnt = true // an older version made the standing
	}
	l.Stale = !l.Standing.Holds(g.w.On)
	d := &g.d
	if n := len(d.Borrowers); n == 0 || d.Borrowers[n-1].ID != b.ID {
		d.Borrowers = append(d.Borrowers, *b)
	}
	l.Borrower = len(d.Borrowers) - 1
	d.Loans = append(d.Loans, *l)
	return nil
}

// trait returns the trait of a standing, by its number.
func (g *gather) trait(id, asOf int64) (*likeness, error) {
	t := g.traits[id]
	if t == nil && asOf != 0 && g.w.Again {
		// It was stored after the others were read.
		var err error
		if g.traits, err = g.likes.anew(g.ctx, g.tx); err != nil {
			return nil, err
		}
		t = g.traits[id]
	}
	switch {
	case t != nil:
		return t, nil
	case asOf == 0:
		return &likeness{}, nil // an import has brought the loan, and it was never packed
	}
	return nil, errPacked
}

// dropOwn takes the slot of the message that is being tried again out of the count, if it is the newest.
func (d *Dossier) dropOwn() {
	if d.OwnSeq == 0 {
		return
	}
	d.Contacts, d.By = d.Contacts[:len(d.Contacts)-1], d.By[:len(d.By)-1]
	if n := len(d.Touches); n > 0 {
		d.Touches = d.Touches[:n-1]
	}
}

// addTouch keeps Touches oldest first: a task is put before later contacts.
func (d *Dossier) addTouch(t decide.Touch) {
	i := len(d.Touches)
	for i > 0 && d.Touches[i-1].On > t.On {
		i--
	}
	d.Touches = append(d.Touches, decide.Touch{})
	copy(d.Touches[i+1:], d.Touches[i:])
	d.Touches[i] = t
}

func joinClose(err error, g *gather) error {
	for _, c := range []interface{ close() error }{
		&g.owing, &g.turns, &g.contacts, &g.tasks, &g.states, &g.consents, &g.duties, &g.done, &g.replies, &g.causes, &g.agreed, &g.held, &g.last, &g.waiting,
	} {
		if e := c.close(); err == nil && e != nil {
			err = wrap(e)
		}
	}
	return err
}
