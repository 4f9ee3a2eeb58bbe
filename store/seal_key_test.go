package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/dulyhq/duly/outbox"
)

// sealedWorld has something in every table with boxes. It returns what reads all of it.
func sealedWorld(t *testing.T, s *Store, texts int) (read func(*Store)) {
	t.Helper()
	ctx := context.Background()
	p := planned(t, s, texts)
	if s.fleet { // planned gives people numbers of its own
		change(t, s, `SELECT setval(pg_get_serial_sequence('person', 'id'), 100000)`)
	}
	take(t, s, small()...)
	claim, err := s.Due(ctx, p.ID, noon, texts, 0)
	if err != nil {
		t.Fatal(err)
	}
	st := stepOf(hire(t, s), &claim)
	capset := houseCaps(t, s)
	for i, m := range claim.Messages {
		try := tryOf(m, 1, capset)
		try.Text = fmt.Appendf(nil, "text %d", i)
		st.Tries = append(st.Tries, try)
	}
	st.Replies = []Reply{{Carrier: "main", Address: "+8617405000001", Text: "我知道了", Meaning: "ack", Language: "zh"}}
	if _, err := s.Commit(ctx, st); err != nil {
		t.Fatal(err)
	}
	sendImport(t, s, "abc", noon)
	staff, err := s.AddStaff(ctx, Staffer{Login: "lin", Password: "x", Given: true}, "administrator:1", noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.OfferFactor(ctx, staff, []byte("secret of a factor")),
		s.Record(ctx, Deed{At: noon, Who: "staff:1", What: "unmasked", Subject: "borrower 1", Reason: "he called"})); err != nil {
		t.Fatal(err)
	}
	if err := s.AddPasskey(ctx, &Passkey{Staff: staff, Name: "a device", Credential: []byte("credential"), Public: []byte("public")}, true, []string{"AAAA"}, "x", noon); err != nil {
		t.Fatal(err)
	}
	digest := s.keys.hash("cause", "x")
	state, err := s.keys.sealState(digest, sealedState{Reason: "a reason"})
	if err != nil {
		t.Fatal(err)
	}
	change(t, s, `INSERT INTO sealed_state (digest, box) VALUES (?, ?)`, digest, state)
	answer, err := s.keys.sealBox(answerBox(77), []byte("an answer"))
	if err != nil {
		t.Fatal(err)
	}
	change(t, s, `INSERT INTO sealed_answer (message, box) VALUES (77, ?)`, answer)
	for i := range sealedTables {
		if list(t, s, `SELECT count(*) FROM `+sealedTables[i].table)[0] == "0" {
			t.Fatalf("there is nothing in %s", sealedTables[i].table)
		}
	}
	return func(s *Store) {
		t.Helper()
		for i := range sealedTables {
			opensAll(t, s, &sealedTables[i])
		}
		for i, m := range claim.Messages {
			if got, err := s.text(ctx, m.ID.Fence(1)); err != nil || got != fmt.Sprintf("text %d", i) {
				t.Fatalf("text %d is %q, %v", i, got, err)
			}
		}
	}
}

