package assess

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
)

const day0 = ledger.Date(20_000)

func sampleFacts(t *rapid.T, pauses, reversals bool) Facts {
	f := Facts{Loan: ledger.Loan{
		Currency:          "CNY",
		AnnualRate:        ledger.Rate(rapid.Int64Range(0, 360_000).Draw(t, "rate")),
		PenaltyMultiplier: ledger.Rate(rapid.SampledFrom([]int64{0, 1_000_000, 1_300_000, 1_500_000}).Draw(t, "multiplier")),
	}}
	f.Terms.GraceDays = rapid.SampledFrom([]int{0, 3, 10}).Draw(t, "grace")
	f.Terms.DayCount = rapid.SampledFrom([]int{0, 360, 365}).Draw(t, "day_count")
	f.Terms.Order = rapid.SampledFrom([][]Component{
		nil, {Principal}, {Fees, Penalty, Interest, Principal}, {Principal, Penalty},
	}).Draw(t, "order")
	n := rapid.IntRange(0, 8).Draw(t, "instalments")
	for i := range n {
		in := ledger.Instalment{Number: i + 1, DueOn: day0 + ledger.Date(rapid.IntRange(0, 500).Draw(t, "due"))}
		in.Principal = rapid.Int64Range(0, 100_000).Draw(t, "principal")
		if in.Split = rapid.Bool().Draw(t, "split"); in.Split {
			in.Interest = rapid.Int64Range(0, 9_999).Draw(t, "interest")
			in.Fees = rapid.Int64Range(0, 999).Draw(t, "fees")
		}
		f.Instalments = append(f.Instalments, in)
	}
	for range rapid.IntRange(0, 8).Draw(t, "payments") {
		p := ledger.Payment{PaidOn: drawDay(t, "paid"), Minor: rapid.Int64Range(1, 150_000).Draw(t, "minor")}
		f.Payments = append(f.Payments, p)
		if reversals && rapid.Bool().Draw(t, "reversed") {
			back := ledger.Date(rapid.IntRange(0, 40).Draw(t, "after"))
			f.Payments = append(f.Payments, ledger.Payment{PaidOn: p.PaidOn + back, Minor: -p.Minor})
		}
	}
	if pauses {
		for range rapid.IntRange(0, 3).Draw(t, "pauses") {
			from := drawDay(t, "from")
			f.Pauses = append(f.Pauses, Pause{from, from + ledger.Date(rapid.IntRange(0, 60).Draw(t, "length"))})
		}
	}
	return f
}

// drawTurn draws a day at which something turns, or next to one, more often than any other.
func drawTurn(t *rapid.T, f Facts) ledger.Date {
	turns := []ledger.Date{drawDay(t, "on")}
	for _, i := range f.Instalments {
		turns = append(turns, i.DueOn, i.DueOn+ledger.Date(f.Terms.GraceDays), i.DueOn+lookback)
	}
	for _, p := range f.Payments {
		turns = append(turns, p.PaidOn)
	}
	for _, p := range f.Pauses {
		turns = append(turns, p.From, p.To, p.To, (p.From+p.To)/2)
	}
	return rapid.SampledFrom(turns).Draw(t, "turn") + ledger.Date(rapid.IntRange(-1, 2).Draw(t, "beside"))
}

func drawDay(t *rapid.T, label string) ledger.Date {
	return day0 + ledger.Date(rapid.IntRange(-20, 560).Draw(t, label))
}

// The position that planning reads from a standing is the one that the whole history gives.
func TestAtEqualsStandUntilItChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, true)
		on := drawTurn(t, f)
		s := Stand(f, on)
		if s.Broken {
			t.Fatal("broken", s)
		}
		last := s.ChangesOn
		if last == 0 {
			last = on + 400
		}
		if last <= on {
			t.Fatalf("changes on %v, which is not after %v", last, on)
		}
		for d := on; d < last; d++ {
			if got, want := s.At(d), Stand(f, d).At(d); got != want {
				t.Fatalf("At(%d) from %d: %+v\nwant %+v", d-day0, on-day0, got, want)
			}
		}
		if p := s.At(on - 1); !p.Broken || p.Due.Total != 0 {
			t.Fatalf("the day before gives %+v", p)
		}
	})
}

// TestMoneyIsConserved is invariant 8: what came is what was met plus credit, and due less met is overdue.
func TestMoneyIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, true)
		on := drawTurn(t, f)
		var b book
		b.open(&f, 0)
		b.replay(on)
		s := b.standing(on)
		var came, met, penalty, due, metDue int64
		for _, p := range f.Payments {
			if p.PaidOn <= on {
				came += p.Minor
			}
		}
		for i := range b.parts {
			p := &b.parts[i]
			m := p.paid[Fees] + p.paid[Interest] + p.paid[Principal]
			met, penalty = met+m, penalty+p.paid[Penalty]
			if p.DueOn < on {
				due, metDue = due+p.Amount(), metDue+m
			}
			for c := Fees; c <= Principal; c++ {
				if p.paid[c] < 0 || c != Penalty && p.left(c) < 0 {
					t.Fatalf("part %d component %d: paid %d", i, c, p.paid[c])
				}
			}
		}
		if came != met+penalty+s.Credit {
			t.Fatalf("came %d, met %d, penalty met %d, credit %d", came, met, penalty, s.Credit)
		}
		if got := s.Principal + s.Interest + s.Fees; got != due-metDue {
			t.Fatalf("overdue %d, due %d, met %d", got, due, metDue)
		}
		p := s.At(on)
		if sum := p.Due.Principal + p.Due.Interest + p.Due.Fees + p.Due.Penalty; sum != p.Due.Total {
			t.Fatalf("parts sum to %d of %d", sum, p.Due.Total)
		}
	})
}

