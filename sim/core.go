package sim

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A core is the lender's own system: it knows every loan, books what is paid, and states its ledger to Duly in
// files. It shares no arithmetic with Duly.
type core struct {
	zone     *time.Location
	seed     uint64
	files    map[string]*table // borrowers, loans, instalments
	accounts map[string]*account
	byPhone  map[string][]*account // by digits without a plus, in the order of the loans
	payments []*payment            // in the order in which they were learned of
	booked   int                   // payments that handsets made
	born     map[string]string     // by digits: the owner's day of birth, YYYY-MM-DD
}

// A table is a CSV file.
type table struct {
	header []string
	rows   [][]string
}

// An account is one loan.
type account struct {
	id       string
	borrower string
	rate     int64 // penalty rate a year, millionths
	due      []instalment
	paid     []*payment // stated to Duly, in the order of their days
	cleared  bool       // its owner has paid in full after a message: what history says was paid later is not
}

type instalment struct {
	on    ledger.Date
	minor int64
}

// A payment is money that came.
type payment struct {
	id       string
	account  *account
	on       ledger.Date
	minor    int64
	bookedAt time.Time
	statedAt time.Time // when Duly was told; zero before
}

var ledgerFiles = []string{"borrowers", "loans", "instalments", "payments"}

// newCore reads the files of one or several ledgers in Duly's own format. Their payments become known on their
// own days, at an hour that the seed decides.
func newCore(zone *time.Location, seed uint64, ledgers ...fs.FS) (*core, error) {
	c := &core{zone: zone, seed: seed, files: map[string]*table{}, accounts: map[string]*account{}, byPhone: map[string][]*account{}}
	for _, from := range ledgers {
		for _, name := range ledgerFiles {
			if err := c.read(from, name); err != nil {
				return nil, fmt.Errorf("sim: %s.csv: %w", name, err)
			}
		}
	}
	c.birthdays()
	phones := map[string]string{}
	for _, r := range c.files["borrowers"].rows {
		phones[r[0]] = strings.TrimPrefix(r[2], "+")
	}
	for _, r := range c.files["loans"].rows {
		a := c.accounts[r[0]]
		c.byPhone[phones[a.borrower]] = append(c.byPhone[phones[a.borrower]], a)
		slices.SortFunc(a.due, func(x, y instalment) int { return cmp.Compare(x.on, y.on) })
	}
	return c, nil
}

// read takes one file in. The columns are those of docs/formats/ledger.md in the order of the samples.
func (c *core) read(from fs.FS, name string) error {
	f, err := from.Open(name + ".csv")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	if name != "payments" {
		t := c.files[name]
		if t == nil {
			t = &table{header: rows[0]}
			c.files[name] = t
		}
		if !slices.Equal(t.header, rows[0]) {
			return fmt.Errorf("the ledgers do not have the same columns: %v and %v", t.header, rows[0])
		}
		t.rows = append(t.rows, rows[1:]...)
	}
	for _, r := range rows[1:] {
		if err := c.row(name, r); err != nil {
			return err
		}
	}
	return nil
}

func (c *core) row(name string, r []string) error {
	switch name {
	case "loans":
		rate, err := ledger.ParseRate(r[6])
		times, err2 := ledger.ParseRate(r[7])
		if err != nil || err2 != nil {
			return fmt.Errorf("loan %s: rate %q × %q", r[0], r[6], r[7])
		}
		c.accounts[r[0]] = &account{id: r[0], borrower: r[1], rate: int64(rate) * int64(times) / 1_000_000}
	case "instalments":
		on, minor, err := dayAndAmount(r[2], r[3])
		if err != nil {
			return err
		}
		a := c.accounts[r[0]]
		a.due = append(a.due, instalment{on, minor})
	case "payments":
		on, minor, err := dayAndAmount(r[2], r[3])
		if err != nil {
			return err
		}
		// Money comes between eight in the morning and eight in the evening.
		at := on.At(8, 0, c.zone).Add(time.Duration(draw(12*60, c.seed, "hour", r[0])) * time.Minute)
		c.payments = append(c.payments, &payment{id: r[0], account: c.accounts[r[1]], on: on, minor: minor, bookedAt: at})
	}
	return nil
}

func dayAndAmount(day, amount string) (ledger.Date, int64, error) {
	on, err := ledger.ParseDate(day)
	if err != nil {
		return 0, 0, err
	}
	m, err := ledger.ParseMoney(amount, "CNY")
	return on, m.Minor, err
}

// pay books money that the owner of a number pays at a time: towards the loan that has been owing longest.
func (c *core) pay(number string, minor int64, at time.Time, inFull bool) {
	accounts := c.byPhone[number]
	if len(accounts) == 0 || minor <= 0 {
		return
	}
	today := ledger.Day(at.In(c.zone))
	put := func(a *account, minor int64) {
		c.booked++
		c.payments = append(c.payments, &payment{
			id: fmt.Sprintf("H%06d", c.booked), account: a, on: today, minor: minor, bookedAt: at,
		})
		a.cleared = a.cleared || inFull
	}
	for _, a := range accounts[:len(accounts)-1] {
		if part := min(minor, a.owes(today, at).total); part > 0 {
			put(a, part)
			minor -= part
		}
	}
	if minor > 0 {
		put(accounts[len(accounts)-1], minor)
	}
}

// phoneOf returns a borrower's number as the carrier writes it, without a plus; empty when there is no such borrower.
func (c *core) phoneOf(borrower string) string {
	for _, r := range c.files["borrowers"].rows {
		if r[0] == borrower {
			return strings.TrimPrefix(r[2], "+")
		}
	}
	return ""
}

// learned returns the payments booked up to an instant that Duly has not been told of, and marks them as told
// then.
func (c *core) learned(now time.Time) []*payment {
	var out []*payment
	for _, p := range c.payments {
		if !p.statedAt.IsZero() || p.bookedAt.After(now) {
			continue
		}
		if p.account.cleared && p.id[0] != 'H' {
			p.statedAt = never // its owner has paid it already, another way
			continue
		}
		p.statedAt = now
		p.account.paid = append(p.account.paid, p)
		out = append(out, p)
	}
	for _, p := range out {
		slices.SortStableFunc(p.account.paid, func(x, y *payment) int { return cmp.Compare(x.on, y.on) })
	}
	return out
}

// never is the instant at which a payment is stated that did not happen.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
