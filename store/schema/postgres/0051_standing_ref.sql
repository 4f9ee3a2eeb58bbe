-- +goose Up
-- What the lender calls the borrower and the loan, beside where the loan stands: a second judgement needs both, and reads two rows less
-- for each message. Empty: this standing was made by an older version, or never; whoever needs them looks where they come from.
ALTER TABLE standing ADD COLUMN borrower_ref TEXT NOT NULL DEFAULT '';
ALTER TABLE standing ADD COLUMN loan_ref TEXT NOT NULL DEFAULT '';
UPDATE standing s SET borrower_ref = b.ref, loan_ref = l.ref FROM borrower b, loan l WHERE b.id = s.borrower AND l.id = s.loan;

-- +goose Down
ALTER TABLE standing DROP COLUMN borrower_ref;
ALTER TABLE standing DROP COLUMN loan_ref;
