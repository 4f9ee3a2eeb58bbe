package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Roll keys a sum. What says what is summed, and which words it has:
//
//	message      messages planned on Day: Stage, State and Reason as Counts has them
//	act          the same messages: Stage, Name (the treatment's number), Carrier, State
//	sent         messages that were handed over on Day, and their parts: Carrier
//	nth          sent messages planned on Day: Name is how many contacts of the same lateness it makes, "01" to "10" (and more)
//	reply        replies of Day: Name is the meaning as corrected, State how it was answered
//	arrangement  what was agreed on Day: Name is the kind, State what became of it
//	hold         persons held by their latest decision, as last counted on Day: Stage, Reason (the rule)
type Roll struct {
	Portfolio int64       `json:"p"`
	What      string      `json:"w"`
	Day       ledger.Date `json:"d"`
	Stage     string      `json:"s,omitempty"`
	Name      string      `json:"n,omitempty"`
	Carrier   string      `json:"c,omitempty"`
	State     string      `json:"t,omitempty"`
	Reason    string      `json:"r,omitempty"`
	Unit      string      `json:"u,omitempty"`
}

// Sums are what a Roll counts.
type Sums struct {
	N          int64 `json:"vn"`
	Parts      int64 `json:"vp,omitempty"`  // of messages that a carrier took, or may have
	Replied    int64 `json:"vr,omitempty"`  // messages that were followed by a reply before the next message (measure.Follow)
	Stopped    int64 `json:"vs,omitempty"`  // of which one asked to be left alone
	Complained int64 `json:"vc,omitempty"`  // or complained
	Opened     int64 `json:"vo,omitempty"`  // messages by which somebody came in at the borrower's page
	LetIn      int64 `json:"vl,omitempty"`  // messages that would let their reader in there
	Paid       int64 `json:"va,omitempty"`  // messages that were followed by a payment
	Chased     int64 `json:"vh,omitempty"`  // messages about what had been paid already, as was heard later
	Minor      int64 `json:"vm,omitempty"`  // messages: what was paid then; arrangements: what was agreed
	Came       int64 `json:"vca,omitempty"` // arrangements: what came of it
}

// values are the sums in the order of the columns.
func (s *Sums) values() []*int64 {
	return []*int64{&s.N, &s.Parts, &s.Replied, &s.Stopped, &s.Complained, &s.Opened, &s.LetIn, &s.Paid, &s.Chased, &s.Minor, &s.Came}
}

const sumColumns = `n, parts, replied, stopped, complained, opened, let_in, paid, chased, minor, came`

func (s *Sums) add(o Sums, sign int64) {
	from := o.values()
	for i, v := range s.values() {
		*v += sign * *from[i]
	}
}

// A Rolled is one sum.
type Rolled struct {
	Roll
	Sums
}

// tally collects what a piece gives to the sums.
type tally map[Roll]Sums

func (t tally) add(k Roll, v Sums) {
	s := t[k]
	s.add(v, 1)
	t[k] = s
}

// both adds to the sums of a day and of its month, so that a year is read by months.
func (t tally) both(k Roll, v Sums) {
	t.add(k, v)
	k.What, k.Day = k.What+byMonth, monthOfDay(k.Day)
	t.add(k, v)
}

// byMonth marks sums of a whole month; their day is its first.
const byMonth = "/month"

// monthOfDay is the first day of a day's month.
func monthOfDay(d ledger.Date) ledger.Date { return ledger.Day(monthOf(d)) }

// list is the tally in a fixed order, so that those who add to the same sums do it in the same order.
func (t tally) list() []Rolled {
	out := make([]Rolled, 0, len(t))
	for k, v := range t {
		if v != (Sums{}) {
			out = append(out, Rolled{k, v})
		}
	}
	slices.SortFunc(out, func(a, b Rolled) int {
		return cmp.Or(cmp.Compare(a.Portfolio, b.Portfolio), cmp.Compare(a.What, b.What), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Stage, b.Stage),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Carrier, b.Carrier), cmp.Compare(a.State, b.State), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Unit, b.Unit))
	})
	return out
}

