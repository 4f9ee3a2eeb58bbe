package hooks

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestVector is the vector of the specification's own libraries, and each of ours is taken by one of them.
func TestVector(t *testing.T) {
	s, err := NewSigner(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestSecrets(t *testing.T) {
	for text, ok := range map[string]bool{
		testSecret: true, strings.TrimPrefix(testSecret, "whsec_"): true, testSecret + "\n" + testSecret + "\n": true,
		"": false, "whsec_": false, "whsec_c2hvcnQ=": false, "not base64!": false, testSecret + " whsec_x": false,
	} {
		s, err := NewSigner(text)
		if (err == nil) != ok {
			t.Errorf("NewSigner(%q): %v, want ok %v", text, err, ok)
		}
		if err != nil && s.Sign("a", time.Unix(1, 0), nil) != "" {
			t.Errorf("NewSigner(%q) signs with nothing", text)
		}
		if err != nil && text != "" && strings.Contains(err.Error(), text) && len(text) > 8 {
			t.Errorf("the error holds the secret: %v", err)
		}
	}
}

// TestPost: what is posted is taken by the specification's own library, under each of two secrets.
func TestPost(t *testing.T) {
	other := "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	taken := make(chan error, 2)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			taken <- err
			return
		}
		for _, secret := range []string{testSecret, other} {
			wh, err := standardwebhooks.NewWebhook(secret)
			if err == nil {
				err = wh.Verify(body, r.Header)
			}
			taken <- err
		}
	}))
	defer srv.Close()
	s, err := NewSigner(other + " " + testSecret)
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEndpoint(srv.URL, Loopback, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Post(context.Background(), "evt_1", time.Now(), []byte(`{"type":"promise.made"}`)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-taken; err != nil {
			t.Error(err)
		}
	}
}

// TestNotTaken: whatever is not a plain yes is a refusal with its word, and nobody is led elsewhere.
func TestNotTaken(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	s, _ := NewSigner(testSecret)
	for _, c := range []struct {
		answer http.HandlerFunc
		code   string
	}{
		{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "http 500"},
		{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, "http 410"},
		{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "http 307"},
		{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connection"},
	} {
		srv := httptest.NewServer(c.answer)
		e, err := NewEndpoint(srv.URL, Loopback, s)
		if err != nil {
			t.Fatal(err)
		}
		err = e.Post(context.Background(), "evt_1", time.Now(), nil)
		var r *RefusalError
		if !errors.As(err, &r) || r.Code != c.code || strings.Contains(r.Code, "127.0.0.1") {
			t.Errorf("Post: %v, want the code %q", err, c.code)
		}
		srv.Close()
	}
}

// TestReach: where nothing may be sent to, by its address and by what its name leads to.
func TestReach(t *testing.T) {
	for _, c := range []struct {
		addr                      string
		public, private, loopback bool
	}{
		{"93.184.216.34", true, true, false},
		{"2606:2800:220:1::1", true, true, false},
		{"10.1.2.3", false, true, false},
		{"172.16.0.1", false, true, false},
		{"192.168.1.1", false, true, false},
		{"fd00::1", false, true, false},
		{"100.64.0.1", false, true, false},
		{"127.0.0.1", false, false, true},
		{"127.9.9.9", false, false, true},
		{"::1", false, false, true},
		{"::ffff:127.0.0.1", false, false, true},
		{"::ffff:10.0.0.1", false, true, false},
		{"169.254.169.254", false, false, false},
		{"fe80::1%eth0", false, false, false},
		{"0.0.0.0", false, false, false},
		{"::", false, false, false},
		{"224.0.0.1", false, false, false},
		{"255.255.255.255", false, false, false},
		{"64:ff9b::a00:1", false, false, false},
		{"2002:a00:1::", false, false, false},
		{"::7f00:1", false, false, false},
	} {
		a := netip.MustParseAddr(c.addr)
		if got := [3]bool{Public.Allows(a), Private.Allows(a), Loopback.Allows(a)}; got != [3]bool{c.public, c.private, c.loopback} {
			t.Errorf("%s: public, private, loopback %v, want %v %v %v", c.addr, got, c.public, c.private, c.loopback)
		}
	}
	for _, c := range []struct {
		url   string
		reach Reach
		ok    bool
	}{
		{"https://core.bank.example/duly", Public, true},
		{"http://core.bank.example/duly", Public, false},
		{"http://core.bank.example/duly", Private, false},
		{"http://127.0.0.1:9000/duly", Loopback, true},
		{"https://127.0.0.1:9000/duly", Public, false},
		{"https://10.0.0.1/duly", Public, false},
		{"https://10.0.0.1/duly", Private, true},
		{"https://user:word@core.bank.example/", Public, false},
		{"file:///etc/passwd", Loopback, false},
		{"core.bank.example", Public, false},
		{"", Public, false},
	} {
		if err := c.reach.CheckURL(c.url); (err == nil) != c.ok {
			t.Errorf("CheckURL(%q) with reach %d: %v, want ok %v", c.url, c.reach, err, c.ok)
		}
	}
	// A name that leads to this machine is refused where the endpoint has to be public, and when it is dialled.
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("loopback was reached") }))
	defer srv.Close()
	s, _ := NewSigner(testSecret)
	e, err := NewEndpoint(strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), Public, s)
	if err != nil {
		t.Fatal(err)
	}
	var r *RefusalError
	if err := e.Post(context.Background(), "evt_1", time.Now(), nil); !errors.As(err, &r) || r.Code != "reach" {
		t.Errorf("Post to a name that leads to loopback: %v, want reach", err)
	}
}
