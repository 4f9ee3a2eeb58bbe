package ledger

import (
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/words/fault"
)

// A StateRow is one row of states.csv: something known of a person, a loan, a number, a channel or a whole region that may
// bar contact, or the lifting of it. A row with the same borrower or region, loan, phone, channel, kind and From replaces
// the one before.
type StateRow struct {
	BorrowerID string // whose; empty where Region is given
	Region     string // everybody who lives there: a country or a region; empty where BorrowerID is given
	LoanID     string // empty: it is not of one loan
	Phone      string // E.164 where valid; empty: it is not of one number
	PhoneKind  PhoneKind
	Channel    Channel   // empty: it is not of one channel
	Kind       string    // "dispute", "bankruptcy", "vulnerable" … as rulebooks name it; required
	From       time.Time // required
	Until      time.Time // zero: until it is lifted
	Reason     string    // why, or of which kind; required; sealed at rest
	Owner      string    // who says so: a role or a number of staff; required
	Note       string    // as little as needed; sealed at rest
	ReviewOn   Date      // when somebody is to look at it again; zero: never
	LiftedOn   time.Time // zero: not lifted
	LiftedBy   string    // a role, perhaps with a number of staff: "compliance:17"
}

// A ConsentRow is one row of consents.csv: a word of the borrower on being contacted.
type ConsentRow struct {
	BorrowerID string
	Channel    Channel
	Withdrawn  bool // else given
	At         time.Time
	How        string    // "written", "online", "oral", "contract" or "reply"; empty: not said
	Address    string    // a number in E.164, or an e-mail address; empty: whatever the address
	ExpiresOn  time.Time // zero: it has no end of its own
}

// A ContactRow is one row of contacts.csv: a contact that people or an agency made. It happened, so that it counts and is
// never refused.
type ContactRow struct {
	BorrowerID string
	LoanID     string // empty: nobody said, so that it counts for every debt
	Phone      string // E.164 where valid; empty: nobody said, so that it counts for every address
	PhoneKind  PhoneKind
	At         time.Time
	Channel    Channel
	Result     string // "attempt", "conversation", "unanswered", "left_message", or "mistaken": it was never made
	By         string // "creditor", or "agency", perhaps with its reference: "agency:north"
}

// Party returns who made the contact: "creditor" or "agency".
func (r *ContactRow) Party() string {
	party, _, _ := strings.Cut(r.By, ":")
	return party
}

// A NumberRow is one row of numbers.csv: what a provider found about a number.
type NumberRow struct {
	Phone     string // E.164
	PhoneKind PhoneKind
	Status    string // "ok", "dead", "reassigned", "shared" or "work"
	CheckedOn Date
	ExpiresOn Date // from then on it is not known again; zero: it stays
	Provider  string
}

// A DutyRow is one row of duties.csv: something done because a law asks for it.
type DutyRow struct {
	BorrowerID string
	LoanID     string // empty: for every loan of the borrower's
	Duty       string // "validation", "first_demand" … as rulebooks name it
	DoneAt     time.Time
	How        Channel // over which channel; empty: not said
}

// The words that a column may hold.
var (
	Channels       = []Channel{SMS, Voice, Email, App, Post, Task}
	ConsentHows    = []string{"written", "online", "oral", "contract", "reply"}
	ContactResults = []string{"attempt", "conversation", "unanswered", "left_message", "mistaken"}
	NumberStatuses = []string{"ok", "dead", "reassigned", "shared", "work"}
	NextSteps      = []string{"acceleration", "agency", "assignment", "court", "credit_report", "legal_letter"}
)

func (f *faults) channel(field string, c Channel, required bool) {
	if c == "" && !required || slices.Contains(Channels, c) {
		return
	}
	words := make([]string, len(Channels))
	for i, ch := range Channels {
		words[i] = string(ch)
	}
	f.oneOf(field, string(c), words, required)
}

func (f *faults) oneOf(field, s string, words []string, required bool) {
	if s == "" {
		if required {
			f.add(field, fault.Empty)
		}
		return
	}
	if !slices.Contains(words, s) {
		f.add(field, fault.NoneOf, strings.Join(words, ", "))
	}
}

// word judges a name of Duly's own kind, such as wrong_person.
func (f *faults) word(field, s string) {
	f.key(field, s, true)
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			f.add(field, fault.NotWord)
			return
		}
	}
}

func (f *faults) instant(field string, t time.Time, required bool) {
	if t.IsZero() {
		if required {
			f.add(field, fault.Empty)
		}
		return
	}
	f.day(field, Day(t), false)
}