// What is said of a piece for how long. A message's receipts are looked for eight days; what follows it is counted for a month. A piece
// is counted a last time when it is older than rollFor, and never again.
const (
	rollFor    = 50 * 24 * time.Hour
	rollFresh  = 2 * 24 * time.Hour
	rollBusy   = 12 * 24 * time.Hour // receipts and payments are frequent
	rollAtOnce = 64                  // pieces in one call, where not all are asked for
	rollNever  = math.MaxInt64
)

// Bits of a piece: how many numbers of its table it spans.
const (
	messageBits = 12
	talkBits    = 10
)

// A RollAsk says when it is and where portfolios are.
type RollAsk struct {
	Civil time.Time
	Wire  time.Time                            // real; zero with All: whatever the clock was when the store was folded last
	Zone  func(portfolio int64) *time.Location // nil is UTC
	// All asks for every piece that may have changed, and not only for those whose turn it is: whoever reports from a store that
	// nobody else keeps folding.
	All bool
}

// Roll folds what is new into the sums, each thing once, whoever else folds at the same time, and wherever one of them stops: a piece and
// what it gives to the sums change in one transaction, which its version lets only one win. It returns how many pieces were counted,
// and whether more are due.
func (s *Store) Roll(ctx context.Context, ask RollAsk) (counted int, more bool, err error) {
	f := folding{Store: s, ctx: ctx, ask: ask}
	if err := f.marks(); err != nil {
		return 0, false, err
	}
	due, err := f.due()
	if err != nil {
		return 0, false, err
	}
	for _, p := range due {
		if err := ctx.Err(); err != nil {
			return counted, true, err
		}
		did, err := f.look(p)
		if err != nil {
			return counted, true, err
		}
		if did {
			counted++
		}
	}
	return counted, !ask.All && len(due) == rollAtOnce, nil
}

// folding is one call of Roll.
type folding struct {
	*Store
	ctx context.Context
	ask RollAsk
}

// A rollPiece is a row of roll_piece.
type rollPiece struct {
	kind                                 string
	number, version, dueAt, rest, newest int64
	prints, said                         string
}

func (f *folding) due() (out []rollPiece, err error) {
	until, limit := millis(f.ask.Wire), rollAtOnce
	if f.ask.All {
		until, limit = millis(f.ask.Wire.Add(2*time.Hour)), math.MaxInt32
		if f.ask.Wire.IsZero() {
			until = rollNever - 1
		}
	}
	rows, err := f.read.QueryContext(f.ctx, `SELECT kind, piece, version, due_at, rest, newest, prints, said FROM roll_piece WHERE due_at <= ? ORDER BY due_at LIMIT ?`, until, limit)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p rollPiece
		if err := rows.Scan(&p.kind, &p.number, &p.version, &p.dueAt, &p.rest, &p.newest, &p.prints, &p.said); err != nil {
			return nil, wrap(err)
		}
		out = append(out, p)
	}
	return out, wrap(rows.Err())
}

