package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/dulyhq/duly/merkle"
)

var auditDay = time.Date(2026, 9, 24, 10, 0, 0, 0, time.UTC)

// deeds records n rows.
func deeds(t *testing.T, s *Store, n int) {
	t.Helper()
	for i := range n {
		check(t, s.Record(t.Context(), Deed{At: auditDay.Add(time.Duration(i) * time.Second), Who: "staff:1", What: "unmasked", Subject: fmt.Sprintf("borrower %d", i), Reason: "they call"}))
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// unlocked takes the triggers away, as somebody would who owns the database.
func unlocked(t *testing.T, s *Store) {
	t.Helper()
	for _, table := range []string{"audit", "audit_leaf", "audit_seal"} {
		for _, kind := range []string{"keeps", "stays"} {
			drop := "DROP TRIGGER " + table + "_" + kind
			if s.fleet {
				drop += " ON " + table
			}
			_, err := s.write.Exec(drop)
			check(t, err)
		}
	}
}

func sealed(t *testing.T, s *Store) AuditSeal {
	t.Helper()
	a, err := s.SealAudit(t.Context(), auditDay, "", false)
	check(t, err)
	return a
}

func faultKinds(c AuditCheck) (out []string) {
	for _, f := range c.Faults {
		if !slices.Contains(out, f.Kind) {
			out = append(out, f.Kind)
		}
	}
	slices.Sort(out)
	return out
}

func TestSealsGrow(t *testing.T) {
	s := open(t)
	if a := sealed(t, s); a.Note != "" {
		t.Errorf("nothing was sealed: %+v", a)
	}
	deeds(t, s, 3)
	first := sealed(t, s)
	if again := sealed(t, s); again.Note != first.Note {
		t.Error("a checkpoint without anything new")
	}
	deeds(t, s, 6)
	last := sealed(t, s)
	deeds(t, s, 2)
	c, err := s.VerifyAudit(t.Context(), first.Note, last.Note)
	check(t, err)
	if c.Rows != 9 || c.Open != 2 || c.Seals != 2 || len(c.Faults) > 0 {
		t.Errorf("%+v", c)
	}
	// What is exported makes the root that was signed.
	var tree merkle.Tree
	end, err := s.ExportAudit(t.Context(), func(line []byte) error { tree.Add(merkle.Leaf(line)); return nil })
	check(t, err)
	if tree.Root() != end.Root || end.Note != last.Note {
		t.Error("what is exported is not what was signed")
	}
	list, err := s.Deeds(t.Context(), 0, 2)
	check(t, err)
	if len(list) != 2 || list[0].Reason != "they call" || list[0].Subject != "borrower 1" || list[0].ID <= list[1].ID {
		t.Errorf("%+v", list)
	}
}

// TestErasedReasons: who erases the words of a reason breaks no proof, and who changes them is found.
func TestErasedReasons(t *testing.T) {
	s := open(t)
	deeds(t, s, 2)
	sealed(t, s)
	_, err := s.write.Exec(`DELETE FROM sealed_reason`)
	check(t, err)
	if c, err := s.VerifyAudit(t.Context()); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v %v", c.Faults, err)
	}
	if list, err := s.Deeds(t.Context(), 0, 9); err != nil || list[0].Reason != "" || len(list[0].Digest) == 0 {
		t.Errorf("%+v %v", list, err)
	}
	other, err := s.keys.sealBox(reasonAAD(1), []byte("something else"))
	check(t, err)
	_, err = s.write.Exec(`INSERT INTO sealed_reason VALUES (1, ?)`, other)
	check(t, err)
	if _, err := s.Deeds(t.Context(), 0, 9); !errors.Is(err, errReason) {
		t.Errorf("another reason was shown: %v", err)
	}
}

// TestTampering: whatever somebody who owns the database does to what is sealed is found, and named.
func TestTampering(t *testing.T) {
	slow(t)
	forged := func() string {
		_, key, _ := strings.Cut(mustGenerate(), "\n")
		signer, err := note.NewSigner(key)
		if err != nil {
			panic(err)
		}
		a := AuditSeal{Size: 4, At: auditDay}
		n, err := note.Sign(&note.Note{Text: a.text()}, signer)
		if err != nil {
			panic(err)
		}
		return string(n)
	}
	for _, c := range []struct {
		name string
		do   []string
		want string
	}{
		{"another time", []string{`UPDATE audit SET at = at + 1 WHERE id = 3`}, "changed"},
		{"another person", []string{`UPDATE audit SET who = 'staff:2' WHERE id = 3`}, "changed"},
		{"another deed", []string{`UPDATE audit SET what = 'looked' WHERE id = 3`}, "changed"},
		{"another portfolio", []string{`UPDATE audit SET portfolio = 9 WHERE id = 3`}, "changed"},
		{"another subject", []string{`UPDATE audit SET subject = 'borrower 9' WHERE id = 3`}, "changed"},
		{"no reason", []string{`UPDATE audit SET reason = x'' WHERE id = 3`}, "changed"},
		{"gone", []string{`DELETE FROM audit WHERE id = 3`}, "gone"},
		{"gone with its leaf", []string{`DELETE FROM audit WHERE id = 3`, `DELETE FROM audit_leaf WHERE audit = 3`}, "no_leaf"},
		{"the last one gone with its leaf", []string{`DELETE FROM audit WHERE id = 7`, `DELETE FROM audit_leaf WHERE audit = 7`}, "ends_early"},
		{"two change places", []string{
			`UPDATE audit SET id = 1000 WHERE id = 2`, `UPDATE audit SET id = 2 WHERE id = 3`, `UPDATE audit SET id = 3 WHERE id = 1000`,
		}, "changed"},
		{"two leaves change places", []string{
			`UPDATE audit_leaf SET n = 1000 WHERE n = 1`, `UPDATE audit_leaf SET n = 1 WHERE n = 2`, `UPDATE audit_leaf SET n = 2 WHERE n = 1000`,
		}, "changed"},
		{"slipped in", []string{`DELETE FROM audit WHERE id = 3`, `UPDATE audit_leaf SET audit = -3 WHERE audit = 3`, `INSERT INTO audit (id, at, who, what, portfolio, subject) VALUES (3, 1, 'a', 'b', 0, '')`}, "slipped_in"},
		{"a leaf of something else", []string{`UPDATE audit_leaf SET hash = (SELECT hash FROM audit_leaf l WHERE l.n = 0) WHERE n = 2`}, "changed"},
		{"another root", []string{`UPDATE audit_seal SET root = (SELECT root FROM audit_seal ORDER BY size LIMIT 1)`}, "signature"},
		{"a seal of another key", []string{`UPDATE audit_seal SET note = '` + forged() + `' WHERE size = 4`}, "signature"},
		{"a seal moved", []string{`UPDATE audit_seal SET size = 6 WHERE size = 7`}, "signature"},
		{"everything since gone", []string{`DELETE FROM audit WHERE id > 4`, `DELETE FROM audit_leaf WHERE n >= 4`, `DELETE FROM audit_seal WHERE size > 4`}, "ends_early"},
		{"the seals gone", []string{`DELETE FROM audit_seal`}, "root"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			deeds(t, s, 4)
			sealed(t, s)
			deeds(t, s, 3)
			last := sealed(t, s)
			unlocked(t, s)
			for _, q := range c.do {
				_, err := s.write.Exec(q)
				check(t, err)
			}
			got, err := s.VerifyAudit(t.Context(), last.Note)
			check(t, err)
			if !slices.Contains(faultKinds(got), c.want) {
				t.Errorf("found %v and not %s", got.Faults, c.want)
			}
		})
	}
}

