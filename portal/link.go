package portal

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/store"
)

// link opens the page by the token of a message. The token leaves the address at once; what looks at a link before a person
// does is told nothing and counts for nothing.
func (p *Portal) link(v *visit) error {
	if looksOnly(v.r) {
		return v.show(http.StatusOK, "glance", "本页面仅供收信人查看", "This page is for the person we wrote to", nil)
	}
	from := p.source(v.r)
	if p.wrong.full(from, v.at) {
		return v.tooMany()
	}
	token := v.r.PathValue("token")
	if i := strings.IndexFunc(token, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		token = token[:i] // a handset took what stands behind the link for a part of it
	}
	if len(token) == compose.TokenLength {
		if in, err := p.admit(v, store.PortalLink, strings.ToLower(token)); in || err != nil {
			return err
		}
	}
	p.wrong.wrong(from, v.at)
	wrong := "这个链接已失效或不完整。链接过一段时间会自动失效。您可以使用最近一条短信中的链接或查询码，也可以直接致电我们。"
	if v.lang == "en" {
		wrong = "This link has run out or is not whole. Links end by themselves after some time. Use the one in our latest message, type the code, or simply call us."
	}
	return v.showWith(http.StatusNotFound, "enter", "链接已失效", "This link has run out", entrance{}, wrong)
}

// glancers are programs that fetch a link to show what lies behind it, or to look for harm.
var glancers = []string{
	"bot", "crawl", "spider", "preview", "facebookexternalhit", "whatsapp", "telegram", "slack", "discord", "skypeuripreview", "twitter", "linkedin",
	"pinterest", "embedly", "vkshare", "iframely", "google-safety", "googleimageproxy", "bingpreview", "mediapartners", "safebrowsing", "urlscan", "virustotal",
	"barracuda", "proofpoint", "mimecast", "curl/", "wget/", "python-", "go-http-client", "java/", "okhttp", "headlesschrome", "scrapy", // "spider" above are also those of Baidu, Sogou and ByteDance; "sogou" alone is a browser that people use
}

// looksOnly says that a request looks at a link and is no person who opens it.
func looksOnly(r *http.Request) bool {
	if r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose")+r.Header.Get("Purpose")+r.Header.Get("X-Purpose"), "pre") {
		return true
	}
	agent := strings.ToLower(r.UserAgent())
	if agent == "" {
		return true
	}
	for _, g := range glancers {
		if strings.Contains(agent, g) {
			return true
		}
	}
	return false
}
