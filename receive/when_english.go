package receive

// weekdays of English, by the names that are nothing else. The short ones that are also other words need a lead.
var weekdays = map[string]int{
	"sunday": 0, "monday": 1, "tuesday": 2, "tues": 2, "tue": 2, "wednesday": 3, "wednsday": 3, "wensday": 3, "weds": 3, "thursday": 4, "thurs": 4,
	"thur": 4, "thu": 4, "friday": 5, "fri": 5, "saturday": 6, "saterday": 6, "freitag": 5, "mondays": 1, "fridays": 5, "firday": 5, "thrusday": 4,
}

var ledWeekdays = map[string]int{"sun": 0, "mon": 1, "wed": 3, "sat": 6}

var months = map[string]int{
	"january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "april": 4, "apr": 4, "june": 6, "jun": 6, "july": 7, "jul": 7,
	"august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12, "dec": 12,
	"may": 5, "mar": 3,
}

var (
	tomorrows = set("tomorrow", "tommorow", "tommorrow", "tomorow", "tomorro", "tomoro", "tmr", "tmrw", "tmw", "tomo", "morrow")
	ordinals  = map[string]int{
		"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12,
		"fifteenth": 15, "twentieth": 20, "thirtieth": 30,
	}
	nextWords  = set("next", "nxt")
	lastWords  = set("last", "past")
	dayLeads   = set("on", "by", "til", "till", "until", "before", "this", "next", "nxt", "last", "every", "coming", "from", "for")
	weekWords  = set("week", "weeks", "wk", "wks", "wek")
	monthWords = set("month", "months", "mth", "mnth")
)

// englishMoment reads a day in English that begins at the word at i and returns the index after it, which is i when there is none.
func (l *lexed) englishMoment(i int) (moment, int) {
	w := l.word(i)
	switch w {
	case "":
		return l.ordinal(i)
	case "today", "tonight", "tonite", "2day", "todays", "2nite":
		return moment{kind: inDays}, i + 1
	case "yesterday", "yday":
		return moment{kind: inDays, n: -1, past: true}, i + 1
	case "day":
		if l.word(i+1) == "after" && tomorrows[l.word(i+2)] {
			return moment{kind: inDays, n: 2}, i + 3
		}
		if l.word(i+1) == "before" && l.word(i+2) == "yesterday" {
			return moment{kind: inDays, n: -2, past: true}, i + 3
		}
	case "this":
		if p := l.word(i + 1); p == "morning" || p == "afternoon" || p == "evening" {
			return moment{kind: inDays}, i + 2
		}
	case "last":
		if l.word(i+1) == "night" {
			return moment{kind: inDays, n: -1, past: true}, i + 2
		}
		if l.word(i+1) == "day" && l.word(i+2) == "of" {
			if m, next := l.endOf(i + 3); next > i+3 {
				return m, next
			}
		}
	case "end", "eom":
		if w == "eom" {
			return moment{kind: atMonthEnd}, i + 1
		}
		j := i + 1
		if l.word(j) == "of" || l.word(j) == "this" || l.word(j) == "the" || l.word(j) == "next" {
			if l.word(j) == "of" {
				j++
			}
			if m, next := l.endOf(j); next > j {
				return m, next
			}
		}
	case "month", "months":
		if e := l.word(i + 1); e == "end" || e == "ends" {
			return moment{kind: atMonthEnd}, i + 2
		}
	}
	if tomorrows[w] {
		return moment{kind: inDays, n: 1}, i + 1
	}
	if m, next := l.weekday(i); next > i {
		return m, next
	}
	if m, next := l.span(i); next > i {
		return m, next
	}
	return l.ordinal(i)
}

// endOf reads "the month", "next month", "this week", "December" and "the year" after "end of".
func (l *lexed) endOf(i int) (moment, int) {
	n := 0
	for j := range 2 {
		switch w := l.word(i); {
		case nextWords[w]:
			n, i = 1, i+1
		case w == "the" || w == "this" || w == "dis":
			i++
		case monthWords[w]:
			return moment{kind: atMonthEnd, n: n}, i + 1
		case weekWords[w]:
			return moment{kind: atWeekEnd, n: n}, i + 1
		case w == "year":
			return moment{kind: atYearEnd, n: n}, i + 1
		case months[w] > 0:
			return moment{kind: onDate, month: months[w], day: daysIn(2001, months[w])}, i + 1
		case w == "day" || w == "today":
			return moment{kind: inDays}, i + 1
		default:
			return moment{}, i
		}
		if j == 1 && (monthWords[l.word(i)] || weekWords[l.word(i)]) {
			return l.endOf(i)
		}
	}
	return l.endOf2(i, n)
}

// endOf2 ends what two words began: "end of the next month".
func (l *lexed) endOf2(i, n int) (moment, int) {
	switch w := l.word(i); {
	case monthWords[w]:
		return moment{kind: atMonthEnd, n: n}, i + 1
	case weekWords[w]:
		return moment{kind: atWeekEnd, n: n}, i + 1
	case w == "year":
		return moment{kind: atYearEnd, n: n}, i + 1
	}
	return moment{}, i
}

