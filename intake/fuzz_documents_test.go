package intake

import (
	"strings"
	"testing"
)

// FuzzDocuments reads any text as a mapping and as control totals: it ends, and a mapping that is taken reads a file.
func FuzzDocuments(f *testing.F) {
	for _, s := range []string{"columns: {借据号: loan_id}\ndates: YYYYMMDD\n", "delimiter: tab\nencoding: gb18030\nignore: [x]\n", "loans: {rows: 2, CNY: 10.00}\n", "values: {kind: {a: b}}\n", "numbers: {decimal: ','}\n", "a"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if m, err := ReadMapping("m.yaml", text); err == nil {
			var got heap
			if _, err := Read(strings.NewReader("loan_id,paid_on,amount\nL1,2026-09-01,1.00\n"), "f.csv", Options{Mapping: m, Currency: "CNY"}, &got); err == nil && got.rows > 1 {
				t.Errorf("%q makes %d rows of one", text, got.rows)
			}
		}
		if c, err := ReadControl("c.yaml", text); err == nil {
			_ = c.Check(nil)
		}
	})
}
