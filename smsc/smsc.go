// Package smsc is a carrier simulator: an SMSC that speaks SMPP 3.4 (issue 1.2), with virtual handsets that
// take, fail, answer, stop and pay, and with faults on demand. It keeps its own record of every arrival,
// which is what tests count: what Duly believes to have sent is one thing, what a carrier took another.
//
// It has two clocks. Civil time dates the record and the receipts and ends validity periods, and may be
// virtual; wire time runs delays and is real.
package smsc

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// SystemID is what the simulator calls itself in the answer to a bind. A client that must not speak to a
// real carrier, as under a virtual clock, checks it.
const SystemID = "DULY-SMSC"

// IDs says how message_ids look; carriers differ.
type IDs uint8

const (
	// Sequential ids count up, in hexadecimal. A server that starts again repeats them, unless its civil
	// clock has gone on by a second.
	Sequential IDs = iota
	// Random ids are 16 hexadecimal digits by the seed and the start.
	Random
)

// Config is a simulator's. The zero value takes every bind and every message and shows it at once.
type Config struct {
	Now      func() time.Time // Now is the civil clock; the system's when nil. Its location dates the receipts.
	Wire     func() time.Time // Wire is the wire clock; the system's when nil.
	Password string           // Password is asked of every bind; none is when empty.
	// Sessions is the most binds at once, over all system_ids; further ones are refused. 0 is no limit.
	Sessions int
	IDs      IDs
	Seed     uint64 // Seed decides shares and random ids.

	// Behave says what a handset does with the nth message to it, counted from 1, whole text. It must be quick,
	// and call nothing of the server. Crowd.Behave is used when nil, and when that is nil too all is shown.
	Behave func(to, text string, nth int) Behaviour
	Crowd  *Crowd
	Faults Faults // Faults hold from the start; see SetFaults.
	Steps  []Step // Steps change the faults as time goes on.

	KeepTexts bool   // KeepTexts keeps every text in memory, for Arrivals.
	Record    string // Record is a file to which every arrival is appended as a JSON line; none when empty.
	// Sync writes each arrival to Record before it is answered, so that the end of this process loses none.
	// Else the last tenth of a second may be lost by that, though never by the end of a client.
	Sync     bool
	Payments string      // Payments is a CSV file to which what handsets pay is appended; none when empty.
	Events   func(Event) // Events is told what handsets do. It must be quick, and may not wait for the server.

	NoTLVs bool // NoTLVs leaves receipted_message_id and message_state out of receipts.
	// Patience is how long the missing parts of a message are waited for before those that came get their
	// receipts, in wire time; 3 s when 0.
	Patience time.Duration
	// Window is the most deliver_sm without an answer for each bind; 1,000 when 0.
	Window int
	// MaxPending is the most receipts and replies kept for each system_id whose binds cannot take them;
	// 1,000,000 when 0. The oldest are dropped.
	MaxPending int
	// AckTimeout is how long a client may take to answer a deliver_sm before it is sent again; 30 s when 0.
	AckTimeout time.Duration
}

// Server is a simulator. Its methods may be called from any goroutine.
type Server struct {
	cfg       Config
	wantsText bool // a handset may look at a text
	wantsNth  bool // a handset may look at the count of its messages
	zone      *time.Location
	faults    atomic.Pointer[Faults]
	closing   chan struct{}
	tasks     sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // changed is closed when the faults change.
	random   *rand.Rand
	nextID   uint64
	bucket   bucket
	journal  journal
	names    names
	sources  sources
	binds    []*bind
	accounts map[string]*account
	open     int // open counts what is still to come: events, receipts, replies, unfinished parts.
	assembly assembly
	seen     map[number]int // seen counts messages by handset, where a rule asks for that.
	acts     map[uint32]act
	replies  []reply
	schedule schedule
	steps    []Step
	started  time.Time
	counts   Counts
	scratch  scratch
	record   *recorder
	payments *os.File
	failure  error // failure is the first trouble with a file.
	listener net.Listener
	closed   bool
}

