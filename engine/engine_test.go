package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/litetest"
	"github.com/dulyhq/duly/test/pgtest"
)

var shanghai = must(time.LoadLocation("Asia/Shanghai"))

// thursday is a working day within the preferred hours of the default strategy.
var thursday = time.Date(2026, 9, 24, 10, 0, 0, 0, shanghai)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// onPostgres says which database houses are kept in: the whole of the tests runs once on each.
var onPostgres bool

// A house is an engine on a new store with one portfolio under the documents that ship, and a carrier.
type house struct {
	*Engine
	t     testing.TB
	dir   string // of the keys, and of the data on SQLite
	place string // of the data
	keys  *store.Keys
	p     *Portfolio
	smsc  *smsc.Server
	addr  string
	civil atomic.Pointer[time.Time]

	looked int64 // persons that plans by night have looked at
}

func newHouse(t testing.TB, cfg smsc.Config) *house {
	t.Helper()
	h := newHouseAt(t, "")
	h.listen(cfg)
	return h
}

// newHouseAt is newHouse with its data at a place, and without a carrier; an empty place is a new one.
func newHouseAt(t testing.TB, place string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir()}
	keyDir := filepath.Join(h.dir, "keys")
	if err := store.MakeKeys(keyDir); err != nil {
		t.Fatal(err)
	}
	h.keys = must(store.LoadKeys(keyDir))
	h.place = h.dir
	if place != "" {
		h.place = place
	} else if onPostgres {
		h.place = pgtest.Copy(t, pgtest.Template(t, func(url string) {
			if err := store.Migrate(context.Background(), url); err != nil {
				t.Fatal(err)
			}
		}))
	} else {
		litetest.Fill(t, h.place, func(dir string) error { return store.Migrate(context.Background(), dir) })
	}
	s, err := store.Open(context.Background(), h.place, h.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h.p = testPortfolio(t)
	h.Engine = &Engine{Store: s, Portfolios: []*Portfolio{h.p}, Wire: time.Now, Lease: longLease}
	h.at(thursday)
	if err := h.Prepare(context.Background(), thursday); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) listen(cfg smsc.Config) {
	h.t.Helper()
	cfg.Now, cfg.KeepTexts = h.now, true
	server, err := smsc.New(cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	h.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
			h.t.Error(err)
		}
	})
	h.smsc, h.addr = server, l.Addr().String()
}

// testPortfolio returns a portfolio that the test may change, by assignment. It was compiled once, since the lint reads every text.
func testPortfolio(t testing.TB) *Portfolio {
	t.Helper()
	p, err := compiledOnce()
	if err != nil {
		t.Fatal(err)
	}
	return p.fork()
}

var compiledOnce = sync.OnceValues(compileTestPortfolio)

func compileTestPortfolio() (*Portfolio, error) {
	spec, err := testSpec()
	if err != nil {
		return nil, err
	}
	return Compile(spec)
}

func testSpec() (Spec, error) {
	strategy, _, err := Shipped("strategy", "cn-default")
	if err != nil {
		return Spec{}, err
	}
	book, tables, err := Shipped("rulebook", "cn")
	if err != nil {
		return Spec{}, err
	}
	texts, err := ShippedTemplates("")
	return Spec{
		Ref: "cards", Creditor: "bank", Zone: "Asia/Shanghai", Language: "zh", Party: "creditor", Strategy: strategy,
		Rulebooks: []Source{book}, Tables: tables, Templates: texts, LedgerMaxAge: 48 * time.Hour, Carrier: "main", Provider: "direct",
		Identity: map[compose.Language]Identity{
			"zh": {"晨光银行", "晨光银行", "4008000000", "晨光银行App“消息”", "林经理", "R"},
			"en": {"Dawn Bank", "Dawn Bank", "4008000000", "the Dawn Bank app", "Ms Lin", "STOP"},
		},
	}, err
}

func (h *house) at(t time.Time) { h.civil.Store(&t) }
func (h *house) now() time.Time { return *h.civil.Load() }
func phoneOf(i int) string      { return fmt.Sprintf("+8617405%06d", i) }
func borrowerOf(i int) string   { return fmt.Sprintf("B%05d", i) }
func loanOf(i int) string       { return fmt.Sprintf("C%05d", i) }

// A debt is a borrower with one loan of one instalment.
type debt struct {
	n        int
	dueOn    ledger.Date
	minor    int64
	paid     int64
	phone    string
	name     string
	identity string      // no number of a real person
	zone     string      // Asia/Shanghai when empty
	rate     ledger.Rate // a year; lateness costs as much

	closedOn ledger.Date
}

// take imports debts at the civil time.
func (h *house) take(debts ...debt) { h.takeFiles(debts) }

