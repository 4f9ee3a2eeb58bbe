package store

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/intake"
)

// A unit is rows that have to be stated together, with the unit that has to be known before.
type unit struct {
	rows  []intake.Row
	after int // index of a unit; -1 means none
}

// drawBook draws a small ledger: borrowers who may share a phone, loans, instalments, payments with keys, and
// days whose payments have none.
func drawBook(t *rapid.T) (units []unit) {
	for b := range rapid.IntRange(1, 4).Draw(t, "borrowers") {
		owner := len(units)
		phone := fmt.Sprintf("+861740500000%d", rapid.IntRange(1, 3).Draw(t, "phone"))
		units = append(units, unit{[]intake.Row{person(fmt.Sprintf("B%d", b), fmt.Sprintf("甲%d", b), phone, "")}, -1})
		for l := range rapid.IntRange(0, 2).Draw(t, "loans") {
			at, ref := len(units), fmt.Sprintf("C%d-%d", b, l)
			units = append(units, unit{[]intake.Row{loan(ref, fmt.Sprintf("B%d", b))}, owner})
			for n := range rapid.IntRange(0, 3).Draw(t, "instalments") {
				units = append(units, unit{[]intake.Row{due(ref, n+4, fmt.Sprintf("2026-0%d-11", n+5), 100)}, at})
			}
			for n := range rapid.IntRange(0, 2).Draw(t, "payments") {
				minor := rapid.SampledFrom([]int64{50, 100, -20}).Draw(t, "minor")
				units = append(units, unit{[]intake.Row{paid(fmt.Sprintf("P%s-%d", ref, n), ref, "2026-06-01", minor)}, at})
			}
			for day := range rapid.IntRange(0, 2).Draw(t, "days") {
				var rows []intake.Row
				for range rapid.IntRange(1, 3).Draw(t, "cash") {
					rows = append(rows, paid("", ref, fmt.Sprintf("2026-07-0%d", day+1), rapid.SampledFrom([]int64{30, 40}).Draw(t, "minor")))
				}
				units = append(units, unit{rows, at})
			}
		}
	}
	return units
}

// filesOf puts units into files of their kind; the rows of one unit stay in one file.
func filesOf(t *rapid.T, units []unit) []feed {
	var out []feed
	for _, u := range units {
		kind := u.rows[0].Kind
		name := fmt.Sprintf("%s-%d.csv", kind, rapid.IntRange(0, 1).Draw(t, "file"))
		at := -1
		for i := range out {
			if out[i].name == name {
				at = i
			}
		}
		if at < 0 {
			at = len(out)
			out = append(out, feed{name: name, kind: kind})
		}
		out[at].rows = append(out[at].rows, u.rows...)
	}
	if len(out) < 2 {
		return out
	}
	return rapid.Permutation(out).Draw(t, "files")
}

// TestImportAnyWay: however the same rows are cut into imports and files, in whatever order and however often
// they are stated, the same facts hold in the end.
func TestImportAnyWay(t *testing.T) {
	slow(t)
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		units := drawBook(rt)
		whole := openAt(t, place(t), t.TempDir())
		defer func() { _ = whole.Close() }()
		take(t, whole, filesOf(rt, units)...)

		parts := openAt(t, place(t), t.TempDir())
		defer func() { _ = parts.Close() }()
		imports := rapid.IntRange(1, 4).Draw(rt, "imports")
		first := make([]int, len(units))
		given := make([][]unit, imports)
		for i, u := range units {
			from := 0
			if u.after >= 0 {
				from = first[u.after]
			}
			first[i] = rapid.IntRange(from, imports-1).Draw(rt, "first")
			for n := first[i]; n < imports; n++ {
				if n == first[i] || rapid.Bool().Draw(rt, "again") {
					given[n] = append(given[n], u)
				}
			}
		}
		for _, us := range given {
			if len(us) > 1 {
				us = rapid.Permutation(us).Draw(rt, "order")
			}
			if _, err := parts.Import(ctx, Import{Portfolio: cards(t, parts), Now: noon}, give(filesOf(rt, us))); err != nil {
				rt.Fatal(err)
			}
		}
		if d := cmp.Diff(facts(t, whole), facts(t, parts)); d != "" {
			rt.Fatalf("at once (-) and in parts (+):\n%s", d)
		}
	})
}

// TestKilledImport kills the process at the last moment before the commit.
func TestKilledImport(t *testing.T) {
	if dir := os.Getenv("DULY_TEST_KILLED"); dir != "" {
		s := openAt(t, os.Getenv("DULY_TEST_PLACE"), dir)
		_, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: noon, Approve: func(Summary) error {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}}, give(small()))
		t.Fatal("still alive", err)
	}
	at, dir := place(t), t.TempDir()
	s := openAt(t, at, dir)
	cards(t, s)
	was := versions(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestKilledImport$")
	child.Env = append(os.Environ(), "DULY_TEST_KILLED="+dir, "DULY_TEST_PLACE="+at)
	if out, err := child.CombinedOutput(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
	s = openAt(t, at, dir)
	defer func() { _ = s.Close() }()
	if d := cmp.Diff(was, versions(t, s)); d != "" {
		t.Errorf("a killed import left something:\n%s", d)
	}
	if sum := take(t, s, small()...); sum.Loans.Added != 3 {
		t.Errorf("the next import = %+v", sum)
	}
}

// openAt opens a place with the keys in a folder; they are made on first use.
func openAt(t testing.TB, place, dir string) *Store {
	t.Helper()
	folder := filepath.Join(dir, "keys")
	if _, err := os.Stat(folder); err != nil {
		if err := MakeKeys(folder); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := LoadKeys(folder)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), place, keys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
