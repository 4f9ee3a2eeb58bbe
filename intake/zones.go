package intake

import (
	_ "embed" // for the table of zones
	"slices"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"github.com/dulyhq/duly/ledger"
)

//go:embed zones.csv
var zoneTable string

// zonesOf are the zones by country and region, and older names of zones with = before them.
var zonesOf = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(zoneTable) {
		if place, zones, ok := strings.Cut(strings.TrimSpace(line), ","); ok && !strings.HasPrefix(line, "#") {
			m[place] = zones
		}
	}
	return m
})

// mostCandidates is how many zones somebody may be in at most; where there are more, nothing is known.
const mostCandidates = 12

// candidates returns the zones in which a borrower may be whose row states none, parted by spaces: those of the region, else
// of the country, and those of the number. Empty means that nothing is known.
func candidates(r *ledger.BorrowerRow) string {
	table := zonesOf()
	known, ok := table[r.Region]
	if !ok {
		known = table[r.Country]
	}
	if r.PhoneKind != ledger.PhoneMobile && r.PhoneKind != ledger.PhoneFixed {
		return known
	}
	if r.Country == "CN" && strings.HasPrefix(r.Phone, "+86") {
		return known // the plan gives every number of mainland China the capital's zone: it says nothing that the table does not
	}
	list := strings.Fields(known)
	of, err := phonenumbers.GetTimezonesForPrefix(r.Phone)
	if err != nil {
		return known
	}
	for _, z := range of {
		if now := table["="+z]; now != "" {
			z = now
		}
		if z != phonenumbers.UNKNOWN_TIMEZONE && !slices.Contains(list, z) {
			list = append(list, z)
		}
	}
	if len(list) > mostCandidates {
		return ""
	}
	return strings.Join(list, " ")
}

// CountryIn returns the one country in which the clock of a zone is kept; empty where there is none, or more than one.
func CountryIn(zone string) (country string) {
	for place, zones := range zonesOf() {
		if len(place) != 2 || !slices.Contains(strings.Fields(zones), zone) {
			continue
		}
		if country != "" {
			return ""
		}
		country = place
	}
	return country
}
