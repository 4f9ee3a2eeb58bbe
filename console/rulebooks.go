package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A bookLine is a rulebook of a portfolio.
type bookLine struct {
	ID, Title, Place, Version string
	Rules, Binding            int
	Signed                    []signedLine
	Digest                    string
}

type signedLine struct {
	Who, When string
	Other     bool // of an earlier text of the rulebook
}

type booksOf struct {
	Portfolio string
	Books     []bookLine
	Asked     []confidenceLine
}

// rulebooks lists them.
func (c *Console) rulebooks(v *visit) error {
	var all []booksOf
	for _, h := range v.houses(access.Strategies) {
		o := booksOf{Portfolio: h.Ref}
		signed, err := c.Gate.Store.Signatures(v.r.Context(), h.Row())
		if err != nil {
			return err
		}
		for _, b := range h.Lawbook.Books() {
			o.Books = append(o.Books, v.bookLine(&b, signed))
		}
		if o.Asked, err = v.confidences(h); err != nil {
			return err
		}
		all = append(all, o)
	}
	return v.show(http.StatusOK, "rulebooks", "规则集", "Rulebooks", all)
}

func (v *visit) bookLine(b *law.Rulebook, signed []store.Signature) bookLine {
	l := bookLine{ID: b.ID, Title: b.Title[v.lang], Place: b.Jurisdiction, Version: b.Version, Rules: len(b.Rules), Digest: b.Digest[:16]}
	for i := range b.Rules {
		if b.Rules[i].Confidence == law.Binding {
			l.Binding++
		}
	}
	switch {
	case len(b.Carriers) > 0:
		l.Place = v.say("通道：", "carriers: ") + strings.Join(b.Carriers, ", ")
	case b.House():
		l.Place = v.say("本机构", "the lender's own")
	}
	for _, s := range signed {
		if s.Name == b.ID {
			l.Signed = append(l.Signed, signedLine{s.Who, v.minute(s.At), s.Digest != b.Digest})
		}
	}
	return l
}

// A bookPage is one rulebook with its rules.
type bookPage struct {
	bookLine
	Portfolio  string
	List       []ruleLine
	MaySign    bool
	SignedByMe bool
	MayChange  bool
	Asked      []confidenceLine
}

type ruleLine struct {
	ID, Kind, Title, Source, Read, From string
	Other                               string // the title in the other language
	Binding                             bool
	Changed                             string // what the lender has made of it, and why
	Ended, Coming                       bool
}

// rulebook shows one.
func (c *Console) rulebook(v *visit) error { return v.showBook(http.StatusOK, "") }

// book returns the rulebook of an address, of a portfolio that the visitor may read.
func (v *visit) book() (*engine.Portfolio, *law.Rulebook, error) {
	for _, h := range v.houses(access.Strategies) {
		if h.Ref != v.r.PathValue("portfolio") {
			continue
		}
		for _, b := range h.Lawbook.Books() {
			if b.ID == v.r.PathValue("book") {
				return h, &b, nil
			}
		}
	}
	return nil, nil, errNowhere
}

func (v *visit) showBook(status int, wrong string) error {
	h, b, err := v.book()
	if err != nil {
		return err
	}
	signed, err := v.Gate.Store.Signatures(v.r.Context(), h.Row())
	if err != nil {
		return err
	}
	p := bookPage{bookLine: v.bookLine(b, signed), Portfolio: h.Ref, MaySign: v.may(access.Sign, h)}
	p.MayChange = p.MaySign && !b.House()
	p.SignedByMe = slices.ContainsFunc(signed, func(s store.Signature) bool { return s.Name == b.ID && s.Digest == b.Digest && s.Who == v.who() })
	if p.Asked, err = v.confidences(h); err != nil {
		return err
	}
	today := ledger.Day(v.at.In(h.Zone))
	for i := range b.Rules {
		p.List = append(p.List, v.ruleLine(&b.Rules[i], today))
	}
	return v.showWith(status, "rulebook", "规则集 "+p.Title, "Rulebook: "+p.Title, p, wrong)
}