// takeFiles imports files of these kinds only; of all when none is named.
func (h *house) takeFiles(debts []debt, kinds ...intake.Kind) {
	h.t.Helper()
	_, err := h.Store.Import(context.Background(), store.Import{Portfolio: h.p.row, Now: h.now()}, func(st *store.Stage) error {
		return stageDebts(st, debts, kinds...)
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func stageDebts(st *store.Stage, debts []debt, kinds ...intake.Kind) error {
	cny := func(n int64) ledger.Money { return ledger.Money{Minor: n, Currency: "CNY"} }
	files := []struct {
		kind intake.Kind
		row  func(d debt) (intake.Row, bool)
	}{
		{intake.Borrowers, func(d debt) (intake.Row, bool) {
			phone := d.phone
			if phone == "" {
				phone = phoneOf(d.n)
			}
			return intake.Row{Borrower: ledger.BorrowerRow{
				ID: borrowerOf(d.n), Name: cmp.Or(d.name, "黄淑芬"), Identity: d.identity, Phone: phone, PhoneKind: ledger.PhoneMobile, Language: "zh", Zone: cmp.Or(d.zone, "Asia/Shanghai"),
				Country: "CN", Region: "CN-ZJ",
			}}, true
		}},
		{intake.Loans, func(d debt) (intake.Row, bool) {
			return intake.Row{Loan: ledger.LoanRow{ID: loanOf(d.n), BorrowerID: borrowerOf(d.n), Product: "card", Currency: "CNY", Principal: cny(d.minor), AnnualRate: d.rate, PenaltyMultiplier: 1_000_000, ClosedOn: d.closedOn}}, true
		}},
		{intake.Instalments, func(d debt) (intake.Row, bool) {
			return intake.Row{Instalment: ledger.InstalmentRow{LoanID: loanOf(d.n), Number: 1, DueOn: d.dueOn, Amount: cny(d.minor), Principal: cny(d.minor), Interest: cny(0), Fees: cny(0)}}, true
		}},
		{intake.Payments, func(d debt) (intake.Row, bool) {
			return intake.Row{Payment: ledger.PaymentRow{ID: "P" + loanOf(d.n), LoanID: loanOf(d.n), PaidOn: d.dueOn, Amount: cny(d.paid)}}, d.paid > 0
		}},
	}
	for _, f := range files {
		if len(kinds) > 0 && !slices.Contains(kinds, f.kind) {
			continue
		}
		if err := st.File(fmt.Sprint(f.kind), f.kind); err != nil {
			return err
		}
		for i, d := range debts {
			r, ok := f.row(d)
			if !ok {
				continue
			}
			r.Kind, r.File, r.Line, r.Column = f.kind, fmt.Sprint(f.kind), i+2, 1
			if err := st.Row(&r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *house) plan() Planned {
	h.t.Helper()
	done, err := h.Plan(context.Background(), h.p, PlanOptions{Now: h.now()})
	if err != nil {
		h.t.Fatal(err)
	}
	return done
}

func (h *house) run() Progress {
	h.t.Helper()
	return h.runWith(h.options())
}

func (h *house) runWith(o RunOptions) Progress {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done, err := h.Run(ctx, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return done
}

func (h *house) options() RunOptions {
	return RunOptions{
		Civil: h.now, Linger: 300 * time.Millisecond, Patience: time.Minute,
		Carriers: []dispatch.SMPPConfig{{ID: "main", Address: h.addr, SystemID: "duly", Source: "10690000", Simulator: smsc.SystemID}},
	}
}

// states returns how many messages are in each state, and fails when they do not sum to the intents.
func (h *house) states() map[string]int64 {
	h.t.Helper()
	counts, err := h.Store.Counts(context.Background(), h.p.row.ID, time.Time{}, time.Time{})
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[string]int64{}
	for _, c := range counts {
		out[c.State] += c.Number
	}
	return out
}

func day(t time.Time, back int) ledger.Date { return ledger.Day(t) - ledger.Date(back) }

// TestMainJob hands one reminder over and takes its receipt in.
func TestMainJob(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000}, debt{n: 2, dueOn: day(thursday, -20), minor: 5000})
	if done := h.plan(); done.Messages != 1 {
		t.Fatalf("planned %+v, want one message", done)
	}
	if again := h.plan(); again.Messages != 0 {
		t.Fatalf("a second plan made %d messages", again.Messages)
	}
	h.run()
	arrivals := h.smsc.Arrivals()
	if len(arrivals) != 1 || arrivals[0].Destination != "8617405000001" {
		t.Fatalf("arrivals: %+v", arrivals)
	}
	t.Log(arrivals[0].Whole)
	if got := h.states(); got["delivered"] != 1 {
		t.Fatalf("states: %v", got)
	}
	x, err := h.Explain(context.Background(), "B00001", h.now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", x[0])
}
