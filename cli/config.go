package cli

import (
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A Config is duly.yaml. docs/formats/duly.md shows all of it, docs/formats/duly.schema.json checks it in an
// editor, and duly init writes one with comments.
type Config struct {
	File string // the file that was read
	Text []byte // as it was read: kept with what it decided

	Data       string // folder of the database; relative paths in the file are relative to its own folder
	Database   Database
	Keys       string // folder of the key files, apart from Data
	KeySources KeySources
	Witness    string // file in which this machine notes what it did last; never part of a backup
	Creditor   Creditor
	Portfolios []Portfolio
	Carriers   []Carrier
	Portal     PortalConfig
	Console    ConsoleConfig
	Events     Events
	Opinion    OpinionConfig
	Serve      Serve

	wire   func() time.Time // the clock
	loaded *store.Keys      // what loadKeys got
}

// A Serve is how duly serve works.
type Serve struct {
	Listen    string           // host:port of the HTTP server
	PlanAt    time.Duration    // the hour from which a day is planned for, since midnight in each portfolio's zone
	Drain     time.Duration    // how long what is on its way may take when the process is told to end
	Retention engine.Retention // when messages are given up; zero keeps everything

	MetricsToken string // file with what has to be known to read /metrics; empty: this machine itself may
	Traces       Traces
}

// A Traces is where traces of messages go; the zero value is nowhere.
type Traces struct {
	URL   string  // of a collector that takes OTLP over HTTP
	Share float64 // of the messages, 0 to 1
}

// A Database is PostgreSQL in the place of a folder; the zero value is none.
type Database struct {
	URL          string // without a password
	PasswordEnv  string // the variable that holds the password, or
	PasswordFile string // the file that does; neither means that PostgreSQL's own ways do (PGPASSWORD, PGPASSFILE, a certificate)
}

// A Creditor is the lender.
type Creditor struct {
	ID   string
	Name Text // as its licence has it
}

// A Text is what a borrower reads, by language. A plain string in the file is the same in both.
type Text struct{ ZH, EN string }

// In returns the text in a language, "zh" or "en"; empty when it has none.
func (t Text) In(language string) string {
	if language == "en" {
		return t.EN
	}
	return t.ZH
}

// A Portfolio is a book of loans with one identity.
type Portfolio struct {
	ID           string
	Strategy     string   // the id of one that ships, or the path of a file
	Rulebooks    []string // ids of those that ship, or paths
	Templates    []string // paths of template files; empty means those that ship
	Language     string   // "zh" or "en", for borrowers whose row states none
	Zone         *time.Location
	Currency     ledger.Currency // of files that state none
	Party        string          // "creditor" or "agency"
	Signature    Text            // as registered with the carrier; shown as 【…】 in Chinese
	Phone        string          // where a person answers
	Verify       Text            // the official way to check that a message is real
	Officer      Text
	StopWord     Text
	LedgerMaxAge time.Duration // how old the payments feed may be when a message leaves
	Spread       time.Duration // over how long the messages of a day are spread, so that not all who answer do so at once; 0 spreads none
	StaleAfter   time.Duration // how long after its hour a message may still leave; 0 means the default of 36 h
	Terms        assess.Terms
	Carrier      string      // id of a carrier
	Approvals    []Approval  // of statutory notices
	Pay          Pay         // how borrowers may pay, as their page says
	Talk         engine.Talk // what replies set off
}

// An Approval is a person's word that a statutory notice may be sent in these words.
type Approval struct {
	Template, Language string
	Text               string // the first sixteen hex digits or more of the text's digest: duly check says it
	By                 string // a role or a number of staff
	On                 ledger.Date
}

// A Carrier is a route to deliver.
type Carrier struct {
	ID             string
	Kind           string // "smpp"
	Provider       string // who it is to the law, as carriers' rulebooks name them: "direct", "aliyun", "twilio" …
	Address        string // host:port
	SystemID       string
	PasswordEnv    string // the variable that holds the password, or
	PasswordFile   string // the file that does
	Source         string // the number or name that messages come from
	Window         int    // messages that may be under way at once
	Rate           int    // parts of messages a second, over all machines and sessions; 0 means as fast as the carrier takes them
	Sessions       int    // sessions at once, over all machines; 0 means one for each process
	Simulator      bool   // no real handset lies behind it, so that civil time may be virtual
	RegisteredOnly bool   // only texts that it has registered leave by it
	Cost           Cost   // of a segment
}

// A Cost is a price that may be a fraction of a minor unit.
type Cost struct {
	Micro    int64 // millionths of a minor unit
	Currency ledger.Currency
}

// Portfolio returns the portfolio of that id; an empty id means the only one there is.
func (c *Config) Portfolio(id string) (*Portfolio, error) {
	if id == "" && len(c.Portfolios) == 1 {
		return &c.Portfolios[0], nil
	}
	names := ""
	for i := range c.Portfolios {
		if c.Portfolios[i].ID == id {
			return &c.Portfolios[i], nil
		}
		names += " " + c.Portfolios[i].ID
	}
	if id == "" {
		return nil, fail(Usage, "there are several portfolios; say which with --portfolio, one of:%s", spaced(names))
	}
	return nil, fail(Usage, "no portfolio is called %q; there are:%s", id, spaced(names))
}

// Carrier returns the carrier of that id, nil when there is none.
func (c *Config) Carrier(id string) *Carrier {
	for i := range c.Carriers {
		if c.Carriers[i].ID == id {
			return &c.Carriers[i]
		}
	}
	return nil
}
