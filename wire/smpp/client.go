package smpp

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"time"
)

// Client keeps one session up: it dials, binds, and does so again after a loss, with
// a growing pause. Its fields are not to be changed once Run is called.
type Client struct {
	// Dial opens the connection.
	Dial func(ctx context.Context) (net.Conn, error)
	// Bind is what is said; its zero As is a transceiver.
	Bind    Bind
	Config  Config
	Handler Handler
	// Up reports a session that is bound. Handler.Down reports its end.
	Up func(*Session)
	// Failed reports a try to dial or bind that failed, and the pause before the
	// next one.
	Failed func(err error, pause time.Duration)
	// MinPause and MaxPause bound the pause before a new try; 500 ms and 30 s when 0.
	// It doubles with each failure, and with each session that lived no longer than the
	// pause before it. A random half of it is cut off, so that many clients do not
	// come back at once.
	MinPause, MaxPause time.Duration
	// Goodbye is how long Run waits for answers and unbinds at its end; 5 s when 0.
	Goodbye time.Duration
}

// Run keeps a session up until ctx ends, then unbinds and returns the error of ctx.
func (c *Client) Run(ctx context.Context) error {
	cfg := c.Config.withDefaults()
	lowest, highest := orElse(c.MinPause, 500*time.Millisecond), orElse(c.MaxPause, 30*time.Second)
	pause := lowest
	for ctx.Err() == nil {
		begun := cfg.Now()
		err := c.once(ctx, cfg)
		if ctx.Err() != nil {
			break
		}
		if err == nil && cfg.Now().Sub(begun) > pause {
			pause = lowest
		}
		cut := pause - rand.N(pause/2+1)
		if err != nil && c.Failed != nil {
			c.Failed(err, cut)
		}
		select {
		case <-ctx.Done():
		case <-time.After(cut):
		}
		pause = min(2*pause, highest)
	}
	return ctx.Err()
}

// once holds one session to its end. The error is that of dialling or binding.
func (c *Client) once(ctx context.Context, cfg Config) error {
	conn, err := c.Dial(ctx)
	if err != nil {
		return err
	}
	s, err := Dial(ctx, conn, c.Bind, cfg, c.Handler)
	if err != nil {
		return err
	}
	if c.Up != nil {
		c.Up(s)
	}
	select {
	case <-s.Done():
		return nil
	case <-ctx.Done():
	}
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), orElse(c.Goodbye, 5*time.Second))
	defer cancel()
	if err := s.Unbind(bye); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
