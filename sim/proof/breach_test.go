package proof

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// A breach is planted at a seam between the engine and the world, and the examiner must find it, by the number of the
// invariant, in one of a few worlds in which it finds nothing without the plant.
type breach struct {
	name  string
	as    Invariant
	plant plant
}

// worlds is how many seeds a breach has to show itself in.
const worlds = 12

func find(t *testing.T, list ...breach) {
	t.Helper()
	if testing.Short() {
		t.Skip("many worlds")
	}
	for _, b := range list {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= worlds; seed++ {
				r, err := Run(Config{Seed: seed, People: 120, Days: 4, Dir: t.TempDir(), plant: b.plant})
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range r.Breaches {
					if x.Invariant == b.as {
						t.Logf("seed %d: %s", seed, x)
						return
					}
				}
				for _, x := range r.Breaches {
					t.Logf("seed %d: found, but not as invariant %d: %s", seed, b.as, x)
				}
			}
			t.Errorf("planted, and not found as invariant %d in %d worlds", b.as, worlds)
		})
	}
}

// sow returns a plant that changes the database: its triggers stand for code that would do otherwise.
func sow(queries ...string) plant {
	return plant{schema: func(dir string) error {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(1000)")
		if err != nil {
			return err
		}
		for _, q := range queries {
			_, e := db.Exec(q)
			err = errors.Join(err, e)
		}
		return errors.Join(err, db.Close())
	}}
}

// with sets the troubles of the worlds of a plant.
func with(p plant, f func(*trouble)) plant {
	p.fault = f
	return p
}

// busy makes a world in which processes overlap all the time.
func (p plant) busy() plant {
	p.fault = func(t *trouble) { t.meanwhile, t.workers, t.die, t.jump, t.outage, t.stale = 300, 3, 0, 0, 0, 0 }
	return p
}

// TestBreachOfHours is invariant 1: a process that keeps to the hour that was planned and not to the clock, and a
// validity that outlives the window, are found.
func TestBreachOfHours(t *testing.T) {
	find(t,
		breach{"hours judged at planning only", Hours, plant{civil: func(_ *world, at time.Time) time.Time {
			y, m, d := at.UTC().Date()
			return time.Date(y, m, d, 4, 0, 0, 0, time.UTC) // noon in Shanghai, at any hour
		}}},
		breach{"the hours of UTC instead of the borrower's", Hours, utc},
		breach{"a validity of another twelve hours", Hours, plant{message: func(_ *line, m *dispatch.Message) { m.Valid += 12 * time.Hour }}},
	)
}

// TestBreachOfCaps is invariant 2: contacts that are counted before and not with the attempt, slots that are not kept,
// and people's calls that are not counted, are found.
func TestBreachOfCaps(t *testing.T) {
	find(t,
		breach{"counted before instead of with the attempt", Caps, sow(`DROP TRIGGER contact_cap`,
			`CREATE TRIGGER planted BEFORE INSERT ON contact BEGIN DELETE FROM contact WHERE subject = NEW.subject AND seq = NEW.seq; END`).busy()},
		breach{"a slot not reserved", Caps, sow(`CREATE TRIGGER planted AFTER INSERT ON contact
			BEGIN DELETE FROM contact WHERE subject = NEW.subject AND seq = NEW.seq; END`)},
		breach{"people's calls not counted", Caps, with(sow(`CREATE TRIGGER planted BEFORE INSERT ON recorded BEGIN SELECT RAISE(IGNORE); END`),
			func(t *trouble) { t.something, t.stale = 80, 0 })},
	)
}

