package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// plainContact is a contact as a person would note it down to count by hand.
type plainContact struct {
	at      time.Time
	channel ledger.Channel
	person  int64
	loans   []int64
	address int64
}

func (c plainContact) about(per Subject, of int64) bool {
	switch per {
	case PerPerson:
		return c.person == of
	case PerAddress:
		return c.address == of
	case PerDebt:
		return slices.Contains(c.loans, of)
	}
	return false
}

// plainly says whether one more contact keeps every cap, by counting all that were made. A cap that counts other channels
// than the contact's is not made worse by it: whether it may follow those is the guard's to say.
func plainly(caps []CapRow, made []plainContact, next plainContact) bool {
	for _, c := range caps {
		if len(c.Of) > 0 && !slices.Contains(c.Of, next.channel) {
			continue
		}
		subjects := map[Subject][]int64{PerPerson: {next.person}, PerDebt: next.loans, PerAddress: {next.address}}[c.Per]
		for _, of := range subjects {
			n := 0
			for _, m := range made {
				counts := len(c.Of) == 0 || slices.Contains(c.Of, m.channel)
				day, today := ledger.Day(m.at.In(shanghai)), ledger.Day(next.at.In(shanghai))
				within := c.Days > 0 && day > today-ledger.Date(c.Days) || c.Window > 0 && m.at.After(next.at.Add(-c.Window))
				if counts && within && m.about(c.Per, of) {
					n++
				}
			}
			if n >= c.N {
				return false
			}
		}
	}
	return true
}

func drawCaps(t *rapid.T) []CapRow {
	caps := []CapRow{{Per: PerPerson, N: rapid.IntRange(2, 6).Draw(t, "person"), Days: rapid.IntRange(1, 3).Draw(t, "days")}}
	for range rapid.IntRange(0, 4).Draw(t, "more caps") {
		c := CapRow{Per: Subject(rapid.IntRange(0, 2).Draw(t, "per")), N: rapid.IntRange(1, 4).Draw(t, "n")}
		c.Of = rapid.SampledFrom([][]ledger.Channel{nil, {ledger.SMS}, {ledger.Voice}, {ledger.SMS, ledger.Email}, {ledger.Voice, ledger.SMS}}).Draw(t, "of")
		if rapid.Bool().Draw(t, "rolling") {
			c.Window = time.Duration(rapid.IntRange(1, 72).Draw(t, "hours")) * time.Hour
		} else {
			c.Days = rapid.IntRange(1, 4).Draw(t, "cap days")
		}
		caps = append(caps, c)
	}
	return caps
}

// asksOf lists the slots of a contact as the engine does.
func asksOf(set CapSet, c plainContact, m outbox.MessageID) []Ask {
	var asks []Ask
	for _, k := range set.Takes {
		for _, of := range map[Subject][]int64{PerPerson: {c.person}, PerDebt: c.loans, PerAddress: {c.address}}[k.Kind()] {
			asks = append(asks, Ask{Slot: Slot{Counted: k, Of: of}, Set: set.ID, Message: m, At: c.at, Day: ledger.Day(c.at.In(shanghai))})
		}
	}
	return asks
}

// seated turns seats into the slots of a try, and says whether a cap is in the way.
func seated(t *Try, asks []Ask, seats []Seat) (full bool) {
	t.Slots, t.Moves = nil, nil
	for i, seat := range seats {
		slot := asks[i].Slot
		slot.Seq = seat.Seq
		full = full || seat.Full != nil
		if seat.Own {
			t.Moves = append(t.Moves, slot)
		} else {
			t.Slots = append(t.Slots, slot)
		}
	}
	return full
}

