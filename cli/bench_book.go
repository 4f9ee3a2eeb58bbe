package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// benchNow is the civil time of the benchmarks: ten on a Thursday that is a working day, in preferred hours.
var benchNow = time.Date(2026, time.September, 24, 10, 0, 0, 0, time.FixedZone("UTC+8", 8*60*60))

// A benchBook is a made-up book: one borrower with one loan for each number from 0.
type benchBook struct {
	loans int64
	late  int64 // of a hundred loans; the others have an instalment due within a month
	past  int64 // earlier messages
	days  []int // the days late of those that are, in turn
	short bool  // texts of one part
	names bool  // of many people, and not one name for all
}

func benchPortfolio(short bool) (*engine.Portfolio, error) {
	strategy, _, err := engine.Shipped("strategy", "cn-default")
	if err != nil {
		return nil, err
	}
	book, tables, err := engine.Shipped("rulebook", "cn")
	if err != nil {
		return nil, err
	}
	texts, err := engine.ShippedTemplates("")
	if err != nil {
		return nil, err
	}
	verify := "晨光银行App“消息”"
	if short {
		verify = "App"
		for i := range texts {
			if strings.Contains(texts[i].Name, ".zh.") {
				texts[i].Body = shortened(texts[i].Body)
			}
		}
	}
	return engine.Compile(engine.Spec{
		Ref: "cards", Creditor: "bank", Zone: "Asia/Shanghai", Language: "zh", Party: "creditor", Strategy: strategy,
		Rulebooks: []engine.Source{book}, Tables: tables, Templates: texts, LedgerMaxAge: 48 * time.Hour, Carrier: "main", Provider: "direct",
		Identity: map[compose.Language]engine.Identity{
			"zh": {
				Creditor: "晨光银行", Signature: "晨光银行", Phone: "4008000000", Verify: verify, Officer: "林经理", StopWord: "R",
			},
			"en": {
				Creditor: "Dawn Bank", Signature: "Dawn Bank", Phone: "4008000000", Verify: "the Dawn Bank app", Officer: "Ms Lin", StopWord: "STOP",
			},
		},
	})
}

// shortDays are the days late of the stages whose texts in Chinese shortened makes short.
var shortDays = []int{6, 9, 12}

// shortened gives those texts one body that fits in one part, with all that the law asks of it.
func shortened(document []byte) []byte {
	return shortBody.ReplaceAll(document, []byte("${1}    body: |\n      【{creditor.signature}】您{due.on}款项逾期{dpd}天，截至{due.as_of}应还{due.total}，"+
		"回电{contact.phone}。核实{contact.verify}。拒收回{stop.word}\n"))
}

var shortBody = regexp.MustCompile(`(?m)(^  - name: (?:week_one|firm_1|firm_2)\n(?:    [^b].*\n)*)    body: \|\n(?:      .*\n)+`)

// openBench opens a store with an engine on it. Close the store at the end.
func openBench(ctx context.Context, at benchPlace, short bool) (*engine.Engine, *engine.Portfolio, error) {
	keyDir := filepath.Join(at.dir, "keys")
	if _, err := os.Stat(keyDir); err != nil {
		if err := store.MakeKeys(keyDir); err != nil {
			return nil, nil, err
		}
	}
	keys, err := store.LoadKeys(keyDir)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, at.store(), keys)
	if err != nil {
		return nil, nil, err
	}
	p, err := benchPortfolio(short)
	if err != nil {
		return nil, nil, err
	}
	e := &engine.Engine{Store: s, Portfolios: []*engine.Portfolio{p}, Wire: time.Now}
	return e, p, e.Prepare(ctx, benchNow)
}

// fillPiece is how many loans one import takes in.
const fillPiece = 200_000

