-- +goose Up
-- Nothing: SQLite alone compares the words of an outcome in another way from here on.
SELECT 1;

-- +goose Down
SELECT 1;
