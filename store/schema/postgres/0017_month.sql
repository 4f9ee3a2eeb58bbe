-- +goose Up
-- The months of messages that were given up when nobody had to keep them any more: how many messages each had.
CREATE TABLE month (
	month BIGINT PRIMARY KEY, -- since January 1970
	gone_at BIGINT NOT NULL,
	messages BIGINT NOT NULL
);

-- The tables of the outbox are parted by the month in which a message was planned, which every number begins with (docs/adr/0018). What
-- is there already becomes the first part, unmoved: T_before holds all up to the end of this month, T_other what no month
-- was made for in time. What is unique of a message is so in its month, to which its planned_on belongs.
-- +goose StatementBegin
DO $$
DECLARE
	t text; bits int; kept record; first bigint; newest bigint; views text[] := '{}'; defs text[] := '{}'; i int;
BEGIN
	FOR kept IN SELECT c.relname, pg_get_viewdef(c.oid) AS def FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND c.relkind = 'v' ORDER BY c.oid LOOP
		views := views || kept.relname::text; defs := defs || kept.def;
	END LOOP;
	FOR i IN REVERSE coalesce(array_length(views, 1), 0)..1 LOOP
		EXECUTE format('DROP VIEW %I', views[i]);
	END LOOP;
	DROP TRIGGER outcome_final ON outcome;
	DROP TRIGGER receipt_final ON receipt;
	SELECT max(id) >> 36 INTO newest FROM message;
	first := greatest(coalesce(newest, 0), (extract(year FROM now() AT TIME ZONE 'UTC')::bigint - 1970) * 12 + extract(month FROM now() AT TIME ZONE 'UTC')::bigint - 1) + 1;
	ALTER INDEX message_once RENAME TO message_before_once;
	FOR t, bits IN SELECT * FROM (VALUES ('message', 36), ('closed', 36), ('fence', 39), ('sealed_text', 39), ('outcome', 39), ('receipt', 47)) AS v LOOP
		EXECUTE format('ALTER TABLE %I RENAME TO %I', t, t || '_before');
		EXECUTE format('ALTER INDEX %I RENAME TO %I', t || '_pkey', t || '_before_pkey');
		EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (%I)', t, t || '_before',
			(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = (t || '_before')::regclass AND a.attnum = 1));
		EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%I)', t, (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t::regclass AND a.attnum = 1));
		EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%s)', t, t || '_before', first << bits);
		EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', t || '_other', t);
	END LOOP;
	CREATE UNIQUE INDEX message_other_once ON message_other (person, portfolio, treatment, episode, planned_on);
	CREATE TRIGGER outcome_final BEFORE UPDATE ON outcome FOR EACH ROW
		WHEN (OLD.kind <> 'unknown' OR NEW.kind NOT IN ('accepted', 'refused')) EXECUTE FUNCTION outcome_final();
	CREATE TRIGGER receipt_final BEFORE UPDATE ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_final();
	FOR i IN 1..coalesce(array_length(views, 1), 0) LOOP
		EXECUTE format('CREATE VIEW %I AS %s', views[i], defs[i]);
	END LOOP;
END $$;
-- +goose StatementEnd

-- Makes the parts of a month, unless they are there, or T_before holds it, or T_other has rows of it.
-- +goose StatementBegin
CREATE FUNCTION duly_make_month(m bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	t text; bits int; part text; key text; n bigint;
BEGIN
	FOR t, bits IN SELECT * FROM (VALUES ('message', 36), ('closed', 36), ('fence', 39), ('sealed_text', 39), ('outcome', 39), ('receipt', 47)) AS v LOOP
		part := t || '_' || to_char(date '1970-01-01' + make_interval(months => m::int), 'YYYYMM');
		CONTINUE WHEN to_regclass(part) IS NOT NULL;
		SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''?(\d+)')::bigint INTO n FROM pg_class c WHERE c.oid = to_regclass(t || '_before');
		CONTINUE WHEN n > m << bits;
		key := (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t::regclass AND a.attnum = 1);
		EXECUTE format('SELECT count(*) FROM %I WHERE %I BETWEEN %s AND %s', t || '_other', key, m << bits, ((m + 1) << bits) - 1) INTO n;
		CONTINUE WHEN n > 0;
		EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, t);
		IF t = 'message' THEN
			EXECUTE format('CREATE UNIQUE INDEX %I ON %I (person, portfolio, treatment, episode, planned_on)', part || '_once', part);
		END IF;
		EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', t, part, m << bits, (m + 1) << bits);
	END LOOP;
END $$;
-- +goose StatementEnd

-- Drops the parts of a month, where it has parts of its own; false where it has none.
-- +goose StatementBegin
CREATE FUNCTION duly_drop_month(m bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	t text; part text; dropped bigint := 0;
BEGIN
	FOREACH t IN ARRAY ARRAY['receipt', 'outcome', 'sealed_text', 'fence', 'closed', 'message'] LOOP
		part := t || '_' || to_char(date '1970-01-01' + make_interval(months => m::int), 'YYYYMM');
		CONTINUE WHEN to_regclass(part) IS NULL;
		EXECUTE format('DROP TABLE %I', part);
		dropped := dropped + 1;
	END LOOP;
	RETURN dropped;
END $$;
-- +goose StatementEnd

-- +goose Down
-- All parts become one table again.
-- +goose StatementBegin
DO $$
DECLARE
	t text; kept record; views text[] := '{}'; defs text[] := '{}'; i int;
BEGIN
	FOR kept IN SELECT c.relname, pg_get_viewdef(c.oid) AS def FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND c.relkind = 'v' ORDER BY c.oid LOOP
		views := views || kept.relname::text; defs := defs || kept.def;
	END LOOP;
	FOR i IN REVERSE coalesce(array_length(views, 1), 0)..1 LOOP
		EXECUTE format('DROP VIEW %I', views[i]);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['message', 'closed', 'fence', 'sealed_text', 'outcome', 'receipt'] LOOP
		EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', t, t || '_before');
		EXECUTE format('INSERT INTO %I SELECT * FROM %I', t || '_before', t);
		EXECUTE format('DROP TABLE %I', t);
		EXECUTE format('ALTER TABLE %I RENAME TO %I', t || '_before', t);
		EXECUTE format('ALTER INDEX %I RENAME TO %I', t || '_before_pkey', t || '_pkey');
	END LOOP;
	ALTER INDEX message_before_once RENAME TO message_once;
	CREATE TRIGGER outcome_final BEFORE UPDATE ON outcome FOR EACH ROW
		WHEN (OLD.kind <> 'unknown' OR NEW.kind NOT IN ('accepted', 'refused')) EXECUTE FUNCTION outcome_final();
	CREATE TRIGGER receipt_final BEFORE UPDATE ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_final();
	FOR i IN 1..coalesce(array_length(views, 1), 0) LOOP
		EXECUTE format('CREATE VIEW %I AS %s', views[i], defs[i]);
	END LOOP;
END $$;
-- +goose StatementEnd
DROP FUNCTION duly_drop_month(bigint); DROP FUNCTION duly_make_month(bigint); DROP TABLE month;
