package smpp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// Version is the interface_version of SMPP 3.4 (§5.2.4).
const Version = 0x34

// BindError is a peer's refusal to be bound to.
type BindError struct{ Status Status }

// Error names the status.
func (e *BindError) Error() string { return "smpp: bind refused: " + e.Status.String() }

// Dial binds over conn as an ESME (§2.2) and returns the session, which owns conn
// from then on. When b.InterfaceVersion is 0, Version is said. The errors are a
// *BindError, ErrBindLate after Config.ResponseTimeout, ErrMalformed and its like, that
// of ctx, and the network's; after each of them conn is closed.
func Dial(ctx context.Context, conn net.Conn, b Bind, cfg Config, h Handler) (*Session, error) {
	cfg = cfg.withDefaults()
	if b.InterfaceVersion == 0 {
		b.InterfaceVersion = Version
	}
	b.As = b.Command()
	br := bufio.NewReaderSize(conn, MaxLength)
	var server string
	if err := greet(ctx, conn, cfg, func() (err error) {
		server, err = askBind(conn, br, &b)
		return err
	}); err != nil {
		return nil, err
	}
	s := newSession(conn, br, cfg, h, b, false)
	s.serverID = server
	s.start()
	return s, nil
}

// greet runs the exchange that opens a session, ends it when ctx or the time does,
// and closes conn when it fails.
func greet(ctx context.Context, conn net.Conn, cfg Config, exchange func() error) error {
	err := conn.SetDeadline(cfg.Now().Add(cfg.ResponseTimeout))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	if err == nil {
		err = exchange()
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err == nil {
		return nil
	}
	_ = conn.Close() // the first error is the one to tell
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = ErrBindLate
		if ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	return fmt.Errorf("smpp: bind: %w", err)
}

// askBind says the bind and returns what the SMSC calls itself.
func askBind(conn net.Conn, br *bufio.Reader, b *Bind) (string, error) {
	octets, err := PDU{Sequence: 1, Body: b}.Append(nil)
	if err != nil {
		return "", err
	}
	if _, err := conn.Write(octets); err != nil {
		return "", err
	}
	p, err := ReadPDU(br)
	if err != nil {
		return "", err
	}
	c := p.Body.Command()
	if c != b.As.Response() && c != CmdGenericNack || p.Sequence != 1 && c != CmdGenericNack {
		return "", fmt.Errorf("%w: %s in answer to %s", ErrMalformed, c, b.As)
	}
	if p.Status != OK || c == CmdGenericNack {
		return "", &BindError{p.Status}
	}
	if resp, ok := p.Body.(*BindResp); ok {
		return resp.SystemID, nil
	}
	return "", nil
}

// Accept takes a bind over conn as an SMSC and returns the session, which owns conn
// from then on. admit judges the bind: OK with the handler of the session to come,
// or the status to refuse it with. systemID is what the SMSC calls itself. The errors
// are as Dial's: a refusal is a *BindError too.
func Accept(ctx context.Context, conn net.Conn, systemID string, cfg Config, admit func(*Bind) (Handler, Status)) (*Session, error) {
	cfg = cfg.withDefaults()
	br := bufio.NewReaderSize(conn, MaxLength)
	var b *Bind
	var h Handler
	err := greet(ctx, conn, cfg, func() (err error) {
		b, h, err = admitBind(conn, br, systemID, admit)
		return err
	})
	if err != nil {
		return nil, err
	}
	s := newSession(conn, br, cfg, h, *b, true)
	s.start()
	return s, nil
}

func admitBind(conn net.Conn, br *bufio.Reader, systemID string, admit func(*Bind) (Handler, Status)) (*Bind, Handler, error) {
	p, err := ReadPDU(br)
	if err != nil {
		return nil, Handler{}, err
	}
	answer := PDU{Sequence: p.Sequence}
	var h Handler
	b, ok := p.Body.(*Bind)
	if ok {
		h, answer.Status = admit(b)
		answer.Body = &BindResp{
			As: b.As.Response(), SystemID: systemID,
			TLVs: TLVs{{Tag: TagSCInterfaceVersion, Value: []byte{Version}}},
		}
		answer.Bare = answer.Status != OK // §4.1.2: no body with an error
	} else { // §2.2.1: nothing else may come first
		answer.Status, answer.Body = InvalidBindStatus, Plain{CmdGenericNack}
	}
	octets, err := answer.Append(nil)
	if err != nil {
		return nil, h, err
	}
	if _, err := conn.Write(octets); err != nil {
		return nil, h, err
	}
	if answer.Status != OK {
		return nil, h, &BindError{answer.Status}
	}
	return b, h, nil
}