func TestDPDNeverFallsWithoutPayments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, false)
		before := Stand(f, day0-30).At(day0 - 30)
		paid := map[ledger.Date]bool{}
		for _, p := range f.Payments {
			paid[p.PaidOn] = true
		}
		for d := day0 - 29; d < day0+600; d++ {
			p := Stand(f, d).At(d)
			if !paid[d] && (p.DPD < before.DPD || p.DPD > before.DPD+1+f.Terms.GraceDays) {
				t.Fatalf("day %d: DPD %d after %d", d-day0, p.DPD, before.DPD)
			}
			if !paid[d] && p.Due.Total < before.Due.Total {
				t.Fatalf("day %d: due %d after %d", d-day0, p.Due.Total, before.Due.Total)
			}
			before = p
		}
	})
}

// Pauses count each day once, however they overlap.
func TestPausesCountEachDayOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, false)
		var b book
		b.open(&f, 0)
		from, to := drawDay(t, "a"), drawDay(t, "b")
		want := 0
		for d := from + 1; d <= to; d++ {
			if !slices.ContainsFunc(f.Pauses, func(p Pause) bool { return p.From <= d && d <= p.To }) {
				want++
			}
		}
		if from <= to && b.counted(from, to) != want {
			t.Fatalf("%d days counted of %d", b.counted(from, to), want)
		}
		shuffled := f
		shuffled.Pauses = append(slices.Clone(f.Pauses), f.Pauses...)
		slices.Reverse(shuffled.Pauses)
		if got, want := Stand(shuffled, to), Stand(f, to); got != want {
			t.Fatalf("pauses given twice: %+v\nwant %+v", got, want)
		}
	})
}

func TestOrderOfRowsIsIrrelevant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, true)
		on := drawTurn(t, f)
		want, lines := Stand(f, on), Work(f, on)
		g := f
		g.Instalments = rapid.Permutation(f.Instalments).Draw(t, "instalments")
		g.Payments = rapid.Permutation(f.Payments).Draw(t, "payments")
		g.Pauses = rapid.Permutation(f.Pauses).Draw(t, "pauses")
		if got := Stand(g, on); got != want {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
		if !slices.Equal(Work(g, on), lines) {
			t.Fatal("the working differs")
		}
	})
}

// From the day of a reversal on, what it takes back counts as never paid. Penalty interest is the exception
// that the borrower is owed: none ran while the money was there.
func TestReversedIsNeverPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, false)
		f.Terms.Order = nil
		paid := drawDay(t, "paid")
		back := paid + ledger.Date(rapid.IntRange(0, 90).Draw(t, "after"))
		minor := rapid.Int64Range(1, 200_000).Draw(t, "minor")
		on := back + ledger.Date(rapid.IntRange(0, 90).Draw(t, "on"))
		for _, p := range f.Payments {
			if p.PaidOn > paid && p.PaidOn <= back {
				t.Skip("money in between may be late for one and in time for the other")
			}
		}
		never := Stand(f, on)
		f.Payments = append(f.Payments, ledger.Payment{PaidOn: paid, Minor: minor}, ledger.Payment{PaidOn: back, Minor: -minor})
		got := Stand(f, on)
		if got.Penalty > never.Penalty || back == paid && got.Penalty != never.Penalty {
			t.Fatalf("penalty %d, never paid %d", got.Penalty, never.Penalty)
		}
		got.Penalty, never.Penalty = 0, 0
		got.Slips, got.OnTime, got.Lates = never.Slips, never.OnTime, never.Lates
		if got != never {
			t.Fatalf("reversed %+v\nnever %+v", got, never)
		}
	})
}

func TestWorkingSumsToThePosition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFacts(t, true, true)
		on := drawTurn(t, f)
		lines, p := Work(f, on), Stand(f, on).At(on)
		total := lines[len(lines)-1]
		if total.Minor != p.Due.Total || total.Parts != p.Due || total.Days != p.DPD || total.Kind != LineTotal {
			t.Fatalf("total %+v\nposition %+v", total, p)
		}
		balance, due := int64(0), map[int]bool{}
		for _, l := range lines[:len(lines)-1] {
			switch {
			case l.Kind == LineDue:
				balance += l.Minor - l.Ahead
				due[l.Number] = true
			case l.Kind == LinePenalty:
				balance += l.Minor
			case l.Kind == LinePaid:
				balance -= l.Minor
			case l.Kind == LineReversed && due[l.Number]:
				balance += l.Minor
			}
			if l.Balance != balance {
				t.Fatalf("balance %d after %+v, want %d", l.Balance, l, balance)
			}
		}
		if balance != p.Due.Total {
			t.Fatalf("lines sum to %d, total %d", balance, p.Due.Total)
		}
	})
}
