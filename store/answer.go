package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// AnswerStage is the stage under which answers are counted.
const AnswerStage = "answer"

// The kinds of answers that the store itself asks for, and the number by which one is stored. A strategy's own treatments have
// numbers below AnswerFrom.
const (
	AnswerFrom        = 1 << 15
	AnswerStop        = "stop"
	AnswerWrongPerson = "wrong_person"
	AnswerReceived    = "received"
	AnswerTomorrow    = "tomorrow"

	TreatmentReceived = AnswerFrom + 3
	TreatmentTomorrow = AnswerFrom + 7
)

// An AnswerFor is what a message answers.
type AnswerFor struct {
	Kind     string
	Reply    int64
	Address  int64       // where it goes, or nowhere
	AnswerBy ledger.Date // zero: none is said
	Agreed   *Arranged   // nil: it is of no arrangement
	Text     string      // of a person's answer: their words
	Minor    int64       // of a person's answer: what was overdue, where the words name it
}

// AnswersFor returns what messages answer.
func (s *Store) AnswersFor(ctx context.Context, messages []outbox.MessageID) (map[outbox.MessageID]AnswerFor, error) {
	out := make(map[outbox.MessageID]AnswerFor, len(messages))
	list, err := json.Marshal(messages)
	if err != nil {
		return nil, wrap(err)
	}
	arrangements := map[outbox.MessageID]int64{}
	err = s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT message, kind, reply, address, answer_by, arrangement FROM answer WHERE message IN (SELECT value FROM json_each(?))`, string(list))
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id outbox.MessageID
			var a AnswerFor
			var arrangement int64
			if err := rows.Scan(&id, &a.Kind, &a.Reply, &a.Address, &a.AnswerBy, &arrangement); err != nil {
				return wrap(err)
			}
			if arrangement != 0 {
				arrangements[id] = arrangement
			}
			out[id] = a
		}
		if err := rows.Err(); err != nil {
			return wrap(err)
		}
		return s.answerTexts(ctx, tx, messages, out)
	})
	for id, arrangement := range arrangements {
		if err != nil {
			break
		}
		var found []Arranged
		if found, err = s.arrangements(ctx, `WHERE a.id = ?`, arrangement); err == nil && len(found) == 1 {
			a := out[id]
			a.Agreed = &found[0]
			out[id] = a
		}
	}
	return out, err
}

// An Offer is plans that a text offers: they are stored with the fence that lets it leave.
type Offer struct {
	Speaker
	Plans []Agreed
}

// offers stores what the permitted texts offer. What was offered before is not any more.
func (c *commit) offers() error {
	for i := range c.st.Tries {
		o := c.st.Tries[i].Offer
		if o == nil || !c.res.Permitted[i] {
			continue
		}
		if err := c.talk().lapse(c.st.At, `person = ? AND portfolio = ? AND status = 'offered'`, "Other plans are offered.", o.Person, o.Portfolio); err != nil {
			return err
		}
		for j := range o.Plans {
			if _, err := c.talk().arranged(&o.Speaker, &o.Plans[j], "message "+c.st.Tries[i].Message.ID.String(), "duly", c.st.At); err != nil {
				return err
			}
		}
	}
	return nil
}

// lapse ends offers.
func (c *talk) lapse(at time.Time, where, why string, args ...any) error {
	ids, err := column[int64](c.ctx, c.tx, `SELECT id FROM arrangement WHERE `+where, args...)
	for _, id := range ids {
		if err == nil {
			err = c.became(id, arrange.Lapsed, arrange.Verdict{Reason: why}, at, "duly")
		}
	}
	return err
}

// AnswersPlanned returns how many messages of a portfolio answer something.
func (s *Store) AnswersPlanned(ctx context.Context, portfolio int64) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM answer a CROSS JOIN message m WHERE m.id = a.message AND m.portfolio = ?`, portfolio).Scan(&n)
	return n, wrap(err)
}
