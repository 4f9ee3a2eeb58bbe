package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func ask(t *testing.T, h http.Handler, method, path string, body io.Reader) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, body))
	var said map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		said = nil
	}
	return w.Code, said
}

func TestReadyAsksAndEnds(t *testing.T) {
	s := New(Limits{}, nil)
	var down error
	s.Ready(Check{"database", func(context.Context) error { return down }})
	if code, said := ask(t, s.Handler(), "GET", "/readyz", nil); code != 200 || said["status"] != "ready" {
		t.Errorf("%d %v", code, said)
	}
	down = errors.New("gone")
	if code, said := ask(t, s.Handler(), "GET", "/readyz", nil); code != 503 || said["details"].(map[string]any)["database"] != "gone" {
		t.Errorf("%d %v", code, said)
	}
	if code, _ := ask(t, s.Handler(), "GET", "/healthz", nil); code != 200 {
		t.Errorf("a process without its database does not live: %d", code)
	}
	down = nil
	s.End()
	if code, said := ask(t, s.Handler(), "GET", "/readyz", nil); code != 503 || said["error"] != "ending" {
		t.Errorf("%d %v", code, said)
	}
}

func TestErrorsHaveTheirStatusAndSayNoMore(t *testing.T) {
	s := New(Limits{Body: 8}, nil)
	var err error
	s.Handle("POST /", Answer(func(r *http.Request) (any, error) {
		if _, e := io.ReadAll(r.Body); e != nil {
			return nil, e
		}
		return nil, err
	}))
	for _, c := range []struct {
		err  error
		body string
		code int
		says string
	}{
		{errors.New("SELECT phone 17405000001"), "", 500, "something went wrong here"},
		{&StatusError{Code: 404, Say: "not here", Err: errors.New("17405000001")}, "", 404, "not here"},
		{context.DeadlineExceeded, "", 503, "come again"},
		{nil, "123456789", 413, "more than 8 bytes"},
		{nil, "12345678", 200, ""},
	} {
		err = c.err
		code, said := ask(t, s.Handler(), "POST", "/", strings.NewReader(c.body))
		if words, _ := said["error"].(string); code != c.code || !strings.Contains(words, c.says) || strings.Contains(words, "17405") {
			t.Errorf("%v: %d %v", c.err, code, said)
		}
	}
}

func TestPanicEndsOneRequestAndIsNotQuoted(t *testing.T) {
	var log bytes.Buffer
	s := New(Limits{}, slog.New(slog.NewTextHandler(&log, nil)))
	s.Handle("GET /panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("17405000001") }))
	if code, _ := ask(t, s.Handler(), "GET", "/panic", nil); code != 500 {
		t.Errorf("status %d", code)
	}
	if strings.Contains(log.String(), "17405") || !strings.Contains(log.String(), "panicked") {
		t.Errorf("log %q", log.String())
	}
}

func TestTooManyAtOnceAreToldToComeAgain(t *testing.T) {
	s := New(Limits{AtOnce: 1}, nil)
	in, out := make(chan struct{}), make(chan struct{})
	s.Handle("GET /slow", Answer(func(*http.Request) (any, error) { close(in); <-out; return "done", nil }))
	h, ended := s.Handler(), make(chan struct{})
	go func() { defer close(ended); ask(t, h, "GET", "/slow", nil) }()
	<-in
	if code, _ := ask(t, h, "GET", "/healthz", nil); code != 503 {
		t.Errorf("status %d", code)
	}
	close(out)
	<-ended
	if code, _ := ask(t, h, "GET", "/healthz", nil); code != 200 {
		t.Errorf("status %d", code)
	}
}

func TestWhatTakesTooLongIsGivenUp(t *testing.T) {
	s := New(Limits{Handle: 20 * time.Millisecond}, nil)
	s.Handle("GET /slow", Answer(func(r *http.Request) (any, error) { <-r.Context().Done(); return nil, r.Context().Err() }))
	if code, _ := ask(t, s.Handler(), "GET", "/slow", nil); code != 503 {
		t.Errorf("status %d", code)
	}
}

func TestRunLetsRequestsEnd(t *testing.T) {
	s := New(Limits{}, nil)
	in, out := make(chan struct{}), make(chan struct{})
	s.Handle("GET /slow", Answer(func(*http.Request) (any, error) { close(in); <-out; return "done", nil }))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	answered := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String() + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		b, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		answered <- string(b)
	}()
	<-in
	stop()
	close(out)
	if got := <-answered; got != "\"done\"\n" {
		t.Errorf("answered %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestLarge: a path that may take more takes it only from whom its handler lets, and no other path takes more; nor does another method.
func TestLarge(t *testing.T) {
	s := New(Limits{Body: 10}, nil)
	s.Large("/files", Large{Body: 100, Within: time.Minute})
	read := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Known") != "" {
			Widen(w, r)
		}
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}
	s.Handle("/", http.HandlerFunc(read))
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	for _, c := range []struct {
		method, path, known string
		size, want          int
	}{
		{"POST", "/files", "yes", 90, 200},
		{"POST", "/files", "yes", 101, 413},
		{"POST", "/files", "", 11, 413},
		{"POST", "/files", "", 10, 200},
		{"POST", "/other", "yes", 11, 413},
		{"PUT", "/files", "yes", 11, 413},
	} {
		r, err := http.NewRequest(c.method, web.URL+c.path, strings.NewReader(strings.Repeat("x", c.size)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Known", c.known)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != c.want {
			t.Errorf("%s %s of %d bytes, known %q: %d, want %d (%v)", c.method, c.path, c.size, c.known, resp.StatusCode, c.want, err)
		}
	}
}

// TestSlowSenders: whoever sends a header, or a body, more slowly than the limit lets is cut off; a path that may take longer does not help
// whom its handler does not let.
func TestSlowSenders(t *testing.T) {
	s := New(Limits{Read: 200 * time.Millisecond, Handle: time.Minute}, nil)
	s.Large("/files", Large{Body: 100, Within: time.Minute})
	s.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Known") != "" {
			Widen(w, r)
		}
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for name, begin := range map[string]string{
		"a header": "POST /files HTTP/1.1\r\nHost: x\r\nX-A: ", "a body": "POST /files HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nx",
		"a body elsewhere": "POST /other HTTP/1.1\r\nHost: x\r\nKnown: yes\r\nContent-Length: 50\r\n\r\nx",
	} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, begin); err != nil {
			t.Fatal(err)
		}
		// It is the server who ends this: the test only waits until it does, however busy the machine is.
		if _, err := io.ReadAll(c); err != nil {
			t.Logf("%s: %v", name, err)
		}
		_ = c.Close()
	}
}
