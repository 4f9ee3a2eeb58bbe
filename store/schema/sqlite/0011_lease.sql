-- +goose Up
-- Leases, so that many workers on many machines share work and carriers (docs/adr/0015). Each has an end in real time, by the
-- database's own clock where there is one; what a dead worker had is free when its lease is over.

-- A process that hands over, alive until its lease is over. A number is not used again.
CREATE TABLE process (
	id INTEGER PRIMARY KEY,
	lease_until INTEGER NOT NULL,
	version TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A session that a carrier allows: whose it is, and how many thousandths of a message a second it may hand over. The shares of a
-- carrier's live sessions never sum to more than its rate.
CREATE TABLE bind (
	carrier TEXT NOT NULL,
	slot INTEGER NOT NULL CHECK (slot > 0), -- from 1 to the sessions that the carrier allows
	process INTEGER NOT NULL,
	lease_until INTEGER NOT NULL,
	share INTEGER NOT NULL,
	PRIMARY KEY (carrier, slot)
) STRICT, WITHOUT ROWID;

-- Who looks at the messages of a batch at present, so that no other worker judges them in vain. It permits nothing: the cursor
-- does, which moves in the transaction that commits the fences.
ALTER TABLE batch ADD COLUMN holder INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requeue ADD COLUMN holder INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requeue ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
-- What cannot wait behind routine reminders: 0 routine, 1 urgent, such as a stop's confirmation.
ALTER TABLE batch ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
CREATE INDEX batch_urgent ON batch (not_before) WHERE next < count AND urgency > 0;

-- +goose Down
DROP INDEX batch_urgent;
ALTER TABLE batch DROP COLUMN urgency;
ALTER TABLE requeue DROP COLUMN held_until; ALTER TABLE requeue DROP COLUMN holder;
ALTER TABLE batch DROP COLUMN held_until; ALTER TABLE batch DROP COLUMN holder;
DROP TABLE bind; DROP TABLE process;
