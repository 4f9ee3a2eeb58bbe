package console

import (
	"testing"

	"github.com/dulyhq/duly/measure"
)

// TestChartsOfTwoCurrencies: bars of two currencies say which, and are as long as their share of their own currency's longest.
func TestChartsOfTwoCurrencies(t *testing.T) {
	row := func(name, unit string, n int64) []measure.Cell {
		return []measure.Cell{{Word: name}, {Word: "x"}, {N: n, Unit: unit}}
	}
	s := measure.Sheet{
		Bar: 2, Columns: []measure.Column{{EN: "Month"}, {EN: "Stage"}, {EN: "Paid", Kind: measure.AsAmount}},
		Rows: [][]measure.Cell{row("2026-09", "CNY", 1000), row("2026-09", "USD", 10), row("2026-10", "USD", 5)},
	}
	c := (&visit{lang: "en"}).chartOf(nil, &s)
	if c.Bars[0].Name != "2026-09 · x · CNY" || c.Bars[1].Name != "2026-09 · x · USD" || c.Bars[0].Width != chartBar || c.Bars[1].Width != chartBar || c.Bars[2].Width != chartBar/2 {
		t.Errorf("%+v", c.Bars)
	}
	s.Rows = s.Rows[:1]
	if c := (&visit{lang: "en"}).chartOf(nil, &s); c.Bars[0].Name != "2026-09 · x" {
		t.Errorf("%+v", c.Bars)
	}
}

// TestChartOfManyRows: of too many rules the chart shows those that hold most persons, and of too many months the latest.
func TestChartOfManyRows(t *testing.T) {
	s := measure.Sheet{Bar: 2, Columns: []measure.Column{{EN: "Rule"}, {EN: "Persons", Kind: measure.AsCount}, {EN: "Persons", Kind: measure.AsCount}}}
	for i := range mostBars + 10 {
		s.Rows = append(s.Rows, []measure.Cell{{Word: "r"}, {}, {N: int64(1000 - i)}})
	}
	for _, c := range []struct{ of, first string }{{"", "1,000"}, {"month", "990"}} {
		s.Columns[0].Of = c.of
		if got := (&visit{lang: "en"}).chartOf(nil, &s); len(got.Bars) != mostBars || got.Bars[0].Value != c.first {
			t.Errorf("%q: %d bars, the first %q", c.of, len(got.Bars), got.Bars[0].Value)
		}
	}
}
