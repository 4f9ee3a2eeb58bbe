// Package words is what people call what Duly says by an id: states, reasons, meanings, errands. The command line and the console
// read the same tables. A pair is English first, then Chinese; a single word is the Chinese one, and English says the id.
package words

import (
	"strings"

	"github.com/dulyhq/duly/assess"
)

// Actions are the words for what was decided.
var Actions = map[string][2]string{
	"contact": {"contact", "联系"}, "task": {"a person's task", "转人工"}, "hold": {"hold", "暂不联系"},
}

// Tones are the words for how a message speaks.
var Tones = map[string][2]string{
	"lenient": {"lenient", "温和"}, "standard": {"standard", "标准"}, "firm": {"firm", "坚定"}, "human": {"human", "人工"},
}

// Conditions are the words for what bars contact, and for the meanings of replies.
var Conditions = map[string]string{
	"stop": "要求停止", "wrong_person": "非本人", "dispute": "异议", "representation": "已委托代理人", "bankruptcy": "破产", "death": "身故",
	"complaint": "投诉", "arrangement": "已有约定", "danger": "人身安全", "paid_claim": "称已还款", "third_party": "第三人", "stale_ledger": "还款数据过旧",
	"amount_unknown": "金额不明", "invalid_address": "号码无效", "not_mobile": "非手机号码", "owner_unknown": "号码归属不明",
	"paid": "称已还款", "promise": "承诺还款", "hardship": "经济困难", "plan_request": "请求分期", "question": "询问", "deceased": "身故",
	"vulnerable": "需特别关照", "call_me": "请求回电", "abuse": "辱骂", "ack": "已知悉", "other": "其他",
	"minor": "借款时未成年", "protected": "保护名单", "disaster": "受灾", "breathing_space": "法定暂缓还款", "refused": "书面拒绝还款", "agreed_hours": "已约定联系时间",
	"sold": "债权已转让", "assigned": "受让债权", "time_barred": "已过诉讼时效", "bereavement": "丧亲", "number_dead": "空号", "number_reassigned": "号码已易主",
	"number_shared": "号码多人共用", "number_work": "单位电话", "address_unverified": "联系方式未核实", "debit_in_flight": "代扣处理中", "core_differs": "与核心系统不符", "cease": "要求停止催收",
	"work_prohibited": "单位禁止联系", "work_request": "要求不联系单位", "mental_health_crisis": "精神健康危机",
}

// States are the words for where a message stands.
var States = map[string][2]string{
	"waiting":     {"waiting", "待发"},
	"fenced":      {"on its way", "交付中"},
	"accepted":    {"accepted by the carrier", "通道已接收"},
	"unknown":     {"unknown: it may have arrived, and is not sent again", "结果未知：可能已送达，不会重发"},
	"delivered":   {"delivered", "已送达"},
	"undelivered": {"not delivered", "未送达"},
	"refused":     {"refused by the carrier", "通道拒收"},
	"cancelled":   {"cancelled", "已取消"},
	"expired":     {"expired", "已过时"},
}

// Said are the words for what people say of a message of which nobody knew whether it arrived.
var Said = map[string][2]string{
	"arrived": {"it arrived", "已送达"}, "not_arrived": {"it did not arrive", "未送达"}, "open": {"taken back: nobody knows", "撤销认定，结果仍未知"},
}

