package receive

// chineseMoment reads a day in Chinese that begins at i and returns the index after it, which is i when there is none.
func (l *lexed) chineseMoment(i int) (moment, int) {
	switch l.char(i) {
	case '今', '明', '后', '昨', '前', '大', '听':
		return l.nearDay(i)
	case '上', '下', '这', '本', '周', '星', '礼', '月', '年':
		return l.calendar(i)
	case '过', '再':
		if m, next := l.after(i + 1); next > i+1 && m.n > 0 {
			return m, next
		}
	}
	if m, next := l.after(i); next > i {
		return m, next
	}
	return l.numbered(i)
}

// nearDay reads 明天, 后天, 昨晚 and their like.
func (l *lexed) nearDay(i int) (moment, int) {
	for _, d := range [...]struct {
		say string
		n   int
	}{
		{"大后天", 3},
		{"大前天", -3},
		{"今天", 0},
		{"今日", 0},
		{"今晚", 0},
		{"今早", 0},
		{"今夜", 0},
		{"今儿", 0},
		{"今下午", 0},
		{"明天", 1},
		{"明日", 1},
		{"明晚", 1},
		{"明早", 1},
		{"明儿", 1},
		{"明个", 1},
		{"听日", 1},
		{"后天", 2},
		{"后日", 2},
		{"后儿", 2},
		{"昨天", -1},
		{"昨日", -1},
		{"昨晚", -1},
		{"昨儿", -1},
		{"昨夜", -1},
		{"前天", -2},
		{"前日", -2},
		{"前晚", -2},
	} {
		if l.hanAt(i, d.say) {
			next := i + len(d.say)/3
			if d.say == "明天" && l.hanAt(next, "后天") || d.say == "今天" && l.hanAt(next, "明天") {
				continue // 明天后天: the later
			}
			return moment{kind: inDays, n: d.n, past: d.n < 0}, next
		}
	}
	if l.hanAt(i, "明后天") {
		return moment{kind: inDays, n: 2}, i + 3
	}
	if l.hanAt(i, "今明") || l.hanAt(i, "今明天") {
		return moment{kind: inDays, n: 1}, i + 2
	}
	if l.hanAt(i, "今年底") || l.hanAt(i, "今年年底") {
		return moment{kind: atYearEnd}, i + l.oneOf(i, "今年底", "今年年底")
	}
	return moment{}, i
}

// weekdayAt reads 一 … 六, 日, 天, 末 or a digit of a weekday. 末 is the weekend and gives 7.
func (l *lexed) weekdayAt(i int) (int, bool) {
	switch r := l.char(i); r {
	case '日', '天':
		return 0, true
	case '末':
		return 7, true
	case '五', '舞', '伍':
		return 5, true
	default:
		if d := hanDigit(r); d >= 1 && d <= 6 && r != '俩' && r != '两' {
			return int(d), true
		}
	}
	if t := l.at(i); t.kind == number && t.hundredths >= 100 && t.hundredths <= 700 && t.hundredths%100 == 0 && l.char(i+1) != '天' && l.char(i+1) != '个' {
		return int(t.hundredths/100) % 7, true
	}
	return 0, false
}

// calendar reads what hangs on a week, a month or a year: 下周五, 周末, 这个月底, 下月5号, 年底.
func (l *lexed) calendar(i int) (moment, int) {
	start, n, said := i, 0, false
	for l.char(i) == '下' || l.char(i) == '上' {
		if l.char(i) == '下' {
			n++
		} else {
			n--
		}
		i, said = i+1, true
	}
	if !said && (l.char(i) == '这' || l.char(i) == '本') {
		i, said = i+1, true
	}
	if said && l.char(i) == '个' {
		i++
	}
	switch w := l.oneOf(i, "周", "星期", "礼拜"); {
	case w > 0:
		i += w
		d, ok := l.weekdayAt(i)
		if !ok {
			return moment{}, start
		}
		if d == 7 {
			return moment{kind: atWeekEnd, n: n}, i + 1
		}
		if !said {
			n = unsaid
		}
		return moment{kind: onWeekday, n: n, day: d, past: said && n < 0}, i + 1
	case l.char(i) == '月':
		return l.inMonth(start, i+1, n, said)
	case l.char(i) == '年' && (l.char(i+1) == '底' || l.char(i+1) == '末') && !said:
		return moment{kind: atYearEnd}, i + 2
	}
	return moment{}, start
}

// inMonth reads what follows 月: 底, 末, 初, 中 or a day.
func (l *lexed) inMonth(start, i, n int, said bool) (moment, int) {
	if l.char(i) == '的' {
		i++
	}
	if l.char(i) == '月' {
		i++ // 下个月月底
	}
	switch l.char(i) {
	case '底', '末', '尾':
		return moment{kind: atMonthEnd, n: n, past: n < 0}, i + 1
	case '初', '头':
		if !said || n == 0 {
			return moment{kind: onDay, n: unsaid, day: 1}, i + 1
		}
		return moment{kind: onDay, n: n, day: 1, past: n < 0}, i + 1
	case '中':
		if !said {
			return moment{}, start
		}
		return moment{kind: onDay, n: n, day: 15, past: n < 0}, i + 1
	}
	if !said {
		return moment{}, start
	}
	if d, next := l.whole(i); next > i && d >= 1 && d <= 31 && l.dayWord(next) > 0 {
		return moment{kind: onDay, n: n, day: d, past: n < 0}, next + l.dayWord(next)
	}
	return moment{}, start
}

