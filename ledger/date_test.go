package ledger

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// asTimeHas says whether a day has the year, month, day and weekday that package time gives it.
func asTimeHas(d Date) error {
	want := time.Unix(int64(d)*86400, 0).UTC()
	wy, wm, wd := want.Date()
	if y, m, day := d.YMD(); y != wy || m != wm || day != wd || d.Weekday() != want.Weekday() {
		return fmt.Errorf("day %d is %d-%d-%d, %s; want %s", d, y, m, day, d.Weekday(), want.Format("2006-1-2 Monday"))
	}
	return nil
}

func TestYMD(t *testing.T) {
	for d := NewDate(1895, 1, 1); d < NewDate(2305, 1, 1); d++ {
		if err := asTimeHas(d); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []Date{0, math.MinInt32, math.MaxInt32, NewDate(0, 2, 29), NewDate(-1, 12, 31)} {
		if err := asTimeHas(d); err != nil {
			t.Error(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := asTimeHas(Date(rapid.Int32().Draw(t, "day"))); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAppendDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64Min(math.MinInt64+1).Draw(t, "minor"), rapid.SampledFrom([]Currency{"CNY", "JPY", "USD", "XXX"}).Draw(t, "currency")}
		sign, minor := "", m.Minor
		if minor < 0 {
			sign, minor = "-", -minor
		}
		want := fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
		if m.Currency == "JPY" {
			want = fmt.Sprintf("%s%d", sign, minor)
		}
		if got := string(m.AppendDecimal([]byte("x"))); got != "x"+want {
			t.Errorf("%d %s is written %q, want %q", m.Minor, m.Currency, strings.TrimPrefix(got, "x"), want)
		}
	})
	if got := (Money{Minor: math.MinInt64, Currency: "CNY"}).Decimal(); got != "-92233720368547758.08" {
		t.Error(got)
	}
}
