-- +goose Up
-- The months of messages that were given up when nobody had to keep them any more: how many messages each had.
CREATE TABLE month (
	month INTEGER PRIMARY KEY, -- since January 1970
	gone_at INTEGER NOT NULL,
	messages INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE month;