// weekday reads "Friday", "next Friday", "this weekend", "Friday week" and "last Monday" at the day's name.
func (l *lexed) weekday(i int) (moment, int) {
	w, lead := l.word(i), l.word(i-1)
	d, ok := weekdays[w]
	if !ok && dayLeads[lead] {
		d, ok = ledWeekdays[w]
	}
	if !ok {
		if w != "weekend" && w != "wkend" {
			return moment{}, i
		}
		if nextWords[lead] {
			return moment{kind: atWeekEnd, n: 1}, i + 1
		}
		return moment{kind: atWeekEnd, past: lastWords[lead]}, i + 1
	}
	switch {
	case nextWords[lead]:
		return moment{kind: onWeekday, n: 1, day: d}, i + 1
	case lastWords[lead]:
		return moment{kind: onWeekday, n: unsaid, day: d, past: true}, i + 1
	case l.word(i+1) == "week" || l.word(i+1) == "next" && weekWords[l.word(i+2)]:
		return moment{kind: onWeekday, n: 1, day: d}, i + 2
	}
	return moment{kind: onWeekday, n: unsaid, day: d}, i + 1
}

// span reads "in two weeks", "within 3 days", "a week from now", "two days ago", "a fortnight".
func (l *lexed) span(i int) (moment, int) {
	j, n := i, 0
	switch w := l.word(j); {
	case w == "a" && l.word(j+1) == "couple":
		n, j = 2, j+2
		if l.word(j) == "of" {
			j++
		}
	case (w == "a" || w == "one" || w == "another") && (weekWords[l.word(j+1)] || monthWords[l.word(j+1)] || l.word(j+1) == "day" || l.word(j+1) == "fortnight"):
		n, j = 1, j+1
	default:
		v, next := l.whole(j)
		if next == j || v < 1 || v > 366 {
			return moment{}, i
		}
		n, j = v, next
		if (l.word(j) == "to" || l.word(j) == "or" || l.char(j) == '-') && l.at(j+1).kind != sign {
			if v, next := l.whole(j + 1); next > j+1 && v > n && v < 100 {
				n, j = v, next
			}
		}
	}
	m := moment{kind: inDays, n: n}
	switch w := l.word(j); {
	case w == "day" || w == "days":
	case weekWords[w]:
		m.n *= 7
	case w == "fortnight" || w == "fortnights":
		m.n *= 14
	case monthWords[w]:
		m.kind = inMonths
	default:
		return moment{}, i
	}
	j++
	switch w := l.word(j); {
	case w == "ago" || w == "back":
		m.n, m.past = -m.n, true
		return m, j + 1
	case (w == "from" && (l.word(j+1) == "now" || l.word(j+1) == "today")):
		return m, j + 2
	case w == "time" || w == "later":
		return m, j + 1
	case l.word(i-1) == "in" || l.word(i-1) == "within" || l.word(i-1) == "after" || l.word(i-2) == "give" && l.word(i-1) == "me":
		return m, j
	}
	return moment{}, i
}

// ordinal reads "the 25th", "25th of next month", "Dec 5", "5 December", "the first", and dates in digits.
func (l *lexed) ordinal(i int) (moment, int) {
	if m := months[l.word(i)]; m > 0 {
		j := i + 1
		if l.word(j) == "the" {
			j++
		}
		if t := l.at(j); t.kind == number && t.hundredths >= 100 && t.hundredths <= 3100 && t.hundredths%100 == 0 {
			mo := moment{kind: onDate, month: m, day: int(t.hundredths / 100)}
			if l.isWord(j+1, ordinalEnds) {
				j++
			}
			return l.withYear(mo, j+1)
		}
		return moment{}, i
	}
	t := l.at(i)
	day, j := 0, i+1
	if t.kind == number {
		day = int(t.hundredths / 100)
		if day < 1 || day > 31 || t.hundredths%100 != 0 {
			return l.slashed(i)
		}
		ended := l.isWord(j, ordinalEnds)
		if ended {
			j++
		}
		k := j
		if l.word(k) == "of" {
			k++
		}
		if m := months[l.word(k)]; m > 0 {
			return l.withYear(moment{kind: onDate, month: m, day: day}, k+1)
		}
		if !ended {
			return l.slashed(i)
		}
	} else if day = ordinals[l.word(i)]; day == 0 || l.word(i-1) != "the" || !dayLeads[l.word(i-2)] || l.at(j).kind == word && l.word(j) != "of" && l.word(j) != "and" {
		return moment{}, i
	}
	n := unsaid
	if l.word(j) == "of" {
		switch {
		case nextWords[l.word(j+1)] && monthWords[l.word(j+2)]:
			n, j = 1, j+3
		case (l.word(j+1) == "the" || l.word(j+1) == "this") && monthWords[l.word(j+2)]:
			j += 3
		case months[l.word(j+1)] > 0:
			return l.withYear(moment{kind: onDate, month: months[l.word(j+1)], day: day}, j+2)
		}
	} else if nextWords[l.word(j)] && monthWords[l.word(j+1)] {
		n, j = 1, j+2
	}
	return moment{kind: onDay, n: n, day: day}, j
}

var ordinalEnds = set("st", "nd", "rd", "th", "ths")

// withYear adds a year that follows a date.
func (l *lexed) withYear(m moment, i int) (moment, int) {
	j := i
	if l.char(j) == ',' {
		j++
	}
	if t := l.at(j); t.kind == number && t.digits == 4 && t.hundredths >= 200000 && t.hundredths < 220000 && t.hundredths%100 == 0 {
		m.year = int(t.hundredths / 100)
		return m, j + 1
	}
	return m, i
}
