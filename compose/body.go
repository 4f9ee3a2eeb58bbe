package compose

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/wire/sms"
	"github.com/dulyhq/duly/words/fault"
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
	fail   func(at place, code fault.Code, args ...any)
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
		p.fail(b.at, fault.BlockOpen, b.word)
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
			p.fail(here(), fault.BraceOpen)
			return
		}
		if end == 0 {
			p.fail(here(), fault.BraceStray)
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
			p.fail(at, fault.CharacterUnfit, strconv.QuoteRune(r))
		} else if p.lang == English {
			if a, _, _ := sms.Measure(string(r)); a != sms.GSM7 {
				p.fail(at, fault.CharacterGSM, strconv.QuoteRune(r))
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
			p.fail(at, fault.WordAlone, s, word)
		}
		if len(p.open) == 0 {
			p.fail(at, fault.WordStray, word)
		} else if word == "else" {
			p.otherwise(at)
		} else {
			p.end()
		}
	default:
		if id := p.variable(s, at); id == loanList {
			p.fail(at, fault.LoansList)
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
		p.fail(at, fault.VariableMissing)
	case id == noVariable:
		if near := document.Nearest(name, variableNames[1:]); near != "" {
			p.fail(at, fault.VariableNear, name, near)
		} else {
			p.fail(at, fault.VariableUnknown, name)
		}
	case id.ofLoan() && !p.inEach():
		p.fail(at, fault.VariableInEach, name)
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
		p.fail(at, fault.BlockDeep, s, maxDepth)
	case isEach && name != loanList.String():
		p.fail(at, fault.EachLoans, s)
	case isEach && p.inEach():
		p.fail(at, fault.EachInside, s)
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
		p.fail(at, fault.ElseStray, b.word, b.at.line)
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
