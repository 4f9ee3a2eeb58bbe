package smsc

import (
	"strings"
	"unicode/utf8"
)

// before and after are the words that make a number beside them an amount of money.
var (
	before = []string{"¥", "¥", "$", "CNY", "RMB", "USD", "人民币"}
	after  = []string{"元", "圆", "CNY", "RMB", "USD", "yuan"}
)

// Amount reads the first amount of money out of a text: a number with a currency before or after it, as in
// "¥740.00", "740.00元" or "CNY 1,240.00". It returns the amount as a plain decimal with two places. A text
// without one is false; a number with three places or more is none.
func Amount(text string) (string, bool) {
	for i := 0; i < len(text); {
		if !digit(text[i]) {
			i++
			continue
		}
		end := i
		for end < len(text) && (digit(text[end]) || (text[end] == ',' || text[end] == '.') && end+1 < len(text) && digit(text[end+1])) {
			end++
		}
		if hasCurrency(text[:i], text[end:]) {
			if v, ok := decimal(text[i:end]); ok {
				return v, true
			}
		}
		i = end
	}
	return "", false
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func hasCurrency(left, right string) bool {
	left, right = strings.TrimRight(left, " \u00a0"), strings.TrimLeft(right, " \u00a0")
	for _, mark := range before {
		if n := len(left) - len(mark); n >= 0 && strings.EqualFold(left[n:], mark) {
			return true
		}
	}
	for _, mark := range after {
		if len(right) >= len(mark) && strings.EqualFold(right[:len(mark)], mark) {
			next, _ := utf8.DecodeRuneInString(right[len(mark):])
			return next > 'z' || next < 'A' || !isLetter(mark[0])
		}
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// decimal writes a number that may have commas between thousands with two places.
func decimal(s string) (string, bool) {
	whole, cents, _ := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return "", false
		}
	}
	if len(cents) > 2 || strings.ContainsAny(cents, ",.") {
		return "", false
	}
	whole = strings.TrimLeft(strings.Join(groups, ""), "0")
	if whole == "" {
		whole = "0"
	}
	return whole + "." + (cents + "00")[:2], true
}
