-- +goose Up
-- Personal data that goes out: somebody asks for it with a reason, somebody else lets it happen, and then it is fetched once. The reason
-- lies sealed with the audit's row.
CREATE TABLE export_ask (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	borrower INTEGER NOT NULL,    -- 0: everybody of the portfolio
	format TEXT NOT NULL CHECK (format IN ('json', 'csv')),
	who TEXT NOT NULL,
	hand TEXT NOT NULL,           -- the same person under whichever role
	asked_at INTEGER NOT NULL,
	audit INTEGER NOT NULL,       -- the audit's row with the reason
	decided_at INTEGER NOT NULL DEFAULT 0,
	decided_by TEXT NOT NULL DEFAULT '',
	decided_hand TEXT NOT NULL DEFAULT '',
	allowed INTEGER NOT NULL DEFAULT 0,
	fetched_at INTEGER NOT NULL DEFAULT 0,
	fetched_hand TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX export_ask_borrower ON export_ask (borrower);
CREATE TRIGGER export_ask_begins BEFORE INSERT ON export_ask WHEN NEW.decided_at <> 0 OR NEW.allowed <> 0 OR NEW.fetched_at <> 0 OR NEW.hand = ''
BEGIN SELECT RAISE(ABORT, 'an export is asked for before it is let happen'); END;
CREATE TRIGGER export_ask_stays BEFORE DELETE ON export_ask BEGIN SELECT RAISE(ABORT, 'what was asked for stays'); END;
CREATE TRIGGER export_ask_by_two BEFORE UPDATE ON export_ask
WHEN OLD.portfolio <> NEW.portfolio OR OLD.borrower <> NEW.borrower OR OLD.format <> NEW.format OR OLD.who <> NEW.who OR OLD.hand <> NEW.hand OR OLD.asked_at <> NEW.asked_at
	OR OLD.audit <> NEW.audit
	OR OLD.decided_at <> 0 AND (OLD.decided_at <> NEW.decided_at OR OLD.decided_hand <> NEW.decided_hand OR OLD.decided_by <> NEW.decided_by OR OLD.allowed <> NEW.allowed)
	OR NEW.allowed <> 0 AND (NEW.decided_at = 0 OR NEW.decided_hand = '' OR NEW.decided_hand = OLD.hand)
	OR NEW.fetched_at <> OLD.fetched_at AND (OLD.fetched_at <> 0 OR OLD.allowed = 0 OR NEW.fetched_hand <> OLD.hand)
BEGIN SELECT RAISE(ABORT, 'nobody lets an export happen that they asked for, and it is fetched once, by who asked'); END;

-- +goose Down
DROP TABLE export_ask;
