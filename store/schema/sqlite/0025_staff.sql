-- +goose Up
-- Who works here and may come in at the console (docs/adr/0025). The password is a hash of argon2id, the second factor's secret
-- is sealed, and of recovery codes and of cookies there are keyed hashes only.
CREATE TABLE staff (
	id INTEGER PRIMARY KEY,
	login TEXT NOT NULL UNIQUE,
	made_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL DEFAULT 0,
	password TEXT NOT NULL,
	given INTEGER NOT NULL DEFAULT 1, -- 1: the password was made by somebody else, and has to be changed
	factor BLOB NOT NULL DEFAULT x'', -- empty: there is none yet
	factor_on INTEGER NOT NULL DEFAULT 0, -- 1: a code has shown that it works
	factor_step INTEGER NOT NULL DEFAULT 0 -- of the last code: none comes in twice
) STRICT;
CREATE TABLE staff_role (
	staff INTEGER NOT NULL,
	role TEXT NOT NULL,
	portfolio TEXT NOT NULL DEFAULT '', -- its ref; empty: in all of them
	PRIMARY KEY (staff, role, portfolio)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_code (
	hash BLOB PRIMARY KEY,
	staff INTEGER NOT NULL,
	used_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_code_staff ON staff_code (staff);
CREATE TABLE staff_session (
	hash BLOB PRIMARY KEY,
	staff INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,
	ends_at INTEGER NOT NULL,
	inside INTEGER NOT NULL DEFAULT 0 -- 1: the second factor was given
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_staff ON staff_session (staff);
-- What was tried and was wrong, by the keyed hash of the login and of where it came from. Rows go after a day.
CREATE TABLE staff_try (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	account BLOB NOT NULL,
	source BLOB NOT NULL,
	factor INTEGER NOT NULL -- 1: the second one
) STRICT;
CREATE INDEX staff_try_account ON staff_try (account, at);
CREATE INDEX staff_try_source ON staff_try (source, at);
CREATE INDEX staff_try_at ON staff_try (at);

-- +goose Down
DROP TABLE staff_try; DROP TABLE staff_session; DROP TABLE staff_code; DROP TABLE staff_role; DROP TABLE staff;
