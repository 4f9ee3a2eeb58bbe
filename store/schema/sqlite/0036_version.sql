-- +goose Up
-- Versions of what decides: a portfolio's strategy, one of its texts, or what it makes of how far its rulebooks' rules bind. A draft
-- is changed by who began it until they ask for it; from then on it stands.
CREATE TABLE version (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	kind TEXT NOT NULL CHECK (kind IN ('strategy', 'template', 'confidence')),
	name TEXT NOT NULL,       -- of a text its name and language; else empty
	number INTEGER NOT NULL,  -- 1, 2 … of the portfolio's
	base INTEGER NOT NULL,    -- the version that was in force when it was begun; 0: none was
	who TEXT NOT NULL,        -- who wrote it; 'file' where it was read from the lender's files
	hand TEXT NOT NULL,       -- the same person under whichever role
	made_at INTEGER NOT NULL,
	saved_at INTEGER NOT NULL,
	digest TEXT NOT NULL,     -- SHA-256 of the body, hex
	body BLOB NOT NULL,
	asked_at INTEGER NOT NULL DEFAULT 0,  -- since when it waits for a second person; 0: a draft
	ended_at INTEGER NOT NULL DEFAULT 0,  -- withdrawn, or refused by a second person
	ended_by TEXT NOT NULL DEFAULT '',
	UNIQUE (portfolio, kind, name, number)
) STRICT;
CREATE TRIGGER version_stands BEFORE UPDATE ON version
WHEN OLD.portfolio <> NEW.portfolio OR OLD.kind <> NEW.kind OR OLD.name <> NEW.name OR OLD.number <> NEW.number OR OLD.base <> NEW.base OR OLD.hand <> NEW.hand
	OR OLD.asked_at <> 0 AND (OLD.body <> NEW.body OR OLD.digest <> NEW.digest OR OLD.asked_at <> NEW.asked_at) OR OLD.ended_at <> 0
BEGIN SELECT RAISE(ABORT, 'a version that was asked for stands as it is'); END;
CREATE TRIGGER version_stays BEFORE DELETE ON version BEGIN SELECT RAISE(ABORT, 'versions are only ever added to'); END;

-- Which version was put in force when, by whom: the latest of a slot counts. Nobody puts in force what they wrote; one that was in
-- force before may come back, and the lender's files speak for themselves while nobody works here who may put something in force.
CREATE TABLE activation (
	id INTEGER PRIMARY KEY,
	version INTEGER NOT NULL REFERENCES version (id),
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	hand TEXT NOT NULL
) STRICT;
CREATE INDEX activation_of ON activation (version);
CREATE TRIGGER activation_keeps BEFORE UPDATE ON activation BEGIN SELECT RAISE(ABORT, 'what was put in force is only ever added to'); END;
CREATE TRIGGER activation_stays BEFORE DELETE ON activation BEGIN SELECT RAISE(ABORT, 'what was put in force is only ever added to'); END;
CREATE TRIGGER activation_by_two BEFORE INSERT ON activation
WHEN NOT EXISTS (SELECT 1 FROM activation a WHERE a.version = NEW.version)
	AND NOT EXISTS (SELECT 1 FROM version v WHERE v.id = NEW.version AND v.asked_at <> 0 AND v.ended_at = 0 AND (v.hand <> NEW.hand OR v.hand = 'file'))
BEGIN SELECT RAISE(ABORT, 'nobody puts in force what they wrote, nor what nobody asked for'); END;

-- +goose Down
DROP TABLE activation;
DROP TABLE version;
