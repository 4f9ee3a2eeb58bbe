-- +goose Up
-- Nothing: PostgreSQL alone looks at the caps of a statement's slots at once from here on.
SELECT 1;

-- +goose Down
SELECT 1;
