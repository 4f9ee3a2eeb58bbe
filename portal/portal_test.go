package portal_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/store"
)

// inner are all pages behind the second step.
var inner = []string{"/loan", "/working", "/pay", "/paid", "/promise", "/plan", "/later", "/dispute", "/ask", "/choose", "/record", "/rules", "/rights", "/data"}

// TestTheWayIn goes in by code and by link, in both languages.
func TestTheWayIn(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	if g := b.get("/"); g.code != 200 || !strings.Contains(g.text, "查询码") || strings.Contains(g.text, "欧阳") {
		t.Errorf("the entrance: %d %s", g.code, words(g.text))
	}
	code := h.key("B1", store.PortalCode)
	// As people type: capitals, a gap, full-width letters.
	typed := strings.ToUpper(code[:4]) + " - " + string(rune(code[4])+0xfee0) + code[5:]
	g := b.post("/enter", "code", typed)
	if g.path != "/who" || !strings.Contains(g.text, "最后6位") {
		t.Fatalf("by code: %d %s %s", g.code, g.path, words(g.text))
	}
	for _, secret := range []string{"欧阳", "1,240", "740", "C0001", "逾期", code} {
		if strings.Contains(g.text, secret) {
			t.Errorf("before the second step the page says %q", secret)
		}
	}
	g = b.post("/who", "identity", "070015")
	for _, want := range []string{"欧阳女士", "本金", "罚息", "C0001-778", "C0002-991", "2026年8月15日"} {
		if g.path != "/loan" || !strings.Contains(g.text, want) {
			t.Errorf("the loan at %s lacks %q: %s", g.path, want, words(g.text))
		}
	}
	if strings.Contains(g.text, "E0003") {
		t.Error("the page shows somebody else's loan")
	}
	en := h.browser()
	g = en.get("/l/" + h.key("B2", store.PortalLink))
	if g.path != "/who" || !strings.Contains(g.text, "Last 4 characters") || !strings.Contains(g.text, `lang="en"`) {
		t.Fatalf("by link: %d %s %s", g.code, g.path, words(g.text))
	}
	g = en.post("/who", "identity", "45 67")
	if g.path != "/loan" || !strings.Contains(words(g.text), "Hello Ms Exampleton") || !strings.Contains(g.text, "Fees") {
		t.Errorf("in English: %s %s", g.path, words(g.text))
	}
	if g = en.get("/loan?lang=zh"); !strings.Contains(g.text, "目前逾期未还") {
		t.Error("the language does not change")
	}
	if g = en.get("/working"); !strings.Contains(g.text, "逐行核对") {
		t.Error("the language is forgotten")
	}
	if g = h.inside("B4").get("/loan"); !strings.Contains(g.text, "目前没有逾期款项") || !strings.Contains(g.text, "2026年10月2日") {
		t.Errorf("nothing overdue: %s", words(g.text))
	}
}

// TestNothingBeforeTheSecondStep asks for every page and action as a stranger and as one who has only the key.
func TestNothingBeforeTheSecondStep(t *testing.T) {
	h := newHouse(t)
	stranger, keyed := h.browser(), h.browser()
	keyed.post("/enter", "code", h.key("B1", store.PortalCode))
	for _, path := range inner {
		if g := stranger.get(path); g.path != "/" {
			t.Errorf("a stranger at %s came to %s", path, g.path)
		}
		g := keyed.get(path)
		if g.path != "/who" || strings.Contains(g.text, "欧阳") || strings.Contains(g.text, "C0001") {
			t.Errorf("one without the second step at %s came to %s", path, g.path)
		}
	}
	for _, path := range []string{"/paid", "/promise", "/plan", "/later", "/dispute", "/ask", "/choose"} {
		stranger.post(path, "words", "x", "what", "amount", "day", "1")
		keyed.post(path, "words", "x", "what", "amount", "day", "1")
	}
	for _, path := range []string{"/stop", "/not-me"} {
		stranger.post(path)
	}
	if s := h.said("B1"); s != "" {
		t.Errorf("something was said: %s", s)
	}
	// One who cannot prove it may still say that they are somebody else, and stop.
	if g := h.browserWithKey("B3").get("/who"); !strings.Contains(g.text, "致电我们") || strings.Contains(g.text, `name="identity"`) {
		t.Errorf("without anything to prove it by: %s", words(g.text))
	}
}

