package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// sealedState is what a state's box holds.
type sealedState struct {
	Reason string `json:"r,omitempty"`
	Note   string `json:"n,omitempty"`
}

func stateAAD(digest []byte) string { return fmt.Sprintf("state/%x", digest) }

func (k *Keys) sealState(digest []byte, s sealedState) ([]byte, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return k.sealBox(stateAAD(digest), plain)
}

// allStates merges states and then lifts those that rows say are lifted.
func (m *merge) allStates() {
	if m.stage.states.n+m.stage.lifts.n == 0 {
		return
	}
	p := m.o.Portfolio.ID
	m.knownTo("in_state", true)
	m.addresses("in_state", "phone")
	m.exec(`INSERT INTO go_state (n, borrower, person, region, loan, address, channel, kind, since, until, owner, review_on, digest, cause, portfolio,
			was, old)
		SELECT s.n, coalesce(b.id, 0), coalesce(b.person, 0), s.region, coalesce(l.id, 0), coalesce(a.id, 0), s.channel, s.kind, s.since, s.until,
			s.owner, s.review_on, s.digest, ?2, ?1, 0, 0
		FROM in_state s LEFT`+whoseBorrower+whoseLoan+whosePhone+` ORDER BY s.n`, p, m.who())
	m.exec(`INSERT OR IGNORE INTO sealed_state (digest, box) SELECT digest, box FROM in_state WHERE n IN (SELECT n FROM go_state)`)
	m.sum.States = m.version(versioned{
		in: "in_state", of: "go_state", table: "state", key: []string{"portfolio", "borrower", "region", "loan", "address", "channel", "kind", "since"},
		content: []string{"until", "owner", "review_on", "digest"}, more: []string{"person", "cause"},
		heads: `, known_at`, values: fmt.Sprintf(`, %d`, m.known),
		field: "kind", twice: fault.StateTwice, word: "kind",
	}, m.stage.states.n)
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT person FROM go_state WHERE was <> 1 AND person <> 0`)
	m.touchRegions("go_state")
	m.lift()
}

// touchRegions moves on the turn of everybody who lives where a state began or ended.
func (m *merge) touchRegions(table string) {
	if m.number(`SELECT EXISTS (SELECT 1 FROM `+table+` WHERE was <> 1 AND region <> '')`) == 0 {
		return
	}
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT b.person FROM borrower b JOIN borrower_fact f ON f.id = b.fact
		WHERE EXISTS (SELECT 1 FROM ` + table + ` g WHERE g.was <> 1 AND g.region <> '' AND g.region IN (f.country, f.region, f.locality))`)
}

// lift ends the states that rows say are lifted: of that kind, begun by then, and of the loan, number and channel where the
// row names one.
func (m *merge) lift() {
	n := m.stage.lifts.n
	if n == 0 {
		return
	}
	m.hush() // of what replies began too
	p := m.o.Portfolio.ID
	m.knownTo("in_lift", true)
	m.mark(`s.src, s.col, s.kind, '', 0, s.n FROM in_lift s WHERE s.lifted_on > ?`, m.known)
	m.report("in_lift", "lifted_on", fault.LiftLater)
	m.mayLift()
	bad := m.bad
	m.exec(`INSERT OR IGNORE INTO go_lift (state, person, region, lifted_on, lifted_by, was)
		SELECT t.id, t.person, t.region, s.lifted_on, s.lifted_by, 2
		FROM in_lift s LEFT`+whoseBorrower+whoseLoan+whosePhone+`
		JOIN state t ON t.gone_at = 0 AND t.kind = s.kind AND t.since <= s.lifted_on
			AND CASE WHEN s.region <> '' THEN t.person = 0 AND t.region = s.region ELSE t.person = b.person AND t.region = '' END
			AND (s.loan = '' OR t.loan = l.id) AND (s.phone IS NULL OR t.address = a.id) AND (s.channel = '' OR t.channel = s.channel)
		ORDER BY s.n`, p)
	changed := m.exec(`UPDATE state SET gone_at = ?, lifted_on = g.lifted_on, lifted_by = g.lifted_by
		FROM (SELECT state, lifted_on, lifted_by, row_number() OVER (PARTITION BY state ORDER BY lifted_on, n) AS nth FROM go_lift) g
		WHERE state.id = g.state AND g.nth = 1`, m.known)
	m.exec(`INSERT INTO audit (at, who, what, portfolio, subject)
		SELECT ?, t.lifted_by, 'state_lifted', ?, 'state ' || t.id || ' ' || t.kind || ' of ' || CASE t.person WHEN 0 THEN t.region ELSE 'p' || t.person END
		FROM state t WHERE t.id IN (SELECT state FROM go_lift) ORDER BY t.id`, m.known, p)
	m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT person FROM go_lift WHERE person <> 0`)
	m.touchRegions("go_lift")
	t := &m.sum.States
	t.Stated += n
	t.Bad += bad
	t.Changed += changed
	t.Same = max(0, t.Stated-t.Added-t.Changed-t.Bad)
	m.sum.Bad += bad
	m.bad = 0
}

// mayLift refuses rows of those who may not lift the state.
func (m *merge) mayLift() {
	if m.o.MayLift == nil {
		return
	}
	type pair struct{ kind, by string }
	var pairs []pair
	m.query(func(scan func(...any)) {
		var x pair
		scan(&x.kind, &x.by)
		pairs = append(pairs, x)
	}, `SELECT DISTINCT kind, lifted_by FROM in_lift`)
	for _, x := range pairs {
		if why := m.o.MayLift(x.kind, x.by); why.Code != "" {
			m.mark(`s.src, s.col, ?, ?, 0, s.n FROM in_lift s WHERE s.kind = ? AND s.lifted_by = ?`, string(why.Code), strings.Join(why.Args, "\x1f"), x.kind, x.by)
		}
	}
	m.reportAs("in_lift", "lifted_by", func(code, args, _ string) fault.Reason {
		return fault.Reason{Code: fault.Code(code), Args: strings.Split(args, "\x1f")}
	})
}

// A StateNote is what is known of a state beside what judges by it.
type StateNote struct {
	Reason, Note string
}

// notes opens the boxes of states.
func (s *Store) notes(ctx context.Context, tx *sql.Tx, digests [][]byte) ([]StateNote, error) {
	out := make([]StateNote, len(digests))
	for i, d := range digests {
		if len(d) == 0 {
			continue
		}
		var box []byte
		if err := tx.QueryRowContext(ctx, `SELECT box FROM sealed_state WHERE digest = ?`, d).Scan(&box); err != nil {
			return nil, wrap(err)
		}
		plain, err := s.keys.openBox(stateAAD(d), box)
		if err != nil {
			return nil, err
		}
		var x sealedState
		if err := json.Unmarshal(plain, &x); err != nil {
			return nil, fmt.Errorf("store: a state's box holds something else: %w", err)
		}
		out[i] = StateNote(x)
	}
	return out, nil
}
