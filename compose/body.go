package compose

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/wire/sms"
)

// A body is text with variables in braces: {due.total}, {if due.per_day}…{else}…{end}, {each loans}…{end}. A
// brace that is text is doubled. A line break joins: it is nothing in Chinese and one space in English, so that
// a long text can be broken where its author likes.

// maxBody and maxDepth bound what a hostile document can cost.
const (
	maxBody  = 8 << 10
	maxDepth = 8
)

// bodyParser turns a body into ops.
type bodyParser struct {
	fail   func(at place, format string, args ...any)
	lang   Language
	lines  []string
	places []place // of the first character of each line
	ops    []op
	spots  [][]spot // by op: where its text stands in the document
	here   []spot   // of the text being gathered
	text   strings.Builder
	open   []block
}

// block is an {if} or {each} that waits for its {end}.
type block struct {
	word     string // as written, for messages
	at       place
	op       int // the opUnless or opEach
	jump     int // the opJump before the else branch, or -1
	isEach   bool
	variable variable
}

func (p *bodyParser) parse() []op {
	for i, line := range p.lines {
		line = strings.Trim(line, " \t\r")
		if line == "" {
			continue
		}
		if p.lang == English && (p.text.Len() > 0 || len(p.ops) > 0) {
			p.text.WriteByte(' ')
		}
		p.line(line, i)
	}
	p.flush()
	for _, b := range p.open {
		p.fail(b.at, "{%s} is not closed; write {end} where it stops", b.word)
	}
	return p.ops
}

// line reads one line, already trimmed.
func (p *bodyParser) line(line string, n int) {
	indent := len(p.lines[n]) - len(strings.TrimLeft(p.lines[n], " \t"))
	whole := line
	here := func() place {
		done := whole[:len(whole)-len(line)]
		return place{p.places[n].line, p.places[n].column + indent + utf8.RuneCountInString(done)}
	}
	for line != "" {
		i := strings.IndexAny(line, "{}")
		if i < 0 {
			p.write(line, here())
			return
		}
		p.write(line[:i], here())
		line = line[i:]
		if len(line) > 1 && line[1] == line[0] {
			p.text.WriteByte(line[0])
			line = line[2:]
			continue
		}
		end := strings.IndexByte(line, '}')
		if end < 0 {
			p.fail(here(), "{ opens a variable that is not closed on its line; double it to print a brace")
			return
		}
		if end == 0 {
			p.fail(here(), "} closes nothing; double it to print a brace")
		} else {
			p.directive(strings.TrimSpace(line[1:end]), here())
		}
		line = line[end+1:]
	}
}

// add adds an op and where it stands.
func (p *bodyParser) add(o op, at ...spot) {
	p.ops, p.spots = append(p.ops, o), append(p.spots, slices.Clone(at))
}

// write keeps text.
func (p *bodyParser) write(s string, at place) {
	p.here = append(p.here, spot{p.text.Len(), at})
	for _, r := range s {
		if r < ' ' || r == utf8.RuneError {
			p.fail(at, "%q is no character of a message", r)
		} else if p.lang == English {
			if a, _, _ := sms.Measure(string(r)); a != sms.GSM7 {
				p.fail(at, "%q is not in the GSM alphabet and would halve the length of every segment; write it otherwise", r)
			}
		}
		at.column++
	}
	p.text.WriteString(s)
}

func (p *bodyParser) flush() {
	if p.text.Len() > 0 {
		p.add(op{kind: opText, text: p.text.String(), tally: sms.Count(p.text.String())}, p.here...)
		p.text.Reset()
		p.here = p.here[:0]
	}
}

// directive reads what stands between braces.
func (p *bodyParser) directive(s string, at place) {
	p.flush()
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "if":
		p.begin(s, rest, at, false)
	case "each":
		p.begin(s, rest, at, true)
	case "else", "end":
		if rest != "" {
			p.fail(at, "{%s}: write {%s} alone", s, word)
		}
		if len(p.open) == 0 {
			p.fail(at, "{%s} without an {if} or {each} before it", word)
		} else if word == "else" {
			p.otherwise(at)
		} else {
			p.end()
		}
	default:
		if id := p.variable(s, at); id == loanList {
			p.fail(at, "loans is a list; write {each loans}…{end}")
		} else if id != noVariable {
			p.add(op{kind: opValue, variable: id}, spot{0, at})
		}
	}
}

// variable finds a variable by name and checks that it may stand here.
func (p *bodyParser) variable(name string, at place) variable {
	id := lookup(name)
	switch {
	case name == "":
		p.fail(at, "a condition or a variable is missing; write {due.total} or {if due.per_day}")
	case id == noVariable:
		hint := ""
		if near := document.Nearest(name, variableNames[1:]); near != "" {
			hint = "; did you mean {" + near + "}?"
		}
		p.fail(at, "{%s} is no variable%s", name, hint)
	case id.ofLoan() && !p.inEach():
		p.fail(at, "{%s} has a value only inside {each loans}", name)
		return noVariable
	}
	return id
}

func (p *bodyParser) inEach() bool {
	for _, b := range p.open {
		if b.isEach {
			return true
		}
	}
	return false
}

func (p *bodyParser) begin(s, name string, at place, isEach bool) {
	b := block{word: s, at: at, op: len(p.ops), jump: -1, isEach: isEach}
	o := op{kind: opUnless}
	switch {
	case len(p.open) == maxDepth:
		p.fail(at, "{%s} stands inside %d others, which nobody can read", s, maxDepth)
	case isEach && name != loanList.String():
		p.fail(at, "{%s}: only loans can be listed; write {each loans}", s)
	case isEach && p.inEach():
		p.fail(at, "{%s} stands inside another {each loans}", s)
	case !isEach:
		b.variable = p.variable(name, at)
	}
	o.variable = b.variable
	if isEach {
		o = op{kind: opEach, variable: loanList}
	}
	p.add(o)
	p.open = append(p.open, b)
}

func (p *bodyParser) otherwise(at place) {
	b := &p.open[len(p.open)-1]
	if b.isEach || b.jump >= 0 {
		p.fail(at, "{else} belongs to no {if}: {%s} from line %d has none to give", b.word, b.at.line)
		return
	}
	b.jump = len(p.ops)
	p.add(op{kind: opJump})
	p.ops[b.op].to = len(p.ops)
}

func (p *bodyParser) end() {
	b := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	switch {
	case b.isEach:
		p.add(op{kind: opNext, variable: loanList, to: b.op + 1})
	case b.jump >= 0:
		p.ops[b.jump].to = len(p.ops)
	default:
		p.ops[b.op].to = len(p.ops)
	}
}
