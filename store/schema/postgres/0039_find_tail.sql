-- +goose Up
-- By the last four digits of their phone borrowers are found as well: keyed hashes.
CREATE TABLE find_tail (
	hash BYTEA NOT NULL,
	borrower BIGINT NOT NULL,
	PRIMARY KEY (hash, borrower)
);
CREATE INDEX find_tail_borrower ON find_tail (borrower);
-- How far borrowers of before have been gone through, to be found by name and by these digits: from the first to the last of that time.
CREATE TABLE find_fill (
	id BIGINT PRIMARY KEY,
	last BIGINT NOT NULL,
	upto BIGINT NOT NULL
);
INSERT INTO find_fill (id, last, upto) SELECT 1, 0, coalesce(max(id), 0) FROM borrower;

-- +goose Down
DROP TABLE find_fill; DROP TABLE find_tail;
