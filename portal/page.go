package portal

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/serve"
)

//go:embed pages
var pages embed.FS

// templates are the pages by name, each with the frame around it.
var templates = func() map[string]*template.Template {
	frame := template.Must(template.New("frame.html").ParseFS(pages, "pages/frame.html"))
	out := map[string]*template.Template{}
	list, err := pages.ReadDir("pages")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, f := range list {
		name, isPage := f.Name(), len(f.Name()) > 5 && f.Name()[len(f.Name())-5:] == ".html"
		if isPage && name != "frame.html" {
			out[name[:len(name)-5]] = template.Must(template.Must(frame.Clone()).ParseFS(pages, "pages/"+name))
		}
	}
	return out
}()

var (
	styleText = mustRead("pages/style.css")
	// stylePath changes with what it holds, so that a browser may keep it for ever.
	stylePath = "/style-" + serve.Digest(styleText) + ".css"
)

func mustRead(name string) []byte {
	b, err := pages.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}

// A shown is what a page's template is given.
type shown struct {
	Lang   string
	Title  string
	Style  string
	Path   string // for the other language
	Name   string // the lender's
	Phone  string
	Verify string
	Inside bool // the second step is taken
	Keyed  bool
	Data   any // the page's own
	Error  string
}

// T picks the wording of the language.
func (s *shown) T(zh, en string) string {
	if s.Lang == "en" {
		return en
	}
	return zh
}

// identity returns who writes, in the visit's language.
func (v *visit) identity() engine.Identity {
	if v.house == nil {
		return engine.Identity{Creditor: v.Creditor.In(v.lang), Phone: v.Phone}
	}
	id := v.house.Identity[compose.Language(v.lang)]
	if id.Creditor == "" {
		id = v.house.Identity[v.house.Language]
	}
	return id
}

// show renders a page whole before the first byte leaves, so that nobody sees half of one.
func (v *visit) show(status int, name, zh, en string, data any) error {
	return v.showWith(status, name, zh, en, data, "")
}

// showWith shows a page with what was wrong in a form.
func (v *visit) showWith(status int, name, zh, en string, data any, wrong string) error {
	id := v.identity()
	s := &shown{
		Lang: v.lang, Style: stylePath, Path: v.r.URL.Path, Name: id.Creditor, Phone: id.Phone, Verify: id.Verify, Data: data, Error: wrong,
		Keyed: v.guest != nil, Inside: v.guest != nil && !v.guest.ProvedAt.IsZero(),
	}
	if v.r.Method != http.MethodGet || strings.HasPrefix(v.r.URL.Path, "/l/") {
		s.Path = "" // an answer is not asked for by GET, and a token is written nowhere
	}
	s.Title = s.T(zh, en)
	var b bytes.Buffer
	if err := templates[name].ExecuteTemplate(&b, "frame.html", s); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", map[string]string{"zh": "zh-CN", "en": "en"}[v.lang])
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(b.Bytes()) // whoever went away needs no answer
	}
	return nil
}

// A done is the answer to something that a person did.
type done struct {
	What []string // what happens now, a sentence each
}

// answer tells somebody what became of what they did, each sentence in both languages.
func (v *visit) answer(zh, en string, sentences ...[2]string) error {
	d := done{}
	for _, s := range sentences {
		if v.lang == "en" {
			s[0] = s[1]
		}
		d.What = append(d.What, s[0])
	}
	return v.show(http.StatusOK, "done", zh, en, d)
}

// failed says that something went wrong here, and where a person answers.
func (v *visit) failed() {
	if err := v.show(http.StatusInternalServerError, "failed", "暂时无法显示", "This cannot be shown just now", nil); err != nil {
		http.Error(v.w, "503", http.StatusServiceUnavailable)
	}
}

// nowhere answers for what is not there.
func (v *Portal) nowhere(x *visit) error {
	return x.show(http.StatusNotFound, "nowhere", "没有这个页面", "There is no such page", nil)
}
