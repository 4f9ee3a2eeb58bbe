package measure

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dulyhq/duly/ledger"
)

// rowsOf writes a sheet's rows in short, so that a test can say what it expects.
func rowsOf(s *Sheet) (out []string) {
	for _, row := range s.Rows {
		var cells []string
		for i, c := range row {
			switch {
			case c.None:
				cells = append(cells, "-")
			case s.Columns[i].Kind == AsText:
				cells = append(cells, c.Word)
			default:
				cells = append(cells, fmt.Sprint(c.N, c.Unit))
			}
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func TestSheets(t *testing.T) {
	day := func(s string) ledger.Date {
		d, err := ledger.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	sept, aug := day("2026-09-01"), day("2026-08-01")
	buckets := []string{"current", "1-3", "31-60"}
	rates := []Line{
		{Day: day("2026-08-31"), Stage: "current", Name: "1-3", Unit: "CNY", N: 1},
		{Day: day("2026-08-31"), Stage: "current", Name: "current", Unit: "CNY", N: 3},
		{Day: day("2026-08-31"), Stage: "1-3", Name: "current", Unit: "CNY", N: 1, Minor: 100, Came: 100},
		{Day: day("2026-08-31"), Stage: "1-3", Name: "31-60", Unit: "CNY", N: 3, Minor: 300, Came: 100},
	}
	for _, c := range []struct {
		name  string
		sheet Sheet
		want  []string
	}{
		{"nth", Nth([]Line{{Name: "02", N: 10, Paid: 1}, {Name: "01", N: 4, Paid: 1, Minor: 3, Unit: "USD"}, {Name: "01", N: 30, Replied: 3, Paid: 15, Stopped: 1, Minor: 7, Unit: "CNY"}, {Name: "01", N: 10, Unit: "CNY"}}), []string{
			"1|40|3|750|15|3750|2500|0|7CNY", "1|4|0|0|1|2500|0|0|3USD", "2|10|0|0|1|1000|0|0|-",
		}},
		{"treatments", Treatments([]Line{
			{Stage: "4-7", Name: "2", State: "delivered", N: 8, Paid: 2, Minor: 5, Unit: "CNY"},
			{Stage: "4-7", Name: "2", State: "accepted", N: 2, Unit: "CNY"},
			{Stage: "4-7", Name: "2", State: "cancelled", N: 100},
			{Stage: "1-3", Name: "1", State: "undelivered", N: 1},
			{Stage: "answer", Name: "9", State: "delivered", N: 50},
		}, []string{"1-3", "4-7"}), []string{"1-3|1|1|0|0|0|0|-|0", "4-7|2|10|8|0|2|2000|5CNY|0"}},
		{"promises", Promises([]Line{
			{Day: sept, Name: "promise", State: "kept", N: 2, Minor: 20, Came: 20, Unit: "CNY"},
			{Day: sept, Name: "promise", State: "late_kept", N: 1, Minor: 10, Came: 10, Unit: "CNY"},
			{Day: sept, Name: "promise", State: "broken", N: 1, Minor: 10, Unit: "CNY"},
			{Day: sept, Name: "promise", State: "live", N: 5, Minor: 50, Unit: "CNY"},
		}), []string{"2026-09|promise|9|3|0|1|7500|90CNY|30CNY"}},
		{"complaints", Complaints([]Line{
			{Day: sept, Stage: "1-3", State: "delivered", N: 9_000, Complained: 9, Stopped: 20},
			{Day: sept, Stage: "answer", State: "delivered", N: 9_000},
			{Day: aug, Stage: "1-3", State: "expired", N: 5},
			{Day: sept, Stage: "1-3", State: "unknown", N: 1_000, Chased: 2},
		}), []string{"2026-09|10000|9|90|20|200|2"}},
		{"rates", Rates(rates, buckets), []string{"current|4|-|2500|7500|2500|0", "1-3|4|2500|7500|2500|0|7500"}},
		{"recovery", RollIn(rates, "current"), []string{"2026-08|4|1|2500|4|1|2500|400CNY|200CNY"}},
		{"cures", Cures(rates, buckets), []string{"1-3|4|1|2500|7500|400CNY|200CNY|5000"}},
		{"cohorts", Cohorts([]Line{
			{Day: aug, Stage: "late", Name: "00", N: 10}, {Day: aug, Stage: "late", Name: "01", N: 10, Paid: 4, Stopped: 6}, {Day: sept, Stage: "late", Name: "00", N: 3, Paid: 1}, {Day: sept, Stage: "opened", Name: "00", N: 9},
		}, "late"), []string{"2026-08|10|0|4000", "2026-09|3|3333|-"}},
		{"opened", Cohorts([]Line{{Day: aug, Stage: "opened", Name: "00", N: 10}, {Day: aug, Stage: "opened", Name: "01", N: 10, Paid: 4, Stopped: 6}}, "opened"), []string{"2026-08|10|0|6000"}},
		{"holds", Holds([]Line{{Reason: "a", N: 1}, {Reason: "b", Stage: "1-3", N: 2}}), []string{"b|1-3|2", "a||1"}},
		{"bill", Bills([]Line{{Day: sept, Carrier: "main", N: 10, Parts: 20}, {Day: aug, Carrier: "main", N: 1, Parts: 2}},
			[]Bill{{"main", "2026-09", 21, 100, "CNY"}, {"other", "2026-09", 5, 7, "USD"}}, func(string) (int64, string) { return 4_500_000, "CNY" }), []string{
			"2026-08|main|1|2|-|-|9CNY|-|-", "2026-09|main|10|20|21|1|90CNY|100CNY|10CNY", "2026-09|other|0|0|5|5|0CNY|7USD|-",
		}},
		{"nothing", Nth(nil), nil},
	} {
		if got := rowsOf(&c.sheet); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
		for _, row := range c.sheet.Rows {
			if len(row) != len(c.sheet.Columns) {
				t.Errorf("%s: a row of %d cells under %d columns", c.name, len(row), len(c.sheet.Columns))
			}
		}
	}
}
