package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/intake"
)

// shared returns the folder of the full data, or skips the test and says so; in CI it must be there.
func shared(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the full ledger takes too long for a short run")
	}
	dir := os.Getenv("DULY_SHARED")
	if dir == "" {
		dir = "../../shared"
	}
	dir = filepath.Join(dir, "data", "card-ledger")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("no full ledger at %s (DULY_SHARED says where): %v", dir, err)
	}
	return dir
}

func takeFull(t testing.TB, s *Store, dir string) Summary {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	sum, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: noon}, func(st *Stage) error {
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			_, err = intake.Read(f, filepath.Base(name), intake.Options{Currency: "CNY", Country: "CN", Bad: func(b intake.BadRow) error {
				t.Error(b.String())
				return nil
			}}, st)
			if e := f.Close(); err == nil {
				err = e
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestFullLedger takes in the real ledger, and holds every standing against one folded from its files' rows.
func TestFullLedger(t *testing.T) {
	dir := shared(t)
	s := open(t)
	sum := takeFull(t, s, dir)
	if sum.Borrowers.Added != 29_998 || sum.Loans.Added != 29_998 || sum.Instalments.Added != 157_951 || sum.Payments.Added != 120_266 {
		t.Fatalf("summary %+v", sum)
	}
	if again := takeFull(t, s, dir); again.Changes() {
		t.Errorf("a second time changed %+v", again)
	}
	today := date("2026-09-24")
	if n, err := s.Refresh(context.Background(), 1, today, assess.Terms{}); err != nil || n != 29_998 {
		t.Fatalf("Refresh = %d, %v", n, err)
	}
	if n, err := s.Refresh(context.Background(), 1, today, assess.Terms{}); err != nil || n != 0 {
		t.Errorf("a second Refresh = %d, %v", n, err)
	}
	standings := map[int64]assess.Standing{}
	rows, err := s.read.Query(`SELECT loan, packed FROM standing`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var loan int64
		var b sql.RawBytes
		var k packed
		if err := errors.Join(rows.Scan(&loan, &b), k.unpack(b)); err != nil {
			t.Fatal(err)
		}
		standings[loan] = k.standing
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	last, n := int64(0), 0
	err = s.Histories(context.Background(), 1, func(h *LoanHistory) error {
		id := int64(h.Facts.Loan.ID)
		if id <= last {
			t.Fatalf("loan %d after %d", id, last)
		}
		last = id
		n++
		if got, want := standings[id], assess.Stand(h.Facts, today); got != want {
			t.Errorf("loan %s stands %+v; its history says %+v", h.Loan, got, want)
		}
		return nil
	})
	if err != nil || n != 29_998 {
		t.Errorf("%d histories, %v", n, err)
	}
}

func BenchmarkImportFull(b *testing.B) {
	dir := shared(b)
	for b.Loop() {
		s := open(b)
		takeFull(b, s, dir)
	}
}

func BenchmarkImportAgain(b *testing.B) {
	dir := shared(b)
	s := open(b)
	takeFull(b, s, dir)
	for b.Loop() {
		takeFull(b, s, dir)
	}
}

func BenchmarkRefreshAll(b *testing.B) {
	dir := shared(b)
	s := open(b)
	takeFull(b, s, dir)
	for b.Loop() {
		if _, err := s.write.Exec(anew); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Refresh(context.Background(), 1, date("2026-09-24"), assess.Terms{}); err != nil {
			b.Fatal(err)
		}
	}
}
