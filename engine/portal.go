package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A Page says where a portfolio's borrowers find the page about their loan. The zero value is that there is none: a template
// that needs one is not sent then.
type Page struct {
	Address string        // "https://my.bank.example", without a slash at its end
	Valid   time.Duration // how long a link or a code lets its borrower in; 0 means DefaultPageValid
	Links   bool          // links may stand in texts; else there are codes only
	Unsaid  bool          // texts that can do without do not lead to the page
}

// DefaultPageValid is how long a link or a code opens the page: until the next reminder at the latest it is of use.
const DefaultPageValid = 14 * 24 * time.Hour

// bare is the page's address as people type it.
func bare(address string) string {
	return strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
}

// letIn makes what lets the reader of a text in, and writes it into the values of the text. The store keeps its hash in the
// transaction that commits the fence; what is made for a text that does not leave is worth nothing.
func (p *Portfolio) letIn(v *compose.Vars, b ledger.BorrowerID, need compose.Lets, now time.Time) (lets []store.PortalKey) {
	if p.Page.Address == "" {
		return nil
	}
	ends := now.Add(cmp.Or(p.Page.Valid, DefaultPageValid))
	if need.Link && p.Page.Links {
		k := store.PortalKey{Way: store.PortalLink, Secret: secret(compose.TokenLength), Borrower: b, EndsAt: ends}
		v.Link = PageLink(p.Page.Address, k.Secret)
		lets = append(lets, k)
	}
	if need.Code && (v.Link == "" || !need.Either) {
		k := store.PortalKey{Way: store.PortalCode, Secret: secret(compose.CodeLength), Borrower: b, EndsAt: ends}
		v.Code = strings.ToUpper(k.Secret)
		lets = append(lets, k)
	}
	return lets
}

// PageLink is the link that opens a borrower's page.
func PageLink(address, token string) string { return address + "/l/" + token }

// secret returns so many characters of the alphabet, each as likely as any other.
func secret(n int) string {
	const letters = compose.KeyAlphabet
	out := make([]byte, 0, n)
	var room [64]byte
	for len(out) < n {
		_, _ = rand.Read(room[:]) // it never fails: crypto/rand ends the process first
		for _, b := range room {
			// What lies beyond the last whole turn of the alphabet is left out, else its first letters came more often.
			if int(b) < 256-256%len(letters) && len(out) < n {
				out = append(out, letters[int(b)%len(letters)])
			}
		}
	}
	return string(out)
}

// An Entry is what opens a borrower's page, as it is told once.
type Entry struct {
	Link, Code string // one of them
	EndsAt     time.Time
	Borrower   ledger.BorrowerID // whose page it opens
}

// LetIn makes a code, or a link, for a borrower, without a message.
func (e *Engine) LetIn(ctx context.Context, p *Portfolio, b ledger.BorrowerID, link bool, at time.Time) (Entry, error) {
	var v compose.Vars
	page := *p
	page.Page.Links = true // it goes to no carrier
	lets := page.letIn(&v, b, compose.Lets{Link: link, Code: !link}, at)
	if len(lets) == 0 {
		return Entry{}, errors.New("engine: the portfolio has no borrower's page")
	}
	return Entry{Link: v.Link, Code: v.Code, EndsAt: lets[0].EndsAt, Borrower: b}, e.Store.LetIn(ctx, p.row.ID, lets[0], at)
}