// TestEveryCapIsExact is invariant 2 for every kind of subject and every set of channels: over any sequence of
// contacts by messages, some about several loans, one more is given exactly when a plain count of all that were made keeps
// every cap. Caps come and go, new ways of counting among them, and a retry counts from its last hour.
func TestEveryCapIsExact(t *testing.T) {
	s := open(t)
	planned(t, s, 1)
	worker, base, id := hire(t, s), int64(1000), int64(0)
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		base += 10
		caps := drawCaps(rt)
		var made []plainContact
		at := noon
		for i := range rapid.IntRange(1, 30).Draw(rt, "contacts") {
			if rapid.IntRange(0, 9).Draw(rt, "new rules") == 0 {
				caps = drawCaps(rt)
			}
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(rt, "hours")) * time.Hour)
			c := plainContact{at: at, person: base + int64(rapid.IntRange(0, 1).Draw(rt, "person")), address: base + int64(rapid.IntRange(0, 1).Draw(rt, "address"))}
			c.channel = rapid.SampledFrom([]ledger.Channel{ledger.SMS, ledger.Email, ledger.Voice}).Draw(rt, "channel")
			for l := range int64(rapid.IntRange(1, 3).Draw(rt, "loans")) {
				c.loans = append(c.loans, base+l)
			}
			set, err := s.CapSet(ctx, c.channel, caps)
			if err != nil {
				rt.Fatal(err)
			}
			id++
			m := Waiting{ID: outbox.FirstOf(noon) + outbox.MessageID(id), Person: ledger.PersonID(c.person), Try: 1, Portfolio: 1}
			tr := tryOf(m, 0, set)
			tr.Day, tr.Channel, tr.Turn, tr.Address, tr.Loan = ledger.Day(at.In(shanghai)), c.channel, 0, c.address, ledger.LoanID(c.loans[0])
			for _, l := range c.loans[1:] {
				tr.Others = append(tr.Others, ledger.LoanID(l))
			}
			asks := asksOf(set, c, m.ID)
			seats, err := s.Seats(ctx, asks)
			if err != nil {
				rt.Fatal(err)
			}
			full := seated(&tr, asks, seats)
			st := stepOf(worker, &Claim{}, tr)
			st.At = at
			res, err := s.Commit(ctx, st)
			if err != nil {
				rt.Fatal(err)
			}
			if want := plainly(caps, made, c); res.Permitted[0] != want || full == want {
				rt.Fatalf("contact %d %+v under %+v: permitted %v, full %v, want permitted %v\nmade %+v", i, c, caps, res.Permitted[0], full, want, made)
			}
			if res.Permitted[0] {
				made = append(made, c)
				if rapid.IntRange(0, 3).Draw(rt, "throttled") == 0 {
					at = at.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "patience")) * time.Hour)
					made[len(made)-1].at = at
					again(rt, s, worker, tr, made[len(made)-1], set)
				}
			}
		}
	})
}

// again tries a message again that has its slots: they move along.
func again(t *rapid.T, s *Store, worker int64, tr Try, c plainContact, set CapSet) {
	tr.Message.Try++
	tr.Day = ledger.Day(c.at.In(shanghai))
	asks := asksOf(set, c, tr.Message.ID)
	seats, err := s.Seats(context.Background(), asks)
	if err != nil {
		t.Fatal(err)
	}
	seated(&tr, asks, seats)
	st := stepOf(worker, &Claim{}, tr)
	st.At = c.at
	if res, err := s.Commit(context.Background(), st); err != nil || !res.Permitted[0] || len(tr.Slots) > 0 {
		t.Fatalf("a retry that had its slots got %+v (new slots %v), %v", res, tr.Slots, err)
	}
}

