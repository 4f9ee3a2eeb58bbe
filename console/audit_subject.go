package console

import (
	"regexp"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

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
	"passkey_added":  {"登记通行密钥", "added a passkey"}, "passkey_removed": {"移除通行密钥", "removed a passkey"}, "passkey_stopped": {"停用疑似被复制的通行密钥", "a passkey that may have been copied was stopped"},
	"sso_allowed": {"允许统一登录", "allowed the organisation's sign-in"}, "sso_alone": {"只允许统一登录", "allowed the organisation's sign-in alone"}, "sso_forbidden": {"取消统一登录", "took the organisation's sign-in away"}, "sso_bound": {"首次统一登录", "came by the organisation's sign-in for the first time"},
	"factor_reset": {"重置二次验证", "reset a user's second factor"},
	"user_locked":  {"锁定用户", "locked a user"}, "user_unlocked": {"解锁用户", "unlocked a user"}, "user_signed_out": {"结束用户登录", "ended a user's sessions"},
	"password_changed": {"更改密码", "changed the password"}, "factor_added": {"设置二次验证", "set up the second factor"}, "factor_changed": {"更换身份验证器", "changed the authenticator app"}, "factor_removed": {"移除身份验证器", "removed the authenticator app"},
	"codes_renewed": {"更换备用验证码", "took new recovery codes"}, "passkey_renamed": {"修改通行密钥名称", "renamed a passkey"}, "state_lifted": {"解除状态", "lifted a state"},
	"consent_changed": {"变更同意", "changed a consent"}, "rule_weakened": {"放宽规则", "weakened a rule"}, "approved": {"批准", "approved"}, "audit_anew": {"重新封存", "sealed anew"},
	"strategy_drafted": {"起草策略", "drafted a strategy"}, "strategy_asked": {"提交策略", "asked for a strategy"}, "strategy_activated": {"启用策略", "put a strategy in force"},
	"strategy_refused": {"不启用策略", "refused a strategy"}, "strategy_withdrawn": {"放弃策略草稿", "gave a strategy up"}, "strategy_rolled_back": {"回退策略", "went back to a strategy"},
	"template_drafted": {"起草文案", "drafted a text"}, "template_asked": {"提交文案", "asked for a text"}, "template_activated": {"签署文案", "signed a text"},
	"template_refused": {"不签署文案", "refused a text"}, "template_withdrawn": {"放弃文案草稿", "gave a text up"}, "template_rolled_back": {"回退文案", "went back to a text"},
	"confidence_drafted": {"拟定规则效力变更", "proposed how far a rule binds"}, "confidence_asked": {"提交规则效力变更", "asked for how far a rule binds"}, "confidence_activated": {"签署规则效力", "signed how far a rule binds"},
	"confidence_refused": {"不签署规则效力", "refused how far a rule binds"}, "confidence_withdrawn": {"撤回规则效力变更", "gave up how far a rule binds"}, "confidence_rolled_back": {"回退规则效力", "went back on how far a rule binds"},
	"simulated": {"模拟策略", "simulated a strategy"}, "simulation_ended": {"停止模拟", "ended a simulation"}, "rulebook_signed": {"签署规则集", "signed a rulebook"}, "registered": {"登记文案报备", "noted a carrier's registration"},
	"export_asked": {"申请导出个人信息", "asked for an export"}, "export_allowed": {"批准导出个人信息", "allowed an export"}, "export_refused": {"不批准导出个人信息", "refused an export"},
	"export_fetched": {"下载导出文件", "fetched an export"}, "reconciled": {"核对结果未知的短信", "reconciled unknown messages"},
	"key_made": {"生成密钥", "made a key"}, "key_used": {"启用密钥", "took a key into use"}, "key_retired": {"停用密钥", "retired a key"},
}

// A subject is how the audit writes what something was done to, and how a reader is told; $1 … are what it names, as the row says it
// or by said.
type subject struct {
	form   *regexp.Regexp
	zh, en string // without English the row itself is plain English
	said   map[string]func(string) string
	saidEN map[string]func(string) string
}

