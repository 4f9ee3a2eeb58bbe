package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestExportByTwo: who asks for personal data does not let it out, under no role and by no way, not even past this package; it goes out once,
// to who asked, within its time; and the audit names both.
func TestExportByTwo(t *testing.T) {
	s, ctx := open(t), context.Background()
	take(t, s, small()...)
	cards := list(t, s, `SELECT id FROM portfolio LIMIT 1`)[0]
	var row int64
	if _, err := fmt.Sscan(cards, &row); err != nil {
		t.Fatal(err)
	}
	ask := func(at time.Time) int64 {
		t.Helper()
		id, err := s.AskExport(ctx, ExportAsk{Portfolio: row, Borrower: 1, Format: "json", Who: "staff:7", At: at, Reason: "the court asks"}, at)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	fetch := func(id int64, who string, at time.Time) error {
		_, err := s.FetchExport(ctx, id, who, at, at)
		return err
	}
	id := ask(noon)
	want("unasked", s.DecideExport(ctx, 99, true, "staff:8", noon, noon), ErrNotFound)
	want("before it is allowed", fetch(id, "staff:7", noon), ErrUndecided)
	want("one's own", s.DecideExport(ctx, id, true, "staff:7", noon, noon), ErrOwnExport)
	want("one's own by another role", s.DecideExport(ctx, id, true, "approver:7", noon, noon), ErrOwnExport)
	for _, past := range []string{
		`UPDATE export_ask SET decided_at = 1, decided_by = 'staff:7', decided_hand = '7', allowed = 1`,
		`UPDATE export_ask SET allowed = 1`,
		`UPDATE export_ask SET decided_at = 1, decided_by = 'x', decided_hand = '', allowed = 1`,
		`UPDATE export_ask SET fetched_at = 1, fetched_hand = '7'`,
		`UPDATE export_ask SET hand = '9'`,
		`UPDATE export_ask SET borrower = 0`,
		`DELETE FROM export_ask`,
		`INSERT INTO export_ask (portfolio, borrower, format, who, hand, asked_at, audit, decided_at, allowed) SELECT portfolio, borrower, format, who, hand, asked_at, audit, 1, 1 FROM export_ask`,
	} {
		if _, err := s.write.Exec(past); err == nil {
			t.Errorf("%s is done", past)
		}
	}
	want("another's", s.DecideExport(ctx, id, true, "staff:8", noon, noon), nil)
	want("twice", s.DecideExport(ctx, id, false, "staff:9", noon, noon), ErrExportOver)
	want("fetched by another", fetch(id, "staff:8", noon), ErrNotAsker)
	want("fetched", fetch(id, "supervisor:7", noon.Add(ExportStays)), nil)
	want("fetched again", fetch(id, "staff:7", noon), ErrExportOver)
	late := ask(noon)
	want("allowed", s.DecideExport(ctx, late, true, "staff:8", noon, noon), nil)
	want("fetched late", fetch(late, "staff:7", noon.Add(ExportStays+time.Second)), ErrExportOver)
	old := ask(noon)
	want("allowed late", s.DecideExport(ctx, old, true, "staff:8", noon.Add(ExportWaits+time.Second), noon), ErrExportOver)
	no := ask(noon)
	want("refused", s.DecideExport(ctx, no, false, "staff:8", noon, noon), nil)
	want("fetched though refused", fetch(no, "staff:7", noon), ErrExportOver)
	if _, err := s.AskExport(ctx, ExportAsk{Portfolio: row + 1, Borrower: 1, Format: "json", Who: "staff:7", At: noon, Reason: "xxxx"}, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("a borrower of another portfolio: %v", err)
	}
	a, err := s.Export(ctx, id)
	if err != nil || a.Reason != "the court asks" || a.DecidedBy != "staff:8" || a.State(noon) != "fetched" {
		t.Errorf("%+v, %v", a, err)
	}
	got := list(t, s, `SELECT who || ' ' || what || ' ' || subject FROM audit WHERE what LIKE 'export%' ORDER BY id LIMIT 3`)
	if fmt.Sprint(got) != "[staff:7 export_asked borrower 1 staff:8 export_allowed borrower 1 supervisor:7 export_fetched borrower 1]" {
		t.Errorf("the audit has %q", got)
	}
	whole, n := ExportAsk{Portfolio: row}, 0
	if err := s.ExportGuests(ctx, &whole, func(g *Guest) error {
		if n++; g.Ref == "" || g.Person == 0 {
			t.Errorf("%+v", g)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if count, err := s.ExportCount(ctx, &whole); err != nil || count != int64(n) || n == 0 {
		t.Errorf("%d of %d, %v", n, count, err)
	}
}
