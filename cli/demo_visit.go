package cli

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

// visit goes to the borrower's page as somebody does who was sent a code: types it, says when they were born, and reads. The page is
// the real one, without a socket between.
func (d *demo) visit() func(ctx context.Context, code, born string) (string, error) {
	handler := d.config.portalHandler(d.engine, d.world.Clock().Now, slog.New(slog.DiscardHandler))
	if handler == nil {
		return nil
	}
	return func(ctx context.Context, code, born string) (string, error) {
		v := visitor{handler: handler}
		if err := v.leads(ctx, "/enter", "code", code, "/who"); err != nil {
			return "", fmt.Errorf("a code that was sent: %w", err)
		}
		if err := v.leads(ctx, "/who", "birth", born, "/loan"); err != nil {
			return "", fmt.Errorf("a right answer: %w", err)
		}
		_, err := v.step(ctx, "/loan", "", "")
		return v.page.String(), err
	}
}

// A visitor is a browser with one cookie.
type visitor struct {
	handler http.Handler
	cookie  string
	head    http.Header
	page    bytes.Buffer
}

// Header and the other two take the answer in.
func (v *visitor) Header() http.Header         { return v.head }
func (v *visitor) Write(b []byte) (int, error) { return v.page.Write(b) }
func (v *visitor) WriteHeader(int)             {}

// leads sends a form, which has to lead to a page.
func (v *visitor) leads(ctx context.Context, path, field, value, want string) error {
	to, err := v.step(ctx, path, field, value)
	if err == nil && to != want {
		err = fmt.Errorf("it leads to %q and not to %s", to, want)
	}
	return err
}

// step asks for a page, or sends a form of one field, and returns where it is sent on to.
func (v *visitor) step(ctx context.Context, path, field, value string) (string, error) {
	method, form := http.MethodGet, ""
	if field != "" {
		method, form = http.MethodPost, url.Values{field: {value}}.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1"+path, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	v.head = http.Header{}
	v.page.Reset()
	v.handler.ServeHTTP(v, r)
	if set := v.head.Get("Set-Cookie"); set != "" {
		v.cookie, _, _ = strings.Cut(set, ";")
	}
	return v.head.Get("Location"), nil
}
