// Package access says who may do what. The table in it is the only one: the console asks it before every page, and
// docs/security.md prints it.
package access

import (
	"slices"
	"strings"
)

// A Role is what somebody is at the lender. The zero value may nothing.
type Role string

// The roles.
const (
	Administrator Role = "administrator" // users, carriers, imports: runs the system, and sees no borrower
	Strategist    Role = "strategist"    // writes strategies and templates
	Approver      Role = "approver"      // the second person
	Compliance    Role = "compliance"    // signs rulebooks and templates, answers complaints
	Collector     Role = "collector"     // talks to borrowers
	Supervisor    Role = "supervisor"    // leads collectors
	Auditor       Role = "auditor"       // looks at everything and changes nothing
	Viewer        Role = "viewer"        // looks at sums
)

// Roles are all of them, in the order in which they are shown.
func Roles() []Role {
	return []Role{Administrator, Strategist, Approver, Compliance, Collector, Supervisor, Auditor, Viewer}
}

// Known says whether a word is a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// A Permission is one thing that may be done. The zero value is given to nobody.
type Permission string

// The permissions.
const (
	Own        Permission = "own"           // one's own password, second factor and sessions
	Today      Permission = "today"         // what goes out, what is held, what came back: numbers, no people
	Hold       Permission = "hold"          // stop hand-over
	Release    Permission = "release"       // let it go on
	Borrowers  Permission = "borrowers"     // find a borrower and read everything about them, masked
	Unmask     Permission = "unmask"        // see a name and a number, with a reason
	Inbox      Permission = "inbox"         // read, take, hand on and close what waits for a person
	Correct    Permission = "correct"       // say what a reply means
	Write      Permission = "write"         // write to a borrower by hand
	Agree      Permission = "agree"         // agree to what the creditor's table allows
	Approve    Permission = "approve"       // approve what goes beyond it
	Strategies Permission = "strategies"    // read strategies, templates and rulebooks
	Draft      Permission = "draft"         // write a version of a strategy or a template
	Activate   Permission = "activate"      // put a version of a strategy in force that somebody else wrote
	Sign       Permission = "sign"          // sign rulebooks and templates
	Carriers   Permission = "carriers"      // see carriers, settle unknown outcomes, enter bills, note what carriers have on file
	Import     Permission = "import"        // bring in files
	Reports    Permission = "reports"       // sums over the book
	Export     Permission = "export"        // ask for personal data to be taken out
	ExportTwo  Permission = "export_second" // let somebody else's export happen
	Erase      Permission = "erase"         // erase a person
	Audit      Permission = "audit"         // read who did what
	Users      Permission = "users"         // who works here, with which role
)

// A Rule is one line of the table.
type Rule struct {
	Permission Permission
	EN, ZH     string // what it lets somebody do
	Roles      []Role
}

// Rules is the table: who may do what. What stands nowhere in it nobody may do.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{Own, "One's own password, second factor and sessions", "管理自己的密码、二次验证和登录", Roles()},
	{Today, "What goes out, what is held and why, what came back: numbers only", "查看今日发送、暂缓及原因、回执（只有数字）", Roles()},
	{Hold, "Stop hand-over, by portfolio, channel, carrier or strategy", "暂停发送（按资产组合、渠道、通道或策略）", []Role{Administrator, Compliance, Supervisor}},
	{Release, "Let hand-over go on", "恢复发送", []Role{Compliance, Supervisor}},
	{Borrowers, "Find a borrower and read everything about them, masked", "查找借款人并查看其全部记录（脱敏）", []Role{Strategist, Approver, Compliance, Collector, Supervisor, Auditor}},
	{Unmask, "See a name and a number, with a reason, audited", "查看姓名和号码（须写明原因，留痕）", []Role{Compliance, Collector, Supervisor}},
	{Inbox, "Read, take, hand on and close what waits for a person", "阅读、领取、转交和办结待办", []Role{Compliance, Collector, Supervisor}},
	{Correct, "Say what a reply means", "更正回复的含义", []Role{Compliance, Collector, Supervisor}},
	{Write, "Write to a borrower by hand", "人工撰写信息", []Role{Collector, Supervisor}},
	{Agree, "Agree to a plan within the creditor's table", "在授权表内同意还款安排", []Role{Collector, Supervisor}},
	{Approve, "Approve a plan or a waiver beyond it, asked for by somebody else", "批准他人申请的超授权安排或减免", []Role{Approver, Supervisor}},
	{Strategies, "Read strategies, templates and rulebooks", "查看策略、文案和规则集", []Role{Administrator, Strategist, Approver, Compliance, Supervisor, Auditor, Viewer}},
	{Draft, "Write a version of a strategy or a template", "编写策略或模板的新版本", []Role{Strategist}},
	{Activate, "Put a strategy in force that somebody else wrote, or the one before it again", "启用他人编写的策略，或回退", []Role{Approver}},
	{Sign, "Sign rulebooks and templates", "签署规则和模板", []Role{Compliance}},
	{Carriers, "See carriers, say what became of unknown messages, enter bills, note what a carrier has on file", "查看通道，认定未知结果，录入账单，登记文案报备", []Role{Administrator}},
	{Import, "Bring in the lender's files", "导入文件", []Role{Administrator}},
	{Reports, "Sums over the book", "查看报表", []Role{Administrator, Strategist, Approver, Compliance, Supervisor, Auditor, Viewer}},
	{Export, "Ask for personal data to be taken out", "申请导出个人信息", []Role{Compliance, Supervisor}},
	{ExportTwo, "Let an export happen that somebody else asked for", "同意他人的导出申请", []Role{Approver, Compliance}},
	{Erase, "Erase a person as far as the law lets us", "在法律允许的范围内删除个人信息", []Role{Compliance}},
	{Audit, "Read who did what, and check that nobody changed it", "查看操作记录并核验未被篡改", []Role{Compliance, Auditor}},
	{Users, "Who works here, with which role", "管理用户和角色", []Role{Administrator}},
}

// May says whether a role may do something.
func (r Role) May(p Permission) bool {
	i := slices.IndexFunc(rules, func(x Rule) bool { return x.Permission == p })
	return i >= 0 && slices.Contains(rules[i].Roles, r)
}

// A Grant is a role in one portfolio, or in all of them where that is empty.
type Grant struct {
	Role      Role
	Portfolio string // the lender's key
}

// Grants are what one user has been given.
type Grants []Grant

// May says whether somebody may do something in a portfolio.
func (g Grants) May(p Permission, portfolio string) bool {
	return slices.ContainsFunc(g, func(x Grant) bool { return (x.Portfolio == "" || x.Portfolio == portfolio) && x.Role.May(p) })
}

// Anywhere says whether somebody may do something in one portfolio at least.
func (g Grants) Anywhere(p Permission) bool {
	return slices.ContainsFunc(g, func(x Grant) bool { return x.Role.May(p) })
}

// Everywhere says whether somebody may do something that concerns all portfolios at once.
func (g Grants) Everywhere(p Permission) bool {
	return slices.ContainsFunc(g, func(x Grant) bool { return x.Portfolio == "" && x.Role.May(p) })
}

// Table prints the table, as docs/security.md has it.
func Table() string {
	var b strings.Builder
	b.WriteString("| may |")
	for _, r := range Roles() {
		b.WriteString(" " + string(r) + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" :-: |", len(Roles())) + "\n")
	for _, x := range rules {
		b.WriteString("| " + x.EN + " (`" + string(x.Permission) + "`) |")
		for _, r := range Roles() {
			if slices.Contains(x.Roles, r) {
				b.WriteString(" ● |")
			} else {
				b.WriteString("  |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
