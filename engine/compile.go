package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/strategies"
	"github.com/dulyhq/duly/templates"
	"github.com/dulyhq/duly/words/fault"
)

// A Source is a document as it was read: its name for messages, and its bytes.
type Source struct {
	Name string
	Body []byte
}

// A Spec is a portfolio before its documents are compiled.
type Spec struct {
	Ref, Creditor  string
	Zone           string // the creditor's own, IANA
	Language       compose.Language
	Party          string
	Strategy       Source
	Rulebooks      []Source
	Tables         []Source // ID/workdays.csv and ID/rates.csv, which rules name by that ID or by the names in them
	Templates      []Source
	Terms          assess.Terms
	Identity       map[compose.Language]Identity
	LedgerMaxAge   time.Duration
	StaleAfter     time.Duration
	Spread         time.Duration // over how long the messages of a day are spread
	Carrier        string
	Approvals      []Approval
	Talk           Talk
	Provider       string // who the carrier is to the law; empty means not known
	RegisteredOnly bool   // only texts that the carrier has registered leave
	Page           Page
	// Uses says by which activation what people have put in force decides, by kind and name; empty where it is all the files' own.
	Uses map[string]int64

	// On is the day on which templates are read: a rule that ends before has no say in them, one that begins later warns.
	// Zero means that every rule counts, whatever its days.
	On ledger.Date
}

// ErrDocument is the class of every mistake in a portfolio's documents; its text has their places.
var ErrDocument = errors.New("engine: a document is wrong")

// A documentError is ErrDocument with what is wrong, a line each, which has words in both languages.
type documentError struct{ err error }

func wrongDocument(err error) error {
	if errors.Is(err, ErrDocument) {
		return err
	}
	return &documentError{err}
}

func (e *documentError) Error() string { return ErrDocument.Error() + ":\n" + e.err.Error() }

// In says it in a language.
func (e *documentError) In(lang string) string {
	if lang != "zh" {
		return e.Error()
	}
	return fault.Of(fault.DocumentWrong).In(lang) + "\n" + fault.Say(e.err, lang)
}

// Is says that it is of the class.
func (e *documentError) Is(target error) bool { return target == ErrDocument }

// Unwrap returns what is wrong.
func (e *documentError) Unwrap() error { return e.err }

