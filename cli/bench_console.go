package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// benchConsole measures how fast the console's pages answer over a large book.
type benchConsole struct {
	*bench
	borrowers, messages int64
	waiting, times      int
	dir                 string
}

func (a *app) benchConsoleCommand() *cobra.Command {
	b := &benchConsole{bench: &bench{app: a, repeat: 1}}
	c := &cobra.Command{
		Use:   "console",
		Short: "Ask each page of the console over a large book and over sums of a hundred million messages",
		Long: `Fills a store by imports, plans for it, and adds sums as folding a hundred million messages of three hundred days leaves them
(docs/adr/0031). Then it serves the console on the loopback, signs in with both factors, and asks each page that
the console's own menu leads to, each sheet of the reports, a borrower's page, a conversation, and a search by each key, one after
the other. Nothing is kept between two requests:
the clock of what is kept goes on by more than it is kept for.`,
		Example: `  duly bench console
  duly bench console --borrowers 20000 --times 5`,
		Args: exactly(0, "bench console takes no arguments; see duly bench console --help"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(b.bounds("borrowers", b.borrowers, 5_000_000), b.bounds("messages", b.messages, 10_000_000_000), b.bounds("times", int64(b.times), 1000),
				b.bounds("waiting", int64(b.waiting), 100_000)); err != nil {
				return err
			}
			return b.run(c.Context())
		},
	}
	c.Flags().Int64Var(&b.borrowers, "borrowers", 1_000_000, "how many borrowers, each with a loan")
	c.Flags().Int64Var(&b.messages, "messages", 100_000_000, "how many messages the sums are of")
	c.Flags().IntVar(&b.waiting, "waiting", 500, "how many conversations wait for a person")
	c.Flags().IntVar(&b.times, "times", 20, "how often each page is asked, after once for warmth")
	c.Flags().BoolVar(&b.asJSON, "json", false, "one JSON object a line: the measurements, then the same as medians")
	c.Flags().StringVar(&b.profile, "cpuprofile", "", "write a CPU profile of the pages to this file")
	c.Flags().StringVar(&b.dir, "dir", "", "keep the store in this folder and use it again (default: a temporary one)")
	c.Flags().StringVar(&b.database, "database", "", "the URL of a PostgreSQL where databases may be made; one is made for it, and dropped (default: SQLite)")
	return c
}

func (b *benchConsole) run(ctx context.Context) error {
	in := func(dir string) (err error) {
		at, err := b.place(ctx, filepath.Join(dir, "full"), nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.drop(ctx, at)) }()
		fresh := !at.filled()
		if err := b.fill(ctx, at, benchBook{loans: b.borrowers, late: 10, days: []int{2, 6, 9, 20, 40, 70, 100}, names: true}); err != nil {
			return err
		}
		e, p, err := openBench(ctx, at, false)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, e.Store.Close()) }()
		if fresh {
			if err := b.live(ctx, e, p); err != nil {
				return err
			}
		}
		return b.profiled(func() error { return b.ask(ctx, e) })
	}
	if b.dir != "" {
		return in(b.dir)
	}
	return folder("", in)
}

// live lets the book have a plan, conversations, and a history in sums.
func (b *benchConsole) live(ctx context.Context, e *engine.Engine, p *engine.Portfolio) error {
	b.say("planning")
	if _, err := e.Plan(ctx, p, engine.PlanOptions{Now: benchNow}); err != nil {
		return err
	}
	desk := e.Desk()
	for i := range b.waiting {
		b.say("conversations: %d of %d", i, b.waiting)
		found, err := e.Store.Find(ctx, fmt.Sprintf("B%08d", int64(i)*97%b.borrowers))
		if err != nil {
			return err
		}
		for _, f := range found {
			g := store.Guest{Borrower: ledger.BorrowerID(f.ID), Portfolio: f.Portfolio, Person: f.Person}
			if _, err := desk.Say(ctx, &g, engine.Said{Meaning: receive.Hardship, Text: "最近失业了，暂时还不上"}, "zh", benchNow); err != nil {
				return err
			}
		}
	}
	b.say("sums")
	if err := errors.Join(e.Roll(ctx, benchNow), e.Walk(ctx, p, ledger.Day(benchNow))); err != nil {
		return err
	}
	return e.Store.FillRolled(ctx, madeSums(p.Row(), b.messages))
}

