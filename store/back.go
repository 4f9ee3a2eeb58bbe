package store

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// outcomeKinds are the words for the events that end a try.
var outcomeKinds = map[outbox.Event]string{
	outbox.EvAccept: "accepted", outbox.EvRefuse: "refused", outbox.EvLost: "unknown",
	outbox.EvThrottle: "throttled", outbox.EvNotWritten: "not_written", outbox.EvCancel: "cancelled",
}

// outcomes stores what became of tries. An unknown outcome may become known; nothing else changes.
func (c *commit) outcomes() error {
	in := c.rows(`INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids) VALUES `,
		c.unless(` ON CONFLICT (fence) DO UPDATE SET kind = excluded.kind, code = excluded.code, carrier = excluded.carrier, ids = excluded.ids,
		at = excluded.at, wire_at = excluded.wire_at WHERE outcome.kind = 'unknown' AND excluded.kind IN ('accepted', 'refused')`), 7)
	at, wireAt := millis(c.st.back()), millis(c.st.WireAt)
	for i := range c.st.Outcomes {
		o := &c.st.Outcomes[i]
		kind, ok := outcomeKinds[o.Event]
		if !ok {
			return fmt.Errorf("store: event %d is not an outcome", o.Event)
		}
		in.int(int64(o.Fence)).int(at).int(wireAt).text(kind).text(o.Code).text(o.Carrier).text(o.IDs)
		if o.Again != nil {
			c.again = append(c.again, *o.Again)
		}
		if o.Event == outbox.EvCancel {
			c.cancelled = append(c.cancelled, Closing{Message: o.Fence.Message(), State: outbox.Cancelled, Rule: o.Rule, Reason: o.Code})
		}
	}
	return in.close()
}

// unsent stores what is to become of messages that by their outcomes did not leave: they are tried again, or were stopped.
func (c *commit) unsent() error {
	put := c.rows(`INSERT INTO requeue (message, not_before, not_after) VALUES `, ` ON CONFLICT DO NOTHING`, 3)
	for _, p := range c.again {
		put.int(int64(p.Message)).int(millis(p.NotBefore)).int(millis(p.NotAfter))
	}
	return errors.Join(put.close(), c.closed(c.cancelled))
}

// receipts stores carriers' words, and keeps those that match nothing for when their outcome comes.
func (c *commit) receipts() error {
	in := c.rows(`INSERT INTO receipt (id, at, kind, code, cause) VALUES `, c.unless(` ON CONFLICT DO NOTHING`), 5)
	orphans := c.rows(`INSERT INTO orphan (carrier, carrier_id, at, kind, code, cause) VALUES `, ` ON CONFLICT DO NOTHING`, 6)
	at := millis(c.st.back())
	for i := range c.st.Receipts {
		r, kind := &c.st.Receipts[i], "delivered"
		if r.Event == outbox.EvUndelivered {
			kind = "undelivered"
		}
		if r.Fence == 0 {
			orphans.text(r.From).text(r.ID).int(at).text(kind).text(r.Code).text(r.Cause)
		} else {
			in.int(receiptID(r.Fence, r.Part)).int(at).text(kind).text(r.Code).text(r.Cause)
		}
	}
	return errors.Join(in.close(), orphans.close())
}

func receiptID(f outbox.FenceID, part int) int64 { return int64(f)<<8 | int64(part) }

