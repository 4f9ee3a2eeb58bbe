package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// Scratch makes a database of a name beside the one of a URL, empty or as a copy of another that nobody has open, and
// returns its URL. One of that name that is there already is taken away first: it is for benchmarks.
func Scratch(ctx context.Context, server, name, template string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", errURL
	}
	query := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if template != "" {
		query += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	}
	if err := administer(ctx, server, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)", query); err != nil {
		return "", err
	}
	if template != "" {
		// A server that has run for a while uses the files of its log again. One that never had a checkpoint makes each of them anew, in the midst of
		// what is measured: 16 MB of zeros and a sync. Who may not ask for a checkpoint measures that too.
		_ = administer(ctx, server, "CHECKPOINT")
	}
	u.Path = "/" + name
	return u.String(), nil
}

// DropScratch takes away what Scratch made.
func DropScratch(ctx context.Context, server, name string) error {
	return administer(ctx, server, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

// administer runs statements that stand in no transaction.
func administer(ctx context.Context, server string, queries ...string) (err error) {
	cfg, err := pgx.ParseConfig(server)
	if err != nil {
		return errURL
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("store: open the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, q := range queries {
		if _, err := conn.Exec(ctx, q); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// Postmaster returns the process of a server that runs on this machine, which is the parent of all its others; 0 where the server is reached
// by an address, so that it may run elsewhere. It is for benchmarks.
func Postmaster(ctx context.Context, server string) (pid int, err error) {
	cfg, err := pgx.ParseConfig(server)
	if err != nil {
		return 0, errURL
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return 0, fmt.Errorf("store: open the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var near bool
	if err := conn.QueryRow(ctx, `SELECT inet_server_addr() IS NULL`).Scan(&near); err != nil || !near {
		return 0, wrap(err)
	}
	var file string // its first line is the process; who may not read it asks in vain, and is told nothing
	if err := conn.QueryRow(ctx, `SELECT pg_read_file('postmaster.pid')`).Scan(&file); err != nil {
		return 0, nil //nolint:nilerr // a benchmark goes on without.
	}
	_, err = fmt.Sscan(file, &pid)
	return pid, wrap(err)
}
