package store

import (
	"cmp"
	"slices"
	"sync"
)

// The trigger of table contact looks at each slot as it comes in: for its sake SQLite puts all rows of a statement by, takes them
// out again and opens the same tables anew for each, which costs more than the rows. So where the slots of a step are those of
// persons who lie close together, what these took before is read in one go, and held against the same rule here, in the same
// transaction; nobody else writes meanwhile. The slots then go in beside the trigger. If one of them breaks a cap the step is
// made anew with care, row by row under the trigger, which stays for all others that write (docs/adr/0026). TestTogether holds the
// two to each other.

// beside marks the text of a statement that is prepared without triggers.
const beside = "/* looked at together */ "

// A seatTaken is a slot that was taken before.
type seatTaken struct{ subject, seq, at, day int64 }

// seatsTaken are the slots that were taken before, in order of subject and number. The zero value is none.
type seatsTaken struct {
	all  []seatTaken
	last int // where one was found last
}

// spareSeats are seatsTaken to be used again: a step reads a thousand of them.
var spareSeats = sync.Pool{New: func() any { return new(seatsTaken) }}

// A capMet is a cap as the database holds it.
type capMet struct{ n, days, millis int64 }

// together says whether the slots of the tries that fit can be looked at in one go, and if so whether the database has room for all of them.
func (c *commit) together(fits []bool) (can, free bool, err error) {
	if c.fleet || c.careful {
		return false, false, nil
	}
	var persons []int64
	first := int64(1 << 62) // the least number of a slot
	for i := range c.st.Tries {
		for _, s := range c.st.Tries[i].Slots {
			if s.Counted != 0 {
				return false, false, nil
			}
			if fits[i] {
				persons = append(persons, s.Of)
				first = min(first, s.Seq)
			}
		}
	}
	low, high, close := reach(persons)
	if !close {
		return false, false, nil
	}
	caps, most, err := c.capsMet(fits)
	if err != nil {
		return true, false, err
	}
	before := spareSeats.Get().(*seatsTaken)
	defer spareSeats.Put(before)
	before.all, before.last = before.all[:0], 0
	if last := c.lastAsked(fits); last > 1 {
		var args values
		args.int(low << 8).int(high << 8).int(first - max(most, 1))
		if err := c.on.ask(c.ctx, `SELECT subject, seq, at, day FROM contact WHERE subject BETWEEN ? AND ? AND subject & 255 = 0 AND seq >= ? ORDER BY subject, seq`, &args, func(r row) error {
			before.all = append(before.all, seatTaken{r.int(0), r.int(1), r.int(2), r.int(3)})
			return nil
		}); err != nil {
			return true, false, err
		}
	}
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		set, known := caps[t.CapSet]
		for _, s := range t.Slots {
			if fits[i] && (!known || !hasRoom(before, set, seatTaken{s.subject(), s.Seq, millis(c.st.At), int64(t.Day)})) {
				return true, false, nil
			}
		}
	}
	return true, true, nil
}

// lastAsked returns the greatest number of the slots that are asked for.
func (c *commit) lastAsked(fits []bool) (last int64) {
	for i := range c.st.Tries {
		for _, s := range c.st.Tries[i].Slots {
			if fits[i] {
				last = max(last, s.Seq)
			}
		}
	}
	return last
}

// capsMet reads the caps of persons' slots of the sets that the tries name, and how far back the furthest of them looks. A set that is not there has no entry.
func (c *commit) capsMet(fits []bool) (caps map[int64][]capMet, most int64, err error) {
	caps = map[int64][]capMet{}
	for i := range c.st.Tries {
		id := c.st.Tries[i].CapSet
		if _, asked := caps[id]; asked || !fits[i] {
			continue
		}
		var args values
		args.int(id)
		if err := c.on.ask(c.ctx, `SELECT coalesce(c.n, 0), coalesce(c.days, 0), coalesce(c.millis, 0)
			FROM capset s LEFT JOIN cap c ON c.capset = s.id AND c.slot = 0 WHERE s.id = ?`, &args, func(r row) error {
			set := caps[id]
			if set == nil {
				set = []capMet{}
			}
			if n := r.int(0); n > 0 {
				set, most = append(set, capMet{n, r.int(1), r.int(2)}), max(most, n)
			}
			caps[id] = set
			return nil
		}); err != nil {
			return nil, 0, err
		}
	}
	return caps, most, nil
}

// hasRoom says what the trigger contact_cap says: whether a slot may be taken under a set of caps after those that were taken before.
func hasRoom(before *seatsTaken, caps []capMet, s seatTaken) bool {
	if s.seq <= 1 {
		return s.seq == 1
	}
	if p, ok := before.at(s.subject, s.seq-1); !ok || p.at > s.at || p.day > s.day {
		return false
	}
	for _, c := range caps {
		if c.n >= s.seq {
			continue
		}
		if o, ok := before.at(s.subject, s.seq-c.n); ok && (c.days > 0 && o.day > s.day-c.days || c.millis > 0 && o.at > s.at-c.millis) {
			return false
		}
	}
	return true
}

// nearSeat is how far from the one found last a slot is looked for first: persons come in their order mostly, each with few slots before.
const nearSeat = 8

// at returns the slot of a subject with a number.
func (t *seatsTaken) at(subject, seq int64) (seatTaken, bool) {
	from := max(0, t.last-nearSeat)
	for i, s := range t.all[from:min(len(t.all), t.last+nearSeat)] {
		if s.subject == subject && s.seq == seq {
			t.last = from + i
			return s, true
		}
	}
	i, ok := slices.BinarySearchFunc(t.all, seatTaken{subject: subject, seq: seq}, func(a, b seatTaken) int {
		return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.seq, b.seq))
	})
	if !ok {
		return seatTaken{}, false
	}
	t.last = i
	return t.all[i], true
}
