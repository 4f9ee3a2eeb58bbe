package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dulyhq/duly/store"
)

// A benchPlace is where a benchmark's store lies: a folder, with its keys; and on PostgreSQL a database too.
type benchPlace struct {
	dir  string
	name string // of the database; empty on SQLite
	url  string
}

// store returns what store.Open takes.
func (p benchPlace) store() string {
	if p.url != "" {
		return p.url
	}
	return p.dir
}

// filled says whether the store was filled by an earlier run that kept it.
func (p benchPlace) filled() bool {
	_, err := os.Stat(filepath.Join(p.dir, store.FileName))
	return p.url == "" && err == nil
}

// place makes an empty place, which is a copy of another where one is given.
func (b *bench) place(ctx context.Context, dir string, from *benchPlace) (p benchPlace, err error) {
	p.dir = dir
	if from != nil {
		for _, name := range []string{store.SealKeyFile, store.LookupKeyFile} {
			if err := copyFile(filepath.Join(from.dir, "keys", name), filepath.Join(dir, "keys", name)); err != nil {
				return p, fail(Dependency, "the filled store cannot be copied: %w", err)
			}
		}
	}
	if b.database == "" {
		if from != nil {
			err = copyFile(filepath.Join(from.dir, store.FileName), filepath.Join(dir, store.FileName))
		}
		if err != nil {
			return p, fail(Dependency, "the filled store cannot be copied: %w", err)
		}
		return p, nil
	}
	if !store.IsURL(b.database) {
		return p, fail(Usage, "--database takes the URL of a PostgreSQL, such as postgres://user@host/postgres")
	}
	template := ""
	if from != nil {
		template = from.name
	}
	p.name = fmt.Sprintf("duly_bench_%d_%s", os.Getpid(), filepath.Base(dir))
	if p.url, err = store.Scratch(ctx, b.database, p.name, template); err != nil {
		return p, fail(Dependency, "no database can be made for the benchmark: %w", err)
	}
	return p, nil
}

// drop takes the database of a place away; its folder goes with the others.
func (b *bench) drop(ctx context.Context, places ...benchPlace) error {
	var errs []error
	for _, p := range places {
		if p.name != "" {
			errs = append(errs, store.DropScratch(context.WithoutCancel(ctx), b.database, p.name))
		}
	}
	return errors.Join(errs...)
}
