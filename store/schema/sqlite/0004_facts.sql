-- +goose Up
-- What bars contact or permits it. Rows are append-only: known_at is when Duly learnt of it, gone_at when it learnt that it
-- holds no more, because it was corrected or lifted (0: it holds). person is a projection: it moves with the borrower.

-- Something known of a person, a loan, an address, a channel, or of everybody who lives in a region.
CREATE TABLE state (
	id INTEGER PRIMARY KEY,
	person INTEGER NOT NULL,    -- 0: everybody in the region
	borrower INTEGER NOT NULL,  -- of whom it was said; 0: of whoever has the address that replied, or of a region
	portfolio INTEGER NOT NULL, -- whose file or carrier it came by
	region TEXT NOT NULL,
	loan INTEGER NOT NULL,      -- 0: not of one loan
	address INTEGER NOT NULL,   -- 0: not of one address
	channel TEXT NOT NULL,      -- empty: not of one channel
	kind TEXT NOT NULL,
	since INTEGER NOT NULL,
	until INTEGER NOT NULL,     -- 0: until lifted
	owner TEXT NOT NULL,        -- who says so: a role or a number of staff
	review_on INTEGER NOT NULL,
	digest BLOB NOT NULL,       -- keyed hash of reason and note, and the name of their box; empty: there is none
	cause TEXT NOT NULL,        -- "reply 17", "import 3"
	known_at INTEGER NOT NULL,
	gone_at INTEGER NOT NULL DEFAULT 0,
	lifted_on INTEGER NOT NULL DEFAULT 0, -- when it was lifted, where that is why it is gone
	lifted_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX state_now ON state (person, id) WHERE gone_at = 0;
CREATE INDEX state_of ON state (person);
CREATE INDEX state_borrower ON state (borrower);
CREATE TRIGGER state_append BEFORE UPDATE ON state
WHEN OLD.gone_at <> 0 OR (NEW.person, NEW.region, NEW.loan, NEW.address, NEW.channel, NEW.kind, NEW.since, NEW.until, NEW.owner, NEW.known_at)
	IS NOT (OLD.person, OLD.region, OLD.loan, OLD.address, OLD.channel, OLD.kind, OLD.since, OLD.until, OLD.owner, OLD.known_at)
BEGIN SELECT RAISE(ABORT, 'a state is corrected or lifted, and never changed'); END;

-- Reason and note of a state, sealed.
CREATE TABLE sealed_state (
	digest BLOB PRIMARY KEY,
	box BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A borrower's word on being contacted.
CREATE TABLE consent (
	id INTEGER PRIMARY KEY,
	borrower INTEGER NOT NULL,
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	channel TEXT NOT NULL,
	address INTEGER NOT NULL,   -- 0: whatever the address
	withdrawn INTEGER NOT NULL,
	at INTEGER NOT NULL,
	how TEXT NOT NULL,
	until INTEGER NOT NULL,     -- 0: no end of its own
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL,
	gone_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX consent_person ON consent (person, id);
CREATE INDEX consent_borrower ON consent (borrower);

-- A contact that people or an agency made; its slots are in contact.
CREATE TABLE recorded (
	id INTEGER PRIMARY KEY,
	borrower INTEGER NOT NULL,
	person INTEGER NOT NULL,    -- whose it was then: contacts stay counted where they were made
	portfolio INTEGER NOT NULL,
	loan INTEGER NOT NULL,      -- 0: not said
	address INTEGER NOT NULL,   -- 0: not said
	at INTEGER NOT NULL,
	day INTEGER NOT NULL DEFAULT 0, -- in the borrower's calendar
	channel TEXT NOT NULL,
	maker TEXT NOT NULL,        -- "creditor", "agency:north"
	result TEXT NOT NULL,
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL,
	gone_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX recorded_borrower ON recorded (borrower);
CREATE INDEX recorded_person ON recorded (person);

-- What a provider found about a number, and what holds of it now.
CREATE TABLE number_check (
	id INTEGER PRIMARY KEY,
	address INTEGER NOT NULL,
	provider TEXT NOT NULL,
	checked_on INTEGER NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('ok', 'dead', 'reassigned', 'shared', 'work')),
	expires_on INTEGER NOT NULL, -- 0: it stays
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL,
	gone_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX number_check_of ON number_check (address);
CREATE TABLE number_now (
	address INTEGER PRIMARY KEY,
	status TEXT NOT NULL,
	checked_on INTEGER NOT NULL,
	expires_on INTEGER NOT NULL
) STRICT;

-- Something done because a law asks for it.
CREATE TABLE duty (
	id INTEGER PRIMARY KEY,
	borrower INTEGER NOT NULL,
	person INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	loan INTEGER NOT NULL,      -- 0: for every loan of the borrower's
	duty TEXT NOT NULL,
	at INTEGER NOT NULL,
	channel TEXT NOT NULL,
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL,
	gone_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX duty_person ON duty (person, id);
CREATE INDEX duty_borrower ON duty (borrower);

-- Who did what, of what this house may be asked for later. Numbers only, never personal data.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	what TEXT NOT NULL CHECK (what IN ('state_lifted', 'consent_changed', 'rule_weakened', 'approved')),
	portfolio INTEGER NOT NULL,
	subject TEXT NOT NULL -- "state 7", "consent 12", "rule CN-HOUSE-CAP-02 …"
) STRICT;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;

-- +goose Down
DROP TABLE audit; DROP TABLE duty; DROP TABLE number_now; DROP TABLE number_check; DROP TABLE recorded; DROP TABLE consent;
DROP TABLE sealed_state; DROP TABLE state;
