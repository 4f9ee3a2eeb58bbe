package fault

// What is wrong with a strategy, by itself and beside texts and rules.
const (
	NeverOverlaps     Code = "never_overlaps"
	NeverAll          Code = "never_all"
	HoldoutShare      Code = "holdout_share"
	HoldoutSalt       Code = "holdout_salt"
	StagesNone        Code = "stages_none"
	StagesMany        Code = "stages_many"
	StageTwice        Code = "stage_twice"
	StageOverlaps     Code = "stage_overlaps"
	StageGap          Code = "stage_gap"
	BeforeFrom        Code = "before_from"
	ToMissing         Code = "to_missing"
	TreatmentsMany    Code = "treatments_many"
	NoticesMany       Code = "notices_many"
	IndexTwice        Code = "index_twice"
	NameTwice         Code = "name_twice"
	TaskTreatment     Code = "task_treatment"
	TaskNotice        Code = "task_notice"
	TemplateMissing   Code = "template_missing"
	GentleSilent      Code = "gentle_silent"
	ToneHuman         Code = "tone_human"
	OutsideStage      Code = "outside_stage"
	OutsideOpen       Code = "outside_open"
	TreatmentNever    Code = "treatment_never"
	GentleWilful      Code = "gentle_wilful"
	GentleWhom        Code = "gentle_whom"
	GentleHow         Code = "gentle_how"
	GentleNever       Code = "gentle_never"
	TreatmentTemplate Code = "treatment_template"
	NoticeTemplate    Code = "notice_template"
	NoticeClass       Code = "notice_class"
	TreatmentClass    Code = "treatment_class"
	CapMissing        Code = "cap_missing"
	CapExceeded       Code = "cap_exceeded"
	HoursBegin        Code = "hours_begin"
	PortfolioZone     Code = "portfolio_zone"
	TermsOrder        Code = "terms_order"
	DocumentWrong     Code = "document_wrong"
	Unfit             Code = "unfit"
	HoursEnd          Code = "hours_end"
)

