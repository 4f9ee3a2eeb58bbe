package portal_test

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/smsc"
)

// carrier serves a simulated carrier until the test ends.
func (h *house) carrier() (*smsc.Server, dispatch.SMPPConfig) {
	h.t.Helper()
	server, err := smsc.New(smsc.Config{Now: func() time.Time { return *h.civil.Load() }, KeepTexts: true})
	must(h.t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(h.t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(ctx, l) }()
	h.t.Cleanup(func() { stop(); <-ended })
	return server, dispatch.SMPPConfig{ID: "main", Address: l.Addr().String(), SystemID: "duly", Source: "10690000", Simulator: smsc.SystemID}
}

var (
	toldCode = regexp.MustCompile(`my\.bank\.example（码([0-9A-Z]{8})）`)
	toldLink = regexp.MustCompile(`Details: https://my\.bank\.example(/l/[0-9a-z]{27})\.`)
)

// TestFromTheMessage: a message leaves by SMPP, what it says opens the page, and it counts as read from the second step on. Whoever
// has nothing to prove themselves by is not led to a page that would show them nothing.
func TestFromTheMessage(t *testing.T) {
	for _, c := range []struct {
		name  string
		links bool
		told  *regexp.Regexp
		who   string // whose message it is
		phone string
		ends  string // of the identity number
	}{
		{"code", false, toldCode, "B5", "8617405310005", "4321"},
		{"link", true, toldLink, "B2", "8617405310002", "4567"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			h.engine.Portfolios[0].Page.Links = c.links
			ctx := context.Background()
			h.take("borrower_id,name,title,phone,country,region,timezone,language,identity\nB5,测试戊,女士,+8617405310005,CN,CN-ZJ,Asia/Shanghai,zh,P7654321\n",
				"loan_id,borrower_id,currency,product,annual_rate,penalty_multiplier\nH0006-400,B5,CNY,card,0.15,1.5\n", "loan_id,number,due_on,amount\nH0006-400,1,2026-09-18,310.00\n")
			h.at(thursday.Add(time.Second))
			server, carrier := h.carrier()
			_, err := h.engine.Plan(ctx, h.engine.Portfolios[0], engine.PlanOptions{Now: *h.civil.Load()})
			must(t, err)
			_, err = h.engine.Run(ctx, engine.RunOptions{
				Civil: func() time.Time { return *h.civil.Load() }, Carriers: []dispatch.SMPPConfig{carrier}, Linger: 300 * time.Millisecond, Patience: 10 * time.Second,
			})
			must(t, err)
			secret := ""
			for _, a := range server.Arrivals() {
				m := c.told.FindStringSubmatch(a.Whole)
				switch {
				case a.Destination == "8617405310003" && (strings.Contains(a.Whole, "my.bank") || a.Whole == ""):
					t.Errorf("somebody who can prove nothing is led to the page: %s", a.Whole)
				case a.Destination == c.phone && m == nil:
					t.Fatalf("%s is not led to the page: %s", c.who, a.Whole)
				case a.Destination == c.phone:
					secret = m[1]
				}
			}
			if secret == "" {
				t.Fatalf("%s got no message", c.who)
			}
			h.read(0)
			b := h.browser()
			if c.links {
				b.get(secret)
			} else {
				b.post("/enter", "code", strings.ToLower(secret))
			}
			h.read(0) // a preview comes so far
			if g := b.post("/who", "identity", c.ends); g.path != "/loan" {
				t.Fatalf("what the message says does not open the page: %d %s", g.code, words(g.text))
			}
			h.read(1)
			// The borrower has another number: what lies in the text on the old handset opens nothing, and who is inside is out.
			h.take("borrower_id,name,phone,country,region,timezone,language,identity\n" + c.who + ",测试戊," + "+86174053199" + c.ends[2:] + ",CN,CN-ZJ,Asia/Shanghai,zh,P765" + c.ends + "\n")
			if g := b.get("/loan"); g.path == "/loan" {
				t.Error("who came in by a key that was sent to another number is still inside")
			}
			other := h.browser()
			var g got
			if c.links {
				g = other.get(secret)
			} else {
				g = other.post("/enter", "code", secret)
			}
			if g.path == "/who" || g.path == "/loan" {
				t.Errorf("a key that was sent to another number opens %s", g.path)
			}
		})
	}
}

// read says how many of the messages that lead to the page were read.
func (h *house) read(want int64) {
	h.t.Helper()
	r, err := h.store.Talk(context.Background(), h.row.ID, time.Time{}, time.Time{}, *h.civil.Load())
	must(h.t, err)
	if r.Opened != want || r.LetIn == 0 {
		h.t.Errorf("%d of %d messages count as read, want %d", r.Opened, r.LetIn, want)
	}
}
