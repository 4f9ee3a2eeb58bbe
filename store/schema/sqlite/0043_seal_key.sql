-- +goose Up
-- The keys that seal names, numbers and texts, each sealed by the key that duly.yaml names, the root (docs/adr/0032). No row: the root seals by
-- itself, as it did before there were any.
CREATE TABLE seal_key (
	id INTEGER PRIMARY KEY,
	tag INTEGER NOT NULL UNIQUE, -- the number with which its boxes begin
	box BLOB NOT NULL,           -- the key, sealed; empty: it is the root, or was retired and is nowhere any more
	made_at INTEGER NOT NULL,
	who TEXT NOT NULL,
	turn INTEGER NOT NULL,       -- the greatest of those that are not retired seals what is written; 0: it has not been in use
	since INTEGER NOT NULL,      -- from when on it was in use, wire time; 0: never
	retired_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER seal_key_stays BEFORE DELETE ON seal_key BEGIN SELECT RAISE(ABORT, 'keys are retired and not deleted'); END;
CREATE TRIGGER seal_key_keeps BEFORE UPDATE ON seal_key
WHEN OLD.tag <> NEW.tag OR OLD.retired_at <> 0 OR OLD.box <> NEW.box AND NEW.retired_at = 0
	OR NEW.retired_at <> 0 AND OLD.turn = (SELECT max(turn) FROM seal_key WHERE retired_at = 0) AND OLD.turn <> 0
BEGIN SELECT RAISE(ABORT, 'a key that is in use is not retired, and one that was retired does not come back'); END;

-- How far the rows of each table were sealed anew by the key that is in use.
CREATE TABLE reseal (
	tab TEXT PRIMARY KEY,
	tag INTEGER NOT NULL,     -- the key; of another: begin again
	last BLOB NOT NULL,       -- the last row that was looked at; empty: none
	changed INTEGER NOT NULL, -- rows that were sealed anew in this pass
	begun INTEGER NOT NULL,   -- when the pass began, wire time
	done INTEGER NOT NULL     -- 1: a pass found nothing left
) STRICT;

-- +goose Down
DROP TABLE reseal;
DROP TABLE seal_key;
