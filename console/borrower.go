package console

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A sheet is the page of one borrower: everything that is held about them in one portfolio, masked.
type sheet struct {
	ID        int64
	Ref       string
	Portfolio string
	Person    string
	Holders   []engine.ExplainedHolder // one person may be several borrowers
	Clear     *clear                   // after an unmasking, this once
	MayUnmask bool
	MayWrite  bool
	MayExport bool
	Next      nextStep
	Loans     []loanSheet
	States    []stateLine
	Agreed    []agreedLine
	Consents  []string
	Errands   []errandLine
	Timeline  []event
	Words     bool         // what was written may be read
	Kinds     []kindOption // what the visitor may agree to; none: nothing
}

type clear struct{ Name, Phone string }

// A nextStep is what would be done with them now, and by which rules.
type nextStep struct {
	Action, Do, Stage, Why, Rule, Source, When string
	Checked                                    []checkLine
}

type checkLine struct {
	Passed              bool
	Title, Rule, Source string
	Aside               string
}

type loanSheet struct {
	Ref, Due, Bucket, Next string
	DPD                    int
	Lines                  []string
}

type stateLine struct{ What, Why, Rule string }

type agreedLine struct {
	Kind, Status, Made, Total, Reason string
	Parts                             []string
	Live                              bool
}

type errandLine struct {
	ID         int64
	What, When string
	Open, Late bool
}

// An event is one line of the timeline.
type event struct {
	At                time.Time
	When, Kind, Title string
	Text              string // what was written; empty where it may not be read
	Small             string
	Ours              bool
}

// borrower shows one.
func (c *Console) borrower(v *visit) error {
	k, err := v.known(access.Borrowers)
	if err != nil {
		return err
	}
	return v.sheet(http.StatusOK, &k, nil, "")
}

func (v *visit) sheet(status int, k *engine.Known, clear *clear, wrong string) error {
	var x *engine.Explanation
	err := v.Desk.With(func(e *engine.Engine) (err error) {
		x, err = e.ExplainPerson(v.r.Context(), k.Portfolio.Row(), k.Person, v.at)
		return err
	})
	if err != nil {
		return err
	}
	s := &sheet{
		ID: int64(k.ID), Ref: k.Ref, Portfolio: k.Portfolio.Ref, Person: x.Person, Holders: x.Borrowers, Clear: clear,
		MayUnmask: v.may(access.Unmask, k.Portfolio), MayWrite: v.may(access.Write, k.Portfolio), MayExport: v.may(access.Export, k.Portfolio), Words: v.may(access.Inbox, k.Portfolio),
	}
	if v.may(access.Agree, k.Portfolio) {
		s.Kinds = v.kinds()
	}
	s.next(v, x)
	for i := range x.Loans {
		s.Loans = append(s.Loans, v.loanSheet(&x.Loans[i]))
	}
	s.states(v, x)
	s.agreed(v, x)
	for i := range x.Desk {
		d := &x.Desk[i]
		s.Errands = append(s.Errands, errandLine{d.Number, words.In(words.Errands, d.Kind, v.lang), v.soon(d.DueAt), d.Open, d.Open && d.DueAt.Before(v.at)})
	}
	if s.timeline(v, x); s.read() {
		// What was written is shown only when it is kept who reads it.
		d := store.Deed{At: v.Gate.Wire(), Who: v.who(), What: "conversation_read", Portfolio: k.Portfolio.Row(), Subject: fmt.Sprintf("borrower %d", k.ID)}
		if err := v.Gate.Store.Record(v.r.Context(), d); err != nil {
			return err
		}
	}
	return v.showWith(status, "borrower", "借款人 "+k.Ref, "Borrower "+k.Ref, s, wrong)
}

func (s *sheet) next(v *visit, x *engine.Explanation) {
	n := &s.Next
	n.Action, n.Do = x.Action, words.In(words.Actions, x.Action, v.lang)
	if x.Stage != "" {
		n.Stage = v.stageName(x.Stage) + " / " + x.Treatment
	}
	n.Rule = x.Rule
	if n.Why, n.Source = v.rule(x.By, x.Rule); n.Why == x.Rule && x.Reason != "" {
		n.Why = v.say(map[string]string{"task": "策略规定此阶段由专人处理。", "contact": "策略规定此阶段发送提醒。"}[x.Action], x.Reason)
	}
	switch {
	case x.Action == "contact":
		n.When = v.minute(x.NotBefore) + v.say(" 起，至 ", " until ") + v.minute(x.NotAfter)
	case x.Action == "hold" && !x.NotBefore.IsZero():
		n.When = v.minute(x.NotBefore) + v.say(" 起再次判断", ": asked again")
	}
	for _, c := range x.Checked {
		l := checkLine{Passed: c.Passed, Rule: c.Rule, Aside: v.aside(&c)}
		if l.Title, l.Source = v.rule(x.By, c.Rule); l.Source == "" {
			l.Source = c.Source
		}
		n.Checked = append(n.Checked, l)
	}
}

// aside is what has to be known of a rule beside its title.
func (v *visit) aside(c *guard.Checked) string {
	switch {
	case strings.HasPrefix(c.Detail, "advisory"):
		return v.say("参考，不作为判断依据", "advisory: it does not decide")
	case !c.Passed && v.lang == "en":
		return c.Detail
	}
	return ""
}

