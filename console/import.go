package console

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/store"
)

// An importPage is the page of one import.
type importPage struct {
	ID, Portfolio string
	Phase         phase
	Snapshot      bool
	Files         []fileForm
	Columns       []columnName
	Dates         []string
	Percent       int
	Rows          []tallyLine
	Sums          []string
	Notes         []string
	Bad           []badLine
	MoreBad       int // faults that are not shown
	BadRows       int
	Many          bool // so many loans would be closed that somebody has to tick it
	Closed, Open  int
	Ready         bool // it may go in
	MaySkip       bool
	Nothing       bool // all of it was known
	Why           string
	Assessed      int
	Machine, Ends string // which runs it; when it is erased
}

type fileForm struct {
	Name, Wrong string
	N           int
	Kind        string // what it was read as; empty: it was not yet
	Headers     []headerForm
	Divided     string
	Dates       string
}

type headerForm struct {
	N          int
	Name, To   string
	Guessed    bool
	Field, For string
}

type columnName struct{ Value, Name string }

type tallyLine struct {
	Kind                              string
	Stated, Added, Changed, Same, Bad int
}

type badLine struct{ Where, Why string }

// importing shows one import: what its columns mean, how far it is, what it would change, or what it did.
func (c *Console) importing(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	return v.showImport(http.StatusOK, x, "")
}

func (v *visit) showImport(status int, x *draft, wrong string) error {
	p := v.importOf(x)
	return v.showWith(status, "import", "导入", "Import", p, wrong)
}

func (v *visit) importOf(x *draft) importPage {
	p := importPage{
		ID: x.Ref, Portfolio: x.house.Ref, Phase: x.phase(), Snapshot: x.Snapshot, Dates: intake.DateForms(), Assessed: x.Assessed,
		Machine: x.Machine, Ends: v.minute(x.EndsAt),
	}
	for _, name := range intake.ColumnNames() {
		p.Columns = append(p.Columns, columnName{name, v.column(name)})
	}
	size := int64(0)
	for i, u := range x.Files {
		size += u.Size
		f := fileForm{Name: u.Name, Wrong: u.Wrong.In(v.lang), N: i, Divided: u.Plain.Delimiter, Dates: u.Plain.Dates}
		if i < len(x.Took.Read) {
			f.Kind = v.kind(x.Took.Read[i].Kind)
		}
		for j, h := range u.Headers {
			f.Headers = append(f.Headers, headerForm{N: j, Name: h, To: u.Plain.Columns[h], Field: fmt.Sprintf("c%d-%d", i, j)})
		}
		p.Files = append(p.Files, f)
	}
	if size > 0 {
		p.Percent = int(min(99, x.Read*100/size))
	}
	p.Why = v.whyNot(x)
	if x.phase() == checked || x.phase() == finished {
		v.outcome(x, &p)
	}
	return p
}

// outcome says what an import would change, or has.
func (v *visit) outcome(x *draft, p *importPage) {
	sum := &x.Took.Sum
	p.BadRows, p.Closed, p.Open = x.Took.BadRows(), sum.Closed, sum.OpenLoans
	p.Many = x.Snapshot && sum.Closed > 0 && engine.ClosesMany(sum)
	p.MaySkip = p.BadRows > 0 && !x.Snapshot && x.Why == badRows
	p.Ready = x.Why == "" || p.MaySkip || x.Why == closesMany
	for _, r := range []struct {
		kind intake.Kind
		t    store.Tally
	}{
		{intake.Borrowers, sum.Borrowers},
		{intake.Loans, sum.Loans},
		{intake.Instalments, sum.Instalments},
		{intake.Payments, sum.Payments},
		{intake.States, sum.States},
		{intake.Consents, sum.Consents},
		{intake.Contacts, sum.Contacts},
		{intake.Numbers, sum.Numbers},
		{intake.Duties, sum.Duties},
	} {
		for i := range x.Took.Read {
			if x.Took.Read[i].Kind == r.kind {
				r.t.Bad += x.Took.Read[i].Bad
				r.t.Stated += x.Took.Read[i].Bad
			}
		}
		if r.t.Stated > 0 {
			p.Rows = append(p.Rows, tallyLine{v.kind(r.kind), r.t.Stated, r.t.Added, r.t.Changed, r.t.Same, r.t.Bad})
		}
	}
	// A flat list becomes borrowers, loans and instalments, which are counted above; a bad row of it became none of them.
	var list store.Tally
	for i := range x.Took.Read {
		if r := &x.Took.Read[i]; r.Kind == intake.Overdue {
			list.Bad += r.Bad
		}
	}
	if list.Bad > 0 {
		p.Rows = append(p.Rows, tallyLine{Kind: v.kind(intake.Overdue), Stated: list.Bad, Bad: list.Bad})
	}
	for i := range x.Took.Read {
		r := &x.Took.Read[i]
		for _, cur := range slices.Sorted(maps.Keys(r.Sums)) {
			minor := r.Sums[cur]
			if minor == 0 {
				continue
			}
			p.Sums = append(p.Sums, r.File+v.say("：", ": ")+v.kind(r.Kind)+" "+v.money(minor, cur))
		}
		if len(r.Ignored) > 0 {
			p.Notes = append(p.Notes, r.File+v.say("：有未读取的列 ", ": columns not read: ")+strconv.Itoa(len(r.Ignored)))
		}
	}
	v.importNotes(x, p)
	for i := range min(len(x.Bad), mostBadShown) {
		b := &x.Bad[i]
		p.Bad = append(p.Bad, badLine{fmt.Sprintf("%s:%d:%d", b.File, b.Line, b.Column), b.Reason(v.lang)})
	}
	p.MoreBad = x.Faults - len(p.Bad)
	p.Nothing = x.Why == "" && !sum.Changes()
}

