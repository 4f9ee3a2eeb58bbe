package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

// TestManyImports: where as many are on their way as there may be, another is refused with words that say what to do, and takes nobody's
// away; who has one finds it again. One that is not there any more says so.
func TestManyImports(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	page := b.send("cards", "delta", "x.csv", bankFile).path
	for i := range store.MostImports - 1 {
		d := store.ImportDraft{Ref: fmt.Sprintf("other%d", i), Portfolio: h.rows["cars"].ID, Who: "staff:99", Phase: "mapping", State: []byte("{}")}
		must(t, h.store.BeginImportDraft(t.Context(), d, h.gate.Wire()))
	}
	for lang, want := range map[string]string{"zh": "已有12次导入尚未完成", "en": "12 imports are on their way already"} {
		b.lang = lang
		g := b.send("cards", "delta", "y.csv", bankFile)
		if g.code != http.StatusServiceUnavailable || !strings.Contains(g.text, want) || !strings.Contains(g.text, `href="`+page+`"`) || strings.Count(g.text, `href="/console/imports/`) != 1 {
			t.Errorf("%s: %d %s", lang, g.code, plain(g.text))
		}
	}
	if g := b.get(page); g.code != http.StatusOK || !strings.Contains(g.text, "x.csv") {
		t.Errorf("%d", g.code)
	}
	b.post(page + "/end")
	if g := b.send("cards", "delta", "y.csv", bankFile); g.code != http.StatusOK {
		t.Errorf("there is room again: %d %s", g.code, plain(g.text))
	}
	for lang, want := range map[string]string{"zh": "这次导入已不在", "en": "This import is not here any more"} {
		b.lang = lang
		for _, at := range []string{page, "/console/imports/other0"} {
			if g := b.get(at); g.code != http.StatusNotFound || !strings.Contains(g.text, want) || !strings.Contains(g.text, `href="/console/imports"`) {
				t.Errorf("%s %s: %d %s", lang, at, g.code, plain(g.text))
			}
		}
	}
}

// TestLongImport: the process that runs an import knows that it does, however long its word of it waits for the import itself.
func TestLongImport(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	b.lang = "en"
	var long strings.Builder
	long.WriteString(bankFile)
	for i := range 20_000 {
		fmt.Fprintf(&long, "H%d,M%d,测试己,,CN-ZJ,2026-09-10,100.00,CNY,x\n", i, i)
	}
	page := b.send("cards", "delta", "x.csv", long.String()).path
	b.post(page+"/check", guessed(b.get(page).text)...)
	h.wire.Add(20 * 60)
	for _, g := range []got{b.get(page), b.post(page + "/check"), b.settled(page)} {
		if strings.Contains(g.text, "has gone") {
			t.Errorf("it is taken for broken off: %s", plain(g.text))
		}
	}
}
