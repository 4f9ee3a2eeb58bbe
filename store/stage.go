package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

// A Stage holds the rows of one import until all of them are there, in temporary tables: they come in any
// order, and a loan may come before its borrower. It is the sink of intake.
type Stage struct {
	ctx       context.Context
	tx        *sql.Tx
	keys      *Keys
	portfolio Portfolio
	zone      *time.Location // the creditor's own
	fleet     bool           // as of Store

	files      []string
	loanFile   bool // a file of loans was read, even if it was empty
	flat       bool // a flat list was
	feed       bool // payments, or balances that count them, were stated
	borrowers  staged
	loans      staged
	instalment staged
	payments   staged
	cash       staged
	states     staged
	lifts      staged
	consents   staged
	contacts   staged
	numbers    staged
	duties     staged
}

// staged is one temporary table being filled.
type staged struct {
	*bulk
	n int
}

func (s *staged) put(vals ...any) error {
	s.n++
	return s.add(vals...)
}

// The temporary tables: in_ holds rows as stated, src is file<<40 | line. go_ holds them with Duly's numbers,
// once each: was is 0 for a new row, 1 for one that is known as it is, 2 for a changed one.
var stageTables = []struct{ name, columns string }{
	{"in_borrower", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, ref TEXT, key BLOB, kind TEXT, phone BLOB, digest BLOB,
		language TEXT, zone TEXT, country TEXT, region TEXT, locality TEXT, age INTEGER, phone_kind INTEGER, wished INTEGER, wish TEXT, box BLOB, proof_kind TEXT, proof BLOB, born BLOB, name BLOB, tail BLOB)`},
	{"in_loan", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, ref TEXT, borrower TEXT, product TEXT, currency TEXT,
		opened_on INTEGER, principal INTEGER, annual_rate INTEGER, penalty_multiplier INTEGER, closed_on INTEGER, core INTEGER,
		core_due INTEGER, core_on INTEGER, debit_until INTEGER, next_step TEXT, next_step_on INTEGER, next_step_by TEXT, assigned_to TEXT)`},
	{"in_instalment", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, loan TEXT, currency TEXT, number INTEGER, due_on INTEGER,
		principal INTEGER, interest INTEGER, fees INTEGER, split INTEGER)`},
	{"in_payment", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, loan TEXT, currency TEXT, key TEXT, paid_on INTEGER, minor INTEGER,
		reverses TEXT)`},
	{"in_cash", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, loan TEXT, currency TEXT, paid_on INTEGER, minor INTEGER, reverses TEXT)`},
	{"go_borrower", `(n INTEGER PRIMARY KEY, ref TEXT UNIQUE, id INTEGER, fact INTEGER, person INTEGER, target INTEGER,
		was INTEGER, keep INTEGER)`},
	{"new_person", `(key BLOB PRIMARY KEY, kind TEXT, n INTEGER) WITHOUT ROWID`},
	{"go_loan", `(n INTEGER PRIMARY KEY, ref TEXT UNIQUE, id INTEGER, borrower INTEGER, was INTEGER)`},
	{"go_instalment", `(loan INTEGER, number INTEGER, n INTEGER, due_on INTEGER, principal INTEGER, interest INTEGER,
		fees INTEGER, split INTEGER, was INTEGER, PRIMARY KEY (loan, number)) WITHOUT ROWID`},
	{"go_payment", `(key TEXT, loan INTEGER, n INTEGER, paid_on INTEGER, minor INTEGER, reverses TEXT, was INTEGER,
		PRIMARY KEY (key, loan)) WITHOUT ROWID`},
	{"go_cash", `(loan INTEGER, paid_on INTEGER, file INTEGER, nth INTEGER, minor INTEGER, n INTEGER,
		PRIMARY KEY (loan, paid_on, file, nth)) WITHOUT ROWID`},
	{"go_reversal", `(loan INTEGER, reverses TEXT, src INTEGER, keyed INTEGER, key TEXT, col INTEGER, ref TEXT, paid_on INTEGER, minor INTEGER,
		n INTEGER, PRIMARY KEY (loan, reverses, src)) WITHOUT ROWID`},
	{"go_back", `(loan INTEGER, key TEXT, paid_on INTEGER, PRIMARY KEY (loan, key)) WITHOUT ROWID`},
	{"bad_row", `(src INTEGER PRIMARY KEY, col INTEGER, a TEXT, b TEXT, other INTEGER, n INTEGER)`},
	{"touched_loan", `(id INTEGER PRIMARY KEY)`},
	{"touched_person", `(id INTEGER PRIMARY KEY)`},
}

// stageColumns are the columns of the tables of rows as stated, but for n.
const (
	borrowerColumns = `src, col, ref, key, kind, phone, digest, language, zone, country, region, locality, age, phone_kind, wished, wish, box, proof_kind, proof, born, name, tail`
	loanColumns     = `src, col, ref, borrower, product, currency, opened_on, principal, annual_rate, penalty_multiplier, closed_on, core, ` + coreColumns
	coreColumns     = `core_due, core_on, debit_until, next_step, next_step_on, next_step_by, assigned_to`
)

func newStage(ctx context.Context, tx *sql.Tx, keys *Keys, p Portfolio, zone *time.Location, fleet bool) *Stage {
	into := func(table, columns string) staged {
		b := newBulk(ctx, tx, "INSERT INTO "+table+" ("+columns+") VALUES ", "", strings.Count(columns, ",")+1)
		b.copies = fleet
		return staged{bulk: b}
	}
	return &Stage{
		ctx: ctx, tx: tx, keys: keys, portfolio: p, zone: zone, fleet: fleet,
		borrowers:  into("in_borrower", borrowerColumns),
		loans:      into("in_loan", loanColumns),
		instalment: into("in_instalment", `src, col, loan, currency, number, due_on, principal, interest, fees, split`),
		payments:   into("in_payment", `src, col, loan, currency, key, paid_on, minor, reverses`),
		cash:       into("in_cash", `src, col, loan, currency, paid_on, minor, reverses`),
		states:     into("in_state", stateColumns),
		lifts:      into("in_lift", liftColumns),
		consents:   into("in_consent", consentColumns),
		contacts:   into("in_contact", contactColumns),
		numbers:    into("in_number", numberColumns),
		duties:     into("in_duty", dutyColumns),
	}
}

func (s *Stage) make() error {
	// The pages of temporary tables kept in memory, in KiB: the rest goes to a file that SQLite unlinks at once.
	if _, err := s.tx.ExecContext(s.ctx, `PRAGMA temp.cache_size = -16000`); err != nil {
		return wrap(err)
	}
	q := `SELECT EXISTS (SELECT 1 FROM temp.sqlite_schema WHERE name = ?)`
	if s.fleet {
		q = `SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = ? AND relnamespace = pg_my_temp_schema())`
	}
	var there bool
	if err := s.tx.QueryRowContext(s.ctx, q, stageTables[0].name).Scan(&there); err != nil {
		return wrap(err)
	}
	if there { // all of them are, or none: they were made in one transaction
		kept := int64(0)
		if s.fleet { // trials, of which nothing is kept but this
			if err := s.tx.QueryRowContext(s.ctx, stagedBytes).Scan(&kept); err != nil {
				return wrap(err)
			}
		}
		if kept <= mostKept {
			return nil
		}
		for _, t := range slices.Concat(stageTables, factTables) {
			if _, err := s.tx.ExecContext(s.ctx, "DROP TABLE "+t.name); err != nil {
				return wrap(err)
			}
		}
	}
	for _, t := range slices.Concat(stageTables, factTables) {
		if _, err := s.tx.ExecContext(s.ctx, "CREATE TEMP TABLE "+t.name+" "+t.columns); err != nil {
			return wrap(err)
		}
	}
	return nil
}

func (s *Stage) staged() []*staged {
	return []*staged{&s.borrowers, &s.loans, &s.instalment, &s.payments, &s.cash, &s.states, &s.lifts, &s.consents, &s.contacts, &s.numbers, &s.duties}
}

func (s *Stage) close() error {
	for _, b := range s.staged() {
		if err := b.close(); err != nil {
			return err
		}
	}
	return nil
}

// rows returns how many rows are staged.
func (s *Stage) rows() (n int) {
	for _, b := range s.staged() {
		n += b.n
	}
	return n
}

// manyRows are so many that a plan made for an import before this one, perhaps of a single row, may not do.
const manyRows = 1000

// measure lets PostgreSQL know how large the staged tables are; nobody else looks at temporary ones.
func (s *Stage) measure() error {
	if s.rows() > manyRows {
		if _, err := s.tx.ExecContext(s.ctx, "DISCARD PLANS"); err != nil {
			return wrap(err)
		}
	}
	for _, t := range slices.Concat(stageTables, factTables) {
		if strings.HasPrefix(t.name, "in_") {
			if _, err := s.tx.ExecContext(s.ctx, "ANALYZE "+t.name); err != nil {
				return wrap(err)
			}
		}
	}
	return nil
}

// empty leaves no row behind. The tables stay for the next import of the connection. On SQLite each table that is made or dropped lets
// it read the text of every statement anew that it keeps; on PostgreSQL each is three or four files and some thirty rows of the
// catalogue. Both took longer than a small import itself. PostgreSQL does not give back what deleted rows took, so that there tables
// go that have grown.
func (s *Stage) empty(m *merge) {
	with := "DELETE FROM "
	if s.fleet && m.number(stagedBytes) > mostKept {
		with = "DROP TABLE "
	}
	for _, t := range slices.Concat(stageTables, factTables) {
		m.exec(with + t.name)
	}
}

// mostKept is how many bytes of temporary tables may stay with a connection to PostgreSQL, of those that stagedBytes counts.
const mostKept = 1 << 20

const stagedBytes = `SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'`

