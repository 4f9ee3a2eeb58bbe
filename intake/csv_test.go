package intake

import (
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What encoding/csv writes, however it is cut into reads, comes out as it went in, line numbers included.
func TestRecordsAgreeWithEncodingCSV(t *testing.T) {
	value := rapid.StringOfN(rapid.SampledFrom([]rune("ab,;|\"\n 王𠮷丄")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.SliceOfN(value, 2, 4), 1, 6).Draw(t, "rows")
		delimiter := rapid.SampledFrom([]rune(",;\t|")).Draw(t, "delimiter")
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.Comma = delimiter
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		var lines []int
		for _, row := range want {
			lines = append(lines, strings.Count(text.String(), "\n")+1)
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
			w.Flush()
		}
		size := rapid.IntRange(1, 9).Draw(t, "size")
		f := &file{name: "f", opts: &Options{}}
		f.in = newRecords(&chunks{data: []byte(text.String()), size: size}, f.opts)
		f.in.delimiter = byte(delimiter)
		for i, row := range want {
			if err := f.in.next(&f.current); err != nil {
				t.Fatal(err)
			}
			if !f.split() || f.current.line != lines[i] || len(f.fields) != len(row) {
				t.Fatalf("row %d of line %d: %+v from line %d: %q", i, lines[i], f.fields, f.current.line, text.String())
			}
			for j, v := range row {
				if got := strings.ReplaceAll(f.fields[j].text, "\r\n", "\n"); got != v {
					t.Fatalf("%q, want %q in %q", got, v, text.String())
				}
			}
		}
		if err := f.in.next(&f.current); err != io.EOF { //nolint:errorlint // records returns it bare
			t.Fatal(err)
		}
	})
}

// A stray quote costs its own line and no other.
func TestStrayQuoteCostsOneLine(t *testing.T) {
	for _, stray := range []string{"C2,\"2026-09-11,1", "C2,2026-09-11\",1", "C2,\"2026-09-11\"1,1"} {
		text := "loan_id,paid_on,amount\nC1,2026-09-11,1\n" + stray + "\nC3,2026-09-11,1\nC4,2026-09-11,\"1\"\n"
		_, rows, bad, err := readString(t, text, "")
		if err != nil || len(rows) != 3 || len(bad) != 1 || !strings.HasPrefix(bad[0], "f.csv:3:") {
			t.Errorf("%q: %v %v %d rows", stray, err, bad, len(rows))
		}
	}
}

// A row's fields are the row's alone: a sink may keep them.
func TestRowsAreKept(t *testing.T) {
	_, rows, _, err := readString(t, "borrower_id,name,phone\nB1,王,\nB2,李,\n", "")
	if err != nil || rows[0].Borrower.ID != "B1" || rows[1].Borrower.ID != "B2" || rows[0].Borrower.Name != "王" {
		t.Error(rows, err)
	}
}
