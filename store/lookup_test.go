package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

// TestLookup: a borrower is found by what names them wholly, in every portfolio; a book from before names could be found is made good
// by the same files; and no name lies in clear in the database.
func TestLookup(t *testing.T) {
	s := open(t)
	book := []feed{
		{"b.csv", intake.Borrowers, []intake.Row{person("B1", "欧阳测", "+8617405310001", "110101199003070015"), person("B2", "Testa O. Exampleton", "+8617405310002", ""), person("B3", "欧阳测", "", "")}},
		{"l.csv", intake.Loans, []intake.Row{loan("C1", "B1"), loan("C2", "B2")}},
	}
	take(t, s, book...)
	for range 2 {
		for q, want := range map[string][]string{
			"欧阳测": {"B1", "B3"}, " 欧阳 测 ": {"B1", "B3"}, "testa o exampleton": {"B2"}, "C2": {"B2"}, "B3": {"B3"}, "+8617405310001": {"B1"}, "１７４０５３１０００１": {"B1"},
			"欧阳": nil, "": nil, "0001": {"B1"}, "0009": nil, "001": nil, "00001": nil, "m202609-1f": nil, "'": nil,
		} {
			hits, err := s.Lookup(t.Context(), q, []int64{1})
			check(t, err)
			var got []string
			for _, h := range hits {
				got = append(got, h.Ref)
				if h.Name == "" {
					t.Errorf("%q: %s has no name", q, h.Ref)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%q: %v and not %v", q, got, want)
			}
		}
		_, err := s.write.Exec(`DELETE FROM find_key`)
		check(t, err)
		_, err = s.write.Exec(`DELETE FROM find_tail`)
		check(t, err)
		if hits, err := s.Lookup(t.Context(), "欧阳测", []int64{1}); err != nil || len(hits) > 0 {
			t.Fatalf("%v %v", hits, err)
		}
		take(t, s, book...)
	}
	for _, q := range []string{"欧阳测", "0001", "B1", "C1", "+8617405310001"} {
		if hits, err := s.Lookup(t.Context(), q, []int64{2, 3}); err != nil || len(hits) > 0 {
			t.Errorf("%q finds %+v in another portfolio, %v", q, hits, err)
		}
	}
	// A name that changes is found by both.
	take(t, s, feed{"b.csv", intake.Borrowers, []intake.Row{person("B2", "Testa Newname", "+8617405310002", "")}})
	for _, q := range []string{"Testa Newname", "Testa O. Exampleton"} {
		if hits, err := s.Lookup(t.Context(), q, []int64{1}); err != nil || len(hits) != 1 || hits[0].Ref != "B2" || hits[0].Name != "Testa Newname" {
			t.Errorf("%q: %+v %v", q, hits, err)
		}
	}
}

// TestFillFinds: a book from before is gone through piece by piece, from where it stopped, until everybody is found by name and by the end of
// their phone; a number that somebody has no more finds nobody.
func TestFillFinds(t *testing.T) {
	s := open(t)
	take(t, s, feed{"b.csv", intake.Borrowers, []intake.Row{person("B1", "欧阳测", "+8617405310001", ""), person("B2", "Testa", "+8617405310002", ""), person("B3", "司徒测", "", "")}})
	for _, q := range []string{`DELETE FROM find_key`, `DELETE FROM find_tail`, `UPDATE find_fill SET upto = (SELECT max(id) FROM borrower)`} {
		_, err := s.write.Exec(q)
		check(t, err)
	}
	pieces := 0
	for done := false; !done; pieces++ {
		var err error
		done, err = s.FillFinds(t.Context(), 1)
		check(t, err)
	}
	if pieces < 3 {
		t.Errorf("three people in %d pieces of one", pieces)
	}
	for q, want := range map[string]string{"欧阳测": "B1", "0001": "B1", "0002": "B2", "司徒测": "B3"} {
		if hits, err := s.Lookup(t.Context(), q, []int64{1}); err != nil || len(hits) != 1 || hits[0].Ref != want {
			t.Errorf("%q: %+v %v", q, hits, err)
		}
	}
	take(t, s, feed{"b.csv", intake.Borrowers, []intake.Row{person("B1", "欧阳测", "+8617405310077", "")}})
	for q, want := range map[string]int{"0001": 0, "0077": 1} {
		if hits, err := s.Lookup(t.Context(), q, []int64{1}); err != nil || len(hits) != want {
			t.Errorf("%q after the number changed: %+v %v", q, hits, err)
		}
	}
	// Nothing of the number before is left, which would take the place of somebody else among those that a search shows.
	if n := list(t, s, `SELECT count(*) FROM find_tail`)[0]; n != "2" {
		t.Errorf("%s ends of numbers are kept of two people with numbers", n)
	}
	take(t, s, feed{"b.csv", intake.Borrowers, []intake.Row{person("B1", "欧阳测", "", "")}})
	if n := list(t, s, `SELECT count(*) FROM find_tail`)[0]; n != "1" {
		t.Errorf("%s ends of numbers are kept of one who has a number", n)
	}
}

// TestUnmaskIsKeptFirst: nobody is unmasked without a reason, and whoever is stands in the audit.
func TestUnmaskIsKeptFirst(t *testing.T) {
	s := open(t)
	take(t, s, feed{"b.csv", intake.Borrowers, []intake.Row{person("B1", "欧阳测", "+8617405310001", "")}})
	hits, err := s.Lookup(t.Context(), "B1", []int64{1})
	check(t, err)
	if _, err := s.Unmask(t.Context(), hits[0].ID, "staff:1", "", noon); err == nil {
		t.Error("without a reason")
	}
	if _, err := s.Unmask(t.Context(), ledger.BorrowerID(99), "staff:1", "they call", noon); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	r, err := s.Unmask(t.Context(), hits[0].ID, "staff:1", "they call", noon)
	check(t, err)
	d, err := s.Deeds(t.Context(), 0, 10)
	check(t, err)
	if r.Name != "欧阳测" || len(d) != 1 || d[0].What != "unmasked" || d[0].Reason != "they call" || d[0].Subject != fmt.Sprintf("borrower %d", hits[0].ID) {
		t.Errorf("%+v %+v", r, d)
	}
}
