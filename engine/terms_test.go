package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// TestTermsFollowTheLaw: the order of payments is the law's where the lender sets none, a contrary one is refused unless a
// rulebook of the lender's advises the rule away, and penalty interest asks no more than the law lets it.
func TestTermsFollowTheLaw(t *testing.T) {
	base, err := testSpec()
	if err != nil {
		t.Fatal(err)
	}
	with := func(order []assess.Component, own string, tables ...Source) (*Portfolio, error) {
		s := base
		s.Terms.Order = order
		if own != "" {
			s.Rulebooks = append(s.Rulebooks[:1:1], Source{Name: "acme/rulebook.yaml", Body: []byte(own)})
		}
		s.Tables = append(s.Tables[:len(s.Tables):len(s.Tables)], tables...)
		return Compile(s)
	}
	p, err := with(nil, "")
	if err != nil || len(p.Terms.Order) != 3 || p.Terms.Order[0] != assess.Fees {
		t.Errorf("order %v: %v", p.Terms.Order, err)
	}
	if _, err := with([]assess.Component{assess.Fees, assess.Penalty, assess.Interest, assess.Principal}, ""); err != nil {
		t.Errorf("with penalty interest among the parts: %v", err)
	}
	contrary := []assess.Component{assess.Principal, assess.Interest, assess.Fees}
	if _, err := with(contrary, ""); !errors.Is(err, ErrDocument) || !strings.Contains(err.Error(), "terms.order is not that of rule CN-ALLOC-01") {
		t.Errorf("a contrary order: %v", err)
	}
	const advise = "id: acme\nversion: \"1\"\ntitle: {en: Ours, zh: 自定}\nadvise:\n  - {rule: CN-ALLOC-01, reason: contract clause 7}\n"
	if p, err = with(contrary, advise); err != nil || p.Terms.Order[0] != assess.Principal {
		t.Errorf("advised away: %v", err)
	}

	day := ledger.NewDate(2026, 9, 24)
	loan := func(product string) *ledger.Loan {
		return &ledger.Loan{Product: product, AnnualRate: 200_000, PenaltyMultiplier: 2_000_000, OpenedOn: ledger.NewDate(2026, 2, 1)}
	}
	if most, known := p.Terms.Ceiling(loan("card"), day); !known || most != 300_000 {
		t.Errorf("a card: %s %v", most, known)
	}
	if _, known := p.Terms.Ceiling(loan("private"), day); known {
		t.Error("four times a rate that nobody published is known")
	}
	rates := Source{Name: "acme/rates.csv", Body: []byte("series,from,rate,source,status\ncn_lpr_1y,2026-01-20,3%,PBoC,P\n")}
	if p, err = with(nil, "", rates); err != nil {
		t.Fatal(err)
	}
	if most, known := p.Terms.Ceiling(loan("private"), day); !known || most != 120_000 {
		t.Errorf("four times 3%%: %s %v", most, known)
	}
	if most, known := p.Terms.Ceiling(loan(""), day); !known || most != 300_000 {
		t.Errorf("a loan of no stated product: %s %v", most, known)
	}
	if _, err := with(nil, "", Source{Name: "acme/days.csv"}); err == nil || !strings.Contains(err.Error(), "a table is called workdays.csv or rates.csv") {
		t.Errorf("a table of another name: %v", err)
	}
}
