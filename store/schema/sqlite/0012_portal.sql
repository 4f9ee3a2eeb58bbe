-- +goose Up
-- The borrower's page (docs/adr/0017). What lets one borrower in: the keyed hash of a link's token or of a code, and never the
-- token or the code itself. It comes to be in the transaction that commits the fence of the message which holds it.
CREATE TABLE portal_key (
	id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	way TEXT NOT NULL CHECK (way IN ('link', 'code')),
	borrower INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	fence INTEGER NOT NULL, -- 0: made by a person at the desk
	made_at INTEGER NOT NULL,
	ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX portal_key_borrower ON portal_key (borrower);
CREATE INDEX portal_key_end ON portal_key (ends_at);

-- What happened at the page, only ever added to: a wrong answer at the second step, a right one (which is the honest sign
-- that somebody has read the message), and a download.
CREATE TABLE portal_event (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	portal_key INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	fence INTEGER NOT NULL,
	what TEXT NOT NULL CHECK (what IN ('wrong', 'opened', 'downloaded'))
) STRICT;
CREATE INDEX portal_event_borrower ON portal_event (borrower, at);
CREATE INDEX portal_event_fence ON portal_event (fence) WHERE what = 'opened';
CREATE TRIGGER portal_event_keeps BEFORE UPDATE ON portal_event BEGIN SELECT RAISE(ABORT, 'what happened at the page is only ever added to'); END;

-- Who is at the page now, by the keyed hash of a cookie. Rows go when they have ended.
CREATE TABLE portal_session (
	hash BLOB PRIMARY KEY,
	portal_key INTEGER NOT NULL,
	ends_at INTEGER NOT NULL,
	proved_at INTEGER NOT NULL DEFAULT 0 -- 0: the second step is still to come
) STRICT, WITHOUT ROWID;
CREATE INDEX portal_session_end ON portal_session (ends_at);

-- Keyed hashes of what the borrower knows and a finder of the phone does not: the last four or six characters of the identity
-- number, the day of birth. The borrower's number is hashed with them, so that equal ones do not look equal.
CREATE TABLE proof (
	borrower INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('identity_4', 'identity_6', 'birth_date')),
	known_at INTEGER NOT NULL,
	hash BLOB NOT NULL,
	PRIMARY KEY (borrower, kind, known_at)
) STRICT, WITHOUT ROWID;

-- Hours, days, channel and language that a borrower chose on the page, and what the lender's file said then: the choice holds
-- until the file says something new.
CREATE TABLE own_wish (
	borrower INTEGER NOT NULL,
	known_at INTEGER NOT NULL,
	wish TEXT NOT NULL,
	language TEXT NOT NULL,
	file_wish TEXT NOT NULL,
	file_language TEXT NOT NULL,
	PRIMARY KEY (borrower, known_at)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE own_wish; DROP TABLE proof; DROP TABLE portal_session; DROP TABLE portal_event; DROP TABLE portal_key;
