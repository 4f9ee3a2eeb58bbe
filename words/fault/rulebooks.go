package fault

// What is wrong with a rulebook and the tables beside it.
const (
	RulesNone        Code = "rules_none"
	ChangesOwn       Code = "changes_own"
	RuleEnds         Code = "rule_ends"
	RuleAside        Code = "rule_aside"
	DaysOverNone     Code = "days_over_none"
	ConditionNone    Code = "condition_none"
	AmountPositive   Code = "amount_positive"
	StatusHouse      Code = "status_house"
	StatusUnknown    Code = "status_unknown"
	StatusUnread     Code = "status_unread"
	JurisdictionForm Code = "jurisdiction_form"
	NameForm         Code = "name_form"
	RuleTwice        Code = "rule_twice"
	HoursBind        Code = "hours_bind"
	WeekdaysNone     Code = "weekdays_none"
	WorkdaysHolidays Code = "workdays_holidays"
	CalendarUnread   Code = "calendar_unread"
	DaysUnsaid       Code = "days_unsaid"
	CapWindow        Code = "cap_window"
	SpacingLength    Code = "spacing_length"
	RollingForm      Code = "rolling_form"
	NeedsNone        Code = "needs_none"
	BarAll           Code = "bar_all"
	StatesNone       Code = "states_none"
	DutyWhen         Code = "duty_when"
	CodesNone        Code = "codes_none"
	KeepOne          Code = "keep_one"
	MultipleAlone    Code = "multiple_alone"
	FourDecimals     Code = "four_decimals"
	MultipleForm     Code = "multiple_form"
	RateForm         Code = "rate_form"
	SixDecimals      Code = "six_decimals"
	OrderNone        Code = "order_none"
	YearsState       Code = "years_state"
	CalendarHead     Code = "calendar_head"
	CalendarLine     Code = "calendar_line"
	CalendarOrder    Code = "calendar_order"
	CalendarWhole    Code = "calendar_whole"
	SeriesHead       Code = "series_head"
	SeriesOrder      Code = "series_order"
	SeriesNone       Code = "series_none"
	SeriesLine       Code = "series_line"
	PercentForm      Code = "percent_form"
	TableName        Code = "table_name"
	ChangeBinds      Code = "change_binds"
	ChangeFixed      Code = "change_fixed"
	ChangeAdvisory   Code = "change_advisory"
	ChangeNone       Code = "change_none"
	BookTwice        Code = "book_twice"
	RuleElsewhere    Code = "rule_elsewhere"
	Loosens          Code = "loosens"
	WiderAllows      Code = "wider_allows"
	WiderReach       Code = "wider_reach"
	WiderWait        Code = "wider_wait"
	WiderLate        Code = "wider_late"
	WiderWeekdays    Code = "wider_weekdays"
	WiderCalendar    Code = "wider_calendar"
	WiderSpacing     Code = "wider_spacing"
	WiderCap         Code = "wider_cap"
	WiderNeeds       Code = "wider_needs"
	WiderOld         Code = "wider_old"
	WiderKeep        Code = "wider_keep"
	WiderOrder       Code = "wider_order"
	WiderYears       Code = "wider_years"
	CapDay           Code = "cap_day"
	CapDays          Code = "cap_days"
	CapSpan          Code = "cap_span"
	SpanDay          Code = "span_day"
	SpanDays         Code = "span_days"
	SpanWholeDays    Code = "span_whole_days"
	SpanHour         Code = "span_hour"
	SpanHours        Code = "span_hours"
	SpanMinute       Code = "span_minute"
	SpanMinutes      Code = "span_minutes"
	SpanSecond       Code = "span_second"
	SpanSeconds      Code = "span_seconds"
	GapConsulted     Code = "gap_consulted"
	GapCountry       Code = "gap_country"
	GapBook          Code = "gap_book"
	GapRegion        Code = "gap_region"
	GapChannel       Code = "gap_channel"
	GapDay           Code = "gap_day"
	GapHours         Code = "gap_hours"
	GapHoursOn       Code = "gap_hours_on"
	GapIdentity      Code = "gap_identity"
	GapAmount        Code = "gap_amount"
	GapStop          Code = "gap_stop"
	GapNoHour        Code = "gap_no_hour"
	LackCalendar     Code = "lack_calendar"
	LackYear         Code = "lack_year"
	LackRate         Code = "lack_rate"
	Sunday           Code = "sunday"
	Monday           Code = "monday"
	Tuesday          Code = "tuesday"
	Wednesday        Code = "wednesday"
	Thursday         Code = "thursday"
	Friday           Code = "friday"
	Saturday         Code = "saturday"
)

