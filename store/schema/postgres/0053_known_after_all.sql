-- +goose Up
-- A carrier's own late word that it took a message counts for more than that its step may be taken once more: the step was taken.
-- +goose StatementBegin
CREATE FUNCTION outcome_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE person SET turn = turn + 1 WHERE id IN (SELECT c.subject >> 8 FROM message m JOIN borrower b ON b.id = m.borrower
		JOIN contact c ON c.subject IN (m.person << 8, b.person << 8) AND c.message = m.id AND c.episode = -1 WHERE m.id = NEW.fence >> 3);
	UPDATE contact SET episode = (SELECT m.episode FROM message m WHERE m.id = NEW.fence >> 3) WHERE message = NEW.fence >> 3 AND episode = -1
		AND subject IN (SELECT m.person << 8 FROM message m WHERE m.id = NEW.fence >> 3
			UNION SELECT b.person << 8 FROM message m JOIN borrower b ON b.id = m.borrower WHERE m.id = NEW.fence >> 3);
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER outcome_known AFTER UPDATE ON outcome FOR EACH ROW WHEN (NEW.kind = 'accepted') EXECUTE FUNCTION outcome_known();

-- +goose Down
DROP TRIGGER outcome_known ON outcome;
DROP FUNCTION outcome_known;