// replies stores what people wrote, and lets it act in the same transaction.
func (c *commit) replies() error {
	for _, r := range c.st.Replies {
		sender, persons, hash, err := c.sender(&r)
		if err != nil {
			return err
		}
		first := r.Speaker.Person
		if first == 0 && len(persons) > 0 {
			first = persons[0]
		}
		of, err := c.copied(&r, first, sender)
		if err != nil {
			return err
		}
		var id int64
		err = c.tx.QueryRowContext(c.ctx, `INSERT INTO reply (at, carrier, person, address, sender, channel, meaning, confidence, language, minor, currency, said_on,
				portfolio, borrower) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			millis(c.st.back()), r.Carrier, first, hash, sender, r.channel(), r.Meaning, r.Confidence, r.Language,
			r.Amount.Minor, r.Amount.Currency, r.On, r.Speaker.Portfolio, r.Speaker.Borrower).Scan(&id)
		if err != nil {
			return wrap(err)
		}
		c.res.reply = id
		box, err := c.keys.sealBox("reply/"+strconv.FormatInt(id, 10), []byte(r.Text))
		if err != nil {
			return err
		}
		if _, err := c.tx.ExecContext(c.ctx, `INSERT INTO sealed_reply (reply, box) VALUES (?, ?)`, id, box); err != nil {
			return wrap(err)
		}
		if of != 0 {
			if err := c.noteCopy(id, of, persons, sender, &r); err != nil {
				return err
			}
			continue
		}
		settled := len(persons) > 0 && onlyOnce(r.Suppress)
		for _, p := range persons {
			held, err := c.holds(p, sender, r.Suppress)
			if err == nil {
				err = c.effect(p, id, sender, &r)
			}
			if err != nil {
				return err
			}
			settled = settled && held
		}
		if err := c.follow(id, &r, persons, settled); err != nil {
			return err
		}
	}
	return nil
}

// sender returns the number of the address that a reply comes from, whose it is or was, and its keyed hash.
func (c *commit) sender(r *Reply) (int64, []ledger.PersonID, []byte, error) {
	if r.Borrower != 0 {
		return c.borrowerAt(r.Borrower)
	}
	id, persons, err := c.personsAt(r.Address)
	return id, persons, c.keys.hash(hashPhone, r.Address), err
}

// channel is the channel that the reply came over.
func (r *Reply) channel() ledger.Channel { return cmp.Or(r.Channel, ledger.SMS) }

// personsAt returns the number of an address and everybody who has, or ever had it: a stop protects all of them.
func (c *commit) personsAt(phone string) (int64, []ledger.PersonID, error) {
	for _, spelling := range spellings(phone) {
		var id int64
		err := c.tx.QueryRowContext(c.ctx, `SELECT id FROM address WHERE hash = ?`, c.keys.hash(hashPhone, spelling)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return 0, nil, wrap(err)
		}
		persons, err := column[ledger.PersonID](c.ctx, c.tx, `SELECT DISTINCT b.person FROM borrower_fact f JOIN borrower b ON b.id = f.borrower
			WHERE f.address = ? ORDER BY 1`, id)
		if err != nil || len(persons) > 0 {
			return id, persons, err
		}
	}
	return 0, nil, nil
}

// callingCodes are tried where a carrier writes a sender's number without its country.
var callingCodes = []string{"86", "1", "44", "49", "91", "62", "63", "52", "65", "852"}

// spellings are the ways in which E.164 may write the number that a carrier gives, the likeliest first. A
// carrier that leaves out the plus or the country must not make a stop come to nothing.
func spellings(phone string) []string {
	digits := strings.TrimPrefix(phone, "+")
	out := []string{"+" + digits}
	if phone != digits {
		return out
	}
	national := strings.TrimLeft(digits, "0")
	if national != digits {
		out = append(out, "+"+national)
	}
	for _, code := range callingCodes {
		out = append(out, "+"+code+national)
	}
	return out
}

// looksAgain has whoever is about to write to a person judge them anew, and not write where something stops it.
func (c *commit) looksAgain(p ledger.PersonID, suppress string) error {
	if _, err := c.tx.ExecContext(c.ctx, `UPDATE person SET turn = turn + 1 WHERE id = ?`, p); err != nil {
		return wrap(err)
	}
	if suppress != "" {
		c.res.Stopped = append(c.res.Stopped, p)
	}
	return nil
}

// effect lets a reply act on one person. Any reply changes what is judged next, so the turn goes up.
func (c *commit) effect(p ledger.PersonID, reply, sender int64, r *Reply) error {
	if err := c.looksAgain(p, r.Suppress); err != nil || r.Suppress == "" {
		return err
	}
	channel := r.channel()
	if r.Borrower != 0 {
		// Said at the page, of whatever way we write; only "not me" is of one address, which is another's.
		channel = ""
		if r.Suppress != "wrong_person" {
			sender = 0
		}
	}
	// Said from one address over one channel: how far that reaches is for the rules to say. It begins after the last
	// contact, whatever the clocks of the workers say: the order of commits is the truth.
	_, err := c.tx.ExecContext(c.ctx, `INSERT INTO state (person, borrower, portfolio, region, loan, address, channel, kind, since, until, owner,
			review_on, digest, cause, known_at)
		SELECT ?, 0, ?, '', 0, ?, ?, ?, t.at, ?, 'borrower', ?, x'', ?, t.at
		FROM (SELECT max(?, coalesce((SELECT at + 1 FROM contact WHERE subject = ? ORDER BY seq DESC LIMIT 1), 0)) AS at) t`,
		p, r.Speaker.Portfolio, sender, channel, r.Suppress, millis(r.Until), r.ReviewOn, "reply "+strconv.FormatInt(reply, 10), millis(c.st.back()), int64(p)<<8)
	return wrap(err)
}

// onlyOnce says that what a reply asks for is confirmed once, however often it is asked for while it holds.
func onlyOnce(suppress string) bool { return suppress == "stop" || suppress == "wrong_person" }

// holds says whether a state holds of a person already; a wrong person, of this address.
func (c *commit) holds(p ledger.PersonID, sender int64, kind string) (held bool, err error) {
	if !onlyOnce(kind) {
		return false, nil
	}
	err = c.tx.QueryRowContext(c.ctx, `SELECT EXISTS (SELECT 1 FROM state WHERE person = ? AND kind = ? AND (kind <> 'wrong_person' OR address IN (0, ?))
			AND gone_at = 0 AND (until = 0 OR until > ?))`, p, kind, sender, millis(c.st.back())).Scan(&held)
	return held, wrap(err)
}

// SplitIDs returns a carrier's ids of the parts, in order.
func SplitIDs(ids string) []string { return strings.Fields(ids) }
