-- +goose Up
-- What replies set off: what was agreed, what a person has to look at, what is answered, and why payments are late. Rows are
-- append-only; status and open are projections of the events beside them.

-- What a reply says beside its meaning, and who of those at its address is taken to speak.
ALTER TABLE reply ADD COLUMN minor INTEGER NOT NULL DEFAULT 0;      -- the amount; 0: none was said
ALTER TABLE reply ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE reply ADD COLUMN said_on INTEGER NOT NULL DEFAULT 0;    -- the day; 0: none was said
ALTER TABLE reply ADD COLUMN portfolio INTEGER NOT NULL DEFAULT 0;  -- 0: of nobody
ALTER TABLE reply ADD COLUMN borrower INTEGER NOT NULL DEFAULT 0;

-- The newest number of a month is found at once.
CREATE INDEX batch_first ON batch (first);

-- What was agreed with a borrower, or offered to them.
CREATE TABLE arrangement (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL CHECK (kind IN ('promise', 'extension', 'plan', 'waiver', 'settlement')),
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	currency TEXT NOT NULL,
	due INTEGER NOT NULL,       -- what was overdue when it was made
	minor INTEGER NOT NULL,     -- what the parts sum to
	waived INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	made_on INTEGER NOT NULL,   -- in the borrower's calendar
	grace INTEGER NOT NULL,
	resumes INTEGER NOT NULL,   -- when contact may go on if nothing comes, milliseconds; 0: it rests until payments decide
	source TEXT NOT NULL,       -- "reply 17", "staff:7", "page"
	status TEXT NOT NULL CHECK (status IN ('offered', 'proposed', 'live', 'refused', 'withdrawn', 'lapsed', 'kept', 'late_kept', 'part_kept', 'broken')),
	state INTEGER NOT NULL DEFAULT 0 -- the row of state that rests contact while it is live
) STRICT;
CREATE INDEX arrangement_open ON arrangement (portfolio, status) WHERE status IN ('offered', 'proposed', 'live');
CREATE INDEX arrangement_person ON arrangement (person);
CREATE TABLE arrangement_part (
	arrangement INTEGER NOT NULL REFERENCES arrangement (id),
	number INTEGER NOT NULL,
	due_on INTEGER NOT NULL,
	minor INTEGER NOT NULL CHECK (minor > 0),
	PRIMARY KEY (arrangement, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE arrangement_event (
	id INTEGER PRIMARY KEY,
	arrangement INTEGER NOT NULL REFERENCES arrangement (id),
	at INTEGER NOT NULL,
	status TEXT NOT NULL,
	minor INTEGER NOT NULL,     -- what had come
	decided_on INTEGER NOT NULL, -- the day that decided; 0: none did
	who TEXT NOT NULL,          -- "payments", "duly", "borrower", "staff:7"
	reason TEXT NOT NULL
) STRICT;
CREATE INDEX arrangement_event_of ON arrangement_event (arrangement);
CREATE TRIGGER arrangement_event_keeps BEFORE UPDATE ON arrangement_event BEGIN SELECT RAISE(ABORT, 'what became of an arrangement is only ever added to'); END;

-- What a message answers: a reply, or an arrangement that falls due. It goes to the address that wrote, or nowhere.
CREATE TABLE answer (
	message INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	reply INTEGER NOT NULL,       -- 0: of an arrangement
	person INTEGER NOT NULL,
	address INTEGER NOT NULL,
	arrangement INTEGER NOT NULL, -- 0: none
	answer_by INTEGER NOT NULL    -- the day by which a person answers; 0: none is said
) STRICT;
CREATE INDEX answer_reply ON answer (reply);
CREATE INDEX answer_person ON answer (person);

-- What waits for a person, with its clock.
CREATE TABLE desk (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	reply INTEGER NOT NULL,     -- 0: not of a reply
	person INTEGER NOT NULL,    -- 0: nobody is known by the address
	portfolio INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	opened_at INTEGER NOT NULL,
	due_at INTEGER NOT NULL,
	urgent INTEGER NOT NULL,
	hours TEXT NOT NULL,        -- for a call: the hours asked for, "14:00-16:00"; empty: any
	open INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX desk_open ON desk (urgent, due_at) WHERE open = 1;
CREATE INDEX desk_reply ON desk (reply);
CREATE INDEX desk_person ON desk (person);
CREATE TABLE desk_event (
	id INTEGER PRIMARY KEY,
	desk INTEGER NOT NULL REFERENCES desk (id),
	at INTEGER NOT NULL,
	who TEXT NOT NULL,          -- a role or a number of staff
	what TEXT NOT NULL CHECK (what IN ('answered', 'root_cause', 'reference', 'closed', 'corrected', 'superseded')),
	word TEXT NOT NULL          -- a root cause, a regulator's reference, an outcome: never a name or a text
) STRICT;
CREATE INDEX desk_event_of ON desk_event (desk);
CREATE TRIGGER desk_event_keeps BEFORE UPDATE ON desk_event BEGIN SELECT RAISE(ABORT, 'what was done at the desk is only ever added to'); END;

-- A person's word on what a reply means, which is kept for training.
CREATE TABLE correction (
	id INTEGER PRIMARY KEY,
	reply INTEGER NOT NULL,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	meaning TEXT NOT NULL
) STRICT;
CREATE INDEX correction_of ON correction (reply);

-- Why a borrower's payment is late. The latest row counts.
CREATE TABLE late_cause (
	id INTEGER PRIMARY KEY,
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	at INTEGER NOT NULL,
	cause TEXT NOT NULL,
	source TEXT NOT NULL,       -- "reply 17", "debit", "staff:7"
	digest BLOB NOT NULL        -- of the reasons, and the name of their box; empty: there are none
) STRICT;
CREATE INDEX late_cause_of ON late_cause (person);
CREATE TRIGGER late_cause_wilful BEFORE INSERT ON late_cause WHEN NEW.cause = 'wilful' AND (NEW.source LIKE 'reply %' OR NEW.source = 'debit' OR length(NEW.digest) = 0)
BEGIN SELECT RAISE(ABORT, 'only a person, with reasons, says that somebody does not want to pay'); END;

-- Every reply that a person or a machine still owes an answer: it has none that was taken by the carrier or is on its way, no
-- person has it, and it was not one that needs none.
CREATE VIEW unanswered AS
SELECT r.id, r.at, r.person, r.portfolio, r.borrower, r.meaning FROM reply r
WHERE r.handled = 0
	AND NOT EXISTS (SELECT 1 FROM answer a JOIN message_state v ON v.id = a.message WHERE a.reply = r.id
		AND v.state IN ('waiting', 'fenced', 'accepted', 'unknown', 'delivered'))
	AND NOT EXISTS (SELECT 1 FROM answer a JOIN arrangement g ON g.id = a.arrangement WHERE a.reply = r.id
		AND g.status IN ('kept', 'late_kept', 'part_kept', 'broken', 'withdrawn')) -- it was agreed, and is over
	AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id);

-- +goose Down
DROP VIEW unanswered; DROP INDEX batch_first; DROP TABLE late_cause; DROP TABLE correction; DROP TABLE desk_event; DROP TABLE desk; DROP TABLE answer;
DROP TABLE arrangement_event; DROP TABLE arrangement_part; DROP TABLE arrangement;
ALTER TABLE reply DROP COLUMN minor; ALTER TABLE reply DROP COLUMN currency; ALTER TABLE reply DROP COLUMN said_on;
ALTER TABLE reply DROP COLUMN portfolio; ALTER TABLE reply DROP COLUMN borrower;