func (v *visit) ruleLine(r *law.Rule, today ledger.Date) ruleLine {
	l := ruleLine{
		ID: r.ID, Title: r.Title[v.lang], Other: r.Title[map[string]string{"zh": "en", "en": "zh"}[v.lang]], Source: r.Source, Binding: r.Confidence == law.Binding,
		Ended: r.To != 0 && r.To <= today, Coming: r.From > today,
	}
	if v.lang == "zh" && r.SourceZH != "" {
		l.Source = r.SourceZH
	}
	l.Read, l.Kind = words.In(words.Readings, r.Status, v.lang), words.In(words.RuleKinds, string(r.Kind), v.lang)
	switch {
	case r.From != 0 && r.To != 0:
		l.From = r.From.String() + " – " + (r.To - 1).String()
	case r.From != 0:
		l.From = v.say(r.From.String()+"起", "since "+r.From.String())
	case r.To != 0:
		l.From = v.say("至", "until ") + (r.To - 1).String()
	}
	switch {
	case r.BoundBy != "":
		l.Changed = v.say("本机构设为强制", "made to bind here") + " (" + r.BoundBy + ")"
	case r.AdvisedBy != "":
		l.Changed = v.say("本机构设为不强制：", "does not bind here: ") + r.Why + " (" + r.AdvisedBy + ")"
	}
	return l
}

// signBook signs the rulebook of the address, as it was read.
func (c *Console) signBook(v *visit) error {
	h, b, err := v.book()
	if err != nil {
		return err
	}
	if !v.may(access.Sign, h) {
		return errDenied
	}
	if v.form("digest", 64) != b.Digest[:16] {
		return v.showBook(http.StatusConflict, v.say("规则集在您阅读期间已经更新，请重新阅读。", "The rulebook has changed while you read it. Please read it again."))
	}
	if err := c.Gate.Store.SignBook(v.r.Context(), h.Row(), store.Signature{Name: b.ID, Digest: b.Digest}, v.act()); err != nil {
		return err
	}
	v.away("rulebooks/" + h.Ref + "/" + b.ID + "?done=booksigned")
	return nil
}

// A confidenceLine is a wish to change how far rules bind, which waits.
type confidenceLine struct {
	versionLine
	Portfolio   string
	Says        []string
	MayDecide   bool
	InForce     bool
	MayWithdraw bool
	MayBack     bool // another was in force before
}

// confidences are what is in force of them and what waits.
func (v *visit) confidences(h *engine.Portfolio) (out []confidenceLine, err error) {
	all, err := v.Gate.Store.Versions(v.r.Context(), store.Lineage{Portfolio: h.Row(), Kind: store.ConfidenceKind})
	if err != nil {
		return nil, err
	}
	for i := range all {
		state := all[i].State()
		if state != "asked" && state != "active" {
			continue
		}
		one, err := v.Gate.Store.Version(v.r.Context(), all[i].ID)
		if err != nil {
			return nil, err
		}
		l := confidenceLine{versionLine: v.versionLine(&one), Portfolio: h.Ref, InForce: state == "active"}
		l.MayDecide, l.MayWithdraw = state == "asked" && !l.Mine && v.may(access.Sign, h), state == "asked" && l.Mine
		if l.InForce && v.may(access.Sign, h) {
			_, err := v.Gate.Store.Former(v.r.Context(), one.ID)
			l.MayBack = err == nil
		}
		book, err := law.Parse("confidence", one.Body)
		if err != nil {
			return nil, err
		}
		for _, c := range book.Bind {
			l.Says = append(l.Says, c.Rule+" "+h.Title(c.Rule, v.lang)+v.say("：设为强制", ": binds"))
		}
		for _, c := range book.Advise {
			l.Says = append(l.Says, c.Rule+" "+h.Title(c.Rule, v.lang)+v.say("：不强制，理由：", ": does not bind, because: ")+c.Reason)
		}
		if len(l.Says) == 0 {
			l.Says = append(l.Says, v.say("全部规则按规则集原文执行", "every rule binds as its rulebook has it"))
		}
		out = append(out, l)
	}
	return out, nil
}

