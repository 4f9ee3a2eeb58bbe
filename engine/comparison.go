package engine

import (
	"context"
	"errors"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// An Outlook is what a person would get next.
type Outlook struct {
	Action    Action
	Stage     string
	Treatment string
	Channel   ledger.Channel
	Template  string
	Task      string
	At        time.Time // Contact: the hour
	Rule      string
	Reason    string
}

func outlook(j *Judgement) Outlook {
	o := Outlook{Action: j.Action, Rule: j.Rule, Reason: j.Reason, At: j.NotBefore}
	if s := j.Intent.Stage; s != nil && j.Intent.Treatment != nil {
		t := j.Intent.Treatment
		o.Stage, o.Treatment, o.Channel, o.Template, o.Task = s.Name, t.Name, t.Channel, t.Template, t.Task
	}
	return o
}

// A Compared is one borrower as the versions would have it: the one in force, and the one that is tried.
type Compared struct {
	Known
	DPD       int
	Now, Then Outlook
}

// Other says that the person would get something else.
func (c *Compared) Other() bool { return !c.Now.like(&c.Then) }

// like leaves the minute of a contact out: it is the same message at another minute of the same preferred hours.
func (o *Outlook) like(p *Outlook) bool {
	a, b := *o, *p
	a.Reason, b.Reason = "", ""
	if a.Action == Contact && b.Action == Contact && a.At.Truncate(time.Hour).Equal(b.At.Truncate(time.Hour)) {
		b.At, b.Rule = a.At, a.Rule
	}
	if a.Action == Work && b.Action == Work {
		b.At = a.At
	}
	return a == b
}

// A Comparison is how a draft would have some persons of the book.
type Comparison struct {
	Looked int        // persons with something due or coming
	Others int        // of these, who would get something else
	Whole  bool       // all of the book was looked at
	Lines  []Compared // some of them, those who would get something else before the others
}

// mostLooked bounds how many persons of a large book a comparison looks at.
const mostLooked = 5_000

var errEnough = errors.New("engine: enough was looked at")

// CompareWith says what persons of a portfolio would get next under a draft, beside the version in force. Nothing is stored but where
// loans stand.
func (e *Engine) CompareWith(ctx context.Context, p, draft *Portfolio, at time.Time, most int) (out Comparison, err error) {
	today := ledger.Day(at.In(p.Zone))
	if _, err := e.Store.Refresh(ctx, p.row.ID, today, p.Terms); err != nil {
		return out, err
	}
	ahead := 0
	for _, s := range [...]*decide.Strategy{&p.Strategy, &draft.Strategy} {
		if len(s.Stages) > 0 {
			ahead = max(ahead, -s.Stages[0].From)
		}
	}
	var same []Compared
	in := store.Within{Portfolio: p.row.ID, On: today, Ahead: ahead}
	err = e.Store.Dossiers(ctx, in, func(d *store.Dossier) error {
		if out.Looked == mostLooked {
			return errEnough
		}
		c, err := p.compare(draft, d, at)
		if errors.Is(err, ErrStale) || err == nil && c.Now.Rule == nothingDue && c.Then.Rule == nothingDue {
			return nil
		}
		if err != nil {
			return err
		}
		out.Looked++
		switch {
		case c.Other():
			if out.Others++; len(out.Lines) < most {
				out.Lines = append(out.Lines, c)
			}
		case len(same) < most:
			same = append(same, c)
		}
		return nil
	})
	if out.Whole = err == nil; err != nil && !errors.Is(err, errEnough) {
		return out, err
	}
	for i := range same {
		if len(out.Lines) < most {
			out.Lines = append(out.Lines, same[i])
		}
	}
	return out, e.knowThem(ctx, p, out.Lines)
}

// compare judges one person by both.
func (p *Portfolio) compare(draft *Portfolio, d *store.Dossier, at time.Time) (c Compared, err error) {
	now, err := Judge(p, d, at, false)
	if err != nil {
		return c, err
	}
	c.Now, c.ID = outlook(&now), d.Borrowers[now.Borrower].ID
	for i := range now.Positions {
		c.DPD = max(c.DPD, now.Positions[i].DPD)
	}
	then, err := Judge(draft, d, at, false)
	c.Then = outlook(&then)
	return c, err
}

// knowThem gives the borrowers their keys and masked names.
func (e *Engine) knowThem(ctx context.Context, p *Portfolio, lines []Compared) error {
	for i := range lines {
		h, err := e.Store.BorrowerHit(ctx, lines[i].ID)
		if err != nil {
			return err
		}
		lines[i].Known = known(&h, []*Portfolio{p})
	}
	return nil
}
