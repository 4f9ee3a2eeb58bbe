package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// A staffList is the page of who works here.
type staffList struct {
	People   []staffLine
	Roles    []roleChoice // of somebody new
	Login    string
	Password string // of whom was just added, this once
}

type staffLine struct {
	ID           int64
	Login        string
	Roles        string
	State        string
	Since        string
	Sessions     int
	Gone, Locked bool
}

// A roleChoice is one role with where it may hold.
type roleChoice struct {
	Name   string
	Places []placeChoice
}

type placeChoice struct {
	Value, Name string
	On          bool
}

// everywhere refuses whoever may not say who works in every portfolio: a role given in one is one of all that somebody has.
func (v *visit) everywhere(p access.Permission) error {
	if !v.user.Grants.Everywhere(p) {
		return errDenied
	}
	return nil
}

// users shows who works here and who did.
func (c *Console) users(v *visit) error {
	if err := v.everywhere(access.Users); err != nil {
		return err
	}
	return v.showUsers(http.StatusOK, staffList{}, nil, "")
}

func (v *visit) showUsers(status int, l staffList, chosen access.Grants, wrong string) error {
	all, err := v.Gate.Store.Staff(v.r.Context())
	if err != nil {
		return err
	}
	open, err := v.Gate.Store.StaffSessions(v.r.Context(), v.Gate.Wire())
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		l.People = append(l.People, staffLine{
			ID: p.ID, Login: p.Login, Roles: v.grants(p.Grants), State: v.staffState(p), Since: v.minute(p.MadeAt), Sessions: open[p.ID],
			Gone: !p.EndedAt.IsZero(), Locked: !p.LockedAt.IsZero(),
		})
	}
	slices.SortStableFunc(l.People, func(a, b staffLine) int { return goneLast(a.Gone) - goneLast(b.Gone) })
	l.Roles = v.roleChoices(chosen)
	return v.showWith(status, "users", "用户", "Users", l, wrong)
}

func goneLast(gone bool) int {
	if gone {
		return 1
	}
	return 0
}

// grants are somebody's roles in words.
func (v *visit) grants(list access.Grants) string {
	var out []string
	for _, g := range list {
		in := g.Portfolio
		if in == "" {
			in = v.say("全部", "every portfolio")
		}
		out = append(out, v.role(g.Role)+v.say("（"+in+"）", " ("+in+")"))
	}
	return strings.Join(out, v.say("、", ", "))
}

func (v *visit) staffState(p *store.Staffer) string {
	switch {
	case !p.EndedAt.IsZero():
		return v.say("已停用", "ended")
	case !p.LockedAt.IsZero():
		return v.say("已锁定", "locked")
	case p.Given:
		return v.say("尚未首次登录", "has not come in yet")
	case !p.FactorOn:
		return v.say("尚未设置二次验证", "no second factor yet")
	}
	return v.say("正常", "comes in")
}

// roleChoices are the roles with where they may hold; those that are given are ticked.
func (v *visit) roleChoices(given access.Grants) (out []roleChoice) {
	for _, r := range access.Roles() {
		c := roleChoice{Name: v.role(r)}
		add := func(portfolio, name string) {
			value := string(r)
			if portfolio != "" {
				value += "@" + portfolio
			}
			c.Places = append(c.Places, placeChoice{value, name, slices.Contains(given, access.Grant{Role: r, Portfolio: portfolio})})
		}
		add("", v.say("全部资产组合", "every portfolio"))
		for _, h := range v.Desk.Portfolios() {
			add(h.Ref, h.Ref)
		}
		out = append(out, c)
	}
	return out
}

// mostGrants bounds what one form gives: more than that nobody has.
const mostGrants = 100

// formGrants reads the roles of a form; ok is false where one is none that there is.
func (v *visit) formGrants() (out access.Grants, ok bool) {
	if err := v.r.ParseForm(); err != nil || len(v.r.PostForm["role"]) > mostGrants {
		return nil, false
	}
	for _, word := range v.r.PostForm["role"] {
		name, portfolio, scoped := strings.Cut(word, "@")
		known := access.Role(name).Known() && (!scoped || slices.ContainsFunc(v.refs(), func(ref string) bool { return ref == portfolio }))
		if !known {
			return nil, false
		}
		out = append(out, access.Grant{Role: access.Role(name), Portfolio: portfolio})
	}
	return out, len(out) > 0
}

// refs are the keys of the portfolios that there are.
func (v *visit) refs() (out []string) {
	for _, h := range v.Desk.Portfolios() {
		out = append(out, h.Ref)
	}
	return out
}

// userAdd adds somebody; the password that they come in with is shown this once.
func (c *Console) userAdd(v *visit) error {
	if err := v.everywhere(access.Users); err != nil {
		return err
	}
	login := strings.ToLower(v.form("login", 64))
	grants, ok := v.formGrants()
	if !ok {
		return v.showUsers(http.StatusUnprocessableEntity, staffList{Login: login}, nil, v.say("请选择至少一个角色。", "Please choose a role at least."))
	}
	_, password, err := c.Gate.Add(v.r.Context(), login, grants, v.who())
	switch {
	case errors.Is(err, signin.ErrLogin):
		return v.showUsers(http.StatusUnprocessableEntity, staffList{Login: login}, grants,
			v.say("用户名须为2至32位小写字母、数字、点、横线或下划线；建议用工号，不用姓名。", "A login has 2 to 32 small letters, digits, dots, hyphens and underscores; a number of staff serves better than a name."))
	case errors.Is(err, store.ErrLoginTaken):
		return v.showUsers(http.StatusUnprocessableEntity, staffList{Login: login}, grants, v.say("此用户名已被使用（或曾被使用），请换一个。", "Somebody has this login, or had it. Please choose another."))
	case err != nil:
		return err
	}
	return v.showUsers(http.StatusOK, staffList{Login: login, Password: password}, nil, "")
}
