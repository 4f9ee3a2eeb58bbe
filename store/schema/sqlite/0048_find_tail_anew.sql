-- +goose Up
-- Ends of numbers that people had before are gone: they took the places of others among those that a search shows. duly serve goes through
-- the book anew, 500 people at a time.
DELETE FROM find_tail;
UPDATE find_fill SET last = 0, upto = (SELECT coalesce(max(id), 0) FROM borrower);

-- +goose Down
