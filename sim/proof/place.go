package proof

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Place is where people live, with the law of the place as the examiner knows it. The law stands here a second
// time on purpose: a mistake in a rulebook, in its reading or in the guard must not be repeated by who looks for it.
type Place struct {
	Name     string
	Country  string
	Region   string
	Zones    []string // IANA; each person is in one of them
	Language string
	Currency ledger.Currency
	Calling  string // the country's calling code
	Block    string // a block of numbers that belong to nobody, E.164 without the last digits
	Digits   int    // how many digits follow the block
	Law      Law
}

// A Law is what the examiner knows of a place: clock hours, and caps that count a person's contacts over all loans and
// portfolios.
type Law struct {
	Open, Close int // minutes after midnight where the person is; at Close it is no longer lawful
	Caps        []CapLaw
}

// A CapLaw allows N contacts in Days calendar days of the person, or in Window rolling.
type CapLaw struct {
	N      int
	Days   int
	Window time.Duration
}

const week = 7 * 24 * time.Hour

// china is mainland China by the house rules of the rulebook that ships: 08:00 to 22:00, one contact a day, three in
// any seven days.
var china = Law{Open: 8 * 60, Close: 22 * 60, Caps: []CapLaw{{N: 1, Days: 1}, {N: 3, Window: week}}}

// Places are all places of the proof.
var Places = []Place{
	{
		Name: "Zhejiang", Country: "CN", Region: "CN-ZJ", Zones: []string{"Asia/Shanghai"}, Language: "zh", Currency: "CNY",
		Calling: "86", Block: "+8617405", Digits: 6, Law: china,
	},
	{ // Chinese borrowers who live elsewhere: their law is China's and their clock is not
		Name: "abroad", Country: "CN", Zones: []string{
			"America/New_York", "Europe/Berlin", "Pacific/Auckland", "Asia/Urumqi", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe",
		}, Language: "zh", Currency: "CNY", Calling: "86", Block: "+8617405", Digits: 6, Law: china,
	},
}
