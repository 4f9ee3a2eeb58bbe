-- +goose Up
-- By the last four digits of their phone borrowers are found as well: keyed hashes.
CREATE TABLE find_tail (
	hash BLOB NOT NULL,
	borrower INTEGER NOT NULL,
	PRIMARY KEY (hash, borrower)
) STRICT, WITHOUT ROWID;
CREATE INDEX find_tail_borrower ON find_tail (borrower);
-- How far borrowers of before have been gone through, to be found by name and by these digits: from the first to the last of that time.
CREATE TABLE find_fill (
	id INTEGER PRIMARY KEY,
	last INTEGER NOT NULL,
	upto INTEGER NOT NULL
) STRICT;
INSERT INTO find_fill (id, last, upto) SELECT 1, 0, coalesce(max(id), 0) FROM borrower;

-- +goose Down
DROP TABLE find_fill; DROP TABLE find_tail;
