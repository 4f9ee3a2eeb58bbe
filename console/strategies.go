package console

import (
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A versionLine is one version in a list.
type versionLine struct {
	ID, Number  int64
	State, Word string // by Version.State, and as people call it
	Who, When   string // who wrote it, and when
	By, Since   string // who put it in force last, and when
	Title       string
	Mine        bool
}

// A strategyCard is a portfolio's strategy.
type strategyCard struct {
	Portfolio, ID, Title string
	Stages, Treatments   int
	Versions             []versionLine // in force and waiting, and one's own drafts
	More                 int           // how many others there are
	MayDraft             bool
}

// strategies lists them.
func (c *Console) strategies(v *visit) error {
	var cards []strategyCard
	for _, h := range v.houses(access.Strategies) {
		card := strategyCard{
			Portfolio: h.Ref, ID: h.Strategy.ID, Stages: len(h.Strategy.Stages), Treatments: len(h.Strategy.Treatments()), MayDraft: v.may(access.Draft, h),
		}
		all, err := v.versions(store.Lineage{Portfolio: h.Row(), Kind: store.StrategyKind})
		if err != nil {
			return err
		}
		for _, l := range all {
			if l.State == "active" || l.State == "asked" || l.State == "draft" || v.r.URL.Query().Get("all") == h.Ref {
				card.Versions = append(card.Versions, l)
			} else {
				card.More++
			}
		}
		cards = append(cards, card)
	}
	return v.show(http.StatusOK, "strategies", "策略", "Strategies", cards)
}

func (v *visit) versions(of store.Lineage) (out []versionLine, err error) {
	all, err := v.Gate.Store.Versions(v.r.Context(), of)
	if err != nil {
		return nil, err
	}
	for i := range all {
		out = append(out, v.versionLine(&all[i]))
	}
	return out, nil
}

func (v *visit) versionLine(one *store.Version) versionLine {
	l := versionLine{
		ID: one.ID, Number: one.Number, State: one.State(), Who: words.In(words.Authors, one.Who, v.lang), When: v.minute(one.SavedAt), Mine: one.By(v.who()), Title: one.Name,
	}
	l.Word = words.In(words.Versions, l.State, v.lang)
	if one.Activation != 0 {
		l.By, l.Since = words.In(words.Authors, one.ActivatedBy, v.lang), v.minute(one.ActivatedAt)
	}
	return l
}

// version returns the version of a kind under the number of an address, with its portfolio, where the visitor may read it.
func (v *visit) version(kind string) (one store.Version, h *engine.Portfolio, err error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return one, nil, errNowhere
	}
	if one, err = v.Gate.Store.Version(v.r.Context(), id); err != nil {
		return one, nil, err
	}
	h = v.Desk.Portfolio(one.Portfolio)
	if one.Kind != kind || !v.may(access.Strategies, h) {
		return one, nil, errNowhere
	}
	return one, h, nil
}

// act is the visitor's doing something with a version now.
func (v *visit) act() store.Act { return v.deed(v.form("reason", 500)) }

// deed is what the visitor does, and why.
func (v *visit) deed(reason string) store.Act {
	return store.Act{Who: v.who(), At: v.at, Real: v.Gate.Wire(), Reason: reason}
}

// draftStrategy begins a draft from what is in force, or from an older version.
func (c *Console) draftStrategy(v *visit) error {
	var h *engine.Portfolio
	for _, one := range v.houses(access.Draft) {
		if one.Ref == v.form("portfolio", 64) {
			h = one
		}
	}
	if h == nil {
		return errNowhere
	}
	body := h.StrategyText().Body
	if from, err := strconv.ParseInt(v.form("from", 20), 10, 64); err == nil {
		old, err := c.Gate.Store.Version(v.r.Context(), from)
		if err != nil {
			return err
		}
		if old.Portfolio != h.Row() || old.Kind != store.StrategyKind {
			return errNowhere
		}
		body = old.Body
	}
	id, err := c.Gate.Store.BeginVersion(v.r.Context(), store.Lineage{Portfolio: h.Row(), Kind: store.StrategyKind}, body, v.act())
	if err != nil {
		return err
	}
	v.away("strategies/" + strconv.FormatInt(id, 10) + "?done=drafted")
	return nil
}
