// Package serve is Duly's one HTTP server: what every face of it has in common. It sets limits of size and time, turns errors
// into statuses, says whether the process lives and is ready, and ends gracefully. It knows no pages of its own.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits are what a request may take. The zero value of each means its default.
type Limits struct {
	Body    int64         // bytes of a request's body; 0 means 1 MiB
	Header  int           // bytes of a request's header; 0 means 16 KiB
	Read    time.Duration // until a request is read whole; 0 means 10 s
	Handle  time.Duration // until a request is answered; 0 means 30 s
	Idle    time.Duration // between two requests of a connection; 0 means 60 s
	AtOnce  int           // requests that are worked on at the same time; 0 means 256. The others are told to come again
	Goodbye time.Duration // how long requests that are worked on may take when the server ends; 0 means 5 s
}

func (l Limits) defaults() Limits {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&l.Read, 10*time.Second)
	set(&l.Handle, 30*time.Second)
	set(&l.Idle, time.Minute)
	set(&l.Goodbye, 5*time.Second)
	if l.Body == 0 {
		l.Body = 1 << 20
	}
	if l.Header == 0 {
		l.Header = 16 << 10
	}
	if l.AtOnce == 0 {
		l.AtOnce = 256
	}
	return l
}

// A Check says whether something that the process needs is there; an error says what is missing, in words without
// personal data.
type Check struct {
	Name string
	Ask  func(context.Context) error
}

// A Server is one HTTP server. Handle and Ready are called before Run.
type Server struct {
	limits Limits
	log    *slog.Logger
	mux    *http.ServeMux
	checks []Check
	large  map[string]Large // by path
	busy   chan struct{}
	ending atomic.Bool
	now    func() time.Time // real: of connections
}

// New returns a server with /healthz and /readyz. What happens is said to log; nil says nothing.
func New(limits Limits, log *slog.Logger) *Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Server{limits: limits.defaults(), log: log, mux: http.NewServeMux(), now: time.Now} //nolint:forbidigo // deadlines of connections are real time
	s.busy = make(chan struct{}, s.limits.AtOnce)
	s.Handle("GET /healthz", Answer(func(*http.Request) (any, error) { return map[string]string{"status": "ok"}, nil }))
	s.Handle("GET /readyz", Answer(s.ready))
	return s
}

// Handle adds a handler for a pattern as http.ServeMux reads it, such as "GET /metrics".
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// A Large is a path to which more may be sent than elsewhere, and more slowly: by whom its handler lets, once it has called Widen.
type Large struct {
	Body   int64         // bytes of a request's body
	Within time.Duration // until the request is read whole and answered
}

// Large lets a path take more: by POST, and only what its handler asks for with Widen. It is called before Run.
func (s *Server) Large(path string, l Large) {
	if s.large == nil {
		s.large = map[string]Large{}
	}
	s.large[path] = l
}

type widening struct{}

// Widen lets the body of a request be as large, and come as slowly, as its path was given by Large. A handler calls it when it knows who
// sends, and before it reads: until then the usual limits hold. Where nothing was given it changes nothing.
func Widen(w http.ResponseWriter, r *http.Request) {
	if widen, ok := r.Context().Value(widening{}).(func(http.ResponseWriter, *http.Request)); ok {
		widen(w, r)
	}
}

// Ready adds a check to /readyz.
func (s *Server) Ready(c Check) { s.checks = append(s.checks, c) }

// readyWithin bounds each check, so that what is stuck counts as not ready.
const readyWithin = 2 * time.Second

// ready answers whether work may be given to this process.
func (s *Server) ready(r *http.Request) (any, error) {
	if s.ending.Load() {
		return nil, &StatusError{Code: http.StatusServiceUnavailable, Say: "ending"}
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	missing := map[string]string{}
	for _, c := range s.checks {
		if err := c.Ask(ctx); err != nil {
			missing[c.Name] = err.Error()
		}
	}
	if len(missing) > 0 {
		return nil, &StatusError{Code: http.StatusServiceUnavailable, Say: "not ready", More: missing}
	}
	return map[string]string{"status": "ready"}, nil
}

// Handler returns the server as one handler, with its limits.
func (s *Server) Handler() http.Handler {
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.busy <- struct{}{}:
			defer func() { <-s.busy }()
		default:
			w.Header().Set("Retry-After", "1")
			write(w, http.StatusServiceUnavailable, map[string]string{"error": "too many requests at once; come again"})
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, s.limits.Body)
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		s.mux.ServeHTTP(w, r)
	})
	const late = `{"error":"this took too long"}`
	usual := http.TimeoutHandler(s.guarded(limited), s.limits.Handle, late)
	wide := map[string]http.Handler{}
	for path, l := range s.large {
		wide[path] = s.wide(l, http.TimeoutHandler(s.guarded(limited), l.Within, late))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := wide[r.URL.Path]; h != nil && r.Method == http.MethodPost {
			h.ServeHTTP(w, r)
			return
		}
		usual.ServeHTTP(w, r)
	})
}

