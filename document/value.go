package document

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

type kind uint8

const (
	missing kind = iota
	null
	scalar
	list
	mapping
)

type entry struct {
	key          string
	line, column int
	value        Value
}

// A Value is a node of a document with its place. Its methods read it as what the caller expects; a mistake is
// noted in the document and the zero of the type returned. The zero Value is a missing one.
type Value struct {
	doc          *Document
	path         string
	line, column int
	kind         kind
	text         string
	items        []Value
	entries      []entry
}

// Line returns the line on which the value begins.
func (v Value) Line() int { return v.line }

// Path returns where in the document the value stands, such as "rules[3].open".
func (v Value) Path() string { return v.path }

// Given says that the value is there and not empty.
func (v Value) Given() bool { return v.kind > null }

// Wrong notes a mistake at the value: which, and what its words name.
func (v Value) Wrong(code fault.Code, args ...any) {
	v.doc.failAt(v.line, v.column, v.path, code, args...)
}

// WrongBy notes at the value what an error says: in both languages where it has a reason.
func (v Value) WrongBy(err error) {
	var e *fault.Error
	if !errors.As(err, &e) {
		e = &fault.Error{Reason: fault.Of(fault.Text, err.Error())}
	}
	v.doc.mistakes = append(v.doc.mistakes, MistakeError{File: v.doc.File, Line: v.line, Column: v.column, Path: v.path, Root: v.path == "", Why: e.Reason})
}

// Keys checks that the value is a mapping and that it holds no other keys than these.
func (v Value) Keys(known ...string) bool {
	if v.kind != mapping {
		v.Wrong(fault.MustMap, strings.Join(known, ", "))
		return false
	}
	for _, e := range v.entries {
		if slices.Contains(known, e.key) {
			continue
		}
		if near := nearest(e.key, known); near != "" {
			v.doc.failAt(e.line, e.column, v.path, fault.KeyNear, strconv.Quote(e.key), strconv.Quote(near))
			continue
		}
		v.doc.failAt(e.line, e.column, v.path, fault.KeyUnknown, strconv.Quote(e.key), strings.Join(known, ", "))
	}
	return true
}

// Key returns the value of a key. Where it is missing, mistakes are placed at the mapping that lacks it.
func (v Value) Key(key string) Value {
	for _, e := range v.entries {
		if e.key == key {
			return e.value
		}
	}
	path := key
	if v.path != "" {
		path = v.path + "." + key
	}
	return Value{doc: v.doc, path: path, line: v.line, column: v.column}
}

// Names returns the keys of a mapping in the order of the document.
func (v Value) Names() []string {
	names := make([]string, len(v.entries))
	for i, e := range v.entries {
		names[i] = e.key
	}
	return names
}

// List returns the items of a list; a missing value is an empty list.
func (v Value) List() []Value {
	if v.Given() && v.kind != list {
		v.Wrong(fault.MustList)
	}
	return v.items
}

// Text returns a scalar as it is written; a missing or empty one is a mistake.
func (v Value) Text() string { return v.scalar(fault.WriteText) }

// scalar returns a scalar as it is written, or notes that there is none and what to write instead.
func (v Value) scalar(missing fault.Code, args ...any) string {
	switch {
	case v.kind == scalar && strings.TrimSpace(v.text) != "":
		return v.text
	case v.kind == list || v.kind == mapping:
		v.Wrong(fault.MustSingle)
	default:
		v.Wrong(missing, args...)
	}
	return ""
}

// Optional returns a scalar as it is written, or "" where there is none.
func (v Value) Optional() string {
	if !v.Given() {
		return ""
	}
	return v.Text()
}

// OneOf returns a scalar that must be one of these words.
func (v Value) OneOf(words ...string) string {
	s := v.scalar(fault.WriteOneOf, strings.Join(words, ", "))
	if s == "" || slices.Contains(words, s) {
		return s
	}
	if near := nearest(s, words); near != "" {
		v.Wrong(fault.ValueNear, strconv.Quote(s), strconv.Quote(near))
	} else {
		v.Wrong(fault.ValueUnknown, strconv.Quote(s), strings.Join(words, ", "))
	}
	return ""
}

// Texts returns a list of scalars, each of which must be one of these words; no words means that any will do.
func (v Value) Texts(words ...string) []string {
	var out []string
	for _, item := range v.List() {
		s := item.Text()
		if len(words) > 0 && s != "" {
			s = item.OneOf(words...)
		}
		if slices.Contains(out, s) && s != "" {
			item.Wrong(fault.ListedTwice, strconv.Quote(s))
		} else if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Int returns a whole number from low to high; a missing one is a mistake.
func (v Value) Int(low, high int) int {
	s := v.scalar(fault.WriteWhole, strconv.Itoa(low), strconv.Itoa(high))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		v.Wrong(fault.WholeBetween, strconv.Quote(s), strconv.Itoa(low), strconv.Itoa(high))
		return 0
	}
	return n
}

// Bool returns true or false; a missing value is false.
func (v Value) Bool() bool {
	return v.Given() && v.OneOf("true", "false") == "true"
}

// Date returns a civil date; a missing value is the zero Date.
func (v Value) Date() ledger.Date {
	if !v.Given() {
		return 0
	}
	s := v.scalar(fault.WriteDate)
	if s == "" {
		return 0
	}
	d, err := ledger.ParseDate(s)
	if err != nil {
		v.WrongBy(err)
	}
	return d
}

// Time returns an instant with its offset.
func (v Value) Time() time.Time {
	s := v.scalar(fault.WriteTime)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil && s != "" {
		v.Wrong(fault.TimeForm, strconv.Quote(s))
	}
	return t
}

// Hours returns a span of clock times such as 08:00-22:00 in minutes after midnight.
func (v Value) Hours() (open, closing int) {
	s := v.scalar(fault.WriteHours)
	if s == "" {
		return 0, 0
	}
	a, b, _ := strings.Cut(s, "-")
	open, ok := clock(a)
	closing, ok2 := clock(b)
	switch {
	case !ok || !ok2:
		v.Wrong(fault.HoursForm, strconv.Quote(s))
	case open >= closing:
		v.Wrong(fault.HoursOrder, strconv.Quote(s))
	default:
		return open, closing
	}
	return 0, 0
}

func clock(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	h, err := strconv.ParseUint(s[:2], 10, 8)
	m, err2 := strconv.ParseUint(s[3:], 10, 8)
	n := int(h)*60 + int(m)
	return n, err == nil && err2 == nil && m < 60 && n <= 24*60
}

// nearest returns the word that differs from s in at most two letters and less than half of them, or "".
func nearest(s string, words []string) string {
	best, at := "", 3
	for _, w := range words {
		if n := distance(s, w); n < at && n*2 < len(w) {
			best, at = w, n
		}
	}
	return best
}

// distance is the Levenshtein distance of two short words, in bytes; long ones are not compared.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