func (h *house) browserWithKey(borrower string) *browser {
	b := h.browser()
	b.post("/enter", "code", h.key(borrower, store.PortalCode))
	return b
}

// TestEveryPage reads each page in both languages: whole, small, with headers that let nothing else in, and without what has
// no place in a page for a person who is behind.
func TestEveryPage(t *testing.T) {
	h := newHouse(t)
	for _, lang := range []string{"zh", "en"} {
		b := h.inside("B1")
		b.get("/loan?lang=" + lang)
		for _, path := range append([]string{"/stop", "/not-me", "/nowhere"}, inner...) {
			g := b.get(path)
			want := http.StatusOK
			if path == "/nowhere" {
				want = http.StatusNotFound
			}
			if g.code != want || g.path != path {
				t.Errorf("%s %s: %d at %s", lang, path, g.code, g.path)
			}
			if n := len(g.text); n > 50<<10 {
				t.Errorf("%s %s takes %d bytes", lang, path, n)
			}
			for _, no := range []string{"<script", "onclick", "style=", "javascript:", "<no value>", "%!", "ZgotmplZ", "http-equiv"} {
				if strings.Contains(g.text, no) {
					t.Errorf("%s %s holds %q", lang, path, no)
				}
			}
			if path != "/data" && !strings.Contains(g.text, map[string]string{"zh": `<html lang="zh-CN">`, "en": `<html lang="en">`}[lang]) {
				t.Errorf("%s %s is in another language", lang, path)
			}
			for k, v := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
				if g.head.Get(k) != v {
					t.Errorf("%s: %s is %q", path, k, g.head.Get(k))
				}
			}
			if csp := g.head.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
				t.Errorf("%s: policy %q", path, csp)
			}
		}
		for _, shame := range []string{"立即", "尽快", "务必尽快", "后果", "immediately", "urgent", "last chance", "overdue!", "consequence"} {
			if g := b.get("/loan"); strings.Contains(strings.ToLower(g.text), shame) {
				t.Errorf("the page says %q", shame)
			}
		}
	}
}

// TestWorking: the lines lead to the total that the page shows.
func TestWorking(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B1")
	page, sums := words(b.get("/loan").text), words(b.get("/working").text)
	for _, want := range []string{"第4期到期", "还款，用于第4期", "第4期罚息", "逾期未还合计", "年利率22.5%"} {
		if !strings.Contains(sums, want) {
			t.Errorf("the working lacks %q: %s", want, sums)
		}
	}
	i := strings.Index(sums, "逾期未还合计 ")
	total := strings.Fields(sums[i:])[1]
	if !strings.Contains(page, total) {
		t.Errorf("the working ends with %s, and the page has %s", total, page)
	}
}

// TestActions does all that can be done, and looks what it stored.
func TestActions(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		path, said, state, answer string
		form                      []string
	}{
		{"/paid", "paid 我已经还款了：昨天转账的", "paid_claim", "等待款项入账", []string{"words", "昨天转账的"}},
		{"/later", "hardship 我现在还不上：收入减少或没有收入了；预计有钱的日子 2026-10-15 工厂停工", "hardship", "不是一个人", []string{"why", "income", "when", "2026.10.15", "words", "工厂停工"}},
		{"/dispute", "dispute 我认为有误：金额不对 (C0002-991)：多算了", "dispute", "书面答复", []string{"what", "amount", "loan", "C0002-991", "words", "多算了"}},
		{"/ask", "question 利率是多少？", "", "我们收到了", []string{"words", "利率是多少？"}},
		{"/ask", "call_me 请给我打电话，上午9点到12点", "", "我们收到了", []string{"call", "morning"}},
		{"/stop", "stop 不再接收提醒", "stop", "已经停止", nil},
		{"/not-me", "wrong_person 我不是收信人", "stop wrong_person", "抱歉打扰您了", nil},
	} {
		b := h.inside("B1")
		g := b.post(c.path, c.form...)
		if g.code != 200 || !strings.Contains(g.text, c.answer) {
			t.Errorf("%s %v: %d %s", c.path, c.form, g.code, words(g.text))
		}
		if s := h.said("B1"); !strings.HasSuffix(s, c.said) && !strings.Contains(s, c.said+" |") {
			t.Errorf("%s: said %q, want %q", c.path, s, c.said)
		}
		for _, k := range strings.Fields(c.state) {
			if s := h.states("B1"); !strings.Contains(s, k) {
				t.Errorf("%s: states %q, want %q", c.path, s, c.state)
			}
		}
		if c.path == "/not-me" {
			if g := b.get("/loan"); g.path != "/" {
				t.Errorf("who is not meant is still inside, at %s", g.path)
			}
		}
	}
	if s := h.states("B2") + h.said("B2"); s != "" {
		t.Errorf("somebody else has %s", s)
	}
	if g := h.inside("B1").get("/loan"); !strings.Contains(g.text, "您已要求停止") {
		t.Error("the page does not say that we were told to stop")
	}
}

