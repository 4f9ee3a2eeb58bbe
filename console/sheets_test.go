package console_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// history gives a house sums of half a year, as if it had sent messages all the while.
func (h *house) history() {
	h.t.Helper()
	ctx := context.Background()
	for i, ref := range []string{"cards", "cars"} {
		row := h.rows[ref].ID
		var sums []store.Rolled
		add := func(k store.Roll, v store.Sums) {
			k.Portfolio = row
			sums = append(sums, store.Rolled{Roll: k, Sums: v})
		}
		for m := range ledger.Date(6) {
			day := ledger.Day(thursday) - m*30
			n := int64(4000 - 300*m + ledger.Date(i))
			for s, stage := range []string{"pre-due", "1-3", "4-7", "8-15", "16-30", "31-60"} {
				v := store.Sums{N: n, Parts: 2 * n, Replied: n / 20, Stopped: n / 200, Complained: n / 2000, Paid: n / int64(3+s), Minor: n * 20_000}
				add(store.Roll{What: "message", Day: day, Stage: stage, State: "delivered", Unit: "CNY"}, v)
				add(store.Roll{What: "act", Day: day, Stage: stage, Name: fmt.Sprint(s + 1), Carrier: "main", State: "delivered", Unit: "CNY"}, v)
			}
			add(store.Roll{What: "sent", Day: day, Carrier: "main"}, store.Sums{N: 6 * n, Parts: 12 * n})
			for x := range int64(10) {
				add(store.Roll{What: "nth", Day: day, Name: fmt.Sprintf("%02d", x+1), Unit: "CNY"}, store.Sums{N: n / (x + 1), Replied: n / (20 * (x + 1)), Paid: n / (3 * (x + 1) * (x + 1)), Stopped: n / (200 * (x + 1)), Minor: n * 9000 / (x + 1)})
			}
			for s, state := range []string{"kept", "late_kept", "part_kept", "broken", "live"} {
				add(store.Roll{What: "arrangement", Day: day, Name: "promise", State: state, Unit: "CNY"}, store.Sums{N: int64(90 - 15*s), Minor: 8_000_000, Came: 5_000_000})
			}
		}
		add(store.Roll{What: "hold", Day: ledger.Day(thursday), Stage: "1-3", Reason: "duly:promise"}, store.Sums{N: 41})
		must(h.t, h.store.FillRolled(ctx, sums))
		must(h.t, h.engine.Walk(ctx, h.engine.Portfolios[i], ledger.Day(thursday)+62))
	}
}

// TestSheets: each report is shown of one's own portfolios, with a chart or a matrix, and is to be had as CSV and as Parquet.
func TestSheets(t *testing.T) {
	h := newHouse(t)
	h.history()
	vic := h.inside(h.hire("vic9", access.Grant{Role: access.Viewer, Portfolio: "cards"}))
	own, other := fmt.Sprintf("/console/reports/%d/", h.rows["cards"].ID), fmt.Sprintf("/console/reports/%d/", h.rows["cars"].ID)
	for _, name := range engine.SheetNames() {
		g := vic.get("/console/reports/sheet/" + name + "?lang=en")
		if g.code != http.StatusOK || !strings.Contains(g.text, own+name+".csv") || strings.Contains(g.text, other) || strings.Contains(g.text, "style=") {
			t.Errorf("%s: %d %s", name, g.code, plain(g.text))
		}
		if chart := strings.Contains(g.text, "<svg"); chart != (name != "rates" && name != "holds" && name != "bill" && name != engine.ExtractName && !strings.HasPrefix(name, "cohorts")) && name != "holds" {
			t.Errorf("%s: chart %v", name, chart)
		}
		if g := vic.get(own + name + ".csv"); g.code != http.StatusOK || strings.Count(g.text, "\n") < 2 || !strings.HasPrefix(g.text, "portfolio,") {
			t.Errorf("%s: %d %s", name, g.code, g.text)
		}
		if g := vic.get(other + name + ".csv"); g.code != http.StatusForbidden {
			t.Errorf("%s of another portfolio: %d", name, g.code)
		}
	}
	file := vic.raw(own + "nth.parquet")
	f, err := parquet.OpenFile(bytes.NewReader([]byte(file)), int64(len(file)))
	if err != nil || f.NumRows() != 10 {
		t.Errorf("the Parquet file: %v %v", f, err)
	}
	for path, want := range map[string]int{
		"/console/reports/sheet/nothing": http.StatusNotFound, own + "nothing.csv": http.StatusNotFound, own + "nth.exe": http.StatusNotFound, own + "nth": http.StatusNotFound,
		"/console/reports/999/nth.csv": http.StatusNotFound, "/console/reports/sheet/nth?from=never": http.StatusUnprocessableEntity,
	} {
		if g := vic.get(path); g.code != want {
			t.Errorf("%s: %d, want %d", path, g.code, want)
		}
	}
	days := vic.get("/console/reports/sheet/complaints?lang=en&from=2026-08-01&to=2026-08-31")
	if !strings.Contains(days.text, "2026-08") || strings.Contains(days.text, "2026-07") || !strings.Contains(days.text, "complaints.csv?from=2026-08-01&to=2026-08-31") {
		t.Errorf("%s", plain(days.text))
	}
}

// TestSheetsInABrowser looks at each report at both widths and in both languages.
func TestSheetsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	h.history()
	p := openScreen(t, h)
	p.wide(1280)
	p.scripts(false)
	u := h.hire("vic8", access.Grant{Role: access.Viewer, Portfolio: "cards"})
	p.open("/console/sign-in")
	p.write("#login", u.login)
	p.write("#password", password)
	p.press("main button")
	p.write("#code", u.codes[0])
	p.press("main button")
	for i, name := range engine.SheetNames() {
		lang := []string{"zh", "en"}[i%2]
		p.open("/console/reports/sheet/" + name + "?lang=" + lang)
		p.look("sheet-" + name + "-" + lang)
	}
	p.open("/console/reports?lang=zh")
	p.look("sheet-overview-zh")
}
