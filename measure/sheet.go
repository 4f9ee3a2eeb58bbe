package measure

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// A Line is one sum that reports are made of: what it is of, and what was counted. Which fields have a meaning depends on what is summed.
type Line struct {
	Day                                                  ledger.Date
	Stage, Name, Carrier, State, Reason, Unit            string
	N, Parts, Replied, Stopped, Complained, Paid, Chased int64
	Minor, Came                                          int64
}

// Sent says whether the messages of a line were taken by a carrier, or may have been.
func (l *Line) Sent() bool {
	return l.State == "accepted" || l.State == "unknown" || l.State == "delivered" || l.State == "undelivered"
}

// A Kind says what a column holds. The zero value is words.
type Kind int

// The kinds of columns.
const (
	AsText   Kind = iota
	AsCount       // a number of things
	AsAmount      // in minor units of Cell.Unit
	AsShare       // in parts of ten thousand: 2500 is a quarter
	AsRate        // tenths of how many there are in ten thousand: 15 is 1.5 in 10,000
)

// A Cell is one value. None says that there is nothing to say, such as a share of nothing.
type Cell struct {
	Word string
	N    int64
	Unit string
	None bool
}

// A Column has a name for machines and one for people in each language. Of says what its words are the ids of, so that they can be
// said in a language: "stage", "treatment", "rule", "status", "carrier", "month" or "bucket"; empty: they are said as they are.
type Column struct {
	Name, EN, ZH string
	Kind         Kind
	Of           string
}

// A Sheet is a report as rows and columns. The first column says what a row is of. Bar is the column that a chart shows by its length; 0:
// there is no chart.
type Sheet struct {
	Name, EN, ZH   string
	NoteEN, NoteZH string // what has to be known to read it; may be empty
	Columns        []Column
	Rows           [][]Cell
	Bar            int
}

func word(s string) Cell       { return Cell{Word: s} }
func count(n int64) Cell       { return Cell{N: n} }
func none() Cell               { return Cell{None: true} }
func month(d ledger.Date) Cell { return word(d.String()[:7]) }

func amount(minor int64, unit string) Cell {
	if unit == "" {
		return none()
	}
	return Cell{N: minor, Unit: unit}
}

func share(n, of int64) Cell {
	if of == 0 {
		return none()
	}
	return Cell{N: (n*10_000 + of/2) / of}
}

func rate(n, of int64) Cell {
	if of == 0 {
		return none()
	}
	return Cell{N: (n*100_000 + of/2) / of}
}

// A sumKey is what a row is of. Unit is the currency of its amounts: amounts of two currencies are never added up.
type sumKey[K cmp.Ordered] struct {
	of   K
	unit string
}

// byCurrency is the unit of a line where the sheet has amounts, and hasNoAmounts where it has none, so that one row holds all.
func byCurrency(l *Line) string { return l.Unit }

func hasNoAmounts(*Line) string { return "" }

// sums adds lines up by a key and a unit, in their order.
func sums[K cmp.Ordered, S any](lines []Line, unit func(*Line) string, key func(*Line) (K, bool), add func(sum *S, l *Line)) (keys []sumKey[K], by map[sumKey[K]]*S) {
	by = map[sumKey[K]]*S{}
	for i := range lines {
		of, ok := key(&lines[i])
		if !ok {
			continue
		}
		k := sumKey[K]{of, unit(&lines[i])}
		s := by[k]
		if s == nil {
			s = new(S)
			by[k] = s
			keys = append(keys, k)
		}
		add(s, &lines[i])
	}
	slices.SortFunc(keys, func(a, b sumKey[K]) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.unit, b.unit)) })
	return keys, by
}

// plus adds what was counted.
func plus(s, l *Line) {
	s.N += l.N
	s.Parts += l.Parts
	s.Replied += l.Replied
	s.Stopped += l.Stopped
	s.Complained += l.Complained
	s.Paid += l.Paid
	s.Chased += l.Chased
	s.Minor += l.Minor
	s.Came += l.Came
}

