package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A report is the page of what worked: of each portfolio the funnel by stage, why messages did not arrive, who is held by which rule,
// what people wrote, what was agreed, and why payments are late.
type report struct {
	From, To string // days as the form has them; empty: without end
	query    string // of the same days, for the files
	Kinds    []sheetKind
	Books    []reportBook
}

type reportBook struct {
	Ref       string
	File      string // where it is to be had as CSV
	Planned   int64
	Steps     []step // the whole funnel, as bars
	Stages    []stageRow
	Causes    []causeRow
	Holds     []holdLine
	Meanings  []meaningRow
	Agreed    []agreedRow
	Late      []nameCount
	Paid      string // within seven days of a stage's latest message
	Cost      string // empty: no tariff is known
	Replies   int64
	Waiting   int64 // unanswered, which must be none
	Overdue   int64
	Chased    int64
	Reminders int64
	Stops     string // in 10,000 messages that were sent
	Complains string
}

type step struct {
	Name   string
	Number int64
	Share  string // of what was planned
	Width  int    // of its bar, 0 to 20
}

type stageRow struct {
	Name                                                     string
	Planned, Sent, Delivered, Failed, Replied, Stopped, Paid int64
	Rate, Amount                                             string
}

type causeRow struct {
	Stage, State, Why string
	Number            int64
}

type meaningRow struct {
	Name                         string
	Text, People, Waiting, Noted int64
	All                          int64
}

type agreedRow struct {
	Kind, Status, Agreed, Came string
	Number                     int64
}

type nameCount struct {
	Name   string
	Number int64
}

// mostCauses is how many reasons a page shows; the file has all.
const mostCauses = 8

// reports shows it.
func (c *Console) reports(v *visit) error {
	r, from, to, wrong := v.reportDays()
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	r.Kinds = v.sheetKinds("", r.query)
	for _, h := range v.houses(access.Reports) {
		b, err := v.reportOf(h, from, to)
		if err != nil {
			return err
		}
		b.File = Path + "reports/" + strconv.FormatInt(h.Row(), 10)
		if r.query != "" {
			b.File += "?" + r.query
		}
		r.Books = append(r.Books, b)
	}
	return v.showWith(status, "reports", "报表", "Reports", r, wrong)
}

// reportDays reads the days that are asked for; whatever is no day counts as none, and is said.
func (v *visit) reportDays() (r report, from, to ledger.Date, wrong string) {
	q := v.r.URL.Query()
	days := url.Values{}
	for _, x := range []struct {
		name string
		text *string
		day  *ledger.Date
	}{{"from", &r.From, &from}, {"to", &r.To, &to}} {
		text := q.Get(x.name)
		if text == "" {
			continue
		}
		d, err := ledger.ParseDate(text)
		if err != nil {
			wrong = v.say("日期的格式为2026-10-01。", "A day is written as 2026-10-01.")
			continue
		}
		*x.text, *x.day = d.String(), d
		days.Set(x.name, d.String())
	}
	if from != 0 && to != 0 && from > to {
		wrong = v.say("起始日期晚于结束日期。", "The first day is after the last one.")
	}
	r.query = days.Encode()
	return r, from, to, wrong
}

// A reported is what a report of one portfolio is made of.
type reported struct {
	funnel measure.Funnel
	holds  []store.Held
	talk   store.TalkReport
}

func (v *visit) reported(h *engine.Portfolio, from, to ledger.Date) (reported, error) {
	name := "report " + strconv.FormatInt(h.Row(), 10) + " " + from.String() + " " + to.String()
	return summed(v, name, func(ctx context.Context) (r reported, err error) {
		tariff, _ := v.cost(h)
		if r.funnel, err = engine.Funnel(ctx, v.Gate.Store, h, from, to, tariff); err != nil {
			return r, err
		}
		if r.holds, _, err = v.Gate.Store.RolledHolds(ctx, h.Row(), to); err != nil {
			return r, err
		}
		if r.talk, err = engine.Spoken(ctx, v.Gate.Store, h, from, to, v.at); err != nil {
			return r, err
		}
		for i := range r.funnel.Rows {
			if w := &r.funnel.Rows[i]; w.Stage != "answer" {
				r.talk.Reminders += w.Sent
				r.talk.Chased += w.Chased
			}
		}
		return r, nil
	})
}

// cost is what a part costs with a portfolio's carrier; zero where nobody has said.
func (v *visit) cost(h *engine.Portfolio) (micro int64, c ledger.Currency) {
	if v.Cost == nil {
		return 0, ""
	}
	return v.Cost(h.Carrier)
}

func (v *visit) reportOf(h *engine.Portfolio, from, to ledger.Date) (reportBook, error) {
	b := reportBook{Ref: h.Ref}
	r, err := v.reported(h, from, to)
	if err != nil {
		return b, err
	}
	b.funnel(v, h, &r)
	var today book
	today.holds(v, h, r.holds)
	b.Holds = today.Holds
	b.talk(v, &r.talk)
	b.Stops, b.Complains = perTenThousand(r.funnel.Total.Stopped, r.funnel.Total.Sent), perTenThousand(r.funnel.Total.Complained, r.funnel.Total.Sent)
	return b, nil
}

// perTenThousand is a rate with one decimal; empty where nothing was sent.
func perTenThousand(n, of int64) string {
	if of == 0 {
		return ""
	}
	tenths := (n*100_000 + of/2) / of
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10)
}

// percent is a share, rounded to a whole number; empty of nothing.
func percent(n, of int64) string {
	if of == 0 {
		return ""
	}
	return strconv.FormatInt((n*100+of/2)/of, 10) + "%"
}

