-- +goose Up
-- An import at the console on its way: what was sent lies sealed, in pieces, until it is in the books, given up, or a day old, so that any
-- machine may go on with it.
CREATE TABLE import_draft (
	id INTEGER PRIMARY KEY,
	ref TEXT NOT NULL UNIQUE,          -- in addresses; nobody guesses it
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	who TEXT NOT NULL,                 -- who sent it
	phase TEXT NOT NULL,
	turn INTEGER NOT NULL,             -- how often it was changed
	read INTEGER NOT NULL DEFAULT 0,   -- bytes, while it runs
	machine TEXT NOT NULL DEFAULT '',  -- which runs it
	until INTEGER NOT NULL DEFAULT 0,  -- when that machine is taken for gone unless it says otherwise; 0: none runs it
	ends_at INTEGER NOT NULL,          -- it is erased
	box BLOB NOT NULL                  -- names of files, headers, what was said of them, and what it came to
) STRICT;
CREATE TABLE import_chunk (
	id INTEGER PRIMARY KEY,
	ref TEXT NOT NULL,
	file INTEGER NOT NULL,
	n INTEGER NOT NULL,
	at INTEGER NOT NULL,
	box BLOB NOT NULL,
	UNIQUE (ref, file, n)
) STRICT;

-- +goose Down
DROP TABLE import_chunk;
DROP TABLE import_draft;
