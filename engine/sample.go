package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/wire/sms"
)

// A Sample is a text as somebody would get it, with the name masked.
type Sample struct {
	Known
	Of       bool // the borrower is one whose next message this is; else one who owes, or nobody at all
	Text     string
	Alphabet string
	Units    int
	Segments int
}

// SampleOf writes a text with the facts of a borrower of the portfolio: of one who would get it next, else of one who owes something, else
// with made-up ones. p may be a draft's. Nothing is stored but where loans stand.
func (e *Engine) SampleOf(ctx context.Context, p *Portfolio, name string, lang compose.Language, at time.Time) (out Sample, err error) {
	t := p.Templates.Pick(name, lang, "")
	if t == nil {
		return out, store.ErrNotFound
	}
	sender := p.Identity[t.Language].vars()
	bound := t.Bind(&sender)
	today := ledger.Day(at.In(p.Zone))
	if _, err := e.Store.Refresh(ctx, p.row.ID, today, p.Terms); err != nil {
		return out, err
	}
	v, borrower, looked := compose.Vars{}, ledger.BorrowerID(0), 0
	err = e.Store.Dossiers(ctx, store.Within{Portfolio: p.row.ID, On: today}, func(d *store.Dossier) error {
		if looked++; looked > mostLooked {
			return errEnough
		}
		j, err := Judge(p, d, at, false)
		if errors.Is(err, ErrStale) {
			return nil
		}
		if err != nil {
			return err
		}
		next := j.Intent.Treatment != nil && j.Intent.Treatment.Template == name
		if borrower != 0 && !next || !owing(d, &j) {
			return nil
		}
		v, borrower = compose.Vars{}, d.Borrowers[j.Borrower].ID
		p.vars(&v, d, &j, &store.Recipient{}, at, bound)
		if out.Of = next; next {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return out, err
	}
	if borrower != 0 {
		h, err := e.Store.BorrowerHit(ctx, borrower)
		if err != nil {
			return out, err
		}
		out.Known = known(&h, []*Portfolio{p})
		v.Surname = maskName(compose.Surname(h.Name, t.Language) + "*")
	}
	return out, out.write(bound, &v)
}

// owing makes sure that a judgement speaks of loans: of those that are overdue where it holds the person for another reason.
func owing(d *store.Dossier, j *Judgement) bool {
	if j.Intent.Treatment != nil {
		return true
	}
	j.Intent = decide.Intent{}
	for i := range j.Positions {
		if j.Positions[i].OldestUnpaid != 0 {
			j.Intent.Loans = append(j.Intent.Loans, i)
			j.Intent.DPD = max(j.Intent.DPD, j.Positions[i].DPD)
			j.Intent.Lead, j.Borrower = d.Loans[i].ID, d.Loans[i].Borrower
		}
	}
	return len(j.Intent.Loans) > 0
}

// write writes the text; what the borrower's facts lack is made up.
func (s *Sample) write(t *compose.Bound, v *compose.Vars) error {
	longest := compose.Longest(t.Language)
	if v.Currency == "" {
		*v = longest
	}
	v.Agreed, v.AgreedOn, v.Plan, v.Offers, v.AnswerBy = longest.Agreed, longest.AgreedOn, longest.Plan, longest.Offers, longest.AnswerBy
	v.Approver, v.Link, v.Code = longest.Approver, longest.Link, longest.Code
	if v.Assignee == "" {
		v.Assignee = longest.Assignee
	}
	if v.PayBy == 0 {
		v.PayBy, v.PayByDue = longest.PayBy, longest.PayByDue
	}
	if v.NextStep == "" && t.Class == compose.Notice {
		v.NextStep, v.NextOn = longest.NextStep, longest.NextOn
	}
	w, err := t.Write(new(compose.Paper), v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCannotWrite, err)
	}
	s.Text = string(w.Text)
	alphabet, units, segments := sms.Measure(s.Text)
	s.Alphabet, s.Units, s.Segments = alphabet.String(), units, segments
	return nil
}

// UsedBy returns the stages of the strategy that use a text, in their order; notices are one of them.
func (p *Portfolio) UsedBy(name string) (out []string) {
	all := append(p.Strategy.Stages[:len(p.Strategy.Stages):len(p.Strategy.Stages)], p.Strategy.Notices)
	for i := range all {
		for j := range all[i].Treatments {
			t := &all[i].Treatments[j]
			if t.Template == name || t.Soft != nil && t.Soft.Template == name {
				out = append(out, all[i].Name)
				break
			}
		}
	}
	return out
}