// New makes a simulator and opens its files. The error is that of a file.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // The simulator's civil clock is the system's unless one is given.
	}
	if cfg.Wire == nil {
		cfg.Wire = time.Now //nolint:forbidigo // Wire time is real, and this is the package's one wire clock.
	}
	wantsText, wantsNth := cfg.Behave != nil, cfg.Behave != nil // a Behave of the caller's own may look at all
	if cfg.Behave == nil && cfg.Crowd != nil {
		cfg.Behave, wantsText, wantsNth = cfg.Crowd.Behave, cfg.Crowd.wantsText, cfg.Crowd.wantsNth
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 3 * time.Second
	}
	if cfg.Window <= 0 {
		cfg.Window = 1000
	}
	if cfg.MaxPending <= 0 {
		cfg.MaxPending = 1_000_000
	}
	start := cfg.Now()
	s := &Server{
		cfg: cfg, wantsText: wantsText, wantsNth: wantsNth, zone: start.Location(), closing: make(chan struct{}), changed: make(chan struct{}),
		accounts: map[string]*account{}, seen: map[number]int{}, acts: map[uint32]act{},
		assembly: newAssembly(), steps: cfg.Steps, started: cfg.Wire(),
		random: rand.New(rand.NewPCG(cfg.Seed, cfg.Seed)), nextID: uint64(start.Unix()) << 24,
	}
	s.faults.Store(&cfg.Faults)
	if err := s.openFiles(); err != nil {
		return nil, err
	}
	s.schedule.wake = make(chan struct{}, 1)
	s.planSteps()
	s.tasks.Go(s.runSchedule)
	return s, nil
}

// Start listens on address, "127.0.0.1:0" for a free port, serves in the background until Close, and returns
// where it listens.
func (s *Server) Start(address string) (net.Addr, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("smsc: %w", err)
	}
	s.tasks.Go(func() { _ = s.Serve(context.Background(), l) }) // it ends with Close, or says so in Close's error
	return l.Addr(), nil
}

// Serve takes binds on l until ctx or Close ends it, which closes l. The error is nil then, else the
// listener's.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.listener = l
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return l.Close()
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() }) // it ends Accept; there is no other use for its error
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			select {
			case <-ctx.Done():
				return nil
			case <-s.closing:
				return nil
			default:
			}
			err = fmt.Errorf("smsc: %w", err)
			s.mu.Lock()
			s.fail(err)
			s.mu.Unlock()
			return err
		}
		s.tasks.Go(func() { s.welcome(ctx, conn) })
	}
}

// welcome takes the bind over a connection.
func (s *Server) welcome(ctx context.Context, conn net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // an end of the server ends the greeting too
		select {
		case <-s.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	b := &bind{server: s}
	cfg := smpp.Config{Window: s.cfg.Window, EnquireEvery: -1, ResponseTimeout: s.cfg.AckTimeout, Now: s.cfg.Wire}
	session, err := smpp.Accept(ctx, &muffled{Conn: conn, faults: &s.faults}, SystemID, cfg, b.admit)
	s.mu.Lock()
	if err != nil {
		s.counts.BindsRefused++
		b.over()
		s.mu.Unlock()
		return
	}
	b.attach(session)
	closed := s.closed
	s.mu.Unlock()
	if closed {
		session.Close()
	}
}

// Close ends all binds at once, writes the files to their end and closes them. The error is the first that
// a file had.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		defer s.mu.Unlock()
		return s.failure
	}
	s.closed = true
	close(s.closing)
	var sessions []*smpp.Session
	for _, b := range s.binds {
		if b.session != nil && !b.down {
			sessions = append(sessions, b.session)
		}
	}
	if s.listener != nil {
		_ = s.listener.Close() // it ends Serve; there is no other use for its error
	}
	s.mu.Unlock()
	for _, session := range sessions {
		session.Close()
		<-session.Done()
	}
	s.tasks.Wait()
	return s.closeFiles()
}

// Disconnect ends all binds at once, as a carrier that falls over does; new ones are taken.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.binds {
		if b.session != nil && !b.down {
			b.session.Close()
		}
	}
}

// fail keeps the first trouble. The caller holds the lock.
func (s *Server) fail(err error) {
	if s.failure == nil {
		s.failure = err
	}
}
