package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// importJSON is the summary for machines.
type importJSON struct {
	Portfolio string                  `json:"portfolio"`
	Mode      string                  `json:"mode"`
	DryRun    bool                    `json:"dry_run"`
	AsOf      time.Time               `json:"as_of"`
	KnownAt   time.Time               `json:"known_at"`
	Rows      map[string]store.Tally  `json:"rows"` // bad ones of both kinds of check included
	Persons   int                     `json:"persons_new"`
	Moved     int                     `json:"persons_changed"`
	Withdrawn int                     `json:"payments_withdrawn"`
	Mixed     int                     `json:"payments_mixed"`
	Closed    int                     `json:"loans_closed"`
	LeftOut   int                     `json:"loans_left_out"` // by a flat list that came as a delta
	Assessed  int                     `json:"loans_assessed"`
	On        ledger.Date             `json:"assessed_on"`
	Sums      map[string][]amountJSON `json:"sums"`
}

type amountJSON struct {
	Amount   string          `json:"amount"`
	Currency ledger.Currency `json:"currency"`
}

func (i *importing) mode() string {
	if i.sum.Snapshot {
		return "snapshot"
	}
	return "delta"
}

// rows are the tallies by kind, with the rows that intake refused.
func (i *importing) rows() (kinds []intake.Kind, tallies []store.Tally) {
	kinds = []intake.Kind{intake.Borrowers, intake.Loans, intake.Instalments, intake.Payments}
	tallies = []store.Tally{i.sum.Borrowers, i.sum.Loans, i.sum.Instalments, i.sum.Payments}
	for _, f := range []struct {
		kind  intake.Kind
		tally store.Tally
	}{
		{intake.States, i.sum.States},
		{intake.Consents, i.sum.Consents},
		{intake.Contacts, i.sum.Contacts},
		{intake.Numbers, i.sum.Numbers},
		{intake.Duties, i.sum.Duties},
	} {
		if f.tally.Stated > 0 || slices.ContainsFunc(i.read, func(r intake.Summary) bool { return r.Kind == f.kind }) {
			kinds, tallies = append(kinds, f.kind), append(tallies, f.tally)
		}
	}
	flat := store.Tally{}
	for _, r := range i.read {
		if r.Kind == intake.Overdue {
			flat.Stated += r.Rows + r.Bad
			flat.Bad += r.Bad
		}
		for n, k := range kinds {
			if r.Kind == k {
				tallies[n].Stated += r.Bad
				tallies[n].Bad += r.Bad
			}
		}
	}
	if flat.Bad > 0 { // rows of a flat list that gave nothing at all
		kinds, tallies = append(kinds, intake.Overdue), append(tallies, store.Tally{Stated: flat.Bad, Bad: flat.Bad})
	}
	return kinds, tallies
}

func (i *importing) report(assessed int, on ledger.Date) error {
	if i.flags.json {
		return i.reportJSON(assessed, on)
	}
	var b bytes.Buffer
	p := &page{w: &b, lang: i.lang, zone: i.portfolio.Zone}
	p.line("%s\n", i.headline(p))
	if warning := i.leftOut(); warning != "" {
		p.line("%s\n", warning)
	}
	rows := [][]string{{"", p.lang.say("rows", "行数"), p.lang.say("new", "新增"), p.lang.say("changed", "更正"), p.lang.say("same", "未变"), p.lang.say("bad", "错误")}}
	kinds, tallies := i.rows()
	stated, changed := 0, 0
	for n, t := range tallies {
		stated += t.Stated
		changed += t.Added + t.Changed + t.Bad
		rows = append(rows, []string{p.lang.kind(kinds[n]), grouped(t.Stated), grouped(t.Added), grouped(t.Changed), grouped(t.Same), grouped(t.Bad)})
	}
	p.grid(rows)
	p.line("")
	switch {
	case stated == 0:
		p.line("%s", p.lang.say("The files hold no rows.", "文件中没有数据行。"))
	case changed+i.sum.Closed+i.sum.Withdrawn == 0:
		p.line("%s", p.lang.say("Nothing is new: all of it was known already.", "没有新内容：全部数据此前已导入。"))
	}
	for _, note := range i.notes() {
		p.line("%s", note)
	}
	if assessed > 0 {
		p.line(p.lang.say("Assessed %s for %s.", "已核算%s（%s）。"), p.lang.say(count(assessed, "loan", "loans"), grouped(assessed)+"笔贷款"), on)
	}
	_, err := i.a.out.Write(b.Bytes())
	return err
}

// headline says what was done with how many files.
func (i *importing) headline(p *page) string {
	asOf := p.time(i.asOf)
	if p.lang == "zh" {
		verb, mode := "已导入", "增量"
		if i.flags.dryRun {
			verb = "试算，未导入："
		}
		if i.sum.Snapshot {
			mode = "全量"
		}
		return fmt.Sprintf("%s%d个文件 → %s（%s，数据截至 %s）", verb, len(i.files), i.portfolio.ID, mode, asOf)
	}
	verb := "Imported"
	if i.flags.dryRun {
		verb = "Would import"
	}
	return fmt.Sprintf("%s %s into %s as a %s, as of %s.", verb, count(len(i.files), "file", "files"), i.portfolio.ID, i.mode(), asOf)
}

// kind is what people call a kind of file.
func (t tongue) kind(k intake.Kind) string {
	words := map[intake.Kind]string{
		intake.Borrowers: "借款人", intake.Loans: "贷款", intake.Instalments: "期次", intake.Payments: "还款", intake.Overdue: "逾期清单",
	}
	if w := words[k]; w != "" {
		return t.say(string(k), w)
	}
	return string(k)
}

