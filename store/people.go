package store

import "github.com/dulyhq/duly/words/fault"

// borrowers merges borrowers and finds the person that each of them is.
func (m *merge) borrowers() {
	if m.stage.borrowers.n == 0 {
		return
	}
	p := m.o.Portfolio.ID
	m.chosen()
	n := m.exec(`INSERT OR IGNORE INTO go_borrower (n, ref, id, fact, person, target, was, keep)
		SELECT s.n, s.ref, coalesce(b.id, 0), 0, coalesce(b.person, 0), 0,
			CASE WHEN b.id IS NULL THEN 0 WHEN f.digest = s.digest AND (s.wished = 0 OR f.wish = s.wish) THEN 1 ELSE 2 END, 0
		FROM in_borrower s LEFT JOIN borrower b ON b.portfolio = ? AND b.ref = s.ref
		LEFT JOIN borrower_fact f ON f.id = b.fact ORDER BY s.n`, p)
	if n < m.stage.borrowers.n {
		m.conflicts("go_borrower", "borrower_id", fault.BorrowerTwice, `s.ref, ''`, `in_borrower s JOIN go_borrower g ON g.ref = s.ref
			JOIN in_borrower o ON o.n = g.n WHERE s.digest <> o.digest OR s.wish <> o.wish`)
	}
	m.sum.Borrowers = m.tally("go_borrower", m.stage.borrowers.n)
	if m.sum.Borrowers.Added+m.sum.Borrowers.Changed == 0 {
		m.proofs()
		m.findKeys()
		return
	}
	m.exec(`WITH r AS (SELECT n, row_number() OVER (ORDER BY n) AS k FROM go_borrower WHERE was = 0)
		UPDATE go_borrower SET id = ? + r.k FROM r WHERE r.n = go_borrower.n`, m.number(`SELECT coalesce(max(id), 0) FROM borrower`))
	m.exec(`WITH r AS (SELECT n, row_number() OVER (ORDER BY n) AS k FROM go_borrower WHERE was <> 1)
		UPDATE go_borrower SET fact = ? + r.k FROM r WHERE r.n = go_borrower.n`, m.number(`SELECT coalesce(max(id), 0) FROM borrower_fact`))
	m.persons()
	m.writeBorrowers()
	m.proofs()
	m.findKeys()
	m.moves()
	m.borrowersAnew()
}

// persons sets the target of each new or changed borrower. A known key is the person. An unknown one is a new
// person's, unless a borrower whom we know brings it: then it is one more key of the same person, such as a
// new phone. Two exceptions keep people apart: an identity number outranks a phone, so that a row without one
// moves nobody who has one; and a second identity number where several borrowers share a phone is somebody else.
func (m *merge) persons() {
	first := m.number(`SELECT coalesce(max(id), 0) FROM person`)
	if m.sum.Borrowers.Changed > 0 {
		m.exec(`UPDATE go_borrower SET keep = 1 FROM in_borrower s WHERE go_borrower.was = 2 AND s.n = go_borrower.n AND s.kind <> 'identity'
			AND EXISTS (SELECT 1 FROM person_key k WHERE k.person = go_borrower.person AND k.kind = 'identity')`)
		m.exec(`INSERT OR IGNORE INTO person_key (key, kind, person)
			SELECT s.key, s.kind, g.person FROM go_borrower g JOIN in_borrower s ON s.n = g.n
			WHERE g.was = 2 AND g.keep = 0 AND NOT (s.kind = 'identity'
				AND EXISTS (SELECT 1 FROM person_key k WHERE k.person = g.person AND k.kind = 'identity' AND k.key <> s.key)
				AND (SELECT count(*) FROM borrower b WHERE b.person = g.person) > 1)
			ORDER BY g.n`)
	}
	m.exec(`INSERT OR IGNORE INTO new_person (key, kind, n) SELECT s.key, s.kind, g.n FROM go_borrower g JOIN in_borrower s ON s.n = g.n
		WHERE g.was <> 1 AND g.keep = 0 AND NOT EXISTS (SELECT 1 FROM person_key k WHERE k.key = s.key) ORDER BY g.n`)
	m.sum.Persons = m.exec(`INSERT INTO person (id) SELECT ? + row_number() OVER (ORDER BY n) FROM new_person`, first)
	m.exec(`INSERT INTO person_key (key, kind, person) SELECT key, kind, ? + row_number() OVER (ORDER BY n) FROM new_person ORDER BY key`, first)
	m.exec(`UPDATE go_borrower SET target = CASE WHEN keep = 1 THEN go_borrower.person ELSE k.person END
		FROM in_borrower s LEFT JOIN person_key k ON k.key = s.key WHERE s.n = go_borrower.n AND go_borrower.was <> 1`)
}

