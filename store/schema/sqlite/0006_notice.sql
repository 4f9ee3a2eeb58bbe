-- +goose Up
-- What is kept of a statutory notice that a fence permitted, beside its text, hand-over and receipts.
CREATE TABLE notice (
	fence INTEGER PRIMARY KEY,
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	channel TEXT NOT NULL,
	duty TEXT NOT NULL, -- what is done once the carrier has taken it; empty: nothing
	template TEXT NOT NULL,
	language TEXT NOT NULL,
	template_digest TEXT NOT NULL,
	text_digest TEXT NOT NULL,
	address_kind TEXT NOT NULL,
	approved_by TEXT NOT NULL CHECK (approved_by <> ''), -- nothing leaves without
	approved_on INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_person ON notice (person);
CREATE TABLE notice_loan (
	fence INTEGER NOT NULL REFERENCES notice (fence),
	loan INTEGER NOT NULL,
	PRIMARY KEY (fence, loan)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE notice_loan; DROP TABLE notice;