// TestBreachOfStops is invariant 3: a stop that is applied late, one that is not kept, and a fence that does not look at
// the turn, are found.
func TestBreachOfStops(t *testing.T) {
	late := plant{sink: func(w *world, s dispatch.Sink) dispatch.Sink {
		reply := s.Reply
		s.Reply = func(r dispatch.Reply) {
			r.Ack(true) // the carrier is told that it is stored
			r.Ack = func(bool) {}
			w.after(30*time.Minute, func() { reply(r) })
		}
		return s
	}}
	find(t,
		breach{"a stop applied late", Stops, late},
		breach{"a stop not kept", Stops, sow(`CREATE TRIGGER planted BEFORE INSERT ON state WHEN NEW.kind = 'stop' BEGIN SELECT RAISE(IGNORE); END`)},
		breach{"a dispute not kept", Stops, with(sow(`CREATE TRIGGER planted BEFORE INSERT ON state WHEN NEW.kind <> 'stop'
			BEGIN SELECT RAISE(IGNORE); END`), func(t *trouble) { t.something, t.stale = 40, 0 })},
		breach{"a fence that does not look at the turn", Stops, sow(
			`CREATE TRIGGER planted BEFORE UPDATE OF turn ON person BEGIN SELECT RAISE(IGNORE); END`).busy()},
	)
}

// TestBreachOfRecord is invariant 4: answers that are taken for their opposite, and a window that is not kept, are found.
func TestBreachOfRecord(t *testing.T) {
	turned := func(from, to outbox.Event) plant {
		return plant{sink: func(_ *world, s dispatch.Sink) dispatch.Sink {
			outcomes := s.Outcomes
			s.Outcomes = func(list []dispatch.Outcome) {
				for i := range list {
					if list[i].Event == from {
						list[i].Event = to
					}
				}
				outcomes(list)
			}
			return s
		}}
	}
	find(t,
		breach{"accepted taken for refused", Record, turned(outbox.EvAccept, outbox.EvRefuse)},
		breach{"lost taken for accepted", Record, turned(outbox.EvLost, outbox.EvAccept)},
		breach{"lost taken for cancelled", Record, turned(outbox.EvLost, outbox.EvCancel)},
		breach{"a window not kept", Record, plant{window: 2000}},
	)
}

// TestBreachOfOnce is invariant 5: a retry of an unknown, a fence that a loss of power undoes, and messages that vanish,
// are found.
func TestBreachOfOnce(t *testing.T) {
	find(t,
		breach{"a retry of an unknown", Once, sow(`CREATE TRIGGER planted AFTER INSERT ON outcome WHEN NEW.kind = 'unknown'
			BEGIN INSERT OR IGNORE INTO requeue (message, not_before, not_after) SELECT NEW.fence >> 3, NEW.at, b.not_after FROM message m JOIN batch b ON b.id = m.batch WHERE m.id = NEW.fence >> 3; END`)},
		breach{"a disk that has not synced what it says it has", Record, plant{
			disk:  func(d *Disk) { d.lies = true },
			fault: func(t *trouble) { t.power, t.die = true, 900 },
		}},
		// What the loss of power takes away has arrived, and the books have it as waiting: that is seen before it can be sent twice, in
		// some ten of 72 worlds, and only in one of them after it.
		breach{"a log that is not synced before its messages are submitted", Record, plant{
			disk:  func(d *Disk) { d.hasty = true },
			fault: func(t *trouble) { t.power, t.die = true, 900 },
		}},
		breach{"messages that vanish", Once, sow(`CREATE TRIGGER planted AFTER INSERT ON message WHEN NEW.id % 10 = 0
			BEGIN DELETE FROM message WHERE id = NEW.id; END`)},
		breach{"messages that nobody lets expire", Once, sow(
			`CREATE TRIGGER planted AFTER INSERT ON batch BEGIN UPDATE batch SET next = count WHERE id = NEW.id; END`)},
	)
}

// utc is the world in which it is everywhere the day and the hour that it is in Greenwich.
var utc = plant{row: func(_ *world, r *intake.Row) {
	if r.Kind == intake.Borrowers && r.Borrower.Zone != "" {
		r.Borrower.Zone = "UTC"
	}
}}

