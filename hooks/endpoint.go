package hooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// An Endpoint is where the lender listens.
type Endpoint struct {
	url    string
	signer Signer
	client *http.Client
}

// Times and sizes of one try.
const (
	within   = 15 * time.Second // the specification advises 15 to 30
	mostRead = 64 << 10         // of an answer, which says nothing that is used
)

// NewEndpoint returns where to post to. No proxy of the environment's is asked, and no redirect followed: either would lead elsewhere
// than the lender said.
func NewEndpoint(url string, reach Reach, s Signer) (*Endpoint, error) {
	if err := reach.CheckURL(url); err != nil {
		return nil, err
	}
	if len(s.secrets) == 0 {
		return nil, ErrSecret
	}
	return &Endpoint{url: url, signer: s, client: reach.Client(within)}, nil
}

// Client returns a client that reaches no further, asks no proxy and follows no redirect, and gives up a request after a time.
func (r Reach) Client(within time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: within, Control: r.control}
	return &http.Client{
		Timeout:       within,
		Transport:     &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: within, MaxIdleConns: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: mostRead},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A RefusalError is why an endpoint has not taken something: a word that can be stored, without any address.
type RefusalError struct {
	Code string
	Err  error
}

// Error says why.
func (r *RefusalError) Error() string { return "hooks: " + r.Code }

// Unwrap returns the reason below.
func (r *RefusalError) Unwrap() error { return r.Err }

// Post hands over a body under an id, once. It is taken where the answer is of the class 2xx, and a *RefusalError else: in doubt it was not
// taken, and the same id comes again.
func (e *Endpoint) Post(ctx context.Context, id string, at time.Time, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return &RefusalError{Code: "address", Err: err}
	}
	// The specification writes them small; HTTP does not care.
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "duly")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", e.signer.Sign(id, at, body))
	res, err := e.client.Do(req)
	if err != nil {
		return &RefusalError{Code: codeOf(err), Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, mostRead)); err != nil {
		return &RefusalError{Code: codeOf(err), Err: err}
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return &RefusalError{Code: fmt.Sprintf("http %d", res.StatusCode)}
	}
	return nil
}

// codeOf is a word for what went wrong on the way.
func codeOf(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, ErrReach):
		return "reach"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return "connection"
}
