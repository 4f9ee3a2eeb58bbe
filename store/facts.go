package store

import (
	"fmt"
	"strings"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// The temporary tables of what bars contact or permits it. in_ holds rows as stated; go_ holds them with Duly's numbers: was
// is 0 for a new row, 1 for one that is known as it is, 2 for a changed one, and old the version that it corrects.
var factTables = []struct{ name, columns string }{
	{"in_state", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, borrower TEXT, region TEXT, loan TEXT, phone BLOB, channel TEXT, kind TEXT,
		since INTEGER, until INTEGER, owner TEXT, review_on INTEGER, digest BLOB, box BLOB)`},
	{"go_state", `(n INTEGER PRIMARY KEY, borrower INTEGER, person INTEGER, region TEXT, loan INTEGER, address INTEGER, channel TEXT, kind TEXT,
		since INTEGER, until INTEGER, owner TEXT, review_on INTEGER, digest BLOB, cause TEXT, portfolio INTEGER, was INTEGER, old INTEGER)`},
	{"in_lift", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, borrower TEXT, region TEXT, loan TEXT, phone BLOB, channel TEXT, kind TEXT,
		lifted_on INTEGER, lifted_by TEXT)`},
	{"go_lift", `(n INTEGER PRIMARY KEY, state INTEGER, person INTEGER, region TEXT, lifted_on INTEGER, lifted_by TEXT, was INTEGER)`},
	{"in_consent", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, borrower TEXT, channel TEXT, address BLOB, withdrawn INTEGER, at INTEGER,
		how TEXT, until INTEGER)`},
	{"go_consent", `(n INTEGER PRIMARY KEY, borrower INTEGER, person INTEGER, channel TEXT, address INTEGER, withdrawn INTEGER, at INTEGER,
		how TEXT, until INTEGER, was INTEGER, old INTEGER)`},
	{"in_contact", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, borrower TEXT, loan TEXT, phone BLOB, at INTEGER, channel TEXT, maker TEXT,
		result TEXT)`},
	{"go_contact", `(n INTEGER PRIMARY KEY, borrower INTEGER, person INTEGER, loan INTEGER, address INTEGER, at INTEGER, channel TEXT, maker TEXT,
		result TEXT, was INTEGER, old INTEGER)`},
	{"in_number", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, phone BLOB, provider TEXT, checked_on INTEGER, status TEXT, expires_on INTEGER)`},
	{"go_number", `(n INTEGER PRIMARY KEY, address INTEGER, provider TEXT, checked_on INTEGER, status TEXT, expires_on INTEGER, was INTEGER,
		old INTEGER)`},
	{"in_duty", `(n INTEGER PRIMARY KEY, src INTEGER, col INTEGER, borrower TEXT, loan TEXT, duty TEXT, at INTEGER, channel TEXT)`},
	{"go_duty", `(n INTEGER PRIMARY KEY, borrower INTEGER, person INTEGER, loan INTEGER, duty TEXT, at INTEGER, channel TEXT, was INTEGER,
		old INTEGER)`},
}

const (
	stateColumns   = `src, col, borrower, region, loan, phone, channel, kind, since, until, owner, review_on, digest, box`
	liftColumns    = `src, col, borrower, region, loan, phone, channel, kind, lifted_on, lifted_by`
	consentColumns = `src, col, borrower, channel, address, withdrawn, at, how, until`
	contactColumns = `src, col, borrower, loan, phone, at, channel, maker, result`
	numberColumns  = `src, col, phone, provider, checked_on, status, expires_on`
	dutyColumns    = `src, col, borrower, loan, duty, at, channel`
)

// hashEmail and hashState are two more kinds of value that are looked up by keyed hash.
const (
	hashEmail = "email"
	hashState = "state" // reason and note of a state, with whose it is
)

// fact stages one row of a file that says what bars contact or permits it.
func (s *Stage) fact(src int64, r *intake.Row) error {
	col := r.Column
	switch r.Kind {
	case intake.States:
		return s.state(src, col, &r.State)
	case intake.Consents:
		c := &r.Consent
		return s.consents.put(src, col, c.BorrowerID, string(c.Channel), s.addressHash(c.Address), c.Withdrawn, millis(c.At), c.How, millis(c.ExpiresOn))
	case intake.Contacts:
		c := &r.Contact
		return s.contacts.put(src, col, c.BorrowerID, c.LoanID, s.addressHash(c.Phone), millis(c.At), string(c.Channel), c.By, c.Result)
	case intake.Numbers:
		c := &r.Number
		return s.numbers.put(src, col, s.addressHash(c.Phone), c.Provider, int64(c.CheckedOn), c.Status, int64(c.ExpiresOn))
	case intake.Duties:
		c := &r.Duty
		return s.duties.put(src, col, c.BorrowerID, c.LoanID, c.Duty, millis(c.DoneAt), string(c.How))
	case intake.Borrowers, intake.Loans, intake.Instalments, intake.Payments, intake.Overdue:
	}
	return fmt.Errorf("store: import: a row of kind %q is none of those", r.Kind)
}

// addressHash returns the keyed hash of a number or an e-mail address, nil where there is none.
func (s *Stage) addressHash(address string) []byte {
	switch {
	case address == "":
		return nil
	case strings.Contains(address, "@"):
		return s.keys.hash(hashEmail, address)
	}
	return s.keys.hash(hashPhone, address)
}

func (s *Stage) state(src int64, col int, r *ledger.StateRow) error {
	if !r.LiftedOn.IsZero() {
		return s.lifts.put(src, col, r.BorrowerID, r.Region, r.LoanID, s.addressHash(r.Phone), string(r.Channel), r.Kind, millis(r.LiftedOn), r.LiftedBy)
	}
	whose := s.portfolio.Ref + "\x00" + r.BorrowerID + "\x00" + r.Region
	digest := s.keys.hash(hashState, whose+"\x00"+r.Reason+"\x00"+r.Note)
	box, err := s.keys.sealState(digest, sealedState{Reason: r.Reason, Note: r.Note})
	if err != nil {
		return err
	}
	return s.states.put(src, col, r.BorrowerID, r.Region, r.LoanID, s.addressHash(r.Phone), string(r.Channel), r.Kind, millis(r.From), millis(r.Until),
		r.Owner, int64(r.ReviewOn), digest, box)
}

// A versioned is a kind of fact of which each row is a version: the newest with the same key counts.
type versioned struct {
	in, of, table string   // of the rows as stated, of those with numbers, and the facts
	key           []string // columns that say which fact it is
	content       []string // columns that say what of it
	more          []string // columns that follow from the key
	values        string   // further columns of the facts with their values, as ", name" and ", value"
	heads         string
	field         string     // of which a row is said that contradicts another
	twice         fault.Code // how that is said
	word          string     // the column of in that it names
}

// version brings the rows of go_ into the facts, and returns what became of them.
func (m *merge) version(v versioned, stated int) Tally {
	key := strings.Join(v.key, ", ")
	with := func(alias string, columns []string) string {
		return "(" + alias + "." + strings.Join(columns, ", "+alias+".") + ")"
	}
	if m.number(`SELECT EXISTS (SELECT 1 FROM `+v.of+` GROUP BY `+key+` HAVING count(*) > 1)`) != 0 {
		m.conflicts(v.of, v.field, v.twice, `s.`+v.word+`, ''`, v.of+` g JOIN `+v.in+` s ON s.n = g.n
			JOIN (SELECT min(n) AS first, `+key+` FROM `+v.of+` GROUP BY `+key+`) d ON `+with("d", v.key)+` IS `+with("g", v.key)+`
			JOIN `+v.of+` h ON h.n = d.first JOIN `+v.in+` o ON o.n = h.n WHERE g.n <> h.n AND `+with("g", v.content)+` IS NOT `+with("h", v.content))
		m.exec(`DELETE FROM ` + v.of + ` WHERE n NOT IN (SELECT min(n) FROM ` + v.of + ` GROUP BY ` + key + `)`)
	}
	if m.any(v.table) {
		same := make([]string, len(v.key))
		for i, k := range v.key {
			same[i] = "o." + k + " = " + v.of + "." + k
		}
		m.exec(`UPDATE ` + v.of + ` SET old = coalesce((SELECT max(o.id) FROM ` + v.table + ` o WHERE ` + strings.Join(same, " AND ") + `), 0)`)
		m.exec(`UPDATE ` + v.of + ` SET was = CASE WHEN ` + with("o", v.content) + ` IS ` + with(v.of, v.content) + ` THEN 1 ELSE 2 END
			FROM ` + v.table + ` o WHERE o.id = ` + v.of + `.old`)
	}
	t := m.tally(v.of, stated)
	if t.Added+t.Changed == 0 {
		return t
	}
	m.exec(`UPDATE `+v.table+` SET gone_at = ? WHERE gone_at = 0 AND id IN (SELECT old FROM `+v.of+` WHERE was = 2)`, m.known)
	columns := strings.Join(append(append(append([]string(nil), v.key...), v.content...), v.more...), ", ")
	m.exec(`INSERT INTO ` + v.table + ` (` + columns + v.heads + `) SELECT ` + columns + v.values + ` FROM ` + v.of + ` WHERE was <> 1 ORDER BY n`)
	return t
}

// whose joins the borrower b, and the loan l and address a where a row s names one.
const (
	whoseBorrower = ` JOIN borrower b ON b.portfolio = ?1 AND b.ref = s.borrower`
	whoseLoan     = ` LEFT JOIN loan l ON l.portfolio = ?1 AND l.ref = s.loan`
	whosePhone    = ` LEFT JOIN address a ON a.hash = s.phone`
)

// known refuses rows of borrowers and loans that nobody knows, and of loans of another borrower.
func (m *merge) knownTo(table string, loans bool) {
	p := m.o.Portfolio.ID
	m.mark(`s.src, s.col, s.borrower, '', 0, s.n FROM `+table+` s
		WHERE s.borrower <> '' AND NOT EXISTS (SELECT 1 FROM borrower b WHERE b.portfolio = ? AND b.ref = s.borrower)`, p)
	m.report(table, "borrower_id", fault.BorrowerUnknown)
	if !loans {
		return
	}
	m.mark(`s.src, s.col, s.loan, s.borrower, 0, s.n FROM `+table+` s JOIN borrower b ON b.portfolio = ?1 AND b.ref = s.borrower
		WHERE s.loan <> '' AND NOT EXISTS (SELECT 1 FROM loan l WHERE l.portfolio = ?1 AND l.ref = s.loan AND l.borrower = b.id)`, p)
	m.report(table, "loan_id", fault.LoanElsewhere)
}

// addresses makes the numbers known that rows name.
func (m *merge) addresses(table, column string) {
	m.exec(`INSERT OR IGNORE INTO address (hash) SELECT DISTINCT ` + column + ` FROM ` + table + ` WHERE ` + column + ` IS NOT NULL`)
}

// facts merges what bars contact or permits it.
func (m *merge) facts() {
	m.allStates()
	m.consents()
	m.recorded()
	m.checks()
	m.duties()
}

func (m *merge) origin() (heads, values string) {
	return `, portfolio, known_at, source`, fmt.Sprintf(`, %d, %d, %d`, m.o.Portfolio.ID, m.known, m.source)
}

func (m *merge) consents() {
	n := m.stage.consents.n
	if n == 0 {
		return
	}
	m.knownTo("in_consent", false)
	m.addresses("in_consent", "address")
	m.exec(`INSERT INTO go_consent (n, borrower, person, channel, address, withdrawn, at, how, until, was, old)
		SELECT s.n, b.id, b.person, s.channel, coalesce(a.id, 0), s.withdrawn, s.at, s.how, s.until, 0, 0
		FROM in_consent s`+whoseBorrower+` LEFT JOIN address a ON a.hash = s.address ORDER BY s.n`, m.o.Portfolio.ID)
	heads, values := m.origin()
	m.sum.Consents = m.version(versioned{
		in: "in_consent", of: "go_consent", table: "consent", key: []string{"borrower", "channel", "address", "withdrawn", "at"},
		content: []string{"how", "until"}, more: []string{"person"}, heads: heads, values: values,
		field: "borrower_id", twice: fault.ConsentTwice, word: "borrower",
	}, n)
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT person FROM go_consent WHERE was <> 1`)
	m.exec(`INSERT INTO audit (at, who, what, portfolio, subject) SELECT ?, ?, 'consent_changed', ?, 'consent ' || c.id
		FROM go_consent g JOIN consent c ON c.borrower = g.borrower AND c.known_at = ?
			AND (c.channel, c.address, c.withdrawn, c.at) IS (g.channel, g.address, g.withdrawn, g.at)
		WHERE g.was = 2 OR g.withdrawn = 1 ORDER BY c.id`, m.known, m.who(), m.o.Portfolio.ID, m.known)
}

