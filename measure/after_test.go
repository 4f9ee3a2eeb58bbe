package measure

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
)

func TestFollow(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 9, d, 10, 0, 0, 0, time.UTC) }
	letter := func(id int64, d int, loan int64) Letter { return Letter{id, loan, day(d), ledger.Day(day(d))} }
	paid := func(loan int64, on, known int, minor int64) Payment {
		return Payment{loan, ledger.Day(day(on)), day(known).Add(time.Hour), minor}
	}
	for _, c := range []struct {
		name     string
		letters  []Letter
		words    []Word
		payments []Payment
		message  int64
		want     After
	}{
		{"nothing", []Letter{letter(1, 1, 7)}, nil, nil, 1, After{}},
		{"a reply belongs to the latest before it", []Letter{letter(1, 1, 7), letter(2, 3, 7)}, []Word{{day(4), "stop"}}, nil, 2, After{Replied: true, Stopped: true}},
		{"and to no other", []Letter{letter(1, 1, 7), letter(2, 3, 7)}, []Word{{day(4), "stop"}}, nil, 1, After{}},
		{"a reply before all", []Letter{letter(1, 2, 7)}, []Word{{day(1), "ack"}}, nil, 1, After{}},
		{"a reply after a month", []Letter{letter(1, -30, 7)}, []Word{{day(2), "stop"}}, nil, 1, After{}},
		{"a payment heard of after a month", []Letter{letter(1, 1, 7)}, nil, []Payment{paid(7, 2, 31, 100)}, 1, After{}},
		{"a complaint", []Letter{letter(1, 2, 7)}, []Word{{day(2), "complaint"}}, nil, 1, After{Replied: true, Complained: true}},
		{"paid on the seventh day", []Letter{letter(1, 1, 7)}, nil, []Payment{paid(7, 8, 9, 100)}, 1, After{Paid: true, Minor: 100}},
		{"paid on the eighth", []Letter{letter(1, 1, 7)}, nil, []Payment{paid(7, 9, 9, 100)}, 1, After{}},
		{"of another loan", []Letter{letter(1, 1, 8)}, nil, []Payment{paid(7, 2, 3, 100)}, 1, After{}},
		{"the later letter has it", []Letter{letter(1, 1, 7), letter(2, 3, 7)}, nil, []Payment{paid(7, 3, 4, 100)}, 2, After{Paid: true, Minor: 100}},
		{"but not one that left when it was known", []Letter{letter(1, 1, 7), letter(2, 5, 7)}, nil, []Payment{paid(7, 3, 4, 100)}, 1, After{Paid: true, Minor: 100}},
		{"chased", []Letter{letter(1, 5, 7)}, nil, []Payment{paid(7, 3, 6, 100)}, 1, After{Chased: true}},
		{"not chased on the next day", []Letter{letter(1, 4, 7)}, nil, []Payment{paid(7, 3, 6, 100)}, 1, After{}},
		{"a reversal pays nothing", []Letter{letter(1, 1, 7)}, nil, []Payment{paid(7, 2, 3, 0)}, 1, After{}},
	} {
		if got := Follow(c.letters, c.words, c.payments)[c.message]; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestFollowCountsOnce: no payment is counted under two messages, and a later letter changes nothing of what was known before it left.
func TestFollowCountsOnce(t *testing.T) {
	begin := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Custom(func(t *rapid.T) time.Time {
			return begin.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "hour")) * time.Hour)
		})
		var letters []Letter
		for i := range rapid.IntRange(0, 6).Draw(t, "letters") {
			x := at.Draw(t, "at")
			letters = append(letters, Letter{int64(i + 1), rapid.Int64Range(1, 2).Draw(t, "loan"), x, ledger.Day(x)})
		}
		var payments []Payment
		most := int64(0)
		for range rapid.IntRange(0, 6).Draw(t, "payments") {
			x := at.Draw(t, "on")
			p := Payment{rapid.Int64Range(1, 2).Draw(t, "of"), ledger.Day(x), x.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "later")) * time.Hour), rapid.Int64Range(0, 9).Draw(t, "minor")}
			payments = append(payments, p)
			most += p.Minor
		}
		sum := func(m map[int64]After) (n int64) {
			for _, a := range m {
				n += a.Minor
			}
			return n
		}
		before := Follow(letters, nil, payments)
		if sum(before) > most {
			t.Fatalf("of %d came %d", most, sum(before))
		}
		late := begin.AddDate(1, 0, 0)
		after := Follow(append(letters, Letter{99, 1, late, ledger.Day(late)}), nil, payments)
		for _, l := range letters {
			if before[l.Message] != after[l.Message] {
				t.Fatalf("message %d: %+v, and with a later letter %+v", l.Message, before[l.Message], after[l.Message])
			}
		}
	})
}
