-- +goose Up
-- Who looks after what waits for a person: the latest row counts.
CREATE TABLE desk_owner (
	id INTEGER PRIMARY KEY,
	desk INTEGER NOT NULL,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,   -- who gave it
	owner INTEGER NOT NULL -- of staff; 0: nobody any more
) STRICT;
CREATE INDEX desk_owner_of ON desk_owner (desk);
CREATE TRIGGER desk_owner_keeps BEFORE UPDATE ON desk_owner BEGIN SELECT RAISE(ABORT, 'what was done at the desk is only ever added to'); END;

-- +goose Down
DROP TABLE desk_owner;
