package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type workingLine struct {
	On       ledger.Date     `json:"on"`
	Kind     assess.LineKind `json:"kind"`
	Number   int             `json:"number,omitempty"`
	Amount   string          `json:"amount"`
	Ahead    string          `json:"ahead,omitempty"`
	From     ledger.Date     `json:"from,omitzero"`
	Days     int             `json:"days,omitempty"`
	Base     string          `json:"base,omitempty"`
	Rate     string          `json:"rate,omitempty"`
	DayCount int             `json:"day_count,omitempty"`
	Balance  string          `json:"balance"`
	Unsplit  bool            `json:"unsplit,omitempty"`
	Currency ledger.Currency `json:"currency"`
}

// working writes one loan line by line.
func working(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, ref string, on ledger.Date, asJSON bool, g *page) error {
	h, err := findLoan(ctx, s, portfolio, ref)
	if err != nil {
		return err
	}
	h.Facts.Terms = terms
	lines := assess.Work(h.Facts, on)
	if lines == nil {
		return fail(Findings, "the rows of loan %s contradict each other, so that nothing can be worked out; look for negative or huge amounts and for more taken back than was paid", ref)
	}
	cur := h.Facts.Loan.Currency
	if asJSON {
		return workingJSON(lines, cur, g.w)
	}
	g.line(g.lang.say("Loan %s on %s, in %s\n", "贷款 %s，%s，单位 %s\n"), h.Loan, on, cur)
	row := func(day, what, amount, overdue string) {
		g.line("%s%s%s%s", padded(day, -12), padded(what, -58), padded(amount, 14), padded(overdue, 14))
	}
	row(g.lang.say("day", "日期"), g.lang.say("what", "摘要"), g.lang.say("amount", "金额"), g.lang.say("overdue", "逾期未还"))
	unsplit, joint := false, false
	for i := range lines {
		l := &lines[i]
		unsplit, joint = unsplit || l.Unsplit, joint || l.Kind == assess.LinePenalty && l.Days > 0 && l.JointlyRounded()
		figure := func(minor int64) string { return ledger.Money{Minor: minor, Currency: cur}.Grouped() }
		row(l.On.String(), describe(l, figure, g.lang), figure(l.Minor), figure(l.Balance))
	}
	if joint {
		g.line("\n%s", g.lang.say("Penalty interest is rounded once, over all of its lines: one of them may be a cent off its own sum.", "罚息各行合并取整一次，单行可能与单独计算相差一分。"))
	}
	if unsplit {
		g.line("\n%s", g.lang.say("The ledger does not split the instalments: all of them is taken for principal.", "台账未拆分每期应还，全部按本金计。"))
	}
	return nil
}

// describe says in a few words what a line is.
func describe(l *assess.Line, figure func(int64) string, lang tongue) string {
	switch l.Kind {
	case assess.LineDue:
		s := fmt.Sprintf(lang.say("instalment %d is due", "第%d期到期"), l.Number)
		if l.Ahead > 0 {
			s += fmt.Sprintf(lang.say("; %s of it was paid ahead", "，此前已提前还%s"), figure(l.Ahead))
		}
		return s
	case assess.LinePaid:
		return fmt.Sprintf(lang.say("paid, towards instalment %d", "还款，用于第%d期"), l.Number)
	case assess.LineReversed:
		return lang.say("taken back", "冲回还款") + towards(l.Number, lang.say(", from instalment %d", "，涉及第%d期"))
	case assess.LinePenalty:
		if l.Days == 0 {
			return lang.say("penalty interest, rounding", "罚息取整")
		}
		return fmt.Sprintf(lang.say("penalty interest on %d: %s × %s%% × %d/%d", "第%d期罚息：%s × %s%% × %d/%d"), l.Number, figure(l.Base), l.Rate*100, l.Days, l.DayCount)
	case assess.LineCredit:
		return lang.say("paid ahead", "提前还款") + towards(l.Number, lang.say(", towards instalment %d", "，用于第%d期"))
	case assess.LineTotal:
		if lang == "zh" {
			return fmt.Sprintf("逾期%d天，合计", l.Days)
		}
		return fmt.Sprintf("overdue in all, %s", count(l.Days, "day past due", "days past due"))
	}
	return string(l.Kind)
}

func towards(number int, words string) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf(words, number)
}

func workingJSON(lines []assess.Line, cur ledger.Currency, w io.Writer) error {
	enc := json.NewEncoder(w)
	dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: cur}.Decimal() }
	for i := range lines {
		l := &lines[i]
		out := workingLine{
			On: l.On, Kind: l.Kind, Number: l.Number, Amount: dec(l.Minor), From: l.From, Days: l.Days, DayCount: l.DayCount,
			Balance: dec(l.Balance), Unsplit: l.Unsplit, Currency: cur,
		}
		if l.Ahead != 0 {
			out.Ahead = dec(l.Ahead)
		}
		if l.Kind == assess.LinePenalty {
			out.Base, out.Rate = dec(l.Base), l.Rate.String()
		}
		if err := enc.Encode(out); err != nil {
			return err
		}
	}
	return nil
}

func findLoan(ctx context.Context, s *store.Store, portfolio int64, ref string) (store.LoanHistory, error) {
	found, err := s.Find(ctx, ref)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.LoanHistory{}, err
	}
	for _, f := range found {
		if f.Kind == "loan" && f.Portfolio == portfolio {
			return s.History(ctx, ledger.LoanID(f.ID), time.Time{})
		}
	}
	return store.LoanHistory{}, fail(Input, "no loan of this portfolio has the key %q", ref)
}
