-- +goose Up
-- What carriers asked for, by month: the latest row of a carrier and month counts.
CREATE TABLE carrier_bill (
	id INTEGER PRIMARY KEY,
	carrier TEXT NOT NULL,
	month TEXT NOT NULL,   -- 2026-09
	parts INTEGER NOT NULL CHECK (parts >= 0),
	minor INTEGER NOT NULL CHECK (minor >= 0),
	currency TEXT NOT NULL,
	known_at INTEGER NOT NULL,
	who TEXT NOT NULL
) STRICT;
CREATE TRIGGER carrier_bill_keeps BEFORE UPDATE ON carrier_bill BEGIN SELECT RAISE(ABORT, 'a bill is only ever added to'); END;

-- +goose Down
DROP TABLE carrier_bill;
