package console

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

// A staffPage is the page of one who works here.
type staffPage struct {
	staffLine
	Choices  []roleChoice
	Self     bool   // it is the visitor, who does none of this to themselves
	Password string // after a reset, this once
	Factor   bool
	SSO      bool // the lender has a sign-in of its own
	By       bool // and they may come in by it
	Bound    bool // and have
	Alone    bool // and may come in by nothing else
}

// staffer is who the address names.
func (v *visit) staffer() (p store.Staffer, err error) {
	if err := v.everywhere(access.Users); err != nil {
		return p, err
	}
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return p, errNowhere
	}
	return v.Gate.Store.StaffByID(v.r.Context(), id)
}

// userPage shows one, with what may be done.
func (c *Console) userPage(v *visit) error {
	p, err := v.staffer()
	if err != nil {
		return err
	}
	return v.showUser(http.StatusOK, &p, "", "")
}

func (v *visit) showUser(status int, p *store.Staffer, password, wrong string) error {
	open, err := v.Gate.Store.StaffSessions(v.r.Context(), v.Gate.Wire())
	if err != nil {
		return err
	}
	s := staffPage{
		staffLine: staffLine{
			ID: p.ID, Login: p.Login, Roles: v.grants(p.Grants), State: v.staffState(p), Since: v.minute(p.MadeAt), Sessions: open[p.ID],
			Gone: !p.EndedAt.IsZero(), Locked: !p.LockedAt.IsZero(),
		},
		Choices: v.roleChoices(p.Grants), Self: p.ID == v.user.ID, Password: password, Factor: p.HasFactor(),
		SSO: v.Gate.SSO != nil, By: p.SSO, Bound: p.Bound, Alone: p.SSOAlone,
	}
	return v.showWith(status, "user", p.Login, p.Login, s, wrong)
}

// userDone is what one does to somebody, with what is said after it.
var userDone = map[string]struct {
	do   func(*store.Store, context.Context, int64, string, time.Time) error
	said string
}{
	"lock":     {(*store.Store).LockStaff, "locked"},
	"unlock":   {(*store.Store).UnlockStaff, "unlocked"},
	"sign-out": {(*store.Store).SignOutStaff, "signedout"},
	"end":      {(*store.Store).EndStaff, "ended"},
	"factor":   {(*store.Store).ResetFactor, "factorreset"},
	"sso-end":  {(*store.Store).ForbidSSO, "ssoend"},
}

// userChange gives somebody other roles, locks them, ends their sessions, or sets them up anew. Nobody does that to themselves: what
// one may do is for another administrator to say, and one's own password has a page of its own.
func (c *Console) userChange(v *visit) error {
	p, err := v.staffer()
	if err != nil {
		return err
	}
	do := v.r.PathValue("do")
	change, known := userDone[do]
	switch {
	case do != "roles" && do != "reset" && do != "sso" && !known:
		return errNowhere
	case p.ID == v.user.ID:
		return v.showUser(http.StatusUnprocessableEntity, &p, "", v.say("不能更改自己的账户，请由另一位系统管理员操作。", "Nobody changes their own account: another administrator does."))
	case do == "reset":
		password, err := c.Gate.Reset(v.r.Context(), p.ID, v.who())
		if err != nil {
			return err
		}
		return v.showUser(http.StatusOK, &p, password, "")
	case do == "roles":
		grants, ok := v.formGrants()
		if !ok {
			return v.showUser(http.StatusUnprocessableEntity, &p, "", v.say("请选择至少一个角色；如不再需要，请停用。", "Please choose a role at least. Whoever needs none is ended."))
		}
		change.said = "roles"
		err = c.Gate.Store.SetGrants(v.r.Context(), p.ID, grants, v.who(), v.Gate.Wire())
	case do == "sso":
		change.said = "sso"
		var wrong string
		if wrong, err = c.userSSO(v, &p); wrong != "" {
			return v.showUser(http.StatusUnprocessableEntity, &p, "", wrong)
		}
	default:
		err = change.do(c.Gate.Store, v.r.Context(), p.ID, v.who(), v.Gate.Wire())
	}
	if errors.Is(err, store.ErrLastAdministrator) {
		return v.showUser(http.StatusUnprocessableEntity, &p, "", v.say("这是最后一位管理全部资产组合的系统管理员，请先指定另一位。", "This is the last administrator of every portfolio. Please make somebody else one first."))
	}
	if err != nil {
		return err
	}
	v.away("users/" + strconv.FormatInt(p.ID, 10) + "?done=" + change.said)
	return nil
}
