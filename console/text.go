package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A textPage is one version of a text.
type textPage struct {
	versionLine
	Portfolio, Name, Language string
	Class, Purpose, Stages    string
	Most                      int
	Body                      string // as it stands in the document
	Was                       string // the one in force, where this is another
	Editing, MayAsk, MayEnd   bool
	MayDecide, Own, MayBack   bool
	MayDraft, Overtaken       bool
	Mistakes                  []engine.Mistake
	Found                     []foundLine
	Fine                      bool
	Phone                     *phoneShown
	Variables                 string
	Files                     []fileState
	MayFile                   bool
	Digest                    string
	History                   []versionLine
}

type foundLine struct {
	Line                     int
	Code, Rule, Says, Better string
	Words                    string
}

// A phoneShown is a text as a handset would show it.
type phoneShown struct {
	Text, Of, Cost  string
	Next            bool
	Alphabet        string
	Units, Segments int
	Borrower        int64
	Sign            string
	TooLong         bool
}

// text shows one.
func (c *Console) text(v *visit) error { return v.showText(http.StatusOK, "", "") }

// showText shows the version of the address; a body that is not kept, or not yet, takes the place of its own.
func (v *visit) showText(status int, body, wrong string) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	piece := compose.Piece{Text: string(one.Body)}
	if body != "" {
		piece.Text = piece.WithBody(body)
	}
	name, lang, _ := strings.Cut(one.Name, ".")
	p := textPage{versionLine: v.versionLine(&one), Portfolio: h.Ref, Name: name, Language: lang, Body: piece.Body(), Digest: one.Digest}
	p.Editing = p.State == "draft" && p.Mine && v.may(access.Draft, h)
	p.MayAsk, p.MayEnd = p.Editing, p.Mine && (p.State == "draft" || p.State == "asked") && v.may(access.Draft, h)
	p.Own, p.MayDecide = p.State == "asked" && p.Mine, p.State == "asked" && !p.Mine && v.may(access.Sign, h)
	p.MayDraft, p.MayFile = v.may(access.Draft, h), p.State == "active" && (v.may(access.Draft, h) || v.may(access.Carriers, h))
	p.MayBack = p.State == "active" && one.Number > 1 && v.may(access.Sign, h)
	q := h
	if p.State != "active" {
		checked := h.WithTemplate(one.Name, piece.Text, ledger.Day(v.at.In(h.Zone)))
		p.Mistakes, p.Fine, q = checked.Mistakes, len(checked.Mistakes) == 0, checked.Portfolio
		v.found(&p, &checked)
		if now, err := v.inForce(one.Lineage); err == nil {
			was := compose.Piece{Text: string(now.Body)}
			p.Was, p.Overtaken = was.Body(), now.ID != one.Base && (p.State == "asked" || p.State == "draft")
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if err := v.aboutText(&p, h, q, one.Lineage); err != nil {
		return err
	}
	return v.showWith(status, "text", "文案 "+name+" · "+langName(lang), "Text "+name+", "+langName(lang), p, wrong)
}

func langName(lang string) string { return map[string]string{"zh": "中文", "en": "English"}[lang] }

// found is what the lint finds in a text that refuses nothing.
func (v *visit) found(p *textPage, c *engine.Checked) {
	for i := range c.Found {
		f := &c.Found[i]
		l := foundLine{Line: f.Line, Code: string(f.Code), Rule: f.Rule, Says: f.Message.In(compose.Language(v.lang)), Better: f.Advice(compose.Language(v.lang))}
		if r := []rune(f.Text); f.End > f.Start && f.End <= len(r) {
			l.Words = string(r[f.Start:f.End])
		}
		p.Found = append(p.Found, l)
	}
}

// aboutText adds what the text is for, how a handset shows it, what carriers have on file, and what was before. q has the text.
func (v *visit) aboutText(p *textPage, h, q *engine.Portfolio, of store.Lineage) (err error) {
	if p.History, err = v.versions(of); err != nil {
		return err
	}
	files, err := v.files(h)
	if err != nil {
		return err
	}
	p.Files = files[of.Name]
	for _, s := range h.UsedBy(p.Name) {
		if p.Stages != "" {
			p.Stages += v.say("、", ", ")
		}
		p.Stages += v.stageOrNotice(s)
	}
	if was := h.Templates.Pick(p.Name, compose.Language(p.Language), ""); was != nil {
		p.Class, p.Purpose, p.Most = v.class(was.Class), was.Purpose, was.MaxSegments
	}
	if q == nil {
		return nil
	}
	t := q.Templates.Pick(p.Name, compose.Language(p.Language), "")
	if t == nil {
		return nil
	}
	p.Class, p.Purpose, p.Most = v.class(t.Class), t.Purpose, t.MaxSegments
	return v.Desk.With(func(e *engine.Engine) error {
		own := q
		if q == h {
			own = e.Mine(h)
		}
		s, err := e.SampleOf(v.r.Context(), own, p.Name, t.Language, v.at)
		if errors.Is(err, engine.ErrCannotWrite) {
			return nil // it asks for what this borrower does not have
		}
		if err != nil {
			return err
		}
		p.Phone = &phoneShown{
			Text: s.Text, Next: s.Of, Alphabet: s.Alphabet, Units: s.Units, Segments: s.Segments, Sign: own.Identity[t.Language].Signature, TooLong: s.Segments > t.MaxSegments,
			Cost: v.textCost(h.Carrier, s.Segments),
		}
		if v.may(access.Borrowers, h) {
			p.Phone.Of, p.Phone.Borrower = s.Ref+" "+s.Name, int64(s.ID)
		}
		return nil
	})
}

// textCost is what so many parts cost with a carrier, to a fraction of a minor unit; empty where nobody has said.
func (v *visit) textCost(carrier string, segments int) string {
	if v.Cost == nil {
		return ""
	}
	micro, cur := v.Cost(carrier)
	digits, known := cur.Digits()
	if micro == 0 || !known {
		return ""
	}
	major := micro * int64(segments)
	for range digits {
		major /= 10
	}
	return ledger.Rate(major).String() + " " + string(cur)
}
