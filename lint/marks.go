package lint

import (
	"strings"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// wide are the marks of Chinese for the half-width ones.
var wide = map[rune]rune{',': '，', ';': '；', ':': '：', '?': '？', '!': '！', '.': '。', '(': '（', ')': '）'}

// closes are brackets and what they close with.
var closes = map[rune]rune{'(': ')', '（': '）', '[': ']', '【': '】', '{': '}', '《': '》', '「': '」', '“': '”'}

// marks finds wrong, doubled and unbalanced punctuation and characters of the wrong width.
func (t *reading) marks(lang compose.Language) []Finding {
	var found []Finding
	add := func(from, to int, zh, en, better string) {
		found = append(found, Finding{Code: Marks, Start: from, End: to, Message: Said{zh, en}, Suggestion: better})
	}
	for i := 0; i < len(t.runes); i++ {
		r := t.runes[i]
		if n := t.doubled(i); n > 1 {
			add(i, i+n, "标点重复。", "The mark is doubled.", string(r))
			i += n - 1
			continue
		}
		switch {
		case lang != compose.Chinese && t.hans == 0 && strings.ContainsRune("，。；：？！（）、", r):
			add(i, i+1, "英文中使用了全角标点。", "A full-width mark stands in English.", narrow(r))
		case lang != compose.Chinese:
			if strings.ContainsRune(",.?!", r) && t.spaced(i) {
				add(i-1, i+1, "标点前有空格。", "A space stands before the mark.", string(r))
			}
		case wide[r] != 0 && t.wantsWide(i):
			add(i, i+1, "中文中使用了半角标点。", "A half-width mark stands in Chinese.", string(wide[r]))
		case r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ':
			n := 1
			for i+n < len(t.runes) && t.runes[i+n] >= '０' && t.runes[i+n] <= 'ｚ' {
				n++
			}
			add(i, i+n, "数字或字母使用了全角。", "Figures or letters are full-width.", half(t.runes[i:i+n]))
			i += n - 1
		case strings.ContainsRune("，。；：？！、", r) && i > 0 && t.runes[i-1] == ' ':
			add(i-1, i+1, "标点前有空格。", "A space stands before the mark.", string(r))
		}
	}
	return append(found, t.unbalanced()...)
}

func half(wideOnes []rune) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			return r - 0xFEE0
		}
		return r
	}, string(wideOnes))
}

func narrow(r rune) string {
	switch r {
	case '。':
		return "."
	case '、':
		return ","
	}
	return half([]rune{r})
}

// doubled returns how many marks stand together where one should, 0 or 1 when there is nothing wrong. A question
// may be exclaimed, and dots and dashes come in rows.
func (t *reading) doubled(i int) int {
	n := 0
	for i+n < len(t.runes) && strings.ContainsRune(",，。；;：？?！!、", t.runes[i+n]) {
		n++
	}
	if n == 2 && fold(t.runes[i]) != fold(t.runes[i+1]) && strings.ContainsRune("?!", fold(t.runes[i])) && strings.ContainsRune("?!", fold(t.runes[i+1])) {
		return 1
	}
	if n == 0 && t.runes[i] == '.' && (i == 0 || t.runes[i-1] != '.') {
		for i+n < len(t.runes) && t.runes[i+n] == '.' {
			n++
		}
		if n != 2 {
			return 1
		}
	}
	return n
}

func (t *reading) is(i int, f func(rune) bool) bool {
	return i >= 0 && i < len(t.runes) && f(t.runes[i])
}

// spaced says that a word, a space and then the mark at i stand there, and nothing that the mark could begin.
func (t *reading) spaced(i int) bool {
	word := func(r rune) bool { return isLetter(fold(r)) || isDigit(r) || r == ')' }
	if i < 2 || t.runes[i-1] != ' ' || !word(t.runes[i-2]) {
		return false
	}
	return t.runes[i] != '.' || !t.is(i+1, word) && !t.is(i+1, func(r rune) bool { return r == '.' })
}

// wantsWide says that the half-width mark at i belongs to Chinese words.
func (t *reading) wantsWide(i int) bool {
	chinese := func(r rune) bool { return isHan(r) || strings.ContainsRune("【】《》（）“”", r) }
	plain := func(r rune) bool { return isLetter(fold(r)) || isDigit(r) || r == '/' }
	before, after := t.is(i-1, chinese), t.is(i+1, chinese)
	switch t.runes[i] {
	case '.':
		return before && !t.is(i+1, plain) && !t.is(i+1, func(r rune) bool { return r == '.' })
	case ':':
		return before
	case '(':
		return after || before && t.inside(i+1, ')')
	case ')':
		return before || after && i > 0 && t.is(i-1, isHan)
	}
	return before || after
}

// inside says that Chinese stands between i and the next of these.
func (t *reading) inside(i int, end rune) bool {
	for ; i < len(t.runes) && t.runes[i] != end; i++ {
		if isHan(t.runes[i]) {
			return true
		}
	}
	return false
}

// unbalanced finds brackets that are not closed, or closed without being open. A half-width bracket may close a
// full-width one: that is a matter of width.
func (t *reading) unbalanced() []Finding {
	var open []int
	var found []Finding
	wrong := func(at int) {
		found = append(found, Finding{Code: Marks, Start: at, End: at + 1, Message: Said{"括号或引号不成对。", "A bracket or quotation mark has no partner."}})
	}
	for i, r := range t.runes {
		switch r {
		case '(', '（', '[', '【', '{', '《', '「', '“':
			open = append(open, i)
		case ')', '）', ']', '】', '}', '》', '」', '”':
			if n := len(open); n > 0 && half([]rune{closes[t.runes[open[n-1]]]}) == half([]rune{r}) {
				open = open[:n-1]
			} else if !t.listed(i) {
				wrong(i)
			}
		}
	}
	for _, i := range open {
		wrong(i)
	}
	return found
}

// listed says that a closing bracket is part of a list's number, "2)", or of a smile.
func (t *reading) listed(i int) bool {
	if i == 0 || t.runes[i] != ')' && t.runes[i] != '）' {
		return false
	}
	if strings.ContainsRune(":;-=8^_", t.runes[i-1]) {
		return true
	}
	return isDigit(t.runes[i-1]) || isLetter(fold(t.runes[i-1])) && (i == 1 || t.runes[i-2] == ' ')
}

// length finds a text message that takes too many segments.
func (t *reading) length(f *Facts) []Finding {
	if f.Channel != "" && f.Channel != ledger.SMS {
		return nil
	}
	limit := f.MaxSegments
	if limit == 0 {
		limit = 2
	}
	if _, _, n := sms.Measure(string(t.runes)); n <= limit {
		return nil
	}
	return []Finding{{Code: TooLong, Start: 0, End: len(t.runes)}}
}
