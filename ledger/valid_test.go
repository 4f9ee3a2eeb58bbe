package ledger

import (
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	cny := func(minor int64) Money { return Money{Minor: minor, Currency: "CNY"} }
	day := NewDate(2026, 9, 11)
	borrower := BorrowerRow{ID: "B1", Name: "王小明", Language: "zh", Zone: "Asia/Shanghai", Country: "CN", Region: "CN-ZJ", Age: 30}
	loan := LoanRow{ID: "C1", BorrowerID: "B1", Currency: "CNY", OpenedOn: day, ClosedOn: day, AnnualRate: 150_000, PenaltyMultiplier: 1_500_000}
	instalment := InstalmentRow{LoanID: "C1", Number: 1, DueOn: day, Amount: cny(10), Principal: cny(7), Interest: cny(2), Fees: cny(1), Split: true}
	payment := PaymentRow{ID: "P2", LoanID: "C1", PaidOn: day, Amount: cny(-10), Reverses: "P1"}
	for name, faults := range map[string][]Fault{
		"": append(append(append(borrower.Faults(), loan.Faults()...), instalment.Faults()...), payment.Faults()...),

		"borrower_id": with(borrower, func(r *BorrowerRow) { r.ID = "" }).Faults(),
		"name":        with(borrower, func(r *BorrowerRow) { r.Name = "王\u202e明" }).Faults(),
		"language":    with(borrower, func(r *BorrowerRow) { r.Language = "fr" }).Faults(),
		"country":     with(borrower, func(r *BorrowerRow) { r.Country, r.Region = "china", "" }).Faults(),
		"region":      with(borrower, func(r *BorrowerRow) { r.Region = "US-CA" }).Faults(),
		"age":         with(borrower, func(r *BorrowerRow) { r.Age = -1 }).Faults(),
		"phone":       with(borrower, func(r *BorrowerRow) { r.Phone = strings.Repeat("1", 41) }).Faults(),

		"loan_id":            with(loan, func(r *LoanRow) { r.ID = strings.Repeat("王", 65) }).Faults(),
		"currency":           with(loan, func(r *LoanRow) { r.Currency = "" }).Faults(),
		"closed_on":          with(loan, func(r *LoanRow) { r.ClosedOn-- }).Faults(),
		"annual_rate":        with(loan, func(r *LoanRow) { r.AnnualRate = MaxAnnual + 1 }).Faults(),
		"penalty_multiplier": with(loan, func(r *LoanRow) { r.PenaltyMultiplier = -1 }).Faults(),

		"number":   with(instalment, func(r *InstalmentRow) { r.Number = MaxNumber + 1 }).Faults(),
		"due_on":   with(instalment, func(r *InstalmentRow) { r.DueOn = 0 }).Faults(),
		"interest": with(instalment, func(r *InstalmentRow) { r.Interest.Minor = -1 }).Faults(),
		"amount":   with(instalment, func(r *InstalmentRow) { r.Amount.Minor++ }).Faults(),
		"fees":     with(instalment, func(r *InstalmentRow) { r.Fees.Currency = "USD" }).Faults(),

		"paid_on":  with(payment, func(r *PaymentRow) { r.PaidOn = NewDate(1800, 1, 1) }).Faults(),
		"reverses": with(payment, func(r *PaymentRow) { r.Reverses = "P2" }).Faults(),
	} {
		switch {
		case name == "" && len(faults) > 0:
			t.Error(faults)
		case name != "" && (len(faults) != 1 || faults[0].Field != name):
			t.Errorf("%s: %v", name, faults)
		}
	}
	if n := testing.AllocsPerRun(10, func() { borrower.Faults(); loan.Faults(); instalment.Faults(); payment.Faults() }); n > 0 {
		t.Errorf("judging good rows allocates %v times", n)
	}
}

func with[T any](row T, change func(*T)) *T {
	change(&row)
	return &row
}
