-- +goose Up
-- Passkeys of who works here (docs/adr/0033): the public half of a key whose private half never leaves a device. What the device calls it
-- and what its owner does lie sealed; it is found by a keyed hash.
CREATE TABLE staff_passkey (
	id INTEGER PRIMARY KEY,
	staff INTEGER NOT NULL,
	hash BLOB NOT NULL UNIQUE,
	box BLOB NOT NULL,
	made_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL DEFAULT 0, -- 0: nobody has come in with it yet
	stopped_at INTEGER NOT NULL DEFAULT 0, -- when its counter went back, so that there may be two of it; 0: it has not
	counter INTEGER NOT NULL, -- of signatures; it stays 0 where a device counts none
	backed INTEGER NOT NULL -- 1: it was kept at its maker's as well when it was used last
) STRICT;
CREATE INDEX staff_passkey_staff ON staff_passkey (staff);
-- Challenges that came back, by keyed hash, so that none comes twice. They go when they have run out.
CREATE TABLE staff_used (
	hash BLOB PRIMARY KEY,
	ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_used_ends ON staff_used (ends_at);

-- +goose Down
DROP TABLE staff_used; DROP TABLE staff_passkey;
