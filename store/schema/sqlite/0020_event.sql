-- +goose Up
-- What the lender's own systems are told: one row for each thing that happened, stored by the database in the transaction that made it,
-- whoever wrote it. A row has numbers only; what it says is read from the row it names, none of which is ever changed.
CREATE TABLE event_out (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uid TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))), -- the same at every try to deliver it
	of TEXT NOT NULL CHECK (of IN ('agreed', 'state', 'lifted', 'desk', 'closed', 'task')),
	row_id INTEGER NOT NULL,    -- in arrangement_event, state, desk, desk_event or task
	at INTEGER NOT NULL,        -- civil, milliseconds
	portfolio INTEGER NOT NULL, -- 0: of nobody
	person INTEGER NOT NULL,    -- 0: nobody is known by the address
	borrower INTEGER NOT NULL   -- 0: of the person, whichever of them it is
) STRICT;
CREATE INDEX event_out_at ON event_out (at);
CREATE INDEX event_out_person ON event_out (person);
CREATE INDEX event_out_task ON event_out (row_id) WHERE of = 'task';

-- Where the lender listens, by the name that the configuration gives it. What was stored up to cursor is delivered, waits in hook_event or was not asked for.
CREATE TABLE hook (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	cursor INTEGER NOT NULL,
	fails INTEGER NOT NULL DEFAULT 0,      -- tries without success, one after the other
	rest_until INTEGER NOT NULL DEFAULT 0, -- real time: nothing is tried before
	holder TEXT NOT NULL DEFAULT '',       -- which process delivers
	held_until INTEGER NOT NULL DEFAULT 0  -- real time
) STRICT;
-- What could not be delivered, and what waits behind it: a borrower's events arrive in their order.
CREATE TABLE hook_event (
	hook INTEGER NOT NULL,
	event INTEGER NOT NULL,
	person INTEGER NOT NULL,
	tries INTEGER NOT NULL,
	first_at INTEGER NOT NULL,  -- real time of the first try; 0: none was made
	next_at INTEGER NOT NULL,   -- real time of the next one
	code TEXT NOT NULL,         -- what came of the last one
	given_up INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (hook, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX hook_event_waiting ON hook_event (hook, person, event) WHERE given_up = 0;

CREATE TRIGGER event_of_arrangement AFTER INSERT ON arrangement_event BEGIN INSERT INTO event_out (of, row_id, at, portfolio, person, borrower) SELECT 'agreed', NEW.id, NEW.at, a.portfolio, a.person, a.borrower FROM arrangement a WHERE a.id = NEW.arrangement; END;
CREATE TRIGGER event_of_state AFTER INSERT ON state WHEN NEW.cause LIKE 'reply %' BEGIN INSERT INTO event_out (of, row_id, at, portfolio, person, borrower) VALUES ('state', NEW.id, NEW.known_at, NEW.portfolio, NEW.person, NEW.borrower); END;
CREATE TRIGGER event_of_lifting AFTER UPDATE ON state WHEN NEW.cause LIKE 'reply %' AND OLD.lifted_on = 0 AND NEW.lifted_on <> 0 BEGIN INSERT INTO event_out (of, row_id, at, portfolio, person, borrower) VALUES ('lifted', NEW.id, NEW.lifted_on, NEW.portfolio, NEW.person, NEW.borrower); END;
CREATE TRIGGER event_of_desk AFTER INSERT ON desk BEGIN INSERT INTO event_out (of, row_id, at, portfolio, person, borrower) VALUES ('desk', NEW.id, NEW.opened_at, NEW.portfolio, NEW.person, NEW.borrower); END;
CREATE TRIGGER event_of_closing AFTER INSERT ON desk_event WHEN NEW.what = 'closed' BEGIN INSERT INTO event_out (of, row_id, at, portfolio, person, borrower) SELECT 'closed', NEW.id, NEW.at, d.portfolio, d.person, d.borrower FROM desk d WHERE d.id = NEW.desk; END;

-- +goose Down
DROP TRIGGER event_of_closing; DROP TRIGGER event_of_desk; DROP TRIGGER event_of_lifting; DROP TRIGGER event_of_state; DROP TRIGGER event_of_arrangement;
DROP TABLE hook_event; DROP TABLE hook; DROP TABLE event_out;
