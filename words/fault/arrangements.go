package fault

// Why something cannot be agreed, confirmed or answered, for the one who asked: whole sentences.
const (
	PartNothing       Code = "part_nothing"
	PartPast          Code = "part_past"
	PartsOrder        Code = "parts_order"
	DueNothing        Code = "due_nothing"
	WaiverParts       Code = "waiver_parts"
	PartsCount        Code = "parts_count"
	PartsOne          Code = "parts_one"
	WaivedOver        Code = "waived_over"
	WaiverOf          Code = "waiver_of"
	PromiseWhole      Code = "promise_whole"
	PartsCover        Code = "parts_cover"
	PartsMany         Code = "parts_many"
	PartsFew          Code = "parts_few"
	WeightForm        Code = "weight_form"
	LawParts          Code = "law_parts"
	BeyondMeans       Code = "beyond_means"
	AuthorityNone     Code = "authority_none"
	AuthorityDue      Code = "authority_due"
	AuthorityPart     Code = "authority_part"
	AuthorityParts    Code = "authority_parts"
	AuthorityDay      Code = "authority_day"
	AuthorityDays     Code = "authority_days"
	AuthorityWaive    Code = "authority_waive"
	AuthorityDiscount Code = "authority_discount"
	LevelDuly         Code = "level_duly"
	LevelStaff        Code = "level_staff"
	LevelSecond       Code = "level_second"
	NotToConfirm      Code = "not_to_confirm"
	NotToApprove      Code = "not_to_approve"
	OwnProposal       Code = "own_proposal"
	DueChanged        Code = "due_changed"
	OwedCurrency      Code = "owed_currency"
	ExtraLess         Code = "extra_less"
	AllCame           Code = "all_came"
	OwedOther         Code = "owed_other"
	OwedLess          Code = "owed_less"
	OverdueNothing    Code = "overdue_nothing"
	BookedOther       Code = "booked_other"
	ItemClosed        Code = "item_closed"
	NobodyWrote       Code = "nobody_wrote"
	WriterUnknown     Code = "writer_unknown"
	WordsNone         Code = "words_none"
	LoanNone          Code = "loan_none"
	NoSuchArrangement Code = "no_such_arrangement"
	IsOffered         Code = "is_offered"
	IsProposed        Code = "is_proposed"
	IsLive            Code = "is_live"
	IsRefused         Code = "is_refused"
	IsWithdrawn       Code = "is_withdrawn"
	IsLapsed          Code = "is_lapsed"
	IsKept            Code = "is_kept"
	IsLateKept        Code = "is_late_kept"
	IsPartKept        Code = "is_part_kept"
	IsBroken          Code = "is_broken"
)

