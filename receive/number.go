package receive

// hanDigit returns the value of a Chinese digit, or -1.
func hanDigit(r rune) int64 {
	switch r {
	case '零', '〇':
		return 0
	case '一', '壹':
		return 1
	case '二', '两', '贰', '俩':
		return 2
	case '三', '叁', '仨':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

// hanUnit returns the value of a Chinese unit of counting, or 0.
func hanUnit(r rune) int64 {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	case '万':
		return 10000
	}
	return 0
}

// chineseNumber reads a number written out at i, in hundredths, and returns the index after it, which is i when
// there is none. "一千二" is 1,200 and "一万五" 15,000: a last digit counts in tenths of the unit before it.
func (l *lexed) chineseNumber(i int) (int64, int) {
	if l.hanAt(i, "万一") || l.hanAt(i, "一一") || l.hanAt(i, "千万别") || l.hanAt(i, "千万不") {
		return 0, i
	}
	total, section, digit, unit := int64(0), int64(0), int64(-1), int64(0)
	zero, start := false, i
	for ; i < start+12; i++ {
		r := l.char(i)
		if d := hanDigit(r); d >= 0 {
			if digit > 0 && d == digit+1 && hanDigit(l.char(i+1)) < 0 {
				digit = d // 两三天: the later of the two
				continue
			}
			if digit > 0 && unit == 0 && section == 0 && total == 0 {
				digit = digit*10 + d // digit by digit: 二五 for 25, 一二三四
				continue
			}
			if digit >= 0 && d > 0 && digit != 0 {
				break
			}
			zero = zero || d == 0
			digit = d
			continue
		}
		u := hanUnit(r)
		if u == 0 || u == unit {
			break
		}
		if u == 10000 {
			section += max(digit, 0)
			if section == 0 {
				break
			}
			total, section = total+section*u, 0
		} else {
			if digit < 0 && u != 10 {
				break
			}
			if digit <= 0 {
				digit = 1
			}
			section += digit * u
		}
		digit, unit, zero = -1, u, false
	}
	if i == start {
		return 0, start
	}
	if digit > 0 {
		if unit >= 100 && !zero {
			digit *= unit / 10
		}
		section += digit
	}
	return (total + section) * 100, i
}

// wordNumbers are English numbers below a hundred.
var wordNumbers = map[string]int64{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
	"forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

// englishNumber reads a number in words at i and returns the index after it, which is i when there is none.
func (l *lexed) englishNumber(i int) (int64, int) {
	total, part, start := int64(0), int64(-1), i
	if l.word(i) == "a" {
		if w := l.word(i + 1); w != "hundred" && w != "thousand" && w != "grand" {
			return 0, start
		}
		part = 1
		i++
	}
	for ; i < start+8; i++ {
		w := l.word(i)
		if v, ok := wordNumbers[w]; ok {
			if part >= 0 && part%100 != 0 && (part%10 != 0 || v >= 10) {
				break
			}
			part = max(part, 0) + v
			continue
		}
		switch {
		case w == "hundred" && part > 0 && part < 100:
			part *= 100
		case (w == "thousand" || w == "grand") && part > 0:
			total, part = total+part*1000, 0
		case w == "and" && part > 0 && part%100 == 0 && wordNumbers[l.word(i+1)] > 0:
		default:
			if part < 0 {
				return 0, start
			}
			return total + part, i
		}
	}
	return total + max(part, 0), i
}
