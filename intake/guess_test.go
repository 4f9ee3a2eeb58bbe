package intake

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestGuess: what lenders' systems call their columns is guessed, and what could be several things is not.
func TestGuess(t *testing.T) {
	for header, want := range map[string]string{
		"loan_id": "loan_id", "Loan No": "loan_id", "借据号": "loan_id", "手机号码": "phone", "Mobile": "phone", "应还金额（元）": "amount", "Due-Date": "due_on", " 姓名 ": "name",
		"余额": "", "remark": "", "": "", "x_branch": "",
	} {
		if got := Guess(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
	for name, to := range called {
		if _, ok := columnNamed(to); !ok || strings.ToLower(name) != name {
			t.Errorf("%q is said to be %q", name, to)
		}
	}
}

// TestHeaders: the names are read in either encoding, whatever divides them.
func TestHeaders(t *testing.T) {
	gb := "\xbd\xe8\xbe\xdd\xba\xc5,\xd0\xd5\xc3\xfb\nL1,x\n" // 借据号,姓名
	for text, want := range map[string]struct {
		names []string
		by    string
	}{
		"a,b\n1,2\n": {[]string{"a", "b"}, "comma"}, "a;b;c,d\n": {[]string{"a", "b", "c,d"}, "semicolon"}, "a\tb": {[]string{"a", "b"}, "tab"},
		"\ufeff借据号|姓名\n": {[]string{"借据号", "姓名"}, "pipe"}, gb: {[]string{"借据号", "姓名"}, "comma"},
	} {
		names, by, err := Headers(strings.NewReader(text), "f.csv", Options{})
		if err != nil || !slices.Equal(names, want.names) || by != want.by {
			t.Errorf("%q: %q %q %v", text, names, by, err)
		}
	}
	for _, text := range []string{"", "a\x00b\n", "PK\x03\x04\x14\x00\x06\n"} {
		var f FileErrors
		if _, _, err := Headers(strings.NewReader(text), "f.csv", Options{}); !errors.As(err, &f) || len(f) == 0 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPlain: a mapping of a form does what a mapping file does, and what is no column is refused.
func TestPlain(t *testing.T) {
	m, err := Plain{Columns: map[string]string{"借据号": "loan_id", "日": "paid_on", "元": "amount"}, Ignore: []string{"注"}, Delimiter: "semicolon", Dates: "YYYYMMDD"}.Mapping()
	if err != nil {
		t.Fatal(err)
	}
	var got heap
	sum, err := Read(strings.NewReader("借据号;日;元;注\nL1;20260901;12.50;x\n"), "f.csv", Options{Mapping: m, Currency: "CNY"}, &got)
	if err != nil || sum.Kind != Payments || sum.Rows != 1 || sum.Sums["CNY"] != 1250 || len(sum.Ignored) != 0 {
		t.Errorf("%+v %v", sum, err)
	}
	for _, p := range []Plain{{Columns: map[string]string{"a": "nothing"}, Delimiter: "comma", Dates: "YYYY-MM-DD"}, {Delimiter: "x", Dates: "YYYY-MM-DD"}, {Delimiter: "comma", Dates: "DD"}} {
		if _, err := p.Mapping(); err == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}

// heap is a sink that counts.
type heap struct{ rows int }

func (h *heap) File(string, Kind) error { return nil }
func (h *heap) Row(*Row) error          { h.rows++; return nil }

// FuzzHeaders reads the first row of any file: it ends, and what it says names no file that it did not read.
func FuzzHeaders(f *testing.F) {
	for _, s := range []string{"a,b\n", "\ufeff姓名;手机\n", "\"a\"\"b\",c", "\x00", "PK\x03\x04", "\xbd\xe8,\xd0\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		names, by, err := Headers(strings.NewReader(string(text)), "f.csv", Options{})
		if err != nil {
			return
		}
		if len(names) == 0 || delimiters[by] == 0 {
			t.Errorf("%q: %q by %q", text, names, by)
		}
		for _, n := range names {
			Guess(n)
		}
	})
}
