package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
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

// Fail notes a mistake at the value.
func (v Value) Fail(format string, args ...any) {
	v.doc.fail(v.line, v.column, "%s: %s", named(v.path), fmt.Sprintf(format, args...))
}

// Keys checks that the value is a mapping and that it holds no other keys than these.
func (v Value) Keys(known ...string) bool {
	if v.kind != mapping {
		v.Fail("must be a mapping with the keys %s", strings.Join(known, ", "))
		return false
	}
	for _, e := range v.entries {
		if slices.Contains(known, e.key) {
			continue
		}
		hint := "known keys are " + strings.Join(known, ", ")
		if near := nearest(e.key, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		v.doc.fail(e.line, e.column, "%s: unknown key %q; %s", named(v.path), e.key, hint)
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
		v.Fail("must be a list; write [a, b] or one \"- item\" a line")
	}
	return v.items
}

// Text returns a scalar as it is written; a missing or empty one is a mistake.
func (v Value) Text() string { return v.scalar("a text") }

// scalar returns a scalar as it is written, or notes that there is none and what to write instead.
func (v Value) scalar(write string) string {
	switch {
	case v.kind == scalar && strings.TrimSpace(v.text) != "":
		return v.text
	case v.kind == list || v.kind == mapping:
		v.Fail("must be a single value; write %s", write)
	default:
		v.Fail("is missing; write %s", write)
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
	s := v.scalar("one of " + strings.Join(words, ", "))
	if s == "" || slices.Contains(words, s) {
		return s
	}
	hint := "use one of " + strings.Join(words, ", ")
	if near := nearest(s, words); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	v.Fail("%q is not known; %s", s, hint)
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
			item.Fail("%q is listed twice; remove one", s)
		} else if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Int returns a whole number from low to high; a missing one is a mistake.
func (v Value) Int(low, high int) int {
	s := v.scalar(fmt.Sprintf("a whole number from %d to %d", low, high))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		v.Fail("%q is not a whole number from %d to %d", s, low, high)
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
	s := v.scalar("a date such as 2026-09-24")
	if s == "" {
		return 0
	}
	d, err := ledger.ParseDate(s)
	if err != nil {
		v.Fail("%v", err)
	}
	return d
}

// Time returns an instant with its offset.
func (v Value) Time() time.Time {
	s := v.scalar("a time such as 2026-09-24T10:00:00+08:00")
	t, err := time.Parse(time.RFC3339, s)
	if err != nil && s != "" {
		v.Fail("%q is not a time of the form 2006-01-02T15:04:05+08:00", s)
	}
	return t
}

// Hours returns a span of clock times such as 08:00-22:00 in minutes after midnight.
func (v Value) Hours() (open, closing int) {
	s := v.scalar("a span of hours such as 08:00-22:00")
	if s == "" {
		return 0, 0
	}
	a, b, _ := strings.Cut(s, "-")
	open, ok := clock(a)
	closing, ok2 := clock(b)
	switch {
	case !ok || !ok2:
		v.Fail("%q is not a span of hours; write it as 08:00-22:00", s)
	case open >= closing:
		v.Fail("%q ends before it begins; a span lies within one day", s)
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
