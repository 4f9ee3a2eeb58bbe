package console

import (
	"context"
	"errors"
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
	x.mu.Lock()
	p := v.importOf(x)
	x.mu.Unlock()
	return v.showWith(status, "import", "导入", "Import", p, wrong)
}

func (v *visit) importOf(x *draft) importPage {
	p := importPage{ID: x.id, Portfolio: x.house.Ref, Phase: x.phase, Snapshot: x.snapshot, Dates: intake.DateForms(), Assessed: x.assessed}
	for _, name := range intake.ColumnNames() {
		p.Columns = append(p.Columns, columnName{name, v.column(name)})
	}
	size := int64(0)
	for i, u := range x.files {
		size += u.size
		f := fileForm{Name: u.Name, Wrong: u.wrong, N: i, Divided: u.plain.Delimiter, Dates: u.plain.Dates}
		if i < len(x.took.Read) {
			f.Kind = v.kind(x.took.Read[i].Kind)
		}
		for j, h := range u.headers {
			f.Headers = append(f.Headers, headerForm{N: j, Name: h, To: u.plain.Columns[h], Field: fmt.Sprintf("c%d-%d", i, j)})
		}
		p.Files = append(p.Files, f)
	}
	if size > 0 {
		p.Percent = int(min(99, x.read*100/size))
	}
	if x.phase == checked || x.phase == finished {
		v.outcome(x, &p)
	}
	return p
}

// outcome says what an import would change, or has.
func (v *visit) outcome(x *draft, p *importPage) {
	sum := &x.took.Sum
	p.BadRows, p.Closed, p.Open = x.took.BadRows(), sum.Closed, sum.OpenLoans
	p.Many = x.snapshot && sum.Closed > 0 && engine.ClosesMany(sum)
	p.MaySkip = p.BadRows > 0 && !x.snapshot && errors.Is(x.err, engine.ErrBadRows)
	p.Ready = x.err == nil || p.MaySkip || errors.Is(x.err, engine.ErrClosesMany)
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
		for i := range x.took.Read {
			if x.took.Read[i].Kind == r.kind {
				r.t.Bad += x.took.Read[i].Bad
				r.t.Stated += x.took.Read[i].Bad
			}
		}
		if r.t.Stated > 0 {
			p.Rows = append(p.Rows, tallyLine{v.kind(r.kind), r.t.Stated, r.t.Added, r.t.Changed, r.t.Same, r.t.Bad})
		}
	}
	for i := range x.took.Read {
		r := &x.took.Read[i]
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
	for i := range x.bad {
		b := &x.bad[i]
		p.Bad = append(p.Bad, badLine{fmt.Sprintf("%s:%d:%d", b.File, b.Line, b.Column), b.Reason})
	}
	p.MoreBad = x.faults - len(x.bad)
	p.Nothing = x.err == nil && !sum.Changes()
	p.Why = v.whyNot(x.err)
}

// importNotes are what somebody should know beside the counts.
func (v *visit) importNotes(x *draft, p *importPage) {
	sum := &x.took.Sum
	var nowhere, none, invalid int
	for i := range x.took.Read {
		r := &x.took.Read[i]
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
func (v *visit) whyNot(err error) string {
	var header intake.FileErrors
	switch {
	case err == nil, errors.Is(err, engine.ErrClosesMany):
		return ""
	case errors.Is(err, engine.ErrBadRows):
		return v.say("有错误的行，尚未导入。", "Some rows have errors; nothing was imported.")
	case errors.As(err, &header):
		return v.say("文件的列不对，尚未导入：", "A file's columns are not right, and nothing is imported: ") + header.Error()
	case errors.Is(err, store.ErrNoLoans):
		return v.say("全量导入须包含贷款文件，否则全部贷款都会被结清。", "A snapshot has to hold the loans: without them every loan would be closed.")
	case errors.Is(err, context.DeadlineExceeded):
		return v.say("时间过长，已中止，没有导入。", "It took too long and was given up: nothing is imported.")
	}
	return v.say("未能导入，没有任何更改；请联系系统管理员查看日志。", "It could not be imported, and nothing has changed.")
}

// importCheck keeps what was said of the columns, and lets a dry run go.
func (c *Console) importCheck(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	x.mu.Lock()
	busy := x.phase != mapping && x.phase != checked
	wrong := ""
	if !busy {
		wrong = v.columns(x)
	}
	x.mu.Unlock()
	if wrong != "" {
		return v.showImport(http.StatusUnprocessableEntity, x, wrong)
	}
	if busy || !c.start(x, true, false, v.at) {
		return v.showImport(http.StatusConflict, x, v.say("已在进行。", "It is under way already."))
	}
	v.away("imports/" + x.id)
	return nil
}

// columns reads what was said of each file's columns; what is wrong with it is said.
func (v *visit) columns(x *draft) string {
	for i, u := range x.files {
		if u.wrong != "" {
			return u.Name + v.say("：不能读取，请另存为 CSV 后重新上传。", ": it cannot be read. Save it as CSV and send it again.")
		}
		plain := intake.Plain{Columns: map[string]string{}, Delimiter: u.plain.Delimiter, Dates: v.form(fmt.Sprintf("dates%d", i), 20)}
		taken := map[string]string{}
		for j, h := range u.headers {
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
		m, err := plain.Mapping()
		if err != nil {
			return u.Name + v.say("：请选择列和日期格式。", ": please choose columns and the form of days.")
		}
		u.plain, u.mapped = plain, m
	}
	x.phase = mapping
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