func (m *merge) writeBorrowers() {
	p := m.o.Portfolio.ID
	m.exec(`INSERT INTO borrower (id, portfolio, ref, person, fact) SELECT id, ?, ref, target, fact FROM go_borrower WHERE was = 0 ORDER BY n`, p)
	if m.sum.Borrowers.Changed > 0 {
		m.exec(`UPDATE in_borrower SET wish = f.wish FROM borrower b JOIN borrower_fact f ON f.id = b.fact
			WHERE in_borrower.wished = 0 AND b.portfolio = ? AND b.ref = in_borrower.ref`, p)
		m.exec(`UPDATE borrower SET person = g.target, fact = g.fact FROM go_borrower g WHERE g.was = 2 AND borrower.id = g.id`)
	}
	m.exec(`INSERT OR IGNORE INTO address (hash) SELECT s.phone FROM go_borrower g JOIN in_borrower s ON s.n = g.n
		WHERE g.was <> 1 AND s.phone IS NOT NULL ORDER BY g.n`)
	m.exec(`INSERT INTO borrower_fact (id, borrower, known_at, source, digest, language, zone, country, region, locality, age, phone_kind, address,
			wish)
		SELECT g.fact, g.id, ?, ?, s.digest, s.language, s.zone, s.country, s.region, s.locality, s.age, s.phone_kind, coalesce(a.id, 0), s.wish
		FROM go_borrower g JOIN in_borrower s ON s.n = g.n LEFT JOIN address a ON a.hash = s.phone WHERE g.was <> 1 ORDER BY g.n`,
		m.known, m.source)
	m.exec(`INSERT INTO sealed_borrower (id, box) SELECT g.fact, s.box FROM go_borrower g JOIN in_borrower s ON s.n = g.n
		WHERE g.was <> 1 ORDER BY g.n`)
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT target FROM go_borrower WHERE was <> 1
		UNION SELECT person FROM go_borrower WHERE was = 2`)
}

// moves takes what follows a borrower to the person that they turned out to be. A stop is never lost on the
// way: the new person has it too. Contacts count for both.
func (m *merge) moves() {
	const moved = `SELECT DISTINCT person, target FROM go_borrower WHERE was = 2 AND target <> person`
	m.sum.Moved = int(m.number(`SELECT count(*) FROM go_borrower WHERE was = 2 AND target <> person`))
	if m.sum.Moved == 0 {
		return
	}
	m.hush() // a stop of this minute goes along
	m.exec(`INSERT INTO state (person, borrower, portfolio, region, loan, address, channel, kind, since, until, owner, review_on, digest, cause, known_at)
		SELECT m.target, s.borrower, s.portfolio, '', s.loan, s.address, s.channel, s.kind, s.since, s.until, s.owner, s.review_on, s.digest, s.cause, ?
		FROM (`+moved+`) m JOIN state s ON s.person = m.person
		WHERE s.gone_at = 0 AND NOT EXISTS (SELECT 1 FROM state o WHERE o.person = m.target AND o.gone_at = 0 AND (o.kind, o.since, o.until, o.cause,
			o.loan, o.address, o.channel) IS (s.kind, s.since, s.until, s.cause, s.loan, s.address, s.channel))`, m.known)
	for _, t := range []string{"consent", "duty"} {
		m.exec(`UPDATE ` + t + ` SET person = g.target FROM go_borrower g WHERE g.was = 2 AND g.target <> g.person AND ` + t + `.borrower = g.id`)
	}
	m.exec(`INSERT OR IGNORE INTO holdout (person, portfolio, held, at)
		SELECT m.target, h.portfolio, h.held, h.at FROM (` + moved + `) m JOIN holdout h ON h.person = m.person`)
	// Whoever was planned for before there was a holdout is not in it: see table holdout.
	m.exec(`INSERT OR IGNORE INTO holdout (person, portfolio, held, at)
		SELECT m.target, d.portfolio, 0, d.at FROM (` + moved + `) m JOIN decision d ON d.person = m.person
		WHERE NOT EXISTS (SELECT 1 FROM holdout h WHERE h.person = m.person AND h.portfolio = d.portfolio)`)
	m.exec(`UPDATE standing SET person = g.target FROM go_borrower g JOIN loan l ON l.borrower = g.id
		WHERE g.was = 2 AND g.target <> g.person AND standing.person = g.person AND standing.loan = l.id`)
	m.moveContacts(moved)
}

// borrowersAnew marks the standings of changed borrowers as to be made anew, for they hold what the recipe asks of a
// borrower; and those of persons whom a borrower has left.
func (m *merge) borrowersAnew() {
	if m.sum.Borrowers.Changed == 0 {
		return
	}
	m.exec(anew + `FROM go_borrower g JOIN loan l ON l.borrower = g.id WHERE g.was = 2 AND standing.person = g.target AND standing.loan = l.id`)
	m.exec(anew + `WHERE person IN (SELECT person FROM go_borrower WHERE was = 2 AND target <> person)`)
}
