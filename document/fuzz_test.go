package document_test

import (
	"testing"

	"github.com/dulyhq/duly/document"
)

// FuzzParse reads any text as a document: it ends, and what it holds can be asked for.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: 1\n", "a: [1, {b: c}]\n", "? x\n", "&a a: *a\n", "a: !!binary x\n", "a: 1\na: 2\n", "\x00", "a: |\n  b\n", "- - - x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := document.Parse("f.yaml", text)
		if err != nil {
			return
		}
		for _, name := range d.Root.Names() {
			v := d.Root.Key(name)
			v.List()
			v.Text()
			v.Names()
		}
		_ = d.Err()
	})
}
