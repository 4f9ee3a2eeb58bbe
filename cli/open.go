package cli

import (
	"context"
	"errors"
	"os"

	"github.com/dulyhq/duly/store"
)

// open opens the data folder that the configuration names.
func (c *Config) open(ctx context.Context) (*store.Store, error) {
	keys, err := store.LoadKeys(c.Keys)
	if err != nil {
		return nil, fail(Input, "the key files in %s cannot be used: %w", c.Keys, err)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fail(Dependency, "the data folder cannot be made: %w", err)
	}
	s, err := store.Open(ctx, c.Data, keys)
	if errors.Is(err, store.ErrWrongKeys) {
		return nil, fail(Input, "the key files in %s do not belong to the data in %s: %w; put back those that duly init made for it", c.Keys, c.Data, err)
	}
	if err != nil {
		return nil, fail(Dependency, "the data folder %s cannot be opened: %w", c.Data, err)
	}
	return s, nil
}

// withStore runs f on the open data folder.
func (c *Config) withStore(ctx context.Context, f func(*store.Store) error) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}
