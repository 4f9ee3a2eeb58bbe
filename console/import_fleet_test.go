package console_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m.Run)) }

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, f func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newHouse(t)) })
	t.Run("postgres", func(t *testing.T) {
		place := pgtest.Database(t)
		must(t, store.Migrate(t.Context(), place))
		f(t, houseAt(t, place))
	})
}

// TestImportInAFleet: every request of one import is answered by another machine than the one before. It goes in once, the file is gone then, and
// nobody but who sent it sees it at any of them.
func TestImportInAFleet(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		o := h.beside()
		b := h.as(access.Administrator)
		var long strings.Builder
		long.WriteString(bankFile)
		for i := range 5 { // more than one piece, of a column that is not read
			fmt.Fprintf(&long, "H%d,M%d,测试己,,CN-ZJ,2026-09-%02d,%d.00,CNY,%s\n", i, i, 1+i, 100+i, strings.Repeat("东街", 50_000))
		}
		page := b.send("cards", "delta", "逾期.csv", long.String()).path
		there := b.moved(o)
		g := there.get(page)
		if g.code != http.StatusOK || !strings.Contains(g.text, "逾期.csv") || !strings.Contains(g.text, "2026年9月25日") {
			t.Fatalf("%d %s", g.code, plain(g.text))
		}
		there.post(page+"/check", guessed(g.text)...)
		if g = b.settled(page); !strings.Contains(g.text, "/run") {
			t.Fatal(plain(g.text))
		}
		b.post(page + "/run")
		if g = there.settled(page); !strings.Contains(g.text, "已导入") {
			t.Fatal(plain(g.text))
		}
		for _, m := range []*house{h, o} {
			if _, err := m.store.Find(t.Context(), "G002"); err != nil {
				t.Error(err)
			}
		}
		if d := h.deeds("imported"); len(d) != 1 {
			t.Errorf("%+v", d)
		}
		if g := there.post(page + "/check"); g.code != http.StatusConflict {
			t.Errorf("what is in goes in again: %d", g.code)
		}
		ref := strings.TrimPrefix(page, "/console/imports/")
		if _, err := h.store.ImportPieceOf(t.Context(), ref, 0, 0); err == nil {
			t.Error("the file lies there still")
		}
		for _, m := range []*house{h, o} {
			if g := m.inside(m.hire("eve"+m.URL[len(m.URL)-3:], access.Grant{Role: access.Administrator})).get(page); g.code != http.StatusNotFound {
				t.Errorf("another administrator sees it: %d", g.code)
			}
		}
	})
}

// TestImportBreaksOff: where the machine that runs an import falls silent, the others say so, and let it be tried again; it is gone after a day.
func TestImportBreaksOff(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		b := h.as(access.Administrator)
		page := b.send("cards", "delta", "x.csv", bankFile).path
		ref, wire := strings.TrimPrefix(page, "/console/imports/"), time.Unix(h.wire.Load(), 0)
		d, err := h.store.ImportDraftOf(t.Context(), ref, wire)
		must(t, err)
		d.Phase, d.Machine, d.Until = "running", "north-3", wire.Add(10*time.Minute)
		if ok, err := h.store.TurnImportDraft(t.Context(), &d, true, wire); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if g := b.get(page); !strings.Contains(g.text, "north-3") || !strings.Contains(g.text, "<progress") {
			t.Errorf("%s", plain(g.text))
		}
		if g := b.post(page + "/end"); g.code != http.StatusConflict {
			t.Errorf("it is let go while it runs: %d", g.code)
		}
		h.wire.Add(10 * 60)
		for lang, want := range map[string]string{"zh": "处理该导入的机器已中断", "en": "The machine that ran it has gone"} {
			b.lang = lang
			if g := b.get(page); !strings.Contains(g.text, want) || strings.Contains(g.text, "<progress") {
				t.Errorf("%s: %s", lang, plain(g.text))
			}
		}
		b.post(page+"/check", guessed(b.get(page).text)...)
		if g := b.settled(page); !strings.Contains(g.text, "/run") {
			t.Errorf("%s", plain(g.text))
		}
		h.wire.Add(24 * 3600)
		if _, err := h.store.ImportDraftOf(t.Context(), ref, time.Unix(h.wire.Load(), 0)); err == nil {
			t.Error("it is there after a day")
		}
	})
}

// TestImportBreaksOffWhileSkipping: an import whose machine fell silent while it left bad rows out asks again whether to leave them out. It took the
// word for said, and offered no box to say it by.
func TestImportBreaksOffWhileSkipping(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	page := b.send("cards", "delta", "loans.csv", loans[:strings.Index(loans, "\n")+1]+"N1-1,B1,CNY,card,0.15,1.5\nN1-2,B9,CNY,card,0.15,1.5\n").path
	b.post(page+"/check", guessed(b.get(page).text)...)
	b.settled(page)
	ref, wire := strings.TrimPrefix(page, "/console/imports/"), time.Unix(h.wire.Load(), 0)
	d, err := h.store.ImportDraftOf(t.Context(), ref, wire)
	must(t, err)
	state := strings.Replace(string(d.State), `"SkipBad":false`, `"SkipBad":true`, 1) // as POST …/run with skip keeps it
	if state == string(d.State) {
		t.Fatalf("what an import keeps has another form: %s", state)
	}
	d.State, d.Phase, d.Machine, d.Until = []byte(state), "running", "north-3", wire.Add(time.Minute)
	if ok, err := h.store.TurnImportDraft(t.Context(), &d, true, wire); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.wire.Add(60)
	b.post(page+"/check", guessed(b.get(page).text)...)
	if g := b.settled(page); !strings.Contains(g.text, `name="skip"`) {
		t.Errorf("there is no box: %s", plain(g.text))
	}
	if g := b.post(page+"/run", "skip", "1"); g.code != http.StatusOK {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	b.settled(page)
	if _, err := h.store.Find(t.Context(), "N1-1"); err != nil {
		t.Error(err)
	}
}
