package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Migrate brings the schema of the database at a place, a folder or the URL of a database of PostgreSQL, up to date, makes SQLite's
// where there is none, and does nothing else. Open does it too.
func Migrate(ctx context.Context, place string) error {
	if !IsURL(place) {
		return wrap(migrateSQLite(ctx, place))
	}
	cfg, err := pgx.ParseConfig(place)
	if err != nil {
		return errURL
	}
	return wrap(migratePostgres(ctx, *cfg))
}

// migrateSQLite is openWriter for one who wants the schema alone.
func migrateSQLite(ctx context.Context, dir string) error {
	db, err := openWriter(ctx, filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	return db.Close()
}

// migrate brings the schema of SQLite up to date.
func migrate(ctx context.Context, db *sql.DB) error {
	sub, err := fs.Sub(schema, "schema/sqlite")
	if err != nil {
		return err
	}
	if current(ctx, db, sub) {
		return nil
	}
	p, err := goose.NewProvider(database.DialectSQLite3, db, sub)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// migratePostgres lets one process at a time bring the schema up to date.
func migratePostgres(ctx context.Context, cfg pgx.ConnConfig) (err error) {
	sub, err := fs.Sub(schema, "schema/postgres")
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(cfg)
	defer func() { err = errors.Join(err, db.Close()) }()
	if current(ctx, db, sub) {
		return nil
	}
	held, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if _, err := held.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockMigrate); err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectPostgres, db, sub)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	_, unlock := held.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lockMigrate)
	return errors.Join(err, unlock)
}

// current says whether every migration of a folder was applied, so that nothing need be done. Only then is it true: goose reads all
// the migrations before it finds that out, which is most of what it takes to open a store that is up to date.
func current(ctx context.Context, db *sql.DB, of fs.FS) bool {
	names, err := fs.Glob(of, "*.sql")
	if err != nil {
		return false
	}
	rows, err := db.QueryContext(ctx, `SELECT version_id FROM goose_db_version WHERE is_applied`)
	if err != nil {
		return false // the table is not there yet; if it is anything else, goose meets it too and says so
	}
	defer func() { _ = rows.Close() }()
	applied := map[int]bool{}
	for rows.Next() {
		var v int
		if err := rows.Scan(&v); err != nil {
			return false
		}
		applied[v] = true
	}
	for _, name := range names {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		if v, err := strconv.Atoi(number); err != nil || !applied[v] {
			return false
		}
	}
	return rows.Err() == nil
}
