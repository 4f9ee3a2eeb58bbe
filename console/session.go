package console

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/dulyhq/duly/store"
)

// cookieName keeps a cookie of another host, or of a path, from being taken for ours where there is https.
func (c *Console) cookieName() string {
	if c.Secure {
		return "__Host-duly-console"
	}
	return "duly-console"
}

// session finds who the cookie belongs to.
func (v *visit) session() error {
	c, err := v.r.Cookie(v.cookieName())
	if err != nil || c.Value == "" {
		return nil
	}
	s, err := v.Gate.Store.StaffSession(v.r.Context(), c.Value, v.Gate.Wire())
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v.cookie, v.user = c.Value, &s
	return nil
}

// give sends a cookie. It lives as long as the browser is open, and the session behind it ends before.
func (v *visit) give(name, value string, age int) {
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: v.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// langCookie remembers a language, and nothing else.
const langCookie = "duly-console-lang"

// language finds out in which language to answer: the one chosen here, the browser's, the house's.
func (v *visit) language() {
	if asked := v.r.URL.Query().Get("lang"); asked == "zh" || asked == "en" {
		v.lang = asked
		v.give(langCookie, asked, 365*24*3600)
		return
	}
	if c, err := v.r.Cookie(langCookie); err == nil && (c.Value == "zh" || c.Value == "en") {
		v.lang = c.Value
		return
	}
	v.lang = v.Language
	for part := range strings.SplitSeq(v.r.Header.Get("Accept-Language"), ",") {
		if p := strings.TrimSpace(part); strings.HasPrefix(p, "zh") || strings.HasPrefix(p, "en") {
			v.lang = p[:2]
			return
		}
	}
}

// source is where a request comes from, for counting wrong tries: an address, or of IPv6 the network that one subscriber has.
func (v *visit) source() string {
	host, _, err := net.SplitHostPort(v.r.RemoteAddr)
	if err != nil {
		host = v.r.RemoteAddr
	}
	if v.Proxied {
		// The last one is what our own proxy has seen; those before it are what the client says.
		if list := v.r.Header.Values("X-Forwarded-For"); len(list) > 0 {
			all := strings.Split(list[len(list)-1], ",")
			host = strings.TrimSpace(all[len(all)-1])
		}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p.String()
}
