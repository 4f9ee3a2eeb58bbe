package store

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

func back(id, of, on string, minor int64) intake.Row {
	r := paid(id, "C1", on, -minor)
	r.Payment.Reverses = of
	return r
}

// TestPaymentGoesBackOnce holds that money which went back once is not taken from a payment a second time, whichever way
// the second reversal comes.
func TestPaymentGoesBackOnce(t *testing.T) {
	slow(t)
	first := file("r.csv", back("R1", "P1", "2026-09-10", 30_000))
	const before = "reverses: payment P1 of loan C1 has been reversed before, by another row; a payment goes back once"
	for _, c := range []struct {
		name  string
		known []feed // beside the payment itself
		feeds []feed
		want  string // the bad rows; empty where it is taken
		left  int64  // what the loan's payments sum to in the end
	}{
		{"once", nil, []feed{first}, "", 20_000},
		{"the same again", []feed{first}, []feed{first}, "", 20_000},
		{"corrected under its own key", []feed{first}, []feed{file("r.csv", back("R1", "P1", "2026-09-11", 50_000))}, "", 0},
		{"another key", []feed{first}, []feed{file("r.csv", back("R2", "P1", "2026-09-10", 30_000))}, "r.csv:2:1: " + before, 20_000},
		{"another key and sum", []feed{first}, []feed{file("r.csv", back("R2", "P1", "2026-09-12", 10))}, "r.csv:2:1: " + before, 20_000},
		{"without a key", []feed{first}, []feed{file("r.csv", back("", "P1", "2026-09-12", 10))}, "r.csv:2:1: " + before, 20_000},
		{
			"two in one file", nil,
			[]feed{file("r.csv", back("R1", "P1", "2026-09-10", 30_000), back("R2", "P1", "2026-09-10", 30_000))},
			"r.csv:2:1: reverses: payment P1 of loan C1 is reversed at r.csv:3 as well; a payment goes back once\n" +
				"r.csv:3:1: reverses: payment P1 of loan C1 is reversed at r.csv:2 as well; a payment goes back once", 50_000,
		},
		{
			"with a key and without", nil,
			[]feed{file("r.csv", back("R1", "P1", "2026-09-10", 30_000)), file("s.csv", back("", "P1", "2026-09-10", 30_000))},
			"r.csv:2:1: reverses: payment P1 of loan C1 is reversed at s.csv:2 as well; a payment goes back once\n" +
				"s.csv:2:1: reverses: payment P1 of loan C1 is reversed at r.csv:2 as well; a payment goes back once", 50_000,
		},
		{"the row stated twice", nil, []feed{first, file("s.csv", back("R1", "P1", "2026-09-10", 30_000))}, "", 20_000},
		{
			"a day without keys stated twice", nil,
			[]feed{file("r.csv", back("", "P1", "2026-09-10", 30_000)), file("s.csv", back("", "P1", "2026-09-10", 30_000))},
			"", 20_000,
		},
		{
			"a day without keys stated anew",
			[]feed{file("r.csv", back("", "P1", "2026-09-10", 30_000))},
			[]feed{file("r.csv", back("", "P1", "2026-09-10", 40_000))},
			"", 10_000,
		},
		{
			"another day without keys",
			[]feed{file("r.csv", back("", "P1", "2026-09-10", 30_000))},
			[]feed{file("r.csv", back("", "P1", "2026-09-11", 30_000))},
			"r.csv:2:1: " + before, 20_000,
		},
		{"the other way round", []feed{first}, []feed{file("r.csv", back("R1", "P7", "2026-09-10", 7), back("R2", "P1", "2026-09-10", 10_000))}, "", 39_993},
		{
			"after the first was withdrawn",
			[]feed{first},
			[]feed{file("r.csv", paid("R1", "C3", "2026-09-10", 5), back("R2", "P1", "2026-09-10", 20_000))},
			"", 30_000,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			take(t, s, small()...)
			take(t, s, file("p.csv", paid("P7", "C1", "2026-09-03", 7)))
			for _, f := range c.known {
				take(t, s, f)
			}
			got, err := bads(t, s, c.feeds...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("bad rows (-want +got):\n%s", d)
			}
			if (c.want == "") != (err == nil) || err != nil && !errors.Is(err, ErrBadRows) {
				t.Errorf("err = %v", err)
			}
			var sum int64
			if err := s.read.QueryRowContext(context.Background(), `SELECT sum(p.minor) FROM payment p JOIN loan l ON l.id = p.loan WHERE l.ref = 'C1'
				AND p.key <> 'P7' AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = p.loan AND key = p.key)`).Scan(&sum); err != nil {
				t.Fatal(err)
			}
			if sum != c.left {
				t.Errorf("the payments sum to %d, want %d", sum, c.left)
			}
		})
	}
}

// TestFlatListLeavesOut: open loans that a flat list does not name are counted, and stay open, where it came as a delta.
func TestFlatListLeavesOut(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	list := file("list.csv", loan("C1", "B1"), due("C1", 1, "2026-09-20", 5))
	list.kind = intake.Overdue
	for i, want := range []int{2, 2} {
		if sum := take(t, s, list); sum.LeftOut != want || sum.Closed != 0 {
			t.Errorf("time %d: %+v", i, sum)
		}
	}
	if sum := take(t, s, file("loans.csv", loan("C1", "B1"))); sum.LeftOut != 0 {
		t.Errorf("a file of loans is no list of what is overdue: %+v", sum)
	}
	sum, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: noon, Snapshot: true}, give([]feed{list}))
	if err != nil || sum.Closed != 2 || sum.LeftOut != 0 {
		t.Errorf("a snapshot: %+v, %v", sum, err)
	}
	if sum := take(t, s, list); sum.LeftOut != 0 {
		t.Errorf("what is closed is not left out: %+v", sum)
	}
}

// TestTakenBackIsACause: a payment that is taken back says why the loan is late, unless another came, it is long ago, or the borrower has said
// something else; and it is said once.
func TestTakenBackIsACause(t *testing.T) {
	slow(t)
	for _, c := range []struct {
		name  string
		feeds []feed
		told  bool
		want  int
	}{
		{"taken back", []feed{file("r.csv", back("R1", "P1", "2026-09-20", 50_000))}, false, 1},
		{"a part of it", []feed{file("r.csv", back("R1", "P1", "2026-09-20", 20_000))}, false, 1},
		{"another came since", []feed{file("r.csv", back("R1", "P1", "2026-09-20", 50_000), paid("P9", "C1", "2026-09-21", 50_000))}, false, 0},
		{"no reversal", []feed{file("r.csv", paid("P9", "C1", "2026-09-21", 50_000))}, false, 0},
		{"the borrower has said why", []feed{file("r.csv", back("R1", "P1", "2026-09-20", 50_000))}, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			take(t, s, small()...)
			if c.told {
				of, err := s.Find(context.Background(), "B1")
				if err != nil {
					t.Fatal(err)
				}
				sp, err := s.SpeakerOf(context.Background(), ledger.BorrowerID(of[0].ID))
				if err == nil {
					err = s.SetCause(context.Background(), sp, "illness", "staff:17", "", noon)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				take(t, s, c.feeds...)
			}
			var n int
			if err := s.read.QueryRow(`SELECT count(*) FROM late_cause WHERE cause = 'payment_failed' AND source = 'returned'`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n != c.want {
				t.Errorf("%d causes, want %d", n, c.want)
			}
		})
	}
}
