-- +goose Up
-- What the key files of this data make of a constant, so that other key files are refused before they seal anything.
CREATE TABLE key_check (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	lookup BYTEA NOT NULL, -- the keyed hash of the constant
	box BYTEA NOT NULL     -- the constant, sealed
);

-- +goose Down
DROP TABLE key_check;