// lineBits is how many bits of a row's src hold its line; the others hold its file.
const lineBits = 40

// File begins a file; rows that follow are its.
func (s *Stage) File(name string, kind intake.Kind) error {
	s.files = append(s.files, name)
	switch kind {
	case intake.Loans:
		s.loanFile = true
	case intake.Payments:
		s.feed = true
	case intake.Overdue:
		s.loanFile, s.feed, s.flat = true, true, true
	case intake.Borrowers, intake.Instalments, intake.States, intake.Consents, intake.Contacts, intake.Numbers, intake.Duties:
	}
	return nil
}

// Row stages one row.
func (s *Stage) Row(r *intake.Row) error {
	src := int64(len(s.files)-1)<<lineBits | int64(r.Line)
	switch r.Kind {
	case intake.Borrowers:
		return s.borrower(src, r.Column, &r.Borrower)
	case intake.Loans:
		l := &r.Loan
		c := &l.Core
		return s.loans.put(src, r.Column, l.ID, l.BorrowerID, l.Product, string(l.Currency), int64(l.OpenedOn), l.Principal.Minor,
			int64(l.AnnualRate), int64(l.PenaltyMultiplier), int64(l.ClosedOn), l.CoreStated, c.Due.Minor, int64(s.dayOf(c.AsOf)), millis(c.DebitUntil),
			c.NextStep, int64(c.NextStepOn), c.NextStepBy, c.AssignedTo)
	case intake.Instalments:
		i := &r.Instalment
		return s.instalment.put(src, r.Column, i.LoanID, string(i.Amount.Currency), i.Number, int64(i.DueOn), i.Principal.Minor,
			i.Interest.Minor, i.Fees.Minor, i.Split)
	case intake.Payments:
		p := &r.Payment
		if p.ID == "" {
			return s.cash.put(src, r.Column, p.LoanID, string(p.Amount.Currency), int64(p.PaidOn), p.Amount.Minor, paymentKey(p.Reverses))
		}
		return s.payments.put(src, r.Column, p.LoanID, string(p.Amount.Currency), paymentKey(p.ID), int64(p.PaidOn), p.Amount.Minor,
			paymentKey(p.Reverses))
	case intake.States, intake.Consents, intake.Contacts, intake.Numbers, intake.Duties:
		return s.fact(src, r)
	case intake.Overdue:
	}
	return fmt.Errorf("store: import: a row of kind %q cannot be staged", r.Kind)
}

