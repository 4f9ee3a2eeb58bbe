// Package portal is the borrower's page: what is owed with its working, why and how often we may write, and what a person can
// do about it. It is rendered on the server, needs no script, and shows nothing of a loan before the second step. Each file is
// one page or action and named after it, so that the folder's listing is the site map.
package portal

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/store"
)

// A Config is what the page needs.
type Config struct {
	Desk     *engine.Desk
	Civil    func() time.Time
	Secure   bool           // it is reached by https, so that cookies are sent over nothing else
	Proxied  bool           // a proxy of the lender's own stands before it and says in X-Forwarded-For who asks
	Language string         // "zh" or "en", for whom nothing else says it
	Houses   map[string]Pay // how to pay, by the portfolio's ref
	Creditor Text           // the lender's name, before it is known whose page it is
	Phone    string         // where a person answers, before it is known whose page it is
	Log      *slog.Logger   // nil says nothing; no name, number, key or text is ever said to it
}

// A Text is what a borrower reads, by language.
type Text struct{ ZH, EN string }

// In returns the text in a language, else in the one that there is.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" || t.ZH == "" {
		return t.EN
	}
	return t.ZH
}

// A Pay is how a portfolio's borrowers may pay.
type Pay struct {
	Links []PayLink
	QR    string // what a QR code says; empty means that there is none
	Bank  *Bank  // nil means that nothing is said of transfers
}

// A PayLink is a payment page of the lender's own.
type PayLink struct {
	Name Text
	URL  string
}

// A Bank is the lender's account. The reference is the loan's own number, so that the payment finds its loan.
type Bank struct {
	Holder, Bank, Account Text
}

// A Portal serves the page.
type Portal struct {
	Config
	wrong *limiter
	mux   *http.ServeMux
}

// New returns the page's handler.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	p := &Portal{Config: c, wrong: newLimiter(), mux: http.NewServeMux()}
	open := func(pattern string, h handler) { p.mux.Handle(pattern, p.serve(h, anyone)) }
	keyed := func(pattern string, h handler) { p.mux.Handle(pattern, p.serve(h, withKey)) }
	proved := func(pattern string, h handler) { p.mux.Handle(pattern, p.serve(h, withProof)) }

	p.mux.HandleFunc("GET "+stylePath, serve.Asset(styleText, "text/css; charset=utf-8"))
	open("GET /{$}", p.enter)
	open("POST /enter", p.entered)
	open("GET /l/{token}", p.link)
	open("GET /", p.nowhere)
	keyed("GET /who", p.who)
	keyed("POST /who", p.prove)
	keyed("GET /not-me", p.notMe)
	keyed("POST /not-me", p.saidNotMe)
	keyed("GET /stop", p.stop)
	keyed("POST /stop", p.stopped)
	keyed("POST /leave", p.leave)
	proved("GET /loan", p.loan)
	proved("GET /working", p.working)
	proved("GET /pay", p.pay)
	proved("GET /paid", p.paid)
	proved("POST /paid", p.saidPaid)
	proved("GET /promise", p.promise)
	proved("POST /promise", p.promised)
	proved("GET /plan", p.plan)
	proved("POST /plan", p.planned)
	proved("GET /later", p.later)
	proved("POST /later", p.askedLater)
	proved("GET /dispute", p.dispute)
	proved("POST /dispute", p.disputed)
	proved("GET /ask", p.ask)
	proved("POST /ask", p.asked)
	proved("GET /choose", p.choose)
	proved("POST /choose", p.chosen)
	proved("GET /record", p.record)
	proved("GET /rules", p.rules)
	proved("GET /rights", p.rights)
	proved("GET /data", p.data)
	return serve.Shut(policy, c.Secure, http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(p.mux, maxBody)))
}

// maxBody is how much a form may hold.
const maxBody = 32 << 10

// policy lets nothing in that does not come from here, and no script at all.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// need says how far somebody must have come before a handler answers. The zero value is the whole way.
type need int

const (
	withProof need = iota // the second step
	withKey               // a link or a code
	anyone
)

// A handler answers one visit. An error becomes a page that says so without details.
type handler func(*visit) error

// A visit is one request with who makes it.
type visit struct {
	*Portal
	w      http.ResponseWriter
	r      *http.Request
	at     time.Time
	lang   string
	cookie string
	guest  *store.Guest // nil before a key has let anybody in
	house  *engine.Portfolio
}

// serve finds out who asks, and sends whoever has not come far enough to where the way goes on.
func (p *Portal) serve(h handler, n need) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Portal: p, w: w, r: r, at: p.Civil()}
		err := v.session()
		v.language()
		switch {
		case err != nil:
		case n != anyone && v.guest == nil:
			v.away("/?over=1")
			return
		case n == withProof && v.guest.ProvedAt.IsZero():
			v.away("/who")
			return
		default:
			err = h(v)
		}
		if err != nil {
			p.Log.Error("portal: a page could not be shown", "route", r.Pattern, "error", err)
			v.failed()
		}
	})
}

// away sends the browser on, by GET.
func (v *visit) away(to string) {
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
}

// form returns a field of a form, without what no text may hold.
func (v *visit) form(name string, most int) string {
	return serve.Field(v.r, name, most)
}

// maxWords is how much a person may write at once, in characters.
const maxWords = 1000
