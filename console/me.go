package console

import (
	"net/http"
	"slices"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

type myself struct {
	Roles   []string
	Codes   int // recovery codes that are left
	May     []string
	App     bool // there is an authenticator app
	Keys    []myKey
	Address string // for which browsers keep passkeys; empty: for none
	Factor  bool   // they have a second factor here; else the lender's own sign-in looked at theirs, and there is nothing to change
	Proven  bool   // they may change how they sign in
	Word    bool   // they may show by a password that it is they
	Signs   bool   // and by a passkey
	// MayDropApp says that the app is not their last second factor.
	MayDropApp bool
	Notes      []myNote
	Unseen     bool // of one from before this session they have not said that they know
}

// A myNote is a change of how the visitor signs in.
type myNote struct {
	At, What string
	New      bool
}

// notesShown is how many of the latest are shown.
const notesShown = 10

// A myKey is one passkey of the visitor's.
type myKey struct {
	ID                int64
	Name, Since, Used string
	Stopped, Backed   bool
}

// me shows somebody what they are here.
func (c *Console) me(v *visit) error { return v.aboutMe(http.StatusOK, "") }

func (v *visit) aboutMe(status int, wrong string) error {
	left, err := v.Gate.Store.CodesLeft(v.r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	keys, err := v.Gate.Store.Passkeys(v.r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	m := myself{Codes: left, App: v.user.FactorOn, Address: v.Gate.Passkeys.Address(), Factor: v.user.HasFactor(), Word: !v.user.SSOAlone, Unseen: v.user.Unseen > 0}
	m.Proven = m.Factor && v.user.Proven(v.Gate.Wire())
	notes, err := v.Gate.Store.StaffNotes(v.r.Context(), v.user.ID, notesShown)
	if err != nil {
		return err
	}
	for _, n := range notes {
		m.Notes = append(m.Notes, myNote{v.minute(n.At), v.noteWords(n.What), !n.Seen})
	}
	for i := range keys {
		k := &keys[i]
		m.Signs = m.Signs || k.StoppedAt.IsZero() && m.Address != ""
		m.Keys = append(m.Keys, myKey{k.ID, k.Name, v.minute(k.MadeAt), v.minute(k.UsedAt), !k.StoppedAt.IsZero(), k.Backed})
	}
	m.MayDropApp = m.App && m.Address != "" && slices.ContainsFunc(keys, func(k store.Passkey) bool { return k.StoppedAt.IsZero() })
	for _, g := range v.user.Grants {
		in := g.Portfolio
		if in == "" {
			in = v.say("全部资产组合", "every portfolio")
		}
		m.Roles = append(m.Roles, v.role(g.Role)+v.say("（"+in+"）", " ("+in+")"))
	}
	for _, r := range access.Rules() {
		if v.user.Grants.Anywhere(r.Permission) {
			m.May = append(m.May, v.say(r.ZH, r.EN))
		}
	}
	return v.showWith(status, "me", "我的账户", "My account", m, wrong)
}

var roleWords = map[access.Role]string{
	access.Administrator: "系统管理员", access.Strategist: "策略人员", access.Approver: "审批人员", access.Compliance: "合规人员",
	access.Collector: "催收专员", access.Supervisor: "催收主管", access.Auditor: "审计人员", access.Viewer: "只读人员",
}

func (v *visit) role(r access.Role) string { return v.say(roleWords[r], string(r)) }

// noteWords says what changed in how the visitor signs in; what others did to it names them, what they did themselves does not.
func (v *visit) noteWords(what string) string {
	switch what {
	case "user_reset":
		return v.say("管理员重置了您的密码和二次验证", "The administrator gave you a first password again, and took the second factor away")
	case "factor_reset":
		return v.say("管理员重置了您的二次验证", "The administrator took your second factor away")
	}
	return v.say(deedWords[what][0], capital(deedWords[what][1]))
}
