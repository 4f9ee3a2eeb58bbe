package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// importJSON is the summary for machines.
type importJSON struct {
	Portfolio string                  `json:"portfolio"`
	Mode      string                  `json:"mode"`
	DryRun    bool                    `json:"dry_run"`
	AsOf      time.Time               `json:"as_of"`
	KnownAt   time.Time               `json:"known_at"`
	Rows      map[string]store.Tally  `json:"rows"` // bad ones of both kinds of check included
	Persons   int                     `json:"persons_new"`
	Moved     int                     `json:"persons_changed"`
	Withdrawn int                     `json:"payments_withdrawn"`
	Mixed     int                     `json:"payments_mixed"`
	Closed    int                     `json:"loans_closed"`
	Assessed  int                     `json:"loans_assessed"`
	On        ledger.Date             `json:"assessed_on"`
	Sums      map[string][]amountJSON `json:"sums"`
}

type amountJSON struct {
	Amount   string          `json:"amount"`
	Currency ledger.Currency `json:"currency"`
}

func (i *importing) mode() string {
	if i.sum.Snapshot {
		return "snapshot"
	}
	return "delta"
}

// rows are the tallies by kind, with the rows that intake refused.
func (i *importing) rows() (kinds []intake.Kind, tallies []store.Tally) {
	kinds = []intake.Kind{intake.Borrowers, intake.Loans, intake.Instalments, intake.Payments}
	tallies = []store.Tally{i.sum.Borrowers, i.sum.Loans, i.sum.Instalments, i.sum.Payments}
	flat := store.Tally{}
	for _, r := range i.read {
		if r.Kind == intake.Overdue {
			flat.Stated += r.Rows + r.Bad
			flat.Bad += r.Bad
		}
		for n, k := range kinds {
			if r.Kind == k {
				tallies[n].Stated += r.Bad
				tallies[n].Bad += r.Bad
			}
		}
	}
	if flat.Bad > 0 { // rows of a flat list that gave nothing at all
		kinds, tallies = append(kinds, intake.Overdue), append(tallies, store.Tally{Stated: flat.Bad, Bad: flat.Bad})
	}
	return kinds, tallies
}

func (i *importing) report(assessed int, on ledger.Date) error {
	if i.flags.json {
		return i.reportJSON(assessed, on)
	}
	var b bytes.Buffer
	verb := "Imported"
	if i.flags.dryRun {
		verb = "Would import"
	}
	fmt.Fprintf(&b, "%s %s into %s as a %s, as of %s.\n\n", verb, count(len(i.files), "file", "files"), i.portfolio.ID, i.mode(),
		i.asOf.In(i.portfolio.Zone).Format("2006-01-02 15:04"))
	fmt.Fprintf(&b, "%-12s%10s%10s%10s%10s%8s\n", "", "rows", "new", "changed", "same", "bad")
	kinds, tallies := i.rows()
	for n, t := range tallies {
		fmt.Fprintf(&b, "%-12s%10s%10s%10s%10s%8s\n", kinds[n], grouped(t.Stated), grouped(t.Added), grouped(t.Changed), grouped(t.Same), grouped(t.Bad))
	}
	b.WriteByte('\n')
	for _, note := range i.notes() {
		fmt.Fprintln(&b, note)
	}
	if !i.flags.dryRun {
		fmt.Fprintf(&b, "Assessed %s for %s.\n", count(assessed, "loan", "loans"), on)
	}
	_, err := i.a.out.Write(b.Bytes())
	return err
}

// notes are what a lender should know beside the counts.
func (i *importing) notes() (notes []string) {
	say := func(n int, one, many, rest string) {
		if n > 0 {
			notes = append(notes, count(n, one, many)+rest)
		}
	}
	var unsplit, nowhere int
	var phones intake.Phones
	for _, r := range i.read {
		unsplit, nowhere = unsplit+r.Unsplit, nowhere+r.NoPlace
		phones.Fixed += r.Phones.Fixed
		phones.Other += r.Phones.Other
		phones.Invalid += r.Phones.Invalid
		phones.None += r.Phones.None
		if len(r.Ignored) > 0 {
			notes = append(notes, fmt.Sprintf("%s: columns not read: %s.", r.File, strings.Join(r.Ignored, ", ")))
		}
	}
	say(i.sum.Closed, "loan", "loans", " closed: the snapshot does not name them.")
	say(i.sum.Withdrawn, "payment", "payments", " withdrawn: stated for another loan now, or no longer stated for their day.")
	say(i.sum.Moved, "borrower", "borrowers", " turned out to be a person known already; stops went along.")
	say(i.sum.Mixed, "day of a loan", "days of loans", " with payments both with and without a payment_id: money may be counted twice.")
	say(unsplit, "instalment", "instalments", " without principal, interest and fees: all is taken for principal.")
	say(nowhere, "borrower", "borrowers", " without country and region: not contacted, because no law could be chosen.")
	say(phones.None, "borrower", "borrowers", " without a phone.")
	say(phones.Invalid, "phone", "phones", " that no numbering plan has: not used.")
	say(phones.Fixed+phones.Other, "phone", "phones", " that are not mobile: no texts are sent to them.")
	return notes
}

func (i *importing) reportJSON(assessed int, on ledger.Date) error {
	out := importJSON{
		Portfolio: i.portfolio.ID, Mode: i.mode(), DryRun: i.flags.dryRun, AsOf: i.asOf, KnownAt: i.sum.KnownAt,
		Rows: map[string]store.Tally{}, Persons: i.sum.Persons, Moved: i.sum.Moved, Withdrawn: i.sum.Withdrawn, Mixed: i.sum.Mixed,
		Closed: i.sum.Closed, Assessed: assessed, On: on, Sums: map[string][]amountJSON{},
	}
	kinds, tallies := i.rows()
	for n, t := range tallies {
		out.Rows[string(kinds[n])] = t
	}
	sums := map[intake.Kind]map[ledger.Currency]int64{}
	for _, r := range i.read {
		if sums[r.Kind] == nil {
			sums[r.Kind] = map[ledger.Currency]int64{}
		}
		for cur, minor := range r.Sums {
			sums[r.Kind][cur] += minor
		}
	}
	for kind, by := range sums {
		for _, cur := range sortedKeys(by) {
			out.Sums[string(kind)] = append(out.Sums[string(kind)], amountJSON{ledger.Money{Minor: by[cur], Currency: cur}.Decimal(), cur})
		}
	}
	return json.NewEncoder(i.a.out).Encode(out)
}

// grouped writes a whole number with commas between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
