package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dulyhq/duly/ledger"
)

// plainName is a name as it is found by: without spaces, in small letters.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '·' || r == '.' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// nameHash is what a name is found by; nil for none.
func (k *Keys) nameHash(name string) []byte {
	plain := plainName(name)
	if plain == "" {
		return nil
	}
	return k.hash("name", plain)
}

// findKeys keeps by what borrowers are found, where it is not known already.
func (m *merge) findKeys() {
	m.exec(`INSERT OR IGNORE INTO find_key (kind, hash, borrower) SELECT 'name', s.name, g.id FROM go_borrower g JOIN in_borrower s ON s.n = g.n
		WHERE g.id <> 0 AND s.name IS NOT NULL ORDER BY s.name`)
	// Whoever has another number now is not found by the end of the one before.
	m.exec(`DELETE FROM find_tail WHERE borrower IN (SELECT g.id FROM go_borrower g WHERE g.was = 2) AND NOT EXISTS (
		SELECT 1 FROM go_borrower g JOIN in_borrower s ON s.n = g.n WHERE g.id = find_tail.borrower AND s.tail = find_tail.hash)`)
	m.exec(`INSERT OR IGNORE INTO find_tail (hash, borrower) SELECT s.tail, g.id FROM go_borrower g JOIN in_borrower s ON s.n = g.n
		WHERE g.id <> 0 AND s.tail IS NOT NULL ORDER BY s.tail`)
}

// tailDigits is how many digits of a phone's end are searched for.
const tailDigits = 4

// tailHash is what the end of a phone is found by; nil for none.
func (k *Keys) tailHash(phone string) []byte {
	if len(phone) <= tailDigits {
		return nil
	}
	return k.hash("tail", phone[len(phone)-tailDigits:])
}

// IsTail says whether a text is searched for as the end of a phone.
func IsTail(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) == tailDigits && strings.Trim(text, "0123456789") == ""
}

// A Hit is a borrower that a search has found.
type Hit struct {
	ID        ledger.BorrowerID
	Ref       string
	Portfolio int64
	Person    ledger.PersonID
	By        string // "borrower", "loan", "person", "message", "phone", "name" or "tail"
	Recipient        // opened: mask it before anybody sees it
}

// mostHits bounds what one search opens: whoever gets as many looks for nobody in particular.
const mostHits = 50

// Lookup returns the borrowers whom a text names wholly: by the lender's key, a loan's, a person such as p12, a message, a phone in
// any usual spelling, or a name; or by the last four digits of the phone that they have now. It finds nobody by a part of anything else, and nobody outside of the portfolios
// that are given.
func (s *Store) Lookup(ctx context.Context, text string, among []int64) (out []Hit, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	phone := phoneLike(text)
	list, err := json.Marshal(among)
	if err != nil {
		return nil, err
	}
	var facts []BorrowerFacts
	portfolios := map[int64]string{}
	seen := map[ledger.BorrowerID]bool{}
	look := func(by, where string, with ...any) error {
		return s.hits(ctx, &out, &facts, seen, portfolios, by, where+` AND b.portfolio IN (SELECT value FROM json_each(?))`, append(with, string(list))...)
	}
	if found, e := s.Find(ctx, text); e == nil {
		for _, f := range found {
			switch f.Kind {
			case "borrower":
				err = errors.Join(err, look("borrower", `b.id = ?`, f.ID))
			case "loan":
				err = errors.Join(err, look("loan", `b.id = (SELECT borrower FROM loan WHERE id = ?)`, f.ID))
			case "message":
				err = errors.Join(err, look("message", `b.id = (SELECT borrower FROM message WHERE id = ?)`, f.ID))
			default:
				err = errors.Join(err, look("person", `b.person = ?`, int64(f.Person)))
			}
		}
	} else if !errors.Is(e, ErrNotFound) {
		return nil, e
	}
	for _, spelling := range phone {
		err = errors.Join(err, look("phone", `b.id IN (SELECT x.borrower FROM address a JOIN borrower_fact x ON x.address = a.id WHERE a.hash = ?) AND f.address IN (SELECT id FROM address WHERE hash = ?)`,
			s.keys.hash(hashPhone, spelling), s.keys.hash(hashPhone, spelling)))
	}
	if h := s.keys.nameHash(text); h != nil {
		err = errors.Join(err, look("name", `b.id IN (SELECT borrower FROM find_key WHERE kind = 'name' AND hash = ?)`, h))
	}
	if IsTail(text) {
		err = errors.Join(err, look("tail", `b.id IN (SELECT borrower FROM find_tail WHERE hash = ?)`, s.keys.hash("tail", text)))
	}
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, out, facts, portfolios); err != nil {
		return nil, err
	}
	// Whoever had such a number once and has another now is not meant.
	return slices.DeleteFunc(out, func(h Hit) bool { return h.By == "tail" && !strings.HasSuffix(h.Phone, text) }), nil
}

