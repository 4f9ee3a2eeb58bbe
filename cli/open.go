package cli

import (
	"context"
	"errors"
	"net/url"
	"os"

	"github.com/dulyhq/duly/store"
)

// open opens the data folder that the configuration names.
func (c *Config) open(ctx context.Context) (*store.Store, error) {
	keys, err := c.loadKeys(ctx)
	if err != nil {
		return nil, err
	}
	place, named, err := c.place()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, place, keys)
	if errors.Is(err, store.ErrWrongKeys) {
		return nil, fail(Input, "the keys that %s names do not belong to the data in %s: %w; put back those that duly init made for it", c.File, named, err)
	}
	if err != nil {
		return nil, fail(Dependency, "the data in %s cannot be opened: %w", named, err)
	}
	if err := s.Attest(ctx, c.Witness, c.wire()); err != nil {
		return nil, errors.Join(fail(Dependency, "the data in %s cannot be compared with what this machine did last: %w", named, err), s.Close())
	}
	return s, nil
}

// place returns where the data is, with the password if there is one, and what people may read of it.
func (c *Config) place() (place, named string, err error) {
	d := &c.Database
	if d.URL == "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return "", "", fail(Dependency, "the data folder cannot be made: %w", err)
		}
		return c.Data, c.Data, nil
	}
	word, err := password(both{"the database", "数据库"}, d.PasswordEnv, d.PasswordFile)
	if err != nil || word == "" {
		return d.URL, d.URL, err
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		return "", "", fail(Input, "the database's URL cannot be read")
	}
	u.User = url.UserPassword(u.User.Username(), word)
	return u.String(), d.URL, nil
}

// withStore runs f on the open data folder.
func (c *Config) withStore(ctx context.Context, f func(*store.Store) error) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}
