package fault

// What is wrong with the tests beside a document, and with the script of a simulated carrier.
const (
	OtherStrategy    Code = "other_strategy"
	OtherBook        Code = "other_book"
	WantNothing      Code = "want_nothing"
	StepForm         Code = "step_form"
	TouchForm        Code = "touch_form"
	TreatmentUnknown Code = "treatment_unknown"
	BookUnknown      Code = "book_unknown"
	WantRuling       Code = "want_ruling"
	SpanForm         Code = "span_form"
	AmountForm       Code = "amount_form"
	StatePhrase      Code = "state_phrase"
	ConsentPhrase    Code = "consent_phrase"
	ContactPhrase    Code = "contact_phrase"
	PhraseShort      Code = "phrase_short"
	NumberForm       Code = "number_form"
	ZoneForm         Code = "zone_form"
	SheetUnknown     Code = "sheet_unknown"
	TemplateLanguage Code = "template_language"
	SharesOver       Code = "shares_over"
	ReceiptError     Code = "receipt_error"
	StopReply        Code = "stop_reply"
	PayForm          Code = "pay_form"
	FailsActs        Code = "fails_acts"
	AfterSubmits     Code = "after_submits"
	ScriptTime       Code = "script_time"
	CommandStatus    Code = "command_status"
	ShareForm        Code = "share_form"
	CaseFailed       Code = "case_failed"
	TextFailed       Code = "text_failed"
	CaseOne          Code = "case_one"
	CaseNone         Code = "case_none"
	CaseText         Code = "case_text"
	CaseMissing      Code = "case_missing"
	CaseSegments     Code = "case_segments"
	ShareWhole       Code = "share_whole"
)

var caseWords = map[Code][2]string{
	OtherStrategy: {"these are tests of another strategy, not of {0}", "这是另一策略的测试，不是 {0} 的"},
	OtherBook:     {"these are tests of another rulebook, not of {0}", "这是另一规则集的测试，不是 {0} 的"},
	WantNothing:   {"says neither treatment, nor hold, nor notice", "没有写 treatment、hold 或 notice"},
	StepForm: {
		"{0} is not a step such as court@90: a next step and the day past due on which it is taken",
		"{0} 不是后续步骤，例如 court@90：步骤，以及采取该步骤时的逾期天数",
	},
	TouchForm: {
		"{0} is not a contact such as firm_1@9: a treatment and the day past due on which it was given",
		"{0} 不是一次联系，例如 firm_1@9：措施，以及执行该措施时的逾期天数",
	},
	TreatmentUnknown: {"the strategy has no treatment {0}", "策略中没有措施 {0}"},
	BookUnknown:      {"there is no rulebook {0}; those in use and those that ship can be named", "没有规则集 {0}；可写在用的和随附的规则集"},
	WantRuling:       {"expects nothing; say at least a ruling and a rule", "没有写预期结果；至少写 ruling 和 rule"},
	SpanForm:         {"{0} is not a span such as 36h", "{0} 不是时长，例如 36h"},
	AmountForm:       {"{0} is not an amount such as KES 1000", "{0} 不是金额，例如 KES 1000"},
	StatePhrase: {
		"a state is NAME, then any of since TIME, until TIME, loan N, address N, channel C",
		"状态的写法是 NAME，其后可有 since TIME、until TIME、loan N、address N、channel C",
	},
	ConsentPhrase: {
		"a consent is CHANNEL TIME, then any of written, withdrawn, until TIME, address N",
		"同意的写法是 CHANNEL TIME，其后可有 written、withdrawn、until TIME、address N",
	},
	ContactPhrase: {
		"a contact is TIME CHANNEL, then any of attempt, conversation, unanswered, loan N, address N",
		"联系的写法是 TIME CHANNEL，其后可有 attempt、conversation、unanswered、loan N、address N",
	},
	PhraseShort:      {"{0} ends too soon", "{0} 没有写完"},
	NumberForm:       {"{0} is not a number from 1 on", "{0} 不是从1开始的整数"},
	ZoneForm:         {"{0} is not a zone of the IANA database, such as Asia/Shanghai", "{0} 不是 IANA 时区，例如 Asia/Shanghai"},
	SheetUnknown:     {"no values are called {0}", "没有名为 {0} 的取值"},
	TemplateLanguage: {"template {0} has no text in {1}", "文案 {0} 没有 {1} 的文本"},
	SharesOver:       {"the shares are {0} together, more than the whole", "各份额合计 {0}，超过整体"},
	ReceiptError:     {"{0} is longer than the three characters of a receipt", "{0} 超过回执允许的三个字符"},
	StopReply:        {"write either stop or reply", "stop 与 reply 只能写一个"},
	PayForm:          {"{0} is neither full nor an amount such as 500.00", "{0} 既不是 full，也不是金额（例如 500.00）"},
	FailsActs:        {"a handset that fails neither replies nor pays", "收不到短信的手机既不回复也不还款"},
	AfterSubmits:     {"give either after, a time since the start, or submits, a count", "after（启动后的时间）与 submits（次数）须写其中一个"},
	ScriptTime:       {"{0} is not a time such as 50ms, 3s or 2m", "{0} 不是时间，例如 50ms、3s 或 2m"},
	CommandStatus: {
		"{0} is not a status; write its name, such as ESME_RINVDSTADR, or its number",
		"{0} 不是有效的状态；请写名称（如 ESME_RINVDSTADR）或数值",
	},
	ShareForm:    {"{0} is not a share; write 1%, 2.5%, 25‰ or 0.025", "{0} 不是份额；请写 1%、2.5%、25‰ 或 0.025"},
	ShareWhole:   {"{0} is more than the whole", "{0} 超过整体"},
	CaseFailed:   {"{0}: got {1}, want {2}", "{0}：结果为 {1}，应为 {2}"},
	TextFailed:   {"{0} ({1}):\n want {2}\n  got {3}", "{0}（{1}）：\n 应为 {2}\n 结果 {3}"},
	CaseOne:      {"a case", "一个用例"},
	CaseNone:     {"none", "没有"},
	CaseText:     {"the text", "文本"},
	CaseMissing:  {"missing {0}", "缺少 {0}"},
	CaseSegments: {"{0} segments", "{0}段"},
}
