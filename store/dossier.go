package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Dossier is what is known of one person in one portfolio: what the recipe reads. It holds no name, number
// or text; Sealed only says where they lie.
type Dossier struct {
	Person       ledger.PersonID
	Turn         int64 // goes up with every commit that can change a verdict
	Portfolio    int64
	PaymentsAsOf time.Time // how far the payments feed reaches; zero when none was imported
	Borrowers    []BorrowerFacts
	Loans        []LoanStanding
	Touches      []decide.Touch  // contacts and tasks about this portfolio, oldest first
	Contacts     []guard.Contact // contacts over all portfolios, oldest first
	LastSeq      int64           // the newest slot taken for the person; 0 means none
	OwnSeq       int64           // the slot of the message in Within.Trying when it is the newest; it is not among Contacts
	States       []guard.State   // of the person and region, of their numbers and loans
	Consents     []guard.Consent
	Duties       []guard.Duty
	By           []Maker       // who made each of Contacts
	Heard        []Heard       // the latest reply from each address
	Replied      time.Time     // the latest reply; zero means never
	Cause        arrange.Cause // why a payment is late, by the latest word on it; empty means that nobody knows
	CauseAt      time.Time     // when that was said
	Kept         int           // promises and plans kept since the last that was not
	Held         *bool         // the holdout as assigned; nil means not yet
	Waiting      bool          // a message of this portfolio is planned and has not left
	Last         Decision      // the latest stored decision; zero when there is none, or where Within names Persons

	loanIDs []ledger.LoanID // room for what Contacts are about
}

// A Maker is who made a contact.
type Maker uint8

// The makers. A carrier makes a contact for the party that the portfolio is of.
const (
	ByPortfolio Maker = iota
	ByCreditor
	ByAgency
)

// Heard is when the borrower last wrote from an address over a channel.
type Heard struct {
	Address int64
	Channel ledger.Channel
	At      time.Time
}

// BorrowerFacts is what the stages read of a borrower.
type BorrowerFacts struct {
	ID        ledger.BorrowerID
	Ref       string
	Fact      int64 // the version, and the number of the sealed row
	Language  string
	Zone      string // several parted by spaces: any may be the one
	Country   string
	Region    string
	Locality  string
	Age       int
	PhoneKind ledger.PhoneKind
	Address   int64 // the number of the address; 0 means none
	Wish      ledger.Wish
	Number    NumberStatus
}

// A NumberStatus is what a provider last found about a number. The zero value is that nobody looked.
type NumberStatus struct {
	Status    string // "ok", "dead", "reassigned", "shared" or "work"; empty means unknown
	CheckedOn ledger.Date
	ExpiresOn ledger.Date // from then on it is not known again; 0 means that it stays
}

// Known says whether what was found still holds on a day.
func (n NumberStatus) Known(on ledger.Date) bool {
	return n.Status != "" && (n.ExpiresOn == 0 || on < n.ExpiresOn)
}

// LoanStanding is a loan with where it stands. Stale says that the standing does not hold on the day asked for.
type LoanStanding struct {
	ID       ledger.LoanID
	Borrower int    // index into Dossier.Borrowers
	Ref      string // empty where Within asks neither for All nor for Persons
	Product  string
	Currency ledger.Currency
	ClosedOn ledger.Date
	Standing assess.Standing
	Stale    bool
	Core     Core
}

// A Core is what the core system says of a loan beside its terms.
type Core struct {
	Differs    bool      // its own total for the loan is not Duly's
	DebitUntil time.Time // a debit is pending until then; zero means none
	NextStep   string    // the authorised next step; empty means none
	NextStepOn ledger.Date
	AssignedTo string      // the new creditor
	LastDueOn  ledger.Date // with a next step: the last due date of the debt
	LastPaidOn ledger.Date // with a next step: the last payment; zero means none
}

// A Decision is why somebody was or was not contacted.
type Decision struct {
	At time.Time
	Ruling
}

// A Ruling is what was decided and why, in words.
type Ruling struct {
	Action    string // "contact", "task" or "hold"
	Stage     string
	Treatment string
	Rule      string
	Reason    string
}

// Within chooses whose dossiers are read.
type Within struct {
	Portfolio int64
	On        ledger.Date       // the day on which standings must hold
	Ahead     int               // with Persons nil: also those with an instalment due in so many days
	All       bool              // with Persons nil: everybody, owing or not
	Persons   []ledger.PersonID // only these, whatever they owe
	// Again says that Persons are judged a second time: of those of whom nothing was learnt since their standings were
	// made, the standing tells what it holds of loan and borrower. The dossiers are the same.
	Again bool
	Span  Span // with Persons nil: only persons of this span; zero is everybody
	// Trying is, by person, a message that is being tried again: its own slot must not count against it.
	Trying map[ledger.PersonID]outbox.MessageID
}

// Dossiers yields the dossiers in the order of persons, from one consistent state of the database. The
// dossier is reused: keep nothing of it.
func (s *Store) Dossiers(ctx context.Context, w Within, yield func(*Dossier) error) error {
	return s.look(ctx, func(tx *sql.Tx, on direct) error { return s.dossiers(ctx, tx, on, w, yield) })
}

func (s *Store) dossiers(ctx context.Context, tx *sql.Tx, on direct, w Within, yield func(*Dossier) error) (err error) {
	if w.Persons != nil {
		ctx = context.WithoutCancel(ctx) // short: not worth a watch for each statement
	} else {
		ctx = long(ctx)
	}
	g := gather{ctx: ctx, tx: tx, kept: s.reads, w: w, likes: &s.likes}
	g.lite, _ = on.(*lite)
	if pg, ok := on.(*pgConn); ok && w.Persons != nil {
		g.pg = &pgBatch{c: pg}
	}
	for _, p := range w.Persons {
		g.persons = append(g.persons, int64(p))
	}
	slices.Sort(g.persons)
	if err := g.look(); err != nil {
		return err
	}
	defer func() { err = joinClose(err, &g) }()
	if err := g.open(); err != nil {
		return err
	}
	for g.owing.ok {
		if err := ctx.Err(); err != nil {
			return err
		}
		if ok, err := g.wanted(); err != nil || !ok {
			return err
		}
		if err := g.next(); err != nil {
			return err
		}
		if g.learnt {
			whole := w
			whole.Persons, whole.Again = []ledger.PersonID{g.d.Person}, false
			err = s.dossiers(ctx, tx, on, whole, yield)
		} else {
			err = yield(&g.d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wanted passes over the loans of persons who were not asked for, and says whether somebody is left.
func (g *gather) wanted() (bool, error) {
	if g.w.Persons == nil {
		return true, nil
	}
	for g.owing.ok {
		for len(g.persons) > 0 && g.persons[0] < g.owing.person {
			g.persons = g.persons[1:]
		}
		if len(g.persons) > 0 && g.persons[0] == g.owing.person {
			return true, nil
		}
		if err := g.owing.advance(); err != nil {
			return false, err
		}
	}
	return false, nil
}
