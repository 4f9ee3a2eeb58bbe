-- +goose Up
-- By what a borrower is found beside their number and the lender's keys: keyed hashes of names. A name that a row had before finds
-- its borrower too. Books that were imported before need to be imported once more.
CREATE TABLE find_key (
	kind TEXT NOT NULL CHECK (kind IN ('name')),
	hash BLOB NOT NULL,
	borrower INTEGER NOT NULL,
	PRIMARY KEY (kind, hash, borrower)
) STRICT, WITHOUT ROWID;
CREATE INDEX find_key_borrower ON find_key (borrower);

-- +goose Down
DROP TABLE find_key;
