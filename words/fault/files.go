package fault

// What is wrong with a file, or with a row as the file has it.
const (
	FileEmpty        Code = "file_empty"
	FileHasNothing   Code = "file_has_nothing"
	FileUnreadable   Code = "file_unreadable"
	UTF16            Code = "utf16"
	RowLong          Code = "row_long"
	QuoteOpen        Code = "quote_open"
	QuoteInside      Code = "quote_inside"
	QuoteAfter       Code = "quote_after"
	NotEncoded       Code = "not_encoded"
	ControlCharacter Code = "control_character"
	FieldCount       Code = "field_count"
	ColumnNameless   Code = "column_nameless"
	ColumnTwice      Code = "column_twice"
	ColumnAgain      Code = "column_again"
	ColumnUnknown    Code = "column_unknown"
	HeaderStrange    Code = "header_strange"
	FileLacks        Code = "file_lacks"
	KindAmbiguous    Code = "kind_ambiguous"
	CurrencyUnstated Code = "currency_unstated"
	StatementColumns Code = "statement_columns"
	NotMessage       Code = "not_message"
	MessageNumber    Code = "message_number"
	MessageMonth     Code = "message_month"
	NotPhone         Code = "not_phone"
	NotTime          Code = "not_time"
	StatementSilent  Code = "statement_silent"
	ControlDiffers   Code = "control_differs"
)

var fileWords = map[Code][2]string{
	FileEmpty:        {"the file is empty; its first row has to name the columns", "文件是空的；首行须为列名"},
	FileHasNothing:   {"the file is empty", "文件是空的"},
	FileUnreadable:   {"the file cannot be read", "文件无法读取"},
	UTF16:            {"the file is UTF-16; save it as UTF-8 or GB18030", "文件编码为 UTF-16；请另存为 UTF-8 或 GB18030"},
	RowLong:          {"the row is longer than 1 MB; is a quote or a line end missing?", "该行超过 1 MB；可能缺少引号或换行"},
	QuoteOpen:        {"a quote is opened here and never closed; write a quote inside a field twice", "此处的引号没有配对的结束引号；字段内的引号须写两次"},
	QuoteInside:      {"a quote stands inside a field; put the field in quotes and write the quote twice", "字段中间出现引号；请用引号括住整个字段，并将字段内的引号写两次"},
	QuoteAfter:       {"a field in quotes opened here goes on after its closing quote; write a quote inside a field twice", "此处开始的引号字段在结束引号之后仍有内容；字段内的引号须写两次"},
	NotEncoded:       {"what stands here is no character of {0}; the text is damaged or of another encoding", "此处不是有效的 {0} 字符；文本已损坏或采用了其他编码"},
	ControlCharacter: {"the control character {0} may not stand in a file", "文件中不允许出现控制字符 {0}"},
	FieldCount:       {"{0} fields, but the header has {1}", "该行有{0}个字段，而首行有{1}个"},
	ColumnNameless:   {"column {0} has no name", "第{0}列没有列名"},
	ColumnTwice:      {"the column {0} is named twice", "列名 {0} 出现两次"},
	ColumnAgain:      {"the column {0} is {1} again, which {2} is already", "列 {0} 对应 {1}，而列 {2} 已对应该项"},
	ColumnUnknown: {
		"unknown column {0}; did you mean {1}? If so, rename it or write columns: {{2}: {3}} in a mapping; if not, list it there under ignore",
		"未知的列 {0}；是否应为 {1}？若是，请改列名，或在映射文件中写 columns: {{2}: {3}}；若不是，请将其列入映射文件的 ignore",
	},
	HeaderStrange: {
		"the first row does not name the columns of any file that Duly knows: {0}; where the file has them by other names, give a mapping with columns: {THEIR NAME: loan_id}",
		"首行的列名不符合 Duly 支持的任何一种文件：{0}；列名不同时，请提供映射文件，写明 columns: {原列名: loan_id}",
	},
	FileLacks: {
		"this is most like a file of {0}, but it lacks {1}; where the file has them by other names, give a mapping with columns: {{2}: {3}}",
		"文件最接近 {0} 类，但缺少 {1}；列名不同时，请提供映射文件，写明 columns: {{2}: {3}}",
	},
	KindAmbiguous:    {"the file could be of loans or of borrowers; say which in a mapping (kind: loans), and import it once as each", "文件既可能是贷款文件，也可能是借款人文件；请在映射文件中注明类别（kind: loans），并按两种类别各导入一次"},
	CurrencyUnstated: {"no currency is stated; add a column currency, or constants: {currency: CNY} in a mapping", "未注明币种；请增加 currency 列，或在映射文件中写 constants: {currency: CNY}"},
	StatementColumns: {
		"a statement has a column state, and one of these: message (our number), id (the carrier's), or phone and at (when the carrier took it)",
		"对账文件须有 state（状态）列，以及下列之一：message（本系统编号）、id（通道编号），或 phone 与 at（号码与通道接收时间）",
	},
	MessageNumber:   {"{0} is not a message number such as m202609-1f", "{0} 不是短信编号，例如 m202609-1f"},
	MessageMonth:    {"{0} names no month", "{0} 中的月份不对"},
	NotMessage:      {"it is not a message number such as m202609-1f", "不是短信编号，例如 m202609-1f"},
	NotPhone:        {"it is not a phone number", "不是电话号码"},
	NotTime:         {"it is not a time such as 2026-09-24T06:00:00+08:00 or 2026-09-24 06:00:00", "不是时间，例如 2026-09-24T06:00:00+08:00 或 2026-09-24 06:00:00"},
	StatementSilent: {"it says no state, or not of which message", "没有注明状态，或没有注明是哪条短信"},
	ControlDiffers:  {"{0}: {1}: the control says {2}, the files have {3}", "{0}：{1}：控制总数为 {2}，文件为 {3}"},
}

