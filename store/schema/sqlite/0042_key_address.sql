-- +goose Up

-- Where a key to the borrower's page was sent: it lets nobody in once the borrower has another number, or somebody has said that this
-- one is not theirs. 0: a person told it to the borrower, or it was sent before this was kept.
ALTER TABLE portal_key ADD COLUMN address INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE portal_key DROP COLUMN address;
