package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// Shut lets a page's answers be shown nowhere but where they come from: nothing is kept, framed, guessed or told to another site, and
// policy, a content security policy, says what the page may load. secure says that it is reached by https.
func Shut(policy string, secure bool, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set := w.Header().Set
		set("Content-Security-Policy", policy)
		set("Referrer-Policy", "no-referrer")
		set("X-Content-Type-Options", "nosniff")
		set("X-Frame-Options", "DENY")
		set("X-Robots-Tag", "noindex, nofollow, noarchive")
		set("Cache-Control", "no-store")
		set("Cross-Origin-Opener-Policy", "same-origin")
		set("Cross-Origin-Resource-Policy", "same-origin")
		set("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
		if secure {
			set("Strict-Transport-Security", "max-age=31536000")
		}
		h.ServeHTTP(w, r)
	})
}

// Asset is a file that a browser may keep for ever: its address has to change with what it holds, by Digest.
func Asset(text []byte, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(text) // whoever went away needs no answer
	}
}

// Digest is a short name of what a file holds: 12 hexadecimal digits.
func Digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// Field returns a field of a form, without what no text may hold: control signs but for line breaks and tabs, and signs that turn the direction
// of what follows, behind which a text reads otherwise than it is. It is cut after most characters.
func Field(r *http.Request, name string, most int) string {
	return Clean(r.PostFormValue(name), most)
}

// Clean is a text without what no text may hold, and no longer than so many characters.
func Clean(text string, most int) string {
	s := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffd {
			return -1
		}
		return r
	}, text))
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
