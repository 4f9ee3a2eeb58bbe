package guard_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// BenchmarkCheck judges as planning does, under the rulebook of China and under one that holds a rule of every
// kind with its province, city, carrier and house: allowed, with three contacts behind; held by a cap; and at
// night. cpu-ns/op is the processor's time, which does not grow with what else the machine does.
func BenchmarkCheck(b *testing.B) {
	f := good(b)
	for _, days := range []int{9, 6, 3} {
		at := f.Now.Add(-time.Duration(days) * 24 * time.Hour)
		f.Contacts = append(f.Contacts, guard.Contact{At: at, Day: ledger.Day(at), Channel: ledger.SMS, Loans: []ledger.LoanID{2}})
	}
	shelf := books(b)
	var nowhere []law.Rulebook
	for _, k := range shelf.Books {
		k.Bind, k.Advise = nil, nil
		nowhere = append(nowhere, k)
	}
	l, err := shelf.Compose(nowhere...)
	if err != nil {
		b.Fatal(err)
	}
	z := f
	z.Country, z.Region, z.Locality, z.Carrier, z.Product = "ZZ", "ZZ-AA", "ZZ-AA-CITY", "pipe", "plain"
	z.Case, z.Loans = law.Case{DPD: 10, DPDKnown: true, First: law.No}, []ledger.LoanID{1}
	for name, c := range map[string]struct {
		rules law.Rules
		f     guard.Facts
	}{
		"cn":      {rulesFor(b, f, cn(b)), f},
		"nowhere": {rulesOf(l, z), z},
	} {
		night, capped := c.f, c.f
		night.Now = night.Now.Add(-6 * time.Hour)
		capped.Contacts = append([]guard.Contact{}, c.f.Contacts...)
		capped.Contacts[2].At, capped.Contacts[2].Day = f.Now.Add(-time.Minute), ledger.Day(f.Now)
		bench(b, name+"/allow", c.rules, &c.f, guard.Allow)
		bench(b, name+"/night", c.rules, &night, guard.Wait)
		bench(b, name+"/capped", c.rules, &capped, guard.Wait)
	}
}

func bench(b *testing.B, name string, rules law.Rules, f *guard.Facts, want guard.Ruling) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		n, start := 0, processor(b)
		for b.Loop() {
			n++
			if v := guard.Check(rules, f); v.Ruling != want {
				b.Fatalf("%+v", v)
			}
		}
		b.ReportMetric(float64(processor(b)-start)/float64(n), "cpu-ns/op")
	})
}

// processor returns the processor's time that this process has used.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
