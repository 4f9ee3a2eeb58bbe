package watch

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// Allow lets who knows the token read, and where there is none, who asks from this machine itself and not for somebody else: what
// waits is a lender's own business, and borrowers may reach the same server. Others learn nothing, not even that it is there.
func Allow(token string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowed(token, r) {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func allowed(token string, r *http.Request) bool {
	if token != "" {
		said, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return ok && subtle.ConstantTimeCompare([]byte(said), []byte(token)) == 1
	}
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}