// fill makes the book in an empty folder, by imports as a lender's, and brings its standings up to date. A
// folder that was filled before is left as it is.
func (b *bench) fill(ctx context.Context, at benchPlace, book benchBook) error {
	if at.filled() {
		return nil
	}
	if err := os.MkdirAll(at.dir, 0o700); err != nil {
		return err
	}
	e, p, err := openBench(ctx, at, book.short)
	if err != nil {
		return err
	}
	defer func() { _ = e.Store.Close() }() // closed below where its error counts
	row, err := e.Store.Portfolio(ctx, p.Creditor, p.Ref)
	if err != nil {
		return err
	}
	for from := int64(0); from < book.loans; from += fillPiece {
		b.say("filling: %d of %d loans", from, book.loans)
		to := min(from+fillPiece, book.loans)
		if _, err := e.Store.Import(ctx, store.Import{Portfolio: row, Now: benchNow}, func(st *store.Stage) error {
			return book.rows(st, from, to)
		}); err != nil {
			return err
		}
	}
	edition, err := e.Store.Edition(ctx, row.ID, benchNow, p.Documents)
	if err != nil {
		return err
	}
	today := ledger.Day(benchNow)
	past := store.MadeUp{Portfolio: row.ID, Edition: edition, Persons: book.loans, Messages: book.past, Until: today - 30}
	if err := e.Store.FillPast(ctx, past, func(n int64) { b.say("filling: %d of %d earlier messages", n, book.past) }); err != nil {
		return err
	}
	b.say("making standings")
	if _, err := e.Store.Refresh(ctx, row.ID, today, p.Terms); err != nil {
		return err
	}
	return e.Store.Close()
}

// rows states the loans from one number to another, file by file.
func (k *benchBook) rows(st *store.Stage, from, to int64) error {
	row := intake.Row{Column: 1}
	for _, kind := range []intake.Kind{intake.Borrowers, intake.Loans, intake.Instalments, intake.Payments} {
		if err := st.File(fmt.Sprint(kind), kind); err != nil {
			return err
		}
		row.Kind, row.File, row.Line = kind, fmt.Sprint(kind), 1
		for i := from; i < to; i++ {
			if err := k.loan(st, &row, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// loan states one loan's rows of a kind. Each has two instalments: one met in time and the one that counts.
func (k *benchBook) loan(st *store.Stage, r *intake.Row, i int64) error {
	today := ledger.Day(benchNow)
	cny := func(n int64) ledger.Money { return ledger.Money{Minor: n, Currency: "CNY"} }
	id, loan := fmt.Sprintf("B%08d", i), fmt.Sprintf("C%08d", i)
	due := today + ledger.Date(1+i%30)
	if i%100 < k.late {
		due = today - ledger.Date(k.days[i%int64(len(k.days))])
	}
	minor := 50_000 + i*7919%900_000
	put := func() error { r.Line++; return st.Row(r) }
	switch r.Kind {
	case intake.Borrowers:
		r.Borrower = ledger.BorrowerRow{
			ID: id, Name: k.name(i), Phone: fmt.Sprintf("+8617405%06d", i%1_000_000), PhoneKind: ledger.PhoneMobile,
			Identity: fmt.Sprintf("bench-%d", i), Language: "zh", Zone: "Asia/Shanghai", Country: "CN", Region: "CN-ZJ",
		}
		return put()
	case intake.Loans:
		r.Loan = ledger.LoanRow{ID: loan, BorrowerID: id, Product: "card", Currency: "CNY", Principal: cny(2 * minor)}
		return put()
	case intake.Instalments:
		for n, on := range []ledger.Date{due - 30, due} {
			r.Instalment = ledger.InstalmentRow{
				LoanID: loan, Number: n + 1, DueOn: on, Amount: cny(minor), Principal: cny(minor), Interest: cny(0), Fees: cny(0),
			}
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	case intake.Payments:
		r.Payment = ledger.PaymentRow{ID: "P" + loan, LoanID: loan, PaidOn: due - 31, Amount: cny(minor)}
		return put()
	case intake.Overdue, intake.States, intake.Consents, intake.Contacts, intake.Numbers, intake.Duties:
	}
	return nil
}

func (k *benchBook) name(i int64) string {
	if k.names {
		return benchName(i)
	}
	return "黄淑芬"
}

// benchName is one of forty thousand made-up names.
func benchName(i int64) string {
	family, given := []rune("测试演练样例虚构假设范本草稿图示模拟习题课文"), []rune("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥东南西北春夏秋冬金木水火土")
	i = i * 7919 % 40_000
	f, g := int64(len(family)), int64(len(given))
	return string([]rune{family[i%f], given[i/f%g], given[i/f/g%g]})
}