// Rules are Duly's own reasons, those that no rulebook names.
var Rules = map[string][2]string{
	"strategy:nothing_due":                {"Nothing is overdue and nothing is coming.", "没有逾期，也没有临近到期的还款。"},
	"strategy:too_small":                  {"The amount is below what the strategy asks for.", "金额低于策略规定的提醒下限。"},
	"strategy:holdout":                    {"This person is in the holdout, to measure against.", "属于对照组，不发送提醒，用于衡量效果。"},
	"strategy:grace":                      {"The days of grace are not over.", "仍在宽限期内。"},
	"strategy:replied":                    {"They answered lately; the strategy lets them be.", "近期有回复，按策略暂不打扰。"},
	"strategy:spacing":                    {"The last contact was too short a while ago.", "距上次联系时间过短。"},
	"strategy:stage_done":                 {"Everything that this stage has to say was said.", "本阶段的步骤已全部完成。"},
	"strategy:not_yet":                    {"The next step of this stage comes later.", "本阶段的下一步尚未到时间。"},
	"strategy:no_treatment":               {"No stage of the strategy covers this.", "策略没有适用于此情形的阶段。"},
	"strategy:amount_broken":              {"The loan's rows contradict each other; a person has to look.", "贷款数据自相矛盾，须人工核查。"},
	"strategy:superseded":                 {"A person took over before the message left.", "发送前已转人工处理。"},
	"strategy:hours":                      {"No hour that the strategy permits is left for this step.", "策略允许的时段内已无可用时间。"},
	"strategy:prefer":                     {"The strategy's next preferred hour is more than a day away.", "策略偏好的下一时段在一天以后。"},
	"duly:rulebook":                       {"No rulebook settles this contact, so it waits.", "没有规则可适用于此次联系，暂不联系。"},
	"duly:zone":                           {"Where the borrower is, and so what time it is there, is not known.", "借款人所在时区不明，暂不联系。"},
	"duly:state":                          {"Something bars contact that no rulebook names.", "存在规则未列明的禁止联系情形。"},
	"duly:instant":                        {"No lawful hour was found.", "找不到合规的时间。"},
	"duly:cap":                            {"One more contact would break a cap.", "再联系一次将超出次数上限。"},
	"duly:gone":                           {"Nothing is known of this person in the portfolio any more.", "该组合中已无此人的资料。"},
	"duly:no_cap":                         {"No rule says how often somebody may be contacted, so nobody is.", "没有规则限定联系频次，暂不联系。"},
	"duly:approval":                       {"Nobody approved the text of this notice.", "该通知的文本尚未获得批准。"},
	"duly:answer_gone":                    {"The answer would have gone elsewhere than to the number that wrote.", "答复将不会送达来信号码，不再发送。"},
	"duly:answer_old":                     {"The amount in the answer had changed since it was written.", "答复所写金额在发出前已变化，未发送。"},
	"duly:nothing_owed":                   {"Nothing is overdue: there is nothing to write about.", "目前没有逾期款项，无需去信。"},
	"duly:answer_moot":                    {"There was nothing to answer any more.", "事由已不存在，无需答复。"},
	"duly:answer_state":                   {"Something that was learnt meanwhile silences the answer.", "其间获知的情况使该答复不再适宜发送。"},
	"duly:text":                           {"The text could not be written as it must be.", "短信内容无法按要求生成。"},
	"duly:text_refused":                   {"The carrier refused to register this text: it leaves when the text is another, or the carrier takes it after all.", "通道未通过该文案的报备，暂不发送；改换文案或通道改为通过后方可发送。"},
	"duly:text_unregistered":              {"The carrier takes registered texts only, and has not registered this one.", "该通道只发送已报备的文案，而此文案尚未报备通过。"},
	"duly:restored":                       {"It may have left before the database was put back.", "数据库恢复之前可能已经发出，不再发送。"},
	"duly:tries":                          {"The carrier asked for patience too often.", "通道多次限流，不再尝试。"},
	"duly:waiting":                        {"A message to this person is planned and has not left.", "已有一条待发短信。"},
	"duly:reconciled":                     {"A person found out from the carrier what became of it.", "已向通道方核实，由人工认定。"},
	"stale":                               {"Its hour passed before it could be handed over.", "错过发送时间，已作废。"},
	"the worker died":                     {"The process that handed it over died before the carrier's answer was stored.", "交付进程在记录通道应答之前中断。"},
	"stop":                                {"A stop came before it was written to the carrier.", "交付前收到退订。"},
	"smpp: session lost":                  {"The line broke before the carrier answered.", "通道应答前连接中断。"},
	"smpp: session unbound":               {"The carrier ended the session before it answered.", "通道未应答即结束会话。"},
	"smpp: session closed":                {"The session ended before the carrier answered.", "通道应答前会话已结束。"},
	"smpp: no answer in time":             {"The carrier did not answer in time.", "通道未在限时内应答。"},
	"smpp: enquire_link was not answered": {"The carrier fell silent before it answered.", "通道失去响应。"},
	"smpp: peer does not read":            {"The carrier stopped reading before it answered.", "通道停止接收数据。"},
	"smpp: stopped before it was written": {"A stop came before it was written to the carrier.", "交付前收到退订。"},
	"smpp: not written by its hour":       {"It could not be written to the carrier in time.", "未能在限时内交付通道。"},
}

