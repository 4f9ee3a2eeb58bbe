package measure

import (
	"slices"
	"strconv"

	"github.com/dulyhq/duly/ledger"
)

// Lines of a book, as a walk over its loans makes them:
//
//	rate    Day is the last day of a month, Stage the bucket at the end of the month before and Name the one at its own: N loans, Minor
//	        what was overdue before, Came what was paid in the month, up to
//	        that
//	cohort  Day is the first day of the month in which the loans were opened (Stage "opened") or were late for the first time (Stage "late"), Name
//	        how many months later, in two digits: N loans, Paid of which were current then, Stopped of which were more than 30 days late

// Rates is the matrix of roll rates: of the loans in a bucket at the end of a month, which share is in which bucket a month later. The rows
// are the buckets before, from every month that there is; buckets gives their order.
func Rates(lines []Line, buckets []string) Sheet {
	s := Sheet{
		Name: "rates", EN: "Roll rates, month over month", ZH: "月度滚动率",
		NoteEN: "Of the loans in a bucket at the end of a month, the share in each bucket a month later; all months together. Closed counts as current.",
		NoteZH: "期初（上月末）处于某阶段的贷款，一个月后处于各阶段的占比；各月合计，结清视为正常。",
		Columns: []Column{
			{Name: "from", EN: "From", ZH: "期初阶段", Of: "stage"}, {Name: "loans", EN: "Loans", ZH: "笔数", Kind: AsCount}, {Name: "cured", EN: "Cured", ZH: "回正", Kind: AsShare}, {Name: "worse", EN: "Rolled on", ZH: "恶化", Kind: AsShare},
		},
	}
	all, moved := map[string]int64{}, map[[2]string]int64{}
	for i := range lines {
		l := &lines[i]
		all[l.Stage] += l.N
		moved[[2]string{l.Stage, l.Name}] += l.N
	}
	for _, b := range buckets {
		s.Columns = append(s.Columns, Column{Name: "to_" + b, EN: b, ZH: b, Kind: AsShare, Of: "stage"})
	}
	for at, from := range buckets {
		if all[from] == 0 {
			continue
		}
		var cured, worse int64
		var cells []Cell
		for to, name := range buckets {
			n := moved[[2]string{from, name}]
			cells = append(cells, share(n, all[from]))
			if to > at {
				worse += n
			}
			if to == 0 && at > 0 {
				cured = n
			}
		}
		row := []Cell{word(from), count(all[from]), share(cured, all[from]), share(worse, all[from])}
		if at == 0 {
			row[2] = none()
		}
		s.Rows = append(s.Rows, append(row, cells...))
	}
	return s
}

// RollIn says of each month how many loans that had been current became late, and how many of those that were late became current, with what
// was overdue and what was paid.
func RollIn(lines []Line, current string) Sheet {
	s := Sheet{
		Name: "recovery", EN: "Roll-in, cure and recovery by month", ZH: "新增逾期、回正与回收（按月）", Bar: 6,
		NoteEN: "Paid is what came in the month on the loans that were late when it began, up to what was overdue then.", NoteZH: "到账为月初逾期贷款当月的还款，以月初逾期金额为限。",
		Columns: []Column{
			{Name: "month", EN: "Month", ZH: "月份", Of: "month"},
			{Name: "current", EN: "Current before", ZH: "月初正常", Kind: AsCount},
			{Name: "rolled_in", EN: "Became late", ZH: "新增逾期", Kind: AsCount},
			{Name: "roll_in_share", EN: "Roll-in", ZH: "新增逾期率", Kind: AsShare},
			{Name: "late", EN: "Late before", ZH: "月初逾期", Kind: AsCount},
			{Name: "cured", EN: "Cured", ZH: "回正", Kind: AsCount},
			{Name: "cure_share", EN: "Cure rate", ZH: "回正率", Kind: AsShare},
			{Name: "due", EN: "Overdue before", ZH: "月初逾期金额", Kind: AsAmount},
			{Name: "came", EN: "Paid", ZH: "到账", Kind: AsAmount},
		},
	}
	type moved struct{ current, rolledIn, late, cured, due, came int64 }
	keys, by := sums(lines, byCurrency, func(l *Line) (ledger.Date, bool) { return l.Day, true }, func(s *moved, l *Line) {
		if l.Stage == current {
			s.current += l.N
			if l.Name != current {
				s.rolledIn += l.N
			}
			return
		}
		s.late += l.N
		if l.Name == current {
			s.cured += l.N
		}
		s.due += l.Minor
		s.came += l.Came
	})
	for _, k := range keys {
		x := by[k]
		s.Rows = append(s.Rows, []Cell{
			month(k.of), count(x.current), count(x.rolledIn), share(x.rolledIn, x.current), count(x.late), count(x.cured), share(x.cured, x.late), amount(x.due, k.unit), amount(x.came, k.unit),
		})
	}
	return s
}