var arrangementWords = map[Code][2]string{
	PartNothing:       {"An instalment has to be more than nothing.", "每期金额须大于零。"},
	PartPast:          {"An instalment lies in the past.", "有一期的日期已过。"},
	PartsOrder:        {"The instalments are not in the order of their days.", "各期未按日期先后排列。"},
	DueNothing:        {"Nothing is overdue.", "没有逾期金额。"},
	WaiverParts:       {"A waiver asks nothing of the borrower.", "减免不要求借款人还款，不能另写期次。"},
	PartsCount:        {"There have to be 1 to {0} instalments.", "期数须为1至{0}期。"},
	PartsOne:          {"Only a plan has several instalments.", "只有分期可以写多期。"},
	WaivedOver:        {"No more can be let off than is owed.", "减免金额不能超过欠款。"},
	WaiverOf:          {"A waiver is of penalty interest and fees.", "减免只限于罚息和费用。"},
	PromiseWhole:      {"A promise or an extension lets nothing off.", "还款承诺和展期不能减免金额。"},
	PartsCover:        {"The instalments do not sum to what they cover.", "各期金额合计与应还金额不符。"},
	PartsMany:         {"An arrangement has 1 to {0} instalments.", "期数须为1至{0}期。"},
	PartsFew:          {"The amount is too small for so many instalments.", "金额过小，不足以分成这么多期。"},
	WeightForm:        {"A weight is from 1 to 1000.", "各期权重须为1到1000。"},
	LawParts:          {"A plan for this loan has at most {0} instalments.", "这类贷款最多可分{0}期。"},
	BeyondMeans:       {"{0} falls due on {1} and the days after; stated income less protected spending allows {2}.", "{1} 起的一个周期内应还 {0}；按所述收入减去必要支出，可用于还款的为 {2}。"},
	AuthorityNone:     {"The creditor has not said what may be agreed for such a loan.", "本机构的授权表没有规定这类贷款可以怎样约定。"},
	AuthorityDue:      {"{0} may agree where up to {1} is overdue.", "按{0}权限，逾期金额不得超过 {1}。"},
	AuthorityPart:     {"{0} may agree to up to 1 instalment.", "按{0}权限，最多1期。"},
	AuthorityParts:    {"{0} may agree to up to {1} instalments.", "按{0}权限，最多{1}期。"},
	AuthorityDay:      {"{0} may agree to up to 1 day.", "按{0}权限，最长1天。"},
	AuthorityDays:     {"{0} may agree to up to {1} days.", "按{0}权限，最长{1}天。"},
	AuthorityWaive:    {"{0} may waive up to {1} of penalty interest and fees.", "按{0}权限，最多减免罚息和费用的 {1}。"},
	AuthorityDiscount: {"{0} may let off up to {1} of what is owed.", "按{0}权限，最多减免欠款的 {1}。"},
	LevelDuly:         {"duly", "系统"},
	LevelStaff:        {"staff", "催收人员"},
	LevelSecond:       {"second", "审批人"},

	NotToConfirm:   {"it is {0}, and there is nothing to confirm", "约定的状态是“{0}”，无须确认"},
	NotToApprove:   {"it is {0}, and waits for nobody's approval", "约定的状态是“{0}”，不待审批"},
	OwnProposal:    {"whoever proposed it may not approve it", "不能审批自己提出的约定；须由他人审批"},
	DueChanged:     {"{0} is overdue now, and it was made for {1}; propose it anew", "现在逾期 {0}，提出时为 {1}；请重新提出"},
	OwedCurrency:   {"nothing is owed in {0}", "没有以 {0} 计的欠款"},
	ExtraLess:      {"{0} of penalty interest and fees is owed now, and {1} was to be waived", "现有罚息和费用 {0}，而约定减免 {1}"},
	AllCame:        {"all of it has come", "约定的款项已全部到账"},
	OwedOther:      {"{0} is overdue now, and it covers {1}; propose it anew", "现在逾期 {0}，而约定涵盖 {1}；请重新提出"},
	OwedLess:       {"only {0} is overdue now, and {1} is still to come of it; propose it anew", "现在只逾期 {0}，而约定尚余 {1} 未到期；请重新提出"},
	OverdueNothing: {"nothing is overdue any more", "已没有逾期金额"},
	BookedOther:    {"{0} {1} is confirmed, and the ledger makes it {2} {3}", "确认的金额为 {1} {0}，按账簿应为 {3} {2}"},
	ItemClosed:     {"it is closed", "此事项已办结"},
	NobodyWrote:    {"nobody wrote", "此事项不是由来信引起的"},
	WriterUnknown:  {"nobody is known by the number that wrote", "来信号码不对应任何借款人"},
	WordsNone:      {"there are no words", "没有写内容"},
	LoanNone:       {"the borrower has no open loan", "借款人没有未结清的贷款"},

	NoSuchArrangement: {"there is none of this number, or its borrower owes nothing", "没有这个编号的约定，或借款人没有欠款"},
	IsOffered:         {"offered", "已提供选择"},
	IsProposed:        {"proposed", "待复核"},
	IsLive:            {"live", "生效中"},
	IsRefused:         {"refused", "未批准"},
	IsWithdrawn:       {"withdrawn", "已撤回"},
	IsLapsed:          {"lapsed", "已失效"},
	IsKept:            {"kept", "已履行"},
	IsLateKept:        {"late_kept", "逾期履行"},
	IsPartKept:        {"part_kept", "部分履行"},
	IsBroken:          {"broken", "未履行"},
}