var strategyWords = map[Code][2]string{
	NeverOverlaps:  {"{0} overlaps the preferred hours {1}; one of them is a mistake", "{0} 与优先时段 {1} 重叠；其中必有一处写错"},
	NeverAll:       {"leaves no preferred day of the week", "没有留下任何优先星期"},
	HoldoutShare:   {"{0} is not a share in percent, from 0 to 100 with at most four decimals", "{0} 不是百分比；应在0到100之间，小数不超过四位"},
	HoldoutSalt:    {"is missing; a holdout needs a salt of its own, and must keep it", "缺失；对照组须有自己的 salt，并且不再更改"},
	StagesNone:     {"holds no stage", "没有阶段"},
	StagesMany:     {"holds more than {0} stages", "超过{0}个阶段"},
	StageTwice:     {"stage {0} is there already, in line {1}", "阶段 {0} 在第{1}行已有"},
	StageOverlaps:  {"{0} overlaps stage {1}, which goes to {2}", "{0} 与阶段 {1} 重叠，后者到 {2} 为止"},
	StageGap:       {"{0} leaves days {1} to {2} without a stage", "从 {0} 开始，则 {1} 至 {2} 不属于任何阶段"},
	BeforeFrom:     {"{0} is before from, {1}", "{0} 在 from（{1}）之前"},
	ToMissing:      {"is missing; only the last stage may go on without end", "缺失；只有最后一个阶段可以没有终点"},
	TreatmentsMany: {"holds more than {0} treatments", "超过{0}项措施"},
	NoticesMany:    {"holds more than {0} notices", "超过{0}项法定通知"},
	IndexTwice:     {"{0} is that of {1} already; each treatment keeps a number of its own for ever", "{0} 已是 {1} 的编号；每项措施须一直保留自己的编号"},
	NameTwice:      {"{0} is there already, in line {1}", "{0} 在第{1}行已有"},
	TaskTreatment: {
		"only a treatment on the channel task has a task; set channel: task or remove it",
		"只有渠道为 task 的措施才有 task；请写 channel: task，或删去",
	},
	TaskNotice: {
		"only a notice on the channel task has a task; set channel: task or remove it",
		"只有渠道为 task 的法定通知才有 task；请写 channel: task，或删去",
	},
	TemplateMissing: {"is missing; what is written needs a template", "缺失；要发送文字的措施须写 template"},
	GentleSilent:    {"is of a treatment that writes nothing", "所属的措施不发送文字"},
	ToneHuman:       {"a person takes over where the tone is human; use channel: task", "语气为 human 时由专人接手；请写 channel: task"},
	OutsideStage:    {"{0} lies outside stage {1}, which is {2} to {3}", "{0} 不在阶段 {1} 之内，该阶段从 {2} 到 {3}"},
	OutsideOpen:     {"{0} lies outside stage {1}, which is {2} and more", "{0} 不在阶段 {1} 之内，该阶段从 {2} 开始"},
	TreatmentNever: {
		"{0} is never given: others of the stage always come before it, or its conditions are never met",
		"{0} 不会被执行：同阶段的其他措施总在它之前，或其条件无法满足",
	},
	GentleWilful: {
		"wilful is what a person says of somebody who does not want to pay; it asks for no gentleness",
		"wilful 是由人认定为不愿还款，不适用温和对待",
	},
	GentleWhom: {"says how and not whom: give causes, kept_promises or both", "写了方式而没有写对象：请写 causes 或 kept_promises，也可两者都写"},
	GentleHow:  {"says whom and not how: give tone, spacing or both", "写了对象而没有写方式：请写 tone 或 spacing，也可两者都写"},
	GentleNever: {
		"is never written: the strategy says with gentle whom it treats more gently, and it says nothing",
		"不会用到：策略须在 gentle 中写明对谁更温和，而它没有写",
	},
	TreatmentTemplate: {"treatment {0} uses template {1}, which does not exist", "措施 {0} 使用的文案 {1} 不存在"},
	NoticeTemplate:    {"notice {0} uses template {1}, which does not exist", "法定通知 {0} 使用的文案 {1} 不存在"},
	NoticeClass: {
		"notice {0} uses template {1}, which is of class {2}; a notice has a text of its own class",
		"法定通知 {0} 使用的文案 {1} 属于 {2} 类；法定通知须使用 notice 类文案",
	},
	TreatmentClass: {"treatment {0} uses template {1}, which is a notice; list it under notices", "措施 {0} 使用的文案 {1} 是法定通知；请将其列入 notices"},
	CapMissing: {
		"no binding rule of {0} says how often somebody may be contacted by {1}, so that every reminder waits; put one of kind cap into a rulebook of your own, such as at_most: 1, days: 1, per: person",
		"{0} 没有强制规则限定通过 {1} 联系的次数，所有提醒都会暂缓；请在自己的规则集中写一条 cap 规则，例如 at_most: 1, days: 1, per: person",
	},
	CapExceeded: {
		"treatment {0} would be contact {1} in the window of rule {2}, which allows {3}; widen a spacing",
		"措施 {0} 将是规则 {2} 窗口内的第{1}次联系，而该规则只允许{3}次；请加大间隔",
	},
	HoursBegin:    {"prefer.hours begin before rule {0} allows ({1})", "prefer.hours 的开始早于规则 {0} 允许的时段（{1}）"},
	HoursEnd:      {"prefer.hours end after rule {0} allows ({1})", "prefer.hours 的结束晚于规则 {0} 允许的时段（{1}）"},
	PortfolioZone: {"portfolio {0}: zone {1} is not an IANA name such as Asia/Shanghai", "资产组合 {0}：{1} 不是 IANA 时区，例如 Asia/Shanghai"},
	TermsOrder: {
		"portfolio {0}: terms.order is not that of rule {1} ({2}:{3}), {4}; follow it, or advise it away with a reason in a rulebook of your own",
		"资产组合 {0}：terms.order 与规则 {1}（{2}:{3}）的顺序 {4} 不同；请按规则书写，或在自己的规则集中说明理由并将其设为不强制",
	},
	DocumentWrong: {"a document is wrong:", "文件有误："},
	Unfit:         {"what is in force in portfolio {0} does not go with the rest of its documents: {1}", "资产组合 {0} 现行的版本与其他文件不一致：{1}"},
}
