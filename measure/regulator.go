package measure

import (
	"cmp"
	"slices"
)

// Supervised is what a supervisor's extract is made of. Lines are of messages, replies and arrangements of the days.
type Supervised struct {
	Messages, Replies, Agreed []Line
	Capped                    []Line            // persons held by a cap, by Reason
	Rules                     map[string]string // ids of the rules that bind, by what they are about: "hours", "caps", "identity", "consent", "records", "stop complaint" …
	Order                     []string          // of stages
	Books                     []SupervisedBook  // the rulebooks in use

	Counted     bool   // what follows was counted: the days were named, and are no more than a year
	Hours       []Line // of messages handed over: Name is the hour of the portfolio's day, Carrier the channel, Came those outside the lawful window
	Stops       int64
	StopSeconds int64 // the longest from a stop's coming to its holding
	AfterStop   int64
	Withdrawn   int64
	Desk        []Handled
}

// A SupervisedBook is a rulebook in use with what was counted under each of its rules.
type SupervisedBook struct {
	ID    string
	Rules []SupervisedRule
}

// A SupervisedRule is one rule that was in force on one of the days. Where it stands and how far it binds is said by its id.
type SupervisedRule struct {
	ID     string
	Held   int64 // persons whom it held, as last counted
	Judged int64 // messages of the days that were handed over and that it was asked about
	Known  bool  // Judged was counted: the days were, it was in force on all of them, and it is of messages
}

// Protecting are the meanings of replies that a supervisor asks about.
var Protecting = []string{"stop", "complaint", "dispute", "hardship", "wrong_person", "representation"}

// A Handled is what people were given to do of one kind.
type Handled struct {
	Kind               string
	Number, Open, Late int64
	Mean, Most         int64 // hours until it was closed
}

// Regulator is what a supervisor asks a lender for, each number with the rules that it answers and how it is proven. It holds sums only.
func Regulator(s *Supervised) Sheet {
	b := regulator{s: s, sheet: Sheet{
		Name: "regulator", EN: "Supervisor's extract", ZH: "监管摘要",
		NoteEN: "Numbers only, no personal data. What the carrier took, or may have, counts as a contact. Hours, stops and what people handled are counted where the days are named, a year at most. The signed file holds the audit's last checkpoint and is checked with audit.pub, without Duly.",
		NoteZH: "仅含数字，不含个人信息。通道已接收（或可能已接收）的计为一次联系。时段、停止和人工办理情况在指定日期（不超过一年）时统计。签名文件附有操作记录的最新检查点，可用 audit.pub 独立核验，无需 Duly。",
		Columns: []Column{
			{Name: "question", EN: "Question", ZH: "事项", Of: "extract"},
			{Name: "of", EN: "Of", ZH: "明细", Of: "extract"},
			{Name: "number", EN: "Number", ZH: "数量", Kind: AsCount},
			{Name: "share", EN: "Share", ZH: "占比", Kind: AsShare},
			{Name: "mean_hours", EN: "Mean, hours", ZH: "平均用时（小时）", Kind: AsCount},
			{Name: "most_hours", EN: "Longest, hours", ZH: "最长用时（小时）", Kind: AsCount},
			{Name: "amount", EN: "Amount", ZH: "金额", Kind: AsAmount},
			{Name: "judged", EN: "Messages judged by it", ZH: "按其判断的信息", Kind: AsCount},
			{Name: "rules", EN: "Rules that it answers", ZH: "对应规则"},
			{Name: "proof", EN: "How it is proven", ZH: "依据", Of: "extract"},
		},
	}}
	b.contacts()
	b.hours()
	b.protected()
	b.agreed()
	b.row("third_party", "", count(0), none(), none(), none(), "identity", "proof_identity")
	var unknown int64
	for i := range s.Messages {
		if s.Messages[i].State == "unknown" {
			unknown += s.Messages[i].N
		}
	}
	b.row("unknown", "", count(unknown), none(), none(), none(), "records", "proof_unknown")
	b.books()
	return b.sheet
}

type regulator struct {
	s     *Supervised
	sheet Sheet
}

func (b *regulator) row(question, of string, number, share, mean, most Cell, rules, proof string) {
	b.sheet.Rows = append(b.sheet.Rows, []Cell{word(question), word(of), number, share, mean, most, none(), none(), word(b.s.Rules[rules]), word(proof)})
}

// BookWord and SourceWord begin the words of an extract that are of a rulebook, and of where a rule stands; its id follows.
const (
	BookWord   = "book "
	SourceWord = "source "
)

// books lists the rules themselves, so that an officer of an authority finds its own law.
func (b *regulator) books() {
	for i := range b.s.Books {
		of := &b.s.Books[i]
		for _, r := range of.Rules {
			judged := none()
			if r.Known {
				judged = count(r.Judged)
			}
			b.sheet.Rows = append(b.sheet.Rows, []Cell{word(BookWord + of.ID), word(r.ID), count(r.Held), none(), none(), none(), none(), judged, word(r.ID), word(SourceWord + r.ID)})
		}
	}
}

