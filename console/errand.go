package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
	"github.com/dulyhq/duly/words/fault"
)

// An errand is the page of one thing that waits for a person.
type errand struct {
	ID                      int64
	What, Due, Since        string
	Ref, Portfolio          string
	Borrower                int64
	Urgent, Late, Open      bool
	Owner                   string
	Mine                    bool
	Text, Meaning, Sure     string
	Reply                   int64
	Hours, Review           string
	Help                    string // what to do where somebody is in danger
	Meanings                []meaningOption
	Colleagues              []string
	MayCorrect, Complaining bool
	Outcome, ClosedBy       string
	MayWrite                bool
	Draft                   string // what somebody has written
	Suggestions             []suggestion
	Preview                 *preview
}

type meaningOption struct {
	Meaning, Name string
	Now           bool
}

// errand shows one.
func (c *Console) errand(v *visit) error {
	d, err := v.item(access.Inbox)
	if err != nil {
		return err
	}
	return v.showErrand(http.StatusOK, &d, "")
}

func (v *visit) showErrand(status int, d *store.DeskItem, wrong string) error {
	return v.showErrandWith(status, d, "", nil, wrong)
}

func (v *visit) showErrandWith(status int, d *store.DeskItem, draft string, p *preview, wrong string) error {
	e := errand{
		ID: d.ID, What: words.In(words.Errands, d.Kind, v.lang), Due: v.minute(d.DueAt), Since: v.minute(d.OpenedAt), Ref: d.Ref, Borrower: int64(d.Borrower),
		Urgent: d.Urgent, Late: d.Open && d.DueAt.Before(v.at), Open: d.Open, Reply: d.Reply, Hours: d.Hours, Outcome: d.Outcome, ClosedBy: d.ClosedBy,
		MayWrite: d.Open && d.Reply != 0 && d.Borrower != 0 && v.mayDesk(access.Write, d), Draft: draft, Preview: p,
		MayCorrect: d.Reply != 0 && v.mayDesk(access.Correct, d), Complaining: slices.Contains([]string{"complaint", "dispute"}, d.Kind),
	}
	if h := v.Desk.Portfolio(d.Portfolio); h != nil {
		e.Portfolio = h.Ref
		if !v.may(access.Borrowers, h) {
			e.Borrower = 0
		}
	}
	if d.ReviewOn != 0 {
		e.Review = v.dayOf(d.ReviewOn)
	}
	if d.Reply != 0 {
		var err error
		if e.Text, err = v.Gate.Store.ReadReply(v.r.Context(), d.Reply, d.Portfolio, v.who(), v.Gate.Wire()); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		e.Meaning, e.Sure = v.condition(d.Meaning), strconv.Itoa(int(d.Confidence*100+.5))+"%"
	}
	if d.Kind == "danger" {
		e.Help = v.help(d.Country)
	}
	for _, m := range receive.Meanings() {
		e.Meanings = append(e.Meanings, meaningOption{string(m), v.condition(string(m)), string(m) == d.Meaning})
	}
	if e.MayWrite {
		list, err := v.suggestions(d)
		if err != nil {
			return err
		}
		for i := range list {
			w := suggestedWords[list[i].Name]
			e.Suggestions = append(e.Suggestions, suggestion{list[i].Name, v.say(w[0], w[1])})
		}
	}
	if err := v.colleagues(d, &e); err != nil {
		return err
	}
	return v.showWith(status, "errand", e.What, capital(e.What), e, wrong)
}

// help is what to do where somebody is in danger.
func (v *visit) help(country string) string {
	out := v.say("请保持沟通，不要谈及债务；情况紧急请拨打当地急救电话。", "Stay with them; speak of the debt with nobody. In danger now: the emergency number of where they are.")
	if h, ok := arrange.HelplineOf(country); ok {
		out += v.say("求助热线：", " Help: ") + h.Name[v.lang] + " " + h.Number + v.say("（使用前请核实）。", " (check it before use).")
	}
	return out
}

