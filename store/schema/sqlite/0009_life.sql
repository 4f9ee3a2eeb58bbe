-- +goose Up
-- Which life the database is in: one row. A database that was put back from a copy begins a new one when a person
-- releases what waits in it (docs/adr/0014).
CREATE TABLE life (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	line TEXT NOT NULL,                  -- drawn anew by each release
	home TEXT NOT NULL DEFAULT '',       -- the place where it lies; empty: nobody has looked yet
	timeline INTEGER NOT NULL DEFAULT 0, -- of PostgreSQL; 0 on SQLite
	held_at INTEGER NOT NULL DEFAULT 0,  -- since when nothing is handed over; 0: it may be
	held_why TEXT NOT NULL DEFAULT '' CHECK (held_why = '' OR held_at > 0),
	held_by TEXT NOT NULL DEFAULT ''     -- who said so; empty: the database was found to have been put back
) STRICT;
INSERT INTO life (id, line) VALUES (1, lower(hex(randomblob(16))));

-- The lives that are over, each with who ended its hold and what was known of it then.
CREATE TABLE released (
	id INTEGER PRIMARY KEY,
	line TEXT NOT NULL UNIQUE,
	held_at INTEGER NOT NULL,
	held_why TEXT NOT NULL,
	held_by TEXT NOT NULL,
	released_at INTEGER NOT NULL,
	released_by TEXT NOT NULL CHECK (released_by <> ''),
	choice TEXT NOT NULL CHECK (choice IN ('cancel', 'send')),
	cancelled INTEGER NOT NULL, -- messages that may have left before
	report TEXT NOT NULL        -- JSON: numbers and times, nobody's name
) STRICT;

-- +goose Down
DROP TABLE released; DROP TABLE life;
