package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// pageWidth is how many columns a line of the demo or a report takes at most.
const pageWidth = 100

// told says one line of what was done.
func (a *app) told(lang tongue, en, zh string, args ...any) error {
	_, err := fmt.Fprintf(a.out, lang.say(en, zh)+"\n", args...)
	return err
}

// A page is text for people; its writer keeps the first error.
type page struct {
	w    io.Writer
	lang tongue
	zone *time.Location
}

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(p.w, format+"\n", args...) //nolint:errcheck // the writer is buffered and keeps its error for Flush
}

func (p *page) head(en, zh string) { p.line("\n%s", p.lang.say(en, zh)) }

func (p *page) time(t time.Time) string { return t.In(p.zone).Format("2006-01-02 15:04") }

// grid writes cells in columns.
func (p *page) grid(rows [][]string) {
	for _, line := range aligned(rows) {
		p.line("%s", line)
	}
}

// aligned puts cells in columns, the first from the left; Chinese characters are two columns wide.
func aligned(rows [][]string) (lines []string) {
	wide := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i, c := range cells {
			wide[i] = max(wide[i], runewidth.StringWidth(c))
		}
	}
	for _, cells := range rows {
		var b strings.Builder
		for i, c := range cells {
			pad := strings.Repeat(" ", wide[i]-runewidth.StringWidth(c))
			if i == 0 {
				b.WriteString(c + pad)
			} else {
				b.WriteString("  " + pad + c)
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// padded fills s up to a width in columns, from the right when the width is negative.
func padded(s string, wide int) string {
	fill := strings.Repeat(" ", max(0, max(wide, -wide)-runewidth.StringWidth(s)))
	if wide < 0 {
		return s + fill
	}
	return fill + s
}

// wrapped writes lines, those that are too wide broken; what follows is indented a little more than the line.
func (p *page) wrapped(text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for _, piece := range broken(line, pageWidth) {
			p.line("%s", piece)
		}
	}
}

// broken breaks a line into pieces of at most wide columns; what follows is indented a little more than the line.
func broken(line string, wide int) (pieces []string) {
	indent := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))+2)
	for runewidth.StringWidth(line) > wide {
		at := breakAt(line, wide)
		pieces = append(pieces, strings.TrimRight(line[:at], " "))
		line = indent + strings.TrimLeft(line[at:], " ")
	}
	return append(pieces, strings.TrimRight(line, " "))
}

// breakAt returns where to break a line of at most wide columns: after the last space, or between Chinese
// characters.
func breakAt(line string, wide int) int {
	best, columns, text := 0, 0, false
	for i, r := range line {
		columns += runewidth.RuneWidth(r)
		if columns > wide {
			if best == 0 {
				return i
			}
			return best
		}
		text = text || r != ' '
		if text && (r == ' ' || runewidth.RuneWidth(r) == 2 && !strings.ContainsRune("，。；：、”）", nextRune(line[i:]))) {
			best = i + len(string(r))
		}
	}
	return len(line)
}

// nextRune returns the second character of s.
func nextRune(s string) rune {
	for i, r := range s {
		if i > 0 {
			return r
		}
	}
	return 0
}
