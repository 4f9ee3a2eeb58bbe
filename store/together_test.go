package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var errUndone = errors.New("undone")

const seatColumns = ` (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode) VALUES `

// TestTogether holds what is said of slots that are looked at in one go to what the trigger says of each: after any contacts, under
// any caps, for any slot. It draws hours and days apart from each other, as no calendar would have them.
func TestTogether(t *testing.T) {
	s := open(t)
	if s.fleet {
		t.Skip("PostgreSQL looks at slots together by itself")
	}
	rapid.Check(t, func(rt *rapid.T) {
		low := func(name string, most int64) int64 { return rapid.Int64Range(0, most).Draw(rt, name) }
		const set, subject = 77, 5 << 8
		caps := make([]capMet, low("caps", 3))
		for i := range caps {
			caps[i] = capMet{n: 1 + low("n", 3), days: low("days", 4), millis: 5 * low("millis", 4)}
		}
		before := make([]seatTaken, low("before", 5))
		at, day := int64(0), int64(100)
		for i := range before {
			at, day = at+low("hours", 9), day+low("nights", 2)
			before[i] = seatTaken{subject, int64(i + 1), at, day}
		}
		new := seatTaken{subject, int64(len(before)) + 1 - low("behind", 2) + low("ahead", 2), max(0, at+6-low("back", 9)), day + 2 - low("yesterday", 3)}
		taken := &seatsTaken{all: slices.Clone(before)}
		for i := range low("others", 20) { // of persons before and behind
			taken.all = append(taken.all, seatTaken{subject + (1+i)<<8, 1, at, day})
			taken.all = slices.Insert(taken.all, int(i), seatTaken{i + 1, 1, at, day})
		}
		_, there := taken.at(subject, new.seq)

		var took bool
		err := s.update(context.Background(), func(tx *sql.Tx) error {
			ctx := context.Background()
			put := func(seat seatTaken, capset int64) (int64, error) {
				res, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO contact`+seatColumns+`(?, ?, ?, ?, ?, 9, 'sms', 1, 1, 1)`, seat.subject, seat.seq, seat.at, seat.day, capset)
				if err != nil {
					return 0, err
				}
				return res.RowsAffected()
			}
			for _, b := range before {
				if n, err := put(b, Uncapped); err != nil || n != 1 {
					rt.Fatalf("slot %+v of the past: %d rows, %v", b, n, err)
				}
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO capset (id, caps) VALUES (?, 'drawn')`, set); err != nil {
				return err
			}
			for _, c := range caps {
				if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO cap (capset, slot, n, days, millis) VALUES (?, 0, ?, ?, ?)`, set, c.n, c.days, c.millis); err != nil {
					return err
				}
			}
			n, err := put(new, set)
			took = n == 1
			return errors.Join(err, errUndone)
		})
		if err.Error() != errUndone.Error() {
			rt.Fatal(err)
		}
		taken.last = int(low("last", int64(max(0, len(taken.all)-1)))) // it says only where to look first
		if got := hasRoom(taken, caps, new) && !there; got != took {
			rt.Fatalf("%+v after %+v under %+v: looked at together %v, by the trigger %v", new, before, caps, got, took)
		}
	})
}

// TestBesideTheTrigger: the one statement is prepared without the trigger, and all others keep it, those that are prepared later too.
func TestBesideTheTrigger(t *testing.T) {
	s := open(t)
	if s.fleet {
		t.Skip("PostgreSQL has no such statement")
	}
	err := s.alone(context.Background(), func(_ *sql.Tx, on direct) error {
		for i, c := range []struct {
			head string
			want int64
		}{{`INSERT OR IGNORE INTO contact`, 0}, {beside + `INSERT OR IGNORE INTO contact`, 1}, {`INSERT OR IGNORE  INTO contact`, 0}, {`INSERT OR IGNORE INTO contact`, 0}} {
			var v values
			v.int(int64(i) << 8).int(4).int(1).int(1).int(Uncapped).int(1).text("sms").int(1).int(1).int(1) // without the three before it
			if n, err := on.put(context.Background(), c.head+seatColumns, "", 10, &v, nil); err != nil || n != c.want {
				t.Errorf("%d: %q took %d, want %d (%v)", i, c.head, n, c.want, err)
			}
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		t.Fatal(err)
	}
}

// TestTogetherOnlyWhatFits: of persons whose slots are looked at together one has no room, and one's turn has moved on. The others leave.
func TestTogetherOnlyWhatFits(t *testing.T) {
	s := open(t)
	p := planned(t, s, 5)
	ctx := context.Background()
	set, err := s.CapSet(ctx, "sms", []CapRow{{Per: PerPerson, N: 1, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := s.Due(ctx, p.ID, noon, 5, 0)
	if err != nil || len(claim.Messages) != 5 {
		t.Fatalf("claim %+v, %v", claim, err)
	}
	tries := make([]Try, 5)
	for i := range tries {
		tries[i] = tryOf(claim.Messages[i], 1, set)
	}
	full := tries[1]
	if _, err := s.write.Exec(`INSERT INTO contact`+seatColumns+`(?, 1, ?, ?, 1, 7, 'sms', 1, 1, 1)`, int64(full.Message.Person)<<8, millis(noon), full.Day); err != nil {
		t.Fatal(err)
	}
	tries[1] = tryOf(claim.Messages[1], 2, set) // the second of a day on which there may be one
	tries[3].Turn++
	res, err := s.Commit(ctx, stepOf(hire(t, s), &claim, tries...))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, true, false, true} {
		if res.Permitted[i] != want {
			t.Errorf("try %d: permitted %v, want %v", i, res.Permitted[i], want)
		}
	}
}
