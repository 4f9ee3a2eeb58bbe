package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type assessFlags struct {
	on, working, portfolio string
	json                   bool
}

func (a *app) assessCommand() *cobra.Command {
	var f assessFlags
	c := &cobra.Command{
		Use:   "assess",
		Short: "Say how late each loan is and what is due on it",
		Long: `Works out from the ledger how many days past due each open loan is on a day and what is due on it, to the cent.
Only payments made by that day count. With --working it shows one loan line by line, so that a borrower can check it.`,
		Example: `  duly assess
  duly assess --on 2026-10-08 --json
  duly assess --working C00001`,
		Args: exactly(0, "assess takes no arguments; one loan is shown with --working LOAN"),
		RunE: func(c *cobra.Command, _ []string) error { return a.assess(c.Context(), f) },
	}
	c.Flags().StringVar(&f.on, "on", "", "the day, such as 2026-10-08 (default: today where the creditor is)")
	c.Flags().StringVar(&f.working, "working", "", "show the working of one loan, by the lender's key")
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio, where there are several")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line, in the order in which the loans were imported")
	a.nowFlag(c)
	return c
}

type assessLine struct {
	Loan            string       `json:"loan"`
	Borrower        string       `json:"borrower"`
	DPD             int          `json:"dpd"`
	Bucket          string       `json:"bucket"`
	Due             dueJSON      `json:"due"`
	OldestUnpaidDue *ledger.Date `json:"oldest_unpaid_due_on"` // null when nothing is overdue
	Broken          bool         `json:"broken,omitempty"`     // the rows contradict each other: nothing can be said
}

type dueJSON struct {
	Total     string          `json:"total"`
	Principal string          `json:"principal"`
	Interest  string          `json:"interest"`
	Penalty   string          `json:"penalty"`
	Fees      string          `json:"fees"`
	Currency  ledger.Currency `json:"currency"`
}

func (a *app) assess(ctx context.Context, f assessFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	p, err := c.Portfolio(f.portfolio)
	if err != nil {
		return err
	}
	on := ledger.Day(a.clock.time().In(p.Zone))
	if f.on != "" {
		if on, err = ledger.ParseDate(f.on); err != nil {
			return fail(Usage, "--on: %w", err)
		}
	}
	terms, err := c.terms(p)
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(s *store.Store) error {
		row, err := s.Portfolio(ctx, c.Creditor.ID, p.ID)
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(a.out, 1<<16)
		g := &page{w: w, lang: lang, zone: p.Zone}
		switch {
		case f.working != "":
			err = working(ctx, s, row.ID, terms, f.working, on, f.json, g)
		case f.json:
			err = assessJSON(ctx, s, row.ID, terms, on, w)
		default:
			err = assessTable(ctx, s, row.ID, terms, on, g)
		}
		return errors.Join(err, w.Flush())
	})
}

// positions yields every loan that is open on a day, with its position.
func positions(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, on ledger.Date,
	yield func(*store.LoanHistory, assess.Position) error,
) error {
	return s.Histories(ctx, portfolio, func(h *store.LoanHistory) error {
		if closed := h.Facts.Loan.ClosedOn; closed != 0 && closed <= on {
			return nil
		}
		h.Facts.Terms = terms
		return yield(h, assess.Stand(h.Facts, on).At(on))
	})
}

func assessJSON(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, on ledger.Date, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return positions(ctx, s, portfolio, terms, on, func(h *store.LoanHistory, p assess.Position) error {
		cur := h.Facts.Loan.Currency
		dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: cur}.Decimal() }
		line := assessLine{
			Loan: h.Loan, Borrower: h.Borrower, DPD: p.DPD, Bucket: assess.BucketOf(p.DPD), Broken: p.Broken,
			Due: dueJSON{dec(p.Due.Total), dec(p.Due.Principal), dec(p.Due.Interest), dec(p.Due.Penalty), dec(p.Due.Fees), cur},
		}
		if p.OldestUnpaid != 0 {
			line.OldestUnpaidDue = &p.OldestUnpaid
		}
		return enc.Encode(line)
	})
}

type bucketKey struct {
	bucket   string
	currency ledger.Currency
}

type bucketSum struct {
	from  int // the least days past due seen, which puts the buckets in order
	loans int
	due   assess.Due
}

// assessTable shows what is overdue by bucket, a table for each currency.
func assessTable(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, on ledger.Date, g *page) error {
	sums, totals, broken := map[bucketKey]*bucketSum{}, map[ledger.Currency]*bucketSum{}, 0
	err := positions(ctx, s, portfolio, terms, on, func(h *store.LoanHistory, p assess.Position) error {
		if p.Broken {
			broken++
			return nil
		}
		k := bucketKey{assess.BucketOf(p.DPD), h.Facts.Loan.Currency}
		if sums[k] == nil {
			sums[k] = &bucketSum{from: p.DPD}
		}
		if totals[k.currency] == nil {
			totals[k.currency] = &bucketSum{}
		}
		sums[k].from = min(sums[k].from, p.DPD)
		for _, b := range []*bucketSum{sums[k], totals[k.currency]} {
			b.loans++
			b.due.Add(p.Due)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(sums) == 0 {
		g.line(g.lang.say("No loan is open on %s. duly import takes in a ledger.", "%s 没有未结清的贷款。请先用 duly import 导入台账。"), on)
	}
	keys := sortedFunc(sums, func(x, y bucketKey) int { return cmp.Compare(sums[x].from, sums[y].from) })
	for _, currency := range sortedKeys(totals) {
		g.line(g.lang.say("Open loans on %s by days past due, in %s\n", "%s 未结清贷款，按逾期天数，单位 %s\n"), on, currency)
		var rows [][]string
		for _, head := range bucketHeads {
			rows = append(rows, []string{g.lang.say(head[0], head[1])})
		}
		for _, k := range keys {
			if k.currency == currency {
				bucketColumn(rows, g.lang.stage(k.bucket), sums[k], currency)
			}
		}
		bucketColumn(rows, g.lang.say("all", "合计"), totals[currency], currency)
		g.grid(transposed(rows))
	}
	if broken > 0 {
		g.line(g.lang.say("\n%s not be assessed: the rows contradict each other. duly explain says how.", "\n%s无法计算：数据自相矛盾，详见 duly explain。"),
			g.lang.say(count(broken, "loan can", "loans can"), grouped(broken)+"笔贷款"))
	}
	return nil
}

var bucketHeads = [...][2]string{
	{"bucket", "逾期阶段"}, {"loans", "笔数"}, {"overdue", "应还合计"}, {"principal", "本金"}, {"interest", "利息"}, {"penalty", "罚息"}, {"fees", "费用"},
}

// bucketColumn adds a bucket's figures to the heads in rows.
func bucketColumn(rows [][]string, name string, b *bucketSum, currency ledger.Currency) {
	cells := []string{name, grouped(b.loans)}
	for _, minor := range []int64{b.due.Total, b.due.Principal, b.due.Interest, b.due.Penalty, b.due.Fees} {
		cells = append(cells, ledger.Money{Minor: minor, Currency: currency}.Grouped())
	}
	for i := range rows {
		rows[i] = append(rows[i], cells[i])
	}
}

// transposed turns rows into columns.
func transposed(rows [][]string) [][]string {
	out := make([][]string, len(rows[0]))
	for i := range out {
		for _, r := range rows {
			out[i] = append(out[i], r[i])
		}
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return sortedFunc(m, cmp.Compare[K]) }

func sortedFunc[K comparable, V any](m map[K]V, by func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, by)
	return keys
}