// colleagues are who may look after it.
func (v *visit) colleagues(d *store.DeskItem, e *errand) error {
	owners, err := v.Gate.Store.DeskOwners(v.r.Context())
	if err != nil {
		return err
	}
	all, err := v.Gate.Store.Staff(v.r.Context())
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		if p.ID == owners[d.ID] {
			e.Owner, e.Mine = p.Login, p.ID == v.user.ID
		}
		if p.Comes() && p.ID != v.user.ID && mayLookAfter(p, d, v.Desk) {
			e.Colleagues = append(e.Colleagues, p.Login)
		}
	}
	return nil
}

func mayLookAfter(p *store.Staffer, d *store.DeskItem, desk *engine.Desk) bool {
	if h := desk.Portfolio(d.Portfolio); h != nil {
		return p.Grants.May(access.Inbox, h.Ref)
	}
	return p.Grants.Everywhere(access.Inbox)
}

// take gives it to the visitor.
func (c *Console) take(v *visit) error {
	d, err := v.item(access.Inbox)
	if err != nil {
		return err
	}
	if err := c.Gate.Store.GiveDesk(v.r.Context(), d.ID, v.user.ID, v.who(), c.Gate.Wire()); err != nil {
		return err
	}
	v.away("inbox/" + strconv.FormatInt(d.ID, 10) + "?done=taken")
	return nil
}

// handOn gives it to somebody else, who may look after it.
func (c *Console) handOn(v *visit) error {
	d, err := v.item(access.Inbox)
	if err != nil {
		return err
	}
	p, err := c.Gate.Store.StaffByLogin(v.r.Context(), v.form("to", 64))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || !p.Comes() || !mayLookAfter(&p, &d, c.Desk) {
		return v.showErrand(http.StatusUnprocessableEntity, &d, v.say("请选择可以处理此事的同事。", "Please choose a colleague who may look after this."))
	}
	if err := c.Gate.Store.GiveDesk(v.r.Context(), d.ID, p.ID, v.who(), c.Gate.Wire()); err != nil {
		return err
	}
	v.away("inbox/" + strconv.FormatInt(d.ID, 10) + "?done=handed")
	return nil
}

// closed ends what waited.
func (c *Console) closed(v *visit) error {
	d, err := v.item(access.Inbox)
	if err != nil {
		return err
	}
	outcome := v.form("outcome", 60)
	if outcome == "" {
		return v.showErrand(http.StatusUnprocessableEntity, &d, v.say("请用一两个词写明结果。", "Please say in a word or two what came of it."))
	}
	closure := store.Closure{Who: v.as(c.Desk.Portfolio(d.Portfolio)), Outcome: outcome, RootCause: v.form("root_cause", 60), Reference: v.form("reference", 60)}
	err = c.Desk.With(func(e *engine.Engine) error {
		return e.Close(v.r.Context(), &d, closure, v.form("keep", 1) != "", v.at)
	})
	if errors.Is(err, engine.ErrMayNot) {
		return v.showErrand(http.StatusUnprocessableEntity, &d, v.mayNot(err))
	}
	if err != nil {
		return err
	}
	v.away("inbox?done=closed")
	return nil
}

// mayNot says why a rule keeps somebody from what they want to do.
func (v *visit) mayNot(err error) string {
	if v.lang == "zh" {
		return "按规则，此状态只能由其他角色解除；可勾选“继续暂停联系”后办结，或转交有权限的同事。（" + fault.Say(err, v.lang) + "）"
	}
	return "A rule lets only other roles end what this began: close it with contact resting on, or hand it on. (" + err.Error() + ")"
}

// correct says what a reply means.
func (c *Console) correct(v *visit) error {
	d, err := v.item(access.Correct)
	if err != nil {
		return err
	}
	m := receive.Meaning(v.form("meaning", 40))
	if d.Reply == 0 || !slices.Contains(receive.Meanings(), m) {
		return v.showErrand(http.StatusUnprocessableEntity, &d, v.say("请选择正确的含义。", "Please choose what it means."))
	}
	err = c.Desk.With(func(e *engine.Engine) error {
		return e.Correct(v.r.Context(), d.Reply, m, v.as(c.Desk.Portfolio(d.Portfolio)), v.at)
	})
	if errors.Is(err, engine.ErrMayNot) {
		return v.showErrand(http.StatusUnprocessableEntity, &d, v.mayNot(err))
	}
	if err != nil {
		return err
	}
	v.away("inbox?done=corrected")
	return nil
}
