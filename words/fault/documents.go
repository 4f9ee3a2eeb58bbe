package fault

// What is wrong with a document: a mapping, control totals, a configuration, a rulebook, a strategy. Each but the first seven is placed at
// a key, which the reader puts before it.
const (
	DocumentLong    Code = "document_long"
	DocumentNotUTF8 Code = "document_not_utf8"
	NotYAML         Code = "not_yaml"
	DocumentEmpty   Code = "document_empty"
	DocumentSecond  Code = "document_second"
	DocumentDeep    Code = "document_deep"
	DocumentForm    Code = "document_form"
	KeyForm         Code = "key_form"
	KeyUnknown      Code = "key_unknown"
	KeyNear         Code = "key_near"
	MustMap         Code = "must_map"
	MustList        Code = "must_list"
	MustSingle      Code = "must_single"
	WriteText       Code = "write_text"
	WriteOneOf      Code = "write_one_of"
	WriteWhole      Code = "write_whole"
	WriteDate       Code = "write_date"
	WriteTime       Code = "write_time"
	WriteHours      Code = "write_hours"
	ValueUnknown    Code = "value_unknown"
	ValueNear       Code = "value_near"
	ListedTwice     Code = "listed_twice"
	WholeBetween    Code = "whole_between"
	DateForm        Code = "date_form"
	DateRange       Code = "date_range"
	TimeForm        Code = "time_form"
	HoursForm       Code = "hours_form"
	HoursOrder      Code = "hours_order"
	// Text is what the reader of a document says of it in words of its own, which are English.
	Text Code = "text"
	// Said is what somebody has said in both languages: English, Chinese.
	Said Code = "said"

	IgnoredToo     Code = "ignored_too"
	NotationNoDate Code = "notation_no_date"
	ColumnNone     Code = "column_none"
	ColumnNoneOf   Code = "column_none_of"
	DividerNone    Code = "divider_none"
	SameMark       Code = "same_mark"
)

var documentWords = map[Code][2]string{
	DocumentLong:    {"the document is longer than {0} bytes", "文件超过{0}字节"},
	DocumentNotUTF8: {"the document is not UTF-8; save it as UTF-8", "文件不是 UTF-8 编码；请另存为 UTF-8"},
	NotYAML:         {"this is not YAML: {0}", "不是有效的 YAML：{0}"},
	DocumentEmpty:   {"the document is empty", "文件没有内容"},
	DocumentSecond:  {"a second document begins here; keep one document in a file", "此处开始了第二个文档；一个文件只能有一个文档"},
	DocumentDeep:    {"nested more than {0} deep", "嵌套超过{0}层"},
	DocumentForm:    {"write plain text, a number, a list or a mapping; anchors, aliases and tags are not read", "只能写文本、数字、列表或键值；不支持锚点、别名和标签"},
	KeyForm:         {"a key has to be a plain word", "键只能是普通文字"},
	KeyUnknown:      {"unknown key {0}; known keys are {1}", "未知的键 {0}；可用的键：{1}"},
	KeyNear:         {"unknown key {0}; did you mean {1}?", "未知的键 {0}；是否应为 {1}？"},
	MustMap:         {"must be a mapping with the keys {0}", "应为键值，可用的键：{0}"},
	MustList:        {"must be a list; write [a, b] or one \"- item\" a line", "应为列表；请写 [a, b]，或每行一个“- 项”"},
	MustSingle:      {"must be a single value and no list or mapping", "应为单个值，不能是列表或键值"},
	WriteText:       {"is missing; write a text", "缺失；请写文本"},
	WriteOneOf:      {"is missing; write one of {0}", "缺失；可用的值：{0}"},
	WriteWhole:      {"is missing; write a whole number from {0} to {1}", "缺失；请写{0}到{1}之间的整数"},
	WriteDate:       {"is missing; write a date such as 2026-09-24", "缺失；请写日期，例如 2026-09-24"},
	WriteTime:       {"is missing; write a time such as 2026-09-24T10:00:00+08:00", "缺失；请写时间，例如 2026-09-24T10:00:00+08:00"},
	WriteHours:      {"is missing; write a span of hours such as 08:00-22:00", "缺失；请写时段，例如 08:00-22:00"},
	ValueUnknown:    {"{0} is not known; use one of {1}", "不认识 {0}；可用的值：{1}"},
	ValueNear:       {"{0} is not known; did you mean {1}?", "不认识 {0}；是否应为 {1}？"},
	ListedTwice:     {"{0} is listed twice; remove one", "{0} 重复列出；请删去一个"},
	WholeBetween:    {"{0} is not a whole number from {1} to {2}", "{0} 不是{1}到{2}之间的整数"},
	DateForm:        {"{0} is not a date of the form YYYY-MM-DD", "{0} 不是 YYYY-MM-DD 格式的日期"},
	DateRange:       {"{0} cannot be used as a date", "{0} 不能用作日期"},
	TimeForm:        {"{0} is not a time of the form 2006-01-02T15:04:05+08:00", "{0} 不是 2006-01-02T15:04:05+08:00 格式的时间"},
	HoursForm:       {"{0} is not a span of hours; write it as 08:00-22:00", "{0} 不是时段；请写作 08:00-22:00"},
	HoursOrder:      {"{0} ends before it begins; a span lies within one day", "{0} 的结束早于开始；时段须在同一天之内"},
	Text:            {"{0}", "{0}"},
	Said:            {"{0}", "{1}"},

	IgnoredToo: {"{0} is listed under columns too; remove one", "{0} 也列在 columns 中；请删去一处"},
	NotationNoDate: {
		"{0} does not say where year, month and day stand; write it as YYYY-MM-DD, YYYYMMDD, YYYY/M/D or DD.MM.YYYY",
		"{0} 没有注明年、月、日的位置；请写作 YYYY-MM-DD、YYYYMMDD、YYYY/M/D 或 DD.MM.YYYY",
	},
	ColumnNone:   {"{0} is not a column", "{0} 不是列名"},
	ColumnNoneOf: {"{0} is not a column; columns are {1}", "{0} 不是列名；可用的列：{1}"},
	DividerNone:  {"{0} divides no columns", "{0} 不能作为分隔符"},
	SameMark:     {"the same mark cannot group digits and divide decimals", "千位分隔符与小数点不能相同"},
}
