-- +goose Up
-- Who did what, of everything that a person does: which words there are is said where it is done. A reason in a person's own
-- words lies sealed, and the row holds its keyed hash: whoever erases the words breaks no proof.
DROP TRIGGER audit_keeps;
DROP TRIGGER audit_stays;
ALTER TABLE audit RENAME TO audit_before;
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	what TEXT NOT NULL CHECK (length(what) BETWEEN 1 AND 40),
	portfolio INTEGER NOT NULL,
	subject TEXT NOT NULL,
	reason BLOB NOT NULL DEFAULT x''
) STRICT;
INSERT INTO audit (id, at, who, what, portfolio, subject) SELECT id, at, who, what, portfolio, subject FROM audit_before ORDER BY id;
DROP TABLE audit_before;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TABLE sealed_reason (
	audit INTEGER PRIMARY KEY,
	box BLOB NOT NULL
) STRICT;

-- The audit's Merkle tree (docs/adr/0024): its leaves in order, and the checkpoints that seal them, signed.
CREATE TABLE audit_leaf (
	n INTEGER PRIMARY KEY, -- from 0
	audit INTEGER NOT NULL UNIQUE,
	hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_leaf_keeps BEFORE UPDATE ON audit_leaf BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_leaf_stays BEFORE DELETE ON audit_leaf BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TABLE audit_seal (
	size INTEGER PRIMARY KEY, -- how many leaves it seals
	at INTEGER NOT NULL,
	root BLOB NOT NULL,
	peaks BLOB NOT NULL,
	note TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_seal_keeps BEFORE UPDATE ON audit_seal BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_seal_stays BEFORE DELETE ON audit_seal BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;

-- +goose Down
DROP TABLE audit_seal; DROP TABLE audit_leaf; DROP TABLE sealed_reason;
