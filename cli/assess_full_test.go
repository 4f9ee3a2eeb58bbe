package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/cli"
)

// fullLedger returns the files of the full ledger, or skips the test and says so; in CI they must be there.
func fullLedger(t *testing.T) map[string]string {
	t.Helper()
	if testing.Short() {
		t.Skip("the full ledger takes too long for a short run")
	}
	dir := os.Getenv("DULY_SHARED")
	if dir == "" {
		dir = "../../shared"
	}
	files := map[string]string{}
	for _, name := range []string{"borrowers", "loans", "instalments", "payments"} {
		path, err := filepath.Abs(filepath.Join(dir, "data", "card-ledger", name+".csv"))
		if err == nil {
			_, err = os.Stat(path)
		}
		if err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("the full ledger is not here (DULY_SHARED says where): %v", err)
		}
		files[name] = path
	}
	return files
}

func run(t *testing.T, args ...string) (string, string) {
	t.Helper()
	var out, errw bytes.Buffer
	if status := cli.Main(context.Background(), args, strings.NewReader(""), &out, &errw); status != 0 {
		t.Fatalf("duly %v: exit status %d: %s", args, status, errw.String())
	}
	return out.String(), errw.String()
}

// TestAssessFullLedger imports the real ledger and holds every line of duly assess against a recomputation
// that shares nothing with the code: sums of strings, instalments met in the order of their due dates.
func TestAssessFullLedger(t *testing.T) {
	files := fullLedger(t)
	dir := filepath.Join(t.TempDir(), "bank")
	run(t, "init", dir)
	config := filepath.Join(dir, "duly.yaml")
	run(t, "--config", config, "import", files["payments"], files["instalments"], files["loans"], files["borrowers"],
		"--now", "2026-10-08T09:00:00+08:00")
	again, _ := run(t, "--config", config, "import", files["borrowers"], files["loans"], files["instalments"], files["payments"],
		"--now", "2026-10-08T10:00:00+08:00", "--json")
	if !strings.Contains(again, `"payments":{"stated":120266,"added":0,"changed":0,"same":120266,"bad":0}`) {
		t.Errorf("a second import says %s", again)
	}
	const day = "2026-10-08"
	out, _ := run(t, "--config", config, "assess", "--on", day, "--json")
	want := plainLateness(t, files, day)
	order := column(t, files["loans"], "loan_id")
	sc, n := bufio.NewScanner(strings.NewReader(out)), 0
	for sc.Scan() {
		var line struct {
			Loan string
			DPD  int
			Due  struct{ Principal string }
		}
		if err := json.Unmarshal(sc.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if n >= len(order) || line.Loan != order[n] {
			t.Fatalf("line %d is about loan %s", n+1, line.Loan)
		}
		if w := want[line.Loan]; line.DPD != w.dpd || line.Due.Principal != w.overdue {
			t.Errorf("loan %s: %d days and %s; recomputed %d and %s", line.Loan, line.DPD, line.Due.Principal, w.dpd, w.overdue)
		}
		n++
	}
	if n != 29_998 {
		t.Errorf("%d lines", n)
	}
}

type lateness struct {
	dpd     int
	overdue string
}

// plainLateness recomputes days past due and overdue principal. The files are in the order of due dates.
func plainLateness(t *testing.T, files map[string]string, day string) map[string]lateness {
	t.Helper()
	paid := map[string]*big.Rat{}
	for _, r := range table(t, files["payments"]) {
		if r["paid_on"] <= day {
			if paid[r["loan_id"]] == nil {
				paid[r["loan_id"]] = new(big.Rat)
			}
			paid[r["loan_id"]].Add(paid[r["loan_id"]], rat(t, r["amount"]))
		}
	}
	oldest, overdue := map[string]string{}, map[string]*big.Rat{}
	for _, r := range table(t, files["instalments"]) {
		loan, amount := r["loan_id"], rat(t, r["amount"])
		if left := paid[loan]; left != nil {
			met := new(big.Rat).Set(amount)
			if left.Cmp(met) < 0 {
				met.Set(left)
			}
			left.Sub(left, met)
			amount.Sub(amount, met)
		}
		if amount.Sign() == 0 || r["due_on"] >= day {
			continue
		}
		if overdue[loan] == nil {
			oldest[loan], overdue[loan] = r["due_on"], new(big.Rat)
		}
		overdue[loan].Add(overdue[loan], amount)
	}
	out := map[string]lateness{}
	on := parseDay(t, day)
	for _, r := range table(t, files["loans"]) {
		l := lateness{overdue: "0.00"}
		if o := overdue[r["loan_id"]]; o != nil {
			l = lateness{int(on.Sub(parseDay(t, oldest[r["loan_id"]])).Hours() / 24), o.FloatString(2)}
		}
		out[r["loan_id"]] = l
	}
	return out
}

func parseDay(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse("2006-01-02", s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rat(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}

// table reads a whole file as rows by header.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]map[string]string, 0, len(records)-1)
	for _, rec := range records[1:] {
		row := make(map[string]string, len(rec))
		for i, name := range records[0] {
			row[name] = rec[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func column(t *testing.T, path, name string) []string {
	t.Helper()
	var out []string
	for _, r := range table(t, path) {
		out = append(out, r[name])
	}
	return out
}