// TestBreachOfAmount is invariant 6: an amount that is frozen at planning, one of the day of UTC instead of the
// borrower's, payments that are older than they may be, a debit and another total that are not heeded, are found.
func TestBreachOfAmount(t *testing.T) {
	old := sow(`CREATE TRIGGER planted AFTER UPDATE OF payments_as_of ON portfolio BEGIN UPDATE portfolio SET payments_as_of = 1 << 50 WHERE id = NEW.id; END`)
	old.fault = func(t *trouble) { t.stale, t.days = 900, 8 }
	find(t,
		breach{"the amount frozen at planning", Amount, sow(`CREATE TRIGGER planted BEFORE UPDATE ON standing WHEN OLD.as_of <> 0 BEGIN SELECT RAISE(IGNORE); END`)},
		breach{"the day of UTC instead of the borrower's", Amount, utc},
		breach{"payments that are too old", Amount, old},
		breach{"a debit under way that is not heeded", Amount, with(plant{row: func(_ *world, r *intake.Row) { r.Loan.Core.DebitUntil = time.Time{} }},
			func(t *trouble) { t.something, t.stale = 80, 0 })},
		breach{"another total in the core system that is not heeded", Amount, with(plant{row: func(_ *world, r *intake.Row) { r.Loan.Core.AsOf = time.Time{} }},
			func(t *trouble) { t.something, t.stale = 80, 0 })},
	)
}

// TestBreachOfPerson is invariant 7: a message to a number that is nobody's of the portfolio is found.
func TestBreachOfPerson(t *testing.T) {
	find(t, breach{"another number", Person, plant{message: func(l *line, m *dispatch.Message) {
		if l.carrier.w.often(20) {
			m.To += "9"
		}
	}}})
}

// TestBreachOfExactness is invariant 8: parts that do not sum to the whole are found.
func TestBreachOfExactness(t *testing.T) {
	find(t, breach{"a part that is a cent off", Exact, plant{message: func(_ *line, m *dispatch.Message) {
		m.Text = strings.Replace(m.Text, "本金1", "本金2", 1)
	}}})
}

// TestBreachOfReasons is invariant 9: a contact for which another reason was kept than decided is found.
func TestBreachOfReasons(t *testing.T) {
	find(t, breach{"a reason that was not the reason", Reason, sow(`CREATE TRIGGER planted AFTER INSERT ON ground
		BEGIN UPDATE ground SET said = replace(said, '"tone":"', '"tone":"very ') WHERE id = NEW.id; END`)})
}

// TestBreachOfPrivacy is invariant 10: a number in clear in the database, and a name in an error, are found.
func TestBreachOfPrivacy(t *testing.T) {
	find(t,
		breach{"a number in clear", Secret, plant{row: func(_ *world, r *intake.Row) {
			if r.Kind == intake.Borrowers {
				r.Borrower.Region = r.Borrower.Phone
			}
		}}},
		breach{"a name in an error", Secret, plant{civil: func(w *world, at time.Time) time.Time {
			w.heard(errors.New("cannot write to " + w.somebody().name))
			return at
		}}},
	)
}

// TestBreachOfLateness is invariant 11: a message that leaves after its leave_by, and one that leaves days late, are
// found.
func TestBreachOfLateness(t *testing.T) {
	stale := sow(`CREATE TRIGGER planted AFTER INSERT ON batch BEGIN UPDATE batch SET not_after = not_after + 864000000 WHERE id = NEW.id; END`)
	stale.fault = func(t *trouble) { t.outage, t.days = 900, 8 }
	find(t,
		breach{"leave_by not kept", Late, plant{message: func(_ *line, m *dispatch.Message) { m.LeaveBy = m.LeaveBy.Add(time.Hour) }}},
		breach{"a stale message that leaves", Late, stale},
	)
}

// TestBreachOfFailClosed is invariant 12: somebody of whom not enough is known, and who is written to all the same, is
// found.
func TestBreachOfFailClosed(t *testing.T) {
	agreed := plant{land: "US", row: func(_ *world, r *intake.Row) { r.Consent.Withdrawn = false }}
	find(t,
		breach{"a zone that is guessed", Closed, plant{row: func(_ *world, r *intake.Row) {
			if r.Kind == intake.Borrowers && r.Borrower.Zone == "" {
				r.Borrower.Zone = "Asia/Shanghai"
			}
			if r.Kind == intake.Borrowers && r.Borrower.PhoneKind == ledger.PhoneFixed {
				r.Borrower.PhoneKind = ledger.PhoneMobile
			}
		}}},
		breach{"a withdrawal taken for a consent", Closed, with(agreed, func(t *trouble) { t.something, t.stale = 80, 0 })},
	)
}
