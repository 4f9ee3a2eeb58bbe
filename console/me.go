package console

import (
	"net/http"

	"github.com/dulyhq/duly/access"
)

type myself struct {
	Roles []string
	Codes int // recovery codes that are left
	May   []string
}

// me shows somebody what they are here.
func (c *Console) me(v *visit) error {
	left, err := c.Gate.Store.CodesLeft(v.r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	m := myself{Codes: left}
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
	return v.show(http.StatusOK, "me", "我的账户", "My account", m)
}

var roleWords = map[access.Role]string{
	access.Administrator: "系统管理员", access.Strategist: "策略人员", access.Approver: "审批人员", access.Compliance: "合规人员",
	access.Collector: "催收专员", access.Supervisor: "催收主管", access.Auditor: "审计人员", access.Viewer: "只读人员",
}

func (v *visit) role(r access.Role) string { return v.say(roleWords[r], string(r)) }
