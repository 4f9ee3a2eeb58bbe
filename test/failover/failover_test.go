// Package failover lets a primary of PostgreSQL die under load in a cluster that Patroni keeps up, and counts at the carrier:
// make failover. It needs Debian's packages patroni and etcd-server, and some minutes.
package failover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

const (
	people = 4000
	window = 200
)

var (
	shanghai, _ = time.LoadLocation("Asia/Shanghai")
	thursday    = time.Date(2026, 9, 24, 10, 0, 0, 0, shanghai)
)

// TestFailover: the primary and its Patroni are killed while two workers hand over; the standby takes over, the workers go on by
// themselves, and the old primary comes back as a standby. Twice.
func TestFailover(t *testing.T) {
	if os.Getenv("DULY_FAILOVER") == "" {
		t.Skip("make failover runs it")
	}
	c := newCluster(t)
	c.until("one leads and the other follows synchronously", c.whole)
	url := c.database()
	keys := makeKeys(t)
	carrier, addr := listen(t)
	workers := []*worker{newWorker(t, url, keys, addr), newWorker(t, url, keys, addr)}
	workers[0].book()
	for _, w := range workers {
		w.work(addr)
		t.Cleanup(w.tell)
	}
	const deaths = 2
	for i := range deaths {
		c.until(fmt.Sprint("some arrived before death ", i), func() bool { return carrier.Counts().Accepted > people/10 })
		c.until("one leads and the other follows synchronously", c.whole)
		began := time.Now()
		dead := c.killLeader()
		at := carrier.Counts().Accepted
		c.until("the other leads", func() bool { l := c.leader(); return l != nil && l != dead })
		led := time.Since(began)
		if workers[0].open() == 0 {
			t.Fatal("everything has left before the death: nothing was tried")
		}
		c.until("messages leave again", func() bool { return carrier.Counts().Accepted > at+window })
		t.Logf("death %d: another led after %s, messages left again after %s", i, led.Round(time.Second/10), time.Since(began).Round(time.Second/10))
		c.start(dead)
	}
	c.until("nothing waits", func() bool { return workers[0].open() == 0 })
	c.until("the carrier has said all", carrier.Idle)
	for _, w := range workers {
		w.end()
	}
	count(t, workers[0], carrier.Arrivals(), deaths*window*len(workers))
	reasons(t, url)
	checkLives(t, url, keys, workers)
}

