package console_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/receive"
)

// A screen is a tab of a real browser.
type screen struct {
	t     *testing.T
	h     *house
	ctx   context.Context
	axe   string
	dir   string // where pictures go; empty: nowhere
	width int
}

// openScreen starts Debian's Chromium. `make setup` installs it; in CI it must be there.
func openScreen(t *testing.T, h *house) *screen {
	t.Helper()
	path, err := exec.LookPath("chromium")
	axe, axeErr := os.ReadFile(filepath.Join("..", "test", "peers", "node_modules", "axe-core", "axe.min.js"))
	if err != nil || axeErr != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Chromium and axe-core have to be installed in CI, by make setup: %v %v", err, axeErr)
		}
		t.Skipf("Chromium or axe-core is not installed; make setup installs them: %v %v", err, axeErr)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &screen{t: t, h: h, ctx: ctx, axe: string(axe), dir: os.Getenv("DULY_PICTURES")}
	must(t, chromedp.Do(ctx)) // the browser lives as long as the context of its first use
	return p
}

func (p *screen) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// wide makes the window so many pixels wide.
func (p *screen) wide(width int) {
	p.t.Helper()
	p.width = width
	p.do(chromedp.EmulateViewport(int64(width), 844))
}

// scripts lets scripts run, or none.
func (p *screen) scripts(on bool) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// eval asks the browser, past the page's own policy.
func eval[T any](p *screen, js string, o ...chromedp.EvaluateOption) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, o...))
	if err != nil {
		p.t.Fatalf("%.80s: %v", js, err)
	}
	return v
}

func (p *screen) open(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.h.URL + path)) }

// press clicks on what a person would, and waits for the next page.
func (p *screen) press(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(selector)); err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
}

func (p *screen) write(selector, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(selector, text))
}

func (p *screen) want(path, words string) {
	p.t.Helper()
	body, at := eval[string](p, "document.body.innerText"), eval[string](p, "location.pathname")
	if at != path || !strings.Contains(body, words) {
		p.t.Fatalf("at %s and not %s, or without %q:\n%s", at, path, words, body)
	}
}

// look examines the page that is open at both widths: it is no wider than the window, what is to be pressed is large enough, and axe
// finds nothing against WCAG 2.2 AA.
func (p *screen) look(name string) {
	p.t.Helper()
	for _, width := range []int{1280, 390} {
		p.wide(width)
		p.examine(name+map[int]string{1280: "-wide", 390: "-narrow"}[width], width)
	}
	p.wide(1280)
}

