-- +goose Up
-- Who is to be forgotten, and whether that is done: what the law makes us keep goes when its time is over (docs/adr/0023).
CREATE TABLE erasure (
	id INTEGER PRIMARY KEY,
	person INTEGER NOT NULL,
	asked_at INTEGER NOT NULL,
	who TEXT NOT NULL,          -- a role or a number of staff
	keep_until INTEGER NOT NULL, -- milliseconds; the records of the person are kept until then; 0: nothing is kept any more
	done_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX erasure_person ON erasure (person);
CREATE INDEX erasure_due ON erasure (keep_until) WHERE done_at = 0;

-- +goose Down
DROP TABLE erasure;
