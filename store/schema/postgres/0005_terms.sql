-- +goose Up
-- Under which terms and rules about rates the standings of a portfolio were made; other ones make them anew.
ALTER TABLE portfolio ADD COLUMN terms TEXT COLLATE "C" NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE portfolio DROP COLUMN terms;
