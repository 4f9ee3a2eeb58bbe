package fault

// What is wrong with a row by itself. The reader puts the name of the field before it.
const (
	Empty            Code = "empty"
	TooLong          Code = "too_long"
	UnfitCharacter   Code = "unfit_character"
	NoneOf           Code = "none_of"
	NotWord          Code = "not_word"
	NotStaff         Code = "not_staff"
	NotAfter         Code = "not_after"
	DayRange         Code = "day_range"
	NotDate          Code = "not_date"
	NotInstant       Code = "not_instant"
	NotHours         Code = "not_hours"
	WishHours        Code = "wish_hours"
	NotDays          Code = "not_days"
	NotZone          Code = "not_zone"
	NotWhole         Code = "not_whole"
	NotAmount        Code = "not_amount"
	AmountDecimals   Code = "amount_decimals"
	AmountHuge       Code = "amount_huge"
	AmountOverflow   Code = "amount_overflow"
	AmountMapped     Code = "amount_mapped"
	AmountUnmapped   Code = "amount_unmapped"
	NotRate          Code = "not_rate"
	RateRange        Code = "rate_range"
	RateMapped       Code = "rate_mapped"
	RatePercent      Code = "rate_percent"
	RateHuge         Code = "rate_huge"
	FactorHuge       Code = "factor_huge"
	Negative         Code = "negative"
	CurrencyUnknown  Code = "currency_unknown"
	CurrencyNotKnown Code = "currency_not_known"
	PartCurrency     Code = "part_currency"
	PartsSum         Code = "parts_sum"
	ZeroPayment      Code = "zero_payment"
	ReversalPositive Code = "reversal_positive"
	ReversesItself   Code = "reverses_itself"
	NotLanguage      Code = "not_language"
	CountryForm      Code = "country_form"
	CountryUnknown   Code = "country_unknown"
	RegionForm       Code = "region_form"
	RegionElsewhere  Code = "region_elsewhere"
	PlaceForm        Code = "place_form"
	PlaceElsewhere   Code = "place_elsewhere"
	NotAge           Code = "not_age"
	NumberRange      Code = "number_range"
	ClosedEarly      Code = "closed_early"
	CoreTimeMissing  Code = "core_time_missing"
	CoreDueMissing   Code = "core_due_missing"
	StepMissing      Code = "step_missing"
	PhoneUnknown     Code = "phone_unknown"
	AddressUnknown   Code = "address_unknown"
	StateOfNobody    Code = "state_of_nobody"
	StateOfTwo       Code = "state_of_two"
	StatePlace       Code = "state_place"
	StateBeside      Code = "state_beside"
	ProtectedForever Code = "protected_forever"
	LiftedUndated    Code = "lifted_undated"
	LiftedEarly      Code = "lifted_early"
	WithdrawalEnds   Code = "withdrawal_ends"
	ContactMaker     Code = "contact_maker"
)

