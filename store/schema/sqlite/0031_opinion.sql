-- +goose Up
-- What a language model made of a reply that the rules were in doubt about: a word, or why there is none. It decides nothing by itself.
CREATE TABLE opinion (
	id INTEGER PRIMARY KEY,
	reply INTEGER NOT NULL UNIQUE,
	at INTEGER NOT NULL,     -- real time
	model TEXT NOT NULL,
	meaning TEXT NOT NULL    -- empty: it had none
) STRICT;
CREATE INDEX opinion_at ON opinion (at);

-- +goose Down
DROP TABLE opinion;
