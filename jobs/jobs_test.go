package jobs

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// a pile is work of which the first tries of a piece fail.
type pile struct {
	left  map[Piece]int // tries until it is done
	tries []time.Time
	down  int // askings that fail
}

func (p *pile) Due(context.Context) ([]Piece, error) {
	if p.down > 0 {
		p.down--
		return nil, errors.New("down")
	}
	var due []Piece
	for piece := range p.left {
		due = append(due, piece)
	}
	return due, nil
}

func (p *pile) Do(_ context.Context, piece Piece) error {
	p.tries = append(p.tries, time.Now())
	if p.left[piece]--; p.left[piece] > 0 {
		return errors.New("not yet")
	}
	delete(p.left, piece)
	return nil
}

func TestTickerTriesAgainWithGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pile{left: map[Piece]int{{Kind: "plan"}: 4}, down: 1}
		failed := 0
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		began := time.Now()
		if err := (Ticker{Failed: func(Piece, error) { failed++ }}).Run(ctx, p); err != nil {
			t.Fatal(err)
		}
		if len(p.left) > 0 || failed != 4 {
			t.Errorf("left %v after %d failures", p.left, failed)
		}
		want := []time.Duration{2 * time.Second, 6 * time.Second, 14 * time.Second, 30 * time.Second}
		for i, at := range p.tries {
			if i >= len(want) || at.Sub(began) != want[i] {
				t.Errorf("try %d after %v", i, at.Sub(began))
			}
		}
	})
}

func TestTickerDoesNothingMoreWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		p := &stopper{pile: pile{left: map[Piece]int{{Kind: "a"}: 1, {Kind: "b"}: 1}}, stop: stop}
		if err := (Ticker{Failed: func(p Piece, err error) { t.Error(p, err) }}).Run(ctx, p); err != nil {
			t.Fatal(err)
		}
		if len(p.tries) != 1 {
			t.Errorf("%d pieces were done", len(p.tries))
		}
	})
}

type stopper struct {
	pile
	stop func()
}

func (s *stopper) Do(ctx context.Context, p Piece) error {
	s.stop()
	_ = s.pile.Do(ctx, p)
	return ctx.Err()
}
