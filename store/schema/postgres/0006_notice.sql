-- +goose Up
-- What is kept of a statutory notice that a fence permitted, beside its text, hand-over and receipts.
CREATE TABLE notice (
	fence BIGINT PRIMARY KEY,
	person BIGINT NOT NULL,
	portfolio BIGINT NOT NULL,
	channel TEXT COLLATE "C" NOT NULL,
	duty TEXT COLLATE "C" NOT NULL, -- what is done once the carrier has taken it; empty: nothing
	template TEXT COLLATE "C" NOT NULL,
	language TEXT COLLATE "C" NOT NULL,
	template_digest TEXT COLLATE "C" NOT NULL,
	text_digest TEXT COLLATE "C" NOT NULL,
	address_kind TEXT COLLATE "C" NOT NULL,
	approved_by TEXT COLLATE "C" NOT NULL CHECK (approved_by <> ''), -- nothing leaves without
	approved_on BIGINT NOT NULL
);
CREATE INDEX notice_person ON notice (person);
CREATE TABLE notice_loan (
	fence BIGINT NOT NULL REFERENCES notice (fence),
	loan BIGINT NOT NULL,
	PRIMARY KEY (fence, loan)
);

-- +goose Down
DROP TABLE notice_loan; DROP TABLE notice;
