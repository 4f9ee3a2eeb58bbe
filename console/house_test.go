package console_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/litetest"
)

// thursday is a working day.
var thursday = time.Date(2026, 9, 24, 10, 0, 0, 0, time.FixedZone("UTC+8", 8*60*60))

// The lender's files. Nobody in them is real: the numbers are of a block that is not given out.
const borrowers = `borrower_id,name,title,phone,country,region,timezone,language,identity,birth_date
B1,欧阳测,女士,+8617405310001,CN,CN-ZJ,Asia/Shanghai,zh,110101199003070015,1990-03-07
B2,Testa Exampleton,Ms,+8617405310002,CN,CN-ZJ,Asia/Shanghai,en,P1234567,
B3,测试丙,,+8617405310003,CN,CN-ZJ,Asia/Shanghai,zh,,
`

const loans = `loan_id,borrower_id,currency,product,annual_rate,penalty_multiplier
C0001-778,B1,CNY,card,0.15,1.5
C0002-991,B1,CNY,consumer,0.12,1.5
E0003-100,B2,CNY,consumer,0.15,1.5
F0004-200,B3,CNY,card,0.15,1.5
`

const instalments = `loan_id,number,due_on,amount,principal,interest,fees
C0001-778,4,2026-08-15,1240.00,1200.00,40.00,0.00
C0001-778,5,2026-09-15,1240.00,1200.00,40.00,0.00
C0002-991,1,2026-09-20,500.00,480.00,20.00,0.00
E0003-100,2,2026-09-10,2000.00,1900.00,80.00,20.00
F0004-200,1,2026-09-18,300.00,300.00,0.00,0.00
`

const payments = `loan_id,paid_on,amount,payment_id
C0001-778,2026-08-20,700.00,P1
`

// The other portfolio has a borrower of its own.
const otherBorrowers = `borrower_id,name,title,phone,country,region,timezone,language,identity,birth_date
X1,司徒试,先生,+8617405310009,CN,CN-ZJ,Asia/Shanghai,zh,110101198811300022,1988-11-30
`

const otherLoans = `loan_id,borrower_id,currency,product,annual_rate,penalty_multiplier
X0001-100,X1,CNY,car,0.10,1.5
`

const otherInstalments = `loan_id,number,due_on,amount,principal,interest,fees
X0001-100,1,2026-09-10,900.00,880.00,20.00,0.00
`

// A house is a console on a store with two small books, "cards" and "cars".
type house struct {
	*httptest.Server
	t      testing.TB
	store  *store.Store
	engine *engine.Engine
	gate   *signin.Gate
	rows   map[string]store.Portfolio
	civil  atomic.Pointer[time.Time]
	wire   atomic.Int64
	of     map[string]store.Found
	users  map[string]*user
	keys   *store.Keys
	dir    string // of the keys and the data
	place  string // of the data
}

// A user is somebody who works at the house.
type user struct {
	login  string
	secret []byte
	codes  []string
}

const password = "eine Zeile, die niemand hat"

func newHouse(t testing.TB) *house {
	t.Helper()
	return houseAt(t, "")
}

// houseAt is newHouse on a database of PostgreSQL's; without one it is SQLite's.
func houseAt(t testing.TB, place string) *house {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	must(t, store.MakeKeys(filepath.Join(dir, "keys")))
	keys, err := store.LoadKeys(filepath.Join(dir, "keys"))
	must(t, err)
	if place == "" {
		place = dir
		litetest.Fill(t, dir, func(dir string) error { return store.Migrate(ctx, dir) })
	}
	s, err := store.Open(ctx, place, keys)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	h := &house{t: t, dir: dir, place: place, keys: keys, store: s, of: map[string]store.Found{}, rows: map[string]store.Portfolio{}, users: map[string]*user{}}
	h.at(thursday)
	h.wire.Store(thursday.Unix())
	h.gate = &signin.Gate{Store: s, Cheap: true, Wire: func() time.Time { return time.Unix(h.wire.Load(), 0) }}
	h.engine = &engine.Engine{Store: s, Portfolios: []*engine.Portfolio{portfolio(t, "cards"), portfolio(t, "cars")}, Wire: time.Now}
	must(t, h.engine.Prepare(ctx, thursday))
	for _, ref := range []string{"cards", "cars"} {
		h.rows[ref], err = s.Portfolio(ctx, "bank", ref)
		must(t, err)
	}
	h.take("cards", borrowers, loans, instalments, payments)
	h.take("cars", otherBorrowers, otherLoans, otherInstalments)
	for _, ref := range []string{"B1", "B2", "B3", "X1"} {
		found, err := s.Find(ctx, ref)
		must(t, err)
		h.of[ref] = found[0]
	}
	h.serve()
	return h
}

