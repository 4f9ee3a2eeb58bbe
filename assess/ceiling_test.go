package assess_test

import (
	"strings"
	"testing"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// TestCeiling holds penalty interest to what the law lets be asked for: below the ceiling the contract's rate counts,
// above it the ceiling's, and where the law's rate is not known nothing is.
func TestCeiling(t *testing.T) {
	due := ledger.NewDate(2026, 6, 1)
	facts := func(most ledger.Rate, known bool) assess.Facts {
		return assess.Facts{
			Loan:        ledger.Loan{Product: "card", AnnualRate: 180_000, PenaltyMultiplier: 1_500_000, OpenedOn: due - 300},
			Instalments: []ledger.Instalment{{Number: 1, DueOn: due, Principal: 1_000_000, Split: true}},
			Terms: assess.Terms{DayCount: 360, Ceiling: func(l *ledger.Loan, on ledger.Date) (ledger.Rate, bool) {
				if l.Product != "card" || l.OpenedOn != due-300 || on != due+36 {
					t.Errorf("asked about %s, %s on %s", l.Product, l.OpenedOn, on)
				}
				return most, known
			}},
		}
	}
	for _, c := range []struct {
		most    ledger.Rate
		known   bool
		penalty int64
		capped  bool
	}{
		{300_000, true, 27_000, false}, {270_000, true, 27_000, false}, {269_999, true, 27_000, true}, {240_000, true, 24_000, true}, {0, true, 0, true},
	} {
		f := facts(c.most, c.known)
		p := assess.Stand(f, due+36).At(due + 36)
		if p.Broken || p.Due.Penalty != c.penalty {
			t.Errorf("at most %s: penalty %d (broken %v), want %d", c.most, p.Due.Penalty, p.Broken, c.penalty)
		}
		said := false
		for _, l := range assess.Work(f, due+36) {
			said = said || strings.Contains(l.Text("en", "CNY"), "the most that the law allows") && strings.Contains(l.Text("zh", "CNY"), "按法定上限计")
		}
		if said != (c.capped && c.penalty > 0) {
			t.Errorf("at most %s: the working says so: %v", c.most, said)
		}
	}
	if p := assess.Stand(facts(0, false), due+36).At(due + 36); !p.Broken {
		t.Error("an amount that hangs on a rate that nobody published is known")
	}
	f := facts(0, false)
	f.Loan.PenaltyMultiplier = 0
	f.Terms.Ceiling = func(*ledger.Loan, ledger.Date) (ledger.Rate, bool) {
		t.Error("asked for a loan without penalty interest")
		return 0, false
	}
	if p := assess.Stand(f, due+36).At(due + 36); p.Broken {
		t.Error("a loan without penalty interest is not known")
	}
}
