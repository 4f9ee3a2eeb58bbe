package engine

import (
	"context"
	"slices"
	"testing"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// TestRowsGoBySetting: what is named goes when the rulebooks let it, and nothing of somebody under a legal hold; a dry run gives nothing up; the audit
// keeps what went; and what goes on being needed stays.
func TestRowsGoBySetting(t *testing.T) {
	ctx := context.Background()
	h := talker(t, map[int][]string{1: {"25号一定还"}, 2: {"好的"}, 3: {"退订"}})
	h.p.Page = Page{Address: "https://my.bank.example"}
	for n := 1; n <= 3; n++ {
		h.take(debt{n: n, dueOn: day(thursday, 3), minor: 124000})
	}
	h.plan()
	h.run()
	for n := 1; n <= 3; n++ {
		if _, err := h.LetIn(ctx, h.p, ledger.BorrowerID(must(h.Store.Find(ctx, borrowerOf(n)))[0].ID), false, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	h.at(thursday.AddDate(0, 0, 1))
	h.take(debt{n: 9, dueOn: day(thursday, -30), minor: 5}) // so that the feed is fresh
	h.plan()                                                // decides anew, and what was decided before is past
	words, before, keys := h.count(`SELECT count(*) FROM sealed_reply`), h.count(`SELECT count(*) FROM decision_before`), h.count(`SELECT count(*) FROM portal_key`)
	if words != 3 || before == 0 || keys != 3 {
		t.Fatalf("%d words, %d past decisions, %d keys", words, before, keys)
	}
	h.tell("borrower_id,kind,from,reason,owner\n" + borrowerOf(2) + ",legal_hold,2026-09-25,suit,legal:1\n")
	of := Retention{Rows: map[store.RowKind]int{store.ReplyWords: 72, store.Decisions: 60, store.PageVisits: 60}}
	if r := h.p.KeptLonger(59); r == nil || h.p.KeptLonger(60) != nil {
		t.Errorf("what keeps records longer than 59 months: %+v", r)
	}
	sums := func(dry bool) (out []int64) {
		t.Helper()
		for _, one := range must(h.RetainRows(ctx, of, "dpo:3", dry, h.now())) {
			out = append(out, one.Rows)
		}
		return out
	}
	h.at(thursday.AddDate(4, 11, 0))
	if got := sums(true); !slices.Equal(got, []int64{0, 0, 0}) {
		t.Errorf("before the law lets them go: %v", got)
	}
	h.at(thursday.AddDate(5, 1, 0))
	held := h.count(`SELECT count(*) FROM decision_before d JOIN borrower b ON b.person = d.person WHERE b.ref = '` + borrowerOf(2) + `'`)
	want := []int64{0, int64(before - held), 2}
	if got := sums(true); !slices.Equal(got, want) || h.count(`SELECT count(*) FROM portal_key`) != 3 {
		t.Errorf("after five years %v would go, want %v", got, want)
	}
	n := &Nightly{Engine: h.Engine, Civil: h.now, Retention: of}
	due := must(n.Due(ctx))
	i := slices.IndexFunc(due, func(p jobs.Piece) bool { return p.Kind == rowsJob })
	if i < 0 {
		t.Fatalf("due are %v", due)
	}
	if err := n.Do(ctx, due[i]); err != nil {
		t.Fatal(err)
	}
	if got := h.count(`SELECT count(*) FROM portal_key`); got != 1 || h.count(`SELECT count(*) FROM decision_before`) != held || h.count(`SELECT count(*) FROM sealed_reply`) != 3 {
		t.Errorf("%d keys are left", got)
	}
	h.say(50, "你们找的人我不认识", thursday.AddDate(0, 0, 2)) // of a number that is no borrower's
	for _, item := range must(h.Store.AtDesk(ctx, false)) {
		if err := h.Store.CloseDesk(ctx, item.ID, store.Closure{Who: "staff:7", Outcome: "seen"}, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	h.at(thursday.AddDate(6, 1, 0))
	if got := sums(false); !slices.Equal(got, []int64{2, 0, 0, 1}) {
		t.Errorf("after six years %v went", got)
	}
	if got := h.list(`SELECT who || ' ' || subject FROM audit WHERE what = 'retained' ORDER BY id`); len(got) != 4 || got[2] != "dpo:3 replies 2" || got[3] != "dpo:3 replies 1" {
		t.Errorf("audit: %q", got)
	}
	if n := h.count(`SELECT count(*) FROM reply`); n != 4 {
		t.Errorf("%d replies are left of 4", n)
	}
	if _, err := h.Explain(ctx, borrowerOf(1), h.now()); err != nil {
		t.Errorf("explaining without the words: %v", err)
	}
}
