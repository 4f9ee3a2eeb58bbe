package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/sim/forecast"
	"github.com/dulyhq/duly/store"
)

// mostCopied is how many rows of a database of PostgreSQL's the console copies for a simulation: some gigabytes, and minutes.
const mostCopied = 20_000_000

// simulator lets the console try strategies on copies of the book, as duly simulate does. What a process that died has left of such copies is
// taken away here, when the next one starts.
func (c *Config) simulator(own *store.Store, wire func() time.Time) console.Simulator {
	sweepScratch()
	return func(ctx context.Context, portfolio string, strategies []engine.Source, days int, day func(int)) (out []*forecast.Result, err error) {
		s := &simulation{cfg: c, f: simulateFlags{days: days, seed: 1, lift: forecast.Defaults.Lift}}
		if s.portfolio, err = c.Portfolio(portfolio); err != nil {
			return nil, err
		}
		s.app = &app{clock: clock{read: wire}}
		if err := s.begin(ctx, own); err != nil {
			return nil, err
		}
		folder, clear, err := scratch()
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, clear()) }()
		for i, text := range strategies {
			r, err := s.tryText(ctx, own, filepath.Join(folder, strconv.Itoa(i)), text, func(n int) { day(i*days + n) })
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	}
}

// tryText lets a copy of the book live through the days under one strategy. The copy is gone when it returns.
func (s *simulation) tryText(ctx context.Context, own *store.Store, dir string, text engine.Source, day func(int)) (out *forecast.Result, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied, err := own.Copy(ctx, dir, mostCopied)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	books, err := s.books(ctx, copied, &tried{text: text})
	if err != nil {
		return nil, err
	}
	results, err := forecast.Run(ctx, forecast.Config{Store: copied, Books: books, From: s.from, Days: s.f.days, Seed: s.f.seed, Wire: s.app.clock.read, Progress: day})
	for _, r := range results {
		if r.Portfolio == s.portfolio.ID {
			out = r
		}
	}
	return out, err
}
