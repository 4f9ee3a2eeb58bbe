package console_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/console"
)

// send sends a form with files, as a browser does: name, text, name, text.
func (b *browser) send(portfolio, mode string, files ...string) got {
	b.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(b.h.t, w.WriteField("portfolio", portfolio))
	must(b.h.t, w.WriteField("mode", mode))
	for i := 0; i < len(files); i += 2 {
		p, err := w.CreateFormFile("files", files[i])
		must(b.h.t, err)
		_, err = io.WriteString(p, files[i+1])
		must(b.h.t, err)
	}
	must(b.h.t, w.Close())
	return b.upload("/console/imports", w.FormDataContentType(), &body)
}

// upload posts a body of a kind of its own.
func (b *browser) upload(path, kind string, body io.Reader) got {
	b.h.t.Helper()
	r, err := http.NewRequest("POST", b.h.URL+path, body)
	must(b.h.t, err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", b.site)
	r.Header.Set("X-Forwarded-For", b.from)
	if b.lang != "" {
		r.Header.Set("Accept-Language", b.lang)
	}
	resp, err := b.c.Do(r)
	must(b.h.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	must(b.h.t, err)
	return got{resp.StatusCode, resp.Request.URL.Path, html.UnescapeString(string(text)), resp.Header}
}

// settled looks at an import until nothing of it runs.
func (b *browser) settled(page string) got {
	b.h.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		g := b.get(page)
		if !strings.Contains(g.text, "<progress") {
			return g
		}
		if time.Now().After(end) {
			b.h.t.Fatalf("%s runs on: %s", page, plain(g.text))
		}
	}
}

const bankFile = "借据号,客户编号,姓名,手机号码,省份,应还日期,应还金额（元）,币种,网点\n" +
	"G001,N1,测试丁,+8617405310011,CN-ZJ,2026-09-10,500.00,CNY,东街\n" +
	"G002,N2,测试戊,+8617405310012,CN-ZJ,2026-09-12,600.00,CNY,西街\n"

// guessed are the fields of the form, as the page has filled them in.
func guessed(page string) (pairs []string) {
	for part := range strings.SplitSeq(page, "<select id=\"") {
		field, rest, ok := strings.Cut(part, `" name="`)
		if !ok {
			continue
		}
		rest, _, _ = strings.Cut(rest, "</select>")
		value := ""
		if at := strings.Index(rest, " selected>"); at >= 0 {
			option := rest[strings.LastIndex(rest[:at], "<option")+7 : at]
			if _, v, ok := strings.Cut(option, `value="`); ok {
				value, _, _ = strings.Cut(v, `"`)
			} else {
				value, _, _ = strings.Cut(rest[at+len(" selected>"):], "</option>")
			}
		}
		pairs = append(pairs, field, value)
	}
	return pairs
}

// TestImports: a bank's own file is sent, its columns are guessed, a trial changes nothing, and then it goes in, once, and is in the
// audit.
func TestImports(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	g := b.send("cards", "delta", `C:\Users\x\逾期.csv`, bankFile)
	if g.code != http.StatusOK || !strings.HasPrefix(g.path, "/console/imports/") || !strings.Contains(g.text, "逾期.csv") || strings.Contains(g.text, "测试丁") {
		t.Fatalf("%d %s %s", g.code, g.path, plain(g.text))
	}
	page, fields := g.path, guessed(g.text)
	if got := strings.Join(fields, " "); got != "dates0 YYYY-MM-DD c0-0 loan_id c0-1 borrower_id c0-2 name c0-3 phone c0-4 region c0-5 due_on c0-6 amount c0-7 currency c0-8 " {
		t.Errorf("guessed %q", got)
	}
	if g := b.post(page + "/run"); g.code != http.StatusConflict {
		t.Errorf("it goes in without a trial: %d", g.code)
	}
	b.post(page+"/check", fields...)
	g = b.settled(page)
	if !strings.Contains(plain(g.text), "贷款 2 2 0 0 0") || !strings.Contains(g.text, "1,100.00") || len(h.deeds("imported")) != 0 {
		t.Fatalf("%s", plain(g.text))
	}
	if _, err := h.store.Find(t.Context(), "G001"); err == nil {
		t.Error("a trial is kept")
	}
	b.post(page + "/run")
	if g = b.settled(page); !strings.Contains(g.text, "已导入") {
		t.Fatalf("%s", plain(g.text))
	}
	if _, err := h.store.Find(t.Context(), "G001"); err != nil {
		t.Error(err)
	}
	if d := h.deeds("imported"); len(d) != 1 || !strings.HasPrefix(d[0].Who, "staff:") {
		t.Errorf("%+v", d)
	}
	if g := b.post(page + "/run"); g.code != http.StatusConflict || len(h.deeds("imported")) != 1 {
		t.Errorf("twice: %d", g.code)
	}
	if g := b.post(page + "/end"); g.path != "/console/imports" || b.get(page).code != http.StatusNotFound {
		t.Errorf("it is not let go: %d", g.code)
	}
}

// TestImportBadRows: bad rows are told with their place and what to mend, without what they say of anybody; nothing goes in, or the good ones
// where somebody says so.
func TestImportBadRows(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	text := loans[:strings.Index(loans, "\n")+1] + "N1-1,B1,CNY,card,0.15,1.5\nN1-2,B9,CNY,card,0.15,1.5\nN1-3,B1,CNY,card,viel,1.5\n"
	page := b.send("cards", "delta", "loans.csv", text).path
	b.post(page+"/check", guessed(b.get(page).text)...)
	g := b.settled(page)
	if !strings.Contains(g.text, "loans.csv:4:") || !strings.Contains(g.text, "annual_rate") || !strings.Contains(g.text, "loans.csv:3:1") {
		t.Fatalf("%s", plain(g.text))
	}
	for lang, want := range map[string][2]string{
		"zh": {"借款人 B9 不存在：台账中没有，本次导入也没有其有效数据行", "loans.csv,4,18,annual_rate,此处内容不是利率，例如 0.15"},
		"en": {"borrower B9 is not known: it is neither in the ledger nor a good row of this import", "loans.csv,4,18,annual_rate,what stands here is not a rate such as 0.15"},
	} {
		b.lang = lang
		if g := b.get(page); !strings.Contains(g.text, want[0]) {
			t.Errorf("%s: %s", lang, plain(g.text))
		}
		if g := b.get(page + "/bad.csv"); g.code != http.StatusOK || !strings.Contains(g.text, want[1]) || strings.Contains(g.text, "viel") {
			t.Errorf("%s: %d %s", lang, g.code, g.text)
		}
	}
	b.lang = ""
	if g := b.post(page + "/run"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("bad rows go in: %d", g.code)
	}
	b.post(page+"/run", "skip", "1")
	g = b.settled(page)
	if _, err := h.store.Find(t.Context(), "N1-1"); err != nil {
		t.Errorf("%v %s", err, plain(g.text))
	}
	if _, err := h.store.Find(t.Context(), "N1-2"); err == nil {
		t.Error("a bad row is in")
	}
}

// TestImportManyBadRows: the file of bad rows holds two thousand faults, and says how many it leaves out.
func TestImportManyBadRows(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	text := loans[:strings.Index(loans, "\n")+1] + strings.Repeat("N1,B1,CNY,card,viel,1.5\n", 2003)
	page := b.send("cards", "delta", "loans.csv", text).path
	b.post(page+"/check", guessed(b.get(page).text)...)
	b.settled(page)
	for lang, want := range map[string]string{"zh": "另有3处错误未列出", "en": "Not listed: 3 more"} {
		b.lang = lang
		g := b.get(page + "/bad.csv")
		if lines := strings.Split(strings.TrimSpace(g.text), "\n"); len(lines) != 1+2000+1 || !strings.Contains(lines[len(lines)-1], want) {
			t.Errorf("%s: %d lines, the last is %s", lang, len(lines), lines[len(lines)-1])
		}
	}
}

// TestImportSnapshot: a snapshot that would close most of the book needs a tick, and one with bad rows never goes in.
func TestImportSnapshot(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	page := b.send("cards", "snapshot", "l.csv", strings.Join(strings.SplitAfter(loans, "\n")[:2], "")).path
	b.post(page+"/check", guessed(b.get(page).text)...)
	if g := b.settled(page); !strings.Contains(g.text, `name="yes"`) {
		t.Fatalf("%s", plain(g.text))
	}
	if g := b.post(page + "/run"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("most of the book is closed unasked: %d", g.code)
	}
	b.post(page+"/run", "yes", "1")
	if g := b.settled(page); !strings.Contains(g.text, "已导入") {
		t.Errorf("%s", plain(g.text))
	}
	page = b.send("cards", "snapshot", "l.csv", strings.Replace(loans, "0.12", "viel", 1)).path
	b.post(page+"/check", guessed(b.get(page).text)...)
	b.settled(page)
	if g := b.post(page+"/run", "skip", "1", "yes", "1"); g.code != http.StatusConflict {
		t.Errorf("a snapshot with bad rows: %d", g.code)
	}
}

// TestHostileFiles: what is no table is refused in words, a name of a file runs nothing and goes nowhere, and more than a form holds comes only
// from who may bring files, and only there.
func TestHostileFiles(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	for _, text := range []string{"", "\x00\x01\x02", "PK\x03\x04\x14\x00", strings.Repeat("x", 2<<20), "a,a\n1,2\n", "\"loan_id\n"} {
		g := b.send("cards", "delta", `../../<script>alert(1)</script>`+"\u202e.csv", text)
		if g.code != http.StatusOK || strings.Contains(g.text, "<script>alert") && !strings.Contains(b.raw(g.path), "&lt;script") || strings.Contains(g.text, "..") || strings.Contains(g.text, "\u202e") {
			t.Errorf("%.20q: %d %.300s", text, g.code, plain(g.text))
		}
		b.post(g.path+"/check", guessed(g.text)...)
		if g := b.settled(g.path); strings.Contains(g.text, "/run") && g.code == http.StatusOK || g.code >= 500 {
			t.Errorf("%.20q may go in: %s", text, plain(g.text))
		}
		if d := h.deeds("imported"); len(d) != 0 {
			t.Errorf("%.20q went in", text)
		}
	}
	if g := b.send("cards", "delta"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("no files: %d", g.code)
	}
	if g := b.send("boats", "delta", "x.csv", bankFile); g.code != http.StatusForbidden {
		t.Errorf("a portfolio that is not there: %d", g.code)
	}
	many := make([]string, 0, 26)
	for range 13 {
		many = append(many, "x.csv", "a,b\n")
	}
	if g := b.send("cards", "delta", many...); g.code != http.StatusRequestEntityTooLarge {
		t.Errorf("thirteen files: %d", g.code)
	}
	other := h.inside(h.hire("carl", access.Grant{Role: access.Administrator, Portfolio: "cars"}))
	if g := other.send("cards", "delta", "x.csv", bankFile); g.code != http.StatusForbidden {
		t.Errorf("another portfolio's administrator: %d", g.code)
	}
	page := b.send("cards", "delta", "x.csv", bankFile).path
	if g := other.get(page); g.code != http.StatusNotFound {
		t.Errorf("and looks at it: %d", g.code)
	}
	if g := h.as(access.Collector).send("cards", "delta", "x.csv", bankFile); g.code != http.StatusForbidden {
		t.Errorf("who may not: %d", g.code)
	}
	b.site = "cross-site"
	if g := b.send("cards", "delta", "x.csv", bankFile); g.code != http.StatusForbidden {
		t.Errorf("a form of another site: %d", g.code)
	}
	if console.MostImport <= 64<<10 {
		t.Error("a form holds as much as files")
	}
}

// TestBadRowOfAFlatList: a bad row of a list that becomes borrowers, loans and instalments counts as one of the list, beside those that went in; what is called as its
// column is, is not called so twice.
func TestBadRowOfAFlatList(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	g := b.send("cards", "delta", "x.csv", bankFile+"G003,N3,测试己,+8617405310013,CN-ZJ,2026-09-31,700.00,CNY,东街\n")
	page, fields := g.path, guessed(g.text)
	b.post(page+"/check", fields...)
	g = b.settled(page)
	if got := plain(g.text); !strings.Contains(got, "期次 2 2 0 0 0") || !strings.Contains(got, "逾期清单 1 0 0 0 1") {
		t.Errorf("%s", got)
	}
	b.lang = "en"
	if g = b.get(page); !strings.Contains(g.text, ">amount</option>") || !strings.Contains(g.text, ">due on</option>") || !strings.Contains(g.text, ">loan's key · loan_id</option>") {
		t.Errorf("%s", plain(g.text))
	}
}
