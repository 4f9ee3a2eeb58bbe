package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/strategies"
	"github.com/dulyhq/duly/templates"
)

// A Source is a document as it was read: its name for messages, and its bytes.
type Source struct {
	Name string
	Body []byte
}

// A Spec is a portfolio before its documents are compiled.
type Spec struct {
	Ref, Creditor string
	Zone          string // the creditor's own, IANA
	Language      compose.Language
	Party         string
	Strategy      Source
	Rulebooks     []Source
	Workdays      []Source // calendars of working days
	Templates     []Source
	Terms         assess.Terms
	Identity      map[compose.Language]Identity
	LedgerMaxAge  time.Duration
	StaleAfter    time.Duration
	Carrier       string
}

// ErrDocument is the class of every mistake in a portfolio's documents; its text has their places.
var ErrDocument = errors.New("engine: a document is wrong")

// Compile reads a portfolio's documents, checks them against each other, and returns it ready for Prepare.
func Compile(s Spec) (*Portfolio, error) {
	p := &Portfolio{
		Ref: s.Ref, Creditor: s.Creditor, Language: s.Language, Party: s.Party, Terms: s.Terms, Identity: s.Identity,
		LedgerMaxAge: s.LedgerMaxAge, StaleAfter: s.StaleAfter, Carrier: s.Carrier,
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "" {
		return nil, fmt.Errorf("%w: portfolio %s: zone %q is not an IANA name such as Asia/Shanghai", ErrDocument, s.Ref, s.Zone)
	}
	p.Zone = zone
	if err := errors.Join(p.strategy(s), p.rulebooks(s), p.texts(s)); err != nil {
		return nil, fmt.Errorf("%w:\n%w", ErrDocument, err)
	}
	for _, f := range p.Strategy.CheckTemplates(func(name string, _ ledger.Channel) bool { return p.Templates.Has(name) }) {
		err = errors.Join(err, fmt.Errorf("%v", f))
	}
	if err != nil {
		return nil, fmt.Errorf("%w:\n%w", ErrDocument, err)
	}
	return p, nil
}

func (p *Portfolio) strategy(s Spec) (err error) {
	p.keep("strategy", s.Strategy)
	p.Strategy, err = decide.ParseStrategy(s.Strategy.Name, s.Strategy.Body)
	return err
}

func (p *Portfolio) rulebooks(s Spec) error {
	var books []law.Rulebook
	for _, src := range s.Rulebooks {
		p.keep("rulebook", src)
		b, err := law.Parse(src.Name, src.Body)
		if err != nil {
			return err
		}
		books = append(books, b)
	}
	var err error
	if p.Lawbook, err = law.Compose(books...); err != nil {
		return err
	}
	for _, src := range s.Workdays {
		p.keep("calendar", src)
		if p.Calendar, err = law.ParseCalendar(src.Name, src.Body); err != nil {
			return err
		}
	}
	return nil
}

func (p *Portfolio) texts(s Spec) error {
	var sets []*compose.Set
	for _, src := range s.Templates {
		p.keep("templates", src)
		set, err := compose.Compile(src.Name, src.Body)
		if err != nil {
			return err
		}
		sets = append(sets, set)
	}
	var err error
	p.Templates, err = compose.Join(sets...)
	return err
}

func (p *Portfolio) keep(kind string, src Source) { p.Documents = append(p.Documents, Keep(kind, src)) }

// Keep returns a document as the store keeps it with what it decides.
func Keep(kind string, src Source) store.Document {
	sum := sha256.Sum256(src.Body)
	return store.Document{Kind: kind, Name: src.Name, Digest: hex.EncodeToString(sum[:]), Body: src.Body}
}

// Shipped returns a strategy or a rulebook that ships in the binary, by its id, with the calendar of working
// days that goes with a rulebook. An id that does not ship is fs.ErrNotExist.
func Shipped(kind, id string) (doc Source, workdays []Source, err error) {
	from, file := fs.FS(strategies.FS), "strategy.yaml"
	if kind == "rulebook" {
		from, file = rulebooks.FS, "rulebook.yaml"
	}
	doc.Name = path.Join(id, file)
	if doc.Body, err = fs.ReadFile(from, doc.Name); err != nil {
		return doc, nil, err
	}
	days := Source{Name: path.Join(id, "workdays.csv")}
	if days.Body, err = fs.ReadFile(from, days.Name); err == nil {
		workdays = append(workdays, days)
	}
	return doc, workdays, nil
}

// ShippedTemplates returns the template documents that ship in the binary.
func ShippedTemplates() ([]Source, error) {
	names, err := fs.Glob(templates.FS, "sms.*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Source
	for _, name := range names {
		body, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			return nil, err
		}
		out = append(out, Source{Name: name, Body: body})
	}
	return out, nil
}