// checkLives: the change of primaries was no restore, and a machine that never worked with this database can tell, because the
// workers have stored the timeline.
func checkLives(t *testing.T, url, keys string, workers []*worker) {
	t.Helper()
	ctx := context.Background()
	life, err := workers[0].e.Store.Life(ctx)
	if err != nil || life.Held() {
		t.Errorf("held after a change of primaries: %+v, %v", life, err)
	}
	s, err := store.Open(ctx, url, must(store.LoadKeys(keys)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := errors.Join(s.Attest(ctx, filepath.Join(t.TempDir(), "witness"), time.Now()), s.SafeToSend(ctx)); err != nil && !errors.Is(err, store.ErrNoStandby) {
		t.Errorf("a new machine: %v", err)
	}
}

// A worker is what duly serve does on one machine.
type worker struct {
	t      *testing.T
	e      *engine.Engine
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu     sync.Mutex
	failed []string
}

func newWorker(t *testing.T, url, keys, addr string) *worker {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, url, must(store.LoadKeys(keys)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Attest(ctx, filepath.Join(t.TempDir(), "witness"), time.Now()); err != nil {
		t.Fatal(err)
	}
	w := &worker{t: t, e: &engine.Engine{Store: s, Portfolios: []*engine.Portfolio{portfolio(t)}, Wire: time.Now}}
	if err := w.e.Prepare(ctx, thursday); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *worker) work(addr string) {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	o := engine.RunOptions{
		Civil: func() time.Time { return thursday }, Batch: 100,
		Carriers: []dispatch.SMPPConfig{{ID: "main", Address: addr, SystemID: "duly", Source: "10690000", Simulator: smsc.SystemID, Window: window, Rate: rate(w.t)}},
	}
	w.done.Go(func() {
		w.e.Keep(ctx, o, func(_ string, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.failed = append(w.failed, err.Error())
		})
	})
}

// rate is the carrier's, in parts a second, where DULY_FAILOVER_RATE says one; 0: none.
func rate(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DULY_FAILOVER_RATE")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tell says what the worker was told, where the test failed.
func (w *worker) tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.t.Failed() {
		w.t.Logf("interrupted: %s", strings.Join(w.failed, "\n"))
	}
}

func (w *worker) end() { w.cancel(); w.done.Wait() }

// open returns how many messages wait or are on their way; -1 when the database does not say.
func (w *worker) open() int64 {
	counts, err := w.e.Store.Counts(context.Background(), w.e.Portfolios[0].Row(), time.Time{}, time.Time{})
	if err != nil {
		return -1
	}
	open := int64(0)
	for _, c := range counts {
		if c.State == "waiting" || c.State == "fenced" {
			open += c.Number
		}
	}
	return open
}

// count holds the carrier's record against what must be.
func count(t *testing.T, w *worker, arrivals []smsc.Arrival, mostUnknown int) {
	t.Helper()
	contacts, whole := map[string]int{}, 0
	for i := range arrivals {
		if a := &arrivals[i]; a.Status == 0 && a.Complete() {
			whole++
			contacts[a.Destination]++
		}
	}
	for to, n := range contacts {
		if n > 1 {
			t.Errorf("%d messages to one person in a day: %s", n, to)
		}
	}
	counts, err := w.e.Store.Counts(context.Background(), w.e.Portfolios[0].Row(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	states, sum := map[string]int64{}, int64(0)
	for _, c := range counts {
		states[c.State] += c.Number
		sum += c.Number
	}
	sure := states["accepted"] + states["delivered"] + states["undelivered"]
	t.Logf("the carrier has %d whole messages; states %v; interrupted %d times", whole, states, len(w.failed))
	if sum != people || states["waiting"]+states["fenced"] != 0 || states["unknown"] > int64(mostUnknown) {
		t.Errorf("%v of %d intents; at most %d may be unknown", states, people, mostUnknown)
	}
	if int64(whole) < sure || int64(whole) > sure+states["unknown"] {
		t.Errorf("the carrier has %d, Duly is sure of %d and does not know of %d", whole, sure, states["unknown"])
	}
}

// reasons tells why messages ended without leaving. Nothing in this world speaks against any of them.
func reasons(t *testing.T, url string) {
	t.Helper()
	ctx := context.Background()
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(ctx) }()
	rows, err := db.Query(ctx, `SELECT c.state, c.rule, c.reason, count(*), max((SELECT count(*) FROM fence f WHERE f.id >> 3 = c.message)) FROM closed c GROUP BY 1, 2, 3`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var state, rule, reason string
		var n, tries int64
		if err := rows.Scan(&state, &rule, &reason, &n, &tries); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%d %s by %s after %d tries at most: %s", n, state, rule, tries, reason)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func listen(t *testing.T) (*smsc.Server, string) {
	t.Helper()
	s, err := smsc.New(smsc.Config{
		Now: func() time.Time { return thursday }, KeepTexts: true, IDs: smsc.Random, Patience: 30 * time.Second, // parts of a message come seconds apart, and are one message still
		Faults: smsc.Faults{DelayResponse: 20 * time.Millisecond, SlowAccept: 10 * time.Millisecond}, // slow enough that two deaths find messages on their way
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Log(err)
		}
	})
	return s, l.Addr().String()
}

func portfolio(t *testing.T) *engine.Portfolio {
	t.Helper()
	strategy, _, err := engine.Shipped("strategy", "cn-default")
	if err != nil {
		t.Fatal(err)
	}
	book, tables, err := engine.Shipped("rulebook", "cn")
	if err != nil {
		t.Fatal(err)
	}
	id := engine.Identity{Creditor: "晨光银行", Signature: "晨光银行", Phone: "4008000000", Verify: "晨光银行App“消息”", Officer: "客户服务部", StopWord: "R"}
	p, err := engine.Compile(engine.Spec{
		Ref: "cards", Creditor: "bank", Zone: "Asia/Shanghai", Language: "zh", Party: "creditor", Strategy: strategy, Rulebooks: []engine.Source{book},
		Tables: tables, Templates: must(engine.ShippedTemplates("")), LedgerMaxAge: 48 * time.Hour, Carrier: "main", Provider: "direct",
		Identity: map[compose.Language]engine.Identity{"zh": id, "en": id},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// book imports people who are three days late, and plans.
func (w *worker) book() {
	w.t.Helper()
	ctx := context.Background()
	row, err := w.e.Store.Portfolio(ctx, "bank", "cards")
	if err != nil {
		w.t.Fatal(err)
	}
	var csv strings.Builder
	csv.WriteString("borrower_id,name,phone,region,timezone,loan_id,due_on,amount,currency\n")
	for i := range people {
		fmt.Fprintf(&csv, "B%d,王某,+8617405%06d,CN-ZJ,Asia/Shanghai,C%d,2026-09-21,%d.00,CNY\n", i+1, i+1, i+1, 100+i)
	}
	_, err = w.e.Store.Import(ctx, store.Import{Portfolio: row, Now: thursday, AsOf: thursday}, func(st *store.Stage) error {
		_, err := intake.Read(strings.NewReader(csv.String()), "overdue.csv", intake.Options{Currency: "CNY", Country: "CN", Zone: shanghai, Bad: func(b intake.BadRow) error { return errors.New(b.String()) }}, st)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	done, err := w.e.Plan(ctx, w.e.Portfolios[0], engine.PlanOptions{Now: thursday})
	if err != nil || done.Messages != people {
		w.t.Fatalf("planned %+v, %v", done, err)
	}
}

func makeKeys(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := store.MakeKeys(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
