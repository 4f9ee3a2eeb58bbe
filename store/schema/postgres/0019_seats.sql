-- +goose Up
-- The caps are held by one look at all the slots of a statement, and no longer row by row (docs/adr/0021), so that slots come in by COPY.
-- A statement with one too many is refused whole; contact_each takes row by row what fits.

DROP TRIGGER contact_cap ON contact;
-- A slot needs its predecessor, not later than itself, and the slot n before it must lie outside the window of every cap. The
-- predecessors are held until the commit, so that none moves to a later hour meanwhile (docs/adr/0012); each query here has
-- a snapshot of its own, later than the lock. Plans are kept for a session, so that they must not depend on how few rows there were
-- at its beginning: both joins go by contact's key.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION contact_cap() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
	follow bigint; held bigint;
BEGIN
	SELECT count(*) FILTER (WHERE f.seq > 1) + count(*) FILTER (WHERE f.seq < 1) INTO follow FROM fresh f;
	IF EXISTS (SELECT 1 FROM (SELECT DISTINCT f.capset FROM fresh f) s WHERE NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = s.capset)) THEN
		RAISE EXCEPTION 'a slot has no caps' USING ERRCODE = 'DU001';
	END IF;
	IF follow = 0 THEN RETURN NULL; END IF;
	SELECT count(*) INTO held FROM (SELECT 1 FROM fresh f JOIN contact p ON p.subject = f.subject AND p.seq = f.seq - 1
		WHERE p.at <= f.at AND p.day <= f.day AND f.seq > 1 FOR SHARE OF p) h;
	IF held <> follow THEN
		RAISE EXCEPTION 'a slot does not follow another' USING ERRCODE = 'DU001';
	END IF;
	IF EXISTS (
		SELECT 1 FROM fresh f JOIN cap c ON c.capset = f.capset AND c.slot = (f.subject & 255) AND c.n < f.seq
			JOIN contact o ON o.subject = f.subject AND o.seq = f.seq - c.n
		WHERE (c.days > 0 AND o.day > f.day - c.days) OR (c.millis > 0 AND o.at > f.at - c.millis))
	THEN
		RAISE EXCEPTION 'a cap is full' USING ERRCODE = 'DU001';
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER contact_cap AFTER INSERT ON contact REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION contact_cap();

-- Where slots are taken one by one, in their order: only rows that RETURNING gives back were taken.
CREATE VIEW contact_each AS SELECT subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, others, address FROM contact;
-- +goose StatementBegin
CREATE FUNCTION contact_each() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.seq < 1 OR NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = NEW.capset) THEN RETURN NULL; END IF;
	IF NEW.seq > 1 THEN
		PERFORM 1 FROM contact p WHERE p.subject = NEW.subject AND p.seq = NEW.seq - 1 AND p.at <= NEW.at AND p.day <= NEW.day FOR SHARE;
		IF NOT FOUND THEN RETURN NULL; END IF;
		IF EXISTS (
			SELECT 1 FROM cap c JOIN contact o ON o.subject = NEW.subject AND o.seq = NEW.seq - c.n
			WHERE c.capset = NEW.capset AND c.slot = (NEW.subject & 255) AND c.n < NEW.seq
				AND ((c.days > 0 AND o.day > NEW.day - c.days) OR (c.millis > 0 AND o.at > NEW.at - c.millis)))
		THEN RETURN NULL; END IF;
	END IF;
	INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, others, address)
		VALUES (NEW.subject, NEW.seq, NEW.at, NEW.day, NEW.capset, NEW.message, NEW.channel, NEW.portfolio, NEW.treatment, NEW.episode, NEW.loan,
			NEW.others, NEW.address) ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER contact_each INSTEAD OF INSERT ON contact_each FOR EACH ROW EXECUTE FUNCTION contact_each();

-- The numbers of a JSON array.
CREATE FUNCTION duly_ids(doc text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CAST(translate(doc, '[]', '{}') AS bigint[]) $$;

-- +goose Down
DROP FUNCTION duly_ids(text);
DROP VIEW contact_each; DROP FUNCTION contact_each();
DROP TRIGGER contact_cap ON contact;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION contact_cap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.seq < 1 THEN RETURN NULL; END IF;
	IF NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = NEW.capset) THEN RETURN NULL; END IF;
	IF NEW.seq = 1 THEN RETURN NEW; END IF;
	PERFORM 1 FROM contact p WHERE p.subject = NEW.subject AND p.seq = NEW.seq - 1 AND p.at <= NEW.at AND p.day <= NEW.day FOR SHARE;
	IF NOT FOUND THEN RETURN NULL; END IF;
	IF EXISTS (
		SELECT 1 FROM cap c JOIN contact o ON o.subject = NEW.subject AND o.seq = NEW.seq - c.n
		WHERE c.capset = NEW.capset AND c.slot = (NEW.subject & 255) AND c.n < NEW.seq
			AND ((c.days > 0 AND o.day > NEW.day - c.days) OR (c.millis > 0 AND o.at > NEW.at - c.millis)))
	THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER contact_cap BEFORE INSERT ON contact FOR EACH ROW EXECUTE FUNCTION contact_cap();
