package console_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/receive"
)

// printed keeps the page that is open as it comes out of a printer, where pictures are kept.
func (p *screen) printed(name string) {
	p.t.Helper()
	if p.dir == "" {
		return
	}
	p.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		r, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(p.dir, name+".pdf"), r.Data, 0o644)
	}))
}

// reachable are the things of a page that a keyboard has to come to, in the order in which they stand. Of radio buttons of one name Tab
// comes to one.
const reachable = `window.reachable = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
	.filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.closest('[hidden]'))
	.filter((e, i, all) => e.type !== 'radio' || !all.slice(0, i).some(o => o.type === 'radio' && o.name === e.name)); window.reachable.length`

// byKeys goes through a page with Tab: each thing in the order in which it is read, and seen where it is.
func (p *screen) byKeys(path string) {
	p.t.Helper()
	p.open(path)
	n := int(eval[float64](p, `document.activeElement.blur(), `+reachable))
	for i := range n {
		p.do(chromedp.KeyEvent(kb.Tab))
		at := eval[string](p, `(() => { const e = document.activeElement, w = window.reachable.indexOf(e), s = getComputedStyle(e), b = e.getBoundingClientRect();
			if (w < 0 || (e.type === 'radio' ? false : w !== `+strconv.Itoa(i)+`)) return 'it is at number ' + w + ', ' + e.outerHTML.slice(0, 90);
			if (s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 1) return 'no focus is seen on ' + e.outerHTML.slice(0, 90);
			if (b.right <= 0 || b.bottom <= 0 || b.top >= innerHeight) return 'it is out of sight: ' + e.outerHTML.slice(0, 90);
			return '' })()`)
		if at != "" {
			p.t.Errorf("%s: after %d times Tab of %d %s", path, i+1, n, at)
			return
		}
	}
}

// TestByKeysInABrowser: somebody without a mouse comes to everything on a page in its order and sees where they are, goes past the
// navigation, moves through the inbox, and folds with Escape what they unfolded. The header of who may do much takes one line.
func TestByKeysInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	p := openScreen(t, h)
	p.wide(1280)
	h.said("B1", receive.Dispute, "这个金额不对")
	h.said("B2", receive.Question, "where do I pay")
	p.comeIn(h.hire("lin17", access.Grant{Role: access.Supervisor}, access.Grant{Role: access.Auditor}), "en")
	p.want("/console/today", "cards")
	all := h.hire("all", access.Grant{Role: access.Administrator}, access.Grant{Role: access.Supervisor}, access.Grant{Role: access.Auditor}, access.Grant{Role: access.Strategist}, access.Grant{Role: access.Compliance}, access.Grant{Role: access.Approver})
	if tall := eval[float64](p, `document.querySelector("header").getBoundingClientRect().height`); tall > 60 {
		t.Errorf("the header is %v high at 1280", tall)
	}
	for _, path := range []string{"/console/today", "/console/inbox", h.page("B1"), "/console/reports/sheet/regulator", "/console/templates", "/console/exports", "/console/me"} {
		p.byKeys(path)
	}
	p.open("/console/today")
	p.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	if at := eval[string](p, `location.hash + " " + document.activeElement.id`); at != "#main main" {
		t.Errorf("the first link goes to %q", at)
	}
	p.do(chromedp.Click(".stop summary"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Escape))
	if at := eval[string](p, `document.querySelectorAll("details[open]").length + " " + document.activeElement.tagName`); at != "0 SUMMARY" {
		t.Errorf("after Escape: %s", at)
	}
	p.open("/console/inbox")
	p.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"))
	if at := eval[string](p, `String([...document.querySelectorAll("[data-row]")].indexOf(document.activeElement))`); at != "0" {
		t.Errorf("j, j and k come to row %s", at)
	}
	// Words are looked at while they are typed, with nothing pressed.
	p.open(h.page("B1") + "/write")
	p.write("#text", "Pay today or we will tell your employer.")
	p.do(chromedp.WaitVisible("#preview .no"))
	if said := eval[string](p, `document.querySelector("#preview").innerText`); !strings.Contains(said, "It may not leave") || !strings.Contains(said, "segment") {
		t.Errorf("what is typed is told as %q", said)
	}
	p.open("/console/me")
	p.press(`form[action="/console/me/keys"] button`)
	p.open("/console/inbox")
	p.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("t"))
	if at := eval[string](p, `location.pathname + " " + document.activeElement.tagName`); at != "/console/inbox BODY" {
		t.Errorf("keys of one letter are off, and bring one to %s", at)
	}
	for name, path := range map[string]string{"borrower": h.page("B1"), "extract": "/console/reports/sheet/regulator?from=2026-09-01&to=2026-09-30", "reports": "/console/reports", "audit": "/console/audit"} {
		p.open(path)
		p.printed("printed-" + name)
	}
	for _, lang := range []string{"zh", "en"} {
		p.leave()
		p.comeIn(all, lang)
		if tall := eval[float64](p, `document.querySelector("header").getBoundingClientRect().height`); tall > 60 {
			t.Errorf("the header of who may do everything is %v high at 1280, in %s", tall, lang)
		}
		p.look(lang + "-today-all")
		p.scripts(true)
	}
}
