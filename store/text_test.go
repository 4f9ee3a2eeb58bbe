package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/dulyhq/duly/outbox"
)

// TestSheets: each text that left is found by its fence, further tries of messages in between too; and what is given up of some
// messages is on no sheet any more, while that of the others stays as it was.
func TestSheets(t *testing.T) {
	const people = 2*sheetTexts + 30
	s, ctx := open(t), context.Background()
	p := planned(t, s, people)
	capset := houseCaps(t, s)
	claim, err := s.Due(ctx, p.ID, noon, people, 0)
	if err != nil || len(claim.Messages) != people {
		t.Fatalf("claimed %d, %v", len(claim.Messages), err)
	}
	st := stepOf(hire(t, s), &claim)
	want := map[outbox.FenceID]string{}
	for i, m := range claim.Messages {
		try := tryOf(m, 1, capset)
		if i%7 == 3 {
			try.Turn++ // it is refused, and has no text
		} else {
			want[try.Fence()] = fmt.Sprintf("text %d", i)
		}
		try.Text = fmt.Appendf(nil, "text %d", i)
		st.Tries = append(st.Tries, try)
	}
	if _, err := s.Commit(ctx, st); err != nil {
		t.Fatal(err)
	}
	if rows := list(t, s, `SELECT count(*) FROM sealed_text`); rows[0] != "2" {
		t.Errorf("%s rows hold %d texts", rows[0], len(want))
	}
	for i, m := range claim.Messages {
		if i%5 == 0 { // it was tried again
			f := m.ID.Fence(2)
			want[f] = fmt.Sprintf("again %d", i)
			box, err := s.keys.sealBox(textPrefix+strconv.FormatInt(int64(f), 10), []byte(want[f]))
			if err != nil {
				t.Fatal(err)
			}
			change(t, s, `INSERT INTO sealed_text (fence, box) VALUES (?, ?)`, f, box)
			change(t, s, `INSERT INTO fence (id, worker, at, wire_at, leave_by, not_after, minor, currency, parts, turn, reasons)
				SELECT ?, worker, at, wire_at, leave_by, not_after, minor, currency, parts, turn, reasons FROM fence LIMIT 1`, f)
		}
	}
	look := func() {
		t.Helper()
		for _, m := range claim.Messages {
			for try := 1; try <= 3; try++ {
				f := m.ID.Fence(try)
				got, err := s.text(ctx, f)
				if text, there := want[f]; text != got || (err == nil) != there {
					t.Fatalf("fence %d has %q, %v; want %q", f, got, err, want[f])
				}
			}
		}
	}
	look()
	// One person's are sealed empty, and nobody else's.
	for _, i := range []int{0, 51, 99, 100, people - 1} {
		m := claim.Messages[i].ID
		tr := &traces[slices.IndexFunc(traces, func(tr trace) bool { return tr.table == "sealed_text" })]
		if err := s.update(ctx, func(tx *sql.Tx) error {
			return s.wipe(&talk{ctx, tx}, tr, &whose{person: claim.Messages[i].Person, now: millis(noon)})
		}); err != nil {
			t.Fatal(err)
		}
		for try := 1; try <= 2; try++ {
			if _, ok := want[m.Fence(try)]; ok {
				want[m.Fence(try)] = ""
			}
		}
	}
	look()
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // It need not be secret.
	for range 4 {
		var goes []int64
		for _, i := range rng.Perm(people)[:people/4] {
			goes = append(goes, int64(claim.Messages[i].ID))
		}
		slices.Sort(goes)
		err := s.update(ctx, func(tx *sql.Tx) error {
			if err := cutTexts(ctx, tx, s.keys, goes); err != nil {
				return err
			}
			for _, id := range goes {
				for try := 1; try <= 3; try++ {
					delete(want, outbox.MessageID(id).Fence(try))
				}
				if _, err := tx.ExecContext(ctx, `DELETE FROM sealed_text WHERE fence BETWEEN ? AND ?`, id<<3, id<<3|7); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		look()
	}
}
