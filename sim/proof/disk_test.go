package proof

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
)

// A till counts what was committed and what is there after a power failure.
type till struct {
	t    *testing.T
	dir  string
	disk *Disk
	sync string // PRAGMA synchronous
}

func (k *till) open(o *Owner) *sql.DB {
	k.t.Helper()
	k.disk.Switch(o)
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=journal_mode(WAL)&_pragma=synchronous(%s)&_pragma=wal_autocheckpoint(8)&_txlock=immediate",
		filepath.Join(k.dir, "till.db"), k.sync))
	if err != nil {
		k.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// sell commits n rows one by one, and returns how many commits came back.
func sell(db *sql.DB, n int) (sold int) {
	for range n {
		if _, err := db.Exec(`INSERT INTO sale (what) VALUES (zeroblob(700))`); err != nil {
			return sold
		}
		sold++
	}
	return sold
}

// day lets a process die before its nth write, then the power fail, and returns what was sold and what is known.
func (k *till) day(n int, rng *rand.Rand) (sold, known int) {
	k.t.Helper()
	k.dir = k.t.TempDir()
	disk, err := NewDisk(k.dir, true)
	if err != nil {
		k.t.Fatal(err)
	}
	defer disk.Close()
	k.disk = disk
	p := &Owner{after: -1}
	db := k.open(p)
	if _, err := db.Exec(`CREATE TABLE sale (id INTEGER PRIMARY KEY, what BLOB)`); err != nil {
		k.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		k.t.Fatal(err)
	}
	db = k.open(p)
	p.DieAfter(n)
	sold = sell(db, 30)
	p.Kill()
	_ = db.Close() // a dead process closes nothing; what it would write must not reach the file
	if err := disk.Lose(rng); err != nil {
		k.t.Fatal(err)
	}
	db = k.open(&Owner{after: -1})
	defer func() { _ = db.Close() }()
	var sound string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&sound); err != nil || sound != "ok" {
		k.t.Fatalf("dead before write %d: the database is %q, %v", n, sound, err)
	}
	if err := db.QueryRow(`SELECT count(*) FROM sale`).Scan(&known); err != nil {
		k.t.Fatal(err)
	}
	return sold, known
}

// TestPowerLoss: with full durability every commit that came back outlives the power, wherever it fails, and one at
// most is there that did not come back; without, commits are lost, so that the disk is known to lose things.
func TestPowerLoss(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	lost, step := 0, 1
	if testing.Short() {
		step = 20
	}
	for n := 0; n < 160; n += step {
		k := till{t: t, sync: "FULL"}
		if sold, known := k.day(n, rng); known != sold && known != sold+1 {
			t.Fatalf("dead before write %d: %d sold, %d known", n, sold, known)
		}
		k = till{t: t, sync: "NORMAL"}
		if sold, known := k.day(n, rng); known < sold {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no commit was ever lost without full durability; the disk shows nothing")
	}
	t.Logf("%d of %d power failures lost commits without full durability", lost, 160/step)
}
