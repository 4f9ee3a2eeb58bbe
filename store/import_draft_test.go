package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strconv"
	"testing"
	"time"
)

// sendImport keeps an import of one file of two pieces.
func sendImport(t *testing.T, s *Store, ref string, wire time.Time) ImportDraft {
	t.Helper()
	ctx := context.Background()
	for n, text := range []string{"loan_id\nC1,测试丁\n", "C2,测试戊\n"} {
		if err := s.KeepImportPiece(ctx, ref, 0, n, []byte(text), wire); err != nil {
			t.Fatal(err)
		}
	}
	d := ImportDraft{Ref: ref, Portfolio: cards(t, s).ID, Who: "staff:1", Phase: "mapping", State: []byte(`{"测试丁":1}`)}
	if err := s.BeginImportDraft(ctx, d, wire); err != nil {
		t.Fatal(err)
	}
	d, err := s.ImportDraftOf(ctx, ref, wire)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s *Store) pieces(t *testing.T) int {
	t.Helper()
	return len(list(t, s, `SELECT ref FROM import_chunk`))
}

// TestImportDraft: what one machine was sent another goes on with; of two that go on at once one is first; nothing of it lies in clear, and
// nothing is left when it is done, given up, or a day old.
func TestImportDraft(t *testing.T) {
	one, ctx := open(t), context.Background()
	other := reopen(t, one)
	d := sendImport(t, one, "abc", noon)
	there, err := other.ImportDraftOf(ctx, "abc", noon)
	if err != nil || string(there.State) != `{"测试丁":1}` || there.Who != "staff:1" || there.Phase != "mapping" || !there.EndsAt.Equal(noon.Add(ImportKept)) {
		t.Fatalf("%+v %v", there, err)
	}
	if p, err := other.ImportPieceOf(ctx, "abc", 0, 1); err != nil || string(p) != "C2,测试戊\n" {
		t.Errorf("%q %v", p, err)
	}
	for _, box := range list(t, one, `SELECT box FROM import_chunk UNION ALL SELECT box FROM import_draft`) {
		if bytes.Contains([]byte(box), []byte("测试")) {
			t.Error("it lies in clear")
		}
	}
	d.Phase, d.Until, d.Machine = "running", noon.Add(time.Minute), "north"
	if ok, err := one.TurnImportDraft(ctx, &d, true, noon); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := other.TurnImportDraft(ctx, &there, true, noon); ok || err != nil {
		t.Error("two go on with it at once", err)
	}
	if ok, err := other.DropImportDraft(ctx, "abc", noon); ok || err != nil {
		t.Error("it is given up while it runs", err)
	}
	if err := one.ImportProgress(ctx, "abc", d.Turn, 7, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if there, err = other.ImportDraftOf(ctx, "abc", noon); err != nil || there.Read != 7 || there.Machine != "north" || !there.Runs(noon.Add(30*time.Minute)) || there.Runs(noon.Add(time.Hour)) {
		t.Errorf("%+v %v", there, err)
	}
	d.Phase, d.Until = "finished", time.Time{}
	if ok, err := one.TurnImportDraft(ctx, &d, false, noon); !ok || err != nil || one.pieces(t) != 0 {
		t.Error("what is in the books lies here still", ok, err)
	}
	sendImport(t, one, "def", noon)
	if ok, err := other.DropImportDraft(ctx, "def", noon); !ok || err != nil || one.pieces(t) != 0 {
		t.Error("what was given up lies here still", ok, err)
	}
	if _, err := one.ImportDraftOf(ctx, "def", noon); !errors.Is(err, ErrNoImport) {
		t.Error(err)
	}
}

// TestImportTellsOfItself: what an import says of how far it is waits for no writer who is alone, which it is itself while it goes in. On
// SQLite everything waits for that; there the process that runs it knows.
func TestImportTellsOfItself(t *testing.T) {
	if !onPostgres {
		t.Skip("SQLite has one writer")
	}
	s := open(t)
	d := sendImport(t, s, "abc", noon)
	d.Phase, d.Until = "running", noon.Add(time.Minute)
	if ok, err := s.TurnImportDraft(t.Context(), &d, true, noon); !ok || err != nil {
		t.Fatal(ok, err)
	}
	err := s.update(t.Context(), func(*sql.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		return s.ImportProgress(ctx, "abc", d.Turn, 7, noon.Add(time.Hour))
	})
	if there, wrong := s.ImportDraftOf(t.Context(), "abc", noon); err != nil || wrong != nil || there.Read != 7 || !there.Runs(noon.Add(time.Minute)) {
		t.Errorf("%v, %v, %+v", err, wrong, there)
	}
}

// TestImportsAreSwept: a day later nothing is there, swept or not; pieces that nobody went on with go within the hour; and none makes room for another.
func TestImportsAreSwept(t *testing.T) {
	s, ctx := open(t), context.Background()
	sendImport(t, s, "abc", noon)
	if err := s.KeepImportPiece(ctx, "gone", 0, 0, []byte("x"), noon); err != nil {
		t.Fatal(err)
	}
	over := func(at time.Time, want bool, pieces int) {
		t.Helper()
		if some, err := s.ImportsOver(ctx, at); some != want || err != nil {
			t.Error(some, err)
		}
		if err := s.SweepImports(ctx, at); err != nil {
			t.Error(err)
		}
		if n := s.pieces(t); n != pieces {
			t.Errorf("%d pieces", n)
		}
	}
	over(noon.Add(59*time.Minute), false, 3)
	over(noon.Add(time.Hour), true, 2)
	if _, err := s.ImportDraftOf(ctx, "abc", noon.Add(ImportKept)); !errors.Is(err, ErrNoImport) {
		t.Error("it is there after its day", err)
	}
	over(noon.Add(ImportKept), true, 0)
	for i := range MostImports {
		sendImport(t, s, "r"+strconv.Itoa(i), noon)
	}
	more := ImportDraft{Ref: "more", Portfolio: cards(t, s).ID, Who: "staff:2", Phase: "mapping", State: []byte("{}")}
	if err := s.BeginImportDraft(ctx, more, noon); !errors.Is(err, ErrManyImports) {
		t.Errorf("one too many: %v", err)
	}
	if left := list(t, s, `SELECT ref FROM import_draft`); len(left) != MostImports {
		t.Errorf("somebody else's was taken away: %v", left)
	}
	d, err := s.ImportDraftOf(ctx, "r3", noon)
	if err != nil {
		t.Fatal(err)
	}
	d.Phase = "finished"
	if ok, err := s.TurnImportDraft(ctx, &d, false, noon); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.BeginImportDraft(ctx, more, noon); err != nil {
		t.Errorf("one that is in the books takes room: %v", err)
	}
	mine, way, err := s.ImportDrafts(ctx, "staff:2", noon)
	if err != nil || len(mine) != 1 || mine[0].Ref != "more" || way != MostImports {
		t.Errorf("%+v, %d on their way, %v", mine, way, err)
	}
}
