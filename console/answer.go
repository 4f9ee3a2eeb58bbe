package console

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/lint"
	"github.com/dulyhq/duly/store"
)

// A preview is what would become of an answer: the text as it would leave, what the lint finds in it, whether it may leave, when, and
// what it costs.
type preview struct {
	lang             string
	Whole            string
	Findings         []findingLine
	May              bool
	Why, Rule        string
	When, Size, Cost string
	Names            string // the sum that it names; empty: none
}

// T picks the wording of the language.
func (p *preview) T(zh, en string) string {
	if p.lang == "en" {
		return en
	}
	return zh
}

type findingLine struct {
	Refuses                     bool
	Where, Why, Better, Of, Ref string
}

// mostAnswer is how much somebody may write, in characters; the segments bound it before.
const mostAnswer = 600

// answer shows what would become of a person's own words, or lets them go where they may.
func (c *Console) answer(v *visit) error {
	d, err := v.item(access.Write)
	if err != nil {
		return err
	}
	text := v.form("text", mostAnswer)
	if use := v.form("use", 60); use != "" {
		return v.suggest(&d, use, text)
	}
	sending := v.form("do", 10) == "send"
	live := !sending && v.form("live", 1) != ""
	var p *engine.Preview
	sent := false
	err = c.Desk.With(func(e *engine.Engine) (err error) {
		if !sending {
			p, err = e.PreviewAnswer(v.r.Context(), d.ID, text, v.at)
			return err
		}
		id := int64(0)
		m, number, err := e.SendAnswer(v.r.Context(), d.ID, text, v.as(c.Desk.Portfolio(d.Portfolio)), v.form("keep_open", 1) != "", v.at)
		p, id = m, int64(number)
		sent = id != 0
		return err
	})
	switch {
	case live && errors.Is(err, engine.ErrNoAnswer):
		return v.showLive(nil)
	case live && err == nil:
		return v.showLive(v.preview(p))
	case errors.Is(err, engine.ErrNoAnswer):
		return v.showErrandWith(http.StatusUnprocessableEntity, &d, text, nil, v.noAnswer(&d, text))
	case err != nil:
		return err
	case sent:
		v.away("inbox?done=answered")
		return nil
	}
	status, wrong := http.StatusOK, ""
	if sending {
		status, wrong = http.StatusUnprocessableEntity, v.say("这段话不能发出，原因见下。", "This may not leave; why stands below.")
	}
	return v.showErrandWith(status, &d, text, v.preview(p), wrong)
}

// suggest puts an approved text, filled, where somebody writes: nothing leaves by it.
func (v *visit) suggest(d *store.DeskItem, use, text string) error {
	list, err := v.suggestions(d)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Name == use {
			text = list[i].Text
		}
	}
	return v.showErrandWith(http.StatusOK, d, text, nil, "")
}

// suggestions are the approved texts that fit what somebody wrote.
func (v *visit) suggestions(d *store.DeskItem) (list []engine.Suggestion, err error) {
	err = v.Desk.With(func(e *engine.Engine) (err error) {
		list, err = e.Suggestions(v.r.Context(), d.ID, v.at)
		return err
	})
	return list, err
}

// suggestedWords are what people call the texts that may be suggested, by template.
var suggestedWords = map[string][2]string{
	"paid_noted": {"核实还款", "A payment is looked for"}, "promise_when": {"询问还款日", "Asks for the day"}, "dispute_statement": {"说明欠款", "States the debt"},
	"received": {"已收到，稍后答复", "Received, answered soon"}, "complaint_received": {"投诉已受理", "The complaint is taken up"}, "call_back": {"安排回电", "A call back"},
}

type suggestion struct{ Name, Title string }

// noAnswer says why something cannot be answered by text.
func (v *visit) noAnswer(d *store.DeskItem, text string) string {
	switch {
	case !d.Open:
		return v.say("此事项已办结。", "It is closed.")
	case text == "":
		return v.say("请先写下内容。", "Please write something first.")
	case d.Portfolio == 0 || d.Borrower == 0:
		return v.say("来信号码不属于任何借款人，不能以短信答复。", "Nobody is known by the number that wrote, and nothing is sent to it.")
	}
	return v.say("此事项不能以短信答复。", "This cannot be answered by text.")
}

func (v *visit) preview(p *engine.Preview) *preview {
	out := &preview{lang: v.lang, Whole: p.Text, May: p.May, Rule: p.Rule}
	runes := []rune(p.Text)
	for i := range p.Findings {
		f := &p.Findings[i]
		l := findingLine{Refuses: f.Severity == lint.Error, Why: f.Message.In(compose.Language(v.lang)), Better: f.Advice(compose.Language(v.lang)), Of: f.Source.In(compose.Language(v.lang)), Ref: f.Rule}
		if f.End > f.Start && f.End <= len(runes) {
			l.Where = string(runes[f.Start:f.End])
		}
		out.Findings = append(out.Findings, l)
	}
	h := v.Desk.Portfolio(p.Item.Portfolio)
	if out.Why, _ = v.rule(h, p.Rule); out.Why == p.Rule && p.Reason != "" {
		out.Why = p.Reason
	}
	if !p.NotBefore.IsZero() {
		out.When = v.minute(p.NotBefore)
		if !p.NotAfter.IsZero() {
			out.When += v.say(" 至 ", " to ") + v.minute(p.NotAfter)
		}
	}
	out.Size = strconv.Itoa(p.Segments) + v.say("段，", plural(p.Segments, " segment, ", " segments, ")) + strconv.Itoa(p.Units) + v.say("个字符单位", " units")
	if h != nil && v.Cost != nil {
		if micro, cur := v.Cost(h.Carrier); micro > 0 {
			out.Cost = v.money((micro*int64(p.Segments)+999_999)/1_000_000, cur)
		}
	}
	if p.Names {
		out.Names = v.money(p.Due.Minor, p.Due.Currency)
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
