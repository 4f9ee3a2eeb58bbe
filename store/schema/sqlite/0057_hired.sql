-- +goose Up
-- The greatest number that a worker ever had. None is used again, because fences name them: it was looked for among all fences whenever one
-- began to hand over, while no other could write (docs/adr/0048). The trigger keeps it also for older binaries.
CREATE TABLE hired (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	last INTEGER NOT NULL
) STRICT;
INSERT INTO hired (id, last) SELECT 1, max(coalesce((SELECT max(id) FROM worker), 0), coalesce((SELECT max(worker) FROM fence), 0));
-- +goose StatementBegin
CREATE TRIGGER worker_hired AFTER INSERT ON worker BEGIN
	UPDATE hired SET last = max(last, NEW.id) WHERE id = 1;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER worker_hired;
DROP TABLE hired;
