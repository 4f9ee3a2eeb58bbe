-- +goose Up
-- The hot path appends and does not update: see docs/adr/0002. A message's number holds the month in which it
-- was planned; a fence's is message<<3 | try; a receipt's is fence<<8 | part.

-- A document that decided something: strategy, rulebook, template set, portfolio. By its SHA-256.
CREATE TABLE document (
	digest TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	known_at INTEGER NOT NULL,
	body BLOB NOT NULL
) STRICT;

-- The documents that held together when something was decided.
CREATE TABLE edition (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	known_at INTEGER NOT NULL,
	digests TEXT NOT NULL, -- JSON: kind → digest
	UNIQUE (portfolio, digests)
) STRICT;

-- Messages planned together for one window. next is the claim: the first offset that nobody has taken, moved
-- by compare and set in the transaction that commits the fences.
CREATE TABLE batch (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	edition INTEGER NOT NULL REFERENCES edition (id),
	carrier TEXT NOT NULL,
	planned_at INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL, -- from here on a message is stale and expires
	first INTEGER NOT NULL,     -- the first message's number
	count INTEGER NOT NULL,
	next INTEGER NOT NULL DEFAULT 0 CHECK (next BETWEEN 0 AND count)
) STRICT;
CREATE INDEX batch_open ON batch (not_before) WHERE next < count;

-- An intent: unique for a person, portfolio, treatment and occurrence (its episode and its place in it).
CREATE TABLE message (
	id INTEGER PRIMARY KEY,
	batch INTEGER NOT NULL,
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	loan INTEGER NOT NULL, -- the loan that leads
	stage TEXT NOT NULL,
	treatment INTEGER NOT NULL,
	episode INTEGER NOT NULL,
	planned_on INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX message_once ON message (person, portfolio, treatment, episode, planned_on);

-- A message put off: throttled, not written in time, or judged to wait. Few, and gone when taken.
CREATE TABLE requeue (
	message INTEGER PRIMARY KEY,
	not_before INTEGER NOT NULL,
	not_after INTEGER NOT NULL
) STRICT;
CREATE INDEX requeue_due ON requeue (not_before);

-- A message that ended without leaving.
CREATE TABLE closed (
	message INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('cancelled', 'expired')),
	rule TEXT NOT NULL,
	reason TEXT NOT NULL
) STRICT;

-- One try at handing over, permitted durably before anything may be written to a socket.
CREATE TABLE fence (
	id INTEGER PRIMARY KEY,
	worker INTEGER NOT NULL,
	at INTEGER NOT NULL,        -- civil
	wire_at INTEGER NOT NULL,   -- real
	leave_by INTEGER NOT NULL,  -- real: what is not on the socket by then does not leave
	not_after INTEGER NOT NULL, -- civil: end of the lawful window, and of the validity that the carrier is told
	minor INTEGER NOT NULL,     -- the amount in the text
	currency TEXT NOT NULL,
	parts INTEGER NOT NULL CHECK (parts BETWEEN 1 AND 255),
	turn INTEGER NOT NULL,      -- the turn of the person that it was judged at
	reasons TEXT NOT NULL       -- JSON: the facts and rules that decided
) STRICT;

-- The text as handed over, sealed.
CREATE TABLE sealed_text (
	fence INTEGER PRIMARY KEY,
	box BLOB NOT NULL
) STRICT;

-- What became of a try. Unknown may still become accepted or refused when word comes late; nothing else changes.
CREATE TABLE outcome (
	fence INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	wire_at INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('accepted', 'refused', 'unknown', 'throttled', 'not_written', 'cancelled')),
	code TEXT NOT NULL,
	carrier TEXT NOT NULL,
	ids TEXT NOT NULL -- the carrier's ids of the parts, in order, parted by a space
) STRICT;
CREATE TRIGGER outcome_final BEFORE UPDATE ON outcome
WHEN OLD.kind <> 'unknown' OR NEW.kind NOT IN ('accepted', 'refused')
BEGIN SELECT RAISE(ABORT, 'an outcome that is known does not change'); END;

-- The carrier's last word on a part. A final word is never replaced.
CREATE TABLE receipt (
	id INTEGER PRIMARY KEY, -- fence<<8 | part, parts from 1
	at INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('delivered', 'undelivered')),
	code TEXT NOT NULL,
	cause TEXT NOT NULL
) STRICT;
CREATE TRIGGER receipt_final BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'a receipt does not change'); END;

