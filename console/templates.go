package console

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A textsPage is the list of texts.
type textsPage struct {
	Houses  []houseOption
	Langs   []houseOption
	Stages  []houseOption
	Lines   []textLine
	Waiting int
}

type houseOption struct {
	Value, Name string
	Here        bool
}

type textLine struct {
	ID                         int64 // of the version in force
	Name, Language, Class      string
	Purpose, Stages, Portfolio string
	Most                       int
	Version                    versionLine
	Open                       []versionLine // drafts, and what waits for a signature
	Files                      []fileState
}

// A fileState is what a carrier has on file.
type fileState struct {
	Carrier, State, Word, Number, When, Who string
	Holds                                   bool // the text does not leave by it
}

// templates lists the texts of the portfolios, by stage and language.
func (c *Console) templates(v *visit) error {
	q := v.r.URL.Query()
	p := textsPage{}
	houses := v.houses(access.Strategies)
	for i, h := range houses {
		here := q.Get("portfolio") == h.Ref || q.Get("portfolio") == "" && i == 0
		p.Houses = append(p.Houses, houseOption{h.Ref, h.Ref, here})
		if !here {
			continue
		}
		lines, err := v.texts(h)
		if err != nil {
			return err
		}
		p.filter(v, h, lines, q.Get("language"), q.Get("stage"))
	}
	return v.show(http.StatusOK, "templates", "文案", "Texts", p)
}

// filter keeps the texts of a language and of a stage.
func (p *textsPage) filter(v *visit, h *engine.Portfolio, lines []textLine, lang, stage string) {
	p.Langs = []houseOption{{"", v.say("全部语言", "every language"), lang == ""}, {"zh", "中文", lang == "zh"}, {"en", "English", lang == "en"}}
	p.Stages = []houseOption{{"", v.say("全部阶段", "every stage"), stage == ""}}
	for i := range h.Strategy.Stages {
		name := h.Strategy.Stages[i].Name
		p.Stages = append(p.Stages, houseOption{name, v.stageName(name), stage == name})
	}
	p.Stages = append(p.Stages, houseOption{"-", v.say("不属于任何阶段（答复等）", "of no stage (answers and the like)"), stage == "-"})
	for i := range lines {
		l := &lines[i]
		used := h.UsedBy(l.Name)
		if lang != "" && l.Language != lang || stage == "-" && len(used) > 0 || stage != "" && stage != "-" && !slices.Contains(used, stage) {
			continue
		}
		p.Lines = append(p.Lines, *l)
		for _, open := range l.Open {
			if open.State == "asked" {
				p.Waiting++
			}
		}
	}
}

// texts are those of a portfolio.
func (v *visit) texts(h *engine.Portfolio) (out []textLine, err error) {
	all, err := v.versions(store.Lineage{Portfolio: h.Row(), Kind: store.TemplateKind})
	if err != nil {
		return nil, err
	}
	files, err := v.files(h)
	if err != nil {
		return nil, err
	}
	for _, t := range h.Templates.All() {
		of := compose.Of(t.Name, t.Language)
		l := textLine{
			Name: t.Name, Language: string(t.Language), Class: v.class(t.Class), Purpose: t.Purpose, Portfolio: h.Ref, Most: t.MaxSegments, Files: files[of],
		}
		for _, s := range h.UsedBy(t.Name) {
			if l.Stages != "" {
				l.Stages += v.say("、", ", ")
			}
			l.Stages += v.stageOrNotice(s)
		}
		for _, one := range all {
			switch {
			case one.Title != of:
			case one.State == "active":
				l.Version, l.ID = one, one.ID
			case one.State == "asked", one.State == "draft":
				l.Open = append(l.Open, one)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

var fileWords = map[string][2]string{
	"pending": {"报备中", "pending"}, "registered": {"已报备", "registered"}, "refused": {"被拒", "refused"}, "other": {"报备的是另一文本", "of another text"}, "none": {"未报备", "not registered"},
}

// files is what carriers have on file, by text: their word on the wording in force, else what the text's document says, else that they
// have another wording. The portfolio's own carrier is always among them.
func (v *visit) files(h *engine.Portfolio) (map[string][]fileState, error) {
	list, err := v.Gate.Store.Registrations(v.r.Context(), h.Row(), time.Time{})
	if err != nil {
		return nil, err
	}
	said := map[string][]store.Registration{}
	for _, r := range list {
		said[r.Name] = append(said[r.Name], r)
	}
	out := map[string][]fileState{}
	for _, t := range h.Templates.All() {
		of := compose.Of(t.Name, t.Language)
		carriers := slices.Collect(maps.Keys(t.Carriers))
		for _, r := range said[of] {
			carriers = append(carriers, r.Carrier)
		}
		if h.Carrier != "" {
			carriers = append(carriers, h.Carrier)
		}
		slices.Sort(carriers)
		for _, carrier := range slices.Compact(carriers) {
			out[of] = append(out[of], v.onFile(h, t, carrier, said[of]))
		}
	}
	return out, nil
}

// onFile is what one carrier has on file of a text.
func (v *visit) onFile(h *engine.Portfolio, t *compose.Template, carrier string, said []store.Registration) fileState {
	f := fileState{Carrier: carrier, State: "none"}
	for _, r := range said {
		switch {
		case r.Carrier != carrier:
		case r.Digest == t.Digest:
			f = fileState{Carrier: carrier, State: r.State, Number: r.Number, When: v.minute(r.At), Who: r.Who}
		case f.State == "none":
			f = fileState{Carrier: carrier, State: "other", Number: r.Number, When: v.minute(r.At), Who: r.Who}
		}
	}
	if id := t.Carriers[carrier].ID; id != "" && (f.State == "none" || f.State == "other") {
		f = fileState{Carrier: carrier, State: engine.Registered, Number: id, Who: words.In(words.Authors, store.ByFile, v.lang)}
	}
	f.Word = v.say(fileWords[f.State][0], fileWords[f.State][1])
	f.Holds = carrier == h.Carrier && (f.State == engine.Refused || h.RegisteredOnly && f.State != engine.Registered)
	return f
}

var classWords = map[compose.Class][2]string{
	compose.Reminder: {"还款提醒", "reminder"}, compose.Notice: {"法定通知", "statutory notice"}, compose.Confirmation: {"确认回执", "confirmation"}, compose.Answer: {"答复", "answer"},
}

func (v *visit) class(c compose.Class) string {
	if w, ok := classWords[c]; ok {
		return v.say(w[0], w[1])
	}
	return string(c)
}

// stageOrNotice names a stage, of which the statutory notices are one.
func (v *visit) stageOrNotice(name string) string {
	if name == "notice" {
		return v.say("法定通知", "statutory notices")
	}
	return v.stageName(name)
}
