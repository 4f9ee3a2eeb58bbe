package document

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/dulyhq/duly/words/fault"
)

const maxDepth = 16

// Parse reads one YAML document. The error is MistakeErrors.
func Parse(file string, text []byte) (*Document, error) {
	d := &Document{File: file}
	switch {
	case len(text) > MaxBytes:
		d.fail(1, 1, fault.DocumentLong, strconv.Itoa(MaxBytes))
	case !utf8.Valid(text):
		d.fail(1, 1, fault.DocumentNotUTF8)
	default:
		d.parse(text)
	}
	return d, d.Err()
}

func (d *Document) parse(text []byte) {
	f, err := parseYAML(text)
	if err != nil {
		line, column := 1, 1
		reason := err.Error()
		var placed yaml.Error
		if errors.As(err, &placed) {
			reason = placed.GetMessage()
			if t := placed.GetToken(); t != nil && t.Position != nil {
				line, column = t.Position.Line, t.Position.Column
			}
		}
		d.mistakes = append(d.mistakes, MistakeError{File: d.File, Line: line, Column: column, Why: notYAML(reason)})
		return
	}
	var bodies []ast.Node
	for _, doc := range f.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		d.fail(1, 1, fault.DocumentEmpty)
	case 1:
		d.Root = d.value(bodies[0], "", 0)
	default:
		line, column := place(bodies[1])
		d.fail(line, column, fault.DocumentSecond)
	}
}

// parseYAML turns a panic of the parser into an error: a document comes from a person's editor, and no text
// in it may stop the program.
func parseYAML(text []byte) (f *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser cannot make sense of it")
		}
	}()
	return parser.ParseBytes(text, 0)
}

func place(n ast.Node) (line, column int) {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 1, 1
}

func (d *Document) value(n ast.Node, path string, depth int) Value {
	line, column := place(n)
	v := Value{doc: d, path: path, line: line, column: column}
	if depth > maxDepth {
		d.fail(line, column, fault.DocumentDeep, strconv.Itoa(maxDepth))
		return v
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		v.kind = mapping
		if len(n.Values) > 0 {
			v.line, v.column = place(n.Values[0].Key)
		}
		for _, e := range n.Values {
			d.addEntry(&v, e, depth)
		}
	case *ast.SequenceNode:
		v.kind = list
		for i, e := range n.Values {
			v.items = append(v.items, d.value(e, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
	case *ast.NullNode:
		v.kind = null
	case *ast.LiteralNode:
		v.kind, v.text = scalar, strings.TrimSpace(n.Value.Value)
	case *ast.StringNode:
		v.kind, v.text = scalar, n.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		v.kind, v.text = scalar, n.GetToken().Value
	default:
		d.failAt(line, column, path, fault.DocumentForm)
	}
	return v
}

func (d *Document) addEntry(v *Value, e *ast.MappingValueNode, depth int) {
	line, column := place(e.Key)
	key, ok := e.Key.(*ast.StringNode)
	if !ok {
		d.failAt(line, column, v.path, fault.KeyForm)
		return
	}
	path := key.Value
	if v.path != "" {
		path = v.path + "." + key.Value
	}
	v.entries = append(v.entries, entry{key: key.Value, line: line, column: column, value: d.value(e.Value, path, depth+1)})
}
