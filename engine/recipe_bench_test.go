//go:build unix

package engine

import (
	"fmt"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A crowd is persons whom the recipe is run for, one after the other.
type crowd struct {
	p     *Portfolio
	all   []*store.Dossier
	to    map[ledger.BorrowerID]store.Recipient
	j     Judgement
	paper compose.Paper
	texts int
	buf   []byte
}

func newCrowd(t testing.TB) *crowd {
	return &crowd{p: testPortfolio(t).fork(), to: map[ledger.BorrowerID]store.Recipient{}}
}

// add puts in a person with one loan of two instalments: one met in time, and one of minor that falls due on a day.
func (c *crowd) add(due ledger.Date, minor int64) *store.Dossier {
	n := len(c.all) + 1
	b := store.BorrowerFacts{
		ID: ledger.BorrowerID(n), Ref: borrowerOf(n), Language: "zh", Zone: "Asia/Shanghai", Country: "CN", Region: "CN-ZJ",
		PhoneKind: ledger.PhoneMobile, Address: int64(n),
	}
	d := &store.Dossier{
		Person: ledger.PersonID(n), PaymentsAsOf: thursday, Borrowers: []store.BorrowerFacts{b},
		Loans: []store.LoanStanding{{ID: ledger.LoanID(n), Ref: loanOf(n), Product: "card", Currency: "CNY"}},
	}
	c.all = append(c.all, d)
	c.to[b.ID] = store.Recipient{Name: []string{"黄淑芬", "王伟", "欧阳晓梅", "李建国"}[n%4], Title: []string{"", "女士", "先生"}[n%3], Phone: phoneOf(n)}
	c.stand(d, due, minor, ledger.Day(thursday))
	return d
}

// stand gives a person's loan its standing on a day.
func (c *crowd) stand(d *store.Dossier, due ledger.Date, minor int64, on ledger.Date) {
	d.Loans[0].Standing = assess.Stand(assess.Facts{
		Loan:        ledger.Loan{ID: d.Loans[0].ID, Currency: "CNY"},
		Terms:       c.p.Terms,
		Instalments: []ledger.Instalment{{Number: 1, DueOn: due - 30, Principal: minor}, {Number: 2, DueOn: due, Principal: minor}},
		Payments:    []ledger.Payment{{PaidOn: due - 31, Minor: minor}},
	}, on)
}

// addBook puts in a lender's book as `duly bench plan` makes it, on a night like any other: the strategy has run on
// every night before, and nobody has answered.
func (c *crowd) addBook(t testing.TB, persons int) {
	late := []int{3, 1, 6, 9, 12, 15, 2, 20, 27, 5, 40, 55, 75, 120}
	today := ledger.Day(thursday)
	for i := range persons {
		due := today + ledger.Date(1+i%30)
		if i%100 < 30 {
			due = today - ledger.Date(late[i%len(late)])
		}
		minor := 50_000 + int64(i)*7919%900_000
		d := c.add(due, minor)
		next := due - 3
		for on := due - 3; on < today; on++ {
			if on < next {
				continue // what was planned for a later day waits
			}
			c.stand(d, due, minor, on)
			now := on.At(10, 0, shanghai)
			d.PaymentsAsOf = now
			j, err := Judge(c.p, d, now, false)
			if err != nil {
				t.Fatal(err)
			}
			next = c.done(d, &j)
		}
		c.stand(d, due, minor, today)
		d.PaymentsAsOf = thursday
	}
}

// done notes what a night's judgement led to, and returns the day on which the person is looked at next.
func (c *crowd) done(d *store.Dossier, j *Judgement) ledger.Date {
	touch := decide.Touch{On: j.Today, Channel: ledger.Task, Episode: j.Intent.Episode}
	switch j.Action {
	case Hold:
		return j.Today + 1
	case Contact:
		touch.On, touch.Channel = ledger.Day(j.NotBefore.In(shanghai)), ledger.SMS
		d.Contacts = append(d.Contacts, guard.Contact{At: j.NotBefore, Day: touch.On, Channel: ledger.SMS})
	case Work:
	}
	touch.Treatment = j.Intent.Treatment.Index
	d.Touches = append(d.Touches, touch)
	return touch.On + 1
}

// BenchmarkRecipe is the pure recipe for one person after the other on one core (GOMAXPROCS=1), default strategy and
// rulebook, without a store. Two populations: "book" is every person of a lender's book on an ordinary night, most of
// whom are at no stage, and is what the budget of DESIGN section 8 is about; "texts" is persons each of whom gets a
// text, which is the hardest. The parts are "judge" (assess and decide), "guard" (and the preferred hours, for those
// for whom something is intended), "write" (for those who get a text), and "whole", which is all of it for everybody;
// "plain" is the reference.
//
// persons/cpu-s counts this process's time on the processor, the collector's too, because a shared machine makes the
// time on the wall say little.
func BenchmarkRecipe(b *testing.B) {
	for name, fill := range map[string]func(*crowd){
		"book": func(c *crowd) { c.addBook(b, 3000) },
		"texts": func(c *crowd) {
			for i := range 60 {
				c.add(day(thursday, []int{3, 6, 9, 12, 18, 25}[i%6]), int64(10000+i*997))
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			c := newCrowd(b)
			fill(c)
			b.Run("judge", func(b *testing.B) { c.run(b, c.all, c.judge) })
			b.Run("guard", c.guard)
			b.Run("write", c.write)
			b.Run("whole", func(b *testing.B) { c.run(b, c.all, c.whole) })
			b.Run("plain", func(b *testing.B) { c.run(b, c.all, c.plain) })
		})
	}
}

// run measures one step for one person after the other.
func (c *crowd) run(b *testing.B, all []*store.Dossier, step func(*store.Dossier) error) {
	b.ReportAllocs()
	before, n := cpuTime(b), 0
	for ; b.Loop(); n++ {
		if err := step(all[n%len(all)]); err != nil {
			b.Fatal(err)
		}
	}
	took := cpuTime(b) - before
	b.ReportMetric(float64(took.Nanoseconds())/float64(n), "cpu-ns/person")
	b.ReportMetric(float64(n)/took.Seconds(), "persons/cpu-s")
	b.ReportMetric(float64(len(all))/float64(len(c.all)), "share")
}

// cpuTime is the processor time of this process so far.
func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (c *crowd) judge(d *store.Dossier) error {
	facts, err := c.p.assess(&c.j, d, thursday)
	if err == nil {
		c.p.intend(&c.j, d, facts, thursday)
	}
	return err
}

func (c *crowd) whole(d *store.Dossier) error {
	j := &c.j
	if err := c.p.judge(j, d, thursday, false); err != nil || j.Action != Contact {
		return err
	}
	return c.text(d, j)
}

// text writes on the paper of a claim, which the next claim uses again, as a sender does.
func (c *crowd) text(d *store.Dossier, j *Judgement) error {
	if c.texts++; c.texts%500 == 0 {
		c.paper.Reset()
	}
	_, err := c.p.write(&c.paper, d, j, c.to, thursday)
	return err
}

// plain is what the others are held against, on a machine of which nobody knows how busy it is: a hand-written loop
// that ages a loan, leaves out who is not late, and puts a sentence with amount and date together. It knows no law.
func (c *crowd) plain(d *store.Dossier) error {
	s := &d.Loans[0].Standing
	late := int(ledger.Day(thursday) - s.OldestUnpaid)
	if s.OldestUnpaid == 0 || late > 90 {
		return nil
	}
	b := append(c.buf[:0], "【晨光银行】尊敬的客户，您"...)
	_, m, day := s.OldestUnpaid.YMD()
	b = append(strconv.AppendInt(append(strconv.AppendInt(b, int64(m), 10), "月"...), int64(day), 10), "日的还款还没有收到。截至今天应还"...)
	minor := s.Principal + s.Interest + s.Fees + s.Penalty/1_000_000
	b = append(strconv.AppendInt(append(strconv.AppendInt(b, minor/100, 10), '.', byte('0'+minor/10%10)), minor%10, 10), "元，已逾期"...)
	c.buf = append(strconv.AppendInt(b, int64(late), 10), "天，请还款，或致电4008000000商定计划。拒收请回复R"...)
	return nil
}

// guard measures what asking the law costs, for those for whom the strategy intends something.
func (c *crowd) guard(b *testing.B) {
	intents := map[*store.Dossier]Judgement{}
	var all []*store.Dossier
	for _, d := range c.all {
		var j Judgement
		if facts, err := c.p.assess(&j, d, thursday); err != nil {
			b.Fatal(err)
		} else if c.p.intend(&j, d, facts, thursday) {
			all, intents[d] = append(all, d), j
		}
	}
	js := make([]Judgement, 0, len(all))
	for _, d := range all {
		js = append(js, intents[d])
	}
	n := 0
	c.run(b, all, func(d *store.Dossier) error {
		c.p.ask(&js[n%len(js)], d, thursday, false)
		n++
		return nil
	})
}

// write measures the text, for those who get one.
func (c *crowd) write(b *testing.B) {
	var all []*store.Dossier
	var js []Judgement
	for _, d := range c.all {
		j, err := Judge(c.p, d, thursday, false)
		if err != nil {
			b.Fatal(err)
		}
		if j.Action == Contact {
			all, js = append(all, d), append(js, j)
		}
	}
	n := 0
	c.run(b, all, func(d *store.Dossier) error {
		n++
		return c.text(d, &js[(n-1)%len(js)])
	})
}

// TestCrowd holds that the benchmark's populations are what it says they are.
func TestCrowd(t *testing.T) {
	book := newCrowd(t)
	book.addBook(t, 1000)
	done := map[string]int{}
	for _, d := range book.all {
		j, err := Judge(book.p, d, thursday, false)
		if err != nil {
			t.Fatal(err)
		}
		done[fmt.Sprint(j.Action)]++
		done["contacts"] += len(d.Contacts)
		if j.Action == Contact {
			text, err := Write(book.p, d, &j, book.to, thursday)
			if err != nil {
				t.Fatal(err)
			}
			done[text.Template.Name]++
		}
	}
	t.Log(done)
	if done["0"] == 0 || done["1"] == 0 || done["2"] == 0 || done["contacts"] == 0 {
		t.Errorf("a book in which nobody is held, written to, called or has been written to is no book: %v", done)
	}
}