// subjectForms are all of them: the audit's own words are chained and stay as they are.
var subjectForms = []subject{
	{form: whole(`borrower (\d+)`), zh: "借款人 $1"},
	{form: whole(`borrowers`), zh: "借款人"},
	{form: whole(`person (p\d+)`), zh: "本人 $1"},
	{
		form: whole(`state (\d+) (\w+) of (p\d+|.+)`), zh: "$3 的“$2”（状态 $1）", en: "“$2” of $3 (state $1)",
		said: by("2", func(s string) string { return words.One(words.Conditions, s, "zh") }), saidEN: by("2", func(s string) string { return words.One(words.Conditions, s, "en") }),
	},
	{form: whole(`consent (\d+)`), zh: "同意 $1"},
	{form: whole(`portfolio`), zh: "整个资产组合"},
	{form: whole(`everything`), zh: "全部"},
	{form: whole(`everything, (cancel|send), (\d+) cancelled`), zh: "全部，$1，取消$2条", said: by("1", func(s string) string {
		return map[string]string{"cancel": "积压的不再发送", "send": "积压的继续发送"}[s]
	})},
	{form: whole(`audit`), zh: "操作记录"},
	{form: whole(`corrected replies`), zh: "更正过的回复"},
	{form: whole(`(staff:\d+) passkey`), zh: "$1，用通行密钥"},
	{form: whole(`(staff:\d+) passkey (\d+)`), zh: "$1 的通行密钥 $2"},
	{form: whole(`(staff:\d+) sso`), zh: "$1，用统一登录"},
	{form: whole(`(staff:\d+) ([a-z]+(?:@\S+)?(?: [a-z]+(?:@\S+)?)*)`), zh: "$1：$2", said: by("2", grantsZH)},
	{form: whole(`text (\S+) with (\S+): (\w+)`), zh: "文案 $1，通道 $2：$3", said: by("3", func(s string) string { return fileWords[s][0] })},
	{form: whole(`rulebook (\S+) (\w+)`), zh: "规则集 $1（摘要 $2）"},
	{form: whole(`rule (\S+) by (\S+) (\w+)`), zh: "规则 $1，由规则集 $2（摘要 $3）"},
	{form: whole(`notice (\S+) (\S+) (\S+) on (\S+)`), zh: "法定通知 $1（$2），文本 $3，$4 批准"},
	{form: whole(`desk (\d+)`), zh: "待办 $1"},
	{form: whole(`desk (\d+) to (staff:\d+)`), zh: "待办 $1，转给 $2"},
	{form: whole(`reply (\d+)`), zh: "回复 $1"},
	{form: whole(`reply (\d+) to (\w+)`), zh: "回复 $1，更正为“$2”", said: by("2", func(s string) string { return words.One(words.Conditions, s, "zh") })},
	{form: whole(`import (\d+)`), zh: "导入 $1"},
	{form: whole(`arrangement (\d+)`), zh: "约定 $1"},
	{form: whole(`version (\d+)`), zh: "版本 $1"},
	{form: whole(`pause (\d+)`), zh: "暂停 $1"},
	{form: whole(`hook`), zh: "全部推送"},
	{form: whole(`hook (\S+)`), zh: "推送 $1"},
	{form: whole(`key (\S+)`), zh: "密钥 $1"},
	{form: whole(`replies (\d+)`), zh: "回复内容$1条"},
	{form: whole(`decisions (\d+)`), zh: "决定记录$1条"},
	{form: whole(`page (\d+)`), zh: "借款人页面记录$1条"},
	{form: whole(`messages by number: (\w+)`), zh: "按编号指定的短信：$1", said: by("1", saidZH)},
	{form: whole(`carrier (\S+) in the hour of (\S+): (\w+)`), zh: "通道 $1，$2 起的一小时：$3", said: by("3", saidZH)},
	{form: whole(`statement (\w+) of carrier (\S+)`), zh: "通道 $2 的对账文件（摘要 $1）"},
	{form: whole(`(\S+) (\d{4}-\d{2})`), zh: "通道 $1，$2"},
}

func whole(form string) *regexp.Regexp { return regexp.MustCompile(`^` + form + `$`) }

func by(place string, say func(string) string) map[string]func(string) string {
	return map[string]func(string) string{place: say}
}

// saidZH is what a person says became of a message.
func saidZH(said string) string {
	return map[string]string{store.SaidArrived: "已送达", store.SaidNotArrived: "未送达", store.SaidOpen: "撤回结论"}[said]
}

// grantsZH are roles with where they hold.
func grantsZH(grants string) string {
	out := strings.Fields(grants)
	for i, g := range out {
		role, at, here := strings.Cut(g, "@")
		if w, ok := roleWords[access.Role(role)]; ok {
			role = w
		}
		if out[i] = role; here {
			out[i] += "（" + at + "）"
		}
	}
	return strings.Join(out, "、")
}

// scopeParts are what a pause reaches.
var scopeParts = map[string]string{"portfolio": "资产组合", "channel": "渠道", "carrier": "通道", "strategy": "策略"}

// whoWords says who did something, where it was no person of the staff: those are called by their number, and whoever the lender names by that name.
func whoWords(who, lang string) string {
	if book, is := strings.CutPrefix(who, "rulebook "); is && lang == "zh" {
		return "规则集 " + book
	}
	return words.In(words.Doers, who, lang)
}

// subjectWords says to what something was done. What has no words here stays as the audit has it.
func subjectWords(d *store.Deed, lang string) string {
	if d.What == "paused" && d.Subject != "" && lang == "zh" {
		return scopeZH(d.Subject)
	}
	for i := range subjectForms {
		f := &subjectForms[i]
		m := f.form.FindStringSubmatch(d.Subject)
		if m == nil {
			continue
		}
		out, said := f.zh, f.said
		if lang != "zh" {
			if out, said = f.en, f.saidEN; out == "" {
				return d.Subject
			}
		}
		for n := 1; n < len(m); n++ {
			place := string(rune('0' + n))
			value := m[n]
			if say := said[place]; say != nil {
				if w := say(value); w != "" {
					value = w
				}
			}
			out = strings.ReplaceAll(out, "$"+place, value)
		}
		return out
	}
	return d.Subject
}

// scopeZH is store.Scope.String in Chinese.
func scopeZH(scope string) string {
	parts := strings.Split(scope, ", ")
	for i, part := range parts {
		kind, name, _ := strings.Cut(part, " ")
		if kind == "channel" {
			if w := words.Channels[name]; w != "" {
				name = w
			}
		}
		if w, ok := scopeParts[kind]; ok {
			parts[i] = w + " " + name
		}
	}
	return strings.Join(parts, "，")
}
