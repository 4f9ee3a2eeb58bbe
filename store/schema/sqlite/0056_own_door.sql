-- +goose Up
-- When somebody has last shown in a session that it is they (docs/adr/0040): what changes how one signs in asks for it. 0: they came by
-- the lender's own sign-in, and have shown nothing here.
ALTER TABLE staff_session ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;
-- What changed in how somebody signs in, to be told to them. The audit has it too; this goes after a year.
CREATE TABLE staff_note (
	id INTEGER PRIMARY KEY,
	staff INTEGER NOT NULL,
	at INTEGER NOT NULL, -- real
	what TEXT NOT NULL, -- the audit's word
	seen INTEGER NOT NULL DEFAULT 0 -- 1: they have said that they know
) STRICT;
CREATE INDEX staff_note_staff ON staff_note (staff, id);

-- +goose Down
DROP TABLE staff_note; ALTER TABLE staff_session DROP COLUMN proved_at;