// phoneLike returns the spellings that a text may have as a number; none where it is none.
func phoneLike(text string) []string {
	digits := strings.Map(func(r rune) rune {
		if r >= 0xff10 && r <= 0xff19 {
			r -= 0xfee0
		}
		switch {
		case r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-' || r == '(' || r == ')' || r == '+' || r == '\u00a0':
			return -1
		}
		return 'x'
	}, text)
	if len(digits) < 7 || len(digits) > 15 || strings.Contains(digits, "x") {
		return nil
	}
	if strings.HasPrefix(text, "+") {
		return spellings("+" + digits)
	}
	return spellings(digits)
}

func (s *Store) hits(ctx context.Context, out *[]Hit, facts *[]BorrowerFacts, seen map[ledger.BorrowerID]bool, portfolios map[int64]string, by, where string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, `SELECT b.id, b.ref, b.portfolio, b.person, b.fact, p.ref FROM borrower b JOIN borrower_fact f ON f.id = b.fact
		JOIN portfolio p ON p.id = b.portfolio WHERE `+where+` ORDER BY b.id LIMIT `+strconv.Itoa(mostHits), args...)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		h := Hit{By: by}
		var fact int64
		var portfolio string
		if err := rows.Scan(&h.ID, &h.Ref, &h.Portfolio, &h.Person, &fact, &portfolio); err != nil {
			return wrap(err)
		}
		if seen[h.ID] || len(*out) >= mostHits {
			continue
		}
		seen[h.ID] = true
		portfolios[h.Portfolio] = portfolio
		*out = append(*out, h)
		*facts = append(*facts, BorrowerFacts{ID: h.ID, Fact: fact, Ref: h.Ref})
	}
	return wrap(rows.Err())
}

// open opens who they are.
func (s *Store) open(ctx context.Context, hits []Hit, facts []BorrowerFacts, portfolios map[int64]string) error {
	for row, ref := range portfolios {
		var of []BorrowerFacts
		for i := range hits {
			if hits[i].Portfolio == row {
				of = append(of, facts[i])
			}
		}
		to, err := s.Recipients(ctx, ref, of)
		if err != nil {
			return err
		}
		for i := range hits {
			if hits[i].Portfolio == row {
				hits[i].Recipient = to[hits[i].ID]
			}
		}
	}
	return nil
}

// BorrowerHit returns one borrower. ErrNotFound says that there is none of that number.
func (s *Store) BorrowerHit(ctx context.Context, id ledger.BorrowerID) (Hit, error) {
	var out []Hit
	var facts []BorrowerFacts
	portfolios := map[int64]string{}
	err := s.hits(ctx, &out, &facts, map[ledger.BorrowerID]bool{}, portfolios, "borrower", `b.id = ?`, id)
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	if err == nil {
		err = s.open(ctx, out, facts, portfolios)
	}
	if err != nil {
		return Hit{}, err
	}
	return out[0], nil
}

// Unmask keeps that somebody wants to see who a borrower is, and why; then it returns who that is. What cannot be kept is not shown.
func (s *Store) Unmask(ctx context.Context, id ledger.BorrowerID, who, reason string, at time.Time) (Recipient, error) {
	h, err := s.BorrowerHit(ctx, id)
	if err != nil {
		return Recipient{}, err
	}
	if reason == "" {
		return Recipient{}, errors.New("store: nobody is unmasked without a reason")
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		_, err := s.deed(ctx, tx, Deed{At: at, Who: who, What: "unmasked", Portfolio: h.Portfolio, Subject: "borrower " + strconv.FormatInt(int64(id), 10), Reason: reason})
		return err
	})
	if err != nil {
		return Recipient{}, err
	}
	return h.Recipient, nil
}
