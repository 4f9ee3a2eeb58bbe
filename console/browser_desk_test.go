package console_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/dulyhq/duly/access"
)

// comeIn signs somebody in, who has both factors.
func (p *screen) comeIn(u *user, lang string) {
	p.t.Helper()
	p.open("/console/sign-in?lang=" + lang)
	p.write("#login", u.login)
	p.write("#password", password)
	p.press("main button")
	code := u.codes[0]
	u.codes = u.codes[1:]
	p.write("#code", code)
	p.press("main button")
}

// leave signs out.
func (p *screen) leave() { p.t.Helper(); p.press("header .quiet") }

func (p *screen) path() string { p.t.Helper(); return eval[string](p, "location.pathname") }

// put types a text in the place of what stands in a field.
func (p *screen) put(selector, text string) {
	p.t.Helper()
	p.do(chromedp.SetValue(selector, text))
}

// TestDesksInABrowser: a strategy is edited to activation by two people, a text that the lint refuses is mended and signed, a rulebook is
// signed; in both languages, at both widths, by pages that run no script.
func TestDesksInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	p := openScreen(t, h)
	p.wide(1280)
	p.scripts(false)
	for _, c := range []struct{ lang, portfolio, mistakes, fine, would, waits, inForce, refuses, passes, ask, signed, hours string }{
		{"zh", "cards", "处错误", "检查通过", "下一步会不同", "须由他人启用", "已启用", "处不能通过", "没有必须改正之处", "须由合规人员签署", "已签署", "hours: 15:00-16:30"},
		{"en", "cars", "mistakes", "Nothing is wrong with it", "would get something else", "somebody else puts it in force", "It is in force", "2 things refuse it", "Nothing refuses it", "somebody of compliance signs it", "It is signed", "hours: 14:00-15:30"},
	} {
		look := func(page string) {
			// The second language is looked at where pages say most, unless somebody wants the pictures.
			if c.lang == "zh" || p.dir != "" || slices.Contains([]string{"strategy-draft", "text-draft", "rulebook"}, page) {
				p.look(c.lang + "-" + page)
			}
		}
		writer, second, compliance := h.hire("writer-"+c.lang, access.Grant{Role: access.Strategist}), h.hire("second-"+c.lang, access.Grant{Role: access.Approver}), h.hire("compliance-"+c.lang, access.Grant{Role: access.Compliance})
		p.comeIn(writer, c.lang)
		p.press(`header a[href="/console/strategies"]`)
		look("strategies")
		p.press(`form input[value="` + c.portfolio + `"] + button`)
		draft := p.path()
		text := eval[string](p, "document.querySelector('#body').value")
		p.put("#body", strings.Replace(strings.Replace(text, "hours: 10:00-11:30", "hours: 10:00-25:30", 1), "spacing: 3\n", "spacing: none\n", 1))
		p.press(`form[action$="/save"] button`)
		p.want(draft, c.mistakes)
		look("strategy-mistakes")
		p.put("#body", strings.Replace(text, "hours: 10:00-11:30", c.hours, 1))
		p.press(`form[action$="/save"] button`)
		p.want(draft, c.fine)
		look("strategy-draft")
		p.press(`a[href$="/compare"]`)
		look("strategy-compare")
		p.open(draft + "/try")
		p.want(draft+"/try", c.would)
		look("strategy-try")
		p.open(draft)
		if c.lang == "zh" {
			p.put("#days", "2")
			p.press(`form[action$="/simulate"] button`)
			for range 300 {
				if p.open(draft); !strings.Contains(eval[string](p, "document.body.innerText"), "正在模拟") {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			p.want(draft, "计费段数")
			look("strategy-simulated")
		}
		p.write("#reason", "afternoon 下午")
		p.press(`form[action$="/ask"] button`)
		p.want(draft, c.waits)
		p.press(`header a[href="/console/templates"]`)
		look("templates")
		p.open("/console/templates?portfolio=" + c.portfolio + "&language=" + c.lang + "&stage=1-3")
		p.press(`main a[data-row]:is([href^="/console/templates/"])`)
		for eval[string](p, "document.querySelector('h1').innerText.includes('slip_first') ? 'yes' : ''") == "" {
			p.open(eval[string](p, `"/console/templates/" + (Number(location.pathname.split("/").pop()) + 1)`))
		}
		look("text")
		p.press(`form[action$="/draft"] button`)
		words := p.path()
		body := eval[string](p, "document.querySelector('#body').value")
		p.put("#body", strings.ReplaceAll(body, "{contact.phone}", map[string]string{"zh": "{contact.phone}，否则我们上门找你家人", "en": "{contact.phone} or we will tell your employer"}[c.lang])) // in every rendering
		p.press(`button[value="check"]`)
		p.want(words+"/save", c.refuses)
		look("text-refused")
		p.put("#body", strings.Replace(body, map[string]string{"zh": "方便时", "en": "it is easily forgotten"}[c.lang], map[string]string{"zh": "有空时", "en": "one forgets easily"}[c.lang], 1))
		p.press(`form[action$="/save"] button:not([value])`)
		p.want(words, c.passes)
		look("text-draft")
		p.press(`form[action$="/ask"] button`)
		p.want(words, c.ask)
		p.leave()
		p.comeIn(second, c.lang)
		p.open(draft)
		look("strategy-decide")
		p.press(`form[action$="/activate"] button`)
		p.want(draft, c.inForce)
		look("strategy-active")
		p.leave()
		p.comeIn(compliance, c.lang)
		p.open(words)
		look("text-sign")
		p.press(`form[action$="/sign"] button`)
		p.want(words, c.signed)
		p.press(`header a[href="/console/rulebooks"]`)
		look("rulebooks")
		p.press("main th a")
		look("rulebook")
		p.press(`form[action$="/sign"] button`)
		p.want("/console/rulebooks/cards/cn", map[string]string{"zh": "您已签署这个文本", "en": "You have signed this text"}[c.lang])
		p.leave()
	}
}
