package portal

import (
	"errors"
	"net/http"
	"strings"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/store"
)

// An entrance is the page at the fixed address.
type entrance struct {
	Over bool // they were inside, and are not any more
	Code string
}

// enter asks for the code of a message.
func (p *Portal) enter(v *visit) error {
	if v.guest != nil {
		v.away("/loan")
		return nil
	}
	return v.show(http.StatusOK, "enter", "请输入短信中的查询码", "Enter the code from our message", entrance{Over: v.r.URL.Query().Get("over") != ""})
}

// entered looks a code up. A wrong one is told from a right one only by whoever may go on.
func (p *Portal) entered(v *visit) error {
	from := p.source(v.r)
	code := codeOf(v.form("code", 40))
	if p.wrong.full(from, v.at) {
		return v.tooMany()
	}
	if len(code) == compose.CodeLength {
		if in, err := p.admit(v, store.PortalCode, code); in || err != nil {
			return err
		}
		p.wrong.wrong(from, v.at)
	}
	wrong := "这个查询码不对，或已过期。查询码共8位，由数字和字母组成，请再核对一下短信。"
	if v.lang == "en" {
		wrong = "This code is not right, or it has run out. It has 8 letters and digits. Please compare it with our message."
	}
	return v.showWith(http.StatusUnprocessableEntity, "enter", "请输入短信中的查询码", "Enter the code from our message", entrance{}, wrong)
}

// admit begins a visit where the key is a borrower's of a portfolio that is still served; false tells of no such key.
func (p *Portal) admit(v *visit, way store.PortalWay, key string) (bool, error) {
	g, err := p.Desk.Store().PortalEntry(v.r.Context(), way, key, v.at)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.Desk.Portfolio(g.Portfolio) == nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := v.begin(&g); err != nil {
		return false, err
	}
	v.away("/who")
	return true, nil
}

// tooMany says that no more keys are looked at for a while.
func (v *visit) tooMany() error {
	wrong := "这里输入错误的次数较多，请10分钟后再试。您也可以直接致电我们。"
	if v.lang == "en" {
		wrong = "There were many wrong codes from here. Please try again in 10 minutes, or simply call us."
	}
	v.w.Header().Set("Retry-After", "600")
	return v.showWith(http.StatusTooManyRequests, "enter", "请输入短信中的查询码", "Enter the code from our message", entrance{}, wrong)
}

// codeOf reads a code as people type it: in any case, with spaces and hyphens, in full-width letters.
func codeOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		if strings.ContainsRune(compose.KeyAlphabet, r) {
			return r
		}
		if r == ' ' || r == '-' || r == '\u3000' || r == '\t' || r == '\n' || r == '.' {
			return -1
		}
		return '?'
	}, s)
}
