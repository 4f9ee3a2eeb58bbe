package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/dulyhq/duly/store"
)

// A phonePage is a tab of a real browser, as wide as a phone, in which pages may run no script.
type phonePage struct {
	t   *testing.T
	h   *house
	ctx context.Context
	axe string
	dir string // where pictures go; empty: nowhere
}

// openPhone starts Debian's Chromium. `make setup` installs it; in CI it must be there.
func openPhone(t *testing.T, h *house) *phonePage {
	t.Helper()
	path, err := exec.LookPath("chromium")
	axe, axeErr := os.ReadFile(filepath.Join("..", "test", "peers", "node_modules", "axe-core", "axe.min.js"))
	if err != nil || axeErr != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Chromium and axe-core have to be installed in CI, by make setup: %v %v", err, axeErr)
		}
		t.Skipf("Chromium or axe-core is not installed; make setup installs them: %v %v", err, axeErr)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserAgent(phone))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &phonePage{t: t, h: h, ctx: ctx, axe: string(axe), dir: os.Getenv("DULY_PICTURES")}
	must(t, chromedp.Do(ctx)) // the browser lives as long as the context of its first use
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	p.scripts(false)
	return p
}

// scripts lets scripts run, or none.
func (p *phonePage) scripts(on bool) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

func (p *phonePage) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// eval asks the browser, past the page's own policy.
func eval[T any](p *phonePage, js string, o ...chromedp.EvaluateOption) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, o...))
	if err != nil {
		p.t.Fatalf("%.80s: %v", js, err)
	}
	return v
}

func (p *phonePage) open(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.h.URL + path)) }

// press clicks on what a person would, and waits for the next page.
func (p *phonePage) press(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(selector)); err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
}

func (p *phonePage) write(selector, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(selector, text))
}

func (p *phonePage) at() string { return eval[string](p, "location.pathname") }

func (p *phonePage) want(path, words string) {
	p.t.Helper()
	body := eval[string](p, "document.body.innerText")
	if at := p.at(); at != path || !strings.Contains(body, words) {
		p.t.Fatalf("at %s and not %s, or without %q:\n%s", at, path, words, body)
	}
}

// look examines the page that is open: it is no wider than the phone, what is to be pressed is large enough, and axe finds
// nothing against WCAG 2.2 AA.
func (p *phonePage) look(name string) {
	p.t.Helper()
	if p.dir != "" {
		png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
		must(p.t, err)
		must(p.t, os.WriteFile(filepath.Join(p.dir, name+".png"), png, 0o644))
	}
	if w := eval[float64](p, "document.documentElement.scrollWidth"); w > 390 {
		p.t.Errorf("%s is %v wide, wider than the phone: %s", name, w, eval[string](p, `[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 390).map(e => e.outerHTML.slice(0, 80)).join('\n')`))
	}
	if small := eval[string](p, `[...document.querySelectorAll('button, .button, nav a, select, textarea, input[type=text]')].filter(e => e.getBoundingClientRect().height < 39).map(e => e.outerHTML.slice(0, 80)).join('\n')`); small != "" {
		p.t.Errorf("%s has what is too small for a thumb:\n%s", name, small)
	}
	if n := eval[float64](p, "document.querySelectorAll('h1').length"); n != 1 {
		p.t.Errorf("%s has %v headings of the first order", name, n)
	}
	p.scripts(true) // axe waits for timers, which run only where scripts do
	defer p.scripts(false)
	eval[bool](p, p.axe+"; true")
	found := eval[string](p, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => JSON.stringify(
		r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + ' ' + (n.any[0] || {}).message)}))))`, chromedp.EvalAwaitPromise)
	var violations []struct {
		ID, Help string
		Nodes    []string
	}
	must(p.t, json.Unmarshal([]byte(found), &violations))
	for _, v := range violations {
		p.t.Errorf("%s: axe finds %s: %s\n  %s", name, v.ID, v.Help, strings.Join(v.Nodes, "\n  "))
	}
}

// TestInABrowser walks each path by thumb, in both languages, in a browser that runs no script of the page's.
func TestInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	p := openPhone(t, h)
	for _, c := range []struct{ lang, borrower, identity, refused, loan, working, paid, later, dispute, ask, choose, stop, sorry string }{
		{
			"zh", "B1", "070015", "不一致", "欧阳女士", "逐行核对", "等待款项入账", "不是一个人", "书面答复", "我们收到了", "已经记下", "已经停止", "抱歉打扰您了",
		},
		{
			"en", "B2", "4567", "not what we have", "Hello Ms Exampleton", "check every line", "while we wait", "not alone", "answer in writing", "We have it", "We have noted it", "It is done", "sorry to have disturbed you",
		},
	} {
		name := func(s string) string { return c.lang + "-" + s }
		p.open("/?lang=" + c.lang)
		p.look(name("enter"))
		p.write("#code", "2222 2222")
		p.press("main button")
		p.look(name("enter-wrong"))
		p.write("#code", strings.ToUpper(h.key(c.borrower, store.PortalCode)))
		p.press("main button")
		p.look(name("who"))
		p.write("#identity", "0000")
		p.press("main button")
		p.want("/who", c.refused)
		p.look(name("who-wrong"))
		p.write("#identity", c.identity)
		p.press("main button")
		p.want("/loan", c.loan)
		p.look(name("loan"))
		for _, path := range []string{"/working", "/pay", "/record", "/rules", "/rights"} {
			p.press(fmt.Sprintf(`a[href="%s"]`, path))
			if p.at() != path {
				t.Fatalf("at %s and not %s", p.at(), path)
			}
			p.look(name(path[1:]))
			p.press(".back a")
		}
		p.press(`a[href="/working"]`)
		p.want("/working", c.working)
		act := func(path, want string, first ...func()) {
			p.open("/loan")
			p.press(fmt.Sprintf(`a[href="%s"]`, path))
			p.look(name(path[1:]))
			for _, f := range first {
				f()
			}
			p.press("main form:last-of-type button") // on /later the form above gives time at once
			p.want(path, want)
			p.look(name(path[1:] + "-done"))
		}
		p.open("/promise")
		p.look(name("promise"))
		p.open("/plan")
		p.look(name("plan"))
		act("/paid", c.paid)
		act("/later", c.later, func() { p.do(chromedp.Click("#w3")) })
		p.open("/dispute")
		p.press("main form button")
		p.look(name("dispute-wrong"))
		act("/dispute", c.dispute, func() { p.do(chromedp.Click("#d1")); p.write("#words", "?") })
		act("/ask", c.ask, func() { p.do(chromedp.Click("#c1")) })
		act("/choose", c.choose, func() { p.do(chromedp.Click("#day0")) })
		p.open("/record")
		p.look(name("record-full"))
		act("/stop", c.stop)
		p.open("/loan")
		p.look(name("loan-stopped"))
		act("/not-me", c.sorry)
		p.open("/loan")
		if p.at() != "/" {
			t.Errorf("who is not meant came to %s", p.at())
		}
		p.look(name("over"))
		p.open("/l/" + h.key(c.borrower, store.PortalLink))
		if p.at() != "/who" {
			t.Errorf("the link came to %s", p.at())
		}
		p.open("/nothing-here")
		p.look(name("nowhere"))
		p.open("/who")
		p.press(`a[href="/not-me"]`)
		p.press("main form button")
		p.want("/not-me", c.sorry)
	}
}
