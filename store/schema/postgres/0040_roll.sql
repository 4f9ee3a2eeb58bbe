-- +goose Up
-- Sums that pages and reports read instead of the outbox (docs/adr/0031). Nothing writes here but the fold (store/roll.go), which
-- counts pieces of the tables anew where something has changed and adds the difference. They stay when messages are given up.
CREATE TABLE roll_sum (
	portfolio BIGINT NOT NULL,
	what TEXT COLLATE "C" NOT NULL,      -- message, sent, nth, reply, arrangement, hold and others: store/roll.go says what the words are of each
	day BIGINT NOT NULL,    -- in the portfolio's zone
	stage TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	carrier TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	reason TEXT COLLATE "C" NOT NULL,
	unit TEXT COLLATE "C" NOT NULL,      -- a currency; empty: none is known
	n BIGINT NOT NULL,
	parts BIGINT NOT NULL,
	replied BIGINT NOT NULL,
	stopped BIGINT NOT NULL,
	complained BIGINT NOT NULL,
	opened BIGINT NOT NULL,
	let_in BIGINT NOT NULL,
	paid BIGINT NOT NULL,
	chased BIGINT NOT NULL,
	minor BIGINT NOT NULL,
	came BIGINT NOT NULL,
	PRIMARY KEY (portfolio, what, day, stage, name, carrier, state, reason, unit)
);

-- A piece is a span of numbers of one table, and what it has given to the sums.
CREATE TABLE roll_piece (
	kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('message', 'reply', 'arrangement')),
	piece BIGINT NOT NULL,
	version BIGINT NOT NULL, -- moved by whoever counts it or says that it has to be
	due_at BIGINT NOT NULL,  -- real: when it is looked at next
	rest BIGINT NOT NULL,    -- how long it was left alone before, milliseconds
	newest BIGINT NOT NULL,  -- civil: when the newest of it was planned or came
	prints TEXT COLLATE "C" NOT NULL,     -- how many rows were seen; empty: count it anew whatever they are
	said TEXT COLLATE "C" NOT NULL,       -- JSON: what it has given to the sums
	PRIMARY KEY (kind, piece)
);
CREATE INDEX roll_piece_due ON roll_piece (due_at);

-- How far the fold has read each table that only ever grows.
CREATE TABLE roll_cursor (
	name TEXT COLLATE "C" PRIMARY KEY,
	low BIGINT NOT NULL,     -- all up to here was read
	high BIGINT NOT NULL,    -- the highest that was read when high_at was
	high_at BIGINT NOT NULL, -- real
	seen TEXT COLLATE "C" NOT NULL        -- JSON: those above low that were read: where several write, numbers do not come in their order
);

-- +goose Down
DROP TABLE roll_cursor; DROP TABLE roll_piece; DROP TABLE roll_sum;
