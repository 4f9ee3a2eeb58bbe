package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/test/pgtest"
)

// A living is a store with a witness, a book of ten planned messages and a worker.
type living struct {
	*Store
	t       testing.TB
	where   string
	keys    *Keys
	witness string
	p       Portfolio
}

func liveAt(t testing.TB, where string, keys *Keys, witness string) *living {
	t.Helper()
	l := &living{t: t, where: where, keys: keys, witness: witness}
	s, err := Open(context.Background(), where, keys)
	if err != nil {
		t.Fatal(err)
	}
	l.Store = s
	t.Cleanup(func() { _ = s.Close() })
	if witness != "" {
		if err := s.Attest(context.Background(), witness, wire); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func newLiving(t testing.TB, where string) *living {
	t.Helper()
	keys, err := LoadKeys(makeKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	l := liveAt(t, where, keys, filepath.Join(t.TempDir(), "witness"))
	l.p = planned(t, l.Store, 10)
	return l
}

// again closes the store and opens it as another process would.
func (l *living) again(where, witness string) *living {
	l.t.Helper()
	if err := l.Close(); err != nil {
		l.t.Fatal(err)
	}
	n := liveAt(l.t, where, l.keys, witness)
	n.p = l.p
	return n
}

// send lets the next message leave, and says why it may not.
func (l *living) send() error {
	l.t.Helper()
	ctx := context.Background()
	claim, err := l.Due(ctx, l.p.ID, noon, 1, 0)
	if err != nil || len(claim.Messages) != 1 {
		l.t.Fatal(claim, err)
	}
	worker := hire(l.t, l.Store)
	res, err := l.Commit(ctx, stepOf(worker, &claim, tryOf(claim.Messages[0], 1, houseCaps(l.t, l.Store))))
	if err != nil {
		l.t.Fatal(err)
	}
	if (res.NotNow == nil) != res.Permitted[0] {
		l.t.Fatalf("permitted %v although %v", res.Permitted[0], res.NotNow)
	}
	return res.NotNow
}

func (l *living) reply() {
	l.t.Helper()
	st := stepOf(hire(l.t, l.Store), nil)
	st.Replies = []Reply{{Carrier: "main", Address: "+8617405000001", Text: "T", Meaning: "ack", Language: "zh"}}
	if _, err := l.Commit(context.Background(), st); err != nil {
		l.t.Fatal(err)
	}
}

func (l *living) why() string {
	l.t.Helper()
	life, err := l.Life(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	return life.Why
}

// wants fails unless hand-over is held for a reason; an empty one means that it is not held.
func (l *living) wants(why string) {
	l.t.Helper()
	if got := l.why(); got != why {
		l.t.Fatalf("held because of %q, want %q", got, why)
	}
	before := list(l.t, l.Store, `SELECT count(*) FROM fence`)[0]
	err := l.send()
	if errors.Is(err, ErrHeld) != (why != "") || err != nil && why == "" {
		l.t.Fatalf("sending: %v, held because of %q", err, why)
	}
	if after := list(l.t, l.Store, `SELECT count(*) FROM fence`)[0]; (after == before) != (why != "") {
		l.t.Fatalf("%s fences before and %s after, held because of %q", before, after, why)
	}
}

// TestPutBack: a database that was put back from any kind of copy is known by itself, whatever the copy was made of.
func TestPutBack(t *testing.T) {
	if onPostgres {
		t.Skip("a folder's files; TestServerPutBack is PostgreSQL's")
	}
	bytesOf := func(l *living) []byte {
		b, err := os.ReadFile(l.file())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	overwrite := func(l *living, b []byte) {
		for _, err := range []error{os.WriteFile(l.file(), b, 0o600), os.RemoveAll(l.file() + "-wal"), os.RemoveAll(l.file() + "-shm")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("nothing happened", func(t *testing.T) {
		l := newLiving(t, folder(t))
		l.wants("")
		for range 2 {
			l = l.again(l.where, l.witness)
			l.wants("")
		}
	})
	t.Run("the file is copied elsewhere", func(t *testing.T) {
		l := newLiving(t, folder(t))
		l.wants("")
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		dir := folder(t)
		if err := os.WriteFile(filepath.Join(dir, FileName), bytesOf(l), 0o600); err != nil {
			t.Fatal(err)
		}
		l.again(dir, l.witness).wants(HeldMoved)
		l.again(l.where, l.witness).wants("")
		liveAt(t, dir, l.keys, filepath.Join(t.TempDir(), "new")).again(dir, "").wantsOf(l, HeldMoved)
	})
	for name, happens := range map[string]func(*living){
		"a fence is lost":    func(l *living) { l.wants("") },
		"a reply is lost":    func(l *living) { l.reply() },
		"an import is lost":  func(l *living) { take(t, l.Store, file("b.csv", person("B7", "N", "+8617405000007", ""))) },
		"all three are lost": func(l *living) { l.wants(""); l.reply(); take(t, l.Store, small()...) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLiving(t, folder(t))
			l.wants("")
			l = l.again(l.where, l.witness)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			old := bytesOf(l)
			l = l.again(l.where, l.witness)
			happens(l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			overwrite(l, old)
			l = l.again(l.where, l.witness)
			l.wants(HeldMissing)
			h, err := l.Holding(context.Background(), noon)
			if err != nil || len(h.Missing) == 0 || h.NoOrigin {
				t.Errorf("%+v, %v", h, err)
			}
			// It stays so for whoever opens it without a witness.
			l.again(l.where, "").wants(HeldMissing)
		})
	}
	t.Run("from before a release", func(t *testing.T) {
		l := newLiving(t, folder(t))
		l.wants("")
		l = l.again(l.where, l.witness)
		_ = l.Close()
		old := bytesOf(l)
		l = l.again(l.where, l.witness)
		ctx := context.Background()
		if err := l.Hold(ctx, wire, "a test", "ops:1"); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Release(ctx, Release{At: noon, Wire: wire, By: "ops:1", Send: true}); err != nil {
			t.Fatal(err)
		}
		l.wants("")
		_ = l.Close()
		overwrite(l, old)
		l.again(l.where, l.witness).wants(HeldOther)
	})
	t.Run("the witness is damaged", func(t *testing.T) {
		l := newLiving(t, folder(t))
		l.wants("")
		_ = l.Close()
		b, err := os.ReadFile(l.witness)
		if err != nil {
			t.Fatal(err)
		}
		b[entrySize+20] ^= 1
		if err := os.WriteFile(l.witness, b, 0o600); err != nil {
			t.Fatal(err)
		}
		l.again(l.where, l.witness).wants(HeldWitness)
	})
	t.Run("the witness cannot be written", func(t *testing.T) {
		l := newLiving(t, folder(t))
		l = l.again(l.where, filepath.Join(t.TempDir(), "nowhere", "witness"))
		if err := l.send(); !errors.Is(err, ErrNoWitness) {
			t.Errorf("sending: %v", err)
		}
	})
}

// wantsOf is wants for a store that has no book of its own.
func (l *living) wantsOf(o *living, why string) {
	l.p = o.p
	l.wants(why)
}

// TestBackup: a backup made while others write is whole, says of itself that it is one, is put back with the log of the other
// one out of its way, and nothing leaves from it before a person releases it.
func TestBackup(t *testing.T) {
	ctx := context.Background()
	l := newLiving(t, place(t))
	path := filepath.Join(t.TempDir(), "b.db")
	if l.fleet {
		if err := l.Backup(ctx, path, "ops:1", wire); !errors.Is(err, ErrServerCopies) {
			t.Error(err)
		}
		return
	}
	l.wants("")
	other := liveAt(t, l.where, l.keys, "")
	other.p = l.p
	writes := make(chan error, 1)
	go func() {
		for range 50 {
			if _, err := other.Portfolio(ctx, "bank", "cards"); err != nil {
				writes <- err
				return
			}
			if err := other.Hold(ctx, wire, "", ""); err != nil {
				writes <- err
				return
			}
			if _, err := other.write.Exec(`UPDATE life SET held_at = 0`); err != nil {
				writes <- err
				return
			}
		}
		writes <- nil
	}()
	if err := errors.Join(l.Backup(ctx, path, "ops:1", wire), <-writes); err != nil {
		t.Fatal(err)
	}
	if err := l.Backup(ctx, path, "ops:1", wire); err == nil {
		t.Error("a backup was written over another")
	}
	l.wants("") // the original goes on
	l.reply()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := Restore(ctx, l.where, path, l.keys, wire); err == nil {
		t.Error("put back under a running process")
	}
	_ = other.Close()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	theirs, err := LoadKeys(makeKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, l.where, path, theirs, wire); !errors.Is(err, ErrWrongKeys) {
		t.Errorf("with other keys: %v", err)
	}
	aside, err := Restore(ctx, l.where, path, l.keys, wire)
	if err != nil || aside == "" {
		t.Fatal(aside, err)
	}
	if left, _ := filepath.Glob(filepath.Join(l.where, "*.half*")); len(left) > 0 {
		t.Error(left)
	}
	l = l.again(l.where, l.witness)
	l.wants(HeldCopied)
	checkRelease(t, l, 9)
}

// checkRelease releases a database of ten messages of which so many wait, all of them due.
func checkRelease(t *testing.T, l *living, waiting int64) {
	t.Helper()
	ctx := context.Background()
	h, err := l.Holding(ctx, noon)
	if err != nil || len(h.Waiting) != 1 || h.Waiting[0].Waiting != waiting || h.Waiting[0].Due != waiting || h.Waiting[0].Open != 10-waiting {
		t.Fatalf("%+v, %v", h, err)
	}
	if len(h.Reaches) == 0 {
		t.Error("it says nothing of how far it reaches")
	}
	l.reply() // what comes back is stored all the same
	cancelled, err := l.Release(ctx, Release{At: noon, Wire: wire, By: "ops:1"})
	if err != nil || cancelled != waiting {
		t.Fatalf("cancelled %d of %d, %v", cancelled, waiting, err)
	}
	if _, err := l.Release(ctx, Release{At: noon, Wire: wire, By: "ops:1"}); !errors.Is(err, ErrNotHeld) {
		t.Errorf("a second release: %v", err)
	}
	states := list(t, l.Store, `SELECT state || ' ' || count(*) FROM message_state GROUP BY state ORDER BY state`)
	if len(states) != 2 {
		t.Error(states)
	}
	l = l.again(l.where, l.witness)
	if why := l.why(); why != "" {
		t.Errorf("held again because of %s", why)
	}
	// What is planned from then on leaves.
	edition, err := l.Edition(ctx, l.p.ID, noon, []Document{{Kind: "strategy", Name: "s", Digest: "d", Body: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.write.Exec(`INSERT INTO person (id) VALUES (99)`); err != nil {
		t.Fatal(err)
	}
	page := &PlanPage{Portfolio: l.p.ID, Edition: edition, At: noon, On: ledger.Day(noon), Batches: []Batch{{
		Carrier: "main", NotBefore: noon, NotAfter: noon.AddDate(0, 0, 1), Messages: []Planned{{Person: 99, Borrower: 1, Loan: 1, Stage: "1-3", Treatment: 1, Episode: 1}},
	}}}
	if _, _, err := l.SavePlan(ctx, page); err != nil {
		t.Fatal(err)
	}
	l.wants("")
}

// TestHold: a person's word stops every process at once, stays through restarts, and ends by a person's word.
func TestHold(t *testing.T) {
	ctx := context.Background()
	l := newLiving(t, place(t))
	l.wants("")
	other := liveAt(t, l.where, l.keys, filepath.Join(t.TempDir(), "second machine"))
	other.p = l.p
	if err := other.Hold(ctx, wire, "complaint 318", "ops:1"); err != nil {
		t.Fatal(err)
	}
	l.wants("complaint 318")
	if err := l.Hold(ctx, wire, "later", "ops:2"); err != nil || l.why() != "complaint 318" {
		t.Error("a hold took the place of another", err)
	}
	l = l.again(l.where, l.witness)
	l.wants("complaint 318")
	if n, err := other.Release(ctx, Release{At: noon, Wire: wire, By: "ops:1", Send: true}); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	l.wants("") // it learns of the new life by itself
	l.wants("")
	if got := list(t, l.Store, `SELECT held_by || ' ' || held_why || ' ' || released_by || ' ' || choice FROM released`); len(got) != 1 || got[0] != "ops:1 complaint 318 ops:1 send" {
		t.Error(got)
	}
	l = l.again(l.where, l.witness)
	l.wants("")
}

// TestServerPutBack: PostgreSQL put back from a dump, from its files, and recovered from an archive; and a mere change of the
// primary, which is none of these.
func TestServerPutBack(t *testing.T) {
	if !onPostgres || testing.Short() {
		t.Skip("PostgreSQL's own ways; makes three copies of a cluster")
	}
	c, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Stop() }()
	ctx := context.Background()
	l := newLiving(t, c.URL)
	l.wants("")
	copied := func(recovered bool) *pgtest.Cluster {
		n, err := c.Copy(recovered)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = n.Stop() })
		return n
	}
	files, archive, behind := copied(false), copied(true), copied(true)
	asOf, err := os.ReadFile(l.witness)
	if err != nil {
		t.Fatal(err)
	}
	keep := func(name string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	l.wants("") // one more leaves, which none of the copies knows
	later, err := os.ReadFile(l.witness)
	if err != nil || bytes.Equal(later, asOf) {
		t.Fatal("the witness noted nothing", err)
	}
	t.Run("its files", func(t *testing.T) { l.on(files.URL, keep("w", later)).wants(HeldMissing) })
	t.Run("recovered from an archive", func(t *testing.T) {
		n := l.on(archive.URL, filepath.Join(t.TempDir(), "a new machine"))
		if err := n.send(); !errors.Is(err, ErrUnproven) {
			t.Fatalf("a machine that cannot tell: %v", err)
		}
		n = l.on(archive.URL, keep("w", later))
		n.wants(HeldMissing)
		checkRelease(t, n, 9)
	})
	t.Run("another primary", func(t *testing.T) {
		// All that was stored is there: the standby had it. Who cannot tell waits for one who can.
		n := l.on(behind.URL, filepath.Join(t.TempDir(), "a new machine"))
		if err := n.send(); !errors.Is(err, ErrUnproven) {
			t.Fatalf("a machine that cannot tell: %v", err)
		}
		l.on(behind.URL, keep("w", asOf)).wants("")
		n.wants("")
	})
	t.Run("under a running process", func(t *testing.T) {
		n := l.on(files.URL, "")
		if _, err := n.write.Exec(`UPDATE life SET held_at = 0, held_why = ''`); err != nil {
			t.Fatal(err)
		}
		n.lastFence.Store(int64(outbox.FirstOf(noon).Fence(1)))
		if err := n.send(); !errors.Is(err, ErrHeld) {
			t.Errorf("what it had stored is gone, and it sends: %v", err)
		}
		n.wants(HeldMissing)
		if _, err := n.Release(ctx, Release{At: noon, Wire: wire, By: "ops:1"}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a dump", func(t *testing.T) {
		dump := pgtest.Copy(t, pgtest.Template(t, func(url string) { _ = Migrate(ctx, url) }))
		s, err := Open(ctx, dump, l.keys)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.write.Exec(`UPDATE life SET home = 'cluster 1 2 3'`); err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		n := liveAt(t, dump, l.keys, filepath.Join(t.TempDir(), "w"))
		n.p = planned(t, n.Store, 10)
		n.wants(HeldMoved)
	})
}

// on opens another database of the same book.
func (l *living) on(where, witness string) *living {
	l.t.Helper()
	n := liveAt(l.t, where, l.keys, witness)
	n.p = l.p
	return n
}
