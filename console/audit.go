package console

import (
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/access"
)

// A deeds is the page of who did what, the newest first.
type deeds struct {
	Lines []deedLine
	Next  int64 // the number from which on older ones are; 0: there are none
	Seal  string
}

type deedLine struct {
	ID                           int64
	When, Who, What, Of, Subject string
	Reason                       string
}

// deedsAtOnce is how many a page has.
const deedsAtOnce = 100

// deedWords are what people call what was done.
var deedWords = map[string][2]string{
	"signed_in": {"登录", "signed in"}, "unmasked": {"查看姓名和号码", "unmasked"}, "paused": {"暂停发送", "stopped"}, "resumed": {"恢复发送", "let go on"},
	"reply_read": {"阅读回复", "read a reply"}, "conversation_read": {"阅读往来", "read a conversation"}, "answered": {"答复", "answered"}, "erased": {"删除", "erased"},
	"arrangement_approved": {"批准约定", "approved an arrangement"}, "arrangement_refused": {"未批准约定", "refused an arrangement"},
	"closed": {"办结", "closed"}, "corrected": {"更正含义", "corrected"}, "took": {"领取", "took"}, "handed_on": {"转交", "handed on"},
	"user_added": {"添加用户", "added a user"}, "user_roles": {"变更角色", "changed roles"}, "user_ended": {"停用用户", "ended a user"}, "user_reset": {"重置用户", "reset a user"},
	"held": {"暂停全部发送", "stopped everything"}, "released": {"恢复全部发送", "let everything go on"}, "imported": {"导入文件", "imported"},
	"arrangement_asked": {"申请约定", "asked for an arrangement"}, "arrangement_agreed": {"达成约定", "agreed"}, "arrangement_withdrawn": {"撤回约定", "ended an arrangement"},
	"arrangement_confirmed": {"核心系统确认约定", "booked an arrangement"}, "events_again": {"重新推送事件", "let events be tried again"},
	"page_opened": {"生成借款人页面查询码", "made a code for a borrower's page"}, "backed_up": {"备份数据库", "backed up"}, "erasure_begun": {"开始删除", "began an erasure"}, "cause_said": {"记录逾期原因", "said why a payment is late"}, "replies_exported": {"导出回复内容", "took replies out"},
	"bill_kept": {"登记通道账单", "kept a carrier's bill"}, "retained": {"按保存期限清理", "gave up what need not be kept"},
	"looked_by_tail": {"按手机号后四位查找", "searched by the end of a phone"},
	"written":        {"人工去信", "wrote to a borrower"},
	"user_locked":    {"锁定用户", "locked a user"}, "user_unlocked": {"解锁用户", "unlocked a user"}, "user_signed_out": {"结束用户登录", "ended a user's sessions"},
	"password_changed": {"更改密码", "changed the password"}, "factor_added": {"设置二次验证", "set up the second factor"}, "state_lifted": {"解除状态", "lifted a state"},
	"consent_changed": {"变更同意", "changed a consent"}, "rule_weakened": {"放宽规则", "weakened a rule"}, "approved": {"批准", "approved"}, "audit_anew": {"重新封存", "sealed anew"},
	"strategy_drafted": {"起草策略", "drafted a strategy"}, "strategy_asked": {"提交策略", "asked for a strategy"}, "strategy_activated": {"启用策略", "put a strategy in force"},
	"strategy_refused": {"不启用策略", "refused a strategy"}, "strategy_withdrawn": {"放弃策略草稿", "gave a strategy up"}, "strategy_rolled_back": {"回退策略", "went back to a strategy"},
	"template_drafted": {"起草文案", "drafted a text"}, "template_asked": {"提交文案", "asked for a text"}, "template_activated": {"签署文案", "signed a text"},
	"template_refused": {"不签署文案", "refused a text"}, "template_withdrawn": {"放弃文案草稿", "gave a text up"}, "template_rolled_back": {"回退文案", "went back to a text"},
	"confidence_drafted": {"拟定规则效力变更", "proposed how far a rule binds"}, "confidence_asked": {"提交规则效力变更", "asked for how far a rule binds"}, "confidence_activated": {"签署规则效力", "signed how far a rule binds"},
	"confidence_refused": {"不签署规则效力", "refused how far a rule binds"}, "confidence_withdrawn": {"撤回规则效力变更", "gave up how far a rule binds"}, "confidence_rolled_back": {"回退规则效力", "went back on how far a rule binds"},
	"simulated": {"模拟策略", "simulated a strategy"}, "rulebook_signed": {"签署规则集", "signed a rulebook"}, "registered": {"登记文案报备", "noted a carrier's registration"},
}

// audit shows it. Who may read it in one portfolio only sees what belongs to that.
func (c *Console) audit(v *visit) error {
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("before"), 10, 64)
	list, err := c.Gate.Store.Deeds(v.r.Context(), before, deedsAtOnce)
	if err != nil {
		return err
	}
	p := deeds{}
	for i := range list {
		d := &list[i]
		h := c.Desk.Portfolio(d.Portfolio)
		if !v.user.Grants.Everywhere(access.Audit) && !v.may(access.Audit, h) {
			continue
		}
		l := deedLine{ID: d.ID, When: v.minute(d.At), Who: d.Who, What: d.What, Subject: d.Subject, Reason: d.Reason}
		if w, ok := deedWords[d.What]; ok {
			l.What = v.say(w[0], w[1])
		}
		if h != nil {
			l.Of = h.Ref
		}
		p.Lines = append(p.Lines, l)
	}
	if len(list) == deedsAtOnce {
		p.Next = list[len(list)-1].ID
	}
	last, err := c.Gate.Store.LastSeal(v.r.Context())
	if err != nil {
		return err
	}
	if last.Note != "" {
		p.Seal = v.minute(last.At)
	}
	return v.show(http.StatusOK, "audit", "操作记录", "Audit", p)
}
