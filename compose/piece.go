package compose

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// A Piece is the part of a document that holds one template, so that it can be changed without the others.
type Piece struct {
	Name     string
	Language Language
	Text     string // its lines as they stand, the last one's end included
	from, to int    // lines, [from, to)
}

// Before is how many lines of the document stand before the piece.
func (p *Piece) Before() int { return p.from }

// Of names a template in its language, such as "week_one.zh".
func Of(name string, lang Language) string { return name + "." + string(lang) }

var (
	itemLine = regexp.MustCompile(`^( *)- `)
	keyLine  = regexp.MustCompile(`^[a-z_]+:`)
)

// Pieces takes a document of templates apart: as many pieces as it has templates, in their order. The document has to be written in
// blocks, one "- name: …" after the other, as those that ship are; another gives ErrNotInBlocks.
func Pieces(name string, doc []byte) ([]Piece, error) {
	set, err := Compile(name, doc)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(string(doc), "\n")
	out := blocks(lines)
	all := set.All()
	if len(out) != len(all) {
		return nil, notInBlocks(name, 1)
	}
	head := fmt.Sprintf("language: %s\nchannel: %s\nversion: %q\ntemplates:\n", all[0].Language, all[0].Channel, all[0].Version)
	for i := range out {
		p := &out[i]
		p.Text = strings.Join(lines[p.from:p.to], "")
		alone, err := Compile(name, []byte(head+p.Text))
		if err != nil || len(alone.All()) != 1 {
			return nil, notInBlocks(name, p.from+1)
		}
		t := alone.All()[0]
		p.Name, p.Language = t.Name, t.Language
		if whole := set.Pick(t.Name, t.Language, ""); whole == nil || whole.Digest != t.Digest {
			return nil, notInBlocks(name, p.from+1)
		}
	}
	return out, nil
}

func notInBlocks(file string, line int) error {
	return document.MistakeErrors{{File: file, Line: line, Column: 1, Why: fault.Of(fault.NotInBlocks)}}
}

// blocks finds where the items of "templates:" stand. Blank lines and comments between two items belong to neither.
func blocks(lines []string) (out []Piece) {
	inside, indent, end := false, -1, 0
	closes := func() {
		if len(out) > 0 && out[len(out)-1].to == 0 {
			out[len(out)-1].to = end
		}
	}
	for i, line := range lines {
		bare := strings.TrimSpace(line)
		if keyLine.MatchString(line) {
			closes()
			inside = strings.HasPrefix(line, "templates:")
			continue
		}
		if !inside || bare == "" {
			continue
		}
		at := len(line) - len(strings.TrimLeft(line, " "))
		if m := itemLine.FindStringSubmatch(line); m != nil && (indent < 0 || at == indent) {
			closes()
			indent = at
			out = append(out, Piece{from: i})
		}
		if at > indent || len(out) > 0 && out[len(out)-1].from == i {
			end = i + 1
		}
	}
	closes()
	return out
}

// Splice returns the document with other text in the place of some of its templates, by Of; a text whose template is not in it stands
// behind the others where its language is the document's.
func Splice(name string, doc []byte, texts map[string]string) ([]byte, error) {
	pieces, err := Pieces(name, doc)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(string(doc), "\n")
	var b strings.Builder
	at := 0
	for _, p := range pieces {
		b.WriteString(strings.Join(lines[at:p.from], ""))
		text, other := texts[Of(p.Name, p.Language)]
		if !other {
			text = p.Text
		}
		b.WriteString(ended(text))
		at = p.to
	}
	b.WriteString(strings.Join(lines[at:], ""))
	return []byte(b.String()), nil
}

func ended(text string) string { return strings.TrimRight(text, "\n") + "\n" }

var bodyLine = regexp.MustCompile(`^( +)body:`)

// Body returns the body of a piece as it stands in the document, without the indentation.
func (p *Piece) Body() string {
	lines := strings.Split(strings.TrimRight(p.Text, "\n"), "\n")
	from, to, _ := bodyOf(lines)
	if from < 0 {
		return ""
	}
	first := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines[from]), "body:"))
	if !strings.HasPrefix(first, "|") && !strings.HasPrefix(first, ">") {
		return strings.Trim(first, `"'`)
	}
	var out []string
	for _, line := range lines[from+1 : to] {
		out = append(out, strings.TrimLeft(line, " "))
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// bodyOf finds the lines of the body, [from, to), and how far its key is indented.
func bodyOf(lines []string) (from, to, indent int) {
	from = -1
	for i, line := range lines {
		m := bodyLine.FindStringSubmatch(line)
		switch {
		case from < 0 && m != nil:
			from, to, indent = i, len(lines), len(m[1])
		case from >= 0 && i > from && strings.TrimSpace(line) != "" && len(line)-len(strings.TrimLeft(line, " ")) <= indent:
			return from, i, indent
		}
	}
	return from, to, indent
}

// WithBody returns the piece's text with another body. A line break in a body is for the reader and leaves nothing in the text.
func (p *Piece) WithBody(body string) string {
	lines := strings.Split(strings.TrimRight(p.Text, "\n"), "\n")
	from, to, indent := bodyOf(lines)
	if from < 0 {
		return p.Text
	}
	pad := strings.Repeat(" ", indent)
	out := append([]string{}, lines[:from]...)
	out = append(out, pad+"body: |")
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r", ""), "\n") {
		if line = strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")); line != "" {
			out = append(out, pad+"  "+line)
		}
	}
	out = append(out, lines[to:]...)
	return strings.Join(out, "\n") + "\n"
}