// staff judges who says or did something: a role, perhaps with a number. A name has no place in what logs may show.
func (f *faults) staff(field, s string, required bool) {
	f.key(field, s, required)
	if strings.ContainsAny(s, " \t　") {
		f.add(field, fault.NotStaff)
	}
}

func (f *faults) phone(field, number string, k PhoneKind, required bool) {
	switch {
	case number == "" && required:
		f.add(field, fault.Empty)
	case number != "" && (k == PhoneUnknown || k == PhoneInvalid):
		f.add(field, fault.PhoneUnknown)
	}
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *StateRow) Faults() []Fault {
	var f faults
	f.key("borrower_id", r.BorrowerID, false)
	f.key("loan_id", r.LoanID, false)
	switch {
	case r.BorrowerID == "" && r.Region == "":
		f.add("borrower_id", fault.StateOfNobody)
	case r.BorrowerID != "" && r.Region != "":
		f.add("region", fault.StateOfTwo)
	case r.Region != "" && !isRegion(r.Region) && (len(r.Region) != 2 || !capitals(r.Region)):
		f.add("region", fault.StatePlace)
	case r.Region != "" && (r.LoanID != "" || r.Phone != ""):
		f.add("region", fault.StateBeside)
	}
	f.phone("phone", r.Phone, r.PhoneKind, false)
	f.channel("channel", r.Channel, false)
	f.word("kind", r.Kind)
	f.instant("from", r.From, true)
	f.instant("until", r.Until, false)
	if !r.Until.IsZero() && !r.Until.After(r.From) {
		f.add("until", fault.NotAfter, "from")
	}
	if r.Reason == "" {
		f.add("reason", fault.Empty)
	}
	f.text("reason", r.Reason, MaxText)
	f.text("note", r.Note, MaxNote)
	f.staff("owner", r.Owner, true)
	f.day("review_on", r.ReviewOn, false)
	if r.Kind == "protected" && r.Until.IsZero() && r.LiftedOn.IsZero() {
		f.add("until", fault.ProtectedForever)
	}
	r.lifting(&f)
	return f
}

func (r *StateRow) lifting(f *faults) {
	f.instant("lifted_on", r.LiftedOn, false)
	f.staff("lifted_by", r.LiftedBy, !r.LiftedOn.IsZero())
	switch {
	case r.LiftedOn.IsZero() && r.LiftedBy != "":
		f.add("lifted_on", fault.LiftedUndated)
	case !r.LiftedOn.IsZero() && r.LiftedOn.Before(r.From):
		f.add("lifted_on", fault.LiftedEarly)
	}
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *ConsentRow) Faults() []Fault {
	var f faults
	f.key("borrower_id", r.BorrowerID, true)
	f.channel("channel", r.Channel, true)
	f.instant("at", r.At, true)
	f.oneOf("how", r.How, ConsentHows, false)
	f.text("address", r.Address, MaxText)
	f.instant("expires_on", r.ExpiresOn, false)
	switch {
	case !r.ExpiresOn.IsZero() && r.Withdrawn:
		f.add("expires_on", fault.WithdrawalEnds)
	case !r.ExpiresOn.IsZero() && !r.ExpiresOn.After(r.At):
		f.add("expires_on", fault.NotAfter, "at")
	}
	return f
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *ContactRow) Faults() []Fault {
	var f faults
	f.key("borrower_id", r.BorrowerID, true)
	f.key("loan_id", r.LoanID, false)
	f.phone("phone", r.Phone, r.PhoneKind, false)
	f.instant("at", r.At, true)
	f.channel("channel", r.Channel, true)
	f.oneOf("result", r.Result, ContactResults, true)
	f.staff("by", r.By, true)
	if p := r.Party(); r.By != "" && p != "creditor" && p != "agency" {
		f.add("by", fault.ContactMaker)
	}
	return f
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *NumberRow) Faults() []Fault {
	var f faults
	f.phone("phone", r.Phone, r.PhoneKind, true)
	f.oneOf("status", r.Status, NumberStatuses, true)
	f.day("checked_on", r.CheckedOn, true)
	f.day("expires_on", r.ExpiresOn, false)
	if r.ExpiresOn != 0 && r.ExpiresOn <= r.CheckedOn {
		f.add("expires_on", fault.NotAfter, "checked_on")
	}
	f.key("provider", r.Provider, true)
	return f
}

// Faults returns all that is wrong with the row, nil when it is valid.
func (r *DutyRow) Faults() []Fault {
	var f faults
	f.key("borrower_id", r.BorrowerID, true)
	f.key("loan_id", r.LoanID, false)
	f.word("duty", r.Duty)
	f.instant("done_at", r.DoneAt, true)
	f.channel("how", r.How, false)
	return f
}