// Nth says what followed the first contact of a lateness, the second, and so on: where more contacts stop bringing more.
func Nth(lines []Line) Sheet {
	s := Sheet{
		Name: "nth", EN: "Effect by nth contact", ZH: "第几次联系的效果", Bar: 5,
		NoteEN: "Contacts of one lateness, counted from the first. 10 stands for the tenth and all after it.", NoteZH: "同一次逾期内从第一次联系起计，10表示第十次及以后。",
		Columns: []Column{
			{Name: "nth", EN: "Contact", ZH: "第几次"},
			{Name: "sent", EN: "Sent", ZH: "发出", Kind: AsCount},
			{Name: "replied", EN: "Replied", ZH: "回复", Kind: AsCount},
			{Name: "reply_share", EN: "Reply rate", ZH: "回复率", Kind: AsShare},
			{Name: "paid", EN: "Paid", ZH: "还款", Kind: AsCount},
			{Name: "paid_share", EN: "Paid rate", ZH: "还款率", Kind: AsShare},
			{Name: "stops", EN: "Stops in 10,000", ZH: "每万条退订", Kind: AsRate},
			{Name: "complaints", EN: "Complaints in 10,000", ZH: "每万条投诉", Kind: AsRate},
			{Name: "amount", EN: "Received", ZH: "到账", Kind: AsAmount},
		},
	}
	keys, by := sums(lines, byCurrency, func(l *Line) (string, bool) { return l.Name, true }, plus)
	for _, k := range keys {
		x := by[k]
		s.Rows = append(s.Rows, []Cell{
			word(strings.TrimPrefix(k.of, "0")), count(x.N), count(x.Replied), share(x.Replied, x.N), count(x.Paid), share(x.Paid, x.N), rate(x.Stopped, x.N), rate(x.Complained, x.N), amount(x.Minor, k.unit),
		})
	}
	return s
}

