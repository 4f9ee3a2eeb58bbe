package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
)

// TestForetold: a statement that was foretold gives what it would have given, once and with the values that it was foretold with; another is
// run for itself, and nothing is remembered beyond the transaction. It is the same on SQLite, where nothing is foretold.
func TestForetold(t *testing.T) {
	s := open(t)
	planned(t, s, 3)
	ctx := context.Background()
	const ask, raise = `SELECT id, turn FROM person WHERE id >= ? ORDER BY id`, `UPDATE person SET turn = turn + 1 WHERE id >= ?`
	turns := func(tx *sql.Tx, on direct, from int64) (direct, through []int64) {
		t.Helper()
		args := say(ask, from).args
		if err := on.ask(ctx, ask, args, func(r row) error { direct = append(direct, r.int(1)); return nil }); err != nil {
			t.Fatal(err)
		}
		rows, err := tx.QueryContext(ctx, ask, from)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id, turn int64
			if err := rows.Scan(&id, &turn); err != nil {
				t.Fatal(err)
			}
			through = append(through, turn)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return direct, through
	}
	if err := s.step(ctx, func(tx *sql.Tx, on direct) error {
		before, _ := turns(tx, on, 1)
		if len(before) != 3 {
			t.Fatalf("%d persons", len(before))
		}
		if err := on.foretell(ctx, say(ask, 2), say(raise, 3), say(ask, 2)); err != nil {
			return err
		}
		// The first answer is from before the update, and the second from after it, as if they were run where they stand.
		direct, _ := turns(tx, on, 3) // not foretold with this value
		if s.fleet && direct[0] != before[2]+1 {
			t.Errorf("a statement with another value gives %v, and the last turn was %v", direct, before[2])
		}
		var first []int64
		if err := on.ask(ctx, ask, say(ask, 2).args, func(r row) error { first = append(first, r.int(1)); return nil }); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, raise, 3)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n != 1 || err != nil {
			t.Errorf("the update says that it changed %d rows, %v", n, err)
		}
		second, third := turns(tx, on, 2) // what was foretold, and the same asked again
		want := []int64{before[1], before[2] + 1}
		if !slices.Equal(first, before[1:]) || !slices.Equal(second, want) || !slices.Equal(third, want) {
			t.Errorf("%v, then %v and %v; want %v, then %v twice", first, second, third, before[1:], want)
		}
		return on.foretell(ctx, say(ask, 1))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, raise, 1)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.step(ctx, func(tx *sql.Tx, on direct) error {
		if now, again := turns(tx, on, 1); !slices.Equal(now, again) || now[2] != 3 {
			t.Errorf("turns %v and %v after the transaction in which they were foretold; the last is to be 3", now, again)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestRowsBehindForetold: rows that are put before anything of what was foretold is asked for are of the transaction like all others. They are
// there with it, and go with it where one of the foretold statements fails, or one of the rows is in the way of another.
func TestRowsBehindForetold(t *testing.T) {
	s := open(t)
	planned(t, s, 3)
	ctx := context.Background()
	const raise, some = `UPDATE person SET turn = turn + 1 WHERE id >= ?`, `SELECT EXISTS (SELECT 1 FROM orphan)`
	put := func(on direct, message int64) error {
		v := &values{}
		v.int(message).int(1).text("cancelled").text("").text("")
		_, err := on.put(ctx, `INSERT INTO closed (message, at, state, rule, reason) VALUES `, "", 5, v, nil)
		return err
	}
	begin := func(tx *sql.Tx, on direct, raised int64, messages ...int64) error {
		if err := on.foretell(ctx, say(some), say(raise, raised)); err != nil {
			return err
		}
		for _, m := range messages {
			if err := put(on, m); err != nil {
				return err
			}
		}
		if err := on.ask(ctx, some, &values{}, func(row) error { return nil }); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, raise, raised)
		return err
	}
	is := func(closed, turn string) {
		t.Helper()
		got := list(t, s, `SELECT (SELECT count(*) FROM closed) || ' ' || (SELECT max(turn) FROM person)`)
		if want := closed + " " + turn; got[0] != want {
			t.Errorf("rows and turn are %s, want %s", got[0], want)
		}
	}
	is("0", "1")
	if err := s.step(ctx, func(tx *sql.Tx, on direct) error { return begin(tx, on, 1, 1, 2) }); err != nil {
		t.Fatal(err)
	}
	is("2", "2")
	if err := s.step(ctx, func(tx *sql.Tx, on direct) error { return begin(tx, on, 1, 3, 1) }); err == nil {
		t.Error("a row that is there was taken once more")
	}
	is("2", "2")
	// The transaction is given up while nobody has asked what the server said.
	if err := s.step(ctx, func(_ *sql.Tx, on direct) error {
		return errors.Join(on.foretell(ctx, say(some), say(raise, 1)), put(on, 4), sql.ErrNoRows)
	}); err == nil {
		t.Error("a step that fails does not say so")
	}
	is("2", "2")
	const none = `UPDATE person SET turn = turn / (? - 7) WHERE id > 0`
	if err := s.step(ctx, func(tx *sql.Tx, on direct) error {
		err := errors.Join(on.foretell(ctx, say(none, 7)), put(on, 5))
		if err != nil || !s.fleet {
			return errors.Join(err, sql.ErrNoRows) // SQLite divides by nothing and says nothing
		}
		if _, err = tx.ExecContext(ctx, none, 7); err == nil {
			t.Error("a statement that failed when it was foretold is said to have been run")
		}
		return nil // whoever does not look is told by the commit
	}); err == nil {
		t.Error("a step in which a statement failed was committed")
	}
	is("2", "2")
	if err := s.step(ctx, func(tx *sql.Tx, on direct) error { return begin(tx, on, 1, 6) }); err != nil {
		t.Fatal(err)
	}
	is("3", "3")
}

// TestNothingAsked: a transaction in which nothing is asked leaves nothing behind, neither committed nor taken back, and one that fails is taken back
// whole although what began it was sent with its first statement.
func TestNothingAsked(t *testing.T) {
	s := open(t)
	planned(t, s, 1)
	ctx := context.Background()
	for range 3 {
		if err := s.step(ctx, func(*sql.Tx, direct) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.step(ctx, func(*sql.Tx, direct) error { return sql.ErrNoRows }); err == nil {
			t.Fatal("a step that fails does not say so")
		}
		if err := s.step(ctx, func(tx *sql.Tx, on direct) error {
			const raise = `UPDATE person SET turn = turn + 1 WHERE id >= ?`
			if err := on.foretell(ctx, say(raise, 0)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, raise, 0); err != nil {
				return err
			}
			return sql.ErrNoRows
		}); err == nil {
			t.Fatal("a step that fails does not say so")
		}
	}
	if got := list(t, s, `SELECT max(turn) FROM person`); got[0] != "1" {
		t.Errorf("a step that failed has left turn %s", got[0])
	}
}