// opensAll opens every row of a table.
func opensAll(t *testing.T, s *Store, table *sealedTable) {
	t.Helper()
	if err := s.view(context.Background(), func(tx *sql.Tx) error {
		rows, err := table.next(context.Background(), tx, nil, 1_000_000)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if len(r.box) == 0 {
				continue
			}
			opened := slices.ContainsFunc(table.aad(r.id, r.bound), func(aad string) bool {
				_, err := s.keys.openBox(aad, r.box)
				return err == nil
			})
			if !opened {
				t.Errorf("%s %s does not open", table.table, r.id)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func resealAll(t *testing.T, s *Store, at time.Time) (changed int64) {
	t.Helper()
	for range 10_000 {
		r, err := s.Reseal(context.Background(), 50, at)
		if err != nil {
			t.Fatal(err)
		}
		changed += r.Changed
		if !r.Left {
			return changed
		}
	}
	t.Fatal("sealing anew does not end")
	return 0
}

// forget lets a process believe that it asked for the keys long ago.
func (s *Store) forget() { s.keys.rings.asked.Store(1) }

func sealedBy(t *testing.T, s *Store, tag Tag) (n int64) {
	t.Helper()
	keys, damaged, err := s.SealKeys(context.Background())
	if err != nil || damaged != 0 {
		t.Fatal(damaged, err)
	}
	for _, k := range keys {
		if k.Tag == tag {
			for _, rows := range k.Rows {
				n += rows
			}
		}
	}
	return n
}

// TestKeysAreRotated: a new key seals what is written from then on, by another process too, which reads what it has never heard of; old rows
// are sealed anew in their places; a key goes when nothing is sealed by it, and not before; and a binary that knows of the root alone is refused.
func TestKeysAreRotated(t *testing.T) {
	where, dir := place(t), makeKeys(t)
	keys, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	one, other := liveAt(t, where, keys, ""), liveAt(t, where, keys, "")
	read := sealedWorld(t, one.Store, 2*sheetTexts+5)
	root := keys.tag
	before := sealedBy(t, one.Store, root)
	first, err := one.NewSealKey(ctx, "administrator:1", noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.UseSealKey(ctx, 1, "administrator:1", noon); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	used, err := one.UseSealKey(ctx, 0, "administrator:1", noon)
	if err != nil || used != first {
		t.Fatal(used, err)
	}
	if err := one.Record(ctx, Deed{At: noon, Who: "staff:1", What: "unmasked", Subject: "borrower 1", Reason: "by the new key"}); err != nil {
		t.Fatal(err)
	}
	if n := sealedBy(t, one.Store, first); n != 2 { // and the check of the keys
		t.Fatalf("the new key seals %d rows", n)
	}
	read(other.Store) // it has not heard of the key
	if got := other.Store.keys.rings.now.Load().primary; got != first {
		t.Fatalf("the other process seals by %s", got)
	}
	third := liveAt(t, where, keys, "")
	if n := resealAll(t, third.Store, noon.Add(settles)); n != before-1 { // the check of the keys was sealed when the key was put in use
		t.Fatalf("%d rows were sealed anew", n)
	}
	if n := sealedBy(t, one.Store, root); n != 0 {
		t.Fatalf("the root still seals %d rows of %d", n, before)
	}
	read(one.Store)
	read(other.Store)
	for _, c := range []struct {
		tag  Tag
		at   time.Time
		want error
	}{{first, noon.Add(time.Hour), ErrKeyInUse}, {root, noon.Add(settles - time.Second), ErrKeySettles}, {99, noon, ErrNotFound}, {root, noon.Add(settles), nil}, {root, noon.Add(time.Hour), ErrKeyGone}} {
		if err := one.RetireSealKey(ctx, c.tag, "administrator:1", c.at); !errors.Is(err, c.want) {
			t.Errorf("retiring %s at %s: %v, want %v", c.tag, c.at, err, c.want)
		}
	}
	// The next one: what the first sealed is found before it goes, and goes with it.
	if _, err := one.NewSealKey(ctx, "administrator:1", noon); err != nil {
		t.Fatal(err)
	}
	second, err := other.UseSealKey(ctx, 0, "administrator:2", noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := one.RetireSealKey(ctx, first, "x:1", noon.Add(2*time.Hour)); !errors.Is(err, ErrKeySeals) {
		t.Fatal(err)
	}
	one.forget() // as it does after five seconds
	if err := one.Record(ctx, Deed{At: noon, Who: "staff:1", What: "unmasked", Subject: "borrower 1", Reason: "by the second"}); err != nil {
		t.Fatal(err)
	}
	if now := one.Store.keys.rings.now.Load().primary; now != second {
		t.Fatalf("it seals by %s", now)
	}
	resealAll(t, third.Store, noon.Add(2*time.Hour))
	if err := third.RetireSealKey(ctx, first, "x:1", noon.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	last := liveAt(t, where, keys, "")
	read(last.Store)
	if q := last.Store.keys.rings.now.Load().quicks[first]; q.aead != nil {
		t.Error("a key that was retired is still there")
	}
	olderBinary(t, last.Store)
}

// olderBinary: what a binary that knows of the root alone makes of the check of the keys.
func olderBinary(t *testing.T, s *Store) {
	t.Helper()
	var box []byte
	if err := s.read.QueryRow(`SELECT box FROM key_check`).Scan(&box); err != nil {
		t.Fatal(err)
	}
	if _, err := s.keys.seal.Decrypt(box, []byte("key_check")); err == nil {
		t.Error("an older binary opens the database, and would not read what is in it")
	}
}

// TestSealKeysStand: the database itself refuses to take a key away that is in use, to delete one, or to bring one back.
func TestSealKeysStand(t *testing.T) {
	s, ctx := open(t), context.Background()
	if _, err := s.NewSealKey(ctx, "x:1", noon); err != nil {
		t.Fatal(err)
	}
	tag, err := s.UseSealKey(ctx, 0, "x:1", noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`UPDATE seal_key SET retired_at = 1 WHERE tag = ` + fmt.Sprint(uint32(tag)), `DELETE FROM seal_key`, `UPDATE seal_key SET box = x'00'`, `UPDATE seal_key SET tag = 5`,
	} {
		if _, err := s.write.Exec(q); err == nil {
			t.Errorf("%s is done", q)
		}
	}
}

// TestSealedTables: whatever table has a box is sealed anew.
func TestSealedTables(t *testing.T) {
	s := open(t)
	query := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name IN ('box', 'factor')`
	if s.fleet {
		query = `SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
			WHERE c.table_schema = current_schema() AND c.column_name IN ('box', 'factor') AND c.data_type = 'bytea'
				AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass)`
	}
	tables := list(t, s, query)
	if len(tables) < 8 {
		t.Fatal(tables)
	}
	for _, name := range tables {
		known := slices.ContainsFunc(sealedTables[:], func(x sealedTable) bool { return x.table == name })
		if !known && name != "seal_key" && name != "staff_session" && name != "staff_try" {
			t.Errorf("%s has boxes and is not in sealedTables (store/reseal.go): its rows would never open again after a key was retired", name)
		}
	}
}

// TestNoKeyInTheDatabase: neither the database nor a backup of it holds a key in clear, in any of the ways in which one is written.
func TestNoKeyInTheDatabase(t *testing.T) {
	if onPostgres {
		t.Skip("looks at SQLite's file")
	}
	s, ctx := open(t), context.Background()
	tag, err := s.NewSealKey(ctx, "x:1", noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.UseSealKey(ctx, tag, "x:1", noon); err != nil {
		t.Fatal(err)
	}
	var box []byte
	if err := s.read.QueryRow(`SELECT box FROM seal_key WHERE tag = ?`, int64(tag)).Scan(&box); err != nil {
		t.Fatal(err)
	}
	text, err := s.keys.seal.Decrypt(box, dataAAD(tag))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.keys.seal.Decrypt(box, dataAAD(tag+1)); err == nil {
		t.Error("a key opens in the row of another")
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	primary, err := h.Primary()
	if err != nil {
		t.Fatal(err)
	}
	key := primary.Key().(*aesgcm.Key)
	secret := key.KeyBytes().Data(insecuresecretdataaccess.Token{})
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(ctx, copied, "x:1", noon); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{copied, s.file(), s.file() + "-wal"} {
		all, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{secret, fmt.Appendf(nil, "%x", secret), []byte(base64.StdEncoding.EncodeToString(secret)), s.keys.lookup} {
			if bytes.Contains(all, form) {
				t.Errorf("%s holds a key", path)
			}
		}
		if !bytes.Contains(all, box[:20]) && path == copied {
			t.Error("the backup has not even the sealed key: this test looks past what it should look at")
		}
	}
	// It opens with the root, on its own.
	if _, err := Restore(ctx, t.TempDir(), copied, s.keys, noon); err != nil {
		t.Error(err)
	}
}

// TestKeysAmidHandOver: in random worlds keys are made, put in use and retired in the midst of hand-over by several processes, which end
// at any moment without a word and begin again; sealing anew stops anywhere. Every text opens, and is what was handed over.
func TestKeysAmidHandOver(t *testing.T) {
	worlds := 4
	if testing.Short() || onPostgres {
		worlds = 1
	}
	for range worlds {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(seed), func(t *testing.T) { keyWorld(t, seed) })
	}
}

func keyWorld(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // It need not be secret.
	where, dir := place(t), makeKeys(t)
	keys, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, at := context.Background(), noon
	procs := []*living{liveAt(t, where, keys, ""), liveAt(t, where, keys, "")}
	const people = 600
	p := planned(t, procs[0].Store, people)
	capset := houseCaps(t, procs[0].Store)
	want, retired := map[outbox.FenceID]string{}, 0
	var tags []Tag
	for step := range 120 {
		l := procs[rng.IntN(len(procs))]
		switch rng.IntN(8) {
		case 0:
			if _, err := l.NewSealKey(ctx, "x:1", at); err != nil {
				t.Fatal(err)
			}
		case 1:
			tag, err := l.UseSealKey(ctx, 0, "x:1", at)
			if err != nil && !errors.Is(err, ErrNotFound) {
				t.Fatal(err)
			}
			if err == nil {
				tags = append(tags, tag)
			}
		case 2: // a process ends in the midst of things, and another begins
			i := rng.IntN(len(procs))
			procs[i] = liveAt(t, where, keys, "")
		case 3:
			if _, err := l.Reseal(ctx, rng.IntN(300), at); err != nil {
				t.Fatal(err)
			}
		case 4:
			at = at.Add(settles) // no process goes on for so long without asking
			for _, l := range procs {
				l.forget()
			}
			if len(tags) > 0 {
				if l.RetireSealKey(ctx, tags[rng.IntN(len(tags))], "x:1", at) == nil {
					retired++
				}
			}
		default:
			sendSome(t, l, p.ID, capset, 1+rng.IntN(40), fmt.Sprint(step), want)
		}
	}
	last := liveAt(t, where, keys, "")
	last.forget()
	for range 3 {
		at = at.Add(settles)
		resealAll(t, last.Store, at)
		for _, tag := range tags {
			if err := last.RetireSealKey(ctx, tag, "x:1", at); err == nil {
				retired++
			}
		}
	}
	for _, l := range append(procs, last) {
		for f, text := range want {
			if got, err := l.text(ctx, f); err != nil || got != text {
				t.Fatalf("fence %d has %q, %v; want %q", f, got, err, text)
			}
		}
		for i := range sealedTables {
			opensAll(t, l.Store, &sealedTables[i])
		}
	}
	if len(tags) > 1 && retired == 0 {
		t.Error("no key was ever retired")
	}
	t.Logf("%d texts, %d keys in use one after the other, %d retired", len(want), len(tags), retired)
}

// sendSome hands messages over.
func sendSome(t *testing.T, l *living, portfolio int64, capset CapSet, n int, word string, want map[outbox.FenceID]string) {
	t.Helper()
	ctx := context.Background()
	claim, err := l.Due(ctx, portfolio, noon, n, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(claim.Messages) == 0 {
		return
	}
	st := stepOf(hire(t, l.Store), &claim)
	for i, m := range claim.Messages {
		try := tryOf(m, 1, capset)
		try.Text = fmt.Appendf(nil, "%s %d", word, i)
		st.Tries = append(st.Tries, try)
	}
	res, err := l.Commit(ctx, st)
	if err != nil {
		t.Fatal(err)
	}
	for i := range st.Tries {
		if res.Permitted[i] {
			want[st.Tries[i].Fence()] = string(st.Tries[i].Text)
		}
	}
}
