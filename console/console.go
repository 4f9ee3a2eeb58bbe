// Package console is the lender's console: what goes out today and what is held, borrowers, and what waits for a person. It is
// rendered on the server and works without script. Each file is one page or action and named after it.
//
// To add a page: write its handler in a file of its own, its template in pages/NAME.html (a "body" that the frame holds), and one
// line in routes.go with the permission that it needs. The route is then refused to whoever lacks that permission in every
// portfolio; which portfolios a handler may show is asked of visit.houses, and whether it may do something in one of visit.may: a
// handler that touches a borrower's or a portfolio's things begins with one of the two. What a handler does it does through store
// and engine, under visit.who, and what a person has done is in the audit (store.Record, or the function that does it). Words are written
// where they are said, in both languages: visit.say here, $.T in a template; those for ids come from package words. A form is a
// POST, answers by visit.away with ?done=CODE (see told in page.go), and never puts a name, a number or a text in an address. A page that
// shows personal data in clear records it first. house_test.go holds the tests' bank; browser_test.go looks at every page.
package console

import (
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// A Config is what the console needs.
type Config struct {
	Desk     *engine.Desk
	Gate     *signin.Gate
	Civil    func() time.Time // of what is judged and shown
	Secure   bool             // it is reached by https, so that cookies are sent over nothing else
	Proxied  bool             // a proxy of the lender's own stands before it and says in X-Forwarded-For who asks
	Language string           // "zh" or "en", for whom nothing else says it
	Name     Text             // the lender's
	SSOName  Text             // what the lender calls its own sign-in; empty: something that fits every lender
	// Cost says what a part costs with a carrier, in millionths of a minor unit, and of which currency; nil: nobody has said.
	Cost func(carrier string) (micro int64, c ledger.Currency)
	// Simulate lets a strategy be tried on a copy of the book; nil: it cannot be here.
	Simulate Simulator
	// Currency is that of a portfolio's files that state none; nil: they have to state it.
	Currency func(portfolio string) ledger.Currency
	Log      *slog.Logger // nil says nothing; no name, number or text is ever said to it
}

// A Text is what people read, by language.
type Text struct{ ZH, EN string }

// In returns the text in a language, else in the one that there is.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" || t.ZH == "" {
		return t.EN
	}
	return t.ZH
}

// Path is where the console lies on its host.
const Path = "/console/"

// A Console serves the pages.
type Console struct {
	Config
	mux  *http.ServeMux
	sums sums
	runs sync.Map // the imports that this process runs, by their ref
}

// New returns the console's handler, for everything below Path.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	x := &Console{Config: c, mux: http.NewServeMux()}
	x.mux.HandleFunc("GET "+stylePath, serve.Asset(styleText, "text/css; charset=utf-8"))
	x.mux.HandleFunc("GET "+scriptPath, serve.Asset(scriptText, "text/javascript; charset=utf-8"))
	x.mux.HandleFunc("GET "+passkeyPath, serve.Asset(passkeyText, "text/javascript; charset=utf-8"))
	for _, r := range x.routes() {
		x.mux.Handle(r.pattern, x.serve(r))
	}
	return serve.Shut(policy, c.Secure, http.NewCrossOriginProtection().Handler(x.bounded()))
}

// bounded bounds what forms hold. Files are bounded by the handler that takes them, once it knows who sends.
func (c *Console) bounded() http.Handler {
	small := http.MaxBytesHandler(c.mux, maxBody)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && (r.URL.Path == ImportPath || r.URL.Path == StatementPath) {
			c.mux.ServeHTTP(w, r)
			return
		}
		small.ServeHTTP(w, r)
	})
}

// maxBody is how much a form may hold.
const maxBody = 64 << 10

// policy lets nothing in that does not come from here; the two scripts are files of ours, for keys and for
// passkeys, and nothing else needs them.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// A stage is how far somebody must have come before a handler answers. The zero value is the whole way.
type stage int

const (
	inside   stage = iota // both factors
	doorstep              // a password
	open                  // nothing
)

// A handler answers one visit. An error becomes a page that says so without details.
type handler func(*visit) error

// A route is one page or action. What it needs is asked before its handler is.
type route struct {
	pattern string
	need    access.Permission
	h       handler
	stage   stage
}

// A visit is one request with who makes it.
type visit struct {
	*Console
	w      http.ResponseWriter
	r      *http.Request
	at     time.Time // civil
	lang   string
	cookie string
	user   *store.StaffSession // nil before a password
}

// What a handler answers for what somebody may not, or what is not there.
var (
	errDenied  = errors.New("console: they may not")
	errNowhere = errors.New("console: there is no such thing")
)

// serve finds out who asks, sends whoever has not come far enough to where the way goes on, and refuses what they may not.
func (c *Console) serve(t route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Console: c, w: w, r: r, at: c.Civil()}
		err := v.session()
		v.language()
		if err == nil {
			err = v.through(t)
		}
		switch {
		case err == nil:
		case errors.Is(err, errDenied):
			err = v.denied()
		case errors.Is(err, errImportGone):
			err = v.importGone()
		case errors.Is(err, errNowhere), errors.Is(err, store.ErrNotFound):
			err = v.nowhere()
		}
		if err != nil {
			c.Log.Error("console: a page could not be shown", "route", r.Pattern, "error", err)
			v.failed()
		}
	})
}

func (v *visit) through(t route) error {
	switch {
	case t.stage == open:
	case v.user == nil:
		v.away("sign-in?over=1")
		return nil
	case t.stage == inside && (!v.user.Inside || v.user.Given):
		v.away(v.next())
		return nil
	case t.stage == inside && !v.user.Grants.Anywhere(t.need):
		return errDenied
	}
	return t.h(v)
}

// next is where the way goes on for somebody who has given a password.
func (v *visit) next() string {
	switch {
	case v.user.Given:
		return "password"
	case !v.user.HasFactor():
		return "factor"
	}
	return "second"
}

// may says whether the visitor may do something in a portfolio.
func (v *visit) may(p access.Permission, portfolio *engine.Portfolio) bool {
	return portfolio != nil && v.user != nil && v.user.Inside && v.user.Grants.May(p, portfolio.Ref)
}

// houses are the portfolios in which the visitor may do something.
func (v *visit) houses(p access.Permission) (out []*engine.Portfolio) {
	for _, h := range v.Desk.Portfolios() {
		if v.may(p, h) {
			out = append(out, h)
		}
	}
	return out
}

// who is how the audit writes the visitor.
func (v *visit) who() string { return v.user.Ref() }

// away sends the browser on to a page of the console, by GET.
func (v *visit) away(to string) {
	v.w.Header().Set("Location", Path+to)
	v.w.WriteHeader(http.StatusSeeOther)
}

// form returns a field of a form, without what no text may hold, and no longer than so many characters.
func (v *visit) form(name string, most int) string {
	return serve.Field(v.r, name, most)
}

// say picks the wording of the visit's language.
func (v *visit) say(zh, en string) string {
	if v.lang == "en" {
		return en
	}
	return zh
}