// What is wrong with a row beside the others and beside what is known already.
const (
	BorrowerUnknown     Code = "borrower_unknown"
	LoanUnknown         Code = "loan_unknown"
	LoanElsewhere       Code = "loan_elsewhere"
	LoanCurrency        Code = "loan_currency"
	LoanCurrencyChanged Code = "loan_currency_changed"
	BorrowerTwice       Code = "borrower_twice"
	LoanTwice           Code = "loan_twice"
	InstalmentTwice     Code = "instalment_twice"
	PaymentTwice        Code = "payment_twice"
	StateTwice          Code = "state_twice"
	ConsentTwice        Code = "consent_twice"
	ContactTwice        Code = "contact_twice"
	NumberTwice         Code = "number_twice"
	DutyTwice           Code = "duty_twice"
	PaymentElsewhere    Code = "payment_elsewhere"
	ReversedTwice       Code = "reversed_twice"
	ReversedBefore      Code = "reversed_before"
	PaymentsScattered   Code = "payments_scattered"
	ContactLater        Code = "contact_later"
	LiftLater           Code = "lift_later"
	MayNotLift          Code = "may_not_lift"
	LiftUnsaid          Code = "lift_unsaid"
)

var bookWords = map[Code][2]string{
	BorrowerUnknown:     {"borrower {0} is not known: it is neither in the ledger nor a good row of this import", "借款人 {0} 不存在：台账中没有，本次导入也没有其有效数据行"},
	LoanUnknown:         {"loan {0} is not known: it is neither in the ledger nor a good row of this import", "贷款 {0} 不存在：台账中没有，本次导入也没有其有效数据行"},
	LoanElsewhere:       {"loan {0} is not one of borrower {1}", "贷款 {0} 不属于借款人 {1}"},
	LoanCurrency:        {"is in {0}, but the loan is in {1}", "币种为 {0}，而贷款币种为 {1}"},
	LoanCurrencyChanged: {"the loan is in {0} so far and cannot become one in {1}; give it a new loan_id", "贷款币种原为 {0}，不能改为 {1}；请使用新的 loan_id"},
	BorrowerTwice:       {"borrower {0} is stated differently at {2}", "借款人 {0} 与 {2} 处的内容不一致"},
	LoanTwice:           {"loan {0} is stated differently at {2}", "贷款 {0} 与 {2} 处的内容不一致"},
	InstalmentTwice:     {"instalment {1} of loan {0} is stated differently at {2}", "贷款 {0} 第{1}期与 {2} 处的内容不一致"},
	PaymentTwice:        {"payment {0} is stated differently at {2}", "还款 {0} 与 {2} 处的内容不一致"},
	StateTwice:          {"this state is stated differently at {2}", "该状态与 {2} 处的内容不一致"},
	ConsentTwice:        {"this consent of borrower {0} is stated differently at {2}", "借款人 {0} 的该项同意与 {2} 处的内容不一致"},
	ContactTwice:        {"this contact with borrower {0} is stated differently at {2}", "与借款人 {0} 的该次联系与 {2} 处的内容不一致"},
	NumberTwice:         {"this number is stated differently at {2}", "该号码与 {2} 处的内容不一致"},
	DutyTwice:           {"this duty towards borrower {0} is stated differently at {2}", "对借款人 {0} 的该项义务与 {2} 处的内容不一致"},
	PaymentElsewhere:    {"payment {0} is not one of loan {1}", "还款 {0} 不属于贷款 {1}"},
	ReversedTwice:       {"payment {0} of loan {1} is reversed at {2} as well; a payment goes back once", "贷款 {1} 的还款 {0} 在 {2} 处也被冲正；一笔还款只能冲正一次"},
	ReversedBefore:      {"payment {0} of loan {1} has been reversed before, by another row; a payment goes back once", "贷款 {1} 的还款 {0} 此前已由另一行冲正；一笔还款只能冲正一次"},
	PaymentsScattered: {
		"the files state different payments of loan {0} on this day; without a payment_id one file has to state all of a loan and day",
		"各文件所列贷款 {0} 当日的还款不一致；没有 payment_id 时，同一贷款同一天的还款须全部列在一个文件中",
	},
	ContactLater: {"this contact by {0} is later than the import; what has not happened yet is no contact", "该次联系（{0}）晚于导入时间；尚未发生的不是联系"},
	LiftLater:    {"the lifting of {0} is later than this import; what is to end by itself has an until", "{0} 的解除时间晚于导入时间；到期自动结束的请填写 until"},
	MayNotLift:   {"rule {0} lets {1} lift {2}", "根据规则 {0}，{2} 只能由以下岗位解除：{1}"},
	LiftUnsaid: {
		"who may lift {0} cannot be said, because the portfolio's documents cannot be read; duly check says why",
		"无法确定谁可以解除 {0}：资产组合的配置文件无法读取，请运行 duly check 查看原因",
	},
}
