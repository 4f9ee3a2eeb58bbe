package assess

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
)

var update = flag.Bool("update", false, "write the golden files")

// card is a small loan: three instalments, money late, ahead and taken back.
func card() Facts {
	day := func(m time.Month, d int) ledger.Date { return ledger.NewDate(2026, m, d) }
	return Facts{
		Loan: ledger.Loan{Currency: "CNY", AnnualRate: 150_000, PenaltyMultiplier: 1_500_000},
		Instalments: []ledger.Instalment{
			{Number: 4, DueOn: day(7, 10), Principal: 90_000, Interest: 9_000, Fees: 1_000, Split: true},
			{Number: 5, DueOn: day(8, 10), Principal: 100_000},
			{Number: 6, DueOn: day(9, 10), Principal: 100_000},
		},
		Payments: []ledger.Payment{
			{PaidOn: day(7, 20), Minor: 60_000},
			{PaidOn: day(7, 25), Minor: 90_000},
			{PaidOn: day(7, 28), Minor: -90_000},
			{PaidOn: day(8, 20), Minor: 20_000},
		},
	}
}

func TestWorkingReads(t *testing.T) {
	var out strings.Builder
	on := ledger.NewDate(2026, 8, 25)
	for _, order := range [][]Component{nil, {Fees, Penalty, Interest, Principal}} {
		f := card()
		f.Terms.Order = order
		for _, lang := range []string{"zh", "en"} {
			for _, l := range Work(f, on) {
				out.WriteString(l.Text(lang, "CNY") + "\n")
			}
			out.WriteString("\n")
		}
	}
	golden := filepath.Join("testdata", "working.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != out.String() {
		t.Fatalf("the working reads differently from %s (%v):\n%s", golden, err, out.String())
	}
}

func TestDueDayIsNotOverdue(t *testing.T) {
	due := ledger.NewDate(2026, 9, 11)
	f := Facts{Instalments: []ledger.Instalment{{Number: 1, DueOn: due, Principal: 100}}}
	for days, want := range map[ledger.Date]Position{
		-3: {NextDueOn: due, NextDue: 100},
		0:  {NextDueOn: due, NextDue: 100},
		1:  {DPD: 1, OldestUnpaid: due, Due: Due{Total: 100, Principal: 100}, Slips: 1, Lates: 1},
		40: {DPD: 40, OldestUnpaid: due, Due: Due{Total: 100, Principal: 100}, Slips: 1, Lates: 40},
	} {
		want.On = due + days
		if got := Stand(f, want.On).At(want.On); got != want {
			t.Errorf("D%+d: %+v\nwant %+v", days, got, want)
		}
	}
	f.Payments = []ledger.Payment{{PaidOn: due + 1, Minor: 100}}
	if p := Stand(f, due+1).At(due + 1); p.DPD != 0 || p.Slips != 1 || p.Lates != 1 {
		t.Errorf("paid a day late, on that day: %+v", p)
	}
	f.Terms.GraceDays = 3
	if p := Stand(f, due+1).At(due + 1); p.OnTime != 1 || p.Slips != 0 {
		t.Errorf("paid within the grace: %+v", p)
	}
	f.Payments = nil
	for days, dpd := range map[ledger.Date]int{3: 0, 4: 4} {
		if p := Stand(f, due+days).At(due + days); p.DPD != dpd || p.Due.Total != 100 {
			t.Errorf("D%+d with 3 days of grace: %+v", days, p)
		}
	}
}

