package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
)

// TestOneDebtOfTwo: where a state reaches no further than one loan, the person is reminded of the other without it; where
// it reaches the person, of neither; where it bars every loan, the verdict names it.
func TestOneDebtOfTwo(t *testing.T) {
	t.Parallel()
	slow(t)
	const own = "  - {id: ONE, kind: stop, confidence: binding, house: true, title: {en: That debt only., zh: 仅该笔。}, source: House rule, states: [query], reach: debt}\n"
	for name, c := range map[string]struct {
		states string
		loans  []string
		rule   string
	}{
		"nothing":    {"", []string{"C00001", "D1"}, ""},
		"the other":  {"B00001,D1,query,2026-09-20,r,desk:4\n", []string{"C00001"}, ""},
		"the leader": {"B00001,C00001,query,2026-09-20,r,desk:4\n", []string{"D1"}, ""},
		"both":       {"B00001,C00001,query,2026-09-20,r,desk:4\nB00001,D1,query,2026-09-20,r,desk:4\n", nil, "ONE"},
		"the person": {"B00001,D1,dispute,2026-09-20,r,desk:4\n", nil, "CN-HOUSE-STOP-04"},
	} {
		h := newHouse(t, smsc.Config{})
		h.p = h.under(own)
		h.Portfolios = []*Portfolio{h.p}
		if err := h.Prepare(context.Background(), h.now()); err != nil {
			t.Fatal(err)
		}
		h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
		h.tell("loan_id,borrower_id,currency,product,principal\nD1,B00001,CNY,card,500.00\n",
			fmt.Sprintf("loan_id,number,due_on,amount\nD1,1,%s,500.00\n", day(thursday, 3)))
		if c.states != "" {
			h.tell("borrower_id,loan_id,kind,from,reason,owner\n" + c.states)
		}
		if _, err := h.Store.Refresh(context.Background(), h.p.row.ID, day(thursday, 0), h.p.Terms); err != nil {
			t.Fatal(err)
		}
		x := h.only("B00001")
		j := judgedAgain(t, h, x)
		var loans []string
		if j.Action == Contact {
			for _, i := range j.Intent.Loans {
				loans = append(loans, x.Loans[i].Loan)
			}
		}
		slices.Sort(loans)
		if !slices.Equal(loans, c.loans) || c.rule != "" && x.Rule != c.rule {
			t.Errorf("%s: %s about %v by %s, want %v by %q", name, x.Action, loans, x.Rule, c.loans, c.rule)
		}
	}
}

// judgedAgain is the judgement behind an explanation.
func judgedAgain(t *testing.T, h *house, x Explanation) Judgement {
	t.Helper()
	var person int64
	if _, err := fmt.Sscanf(x.Person, "p%d", &person); err != nil {
		t.Fatal(err)
	}
	past, err := h.Store.Past(context.Background(), h.p.row, ledger.PersonID(person), x.At)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.standings(context.Background(), h.p, past, nil, x.At); err != nil {
		t.Fatal(err)
	}
	j, err := Judge(h.p, &past.Dossier, x.At, false)
	if err != nil {
		t.Fatal(err)
	}
	return j
}
