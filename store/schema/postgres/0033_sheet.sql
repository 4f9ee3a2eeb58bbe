-- +goose Up
-- Sheets of sealed texts fit in a page and lie in their row: what is longer than 2 kB went to a second table in pieces, with a key for each, after an
-- attempt to compress what cannot be (docs/adr/0027). Longer ones go there as before. It holds for rows to come.
ALTER TABLE sealed_text ALTER COLUMN box SET STORAGE MAIN;

-- +goose Down
ALTER TABLE sealed_text ALTER COLUMN box SET STORAGE EXTENDED;