// TestOwnWords: what protects and stands in somebody's own words acts, whatever button was pressed.
func TestOwnWords(t *testing.T) {
	h := newHouse(t)
	h.inside("B1").post("/later", "why", "other", "words", "我不想活了")
	if s := h.states("B1"); !strings.Contains(s, "danger") {
		t.Errorf("states %q after words of despair; said %q", s, h.said("B1"))
	}
	h.inside("B2").post("/dispute", "what", "other", "words", "Stop texting me")
	if s := h.states("B2"); !strings.Contains(s, "stop") {
		t.Errorf("states %q after a stop among other words; said %q", s, h.said("B2"))
	}
}

// TestBeforeTheSecondStep: whoever has the message may say that it was not meant for them, and may stop.
func TestBeforeTheSecondStep(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	code := h.key("B3", store.PortalCode)
	b.post("/enter", "code", code)
	g := b.post("/not-me")
	if !strings.Contains(g.text, "抱歉打扰您了") || strings.Contains(g.text, "测试丙") || strings.Contains(g.text, "300") {
		t.Errorf("not me: %s", words(g.text))
	}
	if s := h.states("B3"); s != "wrong_person" {
		t.Errorf("states %q", s)
	}
	if g := h.browser().post("/enter", "code", code); g.path == "/who" {
		t.Error("who is not meant can go on guessing with the same code")
	}
	h.browserWithKey("B2").post("/stop")
	if s := h.states("B2"); s != "stop" {
		t.Errorf("states %q", s)
	}
}

