package engine

import (
	"context"

	"github.com/dulyhq/duly/jobs"
)

// resealJob seals anew what is sealed by older keys (docs/adr/0032).
const resealJob = "reseal"

// importsJob erases imports at the console whose day is over (docs/adr/0039).
const importsJob = "imports"

// resealRows is how many rows one piece looks at: about a second's work, in transactions of some milliseconds.
const resealRows = 20_000

func (n *Nightly) resealing(ctx context.Context) ([]jobs.Piece, error) {
	left, err := n.Engine.Store.Resealing(ctx)
	if err != nil || !left {
		return nil, err
	}
	return []jobs.Piece{{Kind: resealJob}}, nil
}

func (n *Nightly) reseal(ctx context.Context) error {
	_, err := n.Engine.Store.Reseal(ctx, resealRows, n.Engine.Wire())
	return err
}
