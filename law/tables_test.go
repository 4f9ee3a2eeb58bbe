package law_test

import (
	"strings"
	"testing"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

const head = "series,from,rate,source,status\n"

func TestSeries(t *testing.T) {
	series, err := law.ParseSeries("r.csv", []byte(head+"a,2026-01-01,3%,Bank,P\nb,2026-01-01,7.25%,Bank,P\na,2026-02-01,2.9%,Bank,M\na,2026-03-01,2.8%,Bank,V\na,2026-04-01,,Bank,P\n"))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2025-12-31": "", "2026-01-01": "0.03", "2026-01-31": "0.03", "2026-02-01": "", "2026-02-28": "", "2026-03-01": "0.028",
		"2026-03-31": "0.028", "2026-04-01": "", "2036-01-01": "",
	} {
		d, _ := ledger.ParseDate(day)
		got := ""
		if r, ok := series["a"].On(d); ok {
			got = r.String()
		}
		if got != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
	if _, ok := (law.Series{}).On(20000); ok {
		t.Error("the zero series publishes a rate")
	}
	if _, ok := series["b"].On(0); ok {
		t.Error("a rate on no day")
	}
	for want, doc := range map[string]string{
		"r.csv:1: the first line must be":          "a,2026-01-01,3%,Bank,P\n",
		"r.csv:1: holds no rate":                   head,
		`r.csv:2: "a,2026-01-01" is not a line`:    head + "a,2026-01-01\n",
		`r.csv:2: "2026-02-30" is not a date`:      head + "a,2026-02-30,3%,Bank,P\n",
		`r.csv:2: "3" is not a rate such as 3%`:    head + "a,2026-01-01,3,Bank,P\n",
		`r.csv:2: "0%" is not a rate`:              head + "a,2026-01-01,0%,Bank,P\n",
		`r.csv:2: "sure" is not a status`:          head + "a,2026-01-01,3%,Bank,sure\n",
		"r.csv:3: 2026-01-01 does not follow 2026": head + "a,2026-01-01,3%,Bank,P\na,2026-01-01,3%,Bank,P\n",
	} {
		if _, err := law.ParseSeries("r.csv", []byte(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func FuzzParseSeries(f *testing.F) {
	f.Add([]byte(head + "a,2026-01-01,3%,Bank,P\na,2026-04-01,,Bank,P\n"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		series, err := law.ParseSeries("f.csv", doc)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.csv:") {
				t.Errorf("%q does not begin with a place", err)
			}
			return
		}
		for id, s := range series {
			if r, ok := s.On(ledger.NewDate(2100, 1, 1)); ok && r <= 0 || id == "" {
				t.Errorf("%q: %s", id, r)
			}
		}
	})
}

func FuzzParseCalendar(f *testing.F) {
	f.Add([]byte("date,workday,holiday\n2026-01-01,0,New Year\n2026-01-02,1,\n"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := law.ParseCalendar("f.csv", doc)
		if err != nil && !strings.HasPrefix(err.Error(), "f.csv:") {
			t.Errorf("%q does not begin with a place", err)
		}
		if _, known := c.Workday(ledger.NewDate(2026, 6, 1)); err != nil && known {
			t.Error("a calendar with a mistake knows a year")
		}
	})
}
