-- +goose Up
-- What the key files of this data make of a constant, so that other key files are refused before they seal anything.
CREATE TABLE key_check (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	lookup BLOB NOT NULL, -- the keyed hash of the constant
	box BLOB NOT NULL     -- the constant, sealed
) STRICT;

-- +goose Down
DROP TABLE key_check;