var rulebookWords = map[Code][2]string{
	RulesNone: {"holds no rule; a rulebook without rules lets nobody be contacted", "没有规则；规则集中没有规则，就不能联系任何人"},
	ChangesOwn: {
		"only a house's own rulebook, without jurisdiction and carriers, changes what another's rules are worth",
		"只有机构自己的规则集（未写 jurisdiction 和 carriers）才能改变其他规则集中规则的效力",
	},
	RuleEnds: {
		"{0} is not after from, {1}; a rule is in force from its first day to the day before to",
		"{0} 不晚于 from（{1}）；规则自 from 当日起生效，到 to 的前一日为止",
	},
	RuleAside:      {"a rule of kind {0} gives no verdict on a message, so it has no {1}; remove it", "{0} 类规则不对信息作判断，因此没有 {1}；请删去"},
	DaysOverNone:   {"no number of days is over {0} and up to {1}", "没有天数既大于{0}又不超过{1}"},
	ConditionNone:  {"names no condition; remove it", "没有写任何条件；请删去"},
	AmountPositive: {"{0} is not an amount above zero such as KES 1000", "{0} 不是大于零的金额，例如 KES 1000"},
	StatusHouse:    {"a house rule needs no status; remove it", "内部规则不需要 status；请删去"},
	StatusUnknown: {
		"{0} is not a status; use P, P-part, S-quote, V, S, S-weak, M or X",
		"{0} 不是有效的 status；可用的值：P, P-part, S-quote, V, S, S-weak, M, X",
	},
	StatusUnread: {
		"a source with status {0} was not read, so the rule cannot bind; make it advisory, and add a house rule for what must bind",
		"status 为 {0} 表示来源未经阅读，规则不能设为强制；请改为 advisory，确需强制的内容另写内部规则",
	},
	JurisdictionForm: {
		"{0} is not a jurisdiction; write a country such as CN, a region such as US-MA, a locality such as US-NY-NYC, or nothing for a house",
		"{0} 不是有效的 jurisdiction；请写国家（如 CN）、地区（如 US-MA）或城市（如 US-NY-NYC），机构自己的规则集则不写",
	},
	NameForm:     {"{0} is not a name; use small letters, digits, - and _", "{0} 不是有效的名称；只能用小写字母、数字、- 和 _"},
	RuleTwice:    {"rule {0} is there already, in line {1}, and both are in force on the same day", "规则 {0} 在第{1}行已有，且两者在同一天都有效"},
	HoursBind:    {"hours bind every message, whatever it is for; remove it", "时段规则约束所有信息，不论用途；请删去"},
	WeekdaysNone: {"names no day; list some of {0}, or remove it for every day", "没有列出任何一天；可用的值：{0}；每天都适用时请删去"},
	WorkdaysHolidays: {
		"working days are no holidays; keep one of workdays and except_holidays",
		"工作日本来就不是节假日；workdays 与 except_holidays 只保留一个",
	},
	CalendarUnread: {
		"nothing reads the calendar; say workdays or except_holidays, or remove it",
		"日历没有用处；请写 workdays 或 except_holidays，或删去 calendar",
	},
	DaysUnsaid: {"says no day; write weekdays, workdays or except_holidays", "没有说明是哪些日子；请写 weekdays、workdays 或 except_holidays"},
	CapWindow: {
		"a cap has one window: days for calendar days of the borrower, or rolling for a span such as 168h",
		"次数上限只能有一个窗口：days（借款人的自然日）或 rolling（时长，例如 168h）",
	},
	SpacingLength: {
		"a spacing has one length: at_least for a span such as 24h, or days for calendar days of the borrower",
		"间隔只能有一个长度：at_least（时长，例如 24h）或 days（借款人的自然日）",
	},
	RollingForm: {"{0} is not a rolling window; write it in hours, such as 24h or 168h", "{0} 不是滚动窗口；请按小时写，例如 24h 或 168h"},
	NeedsNone:   {"does not say what is needed; list any of {0}, {1}, {2}, {3}", "没有说明需要什么；可用的值：{0}, {1}, {2}, {3}"},
	BarAll: {
		"bars everything; say which channels, carriers, parties or products, or when",
		"禁止了所有联系；请写明 channels、carriers、parties 或 products，或写 when",
	},
	StatesNone: {"names no state; list at least one", "没有列出状态；至少列出一个"},
	DutyWhen: {
		"say before: true, or within_days of the first contact, and not both",
		"请写 before: true，或写 within_days（首次联系后的天数），只能写一个",
	},
	CodesNone:     {"names no code; list some of {0}", "没有列出代码；可用的值：{0}"},
	KeepOne:       {"write years or months, and not both; 0 keeps it until then", "years 与 months 只能写一个；写0表示保留到该时点为止"},
	MultipleAlone: {"a multiple is written by itself, such as 1.5x", "倍数须单独书写，例如 1.5x"},
	FourDecimals:  {"{0} has more than four decimals", "{0} 的小数超过四位"},
	MultipleForm:  {"{0} is not a multiple; write it as 1.5x", "{0} 不是倍数；请写作 1.5x"},
	RateForm: {
		"{0} is not a rate; write it as 24%, or as {times: 4, series: cn_lpr_1y}",
		"{0} 不是利率；请写作 24%，或 {times: 4, series: cn_lpr_1y}",
	},
	SixDecimals:   {"{0} is not a number above 0 with six decimals at most", "{0} 不是大于0且小数不超过六位的数"},
	OrderNone:     {"says no order; list costs, interest, principal as they are met", "没有写顺序；请按冲抵先后列出 costs, interest, principal"},
	YearsState:    {"where a state says it nobody counts years; remove it", "时效由状态决定时不计年数；请删去"},
	CalendarHead:  {"the first line must be date,workday,holiday", "首行必须是 date,workday,holiday"},
	CalendarLine:  {"{0} is not a line such as {1}", "{0} 不符合行的格式，例如 {1}"},
	CalendarOrder: {"{0} does not follow; list every day of a year from 1 January on", "{0} 不连续；请从1月1日起逐日列出全年"},
	CalendarWhole: {"the last year is not whole; list it to 31 December", "最后一年不完整；请列到12月31日"},
	SeriesHead:    {"the first line must be series,from,rate,source,status", "首行必须是 series,from,rate,source,status"},
	SeriesOrder:   {"{0} does not follow {1}; list the days of {2} in order", "{0} 不在 {1} 之后；请按日期先后列出 {2}"},
	SeriesNone:    {"holds no rate", "没有利率"},
	SeriesLine:    {"{0} is not a line such as cn_lpr_1y,2025-05-20,3%,PBoC,P", "{0} 不符合行的格式，例如 cn_lpr_1y,2025-05-20,3%,PBoC,P"},
	PercentForm:   {"{0} is not a rate such as 3%", "{0} 不是利率，例如 3%"},
	TableName:     {"a table is called {0} or {1}", "表的文件名应为 {0} 或 {1}"},
	ChangeBinds:   {"rule {0} binds already; remove it", "规则 {0} 本来就是强制的；请删去"},
	ChangeFixed: {
		"rule {0} cannot be weakened: hours, days, stops, identity, amount and contact always bind",
		"规则 {0} 不能放宽：时段、日期、停止、身份、金额和联系方式始终是强制的",
	},
	ChangeAdvisory: {"rule {0} is advisory already; remove it", "规则 {0} 本来就是参考性的；请删去"},
	ChangeNone:     {"there is no rule {0} in the rulebooks that this one stands with", "同时适用的各规则集中没有规则 {0}"},
	BookTwice:      {"rulebook {0} is there already, from {1}", "规则集 {0} 已经有了，来自 {1}"},
	RuleElsewhere:  {"rule {0} is there already, in {1}:{2}; give it an id of its own", "规则 {0} 在 {1}:{2} 已有；请另取 id"},
	Loosens:        {"rule {0} {1} {2} ({3}:{4}); a house rule may only be stricter", "规则 {0} 比规则 {2}（{3}:{4}）宽松：{1}；内部规则只能更严"},
	WiderAllows:    {"allows {0}, more than the {1} of", "允许 {0}，而后者为 {1}"},
	WiderReach:     {"reaches {0}, less than the {1} of", "适用范围为 {0}，而后者为 {1}"},
	WiderWait:      {"lets {0} wait longer than", "{0} 的期限比后者长"},
	WiderLate:      {"lets {0} be done later than", "{0} 可以比后者更晚办理"},
	WiderWeekdays:  {"allows more days of the week than", "允许的星期比后者多"},
	WiderCalendar:  {"reads another calendar than", "使用的日历与后者不同"},
	WiderSpacing:   {"asks for {0}, less than the {1} of", "要求间隔{0}，而后者为{1}"},
	WiderCap:       {"allows {0}, more than the {1} of", "允许{0}，而后者为{1}"},
	WiderNeeds:     {"is content with {0}, more than the {1} of", "只要求 {0}，而后者要求 {1}"},
	WiderOld:       {"is content with older ones than the {0} days of", "接受超过{0}天的同意，而后者不接受"},
	WiderKeep:      {"keeps {0}, shorter than the {1} of", "留存期为 {0}，短于后者的 {1}"},
	WiderOrder:     {"has another order than the {0} of", "冲抵顺序与后者的 {0} 不同"},
	WiderYears:     {"counts {0} years, more than the {1} of", "时效为{0}年，长于后者的{1}年"},
	CapDay:         {"{0} a calendar day", "每个自然日{0}次"},
	CapDays:        {"{0} in {1} calendar days", "{1}个自然日内{0}次"},
	CapSpan:        {"{0} in {1}", "{1}内{0}次"},
	SpanDay:        {"1 calendar day", "1个自然日"},
	SpanDays:       {"{0} calendar days", "{0}个自然日"},
	SpanWholeDays:  {"{0} × 24 hours", "{0}×24小时"},
	SpanHour:       {"1 hour", "1小时"},
	SpanHours:      {"{0} hours", "{0}小时"},
	SpanMinute:     {"1 minute", "1分钟"},
	SpanMinutes:    {"{0} minutes", "{0}分钟"},
	SpanSecond:     {"1 second", "1秒"},
	SpanSeconds:    {"{0} seconds", "{0}秒"},
	GapConsulted:   {"No rulebook was consulted.", "没有查阅任何规则集。"},
	GapCountry:     {"Where the borrower lives is not known, so no law can be applied.", "不知道借款人住在哪里，无法适用任何法规。"},
	GapBook:        {"There is no rulebook for {0}.", "没有适用于 {0} 的规则集。"},
	GapRegion:      {"{0} has rules by region, and the borrower's is not known.", "{0} 的规则因地区而异，而不知道借款人所在地区。"},
	GapChannel:     {"The channel is not known.", "不知道用什么渠道联系。"},
	GapDay:         {"The day is not known.", "不知道是哪一天。"},
	GapHours:       {"No binding rule says at which hours contact is lawful.", "没有强制规则说明哪些时段可以联系。"},
	GapHoursOn:     {"No binding rule says at which hours contact is lawful on a {0}.", "没有强制规则说明{0}有哪些时段可以联系。"},
	GapIdentity:    {"No binding rule says which addresses may be used.", "没有强制规则说明可以使用哪些号码或地址。"},
	GapAmount:      {"No binding rule asks for a known and current amount.", "没有强制规则要求金额已知且为最新。"},
	GapStop:        {"No binding rule bars reminders after {0}.", "没有强制规则禁止在 {0} 之后发送提醒。"},
	GapNoHour:      {"Rules {0} and {1} leave no lawful hour.", "规则 {0} 与 {1} 之间没有任何合法时段。"},
	LackCalendar:   {"calendar {0} is not given", "没有提供日历 {0}"},
	LackYear:       {"calendar {0} does not publish the year of {1}", "日历 {0} 没有公布 {1} 所在的年份"},
	LackRate:       {"series {0} publishes no rate for {1}", "利率 {0} 没有公布 {1} 的数值"},
	Sunday:         {"Sunday", "星期日"},
	Monday:         {"Monday", "星期一"},
	Tuesday:        {"Tuesday", "星期二"},
	Wednesday:      {"Wednesday", "星期三"},
	Thursday:       {"Thursday", "星期四"},
	Friday:         {"Friday", "星期五"},
	Saturday:       {"Saturday", "星期六"},
}