-- Receipts that match no outcome yet: the response was slower than the receipt, or another process has it. An outcome
-- that is stored later finds its own; sought says that those stored before have been looked through.
CREATE TABLE orphan (
	carrier TEXT NOT NULL,
	carrier_id TEXT NOT NULL,
	at INTEGER NOT NULL,
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	cause TEXT NOT NULL,
	sought INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (carrier, carrier_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX orphan_new ON orphan (sought) WHERE sought = 0;

-- A process that hands over. When its lease has run out and leave_by has passed, its fences without an outcome
-- are unknown.
CREATE TABLE worker (
	id INTEGER PRIMARY KEY,
	lease_until INTEGER NOT NULL -- real
) STRICT;

-- Contacts made, counted against caps: subject is whose they are, id<<8 | group<<2 | kind, with kind 0 for a person, 1
-- for a debt and 2 for an address, and group 0 for contacts over all channels, else those of a cap_group. seq counts from 1,
-- in the order of at. The slot of a person over all channels is the record of a contact; the others are there to be counted.
CREATE TABLE contact (
	subject INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	day INTEGER NOT NULL, -- in the borrower's calendar
	capset INTEGER NOT NULL,
	message INTEGER NOT NULL,           -- 0: people made the contact
	channel TEXT NOT NULL,
	portfolio INTEGER NOT NULL,
	treatment INTEGER NOT NULL,         -- 0: people made the contact
	episode INTEGER NOT NULL,
	loan INTEGER NOT NULL DEFAULT 0,    -- the loan that led; 0 where nobody said
	others TEXT NOT NULL DEFAULT '',    -- further loans that it was about, parted by spaces
	address INTEGER NOT NULL DEFAULT 0, -- 0: not known
	result INTEGER NOT NULL DEFAULT 1 CHECK (result BETWEEN 0 AND 3), -- not known, attempt, conversation, unanswered
	party INTEGER NOT NULL DEFAULT 0 CHECK (party BETWEEN 0 AND 2),   -- the portfolio's own, the creditor, an agency
	note INTEGER NOT NULL DEFAULT 0,    -- the row of recorded that a contact of people comes from
	PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;

-- Sets of channels whose contacts a cap counts together, with the channels sorted and parted by spaces. Group 0 is all of them.
CREATE TABLE cap_group (
	id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 63),
	channels TEXT NOT NULL UNIQUE
) STRICT;

-- What every contact takes a slot of, where its channel is one of the group's: slot is group<<2 | kind. It grows when
-- the first cap comes that counts so, and the contacts made before are counted then.
CREATE TABLE counted (
	slot INTEGER PRIMARY KEY
) STRICT;
INSERT INTO counted (slot) VALUES (0);

-- The caps that hold together, as the rulebooks composed them: at most n in so many calendar days (1 is the
-- same day), or in so many milliseconds rolling. caps is all of them in one text, so that equal ones are one set. Set 1 has
-- none: what people did is counted and never refused.
CREATE TABLE capset (
	id INTEGER PRIMARY KEY,
	caps TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO capset (id, caps) VALUES (1, '');
CREATE TABLE cap (
	capset INTEGER NOT NULL REFERENCES capset (id),
	slot INTEGER NOT NULL, -- whose contacts: the low byte of their subject
	n INTEGER NOT NULL CHECK (n > 0),
	days INTEGER NOT NULL,
	millis INTEGER NOT NULL,
	PRIMARY KEY (capset, slot, n, days, millis)
) STRICT, WITHOUT ROWID;

-- The database itself skips one too many: a slot needs its predecessor, not later than itself, and the slot n
-- before it must lie outside the window of every cap. Only rows that RETURNING gives back may leave.
-- +goose StatementBegin
CREATE TRIGGER contact_cap BEFORE INSERT ON contact
WHEN (NEW.seq > 1 AND NOT EXISTS (
		SELECT 1 FROM contact p WHERE p.subject = NEW.subject AND p.seq = NEW.seq - 1 AND p.at <= NEW.at AND p.day <= NEW.day))
	OR NEW.seq < 1
	OR NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = NEW.capset)
	OR EXISTS (
		SELECT 1 FROM cap c JOIN contact o ON o.subject = NEW.subject AND o.seq = NEW.seq - c.n
		WHERE c.capset = NEW.capset AND c.slot = (NEW.subject & 255)
			AND ((c.days > 0 AND o.day > NEW.day - c.days) OR (c.millis > 0 AND o.at > NEW.at - c.millis)))
BEGIN SELECT RAISE(IGNORE); END;
-- +goose StatementEnd

CREATE TABLE reply (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	carrier TEXT NOT NULL,
	person INTEGER NOT NULL, -- 0: no borrower has this address
	address BLOB NOT NULL,   -- keyed hash
	sender INTEGER NOT NULL DEFAULT 0, -- the address's number; 0: nobody has it
	channel TEXT NOT NULL DEFAULT 'sms',
	meaning TEXT NOT NULL,
	confidence REAL NOT NULL,
	language TEXT NOT NULL,
	handled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX reply_person ON reply (person);

CREATE TABLE sealed_reply (
	reply INTEGER PRIMARY KEY REFERENCES reply (id),
	box BLOB NOT NULL
) STRICT;

-- Work for a person: a call, a visit, a letter, a review.
CREATE TABLE task (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL,
	person INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	loan INTEGER NOT NULL,
	kind TEXT NOT NULL,
	stage TEXT NOT NULL,
	treatment INTEGER NOT NULL,
	episode INTEGER NOT NULL,
	made_on INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	done_at INTEGER NOT NULL DEFAULT 0,
	UNIQUE (person, portfolio, treatment, episode, made_on)
) STRICT;

-- What can be decided, and why: few answers, each given to many persons.
CREATE TABLE ruling (
	id INTEGER PRIMARY KEY,
	action TEXT NOT NULL CHECK (action IN ('contact', 'task', 'hold')),
	stage TEXT NOT NULL,
	treatment TEXT NOT NULL,
	rule TEXT NOT NULL,
	reason TEXT NOT NULL,
	UNIQUE (action, stage, treatment, rule, reason)
) STRICT;

-- The latest decision for each person whom a stage covers: why they are or are not contacted. It is stored when it
-- changes, and what it takes the place of is kept.
CREATE TABLE decision (
	portfolio INTEGER NOT NULL,
	person INTEGER NOT NULL,
	at INTEGER NOT NULL,
	edition INTEGER NOT NULL,
	ruling INTEGER NOT NULL, -- of table ruling
	PRIMARY KEY (portfolio, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision_before (
	portfolio INTEGER NOT NULL,
	person INTEGER NOT NULL,
	at INTEGER NOT NULL,
	edition INTEGER NOT NULL,
	ruling INTEGER NOT NULL,
	PRIMARY KEY (portfolio, person, at)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER decision_kept BEFORE UPDATE ON decision WHEN OLD.at <> NEW.at
BEGIN
	INSERT INTO decision_before (portfolio, person, at, edition, ruling) VALUES (OLD.portfolio, OLD.person, OLD.at, OLD.edition, OLD.ruling);
END;
-- +goose StatementEnd

-- Every decision, in words.
CREATE VIEW decided AS
SELECT d.portfolio, d.person, d.at, d.edition, r.action, r.stage, r.treatment, r.rule, r.reason
FROM (SELECT portfolio, person, at, edition, ruling FROM decision
	UNION ALL SELECT portfolio, person, at, edition, ruling FROM decision_before) d
JOIN ruling r ON r.id = d.ruling;

-- The permanent holdout, assigned at first planning and never drawn again. A portfolio without a share in it has no
-- rows: whoever was planned for before there was one has a decision and no row, and is not in it.
CREATE TABLE holdout (
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	held INTEGER NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (person, portfolio)
) STRICT, WITHOUT ROWID;

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

-- +goose Down
DROP VIEW message_state; DROP VIEW decided;
DROP TABLE holdout; DROP TABLE decision; DROP TABLE decision_before; DROP TABLE ruling; DROP TABLE task; DROP TABLE sealed_reply; DROP TABLE reply;
DROP TRIGGER contact_cap; DROP TABLE cap; DROP TABLE capset; DROP TABLE counted; DROP TABLE cap_group;
DROP TABLE contact; DROP TABLE worker;
DROP TABLE orphan; DROP TABLE receipt; DROP TABLE outcome; DROP TABLE sealed_text; DROP TABLE fence;
DROP TABLE closed; DROP TABLE requeue; DROP TABLE message; DROP TABLE batch; DROP TABLE edition; DROP TABLE document;
