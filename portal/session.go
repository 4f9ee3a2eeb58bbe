package portal

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/dulyhq/duly/store"
)

// How long somebody may stay: a phone is put down and found by others.
const (
	untilProof = 20 * time.Minute
	afterProof = 30 * time.Minute
)

// cookieName keeps a cookie of another host, or of a path, from being taken for ours where there is https.
func (p *Portal) cookieName() string {
	if p.Secure {
		return "__Host-duly"
	}
	return "duly"
}

// session finds the guest that the cookie belongs to.
func (v *visit) session() error {
	c, err := v.r.Cookie(v.cookieName())
	if err != nil || c.Value == "" {
		return nil
	}
	g, err := v.Desk.Store().PortalSession(v.r.Context(), c.Value, v.at)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if v.house = v.Desk.Portfolio(g.Portfolio); v.house == nil {
		return nil // it belongs to a portfolio that is not served here any more
	}
	v.cookie, v.guest = c.Value, &g
	return nil
}

// give sends a cookie. It lives as long as the browser is open, and the session behind it ends before.
func (v *visit) give(name, value string, age int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, Secure: v.Secure, HttpOnly: true,
		// Strict would be lost on the way from a message into the page: the link answers by sending the browser on.
		SameSite: http.SameSiteLaxMode,
	})
}

// begin starts the session of a key.
func (v *visit) begin(g *store.Guest) error {
	cookie := rand.Text()
	if err := v.Desk.Store().StartPortalSession(v.r.Context(), g.Key, cookie, v.at, v.at.Add(untilProof)); err != nil {
		return err
	}
	v.give(v.cookieName(), cookie, 0)
	return nil
}

// langCookie remembers a language, and nothing else.
const langCookie = "duly-lang"

// language finds out in which language to answer: the one chosen here, the borrower's, the browser's, the house's.
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
	switch {
	case v.guest != nil && v.guest.Language != "":
		v.lang = v.guest.Language
	case v.house != nil:
		v.lang = string(v.house.Language)
	default:
		if v.lang = accepted(v.r.Header.Get("Accept-Language")); v.lang == "" {
			v.lang = v.Language
		}
	}
}

// accepted returns the first language of a browser's list that we have.
func accepted(list string) string {
	for len(list) >= 2 {
		switch list[:2] {
		case "zh", "en":
			return list[:2]
		}
		i := 0
		for i < len(list) && list[i] != ',' {
			i++
		}
		for i < len(list) && (list[i] == ',' || list[i] == ' ') {
			i++
		}
		list = list[i:]
	}
	return ""
}
