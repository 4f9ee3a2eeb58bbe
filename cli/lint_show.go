package cli

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/lint"
)

// lintLine is what is said of a text to machines. The fields after Findings stand with templates only.
type lintLine struct {
	Text     string           `json:"text"`
	OK       bool             `json:"ok"`
	Findings []lintFinding    `json:"findings"`
	File     string           `json:"file,omitempty"`
	Line     int              `json:"line,omitempty"`
	Template string           `json:"template,omitempty"`
	Language compose.Language `json:"language,omitempty"`
}

type lintFinding struct {
	Code       lint.Code `json:"code"`
	Severity   string    `json:"severity"`
	Start      int       `json:"start"`
	End        int       `json:"end"`
	Rule       string    `json:"rule"`
	Message    string    `json:"message"`
	Suggestion string    `json:"suggestion"`
}

// place is where a text stands.
type place struct {
	file         string
	line, column int
	template     *compose.Template
}

// show says what was found in a text.
func (k *linting) show(at place, text string, found []lint.Finding) error {
	k.texts++
	for i := range found {
		if found[i].Severity == lint.Error {
			k.errors++
		} else {
			k.others++
		}
	}
	if k.enc == nil {
		for i := range found {
			k.finding(at, text, &found[i])
		}
		return nil
	}
	line := lintLine{Text: text, OK: !lint.Errors(found), Findings: []lintFinding{}}
	if t := at.template; t != nil {
		line.File, line.Line, line.Template, line.Language = at.file, at.line, t.Name, t.Language
	}
	for i := range found {
		f := &found[i]
		line.Findings = append(line.Findings, lintFinding{
			f.Code, f.Severity.String(), f.Start, f.End, f.Rule, f.Message.In(compose.Language(k.lang)), f.Suggestion,
		})
	}
	return k.enc.Encode(line)
}

// codeWords are the codes for people.
var codeWords = map[lint.Code][2]string{
	lint.Threat: {"threat", "威胁"}, lint.Insult: {"insult", "侮辱"}, lint.FalseAuthority: {"false authority", "冒充机关"},
	lint.FalseLegal: {"false legal consequence", "虚假法律后果"}, lint.ThirdPerson: {"third party", "牵涉第三人"}, lint.Shaming: {"shaming", "公开羞辱"},
	lint.Personal: {"personal number", "个人信息"}, lint.Borrowing: {"urges to borrow", "诱导借贷"}, lint.Deception: {"deception", "误导欺骗"},
	lint.Upsell: {"selling", "推销"}, lint.NoIdentity: {"identity missing", "缺机构身份"}, lint.NoAmount: {"amount missing", "缺金额"},
	lint.NoContact: {"contact missing", "缺联系方式"}, lint.NoOptOut: {"opt-out missing", "缺退订方式"}, lint.Marks: {"punctuation", "标点"},
	lint.TooLong: {"too long", "过长"}, lint.Tone: {"tone", "语气"},
}

func (t tongue) severity(s lint.Severity) string {
	switch s {
	case lint.Error:
		return t.say("error", "错误")
	case lint.Warning:
		return t.say("warning", "警告")
	case lint.Info:
	}
	return t.say("info", "提示")
}

// finding shows one finding: where, what, the words underlined, why and what to write instead.
func (k *linting) finding(at place, text string, f *lint.Finding) {
	column := at.column
	if at.template == nil {
		column = f.Start + 1
	}
	what := k.lang.say(codeWords[f.Code][0], codeWords[f.Code][1])
	in := ""
	if t := at.template; t != nil {
		in = fmt.Sprintf(k.lang.say("template %s (%s): ", "模板%s（%s）："), t.Name, t.Language)
	}
	line := func(format string, args ...any) {
		fmt.Fprintf(k.w, format+"\n", args...) //nolint:errcheck // a bufio.Writer keeps its error for Flush
	}
	line("%s:%d:%d: %s%s%s%s [%s]", at.file, at.line, column, in, k.lang.severity(f.Severity), k.lang.say(": ", "："), what, f.Code)
	if f.End > f.Start {
		words, under := excerpt([]rune(text), f.Start, f.End)
		line("    %s\n    %s", words, under)
	}
	lang := compose.Language(k.lang)
	line("  %s %s", k.lang.say("why: ", "原因："), f.Message.In(lang))
	line("  %s %s (%s)", k.lang.say("rule:", "规则："), f.Rule, f.Source.In(lang))
	if f.Suggestion != "" {
		line("  %s %s", k.lang.say("write:", "可写："), f.Advice(compose.Language(k.lang)))
	}
}

// around is how many characters are shown before and after what was found.
const around = 24

// excerpt returns the words around what was found, and a line that underlines it. Chinese characters are two
// columns wide.
func excerpt(text []rune, start, end int) (words, under string) {
	from, to := max(0, start-around), min(len(text), end+around)
	if end-start > 4*around {
		end = start + 4*around
		to = end
	}
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(text) {
		after = "…"
	}
	clean := func(r []rune) string {
		return strings.Map(func(c rune) rune {
			if c < ' ' || c == 0x7F {
				return ' '
			}
			return c
		}, string(r))
	}
	lead, marked := before+clean(text[from:start]), clean(text[start:end])
	return lead + marked + clean(text[end:to]) + after,
		strings.Repeat(" ", runewidth.StringWidth(lead)) + "^" + strings.Repeat("~", max(0, runewidth.StringWidth(marked)-1))
}