// askConfidence asks for a change of how far a rule binds. Somebody else signs it.
func (c *Console) askConfidence(v *visit) error {
	h, b, err := v.book()
	if err != nil {
		return err
	}
	if !v.may(access.Sign, h) {
		return errDenied
	}
	rule, effect, reason := v.form("rule", 100), v.form("effect", 10), v.form("reason", 500)
	known := slices.ContainsFunc(b.Rules, func(r law.Rule) bool { return r.ID == rule })
	if !known || effect != "bind" && effect != "advise" && effect != "as-written" || reason == "" {
		return v.showBook(http.StatusUnprocessableEntity, v.say("请选择规则和效力，并写明理由。", "Please choose the rule and what becomes of it, and say why."))
	}
	body := h.ConfidenceWith(rule, effect, reason)
	if bind, advise := h.Confidence(); len(bind)+len(advise) == 0 && effect == "as-written" {
		return v.showBook(http.StatusUnprocessableEntity, v.say("这条规则本来就按规则集原文执行，没有变化可签署。", "This rule binds as its rulebook has it already: there is nothing to sign."))
	}
	if checked := h.WithConfidence(body, ledger.Day(v.at.In(h.Zone))); len(checked.Mistakes) > 0 {
		return v.showBook(http.StatusUnprocessableEntity, v.say("不能这样认定：", "That cannot be: ")+checked.Mistakes[0].Says(v.lang))
	}
	of := store.Lineage{Portfolio: h.Row(), Kind: store.ConfidenceKind}
	id, err := c.Gate.Store.BeginVersion(v.r.Context(), of, body, v.act())
	if err == nil {
		err = c.Gate.Store.AskFor(v.r.Context(), id, v.act())
	}
	if err != nil {
		return err
	}
	v.away("rulebooks/" + h.Ref + "/" + b.ID + "?done=askedbook")
	return nil
}

// decideConfidence signs a change that somebody else asked for, or refuses it.
func (c *Console) decideConfidence(v *visit) error {
	one, h, err := v.version(store.ConfidenceKind)
	if err != nil {
		return err
	}
	if !v.may(access.Sign, h) {
		return errDenied
	}
	done, wrong := "bound", ""
	switch v.form("do", 10) {
	case "sign":
		if found := h.WithConfidence(one.Body, ledger.Day(v.at.In(h.Zone))).Mistakes; one.State() == "asked" && len(found) > 0 {
			wrong = v.say("现在不能这样认定：", "That cannot be by now: ") + found[0].Says(v.lang)
			break
		}
		if err = c.Gate.Store.Activate(v.r.Context(), one.ID, v.act()); err == nil {
			err = c.renew(v)
		}
	case "back":
		if v.form("reason", 500) == "" {
			said := v.say("请写明回退的理由。", "Please say why you go back.")
			return v.show(http.StatusUnprocessableEntity, "denied", said, said, nil)
		}
		_, wrong, err = c.goBack(v, one.ID, h.Zone, h.WithConfidence)
		done = "back"
	default:
		err, done = c.Gate.Store.GiveUp(v.r.Context(), one.ID, v.act()), "given-up"
	}
	if wrong != "" {
		return v.show(http.StatusUnprocessableEntity, "denied", wrong, wrong, nil)
	}
	if said, known := v.refusal(err); known {
		return v.show(http.StatusConflict, "denied", said, said, nil)
	}
	if err != nil {
		return err
	}
	v.away("rulebooks?done=" + done)
	return nil
}