// dayOf returns the creditor's day that ends at an instant or in which it lies; 0 where there is none.
func (s *Stage) dayOf(t time.Time) ledger.Date {
	if t.IsZero() {
		return 0
	}
	return ledger.Day(t.Add(-time.Millisecond).In(s.zone))
}

// place returns where a row stands.
func (s *Stage) place(src int64) (file string, line int) {
	return s.files[src>>lineBits], int(src & (1<<lineBits - 1))
}

// The kinds of value that are looked up by keyed hash; each has a space of its own.
const (
	hashPhone    = "phone"    // an E.164 number
	hashIdentity = "identity" // an identity number, without spaces
	hashRef      = "ref"      // portfolio and borrower, where there is neither
	hashRow      = "row"      // a whole borrower's row
)

// borrower stages one row: what is personal is sealed before it is written anywhere.
func (s *Stage) borrower(src int64, col int, r *ledger.BorrowerRow) error {
	box, err := s.keys.sealPerson(s.portfolio.Ref, r.ID, sealedPerson{Name: r.Name, Phone: r.Phone, Title: r.Title})
	if err != nil {
		return err
	}
	var phone []byte
	if callable(r.PhoneKind) {
		phone = s.keys.hash(hashPhone, r.Phone)
	}
	kind, key := "ref", phone
	switch {
	case r.Identity != "":
		kind, key = "identity", s.keys.hash(hashIdentity, r.Identity)
	case phone != nil:
		kind = "phone"
	default:
		key = s.keys.hash(hashRef, s.portfolio.Ref+"\x00"+r.ID)
	}
	digest := s.keys.hash(hashRow, strings.Join([]string{
		r.ID, r.Name, r.Phone, strconv.Itoa(int(r.PhoneKind)), r.Identity, r.Language, r.Zone, r.Country, r.Region,
		strconv.Itoa(r.Age), r.Title, r.Locality,
	}, "\x00")+bornText(r.BornOn))
	proofKind, proof, born := s.keys.proofs(s.portfolio.Ref, r)
	return s.borrowers.put(src, col, r.ID, key, kind, phone, digest, r.Language, r.Zone, r.Country, r.Region, r.Locality, r.Age,
		int(r.PhoneKind), r.Wished, wishText(r.Wish), box, proofKind, proof, born, s.keys.nameHash(r.Name), s.keys.tailHash(r.Phone))
}