// serve opens the console.
func (h *house) serve() {
	h.Server = httptest.NewServer(console.New(console.Config{
		Desk: h.engine.Desk(), Gate: h.gate, Civil: func() time.Time { return *h.civil.Load() }, Language: "zh", Proxied: true,
		Name: console.Text{ZH: "晨光银行", EN: "Morninglight Bank"}, Simulate: h.simulate,
	}))
	h.t.Cleanup(h.Close)
}

// beside is another machine of the same lender's: a store, an engine and a console of its own on the same database.
func (h *house) beside() *house {
	h.t.Helper()
	s, err := store.Open(context.Background(), h.place, h.keys)
	must(h.t, err)
	h.t.Cleanup(func() { _ = s.Close() })
	o := &house{t: h.t, dir: h.dir, place: h.place, keys: h.keys, store: s, of: h.of, rows: h.rows, users: h.users}
	o.at(thursday)
	o.wire.Store(h.wire.Load())
	o.gate = &signin.Gate{Store: s, Wire: func() time.Time { return time.Unix(o.wire.Load(), 0) }}
	o.engine = &engine.Engine{Store: s, Portfolios: []*engine.Portfolio{portfolio(h.t, "cards"), portfolio(h.t, "cars")}, Wire: time.Now}
	must(h.t, o.engine.Prepare(context.Background(), thursday))
	o.serve()
	return o
}

// moved is the same browser, whose next request another machine answers.
func (b *browser) moved(to *house) *browser {
	o := *b
	o.h = to
	return &o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) at(now time.Time) { h.civil.Store(&now) }

// take imports files.
func (h *house) take(into string, texts ...string) {
	h.t.Helper()
	now := *h.civil.Load()
	_, err := h.store.Import(context.Background(), store.Import{Portfolio: h.rows[into], Now: now, AsOf: now}, func(st *store.Stage) error {
		for i, text := range texts {
			o := intake.Options{Currency: "CNY", Country: "CN", Zone: now.Location(), Bad: func(b intake.BadRow) error { return fmt.Errorf("%v", b) }}
			if _, err := intake.Read(strings.NewReader(text), fmt.Sprintf("f%d.csv", i), o, st); err != nil {
				return err
			}
		}
		return nil
	})
	must(h.t, err)
}

// portfolio is compiled once, which takes longer than most of the tests.
func portfolio(t testing.TB, ref string) *engine.Portfolio {
	t.Helper()
	compiled.Lock()
	defer compiled.Unlock()
	if compiled.by[ref] == nil {
		p, err := engine.Compile(specOf(t, ref))
		must(t, err)
		compiled.by[ref] = p
	}
	return compiled.by[ref].Copy()
}

var compiled = struct {
	sync.Mutex
	by map[string]*engine.Portfolio
}{by: map[string]*engine.Portfolio{}}