// Extract are the questions of a supervisor's extract, and how each number is proven.
var Extract = map[string][2]string{
	"contacts": {"Contacts, without confirmations and answers", "联系总次数（不含确认和答复）"}, "contacts_stage": {"Contacts by stage", "各阶段联系次数"}, "contacts_channel": {"Messages by channel, confirmations and answers too", "各渠道发送条数（含确认和答复）"},
	"contacts_hour": {"Messages by hour of the lender's day", "各时段发送条数（贷款机构所在地）"}, "capped": {"Persons held by a cap, as last counted", "因次数上限暂缓的人数（最近统计）"},
	"inside": {"Messages inside the lawful hours of the borrower", "在借款人合规时段内的发送"}, "outside": {"Messages outside of them", "合规时段外的发送"},
	"hours_not_counted": {"Hours, stops and handling are counted where the days are named, a year at most", "时段、停止与办理情况须指定日期（不超过一年）方可统计"},
	"said":              {"What borrowers said", "借款人表示"}, "stop_effect": {"Stops, and the longest until one held", "停止要求的件数及最长生效用时"},
	"after_stop": {"Reminders after a stop while it held", "停止要求有效期间发出的提醒"}, "consent_withdrawn": {"Consents withdrawn", "撤回同意"},
	"handled": {"Given to a person, and how long it took", "转人工办理及用时"}, "handled_open": {"… of these still open", "其中尚未办结"}, "handled_late": {"… of these past their day", "其中超期"},
	"granted": {"Agreed: promises, extensions, plans, waivers", "已达成的承诺、展期、分期、减免"}, "third_party": {"Contacts to third parties about a debt", "就债务联系第三人"},
	"unknown":        {"Messages of unknown outcome", "结果未知的信息"},
	"complaints_per": {"Complaints per 10,000 contacts", "每万次联系的投诉"},
	"proof_sums":     {"counted from the record of every message, reply and arrangement", "按每条信息、回复和约定的记录汇总"}, "proof_rows": {"counted from the rows for these days", "按所选日期的原始记录统计"},
	"proof_caps":     {"the database takes no contact beyond a cap: the slot is reserved in the transaction that permits it", "数据库不接受超出上限的联系：名额在准许发送的同一事务中占用"},
	"proof_hours":    {"each message was judged at hand-over by the borrower's clock, and its validity ends inside the window", "每条信息交付时按借款人所在地时间判断，有效期不超出时段"},
	"proof_stops":    {"a stop holds from the commit that stores it; whoever is fenced later is read anew", "停止要求自写入之时起生效；此后每次准许发送前重新读取"},
	"proof_identity": {"by construction: only a borrower's or guarantor's own address can be written to", "系统设计保证：只能向借款人或担保人本人的地址发送"},
	"proof_unknown":  {"never sent again by themselves; people say what became of them, audited", "不会自动重发；由人工向通道核对认定，并留痕"},
}

// Errands are what people call what waits.
var Errands = map[string][2]string{
	"question": {"question", "咨询"}, "promise": {"promise to look at", "还款承诺待确认"}, "plan_request": {"asks for a plan", "申请分期"}, "hardship": {"hardship", "经济困难"},
	"vulnerable": {"vulnerable", "需特别关怀"}, "representation": {"has a representative", "委托代理"}, "wrong_number": {"wrong number", "号码有误"}, "death": {"death reported", "报告死亡"},
	"dispute": {"dispute", "异议"}, "complaint": {"complaint", "投诉"}, "call": {"wants a call", "要求回电"}, "abuse": {"abuse", "辱骂"}, "other": {"not understood", "未能理解"},
	"danger": {"danger to life", "生命危险"}, "unknown_sender": {"unknown sender", "来信号码未知"}, "paid_not_found": {"says paid, not found", "称已还款但未查到"},
	"not_answered": {"answer did not leave", "答复未能发出"}, "not_written": {"message did not leave", "去信未能发出"}, "talk": {"writes a lot", "多次来信"},
}

// Channels are the words for channels.
var Channels = map[string]string{"sms": "短信", "voice": "电话", "email": "电子邮件", "app": "App", "letter": "信函", "task": "人工"}

