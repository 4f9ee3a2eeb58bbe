-- +goose Up
-- What many fences have in common of why they were committed: documents, stage, treatment and rule, as one JSON object. A
-- fence's reasons name it by its number: 'ground dpd loan loan …'; those of older fences are a JSON object of their own.
CREATE TABLE ground (
	id INTEGER PRIMARY KEY,
	said TEXT NOT NULL UNIQUE
) STRICT;

-- As before, with fewer look-ups: a slot that is not the nth yet needs none for a cap of n.
DROP TRIGGER contact_cap;
-- +goose StatementBegin
CREATE TRIGGER contact_cap BEFORE INSERT ON contact
WHEN (NEW.seq > 1 AND NOT EXISTS (
		SELECT 1 FROM contact p WHERE p.subject = NEW.subject AND p.seq = NEW.seq - 1 AND p.at <= NEW.at AND p.day <= NEW.day))
	OR NEW.seq < 1
	OR NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = NEW.capset)
	OR (NEW.seq > 1 AND EXISTS (
		SELECT 1 FROM cap c CROSS JOIN contact o
		WHERE c.capset = NEW.capset AND c.slot = (NEW.subject & 255) AND c.n < NEW.seq AND o.subject = NEW.subject AND o.seq = NEW.seq - c.n
			AND ((c.days > 0 AND o.day > NEW.day - c.days) OR (c.millis > 0 AND o.at > NEW.at - c.millis))))
BEGIN SELECT RAISE(IGNORE); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE ground;
