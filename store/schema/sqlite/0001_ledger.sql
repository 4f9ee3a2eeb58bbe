-- +goose Up
-- Facts are append-only with known_at (milliseconds since 1970, civil time of the import); a table without
-- known_at in its key is a projection of them that can be made anew.
-- Days are days since 1970-01-01; 0 means none. Money is whole minor units of the row's currency.

CREATE TABLE creditor (
	id INTEGER PRIMARY KEY,
	ref TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE portfolio (
	id INTEGER PRIMARY KEY,
	creditor INTEGER NOT NULL REFERENCES creditor (id),
	ref TEXT NOT NULL UNIQUE,
	payments_as_of INTEGER NOT NULL DEFAULT 0,
	core INTEGER NOT NULL DEFAULT 0 -- 1: some loan has facts of the core system, so that planning reads them
) STRICT;

-- One row an import: what was stated, up to when, and what it changed. No file name that could hold a person's.
CREATE TABLE source (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	known_at INTEGER NOT NULL,
	as_of INTEGER NOT NULL,
	mode TEXT NOT NULL CHECK (mode IN ('delta', 'snapshot')),
	summary TEXT NOT NULL
) STRICT;

-- A human being. turn goes up with every commit that can change a verdict on them; a fence holds only for the
-- turn that it was judged at.
CREATE TABLE person (
	id INTEGER PRIMARY KEY,
	turn INTEGER NOT NULL DEFAULT 1
) STRICT;

-- The keyed hashes by which a person is found: of the identity number, else of the phone, else of the lender's own key.
CREATE TABLE person_key (
	key BLOB PRIMARY KEY,
	kind TEXT NOT NULL CHECK (kind IN ('identity', 'phone', 'ref')),
	person INTEGER NOT NULL REFERENCES person (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_key_of ON person_key (person);

-- A phone by its keyed hash. Only store gives an address to dispatch, and only from a borrower's own row.
CREATE TABLE address (
	id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE borrower (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	ref TEXT NOT NULL,
	person INTEGER NOT NULL REFERENCES person (id),
	fact INTEGER NOT NULL, -- the borrower_fact that holds now
	UNIQUE (portfolio, ref)
) STRICT;
CREATE INDEX borrower_person ON borrower (person);

CREATE TABLE borrower_fact (
	id INTEGER PRIMARY KEY,
	borrower INTEGER NOT NULL REFERENCES borrower (id),
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL REFERENCES source (id),
	digest BLOB NOT NULL, -- keyed hash of the whole row: equal content is not imported twice
	language TEXT NOT NULL,
	zone TEXT NOT NULL, -- several parted by spaces: any may be the one
	country TEXT NOT NULL,
	region TEXT NOT NULL,
	locality TEXT NOT NULL,
	age INTEGER NOT NULL,
	phone_kind INTEGER NOT NULL,
	address INTEGER NOT NULL, -- 0: the lender gave no number that can be called
	wish TEXT NOT NULL DEFAULT '' -- hours, days and channel that the borrower asked for: '540-720 62 sms'
) STRICT;
CREATE INDEX borrower_fact_of ON borrower_fact (borrower, known_at);
CREATE INDEX borrower_fact_address ON borrower_fact (address);

-- Name, phone and title, sealed, one row for each borrower_fact and with its number.
CREATE TABLE sealed_borrower (
	id INTEGER PRIMARY KEY REFERENCES borrower_fact (id),
	box BLOB NOT NULL
) STRICT;

CREATE TABLE loan (
	id INTEGER PRIMARY KEY,
	portfolio INTEGER NOT NULL REFERENCES portfolio (id),
	ref TEXT NOT NULL,
	borrower INTEGER NOT NULL REFERENCES borrower (id),
	currency TEXT NOT NULL, -- never changes: instalments and payments are numbers of it
	UNIQUE (portfolio, ref)
) STRICT;
CREATE INDEX loan_borrower ON loan (borrower);

CREATE TABLE loan_fact (
	loan INTEGER NOT NULL REFERENCES loan (id),
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL REFERENCES source (id),
	borrower INTEGER NOT NULL,
	product TEXT NOT NULL,
	opened_on INTEGER NOT NULL,
	principal INTEGER NOT NULL,
	annual_rate INTEGER NOT NULL,        -- millionths a year
	penalty_multiplier INTEGER NOT NULL, -- millionths
	closed_on INTEGER NOT NULL,
	core_due INTEGER NOT NULL DEFAULT 0,
	core_on INTEGER NOT NULL DEFAULT 0,     -- the creditor's day of it; 0: the core system's own total was not stated
	debit_until INTEGER NOT NULL DEFAULT 0, -- milliseconds
	next_step TEXT NOT NULL DEFAULT '',
	next_step_on INTEGER NOT NULL DEFAULT 0,
	next_step_by TEXT NOT NULL DEFAULT '',
	assigned_to TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (loan, known_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE instalment (
	loan INTEGER NOT NULL REFERENCES loan (id),
	number INTEGER NOT NULL,
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL,
	due_on INTEGER NOT NULL,
	principal INTEGER NOT NULL,
	interest INTEGER NOT NULL,
	fees INTEGER NOT NULL,
	split INTEGER NOT NULL,
	PRIMARY KEY (loan, number, known_at)
) STRICT, WITHOUT ROWID;

-- key is the lender's payment_id, or '@day#n' where a file states all payments of a loan and day. A row of
-- minor 0 takes an earlier one of its key back.
CREATE TABLE payment (
	loan INTEGER NOT NULL REFERENCES loan (id),
	key TEXT NOT NULL,
	known_at INTEGER NOT NULL,
	source INTEGER NOT NULL,
	paid_on INTEGER NOT NULL,
	minor INTEGER NOT NULL,
	PRIMARY KEY (loan, key, known_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_key ON payment (key);

-- What many borrowers and loans have in common, as packed standings name it by a number. Nothing is taken away here.
CREATE TABLE trait (
	id INTEGER PRIMARY KEY,
	language TEXT NOT NULL,
	zone TEXT NOT NULL,
	country TEXT NOT NULL,
	region TEXT NOT NULL,
	locality TEXT NOT NULL,
	wish TEXT NOT NULL,
	product TEXT NOT NULL,
	currency TEXT NOT NULL,
	UNIQUE (language, zone, country, region, locality, wish, product, currency)
) STRICT;

-- Where each loan stands: a projection of borrowers, loans, instalments and payments that planning reads instead of
-- them. It holds for days from as_of to the day before anew_on; as_of 0 means that it must be made anew at once.
-- packed is all that planning reads of it; what stands beside is there for SQL to look at, and says the same.
CREATE TABLE standing (
	person INTEGER NOT NULL,
	loan INTEGER NOT NULL,
	portfolio INTEGER NOT NULL,
	-- The day from which a plan looks at the person, the same for each of their loans in the portfolio: 0 when
	-- something is overdue or a standing must be made anew, else the first due date to come, else never.
	due_from INTEGER NOT NULL,
	anew_on INTEGER NOT NULL, -- the day from which it must be made anew: 0 at once, 2147483647 never
	as_of INTEGER NOT NULL,
	packed BLOB NOT NULL, -- see store/pack.go
	address INTEGER NOT NULL,
	borrower INTEGER NOT NULL,
	product TEXT NOT NULL,
	currency TEXT NOT NULL,
	closed_on INTEGER NOT NULL,
	oldest_unpaid INTEGER NOT NULL,
	principal INTEGER NOT NULL,
	interest INTEGER NOT NULL,
	fees INTEGER NOT NULL,
	penalty INTEGER NOT NULL, -- millionths of a minor unit
	next_due_on INTEGER NOT NULL,
	next_due INTEGER NOT NULL,
	-- What the core system says beside; written only for loans that have it.
	core_differs INTEGER NOT NULL DEFAULT 0,
	debit_until INTEGER NOT NULL DEFAULT 0,
	next_step TEXT NOT NULL DEFAULT '',
	next_step_on INTEGER NOT NULL DEFAULT 0,
	assigned_to TEXT NOT NULL DEFAULT '',
	last_due_on INTEGER NOT NULL DEFAULT 0,
	last_paid_on INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (person, loan)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE standing; DROP TABLE trait; DROP TABLE payment; DROP TABLE instalment; DROP TABLE loan_fact; DROP TABLE loan;
DROP TABLE sealed_borrower; DROP TABLE borrower_fact; DROP TABLE borrower; DROP TABLE address;
DROP TABLE person_key; DROP TABLE person; DROP TABLE source; DROP TABLE portfolio; DROP TABLE creditor;
