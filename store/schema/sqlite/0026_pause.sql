-- +goose Up
-- What a person has stopped: nothing of it is fenced until it ends. Of a portfolio, else of all of them; of a channel, a carrier
-- or a strategy, else of whatever there is. The reason lies in the audit.
CREATE TABLE pause (
	id INTEGER PRIMARY KEY,
	portfolio TEXT NOT NULL DEFAULT '',
	channel TEXT NOT NULL DEFAULT '',
	carrier TEXT NOT NULL DEFAULT '',
	strategy TEXT NOT NULL DEFAULT '',
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	audit INTEGER NOT NULL, -- the row that holds the reason
	ended_at INTEGER NOT NULL DEFAULT 0,
	ended_by TEXT NOT NULL DEFAULT '',
	CHECK (portfolio <> '' OR channel <> '' OR carrier <> '' OR strategy <> '')
) STRICT;
CREATE INDEX pause_live ON pause (id) WHERE ended_at = 0;

-- +goose Down
DROP TABLE pause;
