package portal

import (
	"net/http"
	"slices"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// A clause is one rule as a borrower reads it.
type clause struct {
	Title, Source string
	House         bool // a limit of the house's own
	Advisory      bool // reported; it does not decide
	ID            string
}

// A chapter is rules of one sense.
type chapter struct {
	Name    string
	Clauses []clause
}

// A limits is the page of why and how often we may write.
type limits struct {
	Chapters []chapter
	Wish     bool
	Bars     []string
	Counted  int // contacts of the last seven days
	Number   string
}

// rules shows why we write and how often we may, each limit with its source.
func (p *Portal) rules(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	d := limits{Bars: v.bars(held), Wish: held.Wish != ledger.Wish{}}
	all, _ := v.entries(held)
	for _, e := range all {
		if e.Ours && held.At.Sub(e.at) < 7*24*time.Hour {
			d.Counted++
		}
	}
	d.Chapters = v.chapters(held, []section{
		{"时间", "At which hours", []law.Kind{law.Hours, law.Asked, law.Days}},
		{"次数", "How often", []law.Kind{law.Cap, law.Spacing}},
		{"什么情况下必须停止", "When we must stop", []law.Kind{law.Stop}},
		{"可以联系谁", "Whom we may contact", []law.Kind{law.Identity, law.Consent, law.Bar}},
	})
	return v.show(http.StatusOK, "rules", "我们为什么联系您、多久一次", "Why we write, and how often we may", d)
}

// rights shows what else the law gives a borrower, each with its source.
func (p *Portal) rights(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	d := v.chapters(held, []section{
		{"金额与费用", "What may be asked for", []law.Kind{law.Amount, law.Rate, law.Allocation, law.Limitation}},
		{"我们说的话", "What we may and must say", []law.Kind{law.Wording, law.Element}},
		{"我们必须先做的事", "What we must do first", []law.Kind{law.Duty}},
		{"记录与保存", "What is kept, and for how long", []law.Kind{law.Records}},
		{"什么情况下必须停止", "When we must stop", []law.Kind{law.Stop}},
	})
	return v.show(http.StatusOK, "rights", "您的权利", "Your rights", d)
}

// A section is which rules a chapter holds.
type section struct {
	zh, en string
	kinds  []law.Kind
}

// chapters sorts the rules that hold for this borrower today, those of the law before the house's own.
func (v *visit) chapters(held *engine.View, sections []section) (out []chapter) {
	for _, s := range sections {
		c := chapter{Name: v.say(s.zh, s.en)}
		for i := range held.Rules {
			r := &held.Rules[i]
			if !slices.Contains(s.kinds, r.Kind) || !r.Is(law.Reminder) && r.Kind != law.Records {
				continue
			}
			one := clause{Title: r.Title[v.lang], Source: r.Source, House: r.House, Advisory: r.Confidence != law.Binding, ID: r.ID}
			if v.lang == "zh" && r.SourceZH != "" {
				one.Source = r.SourceZH
			}
			if one.Title == "" {
				one.Title = r.Title["en"]
			}
			if !slices.ContainsFunc(c.Clauses, func(o clause) bool { return o.Title == one.Title && o.Source == one.Source }) {
				c.Clauses = append(c.Clauses, one)
			}
		}
		slices.SortStableFunc(c.Clauses, func(a, b clause) int {
			if a.House == b.House {
				return 0
			}
			if b.House {
				return -1
			}
			return 1
		})
		if len(c.Clauses) > 0 {
			out = append(out, c)
		}
	}
	return out
}