// bornText adds a day of birth to what a row's digest is made of, and nothing where there is none, so that digests made
// before there were any still hold.
func bornText(d ledger.Date) string {
	if d == 0 {
		return ""
	}
	return "\x00" + d.String()
}

// wishText writes a wish as a borrower's row holds it: hours in minutes, days by bits, channel; each may be empty.
func wishText(w ledger.Wish) string {
	if w == (ledger.Wish{}) {
		return ""
	}
	return fmt.Sprintf("%d-%d %d %s", w.Open, w.Close, w.Days, w.Channel)
}

// parseWish reads what wishText wrote.
func parseWish(s string) (w ledger.Wish, err error) {
	if s == "" {
		return w, nil
	}
	hours, rest, _ := strings.Cut(s, " ")
	days, channel, _ := strings.Cut(rest, " ")
	open, end, _ := strings.Cut(hours, "-")
	bits, err := strconv.ParseUint(days, 10, 8)
	if err == nil {
		w.Open, err = strconv.Atoi(open)
	}
	if err == nil {
		w.Close, err = strconv.Atoi(end)
	}
	if err != nil {
		return w, fmt.Errorf("store: %q is not a wish", s)
	}
	w.Days, w.Channel = uint8(bits), ledger.Channel(channel)
	return w, nil
}

// callable says that the number is one of E.164, by which a person can be found and perhaps reached.
func callable(k ledger.PhoneKind) bool {
	switch k {
	case ledger.PhoneMobile, ledger.PhoneFixed, ledger.PhoneOther:
		return true
	case ledger.PhoneUnknown, ledger.PhoneInvalid:
		return false
	}
	return false
}

// paymentKey keeps a lender's payment_id apart from the keys '@day#n' of payments without one.
func paymentKey(id string) string {
	if strings.HasPrefix(id, "@") {
		return "@" + id
	}
	return id
}
