package console

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A pile is the inbox: what waits for a person, the urgent first and then what is due first.
type pile struct {
	Items []pileLine
	Of    string // "", "mine" or "nobody"
	Kind  string
	Kinds []kindOption
	Total int
}

type kindOption struct {
	Kind, Name string
	Number     int
}

type pileLine struct {
	ID                          int64
	What, Meaning, Due, Ref     string
	Portfolio, Owner            string
	Urgent, Late, Mine, Unknown bool
}

// mostLines bounds a page of the inbox: what comes after is shown when what is before it is done.
const mostLines = 200

// inbox lists it.
func (c *Console) inbox(v *visit) error {
	items, owners, err := v.waiting()
	if err != nil {
		return err
	}
	names, err := v.logins()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	p := pile{Of: q.Get("of"), Kind: q.Get("kind"), Total: len(items)}
	for i := range items {
		d := &items[i]
		k := slices.IndexFunc(p.Kinds, func(o kindOption) bool { return o.Kind == d.Kind })
		if k < 0 {
			k = len(p.Kinds)
			p.Kinds = append(p.Kinds, kindOption{Kind: d.Kind, Name: words.In(words.Errands, d.Kind, v.lang)})
		}
		p.Kinds[k].Number++
		owner := owners[d.ID]
		if p.Kind != "" && p.Kind != d.Kind || p.Of == "mine" && owner != v.user.ID || p.Of == "nobody" && owner != 0 || len(p.Items) >= mostLines {
			continue
		}
		l := pileLine{
			ID: d.ID, What: words.In(words.Errands, d.Kind, v.lang), Due: v.soon(d.DueAt), Ref: d.Ref, Urgent: d.Urgent, Late: d.DueAt.Before(v.at),
			Owner: names[owner], Mine: owner == v.user.ID, Unknown: d.Portfolio == 0,
		}
		if h := v.Desk.Portfolio(d.Portfolio); h != nil {
			l.Portfolio = h.Ref
		}
		if d.Meaning != "" {
			l.Meaning = v.condition(d.Meaning)
		}
		p.Items = append(p.Items, l)
	}
	return v.show(http.StatusOK, "inbox", "待办", "Inbox", p)
}

// waiting is what waits for a person in the portfolios whose inbox the visitor may read, and who looks after what.
func (v *visit) waiting() ([]store.DeskItem, map[int64]int64, error) {
	items, err := v.Gate.Store.AtDesk(v.r.Context(), false)
	if err != nil {
		return nil, nil, err
	}
	items = slices.DeleteFunc(items, func(d store.DeskItem) bool { return !v.mayDesk(access.Inbox, &d) })
	owners, err := v.Gate.Store.DeskOwners(v.r.Context())
	return items, owners, err
}

// mayDesk says whether the visitor may do something with what waits. What an unknown sender wrote belongs to no portfolio, and is
// for those who may in all of them.
func (v *visit) mayDesk(p access.Permission, d *store.DeskItem) bool {
	if d.Portfolio == 0 {
		return v.user.Grants.Everywhere(p)
	}
	return v.may(p, v.Desk.Portfolio(d.Portfolio))
}

// logins are the logins of who works here, by number.
func (v *visit) logins() (map[int64]string, error) {
	all, err := v.Gate.Store.Staff(v.r.Context())
	out := map[int64]string{}
	for i := range all {
		out[all[i].ID] = all[i].Login
	}
	return out, err
}

// item returns what waits under the number of an address, where the visitor may do something with it.
func (v *visit) item(p access.Permission) (store.DeskItem, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return store.DeskItem{}, errNowhere
	}
	d, err := v.Gate.Store.OnDesk(v.r.Context(), id)
	if err == nil && !v.mayDesk(p, &d) {
		err = errNowhere // nor is it said that it is there
	}
	return d, err
}

// as is who does something where a rule lets only some roles: the visitor's strongest one there, with their number.
func (v *visit) as(portfolio *engine.Portfolio) string {
	for _, r := range []access.Role{access.Compliance, access.Supervisor, access.Approver, access.Collector, access.Administrator} {
		for _, g := range v.user.Grants {
			if g.Role == r && (g.Portfolio == "" || portfolio != nil && g.Portfolio == portfolio.Ref) {
				return string(r) + ":" + strconv.FormatInt(v.user.ID, 10)
			}
		}
	}
	return v.who()
}