// TestChoose changes hours, days, channel and language, and refuses what makes no sense.
func TestChoose(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B1")
	for _, bad := range [][]string{
		{"from", "18", "to", "9", "day", "1"},
		{"from", "0", "to", "9", "day", "1"},
		{"from", "9", "to", "12"},
		{"from", "-1", "to", "99", "day", "1"},
	} {
		if g := b.post("/choose", bad...); g.code != http.StatusUnprocessableEntity || !strings.Contains(g.text, `role="alert"`) {
			t.Errorf("%v: %d", bad, g.code)
		}
	}
	g := b.post("/choose", "from", "18", "to", "20", "day", "1", "day", "3", "channel", "letter", "language", "en")
	if g.code != 200 {
		t.Fatalf("%d %s", g.code, words(g.text))
	}
	h.at(thursday.Add(time.Minute))
	page := b.get("/choose").text
	for _, want := range []string{`value="18" selected`, `value="20" selected`, `id="day1" name="day" value="1" checked`, `value="letter" checked`, `id="en" name="language" value="en" checked`} {
		if !strings.Contains(page, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	if strings.Contains(page, `value="2" checked`) || strings.Contains(page, `value="" checked`) {
		t.Error("the form has what was not chosen")
	}
	if !strings.Contains(page, "When and how we may write") {
		t.Error("the page goes on in the old language")
	}
	h.take(borrowers)
	if !strings.Contains(b.get("/choose").text, `value="18" selected`) {
		t.Error("the lender's file undid the choice")
	}
}

// TestDownload: the file holds their data, and nothing of others.
func TestDownload(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B1")
	b.post("/ask", "words", "利率是多少？")
	g := b.get("/data")
	var out map[string]any
	if err := json.Unmarshal([]byte(g.text), &out); err != nil || !strings.Contains(g.head.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%v: %s", err, g.text)
	}
	for _, want := range []string{
		"欧阳测", "+8617405310001", "C0001-778", "C0002-991", `"working"`, "利率是多少", "question", `"earlier_names"`, `"decided"`,
		`"duty"`, `"arrangement_event"`, `"what": "opened"`, `"what": "downloaded"`, `"borrower_fact"`, `"way": "code"`,
	} {
		if !strings.Contains(g.text, want) {
			t.Errorf("the download lacks %q", want)
		}
	}
	for _, no := range []string{"E0003", "Exampleton", "110101", "070015", "1990-03-07"} {
		if strings.Contains(g.text, no) {
			t.Errorf("the download holds %q", no)
		}
	}
}

// TestGuesses: wrong codes, links and answers find out nothing and come to an end.
func TestGuesses(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	// Wrong answers at the second step: five, then the page is locked for a day, for every key and browser.
	b.post("/enter", "code", h.key("B1", store.PortalCode))
	for i := range store.PortalTries {
		g := b.post("/who", "identity", "000000")
		if locked := strings.Contains(g.text, "解锁时间"); g.code != http.StatusUnprocessableEntity || locked != (i == store.PortalTries-1) {
			t.Errorf("try %d: %d, locked %t", i+1, g.code, locked)
		}
	}
	other := h.browserWithKey("B1")
	if g := other.post("/who", "identity", "070015"); g.path == "/loan" || !strings.Contains(g.text, "2026年9月25日 10:00") {
		t.Errorf("the right answer during the lock came to %s: %s", g.path, words(g.text))
	}
	h.at(thursday.Add(store.PortalLock))
	if g := h.browserWithKey("B1").post("/who", "birth", "1990年3月7日"); g.path != "/loan" {
		t.Errorf("the right answer after the lock came to %s: %s", g.path, words(g.text))
	}
	// Wrong codes: the answer is the same whatever is wrong, and after twenty none is looked at for ten minutes.
	right := h.key("B2", store.PortalCode)
	var first string
	for i := range 20 {
		g := b.post("/enter", "code", "zzzzzzz"+string("23456789bcdfghjkmnpq"[i]))
		if i == 0 {
			first = g.text
		}
		if g.code != http.StatusUnprocessableEntity || g.text != first {
			t.Errorf("wrong code %d: %d", i, g.code)
		}
	}
	if g := b.post("/enter", "code", right); g.code != http.StatusTooManyRequests {
		t.Errorf("a code after twenty wrong ones: %d", g.code)
	}
	if g := b.get("/l/" + h.key("B2", store.PortalLink)); g.code != http.StatusTooManyRequests {
		t.Errorf("a link after twenty wrong codes: %d", g.code)
	}
	elsewhere := h.browser()
	elsewhere.from = "203.0.113.9"
	if g := elsewhere.post("/enter", "code", right); g.path != "/who" {
		t.Errorf("somebody else, elsewhere, came to %s", g.path)
	}
	h.at(thursday.Add(store.PortalLock + 11*time.Minute))
	if g := b.post("/enter", "code", right); g.path != "/who" {
		t.Errorf("ten minutes later: %s", g.path)
	}
}

// TestReplay: a token that has run out, a cookie after leaving, the cookie from before the second step, and one of another
// time open nothing.
func TestReplay(t *testing.T) {
	h := newHouse(t)
	token := h.key("B1", store.PortalLink)
	b := h.browser()
	b.get("/l/" + token)
	before := b.cookies()
	if g := b.post("/who", "identity", "070015"); g.path != "/loan" {
		t.Fatal("not inside")
	}
	after := b.cookies()
	if before == after {
		t.Error("the cookie is the same before and after the second step")
	}
	if g := h.withCookie(before).get("/loan"); g.path != "/" {
		t.Errorf("the cookie from before the second step came to %s", g.path)
	}
	if g := h.withCookie(after).get("/loan"); g.path != "/loan" {
		t.Errorf("the cookie itself came to %s", g.path)
	}
	// The link alone, in another browser, does not come past the second step.
	thief := h.browser()
	if g := thief.get("/l/" + token); g.path != "/who" {
		t.Errorf("the link again came to %s", g.path)
	}
	b.post("/leave")
	if g := h.withCookie(after).get("/loan"); g.path != "/" {
		t.Errorf("the cookie after leaving came to %s", g.path)
	}
	c := h.inside("B1")
	h.at(thursday.Add(31 * time.Minute))
	if g := c.get("/loan"); g.path != "/" || !strings.Contains(g.text, "自动关闭") {
		t.Errorf("half an hour later: %s", g.path)
	}
	h.at(thursday.Add(15 * 24 * time.Hour))
	if g := h.browser().get("/l/" + token); g.code != http.StatusNotFound {
		t.Errorf("a link that has run out: %d at %s", g.code, g.path)
	}
	if g := h.browser().get("/l/short"); g.code != http.StatusNotFound {
		t.Errorf("a link that is not whole: %d", g.code)
	}
}

func (b *browser) cookies() string {
	r, _ := http.NewRequest("GET", b.h.URL, nil)
	for _, c := range b.c.Jar.Cookies(r.URL) {
		if c.Name == "duly" {
			return c.Value
		}
	}
	return ""
}

func (h *house) withCookie(value string) *browser {
	b := h.browser()
	r, _ := http.NewRequest("GET", h.URL, nil)
	b.c.Jar.SetCookies(r.URL, []*http.Cookie{{Name: "duly", Value: value, Path: "/"}})
	return b
}

// TestBrowsersThatAreNoSpiders: a browser whose name is like that of a search engine's spider opens the page, and the spiders do not.
func TestBrowsersThatAreNoSpiders(t *testing.T) {
	h := newHouse(t)
	token := h.key("B1", store.PortalLink)
	for agent, person := range map[string]bool{
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/14.5": true,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.44":                     true,
		"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)":                                               false,
		"Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)":                                   false,
		"Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)":                                                   false,
	} {
		b := h.browser()
		b.agent = agent
		if g := b.get("/l/" + token); (g.path == "/who") != person {
			t.Errorf("%q came to %s", agent, g.path)
		}
	}
}

// TestWhoOnlyLooks: previews, scanners, prefetches and HEAD begin no session and count as nothing; only the second step counts
// as opened.
func TestWhoOnlyLooks(t *testing.T) {
	h := newHouse(t)
	token := h.key("B1", store.PortalLink)
	for _, agent := range []string{
		"WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)", "Mozilla/5.0 (compatible; Googlebot/2.1)", "curl/8.1", "",
		"Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (iPhone) AppleWebKit facebookexternalhit/1.1 Facebot Twitterbot/1.0",
	} {
		b := h.browser()
		b.agent = agent
		if agent == "" {
			b.agent = " "
		}
		if g := b.get("/l/" + token); g.path == "/who" || b.cookies() != "" {
			t.Errorf("%q came to %s with cookie %q", agent, g.path, b.cookies())
		}
	}
	b := h.browser()
	if g := b.do("HEAD", "/l/"+token, nil); g.path == "/who" || b.cookies() != "" {
		t.Errorf("HEAD came to %s", g.path)
	}
	if n := h.events("opened"); n != 0 {
		t.Errorf("%d opened by who only looked", n)
	}
	b.get("/l/" + token)
	if n := h.events("opened"); n != 0 {
		t.Errorf("%d opened before the second step", n)
	}
	b.post("/who", "identity", "070015")
	if n := h.events("opened"); n != 1 {
		t.Errorf("%d opened after the second step", n)
	}
}

// TestRecordSaysWhatIsMissing: the record says that only the latest are shown where there are more, and not where all of them are.
func TestRecordSaysWhatIsMissing(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B1")
	for n := range 42 {
		if n == 1 || n == 41 {
			said := strings.Contains(b.get("/record").text, "只显示最近")
			if said != (n > 40) {
				t.Errorf("with %d: %v", n, said)
			}
		}
		b.post("/ask", "words", "第"+strconv.Itoa(n)+"个问题")
	}
}

// TestHostile sends what attackers send.
func TestHostile(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B1")
	const evil = `"><script>alert(1)</script>' OR 1=1 -- {{.Data}} ` + "\u202e"
	b.post("/ask", "words", evil)
	g := b.get("/record")
	if strings.Contains(g.text, "<script") || !strings.Contains(g.text, "&lt;script&gt;") || strings.Contains(g.text, "\u202e") {
		t.Errorf("the record shows %s", g.text)
	}
	for _, path := range []string{"/dispute", "/later", "/choose", "/who", "/enter"} {
		g := b.post(path, "what", evil, "loan", evil, "why", evil, "when", evil, "from", evil, "to", evil, "day", evil, "channel", evil, "language", evil,
			"identity", evil, "birth", evil, "code", evil, "words", evil)
		if g.code >= 500 || strings.Contains(g.text, "<script") {
			t.Errorf("%s: %d", path, g.code)
		}
	}
	for _, path := range []string{"/l/" + strings.Repeat("a", 5000), "/l/..%2f..%2fetc", "/loan?lang=" + evil[:3], "/who?by=x'--", "/%00", "/l/%e2%80%ae"} {
		if g := b.get(path); g.code >= 500 || strings.Contains(g.text, "etc/passwd") {
			t.Errorf("%s: %d", path, g.code)
		}
	}
	if g := b.post("/ask", "words", strings.Repeat("长", 100_000)); g.code >= 500 {
		t.Errorf("a very long text: %d", g.code)
	}
	// From another site no form does anything.
	said := h.said("B1")
	r, _ := http.NewRequest("POST", h.URL+"/stop", strings.NewReader("x=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "https://evil.example")
	resp, err := b.c.Do(r)
	must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || h.said("B1") != said {
		t.Errorf("a form of another site: %d", resp.StatusCode)
	}
	// A GET does nothing.
	b.get("/stop")
	b.get("/not-me")
	if h.said("B1") != said {
		t.Error("a GET said something")
	}
}

// TestManyAtOnce lets five hundred people in at the same time: each sees their own loan, and nobody is turned away.
func TestManyAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("five hundred people take some seconds")
	}
	const people = 500
	h := newHouse(t)
	var wg sync.WaitGroup
	gate := make(chan struct{})
	keys := make([]string, people)
	refs := []string{"B1", "B2", "B4"}
	for i := range keys {
		keys[i] = h.key(refs[i%3], store.PortalCode)
	}
	own := map[string]string{"B1": "C0001-778", "B2": "E0003-100", "B4": "G0005-300"}
	for i := range people {
		wg.Go(func() {
			<-gate
			ref := refs[i%3]
			b := h.browser()
			b.post("/enter", "code", keys[i])
			g := b.post("/who", "identity", ends[ref])
			if g.code != 200 || g.path != "/loan" {
				t.Errorf("%s: %d at %s", ref, g.code, g.path)
				return
			}
			for _, o := range refs {
				if strings.Contains(g.text, own[o]) != (o == ref) {
					t.Errorf("%s sees, or does not see, %s", ref, own[o])
				}
			}
			if g := b.get("/rules"); g.code != 200 {
				t.Errorf("rules: %d", g.code)
			}
		})
	}
	close(gate)
	wg.Wait()
	if n := h.events("opened"); n != people {
		t.Errorf("%d opened, want %d", n, people)
	}
}

// TestAgreed: a promise and a plan hold where the creditor's table lets them, rest contact, and are shown; where it does not,
// the page says that a person decides, and claims nothing.
func TestAgreed(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B1")
	for _, bad := range [][]string{{"on", ""}, {"on", "2026-09-01"}, {"on", "soon"}, {"on", "2026-10-01", "amount", "lots"}, {"on", "2031-10-01"}} {
		if g := b.post("/promise", bad...); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, g.code)
		}
	}
	if s := h.said("B1"); s != "" {
		t.Errorf("a promise that was none was stored: %s", s)
	}
	if g := b.post("/promise", "on", "2026年10月5日", "amount", "500元"); !strings.Contains(g.text, "我们记下了：2026年10月5日") {
		t.Errorf("a promise: %d %s", g.code, words(g.text))
	}
	if s := h.states("B1"); s != "arrangement" {
		t.Errorf("states %q after a promise", s)
	}
	h.at(thursday.Add(time.Minute))
	if g := b.get("/loan"); !strings.Contains(g.text, "您与我们有约定") {
		t.Errorf("the page does not tell of the promise: %s", words(g.text))
	}
	c := h.inside("B2")
	g := c.get("/plan")
	if !strings.Contains(g.text, `value="3"`) || !strings.Contains(g.text, `value="6"`) {
		t.Fatalf("plans: %s", words(g.text))
	}
	if g := c.post("/plan"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("none chosen: %d", g.code)
	}
	if g := c.post("/plan", "parts", "60"); strings.Contains(g.text, "The plan holds") || !strings.Contains(g.text, "for a colleague to decide") {
		t.Errorf("a plan that was not offered: %s", words(g.text))
	}
	if g := c.post("/plan", "parts", "3"); !strings.Contains(g.text, "The plan holds: 3 instalments") {
		t.Errorf("a plan: %s", words(g.text))
	}
	if s := h.states("B2"); !strings.Contains(s, "arrangement") {
		t.Errorf("states %q after a plan", s)
	}
	// Beyond the creditor's table.
	d := h.inside("B4")
	if g := d.post("/promise", "on", "2027-08-01"); strings.Contains(g.text, "我们记下了") || !strings.Contains(g.text, "由同事来定") {
		t.Errorf("a promise beyond the table: %s", words(g.text))
	}
}
