-- +goose Up
-- As before (0019), with one look less: slots that come together mostly have one set of caps, and then that set alone is looked for. To sort them
-- by their sets cost as much as storing a tenth of them.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION contact_cap() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
	follow bigint; held bigint; lowest bigint; highest bigint;
BEGIN
	SELECT count(*) FILTER (WHERE f.seq > 1) + count(*) FILTER (WHERE f.seq < 1), min(f.capset), max(f.capset) INTO follow, lowest, highest FROM fresh f;
	IF lowest = highest AND NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = lowest) OR lowest <> highest AND EXISTS (
		SELECT 1 FROM (SELECT DISTINCT f.capset FROM fresh f) s WHERE NOT EXISTS (SELECT 1 FROM capset c WHERE c.id = s.capset))
	THEN
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

-- +goose Down
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
