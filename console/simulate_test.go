package console_test

import (
	"context"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/sim/forecast"
	"github.com/dulyhq/duly/store"
)

// simulate is what the command gives the console: copies of the book that live through days.
func (h *house) simulate(ctx context.Context, portfolio string, strategies []engine.Source, days int, day func(int)) (out []*forecast.Result, err error) {
	for i, text := range strategies {
		dir, err := os.MkdirTemp(h.t.TempDir(), "copy-"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		copied, err := h.store.Copy(ctx, dir, 0)
		if err != nil {
			return nil, err
		}
		var books []forecast.Book
		for _, ref := range []string{"cards", "cars"} {
			spec := specOf(h.t, ref)
			if ref == portfolio {
				spec.Strategy = text
			}
			p, err := engine.Compile(spec)
			if err != nil {
				return nil, err
			}
			books = append(books, forecast.Book{Portfolio: p, Model: forecast.Defaults})
		}
		results, err := forecast.Run(ctx, forecast.Config{
			Store: copied, Books: books, From: ledger.Day(thursday) + 1, Days: days, Seed: 1, Wire: time.Now, Progress: func(n int) { day(i*days + n) },
		})
		_ = copied.Close()
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			if r.Portfolio == portfolio {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

var _ console.Simulator = (*house)(nil).simulate

// TestSimulatedAtTheConsole: a draft lives through days to come beside the version in force, on copies: what came of it stands on the page,
// nobody is written to, and the book is as it was.
func TestSimulatedAtTheConsole(t *testing.T) {
	if testing.Short() {
		t.Skip("copies of a book live through some days")
	}
	h := newHouse(t)
	b := h.as(access.Strategist)
	b.lang = "en"
	path := b.drafted("cards")
	b.post(path+"/save", "body", strings.Replace(b.get(path).area(), "        template: week_one\n\n", "        template: week_one\n        tones: [firm]\n\n", 1))
	if g := b.post(path+"/simulate", "days", "400"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("400 days: %d", g.code)
	}
	if g := b.post(path+"/simulate", "days", "3"); g.code != http.StatusOK || !strings.Contains(plain(g.text), "Simulated 3 days") {
		t.Fatalf("it does not begin: %d %s", g.code, plain(g.text)[:300])
	}
	var g got
	for range 600 {
		if g = b.get(path); !strings.Contains(g.text, "Under way") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, want := range []string{"persons 3 3", "in force this version", "text messages"} {
		if !strings.Contains(plain(g.text), want) {
			t.Errorf("without %q: %s", want, plain(g.text)[:900])
		}
	}
	if n := len(h.deeds("simulated")); n != 1 {
		t.Errorf("the audit has %d of it", n)
	}
	states, err := h.engine.States(t.Context(), h.engine.Books()[0])
	if err != nil || len(states) != 0 {
		t.Errorf("the book has messages: %v %v", states, err)
	}
	if g = h.as(access.Auditor).post(path+"/simulate", "days", "3"); g.code != http.StatusNotFound {
		t.Errorf("an auditor simulates: %d", g.code)
	}
}

// TestSimulationEnded: one simulation goes on at a time, whoever asks; who may begin one may end it, and it says so; then another may begin.
func TestSimulationEnded(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Strategist)
	b.lang = "en"
	path := b.drafted("cards")
	number, err := strconv.ParseInt(path[strings.LastIndexByte(path, '/')+1:], 10, 64)
	must(t, err)
	one, err := h.store.Version(t.Context(), number)
	must(t, err)
	// As if another machine simulated.
	_, err = h.store.BeginTrial(t.Context(), store.Trial{Version: number, Beside: 1, Digest: one.Digest, Days: 3, MadeAt: thursday, Who: "staff:99", BeatAt: h.gate.Wire()}, h.rows["cards"].ID)
	must(t, err)
	if g := b.post(path+"/simulate", "days", "3"); g.code != http.StatusConflict || !strings.Contains(plain(g.text), "Another simulation is under way") {
		t.Errorf("a second one begins: %d", g.code)
	}
	if g := h.as(access.Auditor).post(path + "/simulate/end"); g.code != http.StatusNotFound {
		t.Errorf("an auditor ends it: %d", g.code)
	}
	if g := b.post(path + "/simulate/end"); g.code != http.StatusOK || !strings.Contains(plain(g.text), "Somebody ended it") {
		t.Errorf("it is not ended: %d", g.code)
	}
	if g := b.post(path + "/simulate/end"); g.code != http.StatusConflict {
		t.Errorf("it is ended twice: %d", g.code)
	}
	if n := len(h.deeds("simulation_ended")); n != 1 {
		t.Errorf("the audit has %d of it", n)
	}
	if _, err = h.store.BeginTrial(t.Context(), store.Trial{Version: number, Beside: 1, Digest: one.Digest, Days: 3, MadeAt: thursday, Who: "staff:99", BeatAt: h.gate.Wire()}, h.rows["cards"].ID); err != nil {
		t.Errorf("after it none begins: %v", err)
	}
	h.wire.Add(int64(2 * store.TrialQuiet / time.Second))
	if _, err = h.store.BeginTrial(t.Context(), store.Trial{Version: number, Beside: 1, Digest: one.Digest, Days: 3, MadeAt: thursday, Who: "staff:99", BeatAt: h.gate.Wire()}, h.rows["cards"].ID); err != nil {
		t.Errorf("after one that died none begins: %v", err)
	}
}