// Cures says of each bucket what became of the loans in it within a month: cured, better, the same, worse, and what came.
func Cures(lines []Line, buckets []string) Sheet {
	s := Sheet{
		Name: "cures", EN: "Recovery and cure by stage", ZH: "分阶段回收与回正", Bar: 3,
		NoteEN: "Loans by their bucket at the end of a month, and a month later. Paid counts up to what was overdue.", NoteZH: "按月末所处阶段，及一个月后的情况；到账以逾期金额为限。",
		Columns: []Column{
			{Name: "stage", EN: "Stage", ZH: "阶段", Of: "stage"},
			{Name: "loans", EN: "Loans", ZH: "笔数", Kind: AsCount},
			{Name: "cured", EN: "Cured", ZH: "回正", Kind: AsCount},
			{Name: "cure_share", EN: "Cure rate", ZH: "回正率", Kind: AsShare},
			{Name: "worse_share", EN: "Rolled on", ZH: "恶化率", Kind: AsShare},
			{Name: "due", EN: "Overdue", ZH: "逾期金额", Kind: AsAmount},
			{Name: "came", EN: "Paid", ZH: "到账", Kind: AsAmount},
			{Name: "came_share", EN: "Recovered", ZH: "回收率", Kind: AsShare},
		},
	}
	place := func(b string) int { return slices.Index(buckets, b) }
	type became struct{ loans, cured, worse, due, came int64 }
	keys, by := sums(lines, byCurrency, func(l *Line) (int, bool) { return place(l.Stage), place(l.Stage) > 0 }, func(s *became, l *Line) {
		s.loans += l.N
		s.due += l.Minor
		s.came += l.Came
		switch to := place(l.Name); {
		case to == 0:
			s.cured += l.N
		case to > place(l.Stage):
			s.worse += l.N
		}
	})
	for _, k := range keys {
		x := by[k]
		s.Rows = append(s.Rows, []Cell{
			word(buckets[k.of]), count(x.loans), count(x.cured), share(x.cured, x.loans), share(x.worse, x.loans), amount(x.due, k.unit), amount(x.came, k.unit), share(x.came, x.due),
		})
	}
	return s
}

// Cohorts says of the loans that were opened in a month, or were late for the first time in it, which share was current so many months later
// and which more than thirty days late.
func Cohorts(lines []Line, kind string) Sheet {
	s := Sheet{
		Name: "cohorts-" + kind, EN: "Cohorts by month of first lateness", ZH: "按首次逾期月份的批次",
		NoteEN: "The share that was current so many months after.", NoteZH: "若干个月后处于正常状态的占比。",
		Columns: []Column{{Name: "month", EN: "Month", ZH: "月份", Of: "month"}, {Name: "loans", EN: "Loans", ZH: "笔数", Kind: AsCount}},
	}
	if kind == "opened" {
		s.EN, s.ZH, s.NoteEN, s.NoteZH = "Cohorts by month of disbursement", "按放款月份的批次", "The share that was more than 30 days late so many months after.", "若干个月后逾期超过30天的占比。"
	}
	type key struct {
		day ledger.Date
		age int
	}
	loans, part, months, ages := map[ledger.Date]int64{}, map[key]Line{}, map[ledger.Date]bool{}, 0
	for i := range lines {
		l := &lines[i]
		if l.Stage != kind {
			continue
		}
		age, err := strconv.Atoi(l.Name)
		if err != nil {
			continue
		}
		months[l.Day] = true
		loans[l.Day] = max(loans[l.Day], l.N)
		ages = max(ages, age)
		k := key{l.Day, age}
		x := part[k]
		x.N += l.N
		x.Paid += l.Paid
		x.Stopped += l.Stopped
		part[k] = x
	}
	for age := range ages + 1 {
		n := strconv.Itoa(age)
		s.Columns = append(s.Columns, Column{Name: "m" + n, EN: "+" + n, ZH: "+" + n, Kind: AsShare})
	}
	days := make([]ledger.Date, 0, len(months))
	for d := range months {
		days = append(days, d)
	}
	slices.Sort(days)
	for _, d := range days {
		row := []Cell{month(d), count(loans[d])}
		for age := range ages + 1 {
			x := part[key{d, age}]
			if kind == "opened" {
				row = append(row, share(x.Stopped, x.N))
			} else {
				row = append(row, share(x.Paid, x.N))
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
