package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// recorded merges contacts that people made, and gives them their slots: they happened, so that they are never refused.
func (m *merge) recorded() {
	n := m.stage.contacts.n
	if n == 0 {
		return
	}
	m.knownTo("in_contact", true)
	m.mark(`s.src, s.col, s.channel, '', 0, s.n FROM in_contact s WHERE s.at > ?`, m.known)
	m.report("in_contact", "at", fault.ContactLater)
	m.addresses("in_contact", "phone")
	m.exec(`INSERT INTO go_contact (n, borrower, person, loan, address, at, channel, maker, result, was, old)
		SELECT s.n, b.id, b.person, coalesce(l.id, 0), coalesce(a.id, 0), s.at, s.channel, s.maker, s.result, 0, 0
		FROM in_contact s`+whoseBorrower+whoseLoan+whosePhone+` ORDER BY s.n`, m.o.Portfolio.ID)
	heads, values := m.origin()
	m.sum.Contacts = m.version(versioned{
		in: "in_contact", of: "go_contact", table: "recorded", key: []string{"borrower", "loan", "address", "at", "channel", "maker"},
		content: []string{"result"}, more: []string{"person"}, heads: heads, values: values,
		field: "borrower_id", twice: fault.ContactTwice, word: "borrower",
	}, n)
	if m.sum.Contacts.Added+m.sum.Contacts.Changed == 0 {
		return
	}
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT person FROM go_contact WHERE was <> 1`)
	m.seatRecorded()
}

// results are the words, and makers those of who made one, of contacts.csv as contact holds them: guard.Result.
const (
	results = `CASE r.result WHEN 'conversation' THEN 2 WHEN 'unanswered' THEN 3 ELSE 1 END`
	makers  = `CASE WHEN r.maker LIKE 'agency%' THEN 2 ELSE 1 END` // a Maker
)

// subjects yields whose slots the contacts r of recorded take: the person's; the loan's, or where nobody said which, those
// of all the person's loans; the same of addresses.
const subjects = `SELECT r.id, r.person << 8 | d.slot AS subject FROM fresh r JOIN slots d ON d.slot & 3 = 0
		UNION SELECT r.id, r.loan << 8 | d.slot FROM fresh r JOIN slots d ON d.slot & 3 = 1 WHERE r.loan <> 0
		UNION SELECT r.id, l.id << 8 | d.slot FROM fresh r JOIN slots d ON d.slot & 3 = 1 JOIN borrower b ON b.person = r.person
			JOIN loan l ON l.borrower = b.id WHERE r.loan = 0
		UNION SELECT r.id, r.address << 8 | d.slot FROM fresh r JOIN slots d ON d.slot & 3 = 2 WHERE r.address <> 0
		UNION SELECT r.id, f.address << 8 | d.slot FROM fresh r JOIN slots d ON d.slot & 3 = 2 JOIN borrower b ON b.person = r.person
			JOIN borrower_fact f ON f.id = b.fact WHERE r.address = 0 AND f.address <> 0`

// seatRecorded puts the contacts of this import among those that were counted already, in the order of their hours, and
// takes out those that it corrects. The slots after a new one move up by one, so that a cap's nth contact before is the
// nth by the clock.
func (m *merge) seatRecorded() {
	m.hush()
	m.exec(`CREATE TEMP TABLE fresh_day (id INTEGER PRIMARY KEY, day INTEGER)`)
	m.exec(`CREATE TEMP TABLE seat (subject INTEGER, at INTEGER, seq INTEGER, id INTEGER, day INTEGER, place INTEGER,
		PRIMARY KEY (subject, at, seq, id)) WITHOUT ROWID`)
	m.days()
	m.exec(`INSERT INTO seat (subject, at, seq, id, day)
		WITH fresh AS (SELECT * FROM recorded WHERE known_at = ?1 AND source = ?2 AND result <> 'mistaken'),
			slots AS (SELECT d.slot, coalesce(g.channels, '') AS channels FROM counted d LEFT JOIN cap_group g ON g.id = d.slot >> 2),
			subjects AS (`+subjects+`)
		SELECT s.subject, r.at, 0, r.id, n.day FROM subjects s JOIN fresh r ON r.id = s.id JOIN fresh_day n ON n.id = r.id JOIN slots d ON d.slot = (s.subject & 255)
		WHERE d.slot < 4 OR ' ' || d.channels || ' ' LIKE '% ' || r.channel || ' %'`, m.known, m.source)
	want := m.number(`SELECT count(*) FROM seat`)
	m.exec(`CREATE TEMP TABLE reseated AS SELECT DISTINCT subject FROM seat`)
	if m.sum.Contacts.Changed > 0 { // slots of contacts that were corrected go, and the others of their subjects move up
		m.exec(`INSERT INTO reseated SELECT DISTINCT subject FROM contact WHERE note <> 0 AND note IN (SELECT old FROM go_contact WHERE was = 2)`)
		m.exec(`DELETE FROM contact WHERE note <> 0 AND note IN (SELECT old FROM go_contact WHERE was = 2) AND subject IN (SELECT subject FROM reseated)`)
	}
	m.exec(`INSERT INTO seat (subject, at, seq, id, day) SELECT c.subject, c.at, c.seq, 0, c.day FROM contact c WHERE c.subject IN (SELECT subject FROM reseated)`)
	m.exec(`UPDATE seat SET place = r.place, day = r.day FROM (SELECT subject, at, seq, id, row_number() OVER w AS place, max(day) OVER w AS day
			FROM seat WINDOW w AS (PARTITION BY subject ORDER BY at, seq, id)) r
		WHERE (r.subject, r.at, r.seq, r.id) = (seat.subject, seat.at, seat.seq, seat.id)`)
	m.exec(`UPDATE contact SET seq = -s.place FROM seat s WHERE s.id = 0 AND contact.subject = s.subject AND contact.seq = s.seq AND s.place <> s.seq`)
	m.exec(`UPDATE contact SET seq = -seq WHERE subject IN (SELECT subject FROM reseated) AND seq < 0`)
	// One by one in their order: the trigger wants each slot's predecessor, and no earlier day than that one's.
	got := m.exec(`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, address, result, party, note)
		SELECT s.subject, s.place, s.at, s.day, ?, 0, r.channel, r.portfolio, 0, 0, r.loan, r.address, `+results+`, `+makers+`, r.id
		FROM seat s JOIN recorded r ON r.id = s.id WHERE s.id <> 0 ORDER BY s.subject, s.place`, Uncapped)
	if m.err == nil && int64(got) != want {
		m.fail(fmt.Errorf("%d of %d slots of contacts that people made were taken", got, want))
	}
	for _, t := range []string{"fresh_day", "seat", "reseated"} {
		m.exec(`DROP TABLE temp.` + t)
	}
}

// days works out the borrower's calendar day of each contact of this import.
func (m *merge) days() {
	in := newBulk(m.ctx, m.tx, `INSERT INTO fresh_day (id, day) VALUES `, "", 2)
	type row struct {
		id  int64
		day ledger.Date
	}
	var rows []row
	zones := map[string]*time.Location{}
	m.query(func(scan func(...any)) {
		var r row
		var at int64
		var zone string
		scan(&r.id, &at, &zone)
		z, ok := zones[zone]
		if !ok {
			z = firstZone(zone, m.o.AsOf.Location())
			zones[zone] = z
		}
		r.day = ledger.Day(instant(at).In(z))
		rows = append(rows, r)
	}, `SELECT r.id, r.at, f.zone FROM recorded r JOIN borrower b ON b.id = r.borrower JOIN borrower_fact f ON f.id = b.fact
		WHERE r.known_at = ? AND r.source = ?`, m.known, m.source)
	for _, r := range rows {
		m.fail(in.add(r.id, int64(r.day)))
	}
	m.fail(in.close())
	m.exec(`UPDATE recorded SET day = d.day FROM fresh_day d WHERE d.id = recorded.id`)
}

// firstZone returns the first zone of a list, or another where there is none.
func firstZone(list string, otherwise *time.Location) *time.Location {
	for z := range strings.FieldsSeq(list) {
		if l, err := time.LoadLocation(z); err == nil {
			return l
		}
	}
	return otherwise
}
