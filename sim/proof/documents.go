package proof

import (
	"embed"
	"fmt"
	"sync"
	"time"

	"github.com/dulyhq/duly/arrange"
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

// A library holds the documents that decide: those that ship, and the proof's own.
type library struct {
	shipped, eager engine.Source // strategies
	books, tables  map[string][]engine.Source
	templates      []engine.Source
}

// documents reads all documents, once.
var documents = sync.OnceValues(func() (*library, error) {
	l := &library{books: map[string][]engine.Source{}, tables: map[string][]engine.Source{}}
	var err error
	if l.shipped, _, err = engine.Shipped("strategy", "cn-default"); err != nil {
		return nil, err
	}
	for i := range Lands {
		for _, id := range Lands[i].Rulebooks {
			book, tables, err := engine.Shipped("rulebook", id)
			if err != nil {
				return nil, err
			}
			c := Lands[i].Country
			l.books[c], l.tables[c] = append(l.books[c], book), append(l.tables[c], tables...)
		}
	}
	if l.templates, err = engine.ShippedTemplates(""); err != nil {
		return nil, err
	}
	if l.eager, err = read("eager.yaml"); err != nil {
		return nil, err
	}
	for _, name := range []string{"proof.zh.yaml", "proof.en.yaml"} {
		src, err := read(name)
		if err != nil {
			return nil, err
		}
		l.templates = append(l.templates, src)
	}
	return l, nil
})

func read(name string) (src engine.Source, err error) {
	src.Name = name
	src.Body, err = own.ReadFile("documents/" + name)
	return src, err
}

var compiled struct {
	sync.Mutex
	by map[string]*engine.Portfolio
}

// portfolio returns a portfolio of a land under the strategy that writes whenever it may or, in China, the one that ships.
func (l *library) portfolio(ref, carrier string, land *Land, gentle bool) (*engine.Portfolio, error) {
	compiled.Lock()
	defer compiled.Unlock()
	gentle = gentle && land.Country == "CN"
	key := fmt.Sprint(ref, carrier, land.Country, gentle)
	if p := compiled.by[key]; p != nil {
		q := *p
		return &q, nil
	}
	strategy := l.eager
	if gentle {
		strategy = l.shipped
	}
	p, err := engine.Compile(engine.Spec{
		Ref: ref, Creditor: "bank", Zone: land.Zone, Language: compose.Language(land.Language), Party: "creditor", Strategy: strategy,
		Rulebooks: l.books[land.Country], Tables: l.tables[land.Country], Templates: l.templates, LedgerMaxAge: maxAge, StaleAfter: staleAfter, Carrier: carrier,
		Talk: engine.Talk{Grace: 1, Authority: arrange.Authority{{By: arrange.Duly, From: 0, To: 3650, Instalments: 12, Days: 30}}},
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
func signature(ref string) string { return "Dawn-" + ref }
