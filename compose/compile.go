package compose

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// Compile reads a document of templates (docs/formats/template.md); name stands in mistakes as the file. All
// that is wrong is reported at once: the error is document.MistakeErrors and the set is nil.
func Compile(name string, doc []byte) (*Set, error) {
	set, err := Read(name, doc)
	if err != nil {
		return nil, err
	}
	return set, nil
}

// Read is Compile for whoever says all that is wrong at once: beside the mistakes it returns the texts whose bodies can be read, such as one
// that is too long, so that the lint can read their words too. Nothing of such a set is to be sent. Where the document is not even YAML the set is
// nil.
func Read(name string, doc []byte) (*Set, error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return nil, err
	}
	c := compiler{file: name, source: strings.Split(string(doc), "\n")}
	set := &Set{}
	c.document(d.Root, set)
	return set, c.err(d.Err())
}

// compiler holds the source of a document, for the places inside a body, and what is wrong there.
type compiler struct {
	file     string
	source   []string
	mistakes document.MistakeErrors
}

// place is where something stands in the file, both from 1; columns count characters.
type place struct{ line, column int }

func (c *compiler) fail(at place, code fault.Code, args ...any) {
	c.mistakes = append(c.mistakes, document.MistakeError{File: c.file, Line: at.line, Column: at.column, Why: fault.Of(code, args...)})
}

// err joins the mistakes of the document with those inside bodies, in the order of their places.
func (c *compiler) err(outer error) error {
	all := c.mistakes
	var ms document.MistakeErrors
	if errors.As(outer, &ms) {
		all = append(all, ms...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b document.MistakeError) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return all
}

func (c *compiler) document(root document.Value, set *Set) {
	if !root.Keys("language", "channel", "version", "templates") {
		return
	}
	shared := Template{
		Channel:  ledger.Channel(root.Key("channel").OneOf(string(ledger.SMS))),
		Language: Language(root.Key("language").OneOf(string(Chinese), string(English))),
		Version:  root.Key("version").Text(),
	}
	list := root.Key("templates")
	if !list.Given() {
		list.Wrong(fault.TemplatesMissing)
	}
	for _, v := range list.List() {
		t := c.template(v, shared)
		if t == nil || t.Name == "" {
			continue
		}
		if err := set.add(t); err != nil {
			v.WrongBy(err)
		}
	}
}

// template reads one template, or returns nil when its mistakes leave nothing to go on with.
func (c *compiler) template(v document.Value, shared Template) *Template {
	if !v.Keys("name", "purpose", "class", "version", "elements", "max_segments", "carriers", "body") {
		return nil
	}
	t := shared
	t.File, t.Line = c.file, v.Line()
	t.Name = v.Key("name").Text()
	if strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		v.Key("name").Wrong(fault.TemplateName, strconv.Quote(t.Name))
	}
	t.Purpose = v.Key("purpose").Text()
	t.Class = Class(v.Key("class").OneOf(string(Reminder), string(Notice), string(Confirmation), string(Answer)))
	if own := v.Key("version").Optional(); own != "" {
		t.Version = own
	}
	t.MaxSegments = 2
	if m := v.Key("max_segments"); m.Given() {
		t.MaxSegments = m.Int(1, 10)
	}
	t.Carriers = registrations(v.Key("carriers"))
	t.elements = Required(t.Class)
	for _, word := range v.Key("elements").Texts(elementWords()...) {
		if e := Element(word); !slices.Contains(t.elements, e) {
			t.elements = append(t.elements, e)
		}
	}
	body := v.Key("body")
	text := body.Text()
	if text == "" || t.Language == "" || !c.body(&t, body, text) || t.Class == "" || t.MaxSegments == 0 {
		return nil
	}
	judge(&t, body)
	t.Digest = digest(&t, text)
	return &t
}

// registrations reads what carriers have on file.
func registrations(v document.Value) map[string]Registration {
	all := map[string]Registration{}
	for _, carrier := range v.Names() {
		if one := v.Key(carrier); one.Keys("signature", "template") {
			all[carrier] = Registration{one.Key("signature").Text(), one.Key("template").Optional()}
		}
	}
	if v.Given() {
		v.Keys(v.Names()...)
	}
	return all
}

// body compiles a body into the ops of t and says whether it could.
func (c *compiler) body(t *Template, v document.Value, text string) bool {
	if len(text) > maxBody {
		v.Wrong(fault.BodyLong, maxBody)
		return false
	}
	p := bodyParser{fail: c.fail, lang: t.Language, lines: strings.Split(text, "\n")}
	at := v.Line() - 1
	_, inline, _ := strings.Cut(c.source[at], "body:")
	switch inline = strings.TrimSpace(inline); {
	case strings.HasPrefix(inline, ">") || !strings.HasPrefix(inline, "|") && !strings.Contains(c.source[at], p.lines[0]):
		v.Wrong(fault.BodyForm)
		return false
	case strings.HasPrefix(inline, "|"):
		for at++; at < len(c.source)-1 && strings.TrimSpace(c.source[at]) == ""; {
			at++
		}
	}
	for i, line := range p.lines {
		column := 1
		if at+i < len(c.source) {
			before, _, _ := strings.Cut(c.source[at+i], strings.TrimRight(line, "\r"))
			column += len([]rune(before))
		}
		p.places = append(p.places, place{at + i + 1, column})
	}
	before := len(c.mistakes)
	t.ops = p.parse()
	t.spots = p.spots
	return len(c.mistakes) == before
}

// judge checks what a compiled body as a whole must hold and may take.
func judge(t *Template, v document.Value) {
	if t.Class == Confirmation {
		for _, o := range t.ops {
			if o.variable != noVariable && o.variable.speaksOfDebt() {
				v.Wrong(fault.ConfirmsDebt, o.variable)
			}
		}
	}
	w := walk{ops: t.ops, lang: t.Language}
	always := w.always(0, len(t.ops))
	t.beside = beside(t.elements, always)
	for _, e := range lacking(t.elements, always) {
		v.Wrong(fault.ElementMissing, e, carriers(e))
	}
	t.pages = asksFor(t.ops, toPage)
	paged := w
	w.gone = toPage
	if alphabet, units, segments, _ := w.worst(); segments > t.MaxSegments {
		v.Wrong(fault.SegmentsOver, segments, units, alphabet, t.MaxSegments)
		return
	}
	alphabet, units, segments, size := paged.worst()
	if t.longest = size; segments > t.Most(true) {
		v.Wrong(fault.SegmentsPage, segments, units, alphabet)
	}
}

// carriers names the variables that carry an element.
func carriers(e Element) fault.Reason {
	var any fault.Reason
	for _, group := range carriedBy[e] {
		var all fault.Reason
		for _, id := range group {
			all = both(fault.Both, all, fault.Of(fault.Variable, id))
		}
		any = both(fault.Either, any, all)
	}
	return any
}

// both puts two reasons together; the first may be none.
func both(code fault.Code, a, b fault.Reason) fault.Reason {
	if a.Code == "" {
		return b
	}
	return fault.Of(code, a, b)
}

// digest is over everything that a change could alter.
func digest(t *Template, body string) string {
	b, err := json.Marshal([]any{
		t.Name, t.Channel, t.Language, t.Purpose, t.Class, t.Version, t.MaxSegments, t.Carriers, t.elements, body,
	})
	if err != nil {
		panic("compose: texts, numbers and maps of texts always marshal: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