// 10,000.00 at 15 % × 1.5 over 360 days is 6.25 a day.
func TestPenaltyInterestByHand(t *testing.T) {
	due := ledger.NewDate(2026, 9, 1)
	f := Facts{
		Loan:        ledger.Loan{AnnualRate: 150_000, PenaltyMultiplier: 1_500_000},
		Instalments: []ledger.Instalment{{Number: 1, DueOn: due, Principal: 1_000_000}},
		Payments:    []ledger.Payment{{PaidOn: due + 10, Minor: 500_000}},
		Pauses:      []Pause{{due + 13, due + 15}, {due + 14, due + 14}, {due + 15, due + 16}},
	}
	for days, want := range map[ledger.Date]int64{1: 625, 9: 5625, 10: 6250, 11: 6563, 12: 6875, 13: 6875, 16: 6875, 17: 7188} {
		p := Stand(f, due+days).At(due + days)
		if p.Due.Penalty != want {
			t.Errorf("D%+d: penalty %d, want %d", days, p.Due.Penalty, want)
		}
	}
	if p := Stand(f, due+20).At(due + 20); p.DPD != 16 || p.PerDay != 313 {
		t.Errorf("after a pause of 4 days: %+v", p)
	}
}

func TestContradictionsAreBroken(t *testing.T) {
	on := ledger.NewDate(2026, 9, 1)
	one := []ledger.Instalment{{Number: 1, DueOn: on - 5, Principal: 100}}
	for name, f := range map[string]Facts{
		"more taken back than came": {Instalments: one, Payments: []ledger.Payment{{PaidOn: on - 1, Minor: -1}}},
		"a negative part":           {Instalments: []ledger.Instalment{{Number: 1, DueOn: on - 5, Principal: 100, Fees: -1}}},
		"no due date":               {Instalments: []ledger.Instalment{{Number: 1, Principal: 100}}},
		"payments overflow": {Payments: []ledger.Payment{
			{PaidOn: on - 1, Minor: math.MaxInt64}, {PaidOn: on - 1, Minor: 1},
		}},
		"instalments overflow": {Instalments: []ledger.Instalment{
			{Number: 1, DueOn: on - 5, Principal: math.MaxInt64}, {Number: 2, DueOn: on - 5, Principal: math.MaxInt64},
		}},
		"parts overflow":      {Instalments: []ledger.Instalment{{Number: 1, DueOn: on - 5, Principal: math.MaxInt64, Fees: 1}}},
		"the least number":    {Payments: []ledger.Payment{{PaidOn: on - 1, Minor: math.MinInt64}}},
		"penalty overflows":   {Loan: ledger.Loan{AnnualRate: 1e12, PenaltyMultiplier: 1e6}, Instalments: []ledger.Instalment{{Number: 1, DueOn: on - 5, Principal: 1e15}}},
		"rates overflow":      {Loan: ledger.Loan{AnnualRate: 1e12, PenaltyMultiplier: 1e12}, Instalments: one},
		"a pause runs back":   {Pauses: []Pause{{on, on - 1}}, Instalments: one},
		"a year of 5000 days": {Terms: Terms{DayCount: 5000}, Instalments: one},
	} {
		s := Stand(f, on)
		if p := s.At(on); !s.Broken || !p.Broken || p.Due.Total != 0 || Work(f, on) != nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestToneAndBucket(t *testing.T) {
	for _, c := range []struct {
		p    Position
		want Tone
	}{
		{Position{}, Lenient},
		{Position{DPD: 5, Slips: 1, Lates: 5}, Lenient},
		{Position{DPD: 5, Slips: 2, Lates: 12}, Standard},
		{Position{DPD: 1, Slips: 3, Lates: 2}, Firm},
		{Position{DPD: 31, Slips: 1, Lates: 31}, Firm},
		{Position{DPD: 91, Slips: 1, Lates: 91}, Human},
		{Position{Broken: true}, Human},
	} {
		if got := ToneOf(c.p); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p, got, c.want)
		}
	}
	for dpd, want := range map[int]string{
		-3: Current, 0: Current, 1: Days1To3, 3: Days1To3, 4: Days4To7, 7: Days4To7, 8: Days8To15, 15: Days8To15,
		16: Days16To30, 30: Days16To30, 31: Days31To60, 60: Days31To60, 61: Days61To90, 90: Days61To90, 91: Days91Up,
	} {
		if got := BucketOf(dpd); got != want {
			t.Errorf("%d days: %s, want %s", dpd, got, want)
		}
	}
}
