package assess

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// Text returns the line as a sentence for a borrower, in Chinese where lang is "zh" and else in English.
// Amounts are of currency c.
func (l Line) Text(lang string, c ledger.Currency) string {
	if lang == "zh" {
		return l.chinese(c)
	}
	return l.english(c)
}

func (l Line) chinese(c ledger.Currency) string {
	m := func(minor int64) string {
		d := ledger.Money{Minor: minor, Currency: c}.Grouped()
		if c == "CNY" {
			return d + "元"
		}
		return d + " " + string(c)
	}
	parts := l.Parts.list("、", [4]string{"费用", "利息", "罚息", "本金"}, m)
	var s string
	switch l.Kind {
	case LineDue:
		s = fmt.Sprintf("第%d期到期，应还%s%s", l.Number, m(l.Minor), parts)
		if l.Unsplit {
			s = fmt.Sprintf("第%d期到期，应还%s（账单未拆分，全部按本金计）", l.Number, m(l.Minor))
		}
		if l.Ahead > 0 {
			s += "，此前已提前还" + m(l.Ahead)
		}
	case LinePaid:
		s = fmt.Sprintf("还款%s，用于第%d期%s", m(l.Minor), l.Number, parts)
	case LineReversed:
		s = fmt.Sprintf("冲回还款%s", m(l.Minor))
		if l.Number != 0 {
			s += fmt.Sprintf("，涉及第%d期%s", l.Number, parts)
		}
	case LineCredit:
		s = fmt.Sprintf("多还%s，留待抵扣", m(l.Minor))
		if l.Number != 0 {
			s = fmt.Sprintf("提前还款%s，用于第%d期%s", m(l.Minor), l.Number, parts)
		}
	case LinePenalty:
		s = "罚息取整" + m(l.Minor)
		if l.Days > 0 {
			s = fmt.Sprintf("第%d期罚息：%s × 年利率%s%% ÷ %d × %d天 = %s（自%s起）",
				l.Number, m(l.Base), percent(l.Rate), l.DayCount, l.Days, m(l.Minor), l.From)
			if l.Capped {
				s += "，按法定上限计"
			}
			if l.JointlyRounded() {
				s += "，与前面各行合并取整"
			}
		}
	case LineTotal:
		if l.Minor == 0 {
			return l.On.String() + " 没有逾期款项"
		}
		return fmt.Sprintf("%s 逾期%d天，合计%s%s", l.On, l.Days, m(l.Minor), parts)
	}
	return fmt.Sprintf("%s %s；逾期未还%s", l.On, s, m(l.Balance))
}

func (l Line) english(c ledger.Currency) string {
	m := func(minor int64) string { return string(c) + " " + ledger.Money{Minor: minor, Currency: c}.Grouped() }
	parts := l.Parts.list(", ", [4]string{"fees ", "interest ", "penalty interest ", "principal "}, m)
	var s string
	switch l.Kind {
	case LineDue:
		s = fmt.Sprintf("instalment %d fell due: %s%s", l.Number, m(l.Minor), parts)
		if l.Unsplit {
			s = fmt.Sprintf("instalment %d fell due: %s (not split on the bill, all counted as principal)", l.Number, m(l.Minor))
		}
		if l.Ahead > 0 {
			s += ", of which " + m(l.Ahead) + " had been paid ahead"
		}
	case LinePaid:
		s = fmt.Sprintf("payment of %s to instalment %d%s", m(l.Minor), l.Number, parts)
	case LineReversed:
		s = "payment of " + m(l.Minor) + " reversed"
		if l.Number != 0 {
			s += fmt.Sprintf(", from instalment %d%s", l.Number, parts)
		}
	case LineCredit:
		s = m(l.Minor) + " paid beyond the schedule, kept as credit"
		if l.Number != 0 {
			s = fmt.Sprintf("payment of %s ahead, to instalment %d%s", m(l.Minor), l.Number, parts)
		}
	case LinePenalty:
		s = "penalty interest rounded by " + m(l.Minor)
		if l.Days > 0 {
			s = fmt.Sprintf("penalty interest on instalment %d: %s × %s%% a year ÷ %d × %s from %s = %s",
				l.Number, m(l.Base), percent(l.Rate), l.DayCount, days(l.Days), l.From, m(l.Minor))
			if l.Capped {
				s += ", the most that the law allows"
			}
			if l.JointlyRounded() {
				s += ", rounded together with the lines before it"
			}
		}
	case LineTotal:
		if l.Minor == 0 {
			return l.On.String() + " nothing is overdue"
		}
		return fmt.Sprintf("%s total, %s past due: %s%s", l.On, days(l.Days), m(l.Minor), parts)
	}
	return fmt.Sprintf("%s %s; overdue %s", l.On, s, m(l.Balance))
}

// list returns the parts of d that are not zero, in brackets; "" where it has fewer than two.
func (d Due) list(sep string, names [4]string, m func(int64) string) string {
	var out []string
	for i, v := range [4]int64{d.Fees, d.Interest, d.Penalty, d.Principal} {
		if v != 0 {
			out = append(out, names[i]+m(v))
		}
	}
	switch {
	case len(out) < 2:
		return ""
	case sep == "、":
		return "（" + strings.Join(out, sep) + "）"
	}
	return " (" + strings.Join(out, sep) + ")"
}

// JointlyRounded says that a line of penalty interest is not its own sum rounded: fractions are rounded once, over all
// lines, so one of them may be a unit off what a borrower finds for it alone.
func (l Line) JointlyRounded() bool {
	own, err := ledger.MulDiv(l.Base*int64(l.Days), int64(l.Rate), million*int64(l.DayCount))
	return err == nil && own != l.Minor
}

// percent returns a rate in per cent: 225,000 is "22.5".
func percent(r ledger.Rate) string { return (r * 100).String() }

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(n) + " days"
}
