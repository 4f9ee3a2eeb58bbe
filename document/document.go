// Package document reads the YAML of rulebooks, strategies and their tests strictly and with places: every
// mistake is named by file, line and column, all of them at once, and says how to mend it. Only plain
// mappings, lists and scalars are read; anchors, aliases, tags and several documents in a file are refused,
// because a limit of the law has to be read where it stands.
package document

import (
	"fmt"
	"slices"
	"strings"
)

// MaxBytes is the longest document that is read.
const MaxBytes = 1 << 20

// A MistakeError is one thing wrong in a document.
type MistakeError struct {
	File   string
	Line   int // from 1
	Column int // from 1
	Reason string
}

// Error returns "file:line:column: reason".
func (m MistakeError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Reason)
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

func (d *Document) fail(line, column int, format string, args ...any) {
	d.mistakes = append(d.mistakes, MistakeError{d.File, line, column, fmt.Sprintf(format, args...)})
}
