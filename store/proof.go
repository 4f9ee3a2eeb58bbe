package store

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// A ProofKind is something that a borrower knows and a finder of the phone does not.
type ProofKind string

// The kinds, as far as the lender gave them.
const (
	Identity4 ProofKind = "identity_4" // the last four characters of the identity number
	Identity6 ProofKind = "identity_6" // its last six, where it is long enough to have a few that are not a birthday
	BirthDate ProofKind = "birth_date" // YYYY-MM-DD
)

// longIdentity is how many characters an identity number has whose last six are asked for: that of China has eighteen, an
// older one fifteen.
const longIdentity = 15

// identityEnd returns the end of an identity number that is asked for; empty where there is too little of it.
func identityEnd(identity string) (ProofKind, string) {
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(identity))
	switch {
	case len(plain) >= longIdentity:
		return Identity6, plain[len(plain)-6:]
	case len(plain) >= 6: // the whole of a short one would say as much as its end
		return Identity4, plain[len(plain)-4:]
	}
	return Identity4, ""
}

func (k *Keys) proofHash(portfolio, borrower string, kind ProofKind, value string) []byte {
	return k.hash("proof/"+string(kind), portfolio+"\x00"+borrower+"\x00"+value)
}

// proofs returns what a row proves its borrower by, hashed: kind and hash of the identity number's end, hash of the birth
// date; nil for what the row does not give.
func (k *Keys) proofs(portfolio string, r *ledger.BorrowerRow) (kind ProofKind, identity, born []byte) {
	kind, end := identityEnd(r.Identity)
	if end != "" {
		identity = k.proofHash(portfolio, r.ID, kind, end)
	}
	if r.BornOn != 0 {
		born = k.proofHash(portfolio, r.ID, BirthDate, r.BornOn.String())
	}
	return kind, identity, born
}

// proofs keeps what borrowers prove themselves by, where it is not known already.
func (m *merge) proofs() {
	const insert = `INSERT INTO proof (borrower, kind, known_at, hash) SELECT g.id, `
	const from = ` FROM go_borrower g JOIN in_borrower s ON s.n = g.n WHERE g.id <> 0 AND `
	const unknown = ` NOT EXISTS (SELECT 1 FROM proof p WHERE p.borrower = g.id AND p.kind = `
	const newest = ` AND p.known_at = (SELECT max(q.known_at) FROM proof q WHERE q.borrower = p.borrower AND q.kind = p.kind)) ORDER BY g.id`
	m.exec(insert+`s.proof_kind, ?, s.proof`+from+`s.proof IS NOT NULL AND`+unknown+`s.proof_kind AND p.hash = s.proof`+newest, m.known)
	m.exec(insert+`'birth_date', ?, s.born`+from+`s.born IS NOT NULL AND`+unknown+`'birth_date' AND p.hash = s.born`+newest, m.known)
}

const newestProofs = `SELECT p.kind, p.hash FROM proof p WHERE p.borrower = ?
	AND p.known_at = (SELECT max(q.known_at) FROM proof q WHERE q.borrower = p.borrower AND q.kind = p.kind) ORDER BY p.kind DESC`

// ProofKinds returns by what a borrower can prove who they are: the one to ask for first.
func (s *Store) ProofKinds(ctx context.Context, b ledger.BorrowerID) (kinds []ProofKind, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		known, err := proofsOf(ctx, tx, b)
		for _, p := range known {
			// Of two ends of an identity number the longer one counts.
			if p.kind != Identity4 || !slices.Contains(kinds, Identity6) {
				kinds = append(kinds, p.kind)
			}
		}
		slices.SortFunc(kinds, func(a, b ProofKind) int { return strings.Compare(string(b), string(a)) })
		return err
	})
	return kinds, err
}

// Provers notes of recipients who can prove at the borrower's page who they are. What leads to the page is written to nobody else.
func (s *Store) Provers(ctx context.Context, to map[ledger.BorrowerID]Recipient) error {
	ids := make([]int64, 0, len(to))
	for b := range to {
		ids = append(ids, int64(b))
	}
	if len(ids) == 0 {
		return nil
	}
	var args values
	query := `SELECT DISTINCT borrower FROM proof WHERE ` + among("borrower", ids, &args)
	return s.glance(ctx, func(on direct) error {
		return on.ask(ctx, query, &args, func(r row) error {
			if one, ok := to[ledger.BorrowerID(r.int(0))]; ok {
				one.Proves = true
				to[ledger.BorrowerID(r.int(0))] = one
			}
			return nil
		})
	})
}

type knownProof struct {
	kind ProofKind
	hash []byte
}

func proofsOf(ctx context.Context, tx *sql.Tx, b ledger.BorrowerID) (out []knownProof, err error) {
	rows, err := tx.QueryContext(ctx, newestProofs, b)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p knownProof
		if err := rows.Scan(&p.kind, &p.hash); err != nil {
			return nil, wrap(err)
		}
		out = append(out, p)
	}
	return out, wrap(rows.Err())
}

// An Answer is what somebody gave at the second step.
type Answer struct {
	Kind  ProofKind
	Value string // the end of the identity number, in any case and with spaces; or a day YYYY-MM-DD
}

// proves says whether an answer is what is known of the borrower.
func (s *Store) proves(ctx context.Context, tx *sql.Tx, b ledger.BorrowerID, answers []Answer) (bool, error) {
	var portfolio, ref string
	if err := tx.QueryRowContext(ctx, `SELECT p.ref, b.ref FROM borrower b JOIN portfolio p ON p.id = b.portfolio WHERE b.id = ?`, b).Scan(&portfolio, &ref); err != nil {
		return false, wrap(err)
	}
	known, err := proofsOf(ctx, tx, b)
	if err != nil {
		return false, err
	}
	for _, a := range answers {
		value := strings.ToUpper(strings.TrimSpace(a.Value))
		if value == "" {
			continue
		}
		hash := s.keys.proofHash(portfolio, ref, a.Kind, value)
		for _, p := range known {
			if p.kind == a.Kind && hmac.Equal(p.hash, hash) {
				return true, nil
			}
		}
	}
	return false, nil
}
