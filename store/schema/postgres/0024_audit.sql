-- +goose Up
-- Who did what, of everything that a person does: which words there are is said where it is done. A reason in a person's own
-- words lies sealed, and the row holds its keyed hash: whoever erases the words breaks no proof.
ALTER TABLE audit DROP CONSTRAINT audit_what_check;
ALTER TABLE audit ADD CONSTRAINT audit_what_check CHECK (length(what) BETWEEN 1 AND 40);
ALTER TABLE audit ADD COLUMN reason BYTEA NOT NULL DEFAULT '\x';
CREATE TABLE sealed_reason (
	audit BIGINT PRIMARY KEY,
	box BYTEA NOT NULL
);

-- The audit's Merkle tree (docs/adr/0024): its leaves in order, and the checkpoints that seal them, signed.
CREATE TABLE audit_leaf (
	n BIGINT PRIMARY KEY, -- from 0
	audit BIGINT NOT NULL UNIQUE,
	hash BYTEA NOT NULL
);
CREATE TRIGGER audit_leaf_keeps BEFORE UPDATE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_keeps();
CREATE TRIGGER audit_leaf_stays BEFORE DELETE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TABLE audit_seal (
	size BIGINT PRIMARY KEY, -- how many leaves it seals
	at BIGINT NOT NULL,
	root BYTEA NOT NULL,
	peaks BYTEA NOT NULL,
	note TEXT COLLATE "C" NOT NULL
);
CREATE TRIGGER audit_seal_keeps BEFORE UPDATE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_keeps();
CREATE TRIGGER audit_seal_stays BEFORE DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_stays();

-- +goose Down
DROP TABLE audit_seal; DROP TABLE audit_leaf; DROP TABLE sealed_reason; ALTER TABLE audit DROP COLUMN reason;
