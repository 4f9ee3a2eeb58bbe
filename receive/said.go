package receive

import "github.com/dulyhq/duly/ledger"

// A mark is an amount or a day that a reply says, and where.
type mark struct {
	from, to int // tokens
	money    bool
	when     moment
	sum      sum
}

// mark finds the amounts and days of a reply. A day is looked for first: 25号 is none of money.
func (l *lexed) mark() {
	chinese := l.chinese()
	for i := 0; i < len(l.tokens); {
		if !l.starts(i) {
			i++
			continue
		}
		next := i
		var when moment
		switch l.tokens[i].kind {
		case han:
			when, next = l.chineseMoment(i)
		case number:
			if chinese {
				when, next = l.chineseMoment(i)
			}
			if next == i {
				when, next = l.englishMoment(i)
			}
			if next == i {
				when, next = l.span(i)
			}
		case word:
			when, next = l.englishMoment(i)
		case sign:
		}
		if next > i {
			l.marks = append(l.marks, mark{from: i, to: next, when: when})
			i = next
			continue
		}
		if s, next := l.amountAt(i); next > i {
			l.marks = append(l.marks, mark{from: i, to: next, money: true, sum: s})
			i = next
			continue
		}
		i++
	}
}

// starters are the English words with which a day or an amount can begin.
var starters = func() words {
	w := set("today", "tonight", "tonite", "2day", "todays", "2nite", "yesterday", "yday", "day", "this", "last", "end", "eom", "month", "months", "weekend", "wkend", "a", "another")
	for _, list := range []map[string]int{weekdays, ledWeekdays, months, ordinals} {
		for one := range list {
			w[one] = true
		}
	}
	for one := range tomorrows {
		w[one] = true
	}
	for one := range wordNumbers {
		w[one] = true
	}
	for one := range currencyWords {
		w[one] = true
	}
	return w
}()

// starts says that a day or an amount may begin at i, so that other tokens cost one look.
func (l *lexed) starts(i int) bool {
	t := l.tokens[i]
	switch t.kind {
	case number:
		return true
	case word:
		return starters[l.text[t.from:t.to]]
	case sign:
		return t.char >= '$' && currencySigns[t.char] != ""
	case han:
		switch t.char {
		case '今', '明', '后', '昨', '前', '大', '听', '上', '下', '这', '本', '周', '星', '礼', '月', '年', '过', '再', '人':
			return true
		}
		return hanDigit(t.char) >= 0 || hanUnit(t.char) > 0
	}
	return false
}

// say puts the amount and the day into a reading: of several those that stand nearest to a word of paying.
func (l *lexed) say(r *Reading, g Given) {
	past := r.Meaning == Paid || r.Meaning == Complaint || r.Meaning == Dispute
	amount, day := -1, -1
	least := [2]int{1 << 30, 1 << 30}
	for i, m := range l.marks {
		if !m.money && m.when.past && !past && r.Meaning != Deceased && r.Meaning != Other {
			continue // of what was, while what will be is told
		}
		kind, best := 0, &day
		if m.money {
			kind, best = 1, &amount
		}
		if d := l.distance(m, r.Meaning == Promise || r.Meaning == PlanRequest); d < least[kind] {
			least[kind], *best = d, i
		}
	}
	if day >= 0 && g.Today != 0 {
		r.Date = l.marks[day].when.on(g.Today, past)
	}
	if amount >= 0 {
		l.sum(r, l.marks[amount].sum, g)
	}
}

func (l *lexed) sum(r *Reading, s sum, g Given) {
	c := s.currency
	if c == "" {
		c = g.Currency
	}
	if c == "" && (r.Language == "zh" || l.chinese()) {
		c = "CNY"
	}
	digits, known := c.Digits()
	v := s.hundredths
	if known && digits == 0 {
		v /= 100
	}
	r.Amount, r.HasAmount = ledger.Money{Minor: v, Currency: c}, true
}

var payWords = set("pay", "send", "transfer", "deposit", "settle", "clear", "payment", "paying", "sending", "paid", "sort", "do")

// distance is how many tokens a mark stands from a word of paying; each clause between counts ten. What is owed or
// earned is further away than what is paid.
func (l *lexed) distance(m mark, future bool) int {
	best, cost := 1000, 0
	for i := m.to; i < len(l.tokens) && cost < 60; i++ { // forward
		cost += l.step(i)
		if l.pays(i, future) {
			if m.money {
				cost += 3
			}
			best = min(best, cost)
			break
		}
	}
	cost = 0
	for i := m.from - 1; i >= 0 && cost < 60; i-- { // back
		if l.pays(i, future) {
			if !m.money && l.at(i).kind == han {
				cost += 3 // 还 comes after its day
			}
			best = min(best, cost)
			break
		}
		if w := l.word(i); w == "owe" || w == "salary" || w == "wages" || l.char(i) == '欠' || l.char(i) == '资' || l.char(i) == '薪' {
			cost += 5
		}
		cost += l.step(i)
	}
	return best
}

func (l *lexed) step(i int) int {
	if t := l.at(i); t.kind == sign && (t.char == ',' || t.char == '.' || t.char == '，' || t.char == '。' || t.char == ';' || t.char == '!' || t.char == '?' || t.char == '、') {
		return 10
	}
	return 1
}

// pays says that the token at i speaks of paying by the borrower.
func (l *lexed) pays(i int, future bool) bool {
	t := l.at(i)
	switch t.kind {
	case han:
		switch t.char {
		case '还', '付', '交', '转', '存', '汇', '缴', '清':
			return true
		case '打':
			return !l.hanAt(i, "打电话") && !l.hanAt(i, "打工")
		}
	case word:
		if future && l.word(i) == "paid" {
			return false
		}
		return l.isWord(i, payWords)
	case number, sign:
	}
	return false
}
