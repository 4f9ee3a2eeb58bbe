// Package forecast lets a lender's own book live through civil days to come, under a strategy, with modelled borrowers
// and a carrier that reaches nobody. What is decided, judged, written and counted is decided by the real engine on a copy
// of the lender's store; who pays, answers and says stop is a model (docs/simulate.md).
package forecast

import (
	"context"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A Config is what is lived through.
type Config struct {
	Store    *store.Store // of a copy: it is written to
	Books    []Book       // all portfolios of the store: a person's contacts count over all of them
	From     ledger.Date  // the first day
	Days     int
	Seed     uint64
	Wire     func() time.Time
	Progress func(day int) // before each day; may be nil
}

// A Book is one portfolio with its borrowers' model.
type Book struct {
	Portfolio *engine.Portfolio // compiled, with the strategy that is tried
	Model     Model
}

// A Result is what the days came to in one portfolio.
type Result struct {
	Portfolio string
	Persons   int64            // in the portfolio
	Messages  int64            // handed over
	Segments  int64            // of these
	Tasks     map[string]int64 // by kind: what people would have to do
	Holds     map[string]int64 // persons held, by rule, summed over the days; those with nothing due are left out
	PerPerson map[int]int64    // persons by how many messages they got
	Stages    map[string]int64 // messages by the stage that sent them
	Replies   int64
	Stops     int64
	Days      []Day
	Paid      map[ledger.Currency]int64 // on what was overdue or fell due, minor units
	Because   map[ledger.Currency]int64 // of this, what the model lays to a message
	Cured     int64                     // times that a loan with something overdue came to have nothing overdue
	Opening   map[ledger.Currency]int64 // overdue on the first day
	Closing   map[ledger.Currency]int64 // overdue on the last day
}

// A Day is one civil day.
type Day struct {
	On                       ledger.Date
	Messages, Replies, Stops int64
	Paid                     int64 // loans
}

// nothingDue is the rule of a hold that is none: nobody is held who owes nothing.
const nothingDue = "strategy:nothing_due"

// Run lives through the days. The results are in the order of the books.
func Run(ctx context.Context, c Config) ([]*Result, error) {
	r := &run{cfg: c}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	for d := range c.Days {
		if c.Progress != nil {
			c.Progress(d)
		}
		if err := r.day(ctx, d); err != nil {
			return nil, err
		}
	}
	return r.close(ctx)
}
