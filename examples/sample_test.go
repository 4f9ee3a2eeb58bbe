package examples

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/ledger"
)

var update = flag.Bool("update", false, "write the sample anew from the full ledger")

// quota is how many borrowers of each stage on 2026-09-24, the middle of the demo, are in the sample.
var quota = map[string]int{
	"current": 300, "pre-due": 120, "1-3": 90, "4-7": 90, "8-15": 120, "16-30": 120, "31-60": 80, "61-90": 50, "91+": 30,
}

var names = []string{"borrowers", "loans", "instalments", "payments"}

// A table is a CSV file: its header and its rows by column name.
type table struct {
	header []string
	rows   []map[string]string
}

type book map[string]table

func readBook(t *testing.T, files fs.FS) book {
	t.Helper()
	b := book{}
	for _, name := range names {
		f, err := files.Open(name + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		one := table{header: records[0]}
		for _, r := range records[1:] {
			row := map[string]string{}
			for i, v := range r {
				row[records[0][i]] = v
			}
			one.rows = append(one.rows, row)
		}
		b[name] = one
	}
	return b
}

// cents reads an amount of two decimals.
func cents(t *testing.T, s string) int64 {
	t.Helper()
	m, err := ledger.ParseMoney(s, "CNY")
	if err != nil {
		t.Fatal(err)
	}
	return m.Minor
}

func date(t *testing.T, s string) ledger.Date {
	t.Helper()
	d, err := ledger.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A lapse is how late a loan is on a day: days past due (negative before it), and how many due dates of its
// history were not met in time.
type lapse struct {
	days  int
	owes  bool
	slips int
}

// lapses works out every loan's lateness on a day: money meets instalments in the order of their due dates.
func (b book) lapses(t *testing.T, on ledger.Date) map[string]lapse {
	type event struct {
		on    ledger.Date
		minor int64
	}
	due, paid := map[string][]event{}, map[string][]event{}
	for _, r := range b["instalments"].rows {
		due[r["loan_id"]] = append(due[r["loan_id"]], event{date(t, r["due_on"]), cents(t, r["amount"])})
	}
	for _, r := range b["payments"].rows {
		if d := date(t, r["paid_on"]); d <= on {
			paid[r["loan_id"]] = append(paid[r["loan_id"]], event{d, cents(t, r["amount"])})
		}
	}
	byDay := func(x, y event) int { return cmp.Compare(x.on, y.on) }
	out := map[string]lapse{}
	for _, loan := range b["loans"].rows {
		id := loan["loan_id"]
		slices.SortFunc(due[id], byDay)
		slices.SortFunc(paid[id], byDay)
		var l lapse
		need := int64(0)
		for _, in := range due[id] {
			need += in.minor
			have, inTime := int64(0), int64(0)
			for _, p := range paid[id] {
				have += p.minor
				if p.on <= in.on {
					inTime += p.minor
				}
			}
			if in.on < on && inTime < need {
				l.slips++
			}
			if have < need && !l.owes {
				l.owes, l.days = true, int(on-in.on)
			}
		}
		out[id] = l
	}
	return out
}

func (l lapse) stage() string {
	switch n := l.days; {
	case !l.owes || n < -3:
		return "current"
	case n <= 0:
		return "pre-due"
	case n <= 3:
		return "1-3"
	case n <= 7:
		return "4-7"
	case n <= 15:
		return "8-15"
	case n <= 30:
		return "16-30"
	case n <= 60:
		return "31-60"
	case n <= 90:
		return "61-90"
	}
	return "91+"
}

// choose takes the borrowers in the order of the SHA-256 of their ids until each stage's quota is met. Every
// borrower of this ledger has one loan.
func (b book) choose(t *testing.T) book {
	late := b.lapses(t, date(t, "2026-09-24"))
	loanOf := map[string]string{}
	var ids []string
	for _, r := range b["loans"].rows {
		loanOf[r["borrower_id"]] = r["loan_id"]
		ids = append(ids, r["borrower_id"])
	}
	slices.SortFunc(ids, func(x, y string) int {
		a, b := sha256.Sum256([]byte(x)), sha256.Sum256([]byte(y))
		return bytes.Compare(a[:], b[:])
	})
	left, in := maps.Clone(quota), map[string]bool{}
	for _, id := range ids {
		if s := late[loanOf[id]].stage(); left[s] > 0 {
			left[s]--
			in[id], in[loanOf[id]] = true, true
		}
	}
	out := book{}
	for name, all := range b {
		one := table{header: all.header}
		key := "loan_id"
		if name == "borrowers" {
			key = "borrower_id"
		}
		for _, r := range all.rows {
			if in[r[key]] {
				one.rows = append(one.rows, r)
			}
		}
		out[name] = one
	}
	return out
}

func (x table) bytes() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := slices.Clone(x.header)
	_ = w.Write(line)
	for _, r := range x.rows {
		for i, name := range x.header {
			line[i] = r[name]
		}
		_ = w.Write(line)
	}
	w.Flush()
	return b.Bytes()
}

// control states the totals of the files, as a core system would.
func (b book) control(t *testing.T) []byte {
	var out strings.Builder
	out.WriteString("# What the four files hold: duly import *.csv --control control.yaml ties to it.\n")
	for _, name := range names {
		fmt.Fprintf(&out, "%s:\n  rows: %d\n", name, len(b[name].rows))
		column := map[string]string{"loans": "principal", "instalments": "amount", "payments": "amount"}[name]
		if column == "" {
			continue
		}
		sum := int64(0)
		for _, r := range b[name].rows {
			sum += cents(t, r[column])
		}
		fmt.Fprintf(&out, "  sums: {CNY: %q}\n", ledger.Money{Minor: sum, Currency: "CNY"}.Decimal())
	}
	return []byte(out.String())
}

// TestSampleIsMadeOfTheFullLedger makes the sample again from the full ledger, which must give the same bytes.
func TestSampleIsMadeOfTheFullLedger(t *testing.T) {
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	dir := filepath.Join(shared, "data", "card-ledger")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("the full ledger is not here (DULY_SHARED says where): %v", err)
	}
	chosen := readBook(t, os.DirFS(dir)).choose(t)
	want := map[string][]byte{"control.yaml": chosen.control(t)}
	for _, name := range names {
		want[name+".csv"] = chosen[name].bytes()
	}
	for name, body := range want {
		path := filepath.Join("card-ledger", name)
		if *update {
			if err := os.WriteFile(path, body, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if have, err := fs.ReadFile(CardLedger, "card-ledger/"+name); err != nil || !bytes.Equal(have, body) {
			t.Errorf("%s is not what the rule gives (%v); go test ./examples -update writes it", path, err)
		}
	}
}

// TestSampleHasEveryStage: on every day of the demo's two weeks each stage has somebody, first slips and
// repeated ones, and the files are small.
func TestSampleHasEveryStage(t *testing.T) {
	files, err := fs.Sub(CardLedger, "card-ledger")
	if err != nil {
		t.Fatal(err)
	}
	b := readBook(t, files)
	if n := len(b["borrowers"].rows); n != 1000 {
		t.Errorf("%d borrowers", n)
	}
	for day := date(t, "2026-09-17"); day <= date(t, "2026-10-01"); day++ {
		stages, first, repeated := map[string]int{}, 0, 0
		for _, l := range b.lapses(t, day) {
			stages[l.stage()]++
			if l.owes && l.days > 0 && l.slips == 1 {
				first++
			} else if l.owes && l.days > 0 {
				repeated++
			}
		}
		t.Log(day, stages, "first slips", first, "repeated", repeated)
		for s := range quota {
			if stages[s] == 0 {
				t.Errorf("%s: nobody is at %s", day, s)
			}
		}
		if first == 0 || repeated == 0 {
			t.Errorf("%s: %d first slips, %d repeated", day, first, repeated)
		}
	}
	size := 0
	for _, name := range names {
		body, _ := fs.ReadFile(files, name+".csv")
		size += len(body)
	}
	if size > 2_000_000 {
		t.Errorf("the sample is %d bytes", size)
	}
}