// TestRaceAtTheEdgeOfEveryCap: workers of several processes, each of which has read the same facts, reach for the last
// contact of a debt and of an address that several persons share, a thousand times; one gets it.
func TestRaceAtTheEdgeOfEveryCap(t *testing.T) {
	const workers = 4
	rounds := 1000
	if testing.Short() {
		rounds = 50
	}
	s := open(t)
	planned(t, s, 1)
	ctx := context.Background()
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{
		{Per: PerPerson, N: 9, Days: 1}, {Per: PerDebt, Of: []ledger.Channel{ledger.SMS, ledger.Voice}, N: 1, Days: 7}, {Per: PerAddress, N: 1, Window: 24 * time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := make([][]bool, workers)
	var wg sync.WaitGroup
	for w := range workers {
		got[w] = make([]bool, rounds)
		other := reopen(t, s)
		worker := hire(t, other)
		wg.Go(func() {
			for r := range rounds {
				debt, address := int64(r), int64(r)
				if r%2 == 0 {
					debt = int64(10_000 + r*workers + w) // they share the address alone
				}
				c := plainContact{at: noon, person: int64(20_000 + r*workers + w), loans: []int64{debt}, address: address}
				m := Waiting{ID: outbox.FirstOf(noon) + outbox.MessageID(r*workers+w+100), Person: ledger.PersonID(c.person), Try: 1, Portfolio: 1}
				tr := tryOf(m, 0, set)
				tr.Turn = 0
				asks := asksOf(set, c, m.ID)
				seats := make([]Seat, len(asks)) // as read before anybody had one
				for i := range seats {
					seats[i].Seq = 1
				}
				seated(&tr, asks, seats)
				res, err := other.Commit(ctx, stepOf(worker, &Claim{}, tr))
				if err != nil {
					t.Error(err)
					return
				}
				got[w][r] = res.Permitted[0]
			}
		})
	}
	wg.Wait()
	for r := range rounds {
		n := 0
		for w := range workers {
			if got[w][r] {
				n++
			}
		}
		if n != 1 {
			t.Errorf("round %d: %d permitted, want 1", r, n)
		}
	}
	// Who was refused left nothing behind: every contact has all of its slots, and every slot its contact.
	var slots, messages int
	if err := s.read.QueryRow(`SELECT count(*), count(DISTINCT message) FROM contact`).Scan(&slots, &messages); err != nil || slots != 3*rounds || messages != rounds {
		t.Fatalf("%d slots of %d messages, %v", slots, messages, err)
	}
}

// TestOldContactsDoNotHide: a slot taken longer ago than contacts are remembered still gives the next one its number.
// A message that reached for a number that was taken would be refused, judged again and refused for ever.
func TestOldContactsDoNotHide(t *testing.T) {
	s := open(t)
	p := cards(t, s)
	take(t, s, small()...)
	if _, err := s.write.Exec(`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode)
		VALUES (1 << 8, 1, 1000, 100, 1, 7, 'sms', 1, 1, 1)`); err != nil {
		t.Fatal(err)
	}
	err := s.Dossiers(context.Background(), Within{Portfolio: p.ID, On: ledger.Day(noon), Persons: []ledger.PersonID{1}}, func(d *Dossier) error {
		if d.LastSeq != 1 || len(d.Contacts) != 0 {
			return fmt.Errorf("LastSeq %d and %d contacts, want 1 and none", d.LastSeq, len(d.Contacts))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoOfOneAddressInAStep: two persons who share an address in one step. The first takes its slot and is refused for
// another reason; no gap may stay behind.
func TestTwoOfOneAddressInAStep(t *testing.T) {
	s := open(t)
	p := planned(t, s, 2)
	ctx := context.Background()
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}, {Per: PerAddress, N: 2, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := s.Due(ctx, p.ID, noon, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	address := func(seq int64) Slot { return Slot{Counted: Counted(PerAddress), Of: 5, Seq: seq} }
	first, second := tryOf(claim.Messages[0], 2, set), tryOf(claim.Messages[1], 1, set) // nobody has the first slot of person 1
	first.Slots, second.Slots = append(first.Slots, address(1)), append(second.Slots, address(2))
	res, err := s.Commit(ctx, stepOf(hire(t, s), &claim, first, second))
	if err != nil || res.Permitted[0] || res.Permitted[1] {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
	var n int
	if err := s.read.QueryRow(`SELECT count(*) FROM contact`).Scan(&n); err != nil || n != 0 {
		t.Fatalf("%d slots are left of tries that were refused, %v", n, err)
	}
}

// TestCountedFromTheFirstContact: where a cap counts in a way that nothing did before, contacts that were made already
// count, and a worker that does not know of it is refused until it has read that.
func TestCountedFromTheFirstContact(t *testing.T) {
	s := open(t)
	p := planned(t, s, 3)
	ctx := context.Background()
	house := houseCaps(t, s)
	claim, err := s.Due(ctx, p.ID, noon, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	worker := hire(t, s)
	tries := []Try{tryOf(claim.Messages[0], 1, house), tryOf(claim.Messages[1], 1, house)}
	for i := range tries {
		tries[i].Loan, tries[i].Others, tries[i].Address = 10, []ledger.LoanID{11}, 5
	}
	if res, err := s.Commit(ctx, stepOf(worker, &claim, tries...)); err != nil || !res.Permitted[0] || !res.Permitted[1] {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
	strict, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}, {Per: PerDebt, N: 3, Days: 1}, {Per: PerAddress, Of: []ledger.Channel{ledger.SMS}, N: 2, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	c := plainContact{at: noon, person: 3, loans: []int64{11}, address: 5}
	seats, err := s.Seats(ctx, asksOf(strict, c, 1))
	if err != nil || len(seats) != 3 || seats[1].Seq != 3 || seats[1].Full != nil || seats[2].Full == nil || seats[2].FreeOn != ledger.Day(noon)+1 {
		t.Fatalf("Seats = %+v, %v", seats, err)
	}
	late := tryOf(claim.Messages[2], 1, house)
	res, err := s.Commit(ctx, stepOf(worker, &Claim{}, late))
	if err != nil || res.Permitted[0] || !res.Recount {
		t.Fatalf("a worker that does not count all: %+v, %v", res, err)
	}
}

// TestRandomOrderOfWorkers is the race above in one goroutine: the order of commits is the seed's.
func TestRandomOrderOfWorkers(t *testing.T) {
	s := open(t)
	planned(t, s, 1)
	ctx := context.Background()
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 2, Days: 1}, {Per: PerDebt, N: 3, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	worker := hire(t, s)
	made := map[int64]int{}
	for i := range 200 {
		c := plainContact{at: noon, person: 100 + int64(r.IntN(5)), loans: []int64{7}}
		m := Waiting{ID: outbox.FirstOf(noon) + outbox.MessageID(i), Person: ledger.PersonID(c.person), Try: 1, Portfolio: 1}
		tr := tryOf(m, 0, set)
		tr.Turn = 0
		asks := asksOf(set, c, m.ID)
		seats := make([]Seat, len(asks))
		for j := range seats {
			seats[j].Seq = 1 + r.Int64N(4) // what it believes
		}
		seated(&tr, asks, seats)
		res, err := s.Commit(ctx, stepOf(worker, &Claim{}, tr))
		if err != nil {
			t.Fatal(err)
		}
		if res.Permitted[0] {
			made[c.person]++
			made[0]++
		}
	}
	for p, n := range made {
		if most := map[bool]int{true: 3, false: 2}[p == 0]; n > most {
			t.Errorf("%d contacts of %d, at most %d (0 is the debt)", n, p, most)
		}
	}
}