// who returns who stated the rows.
func (m *merge) who() string { return fmt.Sprintf("import %d", m.source) }

func (m *merge) duties() {
	n := m.stage.duties.n
	if n == 0 {
		return
	}
	m.knownTo("in_duty", true)
	m.exec(`INSERT INTO go_duty (n, borrower, person, loan, duty, at, channel, was, old)
		SELECT s.n, b.id, b.person, coalesce(l.id, 0), s.duty, s.at, s.channel, 0, 0 FROM in_duty s`+whoseBorrower+whoseLoan+` ORDER BY s.n`,
		m.o.Portfolio.ID)
	heads, values := m.origin()
	m.sum.Duties = m.version(versioned{
		in: "in_duty", of: "go_duty", table: "duty", key: []string{"borrower", "loan", "duty", "at"}, content: []string{"channel"},
		more: []string{"person"}, heads: heads, values: values, field: "borrower_id", twice: fault.DutyTwice, word: "borrower",
	}, n)
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT person FROM go_duty WHERE was <> 1`)
}

// checks merges what providers found about numbers, and works out what holds now: the latest look, whoever's it was.
func (m *merge) checks() {
	n := m.stage.numbers.n
	if n == 0 {
		return
	}
	m.addresses("in_number", "phone")
	m.exec(`INSERT INTO go_number (n, address, provider, checked_on, status, expires_on, was, old)
		SELECT s.n, a.id, s.provider, s.checked_on, s.status, s.expires_on, 0, 0 FROM in_number s JOIN address a ON a.hash = s.phone ORDER BY s.n`)
	m.sum.Numbers = m.version(versioned{
		in: "in_number", of: "go_number", table: "number_check", key: []string{"address", "provider", "checked_on"},
		content: []string{"status", "expires_on"}, heads: `, known_at, source`, values: fmt.Sprintf(`, %d, %d`, m.known, m.source),
		field: "phone", twice: fault.NumberTwice, word: "provider",
	}, n)
	m.exec(`INSERT INTO number_now (address, status, checked_on, expires_on)
		SELECT address, status, checked_on, expires_on FROM number_check c WHERE gone_at = 0 AND address IN (SELECT address FROM go_number WHERE was <> 1)
			AND id = (SELECT id FROM number_check d WHERE d.address = c.address AND d.gone_at = 0 ORDER BY checked_on DESC, id DESC LIMIT 1)
		ON CONFLICT (address) DO UPDATE SET status = excluded.status, checked_on = excluded.checked_on, expires_on = excluded.expires_on`)
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT b.person FROM go_number g JOIN borrower_fact f ON f.address = g.address
		JOIN borrower b ON b.id = f.borrower WHERE g.was <> 1`)
}