// Compile reads a portfolio's documents, checks them against each other, and returns it ready for Prepare.
func Compile(s Spec) (*Portfolio, error) {
	p, err := compile(s)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// compile is Compile for whoever also tells what the lint would have better: with an error the portfolio has that and nothing else, or is nil.
func compile(s Spec) (*Portfolio, error) {
	p, err := parse(s)
	if err != nil {
		return p, err
	}
	err = p.classes()
	for _, f := range p.Strategy.CheckTemplates(func(name string, _ ledger.Channel) bool { return p.Templates.Has(name) }) {
		err = errors.Join(err, f)
	}
	if err := errors.Join(err, p.read()); err != nil {
		return p, wrongDocument(err)
	}
	p.spec, p.by = s, s
	if p.files, err = s.files(); err != nil {
		return p, wrongDocument(err)
	}
	return p, nil
}

// parse reads a portfolio's documents one by one.
func parse(s Spec) (*Portfolio, error) {
	p := &Portfolio{
		Ref: s.Ref, Creditor: s.Creditor, Language: s.Language, Party: s.Party, Terms: s.Terms, Identity: s.Identity,
		LedgerMaxAge: s.LedgerMaxAge, StaleAfter: s.StaleAfter, Spread: s.Spread, Carrier: s.Carrier, Provider: s.Provider, RegisteredOnly: s.RegisteredOnly,
		Approvals: s.Approvals, Talk: s.Talk, Page: s.Page, on: s.On,
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "" {
		return nil, wrongDocument(fault.Wrong(fault.PortfolioZone, s.Ref, strconv.Quote(s.Zone)))
	}
	p.Zone = zone
	lawful := p.rulebooks(s)
	if err := errors.Join(p.strategy(s), lawful, p.templates(s)); err != nil {
		if lawful == nil && p.Templates != nil {
			err = errors.Join(err, p.read()) // what is wrong with the words of a text is said at once, whatever else is wrong with it
		}
		return p, wrongDocument(err)
	}
	return p, p.keepSettings(s)
}

// classes says which notices of the strategy have a text that is none, and which treatments one that is.
func (p *Portfolio) classes() (err error) {
	for i := range p.Strategy.Notices.Treatments {
		n := &p.Strategy.Notices.Treatments[i]
		for _, t := range p.Templates.All() {
			if t.Name == n.Template && t.Class != compose.Notice {
				err = errors.Join(err, document.Mistake(p.Strategy.File, n.Line, fault.NoticeClass, n.Name, strconv.Quote(n.Template), t.Class))
			}
		}
	}
	for _, t := range p.Strategy.Treatments() {
		if text := p.Templates.Pick(t.Template, p.Language, ""); text != nil && text.Class == compose.Notice {
			err = errors.Join(err, document.Mistake(p.Strategy.File, t.Line, fault.TreatmentClass, t.Name, strconv.Quote(t.Template)))
		}
	}
	return err
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
	shelf, err := p.shelf(s.Tables)
	if err != nil {
		return err
	}
	if p.Lawbook, err = shelf.Compose(books...); err != nil {
		return err
	}
	p.Terms.Ceiling = p.ceiling
	if err := p.order(); err != nil {
		return err
	}
	fixed := fmt.Sprintf("%d %d %v", p.Terms.GraceDays, p.Terms.DayCount, p.Terms.Order)
	for _, d := range p.Documents {
		if d.Kind == "rates" {
			fixed += " " + d.Digest
		}
	}
	p.Terms.Version = func(on ledger.Date) string {
		sum := sha256.Sum256(fmt.Append([]byte(fixed), p.Lawbook.Rates(on)))
		return hex.EncodeToString(sum[:8])
	}
	return nil
}

// TermsOf returns how a portfolio's contracts treat lateness, within what its rulebooks let be asked for.
func TermsOf(s Spec) (assess.Terms, error) {
	p := &Portfolio{Ref: s.Ref, Terms: s.Terms}
	if err := p.rulebooks(s); err != nil {
		return assess.Terms{}, wrongDocument(err)
	}
	return p.Terms, nil
}

// ceiling is the most penalty interest a year that the portfolio's rulebooks let be asked for on a loan.
func (p *Portfolio) ceiling(l *ledger.Loan, on ledger.Date) (ledger.Rate, bool) {
	most := ledger.Rate(math.MaxInt64)
	for _, limited := range [...]string{law.OverdueRate, law.AllInRate, law.PenaltyMultiplier} {
		c := p.Lawbook.Ceiling(limited, l.Product, l.OpenedOn, on)
		rate := c.Rate
		switch {
		case c.Rule == nil:
			continue
		case !c.Known:
			return 0, false
		case limited == law.PenaltyMultiplier:
			times, err := ledger.MulDiv(int64(l.AnnualRate), int64(c.Rate), 1_000_000)
			if err != nil {
				return 0, false
			}
			rate = ledger.Rate(times)
		}
		most = min(most, rate)
	}
	return most, true
}

var parts = map[string]assess.Component{
	law.Costs: assess.Fees, law.Penalty: assess.Penalty, law.Interest: assess.Interest, law.Principal: assess.Principal,
}

// order takes the order in which money meets what is owed from the law where the lender's terms do not say, and refuses
// one of the lender's that a binding rule contradicts. Penalty interest is in neither's way: ADR 0004.
func (p *Portfolio) order() error {
	lawful := func(r *law.Rule) []assess.Component {
		var out []assess.Component
		for _, part := range r.Order {
			out = append(out, parts[part])
		}
		return out
	}
	bare := func(order []assess.Component) []assess.Component {
		return slices.DeleteFunc(slices.Clone(order), func(c assess.Component) bool { return c == assess.Penalty })
	}
	rules := p.Lawbook.Allocations()
	for i := range rules {
		switch r := &rules[i]; {
		case len(p.Terms.Order) == 0:
			p.Terms.Order = lawful(r)
		case !slices.Equal(bare(p.Terms.Order), bare(lawful(r))):
			return fault.Wrong(fault.TermsOrder, p.Ref, r.ID, r.File, r.Line, strings.Join(r.Order, ", "))
		}
	}
	return nil
}

// shelf reads the tables that go with rulebooks. The first calendar is the one that the strategy prefers by.
func (p *Portfolio) shelf(tables []Source) (law.Shelf, error) {
	shelf := law.Shelf{Calendars: map[string]law.Calendar{}, Series: map[string]law.Series{}}
	for _, src := range tables {
		id := path.Base(path.Dir(filepath.ToSlash(src.Name)))
		switch path.Base(filepath.ToSlash(src.Name)) {
		case workdays:
			c, err := law.ParseCalendar(src.Name, src.Body)
			if err != nil {
				return shelf, err
			}
			if len(shelf.Calendars) == 0 {
				p.Calendar = c
			}
			shelf.Calendars[id] = c
			p.keep("calendar", src)
		case rates:
			series, err := law.ParseSeries(src.Name, src.Body)
			if err != nil {
				return shelf, err
			}
			maps.Copy(shelf.Series, series)
			p.keep("rates", src)
		default:
			return shelf, document.Mistake(src.Name, 0, fault.TableName, workdays, rates)
		}
	}
	return shelf, nil
}

// The tables that may stand beside a rulebook.
const (
	workdays = "workdays.csv"
	rates    = "rates.csv"
)

func (p *Portfolio) templates(s Spec) error {
	var sets []*compose.Set
	var wrong error
	for _, src := range s.Templates {
		p.keep("templates", src)
		set, err := compose.Read(src.Name, src.Body)
		wrong = errors.Join(wrong, err)
		if set != nil {
			sets = append(sets, set)
		}
	}
	var err error
	p.Templates, err = compose.Join(sets...)
	return errors.Join(wrong, err)
}

func (p *Portfolio) keep(kind string, src Source) { p.Documents = append(p.Documents, Keep(kind, src)) }

// Keep returns a document as the store keeps it with what it decides.
func Keep(kind string, src Source) store.Document {
	sum := sha256.Sum256(src.Body)
	return store.Document{Kind: kind, Name: src.Name, Digest: hex.EncodeToString(sum[:]), Body: src.Body}
}

// Shipped returns a strategy or a rulebook that ships in the binary, by its id, with the calendar and the dated
// rates that go with a rulebook. An id that does not ship is fs.ErrNotExist.
func Shipped(kind, id string) (doc Source, tables []Source, err error) {
	from, file := fs.FS(strategies.FS), "strategy.yaml"
	if kind == "rulebook" {
		from, file = rulebooks.FS, "rulebook.yaml"
	}
	doc.Name = path.Join(id, file)
	if doc.Body, err = fs.ReadFile(from, doc.Name); err != nil {
		return doc, nil, err
	}
	tables, err = Beside(from, doc.Name)
	return doc, tables, err
}

// Beside returns the tables that stand beside a rulebook.
func Beside(files fs.FS, rulebook string) ([]Source, error) {
	var tables []Source
	for _, name := range []string{workdays, rates} {
		t := Source{Name: path.Join(path.Dir(rulebook), name)}
		var err error
		switch t.Body, err = fs.ReadFile(files, t.Name); {
		case err == nil:
			tables = append(tables, t)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return tables, nil
}

// ShippedShelf returns all the rulebooks that ship, with their tables.
func ShippedShelf() (law.Shelf, error) {
	names, err := fs.Glob(rulebooks.FS, "*/rulebook.yaml")
	if err != nil {
		return law.Shelf{}, err
	}
	var all []Source
	var books []law.Rulebook
	for _, name := range names {
		doc, tables, err := Shipped("rulebook", path.Dir(name))
		if err != nil {
			return law.Shelf{}, err
		}
		book, err := law.Parse(doc.Name, doc.Body)
		if err != nil {
			return law.Shelf{}, err
		}
		books, all = append(books, book), append(all, tables...)
	}
	shelf, err := (&Portfolio{}).shelf(all)
	shelf.Books = books
	return shelf, err
}

// ForAgenciesUS are the shipped texts for those who collect for others in the United States.
const ForAgenciesUS = "us-agency"

// TextsFor returns which of the shipped texts a portfolio uses that brings none of its own; empty are those for everybody.
func TextsFor(party string, rulebooks []string) string {
	us := func(id string) bool { return id == "us" || strings.HasPrefix(id, "us-") }
	if party == "agency" && slices.ContainsFunc(rulebooks, us) {
		return ForAgenciesUS
	}
	return ""
}

// ShippedTemplates returns template documents that ship in the binary: those for everybody, or those of a set. A set that does
// not ship is fs.ErrNotExist.
func ShippedTemplates(set string) ([]Source, error) {
	names, err := fs.Glob(templates.FS, path.Join(set, "sms.*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fs.ErrNotExist
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