func mustGenerate() string {
	sign, check, err := note.GenerateKey(rand.Reader, "duly-audit")
	if err != nil {
		panic(err)
	}
	return check + "\n" + sign
}

// TestAForkIsNotSealedOver: who cuts the end off and lets it be sealed anew is found by the checkpoint that lies elsewhere.
func TestAForkIsNotSealedOver(t *testing.T) {
	s := open(t)
	deeds(t, s, 4)
	sealed(t, s)
	deeds(t, s, 2)
	kept := sealed(t, s)
	unlocked(t, s)
	for _, q := range []string{`DELETE FROM audit WHERE id > 4`, `DELETE FROM audit_leaf WHERE n >= 4`, `DELETE FROM audit_seal WHERE size > 4`, `DELETE FROM sealed_reason`} {
		_, err := s.write.Exec(q)
		check(t, err)
	}
	check(t, s.Record(t.Context(), Deed{At: auditDay, Who: "staff:2", What: "looked", Subject: "borrower 1"}))
	deeds(t, s, 5)
	if _, err := s.SealAudit(t.Context(), auditDay, kept.Note, false); !errors.Is(err, ErrAuditForked) {
		t.Fatalf("sealed over: %v", err)
	}
	if _, err := s.SealAudit(t.Context(), auditDay, kept.Note, true); err != nil {
		t.Fatal(err)
	}
	c, err := s.VerifyAudit(t.Context(), kept.Note)
	check(t, err)
	if !slices.Equal(faultKinds(c), []string{"ends_early"}) && !slices.Equal(faultKinds(c), []string{"other_past"}) {
		t.Errorf("%v", c.Faults)
	}
	if c, err = s.VerifyAudit(t.Context()); err != nil || len(c.Faults) > 0 {
		t.Errorf("what was sealed anew does not hold: %v %v", c.Faults, err)
	}
}

// TestWithoutAKey: a folder from before there was a key says so, and seals nothing.
func TestWithoutAKey(t *testing.T) {
	s := open(t)
	s.keys.signer, s.keys.auditor = nil, nil
	deeds(t, s, 1)
	if _, err := s.SealAudit(context.Background(), auditDay, "", false); !errors.Is(err, ErrNoAuditKey) {
		t.Error(err)
	}
	if _, err := s.VerifyAudit(context.Background()); !errors.Is(err, ErrNoAuditKey) {
		t.Error(err)
	}
}