// look finds out whether a piece has changed, and counts it where it has.
func (f *folding) look(p rollPiece) (bool, error) {
	old := f.ask.Civil.Sub(instant(p.newest)) > rollFor
	t, prints, changed := tally{}, p.prints, true
	err := f.view(f.ctx, func(tx *sql.Tx) (err error) {
		switch p.kind {
		case "message":
			if prints, err = f.prints(tx, &p); err != nil {
				return err
			}
			if changed = prints != p.prints || old; changed {
				err = f.messages(tx, &p, t)
			}
		case "reply":
			err = f.replies(tx, &p, t)
		case "arrangement":
			err = f.arrangements(tx, &p, t)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	said := p.said
	if changed {
		b, err := json.Marshal(t.list())
		if err != nil {
			return false, wrap(err)
		}
		changed = string(b) != p.said
		said = string(b)
	}
	due, rest := f.next(&p, t, changed)
	return changed, f.save(&p, t, said, prints, due, rest, changed)
}

// next says when a piece is looked at again: soon after a change, then after pauses that double, as long as something may still come.
func (f *folding) next(p *rollPiece, t tally, changed bool) (due, rest int64) {
	age := f.ask.Civil.Sub(instant(p.newest))
	most := time.Minute
	switch {
	case p.kind == "arrangement":
		return rollNever, 0 // an event says when it changes
	case age > rollFor:
		if p.kind == "reply" && t.open() {
			return millis(f.ask.Wire.Add(24 * time.Hour)), 0
		}
		return rollNever, 0
	case age > rollBusy:
		most = 24 * time.Hour
	case age > rollFresh:
		most = time.Hour
	}
	pause := 4 * time.Second
	if !changed {
		pause = max(pause, 2*time.Duration(p.rest)*time.Millisecond)
	}
	pause = min(pause, most)
	return millis(f.ask.Wire.Add(pause)), pause.Milliseconds()
}

// open says that a reply of the piece still waits for its answer.
func (t tally) open() bool {
	for k, v := range t {
		if k.What == "reply" && (k.State == "waiting" || k.State == "unanswered") && v.N > 0 {
			return true
		}
	}
	return false
}

// save stores what was counted, and the difference in the sums. Where somebody else has counted the piece meanwhile, or has said that
// it has to be counted anew, nothing changes: it stays due.
func (f *folding) save(p *rollPiece, t tally, said, prints string, due, rest int64, changed bool) error {
	var before []Rolled
	if changed && p.said != "" {
		if err := json.Unmarshal([]byte(p.said), &before); err != nil {
			return wrap(err)
		}
	}
	diff := tally{}
	if changed {
		for k, v := range t {
			diff.add(k, v)
		}
		for _, b := range before {
			v := diff[b.Roll]
			v.add(b.Sums, -1)
			diff[b.Roll] = v
		}
	}
	return f.transaction(f.ctx, anyone, func(tx *sql.Tx, _ direct) error {
		res, err := tx.ExecContext(f.ctx, `UPDATE roll_piece SET version = version + 1, due_at = ?, rest = ?, prints = ?, said = ?, newest = ? WHERE kind = ? AND piece = ? AND version = ?`,
			due, rest, prints, said, p.newest, p.kind, p.number, p.version)
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return wrap(err)
		}
		return addSums(f.ctx, tx, diff)
	})
}

// addSums adds to the sums.
func addSums(ctx context.Context, tx *sql.Tx, diff tally) error {
	const query = `INSERT INTO roll_sum (portfolio, what, day, stage, name, carrier, state, reason, unit, ` + sumColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (portfolio, what, day, stage, name, carrier, state, reason, unit) DO UPDATE SET n = roll_sum.n + excluded.n, parts = roll_sum.parts + excluded.parts,
			replied = roll_sum.replied + excluded.replied, stopped = roll_sum.stopped + excluded.stopped, complained = roll_sum.complained + excluded.complained,
			opened = roll_sum.opened + excluded.opened, let_in = roll_sum.let_in + excluded.let_in, paid = roll_sum.paid + excluded.paid,
			chased = roll_sum.chased + excluded.chased, minor = roll_sum.minor + excluded.minor, came = roll_sum.came + excluded.came`
	list := diff.list()
	if len(list) == 0 {
		return nil
	}
	st, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = st.Close() }()
	for i := range list {
		k, v := &list[i].Roll, &list[i].Sums
		args := []any{k.Portfolio, k.What, k.Day, k.Stage, k.Name, k.Carrier, k.State, k.Reason, k.Unit}
		for _, n := range v.values() {
			args = append(args, *n)
		}
		if _, err := st.ExecContext(ctx, args...); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// dayOf is the day of an instant where a portfolio is; of one that is in nobody's configuration in UTC.
func (f *folding) dayOf(portfolio, ms int64) ledger.Date {
	zone := time.UTC
	if f.ask.Zone != nil {
		if z := f.ask.Zone(portfolio); z != nil {
			zone = z
		}
	}
	return ledger.Day(instant(ms).In(zone))
}