// madeSums are what a hundred million messages of three hundred days come to: for each day rows of each stage, treatment, state and reason,
// as many as a book of this kind has.
func madeSums(portfolio, messages int64) (out []store.Rolled) {
	const days = 300
	stages := []string{"pre-due", "1-3", "4-7", "8-15", "16-30", "31-60", "61-90", "91+", "answer"}
	ends := []struct {
		state, reason string
		share         int64 // of a thousand
	}{
		{"delivered", "", 800},
		{"accepted", "", 40},
		{"undelivered", "absent", 40},
		{"undelivered", "blocked", 20},
		{"undelivered", "unknown_subscriber", 15},
		{"unknown", "gone", 1},
		{"refused", "11", 4},
		{"cancelled", "duly:paid", 50},
		{"cancelled", "duly:promise", 15},
		{"cancelled", "cn.contact.stop", 5},
		{"expired", "", 10},
	}
	today := ledger.Day(benchNow)
	for d := range ledger.Date(days) {
		day := today - d - 1
		for _, stage := range stages {
			each := messages / int64(days*len(stages))
			for _, end := range ends {
				n := each * end.share / 1000
				k := store.Roll{Portfolio: portfolio, What: "message", Day: day, Stage: stage, State: end.state, Reason: end.reason, Unit: "CNY"}
				v := store.Sums{N: n, Parts: 2 * n, Replied: n / 50, Stopped: n / 400, Complained: n / 5000, Paid: n / 4, Minor: n * 9000}
				out = append(out, store.Rolled{Roll: k, Sums: v})
				k.What, k.Reason, k.Carrier = "act", "", "main"
				for t := range 3 {
					k.Name = strconv.Itoa(t + 1)
					out = append(out, store.Rolled{Roll: k, Sums: v})
				}
			}
		}
		all := messages / days
		out = append(out, store.Rolled{Roll: store.Roll{Portfolio: portfolio, What: "sent", Day: day, Carrier: "main"}, Sums: store.Sums{N: all, Parts: 2 * all}})
		for n := 1; n <= 10; n++ {
			k := store.Roll{Portfolio: portfolio, What: "nth", Day: day, Name: fmt.Sprintf("%02d", n), Unit: "CNY"}
			out = append(out, store.Rolled{Roll: k, Sums: store.Sums{N: all / 10, Paid: all / 40, Replied: all / 500, Minor: all * 900}})
		}
		for _, m := range receive.Meanings() {
			for _, how := range []string{"answered", "person", "noted"} {
				out = append(out, store.Rolled{Roll: store.Roll{Portfolio: portfolio, What: "reply", Day: day, Name: string(m), State: how}, Sums: store.Sums{N: all / 2000}})
			}
		}
		for _, s := range []string{"kept", "late_kept", "part_kept", "broken"} {
			k := store.Roll{Portfolio: portfolio, What: "arrangement", Day: day, Name: "promise", State: s, Unit: "CNY"}
			out = append(out, store.Rolled{Roll: k, Sums: store.Sums{N: all / 900, Minor: all * 100, Came: all * 60}})
		}
	}
	return out
}

// A shown is a page that is measured: a GET, or a POST with one field.
type shown struct{ name, path, field, value string }

// ask serves the console and asks its pages.
func (b *benchConsole) ask(ctx context.Context, e *engine.Engine) error {
	var clock atomic.Int64 // moves on by more than a sum is kept for with each request
	clock.Store(time.Now().UnixMilli())
	gate := &signin.Gate{Store: e.Store, Wire: func() time.Time { return time.UnixMilli(clock.Load()) }}
	grants := access.Grants{}
	for _, r := range access.Roles() {
		grants = append(grants, access.Grant{Role: r})
	}
	const password = "a bench that nobody sits on"
	login := "bench" + strconv.FormatInt(clock.Load(), 36)
	_, codes, err := gate.Ready(ctx, login, password, grants)
	if err != nil {
		return err
	}
	server := httptest.NewServer(console.New(console.Config{
		Desk: e.Desk(), Gate: gate, Civil: func() time.Time { return benchNow }, Language: "zh", Name: console.Text{ZH: "晨光银行", EN: "Dawn Bank"},
		Cost: func(string) (int64, ledger.Currency) { return 4_500_000, "CNY" },
	}))
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	v := &asker{c: &http.Client{Jar: jar}, at: server.URL}
	if _, err := v.post("/console/sign-in", "login", login, "password", password); err != nil {
		return err
	}
	if _, err := v.post("/console/second", "code", codes[0]); err != nil {
		return err
	}
	pages, err := b.pages(ctx, v, e)
	if err != nil {
		return err
	}
	var names []string
	all := map[string]float64{}
	for _, p := range pages {
		b.say("asking %s", p.path)
		took := make([]float64, 0, b.times)
		size := 0
		for i := range b.times + 1 {
			clock.Add(3000)
			began := time.Now()
			text, err := v.see(p)
			if err != nil {
				return err
			}
			if size = len(text); i > 0 {
				took = append(took, float64(time.Since(began).Microseconds())/1000)
			}
		}
		slices.Sort(took)
		median := (took[(len(took)-1)/2] + took[len(took)/2]) / 2
		for name, x := range map[string]float64{"_ms": median, "_p95_ms": took[len(took)*95/100], "_bytes": float64(size)} {
			all[p.name+name] = x
		}
		names = append(names, p.name+"_ms", p.name+"_p95_ms", p.name+"_bytes")
		all["slowest_ms"] = max(all["slowest_ms"], median)
	}
	return b.report("console", append(names, "slowest_ms"), []map[string]float64{all})
}

