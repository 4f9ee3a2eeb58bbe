package store

// moveContacts counts the contacts of a person for whoever a borrower of theirs turned out to be, as well as where they
// were made: who was written to yesterday under one key was written to yesterday. The slots of both are numbered anew in
// the order of time; a day that would run backwards, because the two were counted in different zones, is the later one, so
// that no cap gains by it. Set 1 has no caps: what has been is not refused.
func (m *merge) moveContacts(moved string) {
	m.exec(`CREATE TEMP TABLE moved_contact AS
		WITH pair (person, target) AS (` + moved + `),
		own AS (SELECT c.*, 0 AS later FROM contact c WHERE c.subject & 3 = 0 AND c.subject >> 8 IN (SELECT target FROM pair)),
		came AS (SELECT p.target << 8 | (c.subject & 255) AS subject, c.seq, c.at, c.day, c.capset, c.message, c.channel, c.portfolio, c.treatment,
				c.episode, c.loan, c.others, c.address, c.result, c.party, c.note, 1 AS later
			FROM pair p JOIN contact c ON c.subject BETWEEN p.person << 8 AND p.person << 8 | 255 AND c.subject & 3 = 0
			WHERE NOT EXISTS (SELECT 1 FROM own o WHERE o.subject = p.target << 8 | (c.subject & 255) AND (o.message, o.note) = (c.message, c.note)))
		SELECT *, row_number() OVER w AS nth, max(day) OVER w AS since FROM (SELECT * FROM own UNION ALL SELECT * FROM came) c
		WINDOW w AS (PARTITION BY subject ORDER BY at, later, seq ROWS UNBOUNDED PRECEDING)`)
	if m.number(`SELECT EXISTS (SELECT 1 FROM moved_contact WHERE later = 1)`) != 0 {
		m.exec(`DELETE FROM contact WHERE subject IN (SELECT subject FROM moved_contact)`)
		m.exec(`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, others, address, result,
				party, note)
			SELECT subject, nth, at, since, 1, message, channel, portfolio, treatment, episode, loan, others, address, result, party, note
			FROM moved_contact ORDER BY subject, nth`)
	}
	m.exec(`DROP TABLE temp.moved_contact`)
}
