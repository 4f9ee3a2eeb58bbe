-- +goose Up
-- As before; its words in the order in which they come, compared one after the other: a list of so many is looked up in a
-- table made for it.
DROP VIEW unanswered;
DROP VIEW message_state;
DROP TRIGGER outcome_final;
ALTER TABLE outcome RENAME TO outcome_before;
CREATE TABLE outcome (
	fence INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	wire_at INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind = 'accepted' OR kind = 'refused' OR kind = 'unknown' OR kind = 'throttled' OR kind = 'not_written' OR kind = 'cancelled'),
	code TEXT NOT NULL,
	carrier TEXT NOT NULL,
	ids TEXT NOT NULL -- the carrier's ids of the parts, in order, parted by a space
) STRICT;
INSERT INTO outcome SELECT * FROM outcome_before ORDER BY fence;
DROP TABLE outcome_before;
CREATE TRIGGER outcome_final BEFORE UPDATE ON outcome
WHEN OLD.kind <> 'unknown' OR NEW.kind NOT IN ('accepted', 'refused')
BEGIN SELECT RAISE(ABORT, 'an outcome that is known does not change'); END;
-- Where each message stands, worked out from its latest rows; outbox.State holds the same words.
CREATE VIEW message_state AS
SELECT m.id, m.batch, m.person, m.portfolio, m.borrower, m.loan, m.stage, m.treatment, m.episode, m.planned_on,
	f.id AS fence, f.at AS fenced_at, f.minor, f.currency, f.parts, o.kind AS outcome, o.code AS outcome_code, o.carrier,
	c.rule, c.reason,
	CASE
		WHEN c.message IS NOT NULL THEN c.state
		WHEN f.id IS NULL OR o.kind IN ('throttled', 'not_written') THEN 'waiting'
		WHEN o.kind IS NULL THEN 'fenced'
		WHEN o.kind IN ('refused', 'cancelled') THEN o.kind
		WHEN EXISTS (SELECT 1 FROM receipt r WHERE r.id BETWEEN f.id<<8 AND f.id<<8|255 AND r.kind = 'undelivered') THEN 'undelivered'
		WHEN (SELECT count(*) FROM receipt r WHERE r.id BETWEEN f.id<<8 AND f.id<<8|255) = f.parts THEN 'delivered'
		ELSE o.kind
	END AS state
FROM message m
LEFT JOIN closed c ON c.message = m.id
LEFT JOIN fence f ON f.id = (SELECT max(id) FROM fence WHERE id BETWEEN m.id<<3 AND m.id<<3|7)
LEFT JOIN outcome o ON o.fence = f.id;
-- Which replies are owed an answer still, as in 0013: it reads message_state.
CREATE VIEW unanswered AS
SELECT r.id, r.at, r.person, r.portfolio, r.borrower, r.meaning FROM reply r
WHERE r.handled = 0
	AND NOT EXISTS (SELECT 1 FROM answer a JOIN message_state v ON v.id = a.message WHERE a.reply = r.id
		AND v.state IN ('waiting', 'fenced', 'accepted', 'unknown', 'delivered'))
	AND NOT EXISTS (SELECT 1 FROM answer a JOIN arrangement g ON g.id = a.arrangement WHERE a.reply = r.id
		AND g.status IN ('kept', 'late_kept', 'part_kept', 'broken', 'withdrawn')) -- it was agreed, and is over
	AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id);

-- +goose Down
