-- +goose Up
-- What compliance has read and signed: a rulebook by its digest. Another text needs another signature.
CREATE TABLE signature (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	name TEXT NOT NULL,   -- the rulebook's id
	digest TEXT NOT NULL, -- of the document as it was read
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	UNIQUE (portfolio, name, digest, who)
) STRICT;
CREATE TRIGGER signature_keeps BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signatures are only ever added to'); END;
CREATE TRIGGER signature_stays BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signatures are only ever added to'); END;

-- What a carrier has on file of a text: the latest row of a carrier, a name and a language counts, and only for the text of that digest.
CREATE TABLE registration (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	carrier TEXT NOT NULL,
	name TEXT NOT NULL, -- of the text, with its language
	digest TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('pending', 'registered', 'refused')),
	number TEXT NOT NULL, -- the carrier's own; empty where it has given none
	at INTEGER NOT NULL,
	who TEXT NOT NULL
) STRICT;
CREATE INDEX registration_of ON registration (portfolio, name, carrier);
CREATE TRIGGER registration_keeps BEFORE UPDATE ON registration BEGIN SELECT RAISE(ABORT, 'what carriers have on file is only ever added to'); END;
CREATE TRIGGER registration_stays BEFORE DELETE ON registration BEGIN SELECT RAISE(ABORT, 'what carriers have on file is only ever added to'); END;

-- A version that was tried on a copy of the book, beside the one in force: who asked, how far it is, and what came of it.
CREATE TABLE trial (
	id INTEGER PRIMARY KEY,
	version INTEGER NOT NULL REFERENCES version (id),
	beside INTEGER NOT NULL, -- the version that was in force
	digest TEXT NOT NULL,    -- of what was tried: a draft may change afterwards
	days INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	who TEXT NOT NULL,
	beat_at INTEGER NOT NULL, -- real: when it was last heard of
	done INTEGER NOT NULL,    -- days of both that are through
	ended_at INTEGER NOT NULL DEFAULT 0,
	failed TEXT NOT NULL DEFAULT '', -- why nothing came of it
	result TEXT NOT NULL DEFAULT ''  -- JSON
) STRICT;
CREATE INDEX trial_of ON trial (version);

-- +goose Down
DROP TABLE trial;
DROP TABLE registration;
DROP TABLE signature;
