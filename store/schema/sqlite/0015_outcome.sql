-- +goose Up
-- The words of an outcome in the order in which they come, compared one after the other: a list of so many is looked up in a table
-- made for it. Views name outcome, so that it is filled again rather than renamed.
CREATE TABLE outcome_before AS SELECT * FROM outcome;
DROP TABLE outcome;
CREATE TABLE outcome (
	fence INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	wire_at INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind = 'accepted' OR kind = 'refused' OR kind = 'unknown' OR kind = 'throttled' OR kind = 'not_written' OR kind = 'cancelled'),
	code TEXT NOT NULL,
	carrier TEXT NOT NULL,
	ids TEXT NOT NULL -- the carrier's ids of the parts, in order, parted by a space
) STRICT;
INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids)
	SELECT fence, at, wire_at, kind, code, carrier, ids FROM outcome_before ORDER BY fence;
DROP TABLE outcome_before;
-- +goose StatementBegin
CREATE TRIGGER outcome_final BEFORE UPDATE ON outcome
WHEN OLD.kind <> 'unknown' OR NEW.kind NOT IN ('accepted', 'refused')
BEGIN SELECT RAISE(ABORT, 'an outcome that is known does not change'); END;
-- +goose StatementEnd

-- +goose Down
