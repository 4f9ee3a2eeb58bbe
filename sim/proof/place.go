package proof

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Land is a jurisdiction with the rulebooks that a portfolio there has, and its places.
type Land struct {
	Country   string
	Zone      string // the creditor's
	Language  string // of the portfolio and its borrowers
	Currency  ledger.Currency
	Calling   string   // the country's calling code
	Rulebooks []string // that ship
	Places    []Place
}

// A Place is where people live, with the law of the place as the examiner knows it. The law stands here a second
// time on purpose: a mistake in a rulebook, in its reading or in the guard must not be repeated by who looks for it.
type Place struct {
	land     *Land
	Region   string
	Locality string
	Zones    []string // IANA; each person is in one of them
	Law      Law
}

// A Law is what the examiner knows of a place: clock hours, and caps.
type Law struct {
	Open, Close int // minutes after midnight where the person is; at Close it is no longer lawful
	NoSundays   bool
	Consent     bool // a text needs a recorded consent
	Caps        []CapLaw
}

// A CapLaw allows N contacts in Days calendar days of the person, or in Window rolling: of a person over all loans and
// portfolios, or of each debt.
type CapLaw struct {
	N      int
	Days   int
	Window time.Duration
	Debt   bool // of each debt
	Texts  bool // people's calls do not count
}

const week = 7 * 24 * time.Hour

// house are the caps of Duly's own house rules, which hold where no law has a number: one contact a day, three in any
// seven days.
var house = []CapLaw{{N: 1, Days: 1}, {N: 3, Window: week}}

func hours(open, closing int, caps ...CapLaw) Law {
	return Law{Open: open * 60, Close: closing * 60, Caps: caps}
}

// american are the United States: two contacts in seven days for a debt, one text a day, and only with consent.
func american(more ...CapLaw) Law {
	l := hours(8, 21, append([]CapLaw{{N: 2, Window: week, Debt: true}, {N: 1, Days: 1, Texts: true}}, more...)...)
	l.Consent = true
	return l
}

// Lands are all jurisdictions of the proof.
var Lands = []Land{
	{
		Country: "CN", Zone: "Asia/Shanghai", Language: "zh", Currency: "CNY", Calling: "86", Rulebooks: []string{"cn"},
		Places: []Place{
			{Region: "CN-ZJ", Zones: []string{"Asia/Shanghai"}, Law: hours(8, 22, house...)},
			{ // Chinese borrowers who live elsewhere: their law is China's and their clock is not
				Zones: []string{
					"America/New_York", "Europe/Berlin", "Pacific/Auckland", "Asia/Urumqi", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe",
				}, Law: hours(8, 22, house...),
			},
		},
	},
	{
		Country: "US", Zone: "America/New_York", Language: "en", Currency: "USD", Calling: "1",
		Rulebooks: []string{"us", "us-ca", "us-dc", "us-ma", "us-ny", "us-ny-nyc"},
		Places: []Place{
			{Region: "US-CA", Zones: []string{"America/Los_Angeles"}, Law: american()},
			{Region: "US-HI", Zones: []string{"Pacific/Honolulu"}, Law: american()},
			{Region: "US-IN", Zones: []string{"America/Indiana/Indianapolis", "America/Chicago"}, Law: american()},
			{Region: "US-MA", Zones: []string{"America/New_York"}, Law: american(CapLaw{N: 2, Window: week, Debt: true})},
			{Region: "US-DC", Zones: []string{"America/New_York"}, Law: american(CapLaw{N: 5, Window: week, Debt: true})},
			{Region: "US-NY", Locality: "US-NY-NYC", Zones: []string{"America/New_York"}, Law: american(CapLaw{N: 3, Window: week, Debt: true})},
		},
	},
	{
		Country: "GB", Zone: "Europe/London", Language: "en", Currency: "GBP", Calling: "44", Rulebooks: []string{"gb"},
		Places: []Place{{Zones: []string{"Europe/London"}, Law: hours(8, 21, house...)}},
	},
	{
		Country: "DE", Zone: "Europe/Berlin", Language: "en", Currency: "EUR", Calling: "49", Rulebooks: []string{"de"},
		Places: []Place{{Zones: []string{"Europe/Berlin"}, Law: hours(8, 20, house...)}},
	},
	{
		Country: "IN", Zone: "Asia/Kolkata", Language: "en", Currency: "INR", Calling: "91", Rulebooks: []string{"in"},
		Places: []Place{{Zones: []string{"Asia/Kolkata"}, Law: hours(8, 19, house...)}},
	},
	{
		Country: "ID", Zone: "Asia/Jakarta", Language: "en", Currency: "IDR", Calling: "62", Rulebooks: []string{"id"},
		Places: []Place{{Zones: []string{"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}, Law: func() Law {
			l := hours(8, 20, house...)
			l.NoSundays = true
			return l
		}()}},
	},
	{
		Country: "PH", Zone: "Asia/Manila", Language: "en", Currency: "PHP", Calling: "63", Rulebooks: []string{"ph"},
		Places: []Place{{Zones: []string{"Asia/Manila"}, Law: hours(6, 22, house...)}},
	},
	{
		Country: "MX", Zone: "America/Mexico_City", Language: "en", Currency: "MXN", Calling: "52", Rulebooks: []string{"mx"},
		Places: []Place{{Zones: []string{"America/Mexico_City", "America/Tijuana", "America/Cancun", "America/Hermosillo"}, Law: hours(7, 22, house...)}},
	},
}

func init() {
	for i := range Lands {
		for j := range Lands[i].Places {
			Lands[i].Places[j].land = &Lands[i]
		}
	}
}

// Numbers are of a block of mainland China that belongs to nobody, whoever holds them: few countries have numbers set
// aside for stories.
const (
	block  = "+8617405"
	digits = 6
)
