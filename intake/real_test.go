package intake

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/dulyhq/duly/ledger"
)

// counting is a sink that keeps nothing.
type counting struct{ rows int }

func (c *counting) File(string, Kind) error { return nil }
func (c *counting) Row(*Row) error          { c.rows++; return nil }

func realDir(tb testing.TB) string {
	tb.Helper()
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "card-ledger")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("the full card ledger must be there in CI: %v (set DULY_SHARED)", err)
		}
		tb.Skipf("no full card ledger (set DULY_SHARED): %v", err)
	}
	return dir
}

func readReal(tb testing.TB, dir, name string, o Options, sink Sink) Summary {
	tb.Helper()
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it is only read
	o.Currency = "CNY"
	sum, err := Read(f, name, o, sink)
	if err != nil {
		tb.Fatal(err)
	}
	return sum
}

func TestRealLedgerReadsWhole(t *testing.T) {
	dir := realDir(t)
	control, err := ReadControl("control.yaml", []byte(`
borrowers: {rows: 29998}
loans: {rows: 29998, sums: {CNY: "5024389680.00"}}
instalments: {rows: 157951, sums: {CNY: "834327859.00"}}
payments: {rows: 120266, sums: {CNY: "793063294.00"}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var sums []Summary
	for _, name := range []string{"borrowers.csv", "loans.csv", "instalments.csv", "payments.csv"} {
		var last, size int64
		o := Options{
			Bad:      func(b BadRow) error { t.Error(b); return nil },
			Progress: func(read, total int64) { last, size = read, total },
		}
		if st, err := os.Stat(filepath.Join(dir, name)); err == nil {
			o.Size = st.Size()
		}
		sum := readReal(t, dir, name, o, &counting{})
		if last != o.Size || size != o.Size || string(sum.Kind)+".csv" != name {
			t.Errorf("%s: progress ended at %d of %d; %+v", name, last, size, sum)
		}
		sums = append(sums, sum)
	}
	if err := control.Check(sums); err != nil {
		t.Error(err)
	}
	if b := sums[0]; b.Phones != (Phones{Mobile: 29998}) || b.NoPlace != 0 || b.Encoding != UTF8 {
		t.Errorf("%+v", b)
	}
}

func BenchmarkRead(b *testing.B) {
	dir := realDir(b)
	for _, name := range []string{"borrowers.csv", "loans.csv", "instalments.csv", "payments.csv"} {
		b.Run(name, func(b *testing.B) {
			var c counting
			b.ReportAllocs()
			for b.Loop() {
				readReal(b, dir, name, Options{}, &c)
			}
			b.ReportMetric(float64(c.rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// Memory does not grow with the file.
func TestMemoryIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := &endless{head: "loan_id,paid_on,amount\n", row: "C000001,2026-09-11,1.00\n", left: 500_000}
	var peak uint64
	o := Options{Currency: "CNY", Progress: func(read, _ int64) {
		if read>>18%64 == 0 {
			runtime.ReadMemStats(&after)
			peak = max(peak, after.HeapSys)
		}
	}}
	sum, err := Read(r, "endless", o, &counting{})
	if err != nil || sum.Rows != 500_000 || sum.Sums["CNY"] != 50_000_000 {
		t.Fatal(sum, err)
	}
	if peak > before.HeapSys+32<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before.HeapSys, peak)
	}
}

type endless struct {
	head, row string
	left      int
	rest      string
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if e.rest == "" {
			switch {
			case e.head != "":
				e.rest, e.head = e.head, ""
			case e.left > 0:
				e.rest = e.row
				e.left--
			default:
				if n == 0 {
					return 0, io.EOF
				}
				return n, nil
			}
		}
		c := copy(p[n:], e.rest)
		e.rest = e.rest[c:]
		n += c
	}
	return n, nil
}

// FuzzRead holds that no file makes the reader panic, that every row it accepts is valid, and that good and
// bad rows are counted as they are reported.
func FuzzRead(f *testing.F) {
	for _, b := range badFiles {
		if len(b.text) < 10_000 {
			f.Add([]byte(b.text), byte(0))
		}
	}
	f.Add([]byte("客户号|姓名|手机\n1|\"王\"\"\"|17405000001\n"), byte(1))
	f.Add([]byte("loan_id;paid_on;amount\nC1;11.09.2026;-1.234,5\n"), byte(2))
	var mappings []*Mapping
	for _, text := range []string{bankMapping, "delimiter: semicolon\nnumbers: {decimal: comma, group: point}\ndates: DD.MM.YYYY", "delimiter: pipe\nencoding: gb18030"} {
		m, err := ReadMapping("map.yaml", []byte(text))
		if err != nil {
			f.Fatal(err)
		}
		mappings = append(mappings, m)
	}
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		o := Options{Currency: "CNY"}
		if which > 0 {
			o.Mapping = mappings[int(which)%len(mappings)]
		}
		var bad, raws int
		o.Bad = func(b BadRow) error {
			bad++
			if b.Raw != nil {
				raws++
			}
			if b.Line < 1 || b.Column < 1 || b.Why.Code == "" || b.Reason("zh") == b.Reason("en") {
				t.Errorf("%+v", b)
			}
			return nil
		}
		s := &checking{t: t}
		sum, err := Read(&chunks{data: data, size: int(which)%7 + 1}, "fuzz", o, s)
		if err != nil {
			return
		}
		per := 1
		if sum.Kind == Overdue {
			per = 3
		}
		if s.rows != sum.Rows*per || bad != sum.Faults || sum.Bad > sum.Faults || raws > sum.Bad {
			t.Errorf("%+v: %d rows, %d faults, %d raws", sum, s.rows, bad, raws)
		}
	})
}

type checking struct {
	t    *testing.T
	rows int
	last int
}

func (c *checking) File(string, Kind) error { return nil }

func (c *checking) Row(r *Row) error {
	c.rows++
	if r.Line < c.last {
		c.t.Errorf("line %d after %d", r.Line, c.last)
	}
	c.last = r.Line
	var faults []ledger.Fault
	switch r.Kind {
	case Borrowers:
		faults = r.Borrower.Faults()
	case Loans:
		faults = r.Loan.Faults()
	case Instalments:
		faults = r.Instalment.Faults()
	case Payments:
		faults = r.Payment.Faults()
	case States:
		faults = r.State.Faults()
	case Consents:
		faults = r.Consent.Faults()
	case Contacts:
		faults = r.Contact.Faults()
	case Numbers:
		faults = r.Number.Faults()
	case Duties:
		faults = r.Duty.Faults()
	case Overdue:
		c.t.Error("a row of kind overdue")
	}
	if len(faults) > 0 {
		c.t.Errorf("accepted with %v", faults)
	}
	return nil
}

// chunks reads data a few bytes at a time.
type chunks struct {
	data []byte
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.data[:min(c.size, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}