// notes are what a lender should know beside the counts.
func (i *importing) notes() (notes []string) {
	say := func(n int, one, many, rest, zh string) {
		if n > 0 {
			notes = append(notes, i.lang.say(count(n, one, many)+rest, grouped(n)+zh))
		}
	}
	var unsplit, nowhere, placed int
	var phones intake.Phones
	for _, r := range i.read {
		unsplit, nowhere, placed = unsplit+r.Unsplit, nowhere+r.NoPlace, placed+r.Placed
		phones.Fixed += r.Phones.Fixed
		phones.Other += r.Phones.Other
		phones.Invalid += r.Phones.Invalid
		phones.None += r.Phones.None
		if len(r.Ignored) > 0 {
			notes = append(notes, fmt.Sprintf(i.lang.say("%s: columns not read: %s.", "%s：未读取的列：%s。"), r.File, strings.Join(r.Ignored, i.lang.say(", ", "、"))))
		}
	}
	closed, zh := i.closings()
	say(i.sum.Closed, "loan", "loans", closed, zh)
	say(i.sum.Withdrawn, "payment", "payments", " withdrawn: stated for another loan now, or no longer stated for their day.", "笔还款已撤销：现归入其他贷款，或当日不再列出。")
	say(i.sum.Moved, "borrower", "borrowers", " turned out to be a person known already; stops went along.", "名借款人与已有人员为同一人，停止联系的要求一并沿用。")
	say(i.sum.Mixed, "day of a loan", "days of loans", " with payments both with and without a payment_id: money may be counted twice.", "个贷款日同时有带和不带 payment_id 的还款，金额可能重复计算。")
	say(unsplit, "instalment", "instalments", " without principal, interest and fees: all is taken for principal.", "期未拆分本金、利息和费用，全部按本金计。")
	say(placed, "borrower", "borrowers", " without a timezone: contacted in hours that are lawful in every zone of their region and number.",
		"名借款人未注明时区：只在其地区和号码所对应的各时区都合法的时段联系。")
	say(nowhere, "borrower", "borrowers", " without country and region: not contacted, because no law could be chosen.", "名借款人未注明国家和地区，无法确定适用法规，不予联系。")
	say(phones.None, "borrower", "borrowers", " without a phone.", "名借款人没有手机号。")
	say(phones.Invalid, "phone", "phones", " that no numbering plan has: not used.", "个号码无效，不使用。")
	say(phones.Fixed+phones.Other, "phone", "phones", " that are not mobile: no texts are sent to them.", "个号码不是手机号，不发送短信。")
	return notes
}

// leftOut warns of the open loans that a flat list does not name and that stay open, because it came as a delta. Of those who
// have paid a list says nothing more, and they would go on being reminded. Empty where there are none. Whoever asked for a delta
// is told, and not warned.
func (i *importing) leftOut() string {
	n := i.sum.LeftOut
	if n == 0 {
		return ""
	}
	word := i.lang.say("Warning: ", "警告：")
	if i.flags.delta {
		word = ""
	}
	return word + i.lang.say(
		count(n, "open loan is not in this list and stays as last stated: if overdue, its borrower goes", "open loans are not in this list and stay as last stated: borrowers of overdue ones go")+
			" on being reminded.\n"+
			"If the list is all that is overdue today, import it with --snapshot, which closes what it leaves out.",
		grouped(n)+"笔未结清贷款不在本清单中，仍按上次数据计算，其中逾期的会继续提醒。\n若本清单就是今天的全部逾期贷款，请用 --snapshot 导入，未列出的视为结清。")
}

// closings says what a snapshot did, or would do, to the loans that it does not name.
func (i *importing) closings() (en, zh string) {
	switch {
	case !i.flags.dryRun:
		return " closed: the snapshot does not name them.", "笔贷款不在全量文件中，已结清。"
	case engine.ClosesMany(&i.sum):
		return " would be closed: the snapshot does not name them. So many need a yes (--yes).", "笔贷款不在全量文件中，将被结清；数量较多，须加 --yes 确认。"
	}
	return " would be closed: the snapshot does not name them.", "笔贷款不在全量文件中，将被结清。"
}

func (i *importing) reportJSON(assessed int, on ledger.Date) error {
	out := importJSON{
		Portfolio: i.portfolio.ID, Mode: i.mode(), DryRun: i.flags.dryRun, AsOf: i.asOf, KnownAt: i.sum.KnownAt,
		Rows: map[string]store.Tally{}, Persons: i.sum.Persons, Moved: i.sum.Moved, Withdrawn: i.sum.Withdrawn, Mixed: i.sum.Mixed,
		Closed: i.sum.Closed, LeftOut: i.sum.LeftOut, Assessed: assessed, On: on, Sums: map[string][]amountJSON{},
	}
	kinds, tallies := i.rows()
	for n, t := range tallies {
		out.Rows[string(kinds[n])] = t
	}
	sums := map[intake.Kind]map[ledger.Currency]int64{}
	for _, r := range i.read {
		if sums[r.Kind] == nil {
			sums[r.Kind] = map[ledger.Currency]int64{}
		}
		for cur, minor := range r.Sums {
			sums[r.Kind][cur] += minor
		}
	}
	for kind, by := range sums {
		for _, cur := range sortedKeys(by) {
			out.Sums[string(kind)] = append(out.Sums[string(kind)], amountJSON{ledger.Money{Minor: by[cur], Currency: cur}.Decimal(), cur})
		}
	}
	return json.NewEncoder(i.a.out).Encode(out)
}

// grouped writes a whole number with commas between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
