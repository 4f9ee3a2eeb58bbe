package portal_test

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
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/portal"
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
B4,测试丁,先生,+8617405310004,CN,CN-ZJ,Asia/Shanghai,zh,110101198811300022,1988-11-30
`

const loans = `loan_id,borrower_id,currency,product,annual_rate,penalty_multiplier
C0001-778,B1,CNY,card,0.15,1.5
C0002-991,B1,CNY,consumer,0.12,1.5
E0003-100,B2,CNY,consumer,0.15,1.5
F0004-200,B3,CNY,card,0.15,1.5
G0005-300,B4,CNY,card,0.15,1.5
`

const instalments = `loan_id,number,due_on,amount,principal,interest,fees
C0001-778,4,2026-08-15,1240.00,1200.00,40.00,0.00
C0001-778,5,2026-09-15,1240.00,1200.00,40.00,0.00
C0001-778,6,2026-10-15,1240.00,1200.00,40.00,0.00
C0002-991,1,2026-09-20,500.00,480.00,20.00,0.00
E0003-100,2,2026-09-10,2000.00,1900.00,80.00,20.00
F0004-200,1,2026-09-18,300.00,300.00,0.00,0.00
G0005-300,9,2026-10-02,800.00,780.00,20.00,0.00
`

const payments = `loan_id,paid_on,amount,payment_id
C0001-778,2026-08-20,700.00,P1
`

// A house is a portal on a store with a small book.
type house struct {
	*httptest.Server
	t      testing.TB
	store  *store.Store
	engine *engine.Engine
	row    store.Portfolio
	civil  atomic.Pointer[time.Time]
	of     map[string]ledger.BorrowerID
	keys   int
}

func newHouse(t testing.TB) *house {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	must(t, store.MakeKeys(filepath.Join(dir, "keys")))
	keys, err := store.LoadKeys(filepath.Join(dir, "keys"))
	must(t, err)
	litetest.Fill(t, dir, func(dir string) error { return store.Migrate(ctx, dir) })
	s, err := store.Open(ctx, dir, keys)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	h := &house{t: t, store: s, of: map[string]ledger.BorrowerID{}}
	h.at(thursday)
	p := portfolio(t)
	e := &engine.Engine{Store: s, Portfolios: []*engine.Portfolio{p}, Wire: time.Now}
	must(t, e.Prepare(ctx, thursday))
	h.engine = e
	h.row, err = s.Portfolio(ctx, "bank", "cards")
	must(t, err)
	h.take(borrowers, loans, instalments, payments)
	for _, ref := range []string{"B1", "B2", "B3", "B4"} {
		found, err := s.Find(ctx, ref)
		must(t, err)
		h.of[ref] = ledger.BorrowerID(found[0].ID)
	}
	h.Server = httptest.NewServer(portal.New(portal.Config{
		Desk: e.Desk(), Civil: func() time.Time { return *h.civil.Load() }, Language: "zh", Proxied: true,
		Creditor: portal.Text{ZH: "晨光银行", EN: "Morninglight Bank"}, Phone: "4008000000",
		Houses: map[string]portal.Pay{"cards": {
			Links: []portal.PayLink{{Name: portal.Text{ZH: "手机银行还款", EN: "Pay in our mobile bank"}, URL: "https://pay.bank.example/cards"}},
			QR:    "https://pay.bank.example/qr/cards",
			Bank:  &portal.Bank{Holder: portal.Text{ZH: "晨光银行股份有限公司", EN: "Morninglight Bank Ltd"}, Bank: portal.Text{ZH: "晨光银行杭州分行", EN: "Morninglight Bank, Hangzhou"}, Account: portal.Text{ZH: "0000 0000 0000 0000"}},
		}},
	}))
	t.Cleanup(h.Close)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) at(now time.Time) { h.civil.Store(&now) }

// take imports files.
func (h *house) take(texts ...string) {
	h.t.Helper()
	now := *h.civil.Load()
	_, err := h.store.Import(context.Background(), store.Import{Portfolio: h.row, Now: now, AsOf: now}, func(st *store.Stage) error {
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
func portfolio(t testing.TB) *engine.Portfolio {
	t.Helper()
	p, err := compiled()
	must(t, err)
	return p.Copy()
}

var compiled = sync.OnceValues(func() (*engine.Portfolio, error) {
	strategy, _, err1 := engine.Shipped("strategy", "cn-default")
	book, tables, err2 := engine.Shipped("rulebook", "cn")
	texts, err3 := engine.ShippedTemplates("")
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	id := engine.Identity{Creditor: "晨光银行", Signature: "晨光银行", Phone: "4008000000", Verify: "手机银行“消息中心”", Officer: "客户服务部", StopWord: "R"}
	en := engine.Identity{Creditor: "Morninglight Bank", Signature: "Morninglight", Phone: "4008000000", Verify: "our app's message centre", Officer: "Customer Care", StopWord: "STOP"}
	return engine.Compile(engine.Spec{
		Ref: "cards", Creditor: "bank", Zone: "Asia/Shanghai", Language: "zh", Party: "creditor", Strategy: strategy, Rulebooks: []engine.Source{book}, Tables: tables,
		Templates: texts, LedgerMaxAge: 48 * time.Hour, Carrier: "main", Provider: "direct", Identity: map[compose.Language]engine.Identity{"zh": id, "en": en},
		Talk: engine.Talk{Grace: 2, Authority: arrange.Authority{{By: arrange.Duly, From: 0, To: 90, Instalments: 6, Days: 30}}},
		Page: engine.Page{Address: "https://my.bank.example", Links: true},
	})
})

// key makes a key for a borrower and returns its secret.
func (h *house) key(borrower string, way store.PortalWay) string {
	h.t.Helper()
	h.keys++
	n := compose.CodeLength
	if way == store.PortalLink {
		n = compose.TokenLength
	}
	secret := make([]byte, n)
	for i, left := 0, h.keys; i < n; i++ {
		secret[i] = compose.KeyAlphabet[left%len(compose.KeyAlphabet)]
		left /= len(compose.KeyAlphabet)
	}
	k := store.PortalKey{Way: way, Secret: string(secret), Borrower: h.of[borrower], EndsAt: h.civil.Load().Add(14 * 24 * time.Hour)}
	must(h.t, h.store.LetIn(context.Background(), h.row.ID, k, *h.civil.Load()))
	return string(secret)
}

// A browser is one that keeps cookies and follows where it is sent.
type browser struct {
	h     *house
	c     *http.Client
	from  string // X-Forwarded-For
	agent string
	lang  string // Accept-Language
}

const phone = "Mozilla/5.0 (Linux; Android 14; Pixel) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36"

func (h *house) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{h: h, c: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}, from: "192.0.2.1", agent: phone}
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
	r.Header.Set("User-Agent", b.agent)
	r.Header.Set("X-Forwarded-For", b.from)
	if b.lang != "" {
		r.Header.Set("Accept-Language", b.lang)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := b.c.Do(r)
	must(b.h.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	must(b.h.t, err)
	return got{resp.StatusCode, resp.Request.URL.Path, string(text), resp.Header}
}

func (b *browser) get(path string) got { b.h.t.Helper(); return b.do("GET", path, nil) }

func (b *browser) post(path string, pairs ...string) got {
	b.h.t.Helper()
	return b.do("POST", path, values(pairs))
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// inside brings a browser in by a code and the second step.
func (h *house) inside(borrower string) *browser {
	h.t.Helper()
	b := h.browser()
	b.post("/enter", "code", h.key(borrower, store.PortalCode))
	if g := b.post("/who", "identity", ends[borrower]); g.path != "/loan" {
		h.t.Fatalf("%s did not come in: %d %s\n%s", borrower, g.code, g.path, words(g.text))
	}
	return b
}

// ends are what borrowers prove themselves by.
var ends = map[string]string{"B1": "070015", "B2": "4567", "B4": "300022"}

var tags = regexp.MustCompile(`(?s)<style.*?</style>|<[^>]*>`)

// words is a page without its tags.
func words(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

// states returns the kinds of the states of a borrower's person.
func (h *house) states(borrower string) string {
	h.t.Helper()
	found, err := h.store.Find(context.Background(), borrower)
	must(h.t, err)
	past, err := h.store.Past(context.Background(), h.row, found[0].Person, h.civil.Load().Add(time.Hour))
	must(h.t, err)
	var out []string
	for _, s := range past.States {
		out = append(out, s.Kind)
	}
	return strings.Join(out, " ")
}

// said returns what the borrower's person said, as it was understood.
func (h *house) said(borrower string) string {
	h.t.Helper()
	found, err := h.store.Find(context.Background(), borrower)
	must(h.t, err)
	list, err := h.store.Replies(context.Background(), found[0].Person, h.civil.Load().Add(time.Hour))
	must(h.t, err)
	var out []string
	for _, r := range list {
		out = append(out, r.Meaning+" "+r.Text)
	}
	return strings.Join(out, " | ")
}

// events returns how often something happened at the page.
func (h *house) events(what string) int64 {
	h.t.Helper()
	n, err := h.store.PortalEvents(context.Background(), h.row.ID, what)
	must(h.t, err)
	return n
}