func (p *screen) examine(name string, width int) {
	p.t.Helper()
	if p.dir != "" {
		png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
		must(p.t, err)
		must(p.t, os.WriteFile(filepath.Join(p.dir, name+".png"), png, 0o644))
	}
	if w := eval[float64](p, "document.documentElement.scrollWidth"); int(w) > width {
		p.t.Errorf("%s is %v wide: %s", name, w, eval[string](p, `[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80)).join('\n')`))
	}
	if small := eval[string](p, `[...document.querySelectorAll('button:not(.quiet), .button, nav a, select, textarea, input[type=text], input[type=search]')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 39).map(e => e.outerHTML.slice(0, 80)).join('\n')`); small != "" {
		p.t.Errorf("%s has what is too small to press:\n%s", name, small)
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

// TestInABrowser goes through a first day and a working day, in both languages, in a browser that runs no script of the page's.
func TestInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	p := openScreen(t, h)
	p.wide(1280)
	p.scripts(false)
	h.said("B1", receive.Dispute, "这个金额不对，我上个月还过了")
	h.said("B2", receive.Hardship, "I lost my job and cannot pay")
	for _, c := range []struct{ lang, login, name, found, wrong, unmasked, next, inbox, closed, stopped, goesOn, threat, refused, words, passed, planned, parts, waits, own string }{
		{
			"zh", "lin17", "欧阳测", "B1", "用户名或密码不对", "仅本次显示", "下一步", "理解为", "已办结", "已暂停，所选范围内", "已恢复发送",
			"再不还款我们就上门找你家人，让你在单位丢人。", "不能发出", "您好，可在手机银行“还款”页面办理，如需帮助请致电4008000000。", "可以发出", "已排定发出", "10", "待他人审批", "须由他人审批",
		},
		{
			"en", "lin18", "Testa Exampleton", "B2", "is not right", "Shown this once", "What comes next", "Read as", "It is closed", "It is stopped", "It goes on",
			"Pay today or we will tell your employer and your family.", "It may not leave", "You can pay in our mobile bank. For help please call 4008000000.", "It may leave", "It is planned", "11", "waits for a second person", "somebody else decides",
		},
	} {
		name := func(s string) string { return c.lang + "-" + s }
		_, given, err := h.gate.Add(t.Context(), c.login, access.Grants{{Role: access.Supervisor}, {Role: access.Auditor}}, "administrator:1")
		must(t, err)
		p.open("/console/?lang=" + c.lang)
		p.open("/console/sign-in?lang=" + c.lang)
		p.look(name("sign-in"))
		p.write("#login", c.login)
		p.write("#password", "not it at all")
		p.press("main button")
		p.want("/console/sign-in", c.wrong)
		p.look(name("sign-in-wrong"))
		p.write("#password", given)
		p.press("main button")
		p.look(name("password"))
		p.write("#password", password)
		p.write("#again", password)
		p.press("main button")
		p.look(name("factor"))
		u, err := h.store.StaffByLogin(t.Context(), c.login)
		must(t, err)
		p.write("#code", access.Code(u.Factor, h.gate.Wire()))
		p.press("main button")
		p.look(name("recovery"))
		p.press("main a.button")
		p.look(name("today"))
		p.press("header .quiet")
		p.write("#login", c.login)
		p.write("#password", password)
		p.press("main button")
		p.look(name("second"))
		h.wire.Add(60)
		p.write("#code", access.Code(u.Factor, h.gate.Wire()))
		p.press("main button")
		p.want("/console/today", "cards")
		p.press(`header a[href="/console/borrowers"]`)
		p.look(name("borrowers"))
		p.write("#q", c.name)
		p.press("main button")
		p.want("/console/borrowers", c.found)
		p.look(name("found"))
		p.press("main td a, main th a")
		p.want(h.page(c.found), c.next)
		p.look(name("borrower"))
		p.do(chromedp.Click("main details summary"))
		p.write("#reason", "called, to verify 来电核实")
		p.press("main details button")
		p.want(h.page(c.found)+"/unmask", c.unmasked)
		p.want(h.page(c.found)+"/unmask", c.name)
		p.look(name("unmasked"))
		p.press(`header a[href="/console/inbox"]`)
		p.want("/console/inbox", c.inbox)
		p.look(name("inbox"))
		p.press("main th a")
		p.look(name("errand"))
		p.press(`form[action$="/take"] button`)
		p.write("#outcome", "done")
		p.press(`form[action$="/close"] button`)
		p.want("/console/inbox", c.closed)
		h.said(c.found, receive.Question, "where? 在哪里还款")
		p.open("/console/inbox?kind=question")
		p.press("main th a")
		p.write("#text", c.threat)
		p.press(`button[value="check"]`)
		p.want(eval[string](p, "location.pathname"), c.refused)
		p.look(name("answer-refused"))
		p.do(chromedp.SetValue("#text", c.words))
		p.press(`button[value="check"]`)
		p.want(eval[string](p, "location.pathname"), c.passed)
		p.look(name("answer"))
		p.press(`button[value="send"]`)
		p.want("/console/inbox", c.planned)
		p.open(h.page("B3") + "/write")
		p.write("#text", c.threat)
		p.press(`button[value="check"]`)
		p.want(h.page("B3")+"/write", c.refused)
		p.look(name("write-refused"))
		p.open("/console/today")
		p.do(chromedp.Click(".stop summary"))
		p.do(chromedp.SetValue("#what", "portfolio cards"))
		p.write("#reason", "318")
		p.press(`form[action$="/hold"] button`)
		p.want("/console/today", c.stopped)
		p.look(name("stopped"))
		p.press(`form[action$="/release"] button`)
		p.want("/console/today", c.goesOn)
		p.press(`header a[href="/console/audit"]`)
		p.look(name("audit"))
		p.open(h.page("B3"))
		p.do(chromedp.Click("main details.card summary"))
		p.do(chromedp.SetValue("#instalments", c.parts))
		p.look(name("agree"))
		p.press(`form[action$="/agree"] button`)
		p.want(h.page("B3"), c.waits)
		p.press(`header a[href="/console/approvals"]`)
		p.want("/console/approvals", c.own)
		p.look(name("approvals"))
		p.open("/console/me")
		p.look(name("me"))
		p.open("/console/nothing-here")
		p.look(name("nowhere"))
		p.press("header .quiet")
	}
}
