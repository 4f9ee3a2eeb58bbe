-- +goose Up
-- The key of the payment that a reversal takes back, so that it goes back once. Empty: the row is no reversal, or came
-- before this column did.
ALTER TABLE payment ADD COLUMN reverses TEXT COLLATE "C" NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE payment DROP COLUMN reverses;
