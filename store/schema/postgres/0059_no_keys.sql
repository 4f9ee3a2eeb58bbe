-- +goose Up
-- Whether somebody wants no keys of one letter at the console (WCAG 2.2, 2.1.4), wherever they sign in.
ALTER TABLE staff ADD COLUMN no_keys BIGINT NOT NULL DEFAULT 0; -- 1: they are off

-- +goose Down
ALTER TABLE staff DROP COLUMN no_keys;
