package store

import (
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// permit checks turns and reserves slots; only a try all of whose slots the database took may leave.
func (c *commit) permit() error {
	if len(c.st.Tries) == 0 {
		return nil
	}
	fits, err := c.fits()
	if err != nil {
		return err
	}
	owner := make(map[int64]int, len(c.st.Tries))
	granted, at := make([]int, len(c.st.Tries)), millis(c.st.At)
	together, free, err := c.together(fits)
	if err != nil {
		return err
	}
	if together && !free {
		return errSomeRefused
	}
	in, whole := c.seats(together, func(subject int64) { granted[owner[subject]]++ })
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		if !fits[i] || !own(owner, i, t) {
			granted[i] = -1
			continue
		}
		for _, s := range t.Slots {
			in.int(s.subject()).int(s.Seq).int(at).int(int64(t.Day)).int(t.CapSet).int(int64(t.Message.ID)).text(string(t.Channel)).
				int(t.Message.Portfolio).int(int64(t.Message.Treatment)).int(int64(t.Message.Episode)).int(int64(t.Loan)).
				text(loanList(t.Others)).int(t.Address)
		}
		if whole {
			granted[i] = len(t.Slots)
		}
	}
	if err := in.close(); err != nil {
		return err
	}
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		ok := granted[i] == len(t.Slots)
		if ok && len(t.Moves) > 0 {
			if ok, err = c.move(t); err != nil {
				return err
			}
		}
		if ok {
			c.res.Permitted[i] = true
			continue
		}
		if err := c.refuse(t, granted[i] > 0); err != nil {
			return err
		}
	}
	return nil
}

// seats returns an insert of slots, which have been looked at together or not. whole says that all of them are taken, or the step is
// made anew with care: to have each row given back costs as much as storing it, and PostgreSQL's COPY cannot. Else taken is called with
// the subject of each that was taken.
func (c *commit) seats(together bool, taken func(subject int64)) (in *rows, whole bool) {
	const columns = ` (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, others, address) VALUES `
	switch {
	case !c.fleet && c.careful:
		in = c.rows(`INSERT OR IGNORE INTO contact`+columns, ` RETURNING subject`, 13)
	case together:
		in = c.rows(beside+`INSERT OR IGNORE INTO contact`+columns, "", 13)
		in.whole = true
		return in, true
	case !c.fleet:
		in = c.rows(`INSERT OR IGNORE INTO contact`+columns, "", 13)
		in.whole = true
		return in, true
	case c.careful:
		in = c.rows(`INSERT INTO contact_each`+columns, ` RETURNING subject`, 13)
	default:
		return c.rows(`INSERT INTO contact`+columns, "", 13), true
	}
	in.taken = taken
	return in, false
}

// fits says which tries were judged on facts that still hold, and count all that is counted. A set that is not of
// caps permits no try that asks for nothing.
func (c *commit) fits() ([]bool, error) {
	turns, err := c.turns()
	if err != nil {
		return nil, err
	}
	st, err := c.writes.in(c.ctx, c.tx, countCounted)
	if err != nil {
		return nil, err
	}
	var epoch int
	if err := st.QueryRowContext(c.ctx).Scan(&epoch); err != nil {
		return nil, wrap(err)
	}
	out := make([]bool, len(c.st.Tries))
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		c.res.Recount = c.res.Recount || t.Epoch != epoch
		out[i] = turns[t.Message.Person] == t.Turn && t.Epoch == epoch && len(t.Slots)+len(t.Moves) > 0
	}
	return out, nil
}

// own notes whose the subjects of a try are; false means that another try of the step reaches for one of them. That one is
// judged again when this one has counted: a slot given and taken back in between would leave a gap.
func own(owner map[int64]int, i int, t *Try) bool {
	all := [2][]Slot{t.Slots, t.Moves}
	for _, slots := range all {
		for _, s := range slots {
			if _, taken := owner[s.subject()]; taken {
				return false
			}
		}
	}
	for _, slots := range all {
		for _, s := range slots {
			owner[s.subject()] = i
		}
	}
	return true
}

func loanList(loans []ledger.LoanID) string {
	if len(loans) == 0 {
		return ""
	}
	words := make([]string, len(loans))
	for i, l := range loans {
		words[i] = strconv.FormatInt(int64(l), 10)
	}
	return strings.Join(words, " ")
}

// holding returns what holds the rows of a query until the commit, on PostgreSQL: a stop that another worker commits is seen,
// or waits. SQLite's one writer needs none.
func (c *commit) holding(clause string) string {
	if c.fleet {
		return clause
	}
	return ""
}