func specOf(t testing.TB, ref string) engine.Spec {
	t.Helper()
	strategy, _, err := engine.Shipped("strategy", "cn-default")
	must(t, err)
	book, tables, err := engine.Shipped("rulebook", "cn")
	must(t, err)
	texts, err := engine.ShippedTemplates("")
	must(t, err)
	id := engine.Identity{Creditor: "晨光银行", Signature: "晨光银行", Phone: "4008000000", Verify: "手机银行“消息中心”", Officer: "客户服务部", StopWord: "R"}
	en := engine.Identity{Creditor: "Morninglight Bank", Signature: "Morninglight", Phone: "4008000000", Verify: "our app's message centre", Officer: "Customer Care", StopWord: "STOP"}
	return engine.Spec{
		Ref: ref, Creditor: "bank", Zone: "Asia/Shanghai", Language: "zh", Party: "creditor", Strategy: strategy, Rulebooks: []engine.Source{book}, Tables: tables,
		Templates: texts, LedgerMaxAge: 48 * time.Hour, Carrier: "main", Provider: "direct", Identity: map[compose.Language]engine.Identity{"zh": id, "en": en},
		Talk: engine.Talk{Grace: 2, Authority: arrange.Authority{{By: arrange.Duly, From: 0, To: 90, Instalments: 6, Days: 30}, {By: arrange.Second, From: 0, To: 120, Instalments: 12, Days: 60}}},
	}
}

// hire adds somebody with roles, once.
func (h *house) hire(login string, grants ...access.Grant) *user {
	h.t.Helper()
	if u := h.users[login]; u != nil {
		return u
	}
	secret, codes, err := h.gate.Ready(context.Background(), login, password, grants)
	must(h.t, err)
	h.users[login] = &user{login, secret, codes}
	return h.users[login]
}

// A browser is one that keeps cookies and follows where it is sent.
type browser struct {
	h    *house
	c    *http.Client
	from string // X-Forwarded-For
	lang string // Accept-Language
	site string // Sec-Fetch-Site of forms
}

func (h *house) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{h: h, c: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}, from: "192.0.2.1", site: "same-origin"}
}

// inside is a browser of somebody who has signed in with both factors.
func (h *house) inside(u *user) *browser {
	h.t.Helper()
	b := h.browser()
	b.post("/console/sign-in", "login", u.login, "password", password)
	code := u.codes[0]
	u.codes = u.codes[1:]
	if g := b.post("/console/second", "code", code); g.code != http.StatusOK || strings.Contains(g.path, "second") {
		h.t.Fatalf("%s did not come in: %d %s\n%s", u.login, g.code, g.path, plain(g.text))
	}
	return b
}

// as is a browser of somebody who has one role everywhere.
func (h *house) as(r access.Role) *browser {
	h.t.Helper()
	return h.inside(h.hire(string(r), access.Grant{Role: r}))
}

// A got is an answer.
type got struct {
	code int
	path string // where the browser came to
	text string
	head http.Header
}

func (b *browser) do(method, path string, form url.Values) got {
	b.h.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, b.h.URL+path, body)
	must(b.h.t, err)
	r.Header.Set("X-Forwarded-For", b.from)
	if b.lang != "" {
		r.Header.Set("Accept-Language", b.lang)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", b.site)
	}
	resp, err := b.c.Do(r)
	must(b.h.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	must(b.h.t, err)
	return got{resp.StatusCode, resp.Request.URL.Path, html.UnescapeString(string(text)), resp.Header}
}

func (b *browser) get(path string) got { b.h.t.Helper(); return b.do("GET", path, nil) }

func (b *browser) post(path string, pairs ...string) got {
	b.h.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, v)
}

var tags = regexp.MustCompile(`(?s)<[^>]*>`)

// plain is a page without its tags.
func plain(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

// deeds returns what the audit holds of a word.
func (h *house) deeds(what string) (out []store.Deed) {
	h.t.Helper()
	all, err := h.store.Deeds(context.Background(), 0, 1000)
	must(h.t, err)
	for _, d := range all {
		if d.What == what {
			out = append(out, d)
		}
	}
	return out
}

// raw is a page as it is sent.
func (b *browser) raw(path string) string {
	b.h.t.Helper()
	r, err := http.NewRequest("GET", b.h.URL+path, nil)
	must(b.h.t, err)
	resp, err := b.c.Do(r)
	must(b.h.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	must(b.h.t, err)
	return string(text)
}

// slow leaves a test that takes seconds out of the short run, which is for what runs beside something else (docs/adr/0046).
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds, and nothing in it runs beside anything")
	}
}
