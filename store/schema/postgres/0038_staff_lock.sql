-- +goose Up
-- Since when somebody is locked: they come in no more until a person says so. 0: they are not.
ALTER TABLE staff ADD COLUMN locked_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE staff DROP COLUMN locked_at;
