package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const maxDepth = 16

// Parse reads one YAML document. The error is MistakeErrors.
func Parse(file string, text []byte) (*Document, error) {
	d := &Document{File: file}
	switch {
	case len(text) > MaxBytes:
		d.fail(1, 1, "the document is longer than %d bytes", MaxBytes)
	case !utf8.Valid(text):
		d.fail(1, 1, "the document is not UTF-8; save it as UTF-8")
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
		d.fail(line, column, "this is not YAML: %s", reason)
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
		d.fail(1, 1, "the document is empty")
	case 1:
		d.Root = d.value(bodies[0], "", 0)
	default:
		line, column := place(bodies[1])
		d.fail(line, column, "a second document begins here; keep one document in a file")
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
		d.fail(line, column, "nested more than %d deep", maxDepth)
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
		d.fail(line, column, "%s: write plain text, a number, a list or a mapping; anchors, aliases and tags are not read", named(path))
	}
	return v
}

func (d *Document) addEntry(v *Value, e *ast.MappingValueNode, depth int) {
	line, column := place(e.Key)
	key, ok := e.Key.(*ast.StringNode)
	if !ok {
		d.fail(line, column, "%s: a key has to be a plain word", named(v.path))
		return
	}
	path := key.Value
	if v.path != "" {
		path = v.path + "." + key.Value
	}
	v.entries = append(v.entries, entry{key: key.Value, line: line, column: column, value: d.value(e.Value, path, depth+1)})
}

func named(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}