// dayWord returns 1 when 号 or 日 stands at i: the number before is a day of the month.
func (l *lexed) dayWord(i int) int {
	if c := l.char(i); (c == '号' || c == '日') && !l.hanAt(i, "号码") && !l.hanAt(i, "日内") && !l.hanAt(i, "日后") && !l.hanAt(i, "日之") && !l.hanAt(i, "号线") && !l.hanAt(i, "号楼") {
		return 1
	}
	return 0
}

// after reads a span from today: 三天后, 两周内, 一个月之后, and 3天 before 还.
func (l *lexed) after(i int) (moment, int) {
	n, j := l.whole(i)
	if j == i || n < 1 || n > 366 {
		return moment{}, i
	}
	kind, each := inDays, 1
	switch {
	case l.oneOf(j, "个工作日", "个工作天") > 0:
		return moment{}, i
	case l.char(j) == '天' || l.char(j) == '日':
		j++
	case l.oneOf(j, "个星期", "个礼拜", "星期", "礼拜", "周") > 0:
		j += l.oneOf(j, "个星期", "个礼拜", "星期", "礼拜", "周")
		each = 7
	case l.oneOf(j, "个月") > 0:
		j += 2
		kind = inMonths
	default:
		return moment{}, i
	}
	sense := l.oneOf(j, "之后", "以后", "后", "内", "之内", "以内", "左右", "时间内", "里", "过后")
	before := l.oneOf(j, "之前", "以前", "前")
	lead := l.char(i - 1)
	switch {
	case before > 0:
		return moment{kind: kind, n: -n * each, past: true}, j + before
	case sense > 0, lead == '过', lead == '再' && l.hanAt(j, "还"), (lead == '等' || lead == '给' || lead == '我' && l.char(i-2) == '给') && kind == inDays:
		return moment{kind: kind, n: n * each}, j + sense
	}
	return moment{}, i
}

// numbered reads 25号, 12月5日, 2026年12月5号, 12/5 and 2026-12-05.
func (l *lexed) numbered(i int) (moment, int) {
	n, j := l.whole(i)
	if t := l.at(i); t.kind == number && t.hundredths%100 != 0 && l.dayWord(i+1) > 0 && t.hundredths < 1300 {
		// 12.5号 is 5 December, where 12.50 would be an amount.
		return moment{kind: onDate, month: int(t.hundredths / 100), day: pointDay(l.text[t.from:t.to])}, i + 2
	}
	if j == i {
		return moment{}, i
	}
	switch {
	case l.dayWord(j) > 0 && n >= 1 && n <= 31:
		return moment{kind: onDay, n: unsaid, day: n}, j + 1
	case (l.char(j) == '月') && n >= 1 && n <= 12:
		switch l.char(j + 1) {
		case '底', '末':
			return moment{kind: onDate, month: n, day: daysIn(2001, n)}, j + 2
		case '初':
			return moment{kind: onDate, month: n, day: 1}, j + 2
		case '份':
			return moment{}, i
		}
		d, k := l.whole(j + 1)
		if k > j+1 && d >= 1 && d <= 31 {
			return moment{kind: onDate, month: n, day: d}, k + l.dayWord(k)
		}
	case l.char(j) == '年' && n >= 2000 && n < 2200:
		if m, k := l.numbered(j + 1); k > j+1 && m.kind == onDate {
			m.year = n
			return m, k
		}
	}
	return l.slashed(i)
}

// pointDay returns 5 for "12.5" and 25 for "12.25".
func pointDay(s string) int {
	d, seen := 0, false
	for _, c := range s {
		if c == '.' {
			seen = true
		} else if seen && c >= '0' && c <= '9' {
			d = d*10 + int(c-'0')
		}
	}
	return d
}

// slashed reads 2026-12-05, 12/5 in a Chinese text, and 12/25 where only one number can be the month.
func (l *lexed) slashed(i int) (moment, int) {
	a, b, c := l.at(i), l.at(i+2), l.at(i+4)
	s := l.char(i + 1)
	if a.kind != number || b.kind != number || s != '/' && s != '-' || a.hundredths%100 != 0 || b.hundredths%100 != 0 || !l.at(i+1).glued || !b.glued {
		return moment{}, i
	}
	x, y := int(a.hundredths/100), int(b.hundredths/100)
	if a.digits == 4 && l.char(i+3) == s && c.kind == number && x >= 2000 && x < 2200 && y >= 1 && y <= 12 {
		return moment{kind: onDate, year: x, month: y, day: int(c.hundredths / 100)}, i + 5
	}
	year, next := 0, i+3
	if l.char(i+3) == s && c.kind == number && c.hundredths%100 == 0 && l.at(i+3).glued {
		if year = int(c.hundredths / 100); year < 100 {
			year += 2000
		}
		if year < 2000 || year >= 2200 {
			return moment{}, i
		}
		next = i + 5
	} else if s == '-' {
		return moment{}, i // 3-5 is a span
	}
	switch {
	case x < 1 || y < 1 || x > 31 || y > 31:
	case x <= 12 && (y > 12 || l.chinese() || x == y):
		return moment{kind: onDate, month: x, day: y, year: year}, next
	case y <= 12 && x > 12:
		return moment{kind: onDate, month: y, day: x, year: year}, next
	}
	return moment{}, i
}

// chinese says that the reply holds Chinese characters.
func (l *lexed) chinese() bool {
	for _, t := range l.tokens {
		if t.kind == han {
			return true
		}
	}
	return false
}
