-- +goose Up
-- What people say of messages of which nobody knew whether they arrived (docs/adr/0034). It is only ever added to: the latest word of a
-- try counts, and 'open' takes back what was said before. A carrier's own late word counts for more than any of it.
CREATE TABLE reconciled (
	id INTEGER PRIMARY KEY,
	audit INTEGER NOT NULL,           -- who said it, when and why
	fence INTEGER NOT NULL,
	at INTEGER NOT NULL,              -- civil
	word TEXT NOT NULL CHECK (word IN ('arrived', 'not_arrived', 'open')),
	cause TEXT NOT NULL DEFAULT '',   -- why it did not arrive, as the carrier's statement has it; empty: nobody said
	again INTEGER NOT NULL DEFAULT 0 CHECK (again = 0 OR again = 1 AND word = 'not_arrived') -- 1: a plan may take this step once more
) STRICT;
CREATE INDEX reconciled_of ON reconciled (fence, id);
CREATE TRIGGER reconciled_keeps BEFORE UPDATE ON reconciled BEGIN SELECT RAISE(ABORT, 'what was said of a message is only ever added to'); END;
CREATE TRIGGER reconciled_open BEFORE INSERT ON reconciled
WHEN NOT EXISTS (SELECT 1 FROM outcome o WHERE o.fence = NEW.fence AND o.kind = 'unknown')
BEGIN SELECT RAISE(ABORT, 'people say something only of messages of which nobody knows whether they arrived'); END;

-- They are few among many.
CREATE INDEX outcome_unknown ON outcome (fence) WHERE kind = 'unknown';

DROP VIEW message_state;
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
		WHEN o.kind = 'unknown' THEN coalesce((SELECT CASE k.word WHEN 'arrived' THEN 'delivered' WHEN 'not_arrived' THEN 'undelivered' END
			FROM reconciled k WHERE k.fence = f.id ORDER BY k.id DESC LIMIT 1), 'unknown')
		ELSE o.kind
	END AS state
FROM message m
LEFT JOIN closed c ON c.message = m.id
LEFT JOIN fence f ON f.id = (SELECT max(id) FROM fence WHERE id BETWEEN m.id<<3 AND m.id<<3|7)
LEFT JOIN outcome o ON o.fence = f.id;

-- +goose Down
DROP VIEW message_state;
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
DROP INDEX outcome_unknown; DROP TABLE reconciled;
