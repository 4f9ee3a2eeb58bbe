package console_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/dulyhq/duly/access"
)

// enter signs somebody in.
func (p *screen) enter(u *user) {
	p.t.Helper()
	p.open("/console/sign-in")
	p.write("#login", u.login)
	p.write("#password", password)
	p.press(`form[action="/console/sign-in"] button`)
	p.write("#code", u.codes[0])
	u.codes = u.codes[1:]
	p.press(`form[action="/console/second"] button`)
}

// looksUntil opens a page again until nothing of it runs.
func (p *screen) looksUntil(page string) {
	p.t.Helper()
	for eval[bool](p, `!!document.querySelector("progress")`) {
		p.open(page)
	}
}

// TestAdministratorInABrowser goes through what an administrator does, in both languages, without a script of the page's: somebody new, and files with bad rows.
func TestAdministratorInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	h.lose("cards")
	p := openScreen(t, h)
	p.wide(1280)
	p.scripts(false)
	dir := t.TempDir()
	u := h.hire("chief", access.Grant{Role: access.Administrator})
	for _, c := range []struct{ lang, login, added, roles, billed, said, trial, bad, in string }{
		{"zh", "lin21", "初始密码", "角色已更改", "账单已保存", "已认定", "将会怎样", "错误的行", "已导入"},
		{"en", "lin22", "first password", "The roles are changed", "The bill is kept", "It is kept", "What it would do", "Bad rows", "It is imported"},
	} {
		name := func(s string) string { return c.lang + "-" + s }
		p.open("/console/sign-in?lang=" + c.lang)
		p.enter(u)
		p.press(`header a[href="/console/users"]`)
		p.write("#login", c.login)
		p.do(chromedp.Click(`[id="role-collector@cards"]`))
		p.press(`form[action="/console/users"] button`)
		p.want("/console/users", c.added)
		p.look(name("users"))
		p.open("/console/users/" + strconv.FormatInt(idOf(h, c.login), 10))
		p.look(name("user"))
		p.do(chromedp.Click(`[id="role-viewer"]`))
		p.press(`form[action$="/roles"] button`)
		p.want(eval[string](p, "location.pathname"), c.roles)

		p.press(`header a[href="/console/carriers"]`)
		p.look(name("carriers"))
		p.press(`main a[href="/console/carriers/bills"]`)
		p.write("#month", "2026-09")
		p.write("#parts", "3")
		p.write("#total", "0.30")
		p.write("#currency", "CNY")
		p.press("main form button")
		p.want("/console/carriers/bills", c.billed)
		p.look(name("bills"))
		p.press(`header a[href="/console/carriers"]`)
		p.press(`main a[href="/console/carriers/unknown"]`)
		p.press(`main a[data-row]`)
		p.look(name("unknown"))
		p.do(chromedp.Click("#arrived"))
		p.write("#reason", "their log 对账")
		p.do(chromedp.Click(`input[name="message"]`))
		p.press(`form button.plain`)
		p.want("/console/carriers/unknown", c.said)
		p.look(name("unknown-said"))
		file := filepath.Join(dir, c.lang+".csv")
		text := strings.NewReplacer("G00", "G"+c.lang, "N1", "N"+c.lang+"1", "N2", "N"+c.lang+"2").Replace(bankFile) + "G9,N9,测试己,+8617405310013,CN-ZJ,2026-09-31,10.00,CNY,x\n"
		must(t, os.WriteFile(file, []byte(text), 0o600))
		p.press(`header a[href="/console/imports"]`)
		p.look(name("imports"))
		p.write("#files", file)
		p.press("main button")
		page := eval[string](p, "location.pathname")
		p.look(name("import-columns"))
		p.press(`form[action$="/check"] button`)
		p.looksUntil(page)
		p.want(page, c.trial)
		p.want(page, c.bad)
		p.look(name("import-checked"))
		p.do(chromedp.Click("#skip"))
		p.press(`form[action$="/run"] button`)
		p.looksUntil(page)
		p.want(page, c.in)
		p.look(name("import-done"))
		p.press("header .quiet")
	}
}

func idOf(h *house, login string) int64 {
	h.t.Helper()
	p, err := h.store.StaffByLogin(h.t.Context(), login)
	must(h.t, err)
	return p.ID
}
