package proof

import (
	"embed"
	"fmt"
	"sync"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
)

//go:embed documents/*.yaml
var own embed.FS

// maxAge is how old the payments feed of a portfolio of the proof may be; staleAfter how late a message may leave.
const (
	maxAge     = 48 * time.Hour
	staleAfter = engine.DefaultStaleAfter
)

// A library holds the documents that decide: those that ship, and two of the proof's own.
type library struct {
	shipped, eager engine.Source // strategies
	books, tables  []engine.Source
	templates      []engine.Source
}

// documents reads all documents, once.
var documents = sync.OnceValues(func() (*library, error) {
	l := &library{}
	var err error
	if l.shipped, _, err = engine.Shipped("strategy", "cn-default"); err != nil {
		return nil, err
	}
	book, tables, err := engine.Shipped("rulebook", "cn")
	if err != nil {
		return nil, err
	}
	l.books, l.tables = []engine.Source{book}, tables
	if l.templates, err = engine.ShippedTemplates(); err != nil {
		return nil, err
	}
	for name, to := range map[string]*engine.Source{"eager.yaml": &l.eager, "proof.zh.yaml": nil} {
		src := engine.Source{Name: name}
		if src.Body, err = own.ReadFile("documents/" + name); err != nil {
			return nil, err
		}
		if to == nil {
			l.templates = append(l.templates, src)
		} else {
			*to = src
		}
	}
	return l, nil
})

var compiled struct {
	sync.Mutex
	by map[string]*engine.Portfolio
}

// portfolio returns a portfolio under the strategy that ships, or the one that writes whenever it may.
func (l *library) portfolio(ref, carrier string, gentle bool) (*engine.Portfolio, error) {
	compiled.Lock()
	defer compiled.Unlock()
	key := fmt.Sprint(ref, carrier, gentle)
	if p := compiled.by[key]; p != nil {
		q := *p
		return &q, nil
	}
	strategy := l.eager
	if gentle {
		strategy = l.shipped
	}
	p, err := engine.Compile(engine.Spec{
		Ref: ref, Creditor: "bank", Zone: "Asia/Shanghai", Language: compose.Chinese, Party: "creditor", Strategy: strategy,
		Rulebooks: l.books, Tables: l.tables, Templates: l.templates, LedgerMaxAge: maxAge, StaleAfter: staleAfter, Carrier: carrier,
		Identity: map[compose.Language]engine.Identity{
			compose.Chinese: {Creditor: "晨光银行", Signature: signature(ref), Phone: "4008000000", Verify: "晨光银行App", Officer: "林经理", StopWord: "R"},
			compose.English: {Creditor: "Dawn Bank", Signature: signature(ref), Phone: "4008000000", Verify: "the Dawn Bank app", Officer: "Ms Lin", StopWord: "STOP"},
		},
	})
	if err != nil {
		return nil, err
	}
	if compiled.by == nil {
		compiled.by = map[string]*engine.Portfolio{}
	}
	compiled.by[key] = p
	q := *p
	return &q, nil
}

// signature is how a text says which portfolio it is of.
func signature(ref string) string { return "晨光" + ref }