// by adds numbers up by a word.
func by(lines []Line, of func(*Line) (string, bool), n func(*Line) int64) (keys []string, sum map[string]int64, all int64) {
	sum = map[string]int64{}
	found, each := sums(lines, hasNoAmounts, of, func(s *int64, l *Line) { *s += n(l) })
	for _, k := range found {
		keys = append(keys, k.of)
		sum[k.of] = *each[k]
		all += sum[k.of]
	}
	return keys, sum, all
}

func number(l *Line) int64 { return l.N }

// isContact says that a line is of messages that a carrier took or may have, and of which stage.
func isContact(l *Line) (stage string, is bool) { return l.Stage, l.Sent() && l.Stage != "answer" }

func (b *regulator) contacts() {
	keys, sum, all := by(b.s.Messages, isContact, number)
	slices.SortStableFunc(keys, func(x, y string) int { return cmp.Compare(slices.Index(b.s.Order, x), slices.Index(b.s.Order, y)) })
	b.row("contacts", "", count(all), none(), none(), none(), "caps", "proof_sums")
	for _, k := range keys {
		b.row("contacts_stage", k, count(sum[k]), share(sum[k], all), none(), none(), "caps", "proof_sums")
	}
	keys, sum, _ = by(b.s.Capped, func(l *Line) (string, bool) { return l.Reason, true }, number)
	for _, k := range keys {
		b.row("capped", k, count(sum[k]), none(), none(), none(), "caps", "proof_caps")
	}
	if len(keys) == 0 {
		b.row("capped", "", count(0), none(), none(), none(), "caps", "proof_caps")
	}
}

func (b *regulator) hours() {
	if !b.s.Counted {
		b.row("hours_not_counted", "", none(), none(), none(), none(), "hours", "")
		return
	}
	keys, sum, all := by(b.s.Hours, func(l *Line) (string, bool) { return l.Carrier, true }, number)
	for _, k := range keys {
		b.row("contacts_channel", k, count(sum[k]), share(sum[k], all), none(), none(), "caps", "proof_rows")
	}
	keys, sum, _ = by(b.s.Hours, func(l *Line) (string, bool) { return l.Name, true }, number)
	for _, k := range keys {
		b.row("contacts_hour", k, count(sum[k]), share(sum[k], all), none(), none(), "hours", "proof_rows")
	}
	_, _, outside := by(b.s.Hours, func(l *Line) (string, bool) { return "", true }, func(l *Line) int64 { return l.Came })
	b.row("inside", "", count(all-outside), share(all-outside, all), none(), none(), "hours", "proof_hours")
	b.row("outside", "", count(outside), share(outside, all), none(), none(), "hours", "proof_hours")
}

// protected is what people asked for who want to be left alone or do not agree, and how long it took.
func (b *regulator) protected() {
	_, sum, _ := by(b.s.Replies, func(l *Line) (string, bool) { return l.Name, true }, number)
	if _, _, all := by(b.s.Messages, isContact, number); all > 0 {
		b.row("complaints_per", "", count((sum["complaint"]*10_000+all/2)/all), none(), none(), none(), "stop complaint", "proof_sums")
	}
	for _, meaning := range Protecting {
		b.row("said", meaning, count(sum[meaning]), none(), none(), none(), "stop "+meaning, "proof_sums")
	}
	if !b.s.Counted {
		return
	}
	b.row("stop_effect", "", count(b.s.Stops), none(), none(), count((b.s.StopSeconds+3599)/3600), "stop stop", "proof_stops")
	b.row("after_stop", "", count(b.s.AfterStop), none(), none(), none(), "stop stop", "proof_stops")
	b.row("consent_withdrawn", "", count(b.s.Withdrawn), none(), none(), none(), "consent", "proof_rows")
	slices.SortStableFunc(b.s.Desk, func(x, y Handled) int { return cmp.Compare(x.Kind, y.Kind) })
	for _, d := range b.s.Desk {
		b.row("handled", d.Kind, count(d.Number), none(), count(d.Mean), count(d.Most), "records", "proof_rows")
		b.row("handled_open", d.Kind, count(d.Open), share(d.Open, d.Number), none(), none(), "records", "proof_rows")
		b.row("handled_late", d.Kind, count(d.Late), share(d.Late, d.Number), none(), none(), "records", "proof_rows")
	}
}

// agreed is what was granted, never adding up two currencies.
func (b *regulator) agreed() {
	never := []string{"offered", "proposed", "refused", "lapsed"} // agreed
	keys, sum := sums(b.s.Agreed, byCurrency, func(l *Line) (string, bool) { return l.Name, !slices.Contains(never, l.State) }, plus)
	for _, k := range keys {
		b.row("granted", k.of, count(sum[k].N), none(), none(), none(), "records", "proof_sums")
		b.sheet.Rows[len(b.sheet.Rows)-1][6] = amount(sum[k].Minor, k.unit)
	}
}