func (v *visit) loanSheet(l *engine.ExplainedLoan) loanSheet {
	out := loanSheet{Ref: l.Loan, DPD: l.DPD, Bucket: v.stageName(l.Bucket), Due: v.amount(l.Due, l.Currency)}
	if l.NextOn != 0 {
		out.Next = v.dayOf(l.NextOn)
	}
	for _, w := range l.Working {
		out.Lines = append(out.Lines, w.Text(v.lang, ledger.Currency(l.Currency)))
	}
	return out
}

// amount is a decimal amount of a currency as people read it.
func (v *visit) amount(decimal, currency string) string {
	m, err := ledger.ParseMoney(decimal, ledger.Currency(currency))
	if err != nil {
		return decimal + " " + currency
	}
	return v.money(m.Minor, m.Currency)
}

// condition is what people call a state or a meaning.
func (v *visit) condition(kind string) string { return words.One(words.Conditions, kind, v.lang) }

func (s *sheet) states(v *visit, x *engine.Explanation) {
	for i := range x.States {
		st := &x.States[i]
		l := stateLine{What: v.condition(st.Kind)}
		if !st.Since.IsZero() {
			l.What += v.say("，自 ", ", since ") + v.minute(st.Since)
		}
		if !st.Until.IsZero() {
			l.What += v.say("，至 ", ", until ") + v.minute(st.Until)
		}
		l.Rule = st.Rule
		l.Why, _ = v.rule(x.By, st.Rule)
		s.States = append(s.States, l)
	}
	for _, c := range x.Consents {
		word := v.say("同意", "consent given")
		if c.Withdrawn {
			word = v.say("撤回同意", "consent withdrawn")
		}
		s.Consents = append(s.Consents, words.One(words.Channels, c.Channel, v.lang)+v.say("：", ": ")+word+v.say("，", ", ")+v.minute(c.At))
	}
}

func (s *sheet) agreed(v *visit, x *engine.Explanation) {
	for i := range x.Agreed {
		a := &x.Agreed[i]
		l := agreedLine{
			Kind: words.One(words.Agreed, a.Kind, v.lang), Status: words.One(words.Agreed, a.Status, v.lang), Made: v.minute(a.MadeAt), Total: v.amount(a.Total, a.Currency),
			Reason: a.Reason, Live: a.Status == "live",
		}
		for _, p := range a.Parts {
			l.Parts = append(l.Parts, v.dayOf(p.On)+"  "+v.amount(p.Amount, a.Currency))
		}
		s.Agreed = append(s.Agreed, l)
	}
}

// timeline is everything that happened, the newest first.
func (s *sheet) timeline(v *visit, x *engine.Explanation) {
	add := func(e event) { s.Timeline = append(s.Timeline, e) }
	for _, d := range x.Decisions {
		why, _ := v.rule(x.By, d.Rule)
		if why == d.Rule && d.Reason != "" {
			why = d.Reason
		}
		add(event{At: d.At, Kind: v.say("判断", "Decided"), Title: words.In(words.Actions, d.Action, v.lang) + v.say("：", ": ") + why, Small: strings.TrimSpace(d.Rule)})
	}
	for i := range x.Messages {
		s.message(v, &x.Messages[i])
	}
	for _, r := range x.Replies {
		e := event{At: r.At, Kind: v.say("回复", "Reply"), Title: v.condition(r.Meaning)}
		if s.Words {
			e.Text = r.Text
		}
		add(e)
	}
	for i := range x.Calls {
		c := &x.Calls[i]
		result := v.say(map[string]string{"attempt": "已尝试", "conversation": "已通话", "unanswered": "未接通"}[c.Result], c.Result)
		add(event{At: c.At, Kind: v.say("人工联系", "By people"), Title: words.One(words.Channels, c.Channel, v.lang) + v.say("，", ", ") + result, Ours: true})
	}
	for _, c := range x.Causes {
		add(event{At: c.At, Kind: v.say("原因", "Cause"), Title: words.One(words.Causes, c.Cause, v.lang), Small: c.Source})
	}
	slices.SortStableFunc(s.Timeline, func(a, b event) int { return cmp.Compare(b.At.UnixMilli(), a.At.UnixMilli()) })
	for i := range s.Timeline {
		s.Timeline[i].When = v.minute(s.Timeline[i].At)
	}
}

// read says whether the page shows something that was written.
func (s *sheet) read() bool {
	return slices.ContainsFunc(s.Timeline, func(e event) bool { return e.Text != "" })
}

func (s *sheet) message(v *visit, m *engine.ExplainedMessage) {
	e := event{At: m.PlannedAt, Kind: v.say("信息", "Message"), Title: words.In(words.States, m.State, v.lang), Small: v.stageName(m.Stage) + " · " + m.Message, Ours: true}
	for i := range m.Tries {
		t := &m.Tries[i]
		e.At = t.At
		if s.Words {
			e.Text = t.Text
		}
		if t.Said {
			e.Title += v.say("，", ", ") + v.amount(t.Amount, t.Currency)
		}
		for _, x := range t.ByHand {
			e.Small += " · " + v.soon(x.At) + v.say(" 认定：", " said: ") + words.In(words.Said, x.Said, v.lang)
		}
		for _, r := range t.Receipts {
			if remedy := receive.Cause(r.Cause).Remedy(v.lang); remedy != "" {
				e.Small += " · " + remedy
			}
		}
	}
	if m.Rule != "" {
		why, _ := v.rule(nil, m.Rule)
		e.Small += " · " + why
	}
	s.Timeline = append(s.Timeline, e)
}