// Agreed are kinds and statuses of arrangements in Chinese.
var Agreed = map[string]string{
	"promise": "还款承诺", "extension": "展期", "plan": "分期", "waiver": "减免", "settlement": "一次性结清",
	"offered": "已提供选择", "proposed": "待复核", "live": "生效中", "refused": "未批准", "withdrawn": "已撤回", "lapsed": "已失效", "kept": "已履行", "late_kept": "逾期履行", "part_kept": "部分履行", "broken": "未履行",
}

// Causes are why payments are late, in Chinese.
var Causes = map[string]string{
	"forgot": "忘记", "payment_failed": "扣款失败", "payday_gap": "等发薪", "job_loss": "失业", "income_cut": "收入减少", "illness": "疾病", "bereavement": "丧亲",
	"family": "家庭", "business": "经营困难", "disaster": "灾害", "disputed": "有异议", "moved": "换号或搬迁", "wilful": "拒不还款（人工认定）",
}

// In picks the wording of a language out of a table of pairs; what is not in it says its id.
func In(table map[string][2]string, id, lang string) string {
	w, ok := table[id]
	switch {
	case !ok:
		return id
	case lang == "zh":
		return w[1]
	}
	return w[0]
}

// One picks the wording of a language out of a table of Chinese words.
func One(table map[string]string, id, lang string) string {
	if w := table[id]; w != "" && lang == "zh" {
		return w
	}
	return strings.ReplaceAll(id, "_", " ")
}

// Stage is what people call a stage or bucket of the strategy that ships; others keep their name.
func Stage(name, lang string) string {
	if lang != "zh" {
		return name
	}
	switch name {
	case "answer":
		return "答复"
	case "notice":
		return "法定通知"
	case assess.Current:
		return "未逾期"
	case "pre-due":
		return "到期前"
	case assess.Days1To3, assess.Days4To7, assess.Days8To15, assess.Days16To30, assess.Days31To60, assess.Days61To90:
		return name + "天"
	case assess.Days91Up:
		return "91天以上"
	}
	return name
}

// Versions are how far a version of a document has come.
var Versions = map[string][2]string{
	"active": {"in force", "生效中"}, "former": {"was in force", "曾生效"}, "asked": {"waits for a second person", "待他人启用"}, "draft": {"a draft", "草稿"},
	"ended": {"given up", "未启用，已结束"},
}

// Authors are who did something with a version, where it was no person: a person says their number.
var Authors = map[string][2]string{"file": {"the lender's file", "配置文件"}}

// Doers are what did something that the audit keeps, where it was no person.
var Doers = map[string][2]string{
	"payments": {"payments", "还款入账"}, "borrower": {"the borrower", "借款人本人"}, "duly": {"Duly", "Duly 自动"}, "command_line": {"the command line", "命令行"}, "demo": {"the demo", "演示"},
}

// Readings are how far the source of a rule was read.
var Readings = map[string][2]string{
	"P": {"read whole", "已读全文"}, "P-part": {"read in part", "已读相关部分"}, "S-quote": {"quoted word for word", "据原文引述"},
	"V": {"the carrier's own documents", "通道方文件"}, "S": {"at second hand", "二手来源"}, "S-weak": {"one weak source", "单一弱来源"}, "M": {"from memory", "凭记忆"},
	"X": {"not found", "未找到"}, "": {"a rule of the house", "内部规则"},
}

// RuleKinds are the kinds of rules.
var RuleKinds = map[string][2]string{
	"hours": {"hours", "时段"}, "asked": {"hours asked for", "本人要求的时段"}, "days": {"days", "日期"}, "cap": {"how often", "次数"}, "spacing": {"spacing", "间隔"},
	"consent": {"consent", "同意"}, "bar": {"forbidden", "禁止"}, "stop": {"stops", "停止"}, "identity": {"whose number", "号码"}, "amount": {"amount", "金额"},
	"duty": {"duty", "义务"}, "element": {"must be said", "须写明"}, "wording": {"wording", "措辞"}, "records": {"records", "留存"}, "rate": {"ceilings", "利率上限"},
	"allocation": {"allocation", "冲抵顺序"}, "limitation": {"limitation", "时效"},
}
