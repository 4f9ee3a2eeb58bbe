-- +goose Up
-- Sums that pages and reports read instead of the outbox (docs/adr/0031). Nothing writes here but the fold (store/roll.go), which
-- counts pieces of the tables anew where something has changed and adds the difference. They stay when messages are given up.
CREATE TABLE roll_sum (
	portfolio INTEGER NOT NULL,
	what TEXT NOT NULL,      -- message, sent, nth, reply, arrangement, hold and others: store/roll.go says what the words are of each
	day INTEGER NOT NULL,    -- in the portfolio's zone
	stage TEXT NOT NULL,
	name TEXT NOT NULL,
	carrier TEXT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	unit TEXT NOT NULL,      -- a currency; empty: none is known
	n INTEGER NOT NULL,
	parts INTEGER NOT NULL,
	replied INTEGER NOT NULL,
	stopped INTEGER NOT NULL,
	complained INTEGER NOT NULL,
	opened INTEGER NOT NULL,
	let_in INTEGER NOT NULL,
	paid INTEGER NOT NULL,
	chased INTEGER NOT NULL,
	minor INTEGER NOT NULL,
	came INTEGER NOT NULL,
	PRIMARY KEY (portfolio, what, day, stage, name, carrier, state, reason, unit)
) STRICT, WITHOUT ROWID;

-- A piece is a span of numbers of one table, and what it has given to the sums.
CREATE TABLE roll_piece (
	kind TEXT NOT NULL CHECK (kind IN ('message', 'reply', 'arrangement')),
	piece INTEGER NOT NULL,
	version INTEGER NOT NULL, -- moved by whoever counts it or says that it has to be
	due_at INTEGER NOT NULL,  -- real: when it is looked at next
	rest INTEGER NOT NULL,    -- how long it was left alone before, milliseconds
	newest INTEGER NOT NULL,  -- civil: when the newest of it was planned or came
	prints TEXT NOT NULL,     -- how many rows were seen; empty: count it anew whatever they are
	said TEXT NOT NULL,       -- JSON: what it has given to the sums
	PRIMARY KEY (kind, piece)
) STRICT, WITHOUT ROWID;
CREATE INDEX roll_piece_due ON roll_piece (due_at);

-- How far the fold has read each table that only ever grows.
CREATE TABLE roll_cursor (
	name TEXT PRIMARY KEY,
	low INTEGER NOT NULL,     -- all up to here was read
	high INTEGER NOT NULL,    -- the highest that was read when high_at was
	high_at INTEGER NOT NULL, -- real
	seen TEXT NOT NULL        -- JSON: those above low that were read: where several write, numbers do not come in their order
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE roll_cursor; DROP TABLE roll_piece; DROP TABLE roll_sum;
