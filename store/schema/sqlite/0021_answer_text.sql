-- +goose Up
-- What a person answers in words of their own: the text lies sealed until it leaves, and is judged then like every other.
CREATE TABLE answer_text (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	message INTEGER NOT NULL,
	desk INTEGER NOT NULL,      -- the item that it answers
	at INTEGER NOT NULL,
	who TEXT NOT NULL,          -- a role or a number of staff
	minor INTEGER NOT NULL      -- what was overdue when it was written, where the text names it: else the text has grown old; 0: it does not
) STRICT;
CREATE UNIQUE INDEX answer_text_message ON answer_text (message);
CREATE TABLE sealed_answer (
	message INTEGER PRIMARY KEY,
	box BLOB NOT NULL
) STRICT;

-- +goose Down
DROP TABLE sealed_answer; DROP TABLE answer_text;
