-- +goose Up
-- The greatest number that a worker ever had. None is used again, because fences name them: it was looked for among all fences whenever one
-- began to hand over, while no other could write (docs/adr/0048). The trigger keeps it also for older binaries.
CREATE TABLE hired (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	last BIGINT NOT NULL
);
INSERT INTO hired (id, last) SELECT 1, greatest(coalesce((SELECT max(id) FROM worker), 0), coalesce((SELECT max(worker) FROM fence), 0));
-- +goose StatementBegin
CREATE FUNCTION worker_hired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE hired SET last = greatest(last, NEW.id) WHERE id = 1;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER worker_hired AFTER INSERT ON worker FOR EACH ROW EXECUTE FUNCTION worker_hired();

-- +goose Down
DROP TRIGGER worker_hired ON worker;
DROP FUNCTION worker_hired;
DROP TABLE hired;
