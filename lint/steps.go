package lint

import (
	"strconv"
	"strings"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
)

// backs says whether the loan's next step backs a consequence of this kind in a sentence. A day that the
// sentence names has to be the step's, and a step on another day is none for "tomorrow".
func (f *Facts) backs(kind string, sentence string, urgent bool) bool {
	for _, s := range f.Steps {
		if s.Text != "" && strings.Contains(sentence, folded(s.Text)) {
			return true
		}
		if s.Kind != kind {
			continue
		}
		if s.On != 0 && saysDay(sentence, s.On) {
			return true
		}
		if !urgent && !namesDay(sentence) {
			return true
		}
	}
	return false
}

// folded returns a text as the rules read it.
func folded(text string) string { return strings.Map(fold, text) }

// saysDay says that a sentence names a day, in one of the forms in which people write it.
func saysDay(sentence string, on ledger.Date) bool {
	y, m, d := on.YMD()
	day, month := strconv.Itoa(d), strings.ToLower(m.String())
	zh := strconv.Itoa(int(m)) + "月" + day
	for _, form := range []string{
		zh + "日", zh + "号", day + " " + month[:3], day + " " + month, month[:3] + " " + day, month + " " + day, on.String(),
		string(compose.AppendDate(nil, on, y, compose.English)),
	} {
		if strings.Contains(sentence, strings.ToLower(form)) {
			return true
		}
	}
	return false
}

// namesDay says that a sentence names some day of a month.
func namesDay(sentence string) bool {
	for i, r := range sentence {
		if (r == '日' || r == '号') && i > 0 && isDigit(rune(sentence[i-1])) {
			return true
		}
	}
	for _, m := range []string{"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec"} {
		for _, w := range strings.Fields(sentence) {
			if strings.HasPrefix(w, m) && len(w) <= 9 && strings.ContainsAny(sentence, "0123456789") {
				return true
			}
		}
	}
	return false
}