// Treatments says what followed each treatment of a stage.
func Treatments(lines []Line, order []string) Sheet {
	s := Sheet{
		Name: "treatments", EN: "Recovery by stage and treatment", ZH: "各阶段、各处置方式的回收情况", Bar: 6,
		NoteEN: "A payment counts for the latest message before it, within seven days. It is what followed, not proof of what caused it.", NoteZH: "还款计入此前最近一条短信，限七天内；这是之后发生的事，不能证明由其促成。",
		Columns: []Column{
			{Name: "stage", EN: "Stage", ZH: "阶段", Of: "stage"},
			{Name: "treatment", EN: "Treatment", ZH: "处置", Of: "treatment"},
			{Name: "sent", EN: "Sent", ZH: "发出", Kind: AsCount},
			{Name: "delivered", EN: "Delivered", ZH: "送达", Kind: AsCount},
			{Name: "replied", EN: "Replied", ZH: "回复", Kind: AsCount},
			{Name: "paid", EN: "Paid", ZH: "还款", Kind: AsCount},
			{Name: "paid_share", EN: "Paid rate", ZH: "还款率", Kind: AsShare},
			{Name: "amount", EN: "Received", ZH: "到账", Kind: AsAmount},
			{Name: "stops", EN: "Stops in 10,000", ZH: "每万条退订", Kind: AsRate},
		},
	}
	type treated struct {
		Line
		delivered int64
	}
	const sep = "\x1f"
	keys, by := sums(lines, byCurrency, func(l *Line) (string, bool) { return l.Stage + sep + l.Name, l.Sent() && l.Stage != "answer" }, func(s *treated, l *Line) {
		plus(&s.Line, l)
		if l.State == "delivered" {
			s.delivered += l.N
		}
	})
	place := func(k sumKey[string]) int {
		stage, _, _ := strings.Cut(k.of, sep)
		if i := slices.Index(order, stage); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(keys, func(a, b sumKey[string]) int { return place(a) - place(b) })
	for _, k := range keys {
		x := by[k]
		stage, name, _ := strings.Cut(k.of, sep)
		s.Rows = append(s.Rows, []Cell{
			word(stage), word(name), count(x.N), count(x.delivered), count(x.Replied), count(x.Paid), share(x.Paid, x.N), amount(x.Minor, k.unit), rate(x.Stopped, x.N),
		})
	}
	return s
}

// Promises says what became of what was agreed, by kind and month. What is still live or waits is open: of the share kept only what has
// ended counts.
func Promises(lines []Line) Sheet {
	s := Sheet{
		Name: "promises", EN: "Promises and plans kept", ZH: "承诺与分期的兑现", Bar: 6,
		NoteEN: "Kept late counts as kept. What is still open counts in no share.", NoteZH: "延迟兑现也算兑现；尚未到期的不计入兑现率。",
		Columns: []Column{
			{Name: "month", EN: "Month", ZH: "月份", Of: "month"},
			{Name: "kind", EN: "Kind", ZH: "种类", Of: "agreed"},
			{Name: "made", EN: "Made", ZH: "约定", Kind: AsCount},
			{Name: "kept", EN: "Kept", ZH: "兑现", Kind: AsCount},
			{Name: "part_kept", EN: "Kept in part", ZH: "部分兑现", Kind: AsCount},
			{Name: "broken", EN: "Broken", ZH: "未兑现", Kind: AsCount},
			{Name: "kept_share", EN: "Kept rate", ZH: "兑现率", Kind: AsShare},
			{Name: "agreed", EN: "Agreed", ZH: "约定金额", Kind: AsAmount},
			{Name: "came", EN: "Received", ZH: "到账", Kind: AsAmount},
		},
	}
	type agreed struct{ made, kept, part, broken, minor, came int64 }
	keys, by := sums(lines, byCurrency, func(l *Line) (string, bool) { return l.Day.String()[:7] + l.Name, true }, func(s *agreed, l *Line) {
		s.made += l.N
		s.minor += l.Minor
		s.came += l.Came
		switch l.State {
		case "kept", "late_kept":
			s.kept += l.N
		case "part_kept":
			s.part += l.N
		case "broken":
			s.broken += l.N
		}
	})
	for _, k := range keys {
		x := by[k]
		s.Rows = append(s.Rows, []Cell{
			word(k.of[:7]), word(k.of[7:]), count(x.made), count(x.kept), count(x.part), count(x.broken), share(x.kept, x.kept+x.part+x.broken), amount(x.minor, k.unit), amount(x.came, k.unit),
		})
	}
	return s
}

// Complaints says how many complained or asked to be left alone, of so many messages sent, by month.
func Complaints(lines []Line) Sheet {
	s := Sheet{
		Name: "complaints", EN: "Complaints and stops", ZH: "投诉与退订", Bar: 3,
		NoteEN: "By the month in which the message was planned that they followed.", NoteZH: "按此前那条短信的计划月份统计。",
		Columns: []Column{
			{Name: "month", EN: "Month", ZH: "月份", Of: "month"},
			{Name: "sent", EN: "Sent", ZH: "发出", Kind: AsCount},
			{Name: "complaints", EN: "Complaints", ZH: "投诉", Kind: AsCount},
			{Name: "complaints_rate", EN: "Complaints in 10,000", ZH: "每万条投诉", Kind: AsRate},
			{Name: "stops", EN: "Stops", ZH: "退订", Kind: AsCount},
			{Name: "stops_rate", EN: "Stops in 10,000", ZH: "每万条退订", Kind: AsRate},
			{Name: "chased", EN: "Reminded although the money had come", ZH: "已还款仍被提醒", Kind: AsCount},
		},
	}
	keys, by := sums(lines, hasNoAmounts, func(l *Line) (ledger.Date, bool) { return l.Day, l.Sent() && l.Stage != "answer" }, plus)
	for _, k := range keys {
		x := by[k]
		s.Rows = append(s.Rows, []Cell{month(k.of), count(x.N), count(x.Complained), rate(x.Complained, x.N), count(x.Stopped), rate(x.Stopped, x.N), count(x.Chased)})
	}
	return s
}

// Holds says how many persons are held by which rule.
func Holds(lines []Line) Sheet {
	s := Sheet{
		Name: "holds", EN: "Held, by rule", ZH: "暂不联系及依据", Bar: 2, NoteEN: "By each person's latest decision.", NoteZH: "按每人最近一次判断。",
		Columns: []Column{
			{Name: "rule", EN: "Rule", ZH: "依据", Of: "rule"}, {Name: "stage", EN: "Stage", ZH: "阶段", Of: "stage"}, {Name: "persons", EN: "Persons", ZH: "人数", Kind: AsCount},
		},
	}
	ordered := slices.SortedStableFunc(slices.Values(lines), func(a, b Line) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Stage, b.Stage))
	})
	for i := range ordered {
		l := &ordered[i]
		s.Rows = append(s.Rows, []Cell{word(l.Reason), word(l.Stage), count(l.N)})
	}
	return s
}
