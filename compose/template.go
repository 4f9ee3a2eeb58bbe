package compose

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A Class says what a message is in law and practice, and so which elements it must hold.
type Class string

// The classes.
const (
	Reminder     Class = "reminder"     // asks for a payment; barred by every hold
	Notice       Class = "notice"       // a statutory message with an approval of its own
	Confirmation Class = "confirmation" // answers what a person asked for; names no debt and no borrower
	Answer       Class = "answer"       // answers the borrower's own words about the debt, and only from the address that wrote them
)

// A Template is one compiled text in one language. It is made by Compile and never changes.
type Template struct {
	Name        string
	Channel     ledger.Channel
	Language    Language
	Purpose     string // one sentence: at which stage it is sent and what for
	Class       Class
	Version     string
	MaxSegments int // how many segments the text may take at the worst values; Compile has checked it
	// Carriers holds what each carrier has on file for the template; empty means that nothing is registered.
	Carriers map[string]Registration
	Digest   string // SHA-256 over all of the above and the body, hex
	File     string // the document in which it stands
	Line     int    // and where it begins

	elements []Element
	beside   variables // those that carry an element and can be read only beside the right neighbours; see Write
	ops      []op
	spots    [][]spot // by op: where its text or variable stands in the document
	pages    bool     // it asks in an {if} for what leads to the borrower's page
	longest  int      // bytes that the text takes at the longest values, so that few texts need more room
}

// A Registration is a template as a carrier has it on file.
type Registration struct {
	Signature string // the registered signature, without brackets
	ID        string // the carrier's number of the template; "" means that it is not registered yet
}

// Elements returns what the text must hold: those of its class and those that its document adds.
func (t *Template) Elements() []Element { return slices.Clone(t.elements) }

// Most is how many segments a text may take: one more than MaxSegments where it leads to the borrower's page and can do without.
func (t *Template) Most(page bool) int {
	if page && t.pages {
		return t.MaxSegments + 1
	}
	return t.MaxSegments
}

// toPage are the variables that lead to the borrower's page.
const toPage variables = 1<<portalLink | 1<<portalCode | 1<<portalAddress

// asksFor says whether a body asks for one of the variables in an {if}.
func asksFor(ops []op, any variables) bool {
	return slices.ContainsFunc(ops, func(o op) bool { return o.kind == opUnless && any&(1<<o.variable) != 0 })
}

// What lets a reader in, in letters and digits that are not taken for one another and make up no words. A token is a
// capability of more than 128 bits, a code is short enough to be typed and is worth nothing without the second step.
const (
	KeyAlphabet = "23456789bcdfghjkmnpqrstvwxyz"
	TokenLength = 27
	CodeLength  = 8
	// MaxPortalAddress is how long the page's address may be, so that a link fits where templates keep room for it.
	MaxPortalAddress = len("https://") + longestHost
	longestHost      = 20
)

// Uses says whether the body writes a variable, by the name that bodies use.
func (t *Template) Uses(name string) bool {
	id := lookup(name)
	return slices.ContainsFunc(t.ops, func(o op) bool { return o.kind == opValue && o.variable == id })
}

// A Set is templates that are chosen by name and language. The zero value is empty and has none.
type Set struct {
	byName map[string]map[Language]*Template
	names  []string
}

// Pick returns the template of that name in the language, else in the fallback language, else nil.
func (s *Set) Pick(name string, lang, fallback Language) *Template {
	if t := s.byName[name][lang]; t != nil {
		return t
	}
	return s.byName[name][fallback]
}

// Has says that a template of that name exists in some language.
func (s *Set) Has(name string) bool { return len(s.byName[name]) > 0 }

// Names returns the names of all templates in the order in which they were first met.
func (s *Set) Names() []string { return slices.Clone(s.names) }

// All returns every template, by name in the order of Names and then by language.
func (s *Set) All() []*Template {
	var all []*Template
	for _, name := range s.names {
		langs := make([]Language, 0, len(s.byName[name]))
		for lang := range s.byName[name] {
			langs = append(langs, lang)
		}
		slices.Sort(langs)
		for _, lang := range langs {
			all = append(all, s.byName[name][lang])
		}
	}
	return all
}

func (s *Set) add(t *Template) error {
	if s.byName == nil {
		s.byName = map[string]map[Language]*Template{}
	}
	langs := s.byName[t.Name]
	if langs == nil {
		langs = map[Language]*Template{}
		s.byName[t.Name] = langs
		s.names = append(s.names, t.Name)
	}
	if langs[t.Language] != nil {
		return fault.Wrong(fault.TemplateTwice, t.Name, t.Language)
	}
	langs[t.Language] = t
	return nil
}

// Join puts several sets into one. A template that two sets give is an error.
func Join(sets ...*Set) (*Set, error) {
	var joined Set
	var errs []error
	for _, s := range sets {
		for _, t := range s.All() {
			if err := joined.add(t); err != nil {
				errs = append(errs, fmt.Errorf("compose: %w", err))
			}
		}
	}
	return &joined, errors.Join(errs...)
}
