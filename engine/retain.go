package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// Retention says when messages are given up, with all that is of them. The zero Retention keeps everything.
type Retention struct {
	On bool
	// Months is how long a message is kept at least, from the month in which it was planned; what the rulebooks ask for beyond it is kept as well.
	// 0 leaves it to the rulebooks alone: a portfolio whose rulebooks say nothing keeps everything.
	Months int
	// Rows are kinds of other rows that are given up, each with the months after which; what is not named is kept.
	Rows map[store.RowKind]int
}

// A RowsGone is how many rows of a kind went, or would go, in a portfolio; in none where those are of people who are nobody's borrower.
type RowsGone struct {
	Portfolio string
	Kind      store.RowKind
	Months    int // as it is set; the rulebooks may keep it longer
	Rows      int64
}

// KeptLonger returns the binding rule of the portfolio's rulebooks that keeps records longer than so many months; nil where none does. A setting that
// says less is refused.
func (p *Portfolio) KeptLonger(months int) *law.Rule {
	for _, b := range p.Lawbook.Books() {
		for i := range b.Rules {
			if r := &b.Rules[i]; keepsRecords(r) && r.Keep.Years*12+r.Keep.Months > months {
				return r
			}
		}
	}
	return nil
}

// keepsRecords says whether a rule has records of contact kept.
func keepsRecords(r *law.Rule) bool {
	return r.Kind == law.Records && r.Confidence == law.Binding && (r.Keep.What == "records" || r.Keep.What == "messages")
}

// RetainRows gives up the rows that nobody has to keep, kind by kind; dry counts them and gives nothing up.
func (e *Engine) RetainRows(ctx context.Context, of Retention, who string, dry bool, now time.Time) (out []RowsGone, err error) {
	for _, p := range e.Books() {
		for _, kind := range store.RowKinds {
			months, ok := of.Rows[kind]
			if !ok {
				continue
			}
			one := RowsGone{Portfolio: p.Ref, Kind: kind, Months: months}
			if dry {
				one.Rows, err = e.Store.RowsToGo(ctx, kind, p.row.ID, now, p.Keeps(months))
			} else {
				one.Rows, err = e.Store.RetainRows(ctx, kind, p.row.ID, now, p.Keeps(months), who)
			}
			if err != nil {
				return out, fmt.Errorf("engine: retention of %s: %w", kind, err)
			}
			out = append(out, one)
		}
	}
	return e.strangersWords(ctx, of, who, dry, now, out)
}

// strangersWords does it for the words of people whose numbers were no borrower's, such as who has taken over a number: they lie in no
// portfolio, and wait as long as the longest of all of them asks. Nothing is said of them where none go.
func (e *Engine) strangersWords(ctx context.Context, of Retention, who string, dry bool, now time.Time, out []RowsGone) ([]RowsGone, error) {
	months, ok := of.Rows[store.ReplyWords]
	if !ok {
		return out, nil
	}
	one := RowsGone{Kind: store.ReplyWords, Months: months}
	longest := store.Keep{After: "record"}
	for _, p := range e.Books() {
		for _, k := range p.Keeps(months) {
			longest.Months = max(longest.Months, k.Months)
		}
	}
	var err error
	if dry {
		one.Rows, err = e.Store.RowsToGo(ctx, one.Kind, 0, now, []store.Keep{longest})
	} else {
		one.Rows, err = e.Store.RetainRows(ctx, one.Kind, 0, now, []store.Keep{longest}, who)
	}
	if err != nil {
		return out, fmt.Errorf("engine: retention of %s: %w", one.Kind, err)
	}
	if one.Rows > 0 {
		out = append(out, one)
	}
	return out, nil
}

// Jobs of keeping the outbox: parts for the months to come, and giving up the months that nobody has to keep.
const (
	monthsJob = "months"
	retainJob = "retain"
	rowsJob   = "retain_rows"
)

// monthsAhead is for how many months to come there are parts.
const monthsAhead = 2

// Keeps returns for how long the portfolio's messages are to be kept: the longest of what any binding rule of its rulebooks asks for, wherever and
// whenever it applies, and at least the months that are asked for.
func (p *Portfolio) Keeps(least int) []store.Keep {
	longest := map[string]int{}
	if least > 0 {
		longest["record"] = least
	}
	for _, b := range p.Lawbook.Books() {
		for i := range b.Rules {
			r := &b.Rules[i]
			if !keepsRecords(r) {
				continue
			}
			after := r.Keep.After
			if after == "call" {
				after = "last_contact"
			}
			longest[after] = max(longest[after], r.Keep.Years*12+r.Keep.Months)
		}
	}
	var keeps []store.Keep
	for _, after := range []string{"record", "last_contact", "settled"} {
		if n := longest[after]; n > 0 {
			keeps = append(keeps, store.Keep{Portfolio: p.row.ID, Months: n, After: after})
		}
	}
	return keeps
}

func (n *Nightly) keeps() (all []store.Keep) {
	for _, p := range n.Engine.Books() {
		all = append(all, p.Keeps(n.Retention.Months)...)
	}
	return all
}

// keeping returns what is to be done for the outbox itself. It is asked for once an hour: what is due in it is due for months.
func (n *Nightly) keeping(ctx context.Context) ([]jobs.Piece, error) {
	now := n.Civil()
	hour := now.Unix() / 3600
	if n.kept.Load() == hour {
		return nil, nil
	}
	due := []jobs.Piece{{Kind: monthsJob}}
	erase, err := n.Engine.Store.Erasures(ctx, now)
	if err != nil {
		return nil, err
	}
	if len(erase) > 0 {
		due = append(due, jobs.Piece{Kind: eraseJob})
	}
	if n.Retention.On {
		months, err := n.Engine.Store.DueMonths(ctx, now, n.keeps())
		if err != nil {
			return nil, err
		}
		for _, m := range months {
			due = append(due, jobs.Piece{Kind: retainJob, Run: int64(outbox.FirstOf(m)) >> outbox.MonthBits})
		}
	}
	if day := int64(ledger.Day(now)); len(n.Retention.Rows) > 0 && n.rowed.Swap(day) != day {
		due = append(due, jobs.Piece{Kind: rowsJob, Run: day})
	}
	n.kept.Store(hour)
	return due, nil
}

func (n *Nightly) makeMonths(ctx context.Context) error {
	y, m, _ := n.Civil().UTC().Date()
	for i := range monthsAhead + 1 {
		if err := n.Engine.Store.MakeMonth(ctx, time.Date(y, m+time.Month(i), 1, 0, 0, 0, 0, time.UTC)); err != nil {
			return fmt.Errorf("engine: parts for the months to come: %w", err)
		}
	}
	return nil
}

func (n *Nightly) retain(ctx context.Context, piece jobs.Piece) error {
	if !n.Retention.On {
		return nil // another machine's configuration has it; this one gives nothing up
	}
	month := outbox.MessageID(piece.Run << outbox.MonthBits).Month()
	// What the month gives to the sums stays.
	if err := n.Engine.Roll(ctx, n.Civil()); err != nil {
		return err
	}
	if err := n.Engine.Store.SealRolled(ctx, month); err != nil {
		return err
	}
	done, err := n.Engine.Store.Retain(ctx, month, n.Civil(), n.keeps())
	if err != nil {
		return fmt.Errorf("engine: retention of %s: %w", month.Format("2006-01"), err)
	}
	if n.Retained != nil && done.Gone > 0 {
		n.Retained(month, done)
	}
	return nil
}