// importNotes are what somebody should know beside the counts.
func (v *visit) importNotes(x *draft, p *importPage) {
	sum := &x.Took.Sum
	var nowhere, none, invalid int
	for i := range x.Took.Read {
		r := &x.Took.Read[i]
		nowhere, none, invalid = nowhere+r.NoPlace, none+r.Phones.None, invalid+r.Phones.Invalid
	}
	say := func(n int, zh, en string) {
		if n > 0 {
			p.Notes = append(p.Notes, v.say(fmt.Sprintf(zh, n), fmt.Sprintf(en, n)))
		}
	}
	say(sum.Closed, "%d笔贷款不在全量文件中，视为结清", "loans that the snapshot does not name, which it closes: %d")
	say(sum.LeftOut, "%d笔未结清贷款不在本清单中，仍按上次数据计算；若清单就是全部逾期，请按全量导入", "open loans that the list does not name, which stay as they are: %d. If the list is all that is overdue, import it as a snapshot")
	say(sum.Withdrawn, "%d笔还款撤销", "payments withdrawn: %d")
	say(sum.Moved, "%d名借款人与已有人员为同一人", "borrowers who turned out to be a person known already: %d")
	say(sum.Mixed, "%d个贷款日同时有带和不带 payment_id 的还款，金额可能重复", "days of loans with payments both with and without a payment_id, which may count money twice: %d")
	say(nowhere, "%d名借款人未注明国家和地区，不予联系", "borrowers without country and region, who are not contacted: %d")
	say(none, "%d名借款人没有手机号", "borrowers without a phone: %d")
	say(invalid, "%d个号码无效，不使用", "phones that no numbering plan has, which are not used: %d")
}

// whyNot says why nothing was kept.
func (v *visit) whyNot(x *draft) string {
	switch x.Why {
	case "", closesMany:
		return ""
	case badRows:
		return v.say("有错误的行，尚未导入。", "Some rows have errors; nothing was imported.")
	case badHeader:
		return v.say("文件的列不对，尚未导入：", "A file's columns are not right, and nothing is imported: ") + x.Header.In(v.lang)
	case noLoans:
		return v.say("全量导入须包含贷款文件，否则全部贷款都会被结清。", "A snapshot has to hold the loans: without them every loan would be closed.")
	case tooSlow:
		return v.say("时间过长，已中止，没有导入。", "It took too long and was given up: nothing is imported.")
	case brokenOff:
		return v.say("处理该导入的机器已中断。请重新试算：若已入账，试算会显示没有新内容。", "The machine that ran it has gone. Try it again: if it went in, the trial shows nothing new.")
	case unknownWhy:
	}
	return v.say("未能导入，没有任何更改；请联系系统管理员查看日志。", "It could not be imported, and nothing has changed.")
}

// importCheck keeps what was said of the columns, and lets a dry run go.
func (c *Console) importCheck(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	if x.phase() != mapping && x.phase() != checked {
		return v.showImport(http.StatusConflict, x, v.say("已在进行。", "It is under way already."))
	}
	if wrong := v.columns(x); wrong != "" {
		return v.showImport(http.StatusUnprocessableEntity, x, wrong)
	}
	x.SkipBad = false // what was said of the bad rows of another trial says nothing of those of this one
	return v.begin(x, true, false)
}

// begin lets an import run, or a trial of it.
func (v *visit) begin(x *draft, dry, yes bool) error {
	began, err := v.start(x, dry, yes, v.at)
	if err != nil {
		return err
	}
	if !began { // at another machine, meanwhile
		if x, err = v.draft(); err != nil {
			return err
		}
		return v.showImport(http.StatusConflict, x, v.say("已在进行。", "It is under way already."))
	}
	v.away("imports/" + x.Ref)
	return nil
}

// columns reads what was said of each file's columns; what is wrong with it is said.
func (v *visit) columns(x *draft) string {
	for i, u := range x.Files {
		if len(u.Wrong) > 0 {
			return u.Name + v.say("：不能读取，请另存为 CSV 后重新上传。", ": it cannot be read. Save it as CSV and send it again.")
		}
		plain := intake.Plain{Columns: map[string]string{}, Delimiter: u.Plain.Delimiter, Dates: v.form(fmt.Sprintf("dates%d", i), 20)}
		taken := map[string]string{}
		for j, h := range u.Headers {
			to := v.form(fmt.Sprintf("c%d-%d", i, j), 40)
			if to == "" {
				plain.Ignore = append(plain.Ignore, h)
				continue
			}
			if before, twice := taken[to]; twice {
				return fmt.Sprintf(v.say("%s：“%s”和“%s”选了同一列。", "%s: %q and %q are given the same column."), u.Name, before, h)
			}
			taken[to] = h
			plain.Columns[h] = to
		}
		if _, err := plain.Mapping(); err != nil {
			return u.Name + v.say("：请选择列和日期格式。", ": please choose columns and the form of days.")
		}
		u.Plain = plain
	}
	x.Phase = string(mapping)
	return ""
}

var kindWords = map[intake.Kind][2]string{
	intake.Borrowers: {"借款人", "borrowers"}, intake.Loans: {"贷款", "loans"}, intake.Instalments: {"期次", "instalments"}, intake.Payments: {"还款", "payments"},
	intake.Overdue: {"逾期清单", "overdue list"}, intake.States: {"状态", "states"}, intake.Consents: {"同意", "consents"}, intake.Contacts: {"人工联系", "contacts"},
	intake.Numbers: {"号码核查", "number checks"}, intake.Duties: {"义务", "duties"},
}

func (v *visit) kind(k intake.Kind) string {
	w := kindWords[k]
	return v.say(w[0], w[1])
}
