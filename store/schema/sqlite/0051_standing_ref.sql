-- +goose Up
-- What the lender calls the borrower and the loan, beside where the loan stands: a second judgement needs both, and reads two rows less
-- for each message. Empty: this standing was made by an older version, or never; whoever needs them looks where they come from.
ALTER TABLE standing ADD COLUMN borrower_ref TEXT NOT NULL DEFAULT '';
ALTER TABLE standing ADD COLUMN loan_ref TEXT NOT NULL DEFAULT '';
UPDATE standing SET borrower_ref = (SELECT b.ref FROM borrower b WHERE b.id = standing.borrower), loan_ref = (SELECT l.ref FROM loan l WHERE l.id = standing.loan);

-- +goose Down
ALTER TABLE standing DROP COLUMN borrower_ref;
ALTER TABLE standing DROP COLUMN loan_ref;