// wide gives a handler what Widen needs: the connection, whose deadlines it moves, and the body as it comes.
func (s *Server) wide(l Large, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		on, body := http.NewResponseController(w), r.Body
		widen := func(w http.ResponseWriter, r *http.Request) {
			until := s.now().Add(l.Within)
			// A connection without deadlines, as a test may have, has none to move.
			_, _ = on.SetReadDeadline(until), on.SetWriteDeadline(until.Add(s.limits.Handle))
			r.Body = http.MaxBytesReader(w, body, l.Body)
		}
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), widening{}, widen)))
	})
}

// guarded turns a panic into status 500, so that one request ends no other. What the panic says is not logged: it may hold
// what a borrower wrote.
func (s *Server) guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				s.log.Error("serve: a handler panicked", "route", r.Pattern)
				write(w, http.StatusInternalServerError, map[string]string{"error": "something went wrong here"})
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// End lets /readyz say no from now on, so that nobody sends work here; the server goes on until Run's ctx ends.
func (s *Server) End() { s.ending.Store(true) }

// Run serves on a listener until ctx ends, then lets the requests end that are worked on.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	web := &http.Server{
		Handler: s.Handler(), MaxHeaderBytes: s.limits.Header, ReadHeaderTimeout: s.limits.Read, ReadTimeout: s.limits.Read,
		WriteTimeout: s.limits.Read + s.limits.Handle, IdleTimeout: s.limits.Idle, ErrorLog: slog.NewLogLogger(quiet{s.log.Handler()}, slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.End()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Goodbye)
	defer cancel()
	err := web.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		err = web.Close() // whoever is still at it has had their time
	}
	if served := <-ended; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// quiet keeps what net/http says of a request to one sentence: its own may hold addresses and what a client sent.
type quiet struct{ slog.Handler }

// Handle logs that something was wrong with a connection.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "serve: a connection or request failed", r.PC))
}

// A StatusError is an error with the status that a client is told, and what it may know.
type StatusError struct {
	Code int
	Say  string            // without personal data
	More map[string]string // by what it is about; may be nil
	Err  error             // for the log, without personal data; may be nil
}

// Error returns what may be logged.
func (s *StatusError) Error() string {
	if s.Err != nil {
		return fmt.Sprintf("serve: %s: %v", s.Say, s.Err)
	}
	return "serve: " + s.Say
}

// Unwrap returns what was behind it.
func (s *StatusError) Unwrap() error { return s.Err }

// StatusOf returns the status of an error, and what the client is told of it: nothing that StatusError does not allow.
func StatusOf(err error) *StatusError {
	var s *StatusError
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &s):
		return s
	case errors.As(err, &size):
		return &StatusError{Code: http.StatusRequestEntityTooLarge, Say: fmt.Sprintf("the request has more than %d bytes", size.Limit), Err: err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &StatusError{Code: http.StatusServiceUnavailable, Say: "this took too long; come again", Err: err}
	}
	return &StatusError{Code: http.StatusInternalServerError, Say: "something went wrong here", Err: err}
}

// Answer is a handler that answers with JSON, or with an error's status.
type Answer func(*http.Request) (any, error)

// ServeHTTP answers.
func (f Answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v, err := f(r)
	if err == nil {
		write(w, http.StatusOK, v)
		return
	}
	s := StatusOf(err)
	said := map[string]any{"error": s.Say}
	if len(s.More) > 0 {
		said["details"] = s.More
	}
	write(w, s.Code, said)
}

func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client is gone, or has what it has
}
