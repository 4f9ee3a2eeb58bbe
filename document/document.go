// Package document reads the YAML of rulebooks, strategies and their tests strictly and with places: every
// mistake is named by file, line and column, all of them at once, and says how to mend it. Only plain
// mappings, lists and scalars are read; anchors, aliases, tags and several documents in a file are refused,
// because a limit of the law has to be read where it stands.
package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// MaxBytes is the longest document that is read.
const MaxBytes = 1 << 20

// A MistakeError is one thing wrong in a document.
type MistakeError struct {
	File   string
	Line   int          // from 1; 0: of the whole
	Column int          // from 1; 0: of the line
	Path   string       // of the key that is meant; empty where the place says enough
	Root   bool         // the whole document is meant, which English names
	Why    fault.Reason // what is wrong, without place and path
}

// Mistake returns one that is placed by its line alone; line 0: in the file as a whole.
func Mistake(file string, line int, code fault.Code, args ...any) MistakeError {
	return MistakeError{File: file, Line: line, Why: fault.Of(code, args...)}
}

// MistakeBy places what an error says by its line.
func MistakeBy(file string, line int, err error) MistakeError {
	m := MistakeError{File: file, Line: line, Why: fault.Of(fault.Text, err.Error())}
	var e *fault.Error
	if errors.As(err, &e) {
		m.Why = e.Reason
	}
	return m
}

// Error returns "file:line:column: reason" in English.
func (m MistakeError) Error() string { return m.In("en") }

// In says it in a language: "zh", else English.
func (m MistakeError) In(lang string) string {
	switch {
	case m.File == "":
		return m.Says(lang)
	case m.Line == 0:
		return m.File + ": " + m.Says(lang)
	case m.Column == 0:
		return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Says(lang))
	}
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Says(lang))
}

// Says is what is wrong and at which key, without the place in the file.
func (m MistakeError) Says(lang string) string {
	if m.Root && lang != "zh" {
		return fault.At("the document", m.Why, lang)
	}
	return fault.At(m.Path, m.Why, lang)
}

// Same says whether two mistakes say the same of the same place.
func (m MistakeError) Same(o MistakeError) bool {
	return m.File == o.File && m.Line == o.Line && m.Column == o.Column && m.Says("en") == o.Says("en")
}

// Mistakes takes an error apart into what is wrong where. An error that is no mistake of a document stands as one without a place: in both
// languages where it has words, else as it is.
func Mistakes(err error) []MistakeError {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case nil:
		return nil
	case MistakeErrors:
		return e
	case MistakeError:
		return []MistakeError{e}
	case *fault.Error:
		return []MistakeError{{Why: e.Reason}}
	case interface{ Mistake() MistakeError }:
		return []MistakeError{e.Mistake()}
	case interface{ Unwrap() []error }:
		var out []MistakeError
		for _, one := range e.Unwrap() {
			out = append(out, Mistakes(one)...)
		}
		return out
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return Mistakes(inner)
		}
	}
	return []MistakeError{{Why: fault.Of(fault.Text, err.Error())}}
}

// MistakeErrors are all the mistakes of one document, in the order of their places.
type MistakeErrors []MistakeError

// Error returns one mistake a line.
func (ms MistakeErrors) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// In says one mistake a line, in a language.
func (ms MistakeErrors) In(lang string) string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.In(lang)
	}
	return strings.Join(lines, "\n")
}

// A Document is a parsed file and the mistakes found in it so far.
type Document struct {
	File     string
	Root     Value
	mistakes MistakeErrors
}

// Err returns all the mistakes found so far as MistakeErrors, or nil.
func (d *Document) Err() error {
	if len(d.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(d.mistakes, func(a, b MistakeError) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return d.mistakes
}

// fail notes a mistake of the document as a whole.
func (d *Document) fail(line, column int, code fault.Code, args ...any) {
	d.mistakes = append(d.mistakes, MistakeError{File: d.File, Line: line, Column: column, Why: fault.Of(code, args...)})
}

// failAt notes a mistake at a key.
func (d *Document) failAt(line, column int, path string, code fault.Code, args ...any) {
	d.mistakes = append(d.mistakes, MistakeError{File: d.File, Line: line, Column: column, Path: path, Root: path == "", Why: fault.Of(code, args...)})
}
