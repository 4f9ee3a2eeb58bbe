package fault

// What is wrong with a text.
const (
	TemplatesMissing Code = "templates_missing"
	TemplateTwice    Code = "template_twice"
	TemplateName     Code = "template_name"
	BodyLong         Code = "body_long"
	BodyForm         Code = "body_form"
	ConfirmsDebt     Code = "confirms_debt"
	ElementMissing   Code = "element_missing"
	SegmentsOver     Code = "segments_over"
	SegmentsPage     Code = "segments_page"
	NotInBlocks      Code = "not_in_blocks"
	BlockOpen        Code = "block_open"
	BraceOpen        Code = "brace_open"
	BraceStray       Code = "brace_stray"
	CharacterUnfit   Code = "character_unfit"
	CharacterGSM     Code = "character_gsm"
	WordAlone        Code = "word_alone"
	WordStray        Code = "word_stray"
	LoansList        Code = "loans_list"
	VariableMissing  Code = "variable_missing"
	VariableUnknown  Code = "variable_unknown"
	VariableNear     Code = "variable_near"
	VariableInEach   Code = "variable_in_each"
	BlockDeep        Code = "block_deep"
	EachLoans        Code = "each_loans"
	EachInside       Code = "each_inside"
	ElseStray        Code = "else_stray"
	Either           Code = "either"
	Both             Code = "both"
	TextNone         Code = "text_none"
	TextFinding      Code = "text_finding"
	TextFindingAt    Code = "text_finding_at"
	Variable         Code = "variable"
)

var templateWords = map[Code][2]string{
	TemplatesMissing: {"is missing; write at least one template", "缺失；至少写一条文案"},
	TemplateTwice:    {"template {0} ({1}) is given twice", "文案 {0}（{1}）重复"},
	TemplateName:     {"{0}: use small letters, digits and _", "{0}：只能用小写字母、数字和 _"},
	BodyLong:         {"is longer than {0} bytes", "超过{0}字节"},
	BodyForm:         {"write it as a block that begins with |, or on one line", "请写成以 | 开头的文本块，或写在一行内"},
	ConfirmsDebt:     {"a confirmation names no debt and no borrower; {{0}} may not stand in it", "确认信息不提及债务和借款人，不能使用 {{0}}"},
	ElementMissing:   {"a reader must always find the element {0}; write {1} outside every {if}", "收信人必须总能看到要素 {0}；请在所有 {if} 之外写 {1}"},
	SegmentsOver: {
		"takes {0} segments at the longest values ({1} units of {2}), and max_segments is {3}",
		"按最长取值为{0}段（{2} 编码，{1}个字符单位），而 max_segments 为 {3}",
	},
	SegmentsPage: {
		"takes {0} segments at the longest values with what leads to the borrower's page ({1} units of {2}); one more than max_segments are allowed",
		"写上通往借款人页面的内容后，按最长取值为{0}段（{2} 编码，{1}个字符单位）；最多只能比 max_segments 多一段",
	},
	NotInBlocks: {
		"the templates are not written in blocks, one \"- name: …\" after the other; write them so, that each has versions of its own",
		"文案没有逐条分块书写（每条以“- name:”开头）；请分块书写，以便每条文案各有版本",
	},
	BlockOpen:      {"{{0}} is not closed; write {end} where it stops", "{{0}} 没有结束；请在结束处写 {end}"},
	BraceOpen:      {"{ opens a variable that is not closed on its line; double it to print a brace", "{ 之后的变量没有在本行内结束；要写大括号本身，请写两个"},
	BraceStray:     {"} closes nothing; double it to print a brace", "} 之前没有 {；要写大括号本身，请写两个"},
	CharacterUnfit: {"{0} is no character of a message", "短信中不能有字符 {0}"},
	CharacterGSM: {
		"{0} is not in the GSM alphabet and would halve the length of every segment; write it otherwise",
		"{0} 不在 GSM 字符集内，会使每段能容纳的字数减半；请换一种写法",
	},
	WordAlone: {"{{0}}: write {{1}} alone", "{{0}}：请只写 {{1}}"},
	WordStray: {"{{0}} without an {if} or {each} before it", "{{0}} 之前没有 {if} 或 {each}"},
	LoansList: {"loans is a list; write {each loans}…{end}", "loans 是列表；请写 {each loans}…{end}"},
	VariableMissing: {
		"a condition or a variable is missing; write {due.total} or {if due.per_day}",
		"缺少条件或变量；请写 {due.total} 或 {if due.per_day}",
	},
	VariableUnknown: {"{{0}} is no variable", "{{0}} 不是变量"},
	VariableNear:    {"{{0}} is no variable; did you mean {{1}}?", "{{0}} 不是变量；是否应为 {{1}}？"},
	VariableInEach:  {"{{0}} has a value only inside {each loans}", "{{0}} 只在 {each loans} 之内有值"},
	BlockDeep:       {"{{0}} stands inside {1} others, which nobody can read", "{{0}} 嵌套在{1}层之内，无人能读懂"},
	EachLoans:       {"{{0}}: only loans can be listed; write {each loans}", "{{0}}：只能列出贷款；请写 {each loans}"},
	EachInside:      {"{{0}} stands inside another {each loans}", "{{0}} 在另一个 {each loans} 之内"},
	ElseStray:       {"{else} belongs to no {if}: {{0}} from line {1} has none to give", "{else} 没有对应的 {if}：第{1}行的 {{0}} 不能再有 {else}"},
	Either:          {"{0} or {1}", "{0} 或 {1}"},
	Both:            {"{0} and {1}", "{0} 和 {1}"},
	Variable:        {"{{0}}", "{{0}}"},
	TextNone:        {"there is no text {0}", "没有文案 {0}"},
	TextFinding:     {"template {0} ({1}): {2} [{3}]: {4}", "文案 {0}（{1}）：{4}[{2}，{3}]"},
	TextFindingAt:   {"template {0} ({1}): {2} [{3}]: {4} \"{5}\"", "文案 {0}（{1}）：“{5}”：{4}[{2}，{3}]"},
}
