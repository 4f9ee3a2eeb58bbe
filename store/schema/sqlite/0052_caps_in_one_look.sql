-- +goose Up
-- Nothing: PostgreSQL alone looks at all slots of a statement at once.
SELECT 1;

-- +goose Down
SELECT 1;
