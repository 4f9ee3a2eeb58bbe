package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/wire/sms"
)

// TestCopy: a copy holds what the original does, opens with the same keys, and goes its own way.
func TestCopy(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	take(t, s, small()...)
	dir := t.TempDir()
	c, err := s.Copy(ctx, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Copy(ctx, dir, 0); err == nil {
		t.Error("a copy was written over another")
	}
	t.Cleanup(func() { _ = c.Close() })
	for _, q := range []string{`SELECT count(*) FROM loan`, `SELECT count(*) FROM sealed_borrower`, `SELECT count(*) FROM payment`} {
		var a, b int
		if err := s.read.QueryRow(q).Scan(&a); err != nil {
			t.Fatal(err)
		}
		if err := c.read.QueryRow(q).Scan(&b); err != nil || a != b || a == 0 {
			t.Errorf("%s: %d and %d, %v", q, a, b, err)
		}
	}
	if sum := take(t, c, file("p.csv", paid("P99", "C1", "2026-09-02", 1))); sum.Payments.Added != 1 {
		t.Errorf("into the copy: %+v", sum)
	}
	var n int
	if err := s.read.QueryRow(`SELECT count(*) FROM payment WHERE key = 'P99'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("the original has %d payments of the copy, %v", n, err)
	}
	from, err := s.Feed(ctx, cards(t, s).ID)
	if err != nil || !from.Equal(noon) {
		t.Errorf("the feed reaches to %s, %v; want %s", from, err, noon)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
		t.Error(err)
	}
}

// TestCopyOutOfPostgres: a copy holds what a simulation reads and nobody's name, number or keyed hash: not one of the original's, sealed or in clear,
// stands anywhere in its file. It opens with no keys of the lender's. It has no more rows than it may, or there is none.
func TestCopyOutOfPostgres(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	if !s.fleet {
		t.Skip("on SQLite the file is copied as it is")
	}
	take(t, s, small()...)
	dir := t.TempDir()
	if _, err := s.Copy(ctx, dir, 5); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("more rows than may be: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("of a copy that did not come about is left: %v %v", left, err)
	}
	c, err := s.Copy(ctx, dir, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var names int
	people := map[string]bool{}
	if err := s.view(ctx, func(tx *sql.Tx) error {
		boxes, err := column[[]byte](ctx, tx, `SELECT x.box FROM sealed_borrower x JOIN borrower b ON b.fact = x.id ORDER BY b.id`)
		refs, err2 := column[string](ctx, tx, `SELECT ref FROM borrower ORDER BY id`)
		for i, box := range boxes {
			p, err := s.keys.openPerson("cards", refs[i], box)
			if err != nil {
				return err
			}
			for _, text := range []string{p.Name, p.Phone} {
				if text != "" {
					people[text] = true
				}
			}
			names++
		}
		return errors.Join(err, err2)
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.view(ctx, func(tx *sql.Tx) error {
		boxes, err := column[[]byte](ctx, tx, `SELECT x.box FROM sealed_borrower x JOIN borrower b ON b.fact = x.id ORDER BY b.id`)
		refs, err2 := column[string](ctx, tx, `SELECT ref FROM borrower ORDER BY id`)
		for i, box := range boxes {
			if _, err := s.keys.openPerson("cards", refs[i], box); err == nil {
				t.Errorf("%s opens with the lender's keys", refs[i])
			}
			p, err := c.keys.openPerson("cards", refs[i], box)
			if err != nil || p.Name == "" || people[p.Name] || p.Phone != "" && !strings.HasPrefix(p.Phone, "+999") {
				t.Errorf("%s: %v; known: %v", refs[i], err, people[p.Name])
			}
			names--
		}
		return errors.Join(err, err2)
	}); err != nil || names != 0 {
		t.Fatalf("%d people more or fewer than there are: %v", names, err)
	}
	var blobs [][]byte
	if err := s.view(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{`SELECT hash FROM address`, `SELECT digest FROM borrower_fact`, `SELECT box FROM sealed_borrower`, `SELECT key FROM person_key`, `SELECT hash FROM find_key`} {
			got, err := column[[]byte](ctx, tx, q)
			if err != nil {
				return err
			}
			blobs = append(blobs, got...)
		}
		return nil
	}); err != nil || len(blobs) < 10 {
		t.Fatal(len(blobs), err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blobs {
		if bytes.Contains(file, b) {
			t.Errorf("%x stands in the copy", b)
		}
	}
	for text := range people {
		if strings.Contains(string(file), text) {
			t.Error("a name or a number stands in the copy")
		}
	}
	if _, err := Open(ctx, dir, s.keys); !errors.Is(err, ErrWrongKeys) {
		t.Errorf("it opens with the lender's keys: %v", err)
	}
}

// TestEveryTableOfACopy: of every table with bytes in it somebody has said whether a copy out of PostgreSQL has it and what stands in the place of
// the bytes, because bytes are what is personal here. A new table is entered in notCopied or copyBytes.
func TestEveryTableOfACopy(t *testing.T) {
	s := open(t)
	if s.fleet {
		t.Skip("the tables of SQLite are asked")
	}
	if err := s.view(t.Context(), func(tx *sql.Tx) error {
		bytes, err := column[string](t.Context(), tx, `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'BLOB'`)
		for _, name := range bytes {
			if table, _, _ := strings.Cut(name, "."); copyBytes[name] == nil && !slices.Contains(notCopied, table) {
				t.Errorf("%s: nobody has said what a copy holds of it (notCopied or copyBytes in copy_fleet.go)", name)
			}
		}
		for name := range copyBytes {
			if !slices.Contains(bytes, name) {
				t.Errorf("%s is no column of bytes any more", name)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestMaskedNames: a made-up name is as long as the name whose place it takes and has a surname as long, needs the same alphabet, is the same for
// the same name, and tells nothing to who has other keys.
func TestMaskedNames(t *testing.T) {
	k, err := passingKeys()
	if err != nil {
		t.Fatal(err)
	}
	other, err := passingKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"王秀英", "李强", "司徒试", "欧阳明月", "阿依古丽·买买提", "Test Person", "María-José Núñez", "van Dijk, Jan", "Тест Тестов", ""} {
		got := k.maskName(name)
		_, was, _ := sms.Measure(name)
		_, is, _ := sms.Measure(got)
		same := func(lang compose.Language) bool {
			return utf8.RuneCountInString(compose.Surname(got, lang)) == utf8.RuneCountInString(compose.Surname(name, lang))
		}
		if was != is || !same(compose.Chinese) || !same(compose.English) || got != k.maskName(name) {
			t.Errorf("%s became %s", name, got)
		}
		if name != "" && (got == name || utf8.RuneCountInString(name) > 3 && got == other.maskName(name)) {
			t.Errorf("%s became %s whatever the keys", name, got)
		}
	}
}