// moneys writes amounts of several currencies side by side; none is empty.
func (v *visit) moneys(list []ledger.Money) (out string) {
	for _, m := range list {
		if m.Minor == 0 {
			continue
		}
		if out != "" {
			out += v.say("、", ", ")
		}
		out += v.money(m.Minor, m.Currency)
	}
	return out
}

func (b *reportBook) funnel(v *visit, h *engine.Portfolio, r *reported) {
	t := &r.funnel.Total
	b.Planned = t.Planned
	for _, s := range []struct {
		zh, en string
		n      int64
	}{
		{"计划", "Planned", t.Planned}, {"发出", "Sent", t.Sent}, {"送达", "Delivered", t.Delivered}, {"回复", "Replied", t.Replied}, {"七天内还款", "Paid within seven days", t.Paid},
	} {
		if t.Planned > 0 {
			b.Steps = append(b.Steps, step{v.say(s.zh, s.en), s.n, percent(s.n, t.Planned), int(min(20, (s.n*20+t.Planned-1)/t.Planned))})
		}
	}
	for i := range r.funnel.Rows {
		w := &r.funnel.Rows[i]
		row := stageRow{
			Name: v.stageName(w.Stage), Planned: w.Planned, Sent: w.Sent, Delivered: w.Delivered, Failed: w.Undelivered, Replied: w.Replied, Stopped: w.Stopped, Paid: w.Paid,
			Rate: percent(w.Paid, w.Sent),
		}
		row.Amount = v.moneys(w.Money)
		b.Stages = append(b.Stages, row)
	}
	b.Paid = v.moneys(t.Money)
	if _, c := v.cost(h); c != "" && t.CostMicro > 0 {
		b.Cost = v.money((t.CostMicro+500_000)/1_000_000, c)
	}
	for _, c := range r.funnel.Causes {
		if len(b.Causes) == mostCauses {
			break
		}
		why, _ := v.rule(h, c.Reason)
		if remedy := receive.Cause(c.Reason).Remedy(v.lang); remedy != "" {
			why = remedy
		}
		b.Causes = append(b.Causes, causeRow{v.stageName(c.Stage), words.In(words.States, c.State, v.lang), why, c.Number})
	}
}

func (b *reportBook) talk(v *visit, t *store.TalkReport) {
	b.Replies, b.Waiting, b.Overdue, b.Chased, b.Reminders = t.Replies, t.Unanswered, t.Overdue, t.Chased, t.Reminders
	for _, c := range t.Counts {
		switch c.What {
		case "meaning":
			b.meaning(words.One(words.Conditions, c.Name, v.lang), c)
		case "arrangement":
			cur := ledger.Currency(c.Unit)
			b.Agreed = append(b.Agreed, agreedRow{
				Kind: words.One(words.Agreed, c.Name, v.lang), Status: words.One(words.Agreed, c.State, v.lang), Number: c.Number,
				Agreed: v.money(c.Minor, cur), Came: v.money(c.Paid, cur),
			})
		case "cause":
			b.Late = append(b.Late, nameCount{words.One(words.Causes, c.Name, v.lang), c.Number})
		}
	}
	slices.SortStableFunc(b.Meanings, func(a, b meaningRow) int { return int(b.All - a.All) })
	slices.SortStableFunc(b.Late, func(a, b nameCount) int { return int(b.Number - a.Number) })
}

func (b *reportBook) meaning(name string, c store.TalkCount) {
	i := slices.IndexFunc(b.Meanings, func(m meaningRow) bool { return m.Name == name })
	if i < 0 {
		i = len(b.Meanings)
		b.Meanings = append(b.Meanings, meaningRow{Name: name})
	}
	m := &b.Meanings[i]
	m.All += c.Number
	switch c.State {
	case "answered":
		m.Text += c.Number
	case "person":
		m.People += c.Number
	case "noted":
		m.Noted += c.Number
	default:
		m.Waiting += c.Number
	}
}

// reportFile gives the funnel of one portfolio as CSV: sums by stage, no people.
func (c *Console) reportFile(v *visit) error {
	row, err := strconv.ParseInt(v.r.PathValue("portfolio"), 10, 64)
	if err != nil {
		return errNowhere
	}
	h := v.Desk.Portfolio(row)
	if h == nil {
		return errNowhere
	}
	if !v.may(access.Reports, h) {
		return errDenied
	}
	_, from, to, wrong := v.reportDays()
	if wrong != "" {
		return errNowhere
	}
	r, err := v.reported(h, from, to)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{
		"portfolio", "stage", "planned", "waiting", "cancelled", "expired", "refused", "sent", "delivered", "undelivered", "accepted", "unknown", "replied", "stopped", "paid", "parts",
		"paid_amount", "currency",
	}) // a buffer takes everything
	for i := range r.funnel.Rows {
		f := &r.funnel.Rows[i]
		cells := []string{intake.Inert(h.Ref), intake.Inert(f.Stage)}
		for _, n := range []int64{
			f.Planned, f.Waiting + f.OnItsWay, f.Cancelled, f.Expired, f.Refused, f.Sent, f.Delivered, f.Undelivered, f.Accepted, f.Unknown, f.Replied, f.Stopped, f.Paid, f.Parts,
		} {
			cells = append(cells, strconv.FormatInt(n, 10))
		}
		amounts, currencies := measure.Cells(f.Money)
		_ = w.Write(append(cells, amounts, currencies))
	}
	w.Flush()
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="report.csv"`)
	_, _ = v.w.Write(b.Bytes()) // whoever went away needs no answer
	return nil
}
