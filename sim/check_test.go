package sim

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

var shanghai = time.FixedZone("CST", 8*3600)

// oneLoan is a ledger of one borrower who owes 1,240.00 since 2026-09-15 and 500.00 from 2026-10-15 on.
func oneLoan(t *testing.T, rate string) *core {
	t.Helper()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	c, err := newCore(shanghai, 1, fstest.MapFS{
		"borrowers.csv": file("borrower_id,name,phone\nB1,甲,+8617405900009\n"),
		"loans.csv": file("loan_id,borrower_id,product,currency,opened_on,principal,annual_rate,penalty_multiplier\n" +
			"L1,B1,card,CNY,2026-01-01,9000.00," + rate + ",1.5\n"),
		"instalments.csv": file("loan_id,number,due_on,amount\nL1,1,2026-09-15,1240.00\nL1,2,2026-10-15,500.00\n"),
		"payments.csv":    file("payment_id,loan_id,paid_on,amount\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const number = "8617405900009"

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 9, day, hour, minute, 0, 0, shanghai)
}

// arrival is a whole message as the carrier took it.
func arrival(seq int, when time.Time, text string) smsc.Arrival {
	a := smsc.Arrival{Whole: text, Came: 1}
	a.Sequence, a.Message, a.Civil, a.Destination, a.Parts, a.Part.Part = seq, seq, when, number, 1, 1
	for _, r := range text {
		a.Hash = a.Hash*31 + uint64(r)
	}
	return a
}

// TestExaminer shows that each thing that must not happen is found when it has, and that nothing is when it has not.
func TestExaminer(t *testing.T) {
	say := func(amount string) string { return "截至今日应还" + amount + "元" }
	good := arrival(1, at(18, 10, 0), say("1,240.00"))
	for name, x := range map[string]struct {
		arrivals []smsc.Arrival
		prepare  func(*examiner, []smsc.Arrival)
		want     Zero
	}{
		"all is well":   {arrivals: []smsc.Arrival{good}},
		"twice":         {arrivals: []smsc.Arrival{good, arrival(2, at(27, 10, 0), say("1,240.00"))}, want: Twice},
		"after a stop":  {arrivals: []smsc.Arrival{good, arrival(2, at(27, 10, 0), "应还1240.00元")}, prepare: func(x *examiner, _ []smsc.Arrival) { x.stops[number] = 1 }, want: AfterStop},
		"stop answered": {arrivals: []smsc.Arrival{good}, prepare: func(x *examiner, _ []smsc.Arrival) { x.stops[number] = 1 }},
		"too early":     {arrivals: []smsc.Arrival{arrival(1, at(18, 7, 59), say("1,240.00"))}, want: OutsideHours},
		"too late":      {arrivals: []smsc.Arrival{arrival(1, at(18, 22, 0), say("1,240.00"))}, want: OutsideHours},
		"valid beyond": {arrivals: []smsc.Arrival{good}, prepare: func(_ *examiner, a []smsc.Arrival) {
			a[0].Validity = at(18, 22, 1)
		}, want: OutsideHours},
		"two a day":       {arrivals: []smsc.Arrival{good, arrival(2, at(18, 18, 0), "应还1240.00元")}, want: OverCaps},
		"four in a week":  {arrivals: []smsc.Arrival{good, arrival(2, at(19, 10, 0), "1 应还1240.00元"), arrival(3, at(20, 10, 0), "2 应还1240.00元"), arrival(4, at(25, 9, 59), "3 应还1240.00元")}, want: OverCaps},
		"a week is over":  {arrivals: []smsc.Arrival{good, arrival(2, at(19, 10, 0), "1 应还1240.00元"), arrival(3, at(20, 10, 0), "2 应还1240.00元"), arrival(4, at(25, 10, 0), "3 应还1240.00元")}},
		"wrong amount":    {arrivals: []smsc.Arrival{arrival(1, at(18, 10, 0), say("1,239.99"))}, want: WrongAmount},
		"no amount":       {arrivals: []smsc.Arrival{arrival(1, at(18, 10, 0), "您好")}, want: WrongAmount},
		"the part paid":   {arrivals: []smsc.Arrival{arrival(1, at(18, 10, 0), say("740.00"))}, prepare: paidBefore(50000)},
		"the old amount":  {arrivals: []smsc.Arrival{good}, prepare: paidBefore(50000), want: WrongAmount},
		"all is paid":     {arrivals: []smsc.Arrival{good}, prepare: paidBefore(174000), want: PaidUp},
		"throttled, then": {arrivals: []smsc.Arrival{refused(good), arrival(2, at(18, 10, 0), say("1,240.00"))}},
		"half a message":  {arrivals: []smsc.Arrival{half(good)}, want: Incomplete},
		"torn": {arrivals: []smsc.Arrival{half(good)}, prepare: func(x *examiner, _ []smsc.Arrival) {
			x.torn = []span{{1, 1}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			e := examiner{core: oneLoan(t, "0"), stops: map[string]int{}, found: map[Zero]*Count{}}
			if x.prepare != nil {
				x.prepare(&e, x.arrivals)
			}
			e.examine(x.arrivals)
			for _, c := range e.counts() {
				if want := c.What == x.want; (c.Found > 0) != want {
					t.Errorf("%s found %d times: %v", c.What, c.Found, c.Cases)
				}
			}
		})
	}
}

func paidBefore(minor int64) func(*examiner, []smsc.Arrival) {
	return func(x *examiner, _ []smsc.Arrival) {
		x.core.pay(number, minor, at(18, 9, 40), false)
		x.core.learned(at(18, 9, 45))
	}
}

func refused(a smsc.Arrival) smsc.Arrival {
	a.Status = smpp.Throttled
	return a
}

func half(a smsc.Arrival) smsc.Arrival {
	a.Parts = 2
	return a
}

// TestBalance: states that do not sum to the intents, and a carrier that has other than the books say, are found.
func TestBalance(t *testing.T) {
	arrivals := []smsc.Arrival{arrival(1, at(18, 10, 0), "a"), arrival(2, at(18, 10, 0), "b")}
	for name, x := range map[string]struct {
		planned int64
		states  map[string]int64
		good    bool
	}{
		"all is well":          {3, map[string]int64{"delivered": 2, "cancelled": 1}, true},
		"unknown may be there": {3, map[string]int64{"delivered": 1, "unknown": 2}, true},
		"one is lost":          {4, map[string]int64{"delivered": 2, "cancelled": 1}, false},
		"sure of too many":     {3, map[string]int64{"delivered": 3}, false},
		"sure of too few":      {3, map[string]int64{"delivered": 1, "waiting": 2}, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := examiner{found: map[Zero]*Count{}}
			e.balance(x.planned, x.states, arrivals)
			if found := e.found[Unaccounted] != nil; found == x.good {
				t.Errorf("found %v: %v", found, e.counts())
			}
		})
	}
}

// TestOwed pins the plain arithmetic: 1,240.00 at 24 % × 1.5 is 1.24 a day; what is paid lessens the following
// nights, and payments that were not stated yet do not count.
func TestOwed(t *testing.T) {
	c := oneLoan(t, "0.24")
	for _, x := range []struct {
		at   time.Time
		want string
	}{
		{at(14, 10, 0), "1240.00"},
		{at(15, 23, 0), "1240.00"},
		{at(16, 0, 0), "1241.24"},
		{at(18, 9, 44), "1243.72"},
		{at(18, 9, 45), "743.72"},
		{at(19, 10, 0), "744.46"},
		{at(25, 10, 0), "500.00"},
	} {
		if x.at.Equal(at(18, 9, 45)) {
			c.pay(number, 50000, at(18, 9, 40), false)
			c.learned(x.at)
		}
		if x.at.Equal(at(25, 10, 0)) {
			c.pay(number, 74000, x.at, false)
			c.learned(x.at)
		}
		if got := decimal(c.owed(number, x.at)); got != x.want {
			t.Errorf("%s: %s, want %s", x.at.Format("01-02 15:04"), got, x.want)
		}
	}
}

// TestPeopleDoTheSame: what a handset does hangs on the seed, the number and the count, and on nothing else.
func TestPeopleDoTheSame(t *testing.T) {
	took, answered := 0, 0
	for i := range 2000 {
		to := fmt.Sprintf("8617405%06d", i)
		a, b := crowd{seed: 7}, crowd{seed: 7}
		x, y := a.behave(to, "应还100.00元", 1), b.behave(to, "应还100.00元", 1)
		if x != y {
			t.Fatalf("%s: %+v and %+v", to, x, y)
		}
		if x.State == 0 && !x.Silent {
			took++
		}
		if x.Reply != "" {
			answered++
		}
	}
	if took < 1780 || took > 1900 {
		t.Errorf("%d of 2,000 handsets take messages, want about 92 %%", took)
	}
	if answered < 240 || answered > 420 {
		t.Errorf("%d of 2,000 answered", answered)
	}
}

// TestClockNeverGoesBack is what lets civil time be read from several places.
func TestClockNeverGoesBack(t *testing.T) {
	c := NewClock(at(18, 10, 0))
	c.move(at(17, 10, 0))
	if got := c.Now(); !got.Equal(at(18, 10, 0)) {
		t.Errorf("the clock went back to %s", got)
	}
	c.move(at(18, 11, 0))
	if ledger.Day(c.Now()) != ledger.NewDate(2026, 9, 18) || c.Now().Hour() != 11 {
		t.Errorf("the clock is at %s", c.Now())
	}
}
