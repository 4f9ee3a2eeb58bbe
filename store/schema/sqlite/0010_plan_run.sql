-- +goose Up
-- The runs of planning: for which day, edition and last import each was begun. A run is cut into parts by persons, so that
-- several machines can plan at once; a part that was not noted as done is done again, which changes nothing.
CREATE TABLE plan_run (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	day INTEGER NOT NULL,
	edition INTEGER NOT NULL,
	source INTEGER NOT NULL,
	at INTEGER NOT NULL
) STRICT;
CREATE INDEX plan_run_of ON plan_run (portfolio, id);
CREATE TABLE plan_shard (
	run INTEGER NOT NULL,
	part INTEGER NOT NULL,
	first INTEGER NOT NULL, -- the numbers of its persons, both included
	last INTEGER NOT NULL,
	done_at INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE plan_shard; DROP TABLE plan_run;