// turns reads the turns of the persons of the tries. Nobody moves one on meanwhile: who does is alone, and a step is among
// steps until it is committed.
func (c *commit) turns() (map[ledger.PersonID]int64, error) {
	turns := make(map[ledger.PersonID]int64, len(c.st.Tries))
	ask := c.askTurns()
	err := c.on.ask(c.ctx, ask.query, ask.args, func(r row) error {
		turns[ledger.PersonID(r.int(0))] = r.int(1)
		return nil
	})
	return turns, err
}

const countCounted = `SELECT count(*) FROM counted`

// askTurns asks for the turns of the persons of the tries.
func (c *commit) askTurns() statement {
	ids := make([]int64, len(c.st.Tries))
	for i := range c.st.Tries {
		ids[i] = int64(c.st.Tries[i].Message.Person)
	}
	args := &values{}
	return statement{`SELECT id, turn FROM person WHERE ` + among("id", ids, args), args}
}

// among returns the condition that a column is one of some numbers, and adds what it asks for to args. Numbers that lie
// close together are read as a span, with those between them, over which whoever asks passes.
func among(column string, ids []int64, args *values) string {
	if low, high, ok := reach(ids); ok {
		args.int(low).int(high)
		return column + ` BETWEEN ? AND ?`
	}
	args.text(string(appendList(nil, ids)))
	return column + ` IN (SELECT value FROM json_each(?))`
}

// mostBetween is how many numbers a span may hold for each that is asked for: reading on costs a fraction of looking up.
const mostBetween = 4

// reach returns the least and the greatest of numbers, and whether all between them are few.
func reach(ids []int64) (low, high int64, ok bool) {
	if len(ids) == 0 {
		return 0, 0, false
	}
	low, high = slices.Min(ids), slices.Max(ids)
	return low, high, high-low < mostBetween*int64(len(ids))
}

// appendList appends numbers as a list of JSON.
func appendList(b []byte, ids []int64) []byte {
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return append(b, ']')
}

// move takes the message's slots along to the hour of a further try. Moving the newest slot to a later hour
// cannot break a cap that it kept, and caps count from the hour at which the message really may leave. Where one of
// them is not the newest any more, none moves. Each slot is held before it is asked whether it is the newest: who adds
// the next one holds it too.
func (c *commit) move(t *Try) (bool, error) {
	for _, s := range t.Moves {
		var mine, newest bool
		err := c.tx.QueryRowContext(c.ctx, `SELECT at <= ? FROM contact WHERE subject = ? AND seq = ? AND message = ?`+c.holding(" FOR UPDATE"),
			millis(c.st.At), s.subject(), s.Seq, t.Message.ID).Scan(&mine)
		if err == nil && mine {
			err = c.tx.QueryRowContext(c.ctx, `SELECT NOT EXISTS (SELECT 1 FROM contact WHERE subject = ? AND seq > ?)`, s.subject(), s.Seq).Scan(&newest)
		}
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		if err != nil || !newest {
			return false, wrap(err)
		}
	}
	for _, s := range t.Moves {
		if _, err := c.exec(`UPDATE contact SET at = ?, day = max(day, ?), treatment = ?, episode = ?, loan = ?, others = ?, address = ? WHERE subject = ? AND seq = ?`,
			millis(c.st.At), t.Day, t.Message.Treatment, t.Message.Episode, t.Loan, loanList(t.Others), t.Address, s.subject(), s.Seq); err != nil {
			return false, err
		}
	}
	return true, nil
}

// refuse lets a try that may not leave be judged again at once, and frees slots that it got in part.
func (c *commit) refuse(t *Try, some bool) error {
	c.res.Refused++
	again, err := c.reachable(t)
	if err != nil {
		return err
	}
	c.st.PutOffs = append(c.st.PutOffs, PutOff{Message: t.Message.ID, NotBefore: again, NotAfter: t.Message.NotAfter})
	if !some {
		return nil
	}
	for _, s := range t.Slots {
		if _, err := c.tx.ExecContext(c.ctx, `DELETE FROM contact WHERE subject = ? AND seq = ? AND message = ?`,
			s.subject(), s.Seq, t.Message.ID); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// reachable is from when a try that was refused may be judged again: at once, unless a contact that was counted lies later than
// now, because the clock was set back since. The database takes no slot before that one's time, and to ask again until then would
// only keep others from their turn.
func (c *commit) reachable(t *Try) (time.Time, error) {
	again := c.st.At
	for _, s := range slices.Concat(t.Slots, t.Moves) {
		var last int64
		err := c.tx.QueryRowContext(c.ctx, `SELECT at FROM contact WHERE subject = ? AND message <> ? ORDER BY seq DESC LIMIT 1`, s.subject(), t.Message.ID).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return again, wrap(err)
		}
		if at := instant(last); at.After(again) {
			again = at
		}
	}
	return again, nil
}
