-- +goose Up
-- Which edition of a portfolio's documents was in force since when: until the next row of the portfolio. A row is written when
-- Duly first reads other documents than before.
CREATE TABLE in_force (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	edition INTEGER NOT NULL REFERENCES edition (id),
	known_at INTEGER NOT NULL
) STRICT;
CREATE INDEX in_force_of ON in_force (portfolio, known_at);
CREATE TRIGGER in_force_keeps BEFORE UPDATE ON in_force BEGIN SELECT RAISE(ABORT, 'what was in force is only ever added to'); END;
CREATE TRIGGER in_force_stays BEFORE DELETE ON in_force BEGIN SELECT RAISE(ABORT, 'what was in force is only ever added to'); END;

-- +goose Down
DROP TABLE in_force;
