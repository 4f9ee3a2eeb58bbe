package guard_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
)

// BenchmarkCheck judges as planning does, allowed with three contacts behind, at night, and held by a cap: under the
// rulebooks of China and its carriers; under federal law, Massachusetts, the carriers and a house of the United States;
// and under a country that is nowhere with a rule of every kind, its province, city and carrier. cpu-ns/op is the
// processor's time, which grows less with what else the machine does.
func BenchmarkCheck(b *testing.B) {
	f := good(b)
	for _, days := range []int{9, 6, 3} {
		at := f.Now.Add(-time.Duration(days) * 24 * time.Hour)
		f.Contacts = append(f.Contacts, guard.Contact{At: at, Day: ledger.Day(at), Channel: ledger.SMS, Loans: []ledger.LoanID{2}})
	}
	f.Loans, f.Case, f.Carrier, f.Address = []ledger.LoanID{1}, law.Case{DPD: 10, DPDKnown: true, First: law.No}, "direct", 7

	us := f
	us.Now = time.Date(2026, 9, 24, 14, 0, 0, 0, time.UTC)
	us.Zones, us.Country, us.Region, us.Product = []*time.Location{zone(b, "America/New_York")}, "US", "US-MA", "consumer"
	us.Consents = []guard.Consent{{Channel: ledger.SMS, At: us.Now.AddDate(0, -1, 0)}}
	house := law.Rulebook{ID: "acme", Rules: []law.Rule{
		{ID: "ACME-HOURS", Kind: law.Hours, Confidence: law.Binding, Open: 540, Close: 1200},
		{ID: "ACME-SPACE", Kind: law.Spacing, Confidence: law.Binding, N: 1, Days: 3, Per: law.PerPerson},
	}}

	zz := f
	zz.Country, zz.Region, zz.Locality, zz.Carrier, zz.Product = "ZZ", "ZZ-AA", "ZZ-AA-CITY", "pipe", "plain"
	for _, c := range []struct {
		name  string
		rules law.Rules
		f     guard.Facts
	}{
		{"cn", rulesFor(b, f, cn(b), ships(b, "carriers-cn")), f},
		{"us", rulesFor(b, us, ships(b, "us"), ships(b, "us-ma"), ships(b, "carriers-us"), house), us},
		{"zz", rulesOf(nowhere(b, books(b)), zz), zz},
	} {
		night, capped := c.f, c.f
		night.Now = night.Now.Add(-6 * time.Hour)
		capped.Contacts = append([]guard.Contact{}, c.f.Contacts...)
		capped.Contacts[2].At, capped.Contacts[2].Day = c.f.Now.Add(-time.Minute), ledger.Day(c.f.Now)
		bench(b, c.name+"/allow", c.rules, &c.f, guard.Allow)
		bench(b, c.name+"/night", c.rules, &night, guard.Wait)
		bench(b, c.name+"/capped", c.rules, &capped, guard.Wait)
	}
}

// ships parses a rulebook that ships.
func ships(t testing.TB, id string) law.Rulebook {
	t.Helper()
	doc, err := rulebooks.FS.ReadFile(id + "/rulebook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := law.Parse(id, doc)
	if err != nil {
		t.Fatal(err)
	}
	return b
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
