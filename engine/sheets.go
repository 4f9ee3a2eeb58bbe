package engine

import (
	"context"
	"strconv"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A SheetAsk says of which days a sheet is (zero days mean without end), and what a part costs.
type SheetAsk struct {
	From, To ledger.Date
	Cost     func(carrier string) (micro int64, c ledger.Currency) // nil: nobody has said
}

// buckets in the order in which a loan gets worse.
var buckets = []string{
	assess.Current, assess.Days1To3, assess.Days4To7, assess.Days8To15, assess.Days16To30, assess.Days31To60, assess.Days61To90, assess.Days91Up,
}

// sheets are the reports that are made of sums, by name, in the order in which a page shows them.
var sheets = []struct {
	name string
	make func(context.Context, *store.Store, *Portfolio, SheetAsk) (measure.Sheet, error)
}{
	{"treatments", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, "act", a, false)
		return measure.Treatments(lines, p.stages()), err
	}},
	{"recovery", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, bookRates, a, true)
		return measure.RollIn(lines, assess.Current), err
	}},
	{"cures", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, bookRates, a, false)
		return measure.Cures(lines, buckets), err
	}},
	{"rates", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, bookRates, a, false)
		return measure.Rates(lines, buckets), err
	}},
	{"cohorts-late", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, bookCohorts, a, true)
		return measure.Cohorts(lines, "late"), err
	}},
	{"cohorts-opened", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, bookCohorts, a, true)
		return measure.Cohorts(lines, "opened"), err
	}},
	{"nth", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledLines(ctx, s, "nth", a, false)
		return measure.Nth(lines), err
	}},
	{"promises", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledMonths(ctx, s, "arrangement", a)
		return measure.Promises(lines), err
	}},
	{"complaints", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledMonths(ctx, s, "message", a)
		return measure.Complaints(lines), err
	}},
	{"holds", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		held, _, err := s.RolledHolds(ctx, p.row.ID, a.To)
		lines := make([]measure.Line, 0, len(held))
		for _, h := range held {
			lines = append(lines, measure.Line{Stage: h.Stage, Reason: h.Rule, N: h.Persons})
		}
		return measure.Holds(lines), err
	}},
	{"bill", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		lines, err := p.rolledMonths(ctx, s, "sent", a)
		if err != nil {
			return measure.Sheet{}, err
		}
		bills, err := s.Bills(ctx)
		return measure.Bills(lines, bills, a.tariff()), err
	}},
	{"regulator", func(ctx context.Context, s *store.Store, p *Portfolio, a SheetAsk) (measure.Sheet, error) {
		return p.extract(ctx, s, a)
	}},
}

// NeedsWalk says whether a report is of what a walk over the book has found, which Engine.Walk brings up to date.
func NeedsWalk(name string) bool {
	return name == "recovery" || name == "cures" || name == "rates" || name == "cohorts-late" || name == "cohorts-opened"
}

// SheetTitle is what people call a report, in Chinese and English.
func SheetTitle(name string) (zh, en string) {
	t := sheetTitles[name]
	return t[0], t[1]
}

var sheetTitles = map[string][2]string{
	"treatments": {"分处置回收", "Recovery by treatment"}, "recovery": {"按月回收", "Recovery by month"}, "cures": {"回正", "Cure by stage"}, "rates": {"滚动率", "Roll rates"},
	"cohorts-late": {"逾期批次", "Cohorts: first lateness"}, "cohorts-opened": {"放款批次", "Cohorts: disbursement"}, "nth": {"第几次联系", "Nth contact"}, "promises": {"承诺兑现", "Promises kept"},
	"complaints": {"投诉与退订", "Complaints and stops"}, "holds": {"暂不联系", "Holds by rule"}, "bill": {"账单核对", "Carriers' bills"}, "regulator": {"监管摘要", "Supervisor's extract"},
}

// SheetNames are the reports of this kind: made of sums, but for the supervisor's extract, which counts rows too.
func SheetNames() (names []string) {
	for _, s := range sheets {
		names = append(names, s.name)
	}
	return names
}

// Sheet makes a report of a portfolio by its name; store.ErrNotFound says that there is none of that name.
func (p *Portfolio) Sheet(ctx context.Context, s *store.Store, name string, ask SheetAsk) (measure.Sheet, error) {
	for _, x := range sheets {
		if x.name == name {
			return x.make(ctx, s, p, ask)
		}
	}
	return measure.Sheet{}, store.ErrNotFound
}

// rolledLines are sums as reports read them.
func (p *Portfolio) rolledLines(ctx context.Context, s *store.Store, what string, ask SheetAsk, byDay bool) ([]measure.Line, error) {
	rolled, err := s.Rolled(ctx, p.row.ID, what, ask.From, ask.To, byDay)
	out := make([]measure.Line, 0, len(rolled))
	for i := range rolled {
		r := &rolled[i]
		out = append(out, measure.Line{
			Day: r.Day, Stage: r.Stage, Name: r.Name, Carrier: r.Carrier, State: r.State, Reason: r.Reason, Unit: r.Unit,
			N: r.N, Parts: r.Parts, Replied: r.Replied, Stopped: r.Stopped, Complained: r.Complained, Paid: r.Paid, Chased: r.Chased, Minor: r.Minor, Came: r.Came,
		})
	}
	return out, err
}

// rolledMonths are sums of whole months: those that the days touch.
func (p *Portfolio) rolledMonths(ctx context.Context, s *store.Store, what string, ask SheetAsk) ([]measure.Line, error) {
	if ask.From != 0 {
		ask.From = store.MonthOf(ask.From)
	}
	return p.rolledLines(ctx, s, what+store.ByMonth, ask, true)
}

// Say says what a word of a sheet means, in a language.
func (p *Portfolio) Say(of, word, lang string) string {
	switch of {
	case "stage":
		return words.Stage(word, lang)
	case "agreed":
		return words.One(words.Agreed, word, lang)
	case "rule":
		if w, ok := words.Rules[word]; ok {
			if lang == "zh" {
				return w[1]
			}
			return w[0]
		}
		if why := p.Title(word, lang); why != "" {
			return why
		}
	case "extract":
		return p.sayExtract(word, lang)
	case "treatment":
		if n, err := strconv.Atoi(word); err == nil {
			return p.treatmentName(n, lang)
		}
	}
	return word
}

// treatmentName is what the strategy calls a treatment. One of an earlier strategy has its number.
func (p *Portfolio) treatmentName(n int, lang string) string {
	if n >= store.AnswerFrom {
		if lang == "zh" {
			return "答复"
		}
		return "answer"
	}
	if t := p.Strategy.Treatment(n); t != nil {
		return t.Name
	}
	return strconv.Itoa(n)
}