var menuLink = regexp.MustCompile(`<a href="(/console/[a-z-]+)"`)

// pages are those of the menu, and those that are reached from them.
func (b *benchConsole) pages(ctx context.Context, v *asker, e *engine.Engine) (out []shown, err error) {
	today, err := v.see(shown{path: "/console/today"})
	if err != nil {
		return nil, err
	}
	head, _, _ := strings.Cut(today, "</nav>")
	seen := map[string]bool{}
	for _, m := range menuLink.FindAllStringSubmatch(head, -1) {
		if path := m[1]; !seen[path] {
			seen[path] = true
			out = append(out, shown{name: strings.TrimPrefix(path, console.Path), path: path})
		}
	}
	if len(out) < 4 {
		return nil, fmt.Errorf("bench: the console's menu has only %d pages; is somebody signed in?", len(out))
	}
	middle := fmt.Sprintf("%08d", b.borrowers/2/100*100) // one that is late
	found, err := e.Store.Find(ctx, "B"+middle)
	if err != nil || len(found) == 0 {
		return nil, errors.Join(fmt.Errorf("bench: there is no borrower B%s", middle), err)
	}
	p := e.Portfolios[0]
	last := ledger.Day(benchNow)
	out = append(out,
		shown{name: "borrower", path: console.Path + "borrowers/" + strconv.FormatInt(found[0].ID, 10)},
		shown{"search_ref", console.Path + "borrowers", "q", "B" + middle},
		shown{"search_loan", console.Path + "borrowers", "q", "C" + middle},
		shown{"search_phone", console.Path + "borrowers", "q", fmt.Sprintf("+8617405%06d", b.borrowers/2/100*100%1_000_000)},
		shown{"search_name", console.Path + "borrowers", "q", benchName(b.borrowers / 2)},
		shown{"search_nobody", console.Path + "borrowers", "q", "无此人"},
		shown{name: "reports_month", path: console.Path + "reports?from=" + (last - 30).String() + "&to=" + last.String()},
		shown{name: "reports_csv", path: console.Path + "reports/" + strconv.FormatInt(p.Row(), 10)},
	)
	for _, name := range engine.SheetNames() {
		out = append(out, shown{name: "sheet_" + name, path: console.Path + "reports/sheet/" + name})
	}
	inbox, err := v.see(shown{path: "/console/inbox"})
	if m := regexp.MustCompile(`/console/inbox/[0-9]+`).FindString(inbox); m != "" {
		out = append(out, shown{name: "conversation", path: m})
	}
	return out, err
}

// An asker is a browser that keeps its cookies.
type asker struct {
	c  *http.Client
	at string
}

func (v *asker) see(p shown) (string, error) {
	if p.field != "" {
		return v.post(p.path, p.field, p.value)
	}
	return v.read(v.c.Get(v.at + p.path)) //nolint:noctx,bodyclose // read closes it; the server is the loopback's own and ends with the benchmark
}

func (v *asker) post(path string, pairs ...string) (string, error) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return v.read(v.c.PostForm(v.at+path, form)) //nolint:noctx,bodyclose // as see
}

func (v *asker) read(resp *http.Response, err error) (string, error) {
	if err != nil {
		return "", fail(Dependency, "the console does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("bench: %s answers %s", resp.Request.URL.Path, resp.Status)
	}
	return string(text), err
}