var rowWords = map[Code][2]string{
	Empty:            {"is empty", "为空"},
	TooLong:          {"is longer than {0} characters", "超过{0}个字符"},
	UnfitCharacter:   {"holds the character {0}, which a text may not have", "含有文本中不允许的字符 {0}"},
	NoneOf:           {"is none of {0}", "只能是以下之一：{0}"},
	NotWord:          {"is not a name of small letters, digits and _", "只能由小写字母、数字和下划线组成"},
	NotStaff:         {"is not a role or a number of staff, such as compliance:17; leave names out", "应填岗位或工号，例如 compliance:17；请勿填写姓名"},
	NotAfter:         {"is not after {0}", "必须晚于 {0}"},
	DayRange:         {"{0} is not a day from 1900 to 2199", "{0} 不在1900年至2199年之间"},
	NotDate:          {"{0} is not a date of the form {1}", "{0} 不是 {1} 格式的日期"},
	NotInstant:       {"{0} is not a time such as 2026-09-24T06:00:00+08:00 or 2026-09-24 06:00, or a day of the form {1}", "{0} 不是时间（例如 2026-09-24T06:00:00+08:00 或 2026-09-24 06:00），也不是 {1} 格式的日期"},
	NotHours:         {"{0} is not a span of hours such as 09:00-12:00", "{0} 不是时段，例如 09:00-12:00"},
	WishHours:        {"are not hours such as 09:00-12:00", "不是时段，例如 09:00-12:00"},
	NotDays:          {"{0} is not a list of days such as mon wed fri", "{0} 不是星期列表，例如 mon wed fri"},
	NotZone:          {"is not a time zone such as Asia/Shanghai, or several parted by spaces", "不是时区，例如 Asia/Shanghai；有多个时用空格分开"},
	NotWhole:         {"{0} is not a whole number from 0 to {1}", "{0} 不是0到{1}之间的整数"},
	NotAmount:        {"{0} is not an amount such as 1240.00", "{0} 不是金额，例如 1240.00"},
	AmountDecimals:   {"{0} has more than the {1} decimals of {2}", "{0} 的小数位数超过 {2} 允许的{1}位"},
	AmountHuge:       {"is larger than any amount that a loan has", "超出贷款金额的合理范围"},
	AmountOverflow:   {"{0}: amount too large", "{0}：金额过大"},
	AmountMapped:     {"{0} is not an amount as the mapping writes numbers", "{0} 不符合映射文件规定的数字写法"},
	AmountUnmapped:   {"{0} is not an amount such as 1240.00; how the file writes numbers can be said in a mapping", "{0} 不是金额，例如 1240.00；文件的数字写法可在映射文件中说明"},
	NotRate:          {"{0} is not a rate such as 0.15", "{0} 不是利率，例如 0.15"},
	RateRange:        {"{0} is outside what a rate may be", "{0} 超出利率的允许范围"},
	RateMapped:       {"{0} is not a rate as the mapping writes numbers", "{0} 不符合映射文件规定的数字写法"},
	RatePercent:      {"{0} is not a rate in per cent with at most 4 decimals", "{0} 不是百分比利率（最多4位小数）"},
	RateHuge:         {"{0} is over 1,000 % a year; write 0.15 for 15 %", "{0} 超过年利率1000%；15%请写作 0.15"},
	FactorHuge:       {"{0} is over 10; write 1.5 for one and a half times the contract rate", "{0} 超过10；合同利率的1.5倍请写作 1.5"},
	Negative:         {"is negative", "不能为负数"},
	CurrencyUnknown:  {"is not a currency that Duly knows", "不是 Duly 支持的币种"},
	CurrencyNotKnown: {"{0} is not a currency that Duly knows", "{0} 不是 Duly 支持的币种"},
	PartCurrency:     {"is not of the currency of the amount", "与金额的币种不一致"},
	PartsSum:         {"principal, interest and fees sum to {0} and not to {1}", "本金、利息与费用之和为 {0}，不等于 {1}"},
	ZeroPayment:      {"is zero, which is no payment", "为零，不构成还款"},
	ReversalPositive: {"is positive, but the row reverses a payment; a reversal is negative", "为正数，但该行用于冲正还款；冲正金额应为负数"},
	ReversesItself:   {"a payment cannot reverse itself", "还款不能冲正自身"},
	NotLanguage:      {"is not zh or en", "只能是 zh 或 en"},
	CountryForm:      {"is not a country code such as CN", "不是国家或地区代码，例如 CN"},
	CountryUnknown:   {"{0} is not a country, such as CN", "{0} 不是国家或地区代码，例如 CN"},
	RegionForm:       {"is not a region code such as CN-ZJ", "不是省份或地区代码，例如 CN-ZJ"},
	RegionElsewhere:  {"{0} is not in the row's country", "{0} 不属于该行所填的国家或地区"},
	PlaceForm:        {"is not a place such as US-NY-NYC", "不是城市代码，例如 US-NY-NYC"},
	PlaceElsewhere:   {"{0} is not in the row's region", "{0} 不属于该行所填的省份或地区"},
	NotAge:           {"{0} is not an age", "{0} 不是合理的年龄"},
	NumberRange:      {"{0} is not a number from 0 to {1}", "{0} 不在0到{1}之间"},
	ClosedEarly:      {"{0} is before the loan was opened on {1}", "{0} 早于放款日 {1}"},
	CoreTimeMissing:  {"is empty; without it core_due cannot be compared", "为空；缺少该时间则无法核对 core_due"},
	CoreDueMissing:   {"is empty, but core_as_of is not; where nothing is overdue it is 0", "为空，但 core_as_of 已填；没有逾期时请填 0"},
	StepMissing:      {"is empty, but its day or who authorised it is not", "为空，但其日期或授权人已填"},
	PhoneUnknown:     {"is not a number that the numbering plan knows; write it with its country code", "不是有效的电话号码；请带国家代码填写"},
	AddressUnknown:   {"is neither an e-mail address nor a number that the numbering plan knows; write a number with its country code", "既不是电子邮件地址，也不是有效的电话号码；号码请带国家代码填写"},
	StateOfNobody:    {"is empty, and so is the region; a state is of somebody", "借款人与地区均为空；状态须对应某个借款人或地区"},
	StateOfTwo:       {"is given beside a borrower_id; a state is of one borrower or of a region", "与 borrower_id 同时填写；状态只能对应一名借款人或一个地区"},
	StatePlace:       {"is not a country such as CN or a region such as CN-ZJ", "不是国家或地区代码（例如 CN），也不是省份代码（例如 CN-ZJ）"},
	StateBeside:      {"is given beside a loan or a phone, which are one borrower's", "与贷款或手机号同时填写，而后两者只属于某一名借款人"},
	ProtectedForever: {"is empty; nobody is protected for ever without somebody looking again", "为空；保护名单不能无限期生效，须定期复核"},
	LiftedUndated:    {"is empty, but lifted_by is not", "为空，但 lifted_by 已填"},
	LiftedEarly:      {"is before from", "早于 from"},
	WithdrawalEnds:   {"is given for a withdrawal, which does not end", "撤回同意没有到期日，不应填写"},
	ContactMaker:     {"is neither creditor nor agency, or one with its reference such as agency:north", "应填 creditor 或 agency，也可带编号，例如 agency:north"},
}
