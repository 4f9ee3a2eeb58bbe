package engine

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/jackc/pgx/v5"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/pgtest"
	"github.com/dulyhq/duly/test/port"
)

func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds")
	}
}

// slowCarrier answers late enough that a fault finds messages on their way.
func slowCarrier() smsc.Config {
	return smsc.Config{IDs: smsc.Random, Seed: 1, Behave: answers, Faults: smsc.Faults{DelayResponse: 20 * time.Millisecond, SlowAccept: 500 * time.Microsecond}}
}

// fairLease is the lease where the database fails: a session that could not be given back is waited for until then.
const fairLease = 15 * time.Second

// TestDiskFull: the disk of the database is full in the middle. Nothing is handed over that could not be permitted durably,
// and when there is room again the rest leaves. With few people it runs under the race detector too: of the tests that hand over as
// duly serve does, with sessions that end and come back while others judge, the only one there.
func TestDiskFull(t *testing.T) {
	if onPostgres {
		t.Skip("PostgreSQL's disk is PostgreSQL's; to Duly it is a database that ends: TestDatabaseKilled")
	}
	const fewUnknown = 20 // that the carrier has: what was on its way keeps its outcome in memory until the disk takes it
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skip("no file system of a given size can be mounted here:", err)
	}
	h := newHouseAt(t, dir)
	h.Lease = fairLease
	t.Cleanup(func() { _ = h.Store.Close(); _ = syscall.Unmount(dir, 0) })
	h.listen(slowCarrier())
	people, window := 1500, 200
	if testing.Short() {
		people, window = 400, 40
	}
	tr := trialOf(h, people, window)
	tr.answer = patience // this carrier answers all; on a busy machine not within two seconds, and that is not the disk's doing
	stop := tr.keep(tr.Engine)
	tr.arrived(window, tr.smsc.Arrivals)
	fill := filepath.Join(dir, "filler")
	f, err := os.Create(fill)
	if err != nil {
		t.Fatal(err)
	}
	for piece := make([]byte, 4096); err == nil; {
		_, err = f.Write(piece)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	tr.until("the disk is told to be full", func() bool { return tr.failures() > 0 })
	if err := errors.Join(f.Close(), os.Remove(fill)); err != nil {
		t.Fatal(err)
	}
	tr.settled()
	tr.repliesStored()
	stop()
	most := fewUnknown + min(window, 100) // of one commit nobody knows whether the disk took it: what it permits does not leave
	tr.tally(tr.smsc.Arrivals(), most, fewUnknown)
	tr.nextDay()
	tr.tally(tr.smsc.Arrivals(), most, fewUnknown)
}

// TestDatabaseKilled: PostgreSQL is killed twice in the middle, and comes back.
func TestDatabaseKilled(t *testing.T) {
	slow(t)
	if !onPostgres {
		t.Skip("SQLite lives and dies with the process: TestKilledAtRandom")
	}
	c, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Stop() }()
	h := newHouseAt(t, c.URL)
	h.Lease = fairLease
	h.listen(slowCarrier())
	const window = 200
	tr := trialOf(h, 2500, window)
	stop := tr.keep(tr.Engine)
	const kills = 2
	for i := range kills {
		tr.arrived(400*(i+1), tr.smsc.Arrivals)
		if err := errors.Join(ignoreExit(c.Kill()), c.Restart()); err != nil {
			t.Fatal(err)
		}
	}
	tr.settled()
	tr.repliesStored()
	stop()
	tr.count(tr.smsc.Arrivals(), kills*window)
	tr.nextDay()
	tr.count(tr.smsc.Arrivals(), kills*window)
}

// ignoreExit leaves out how a killed process ended.
func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// TestDatabaseSlow: another takes SQLite's write lock again and again; PostgreSQL answers through a line that is slow and is cut,
// and refuses every eleventh fence with a serialization failure.
func TestDatabaseSlow(t *testing.T) {
	slow(t)
	const window = 100
	var h *house
	var cuts atomic.Int64
	if onPostgres {
		c, err := pgtest.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Stop() }()
		h = newHouseAt(t, slowLine(t, c.URL, &cuts))
		failSometimes(t, c.URL)
	} else {
		h = newHouse(t, slowCarrier())
		end := make(chan struct{})
		ended := make(chan error, 1)
		go func() { ended <- hogs(h.place, end) }()
		defer func() {
			close(end)
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}()
	}
	h.Lease = fairLease
	if h.smsc == nil {
		h.listen(slowCarrier())
	}
	tr := trialOf(h, 800, window)
	stop := tr.keep(tr.Engine)
	for i := range 2 {
		tr.arrived(200*(i+1), tr.smsc.Arrivals)
		cuts.Add(1)
	}
	tr.settled()
	tr.repliesStored()
	stop()
	tr.count(tr.smsc.Arrivals(), window*(2+tr.failures()))
	tr.nextDay()
	tr.count(tr.smsc.Arrivals(), window*(2+tr.failures()))
}

// hogs holds the write lock of the database in a folder for a fifth of a second, again and again.
func hogs(dir string, end <-chan struct{}) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
		if err := tx.Rollback(); err != nil {
			return err
		}
		select {
		case <-end:
			return nil
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// failSometimes lets every eleventh statement that fences fail as PostgreSQL's own conflicts do.
func failSometimes(t *testing.T, url string) {
	t.Helper()
	ctx := context.Background()
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(ctx) }()
	for _, q := range []string{
		`CREATE SEQUENCE faults`,
		`CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('faults') % 11 = 0 THEN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF;
			RETURN NULL; END $$`,
		`CREATE TRIGGER fault BEFORE INSERT ON fence FOR EACH STATEMENT EXECUTE FUNCTION fault()`,
	} {
		if _, err := db.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
}

// slowLine returns the URL of a line to the cluster on which every answer takes five milliseconds longer, and which is cut
// whenever cuts has grown.
func slowLine(t *testing.T, url string, cuts *atomic.Int64) string {
	t.Helper()
	_, dir, _ := strings.Cut(url, "host=")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", filepath.Join(dir, ".s.PGSQL.5432"))
			if err != nil {
				_ = in.Close()
				continue
			}
			born := cuts.Load()
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() {
				defer func() { _ = in.Close(); _ = out.Close() }()
				for buf := make([]byte, 1<<16); ; {
					n, err := out.Read(buf)
					if err != nil || cuts.Load() != born {
						return
					}
					time.Sleep(5 * time.Millisecond)
					if _, err := in.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return strings.Replace(url[:strings.Index(url, "?")], "duly@/", "duly@"+l.Addr().String()+"/", 1) + "?sslmode=disable"
}

// TestCarrierNeverAnswers: a carrier takes everything and answers nothing. One window of messages is unknown, and then one for
// each time that it is tried again; when it answers, the rest leaves.
func TestCarrierNeverAnswers(t *testing.T) {
	slow(t)
	h := newHouse(t, slowCarrier())
	const window = 100
	tr := trialOf(h, 600, window)
	stop := tr.keep(tr.Engine)
	tr.arrived(150, tr.smsc.Arrivals)
	tr.smsc.SetFaults(smsc.Faults{DropResponse: smsc.Whole})
	before := len(tr.smsc.Arrivals())
	tr.until("it has been tried again", func() bool { return len(tr.smsc.Arrivals()) > before && tr.quietFor(6*time.Second) })
	if more := len(tr.smsc.Arrivals()) - before; more > window+5 {
		t.Errorf("%d more messages went to a carrier that answers nothing, with a window of %d", more, window)
	}
	tr.smsc.SetFaults(smsc.Faults{})
	tr.settled()
	tr.repliesStored()
	stop()
	tr.count(tr.smsc.Arrivals(), window+5)
	tr.nextDay()
	tr.count(tr.smsc.Arrivals(), window+5)
}

// quietFor says that nothing new arrives for so long.
func (tr *trial) quietFor(d time.Duration) bool {
	n := len(tr.smsc.Arrivals())
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if len(tr.smsc.Arrivals()) > n+2 {
			return false
		}
	}
	return true
}

// carrierChild is a carrier in a process of its own, which can be killed: what it took is in its record.
func carrierChild(addr, record string) error {
	cfg := slowCarrier()
	cfg.Record, cfg.Sync, cfg.Seed = record, true, uint64(time.Now().UnixNano())
	cfg.Now = func() time.Time { return thursday }
	s, err := smsc.New(cfg)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(context.Background(), l)
}

// TestCarrierKilled: the carrier is killed three times in the middle and forgets what it owed; its record is what is counted.
func TestCarrierKilled(t *testing.T) {
	slow(t)
	h := newHouseAt(t, "")
	h.addr = port.Address(t)
	var records []string
	begin := func() *exec.Cmd {
		records = append(records, filepath.Join(t.TempDir(), fmt.Sprint(len(records))))
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "DULY_TEST_CARRIER="+h.addr, "DULY_TEST_RECORD="+records[len(records)-1])
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	have := func() (out []smsc.Arrival) {
		for _, r := range records {
			out = append(out, readRecord(t, r)...)
		}
		return out
	}
	const window, kills = 100, 3
	tr := trialOf(h, 1500, window)
	carrier := begin()
	stop := tr.keep(tr.Engine)
	for i := range kills {
		tr.arrived(250*(i+1), have)
		_ = carrier.Process.Kill()
		_ = carrier.Wait()
		carrier = begin()
	}
	tr.settled()
	stop()
	_ = carrier.Process.Kill()
	_ = carrier.Wait()
	tr.count(have(), kills*window)
}

// readRecord reads the arrivals of a carrier's record; its last line may be torn.
func readRecord(t *testing.T, path string) []smsc.Arrival {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var parts []smsc.Part
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p struct {
			Event string `json:"event"`
			smsc.Part
		}
		if json.Unmarshal(lines.Bytes(), &p) == nil && p.Event == "arrival" {
			parts = append(parts, p.Part)
		}
	}
	return smsc.Join(parts)
}

// TestTwoClaim: three processes hand over the same book at once, and one of them is killed in the middle.
func TestTwoClaim(t *testing.T) {
	slow(t)
	h := newHouse(t, slowCarrier())
	tr := trialOf(h, 2000, 200)
	workers := []*exec.Cmd{h.mortal(), h.child(), h.child()}
	for _, w := range workers {
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
	}
	tr.arrived(300, tr.smsc.Arrivals)
	_ = workers[0].Process.Kill()
	for i, w := range workers {
		if err := w.Wait(); err != nil && i > 0 {
			t.Errorf("worker %d: %v", i, err)
		}
	}
	tr.count(tr.smsc.Arrivals(), 200)
	tr.nextDay()
	tr.count(tr.smsc.Arrivals(), 200)
}

// stepped is what time.Now returns once the system's clock was set back: the wall is another, and the monotonic reading runs on.
func stepped(t time.Time, seconds int64) time.Time {
	parts := (*struct { // time.Time, as it has been since Go 1.9
		wall uint64
		ext  int64
		loc  *time.Location
	})(unsafe.Pointer(&t))
	parts.wall -= uint64(seconds) << 30
	return t
}

// TestClockStepsBack: civil time and wire time are set back by an hour in the middle. Hand-over goes on, and nothing is sent twice
// or out of hours.
func TestClockStepsBack(t *testing.T) {
	slow(t)
	h := newHouse(t, slowCarrier())
	var back atomic.Int64
	h.Wire = func() time.Time { return stepped(time.Now(), back.Load()) }
	tr := trialOf(h, 1000, 100)
	tr.at(thursday.Add(time.Hour)) // so that an hour earlier is lawful too
	stop := tr.keep(tr.Engine)
	tr.arrived(300, tr.smsc.Arrivals)
	if now := time.Now(); stepped(now, 3600).Sub(now) != 0 || stepped(now, 3600).Unix() != now.Unix()-3600 {
		t.Fatal("the clock is not set back as a system's is")
	}
	back.Store(3600)
	tr.at(tr.now().Add(-time.Hour))
	tr.arrived(600, tr.smsc.Arrivals)
	tr.at(tr.now().Add(time.Hour + time.Minute)) // what was counted before the step lies behind us again: confirmations to those may leave
	tr.settled()
	tr.repliesStored()
	stop()
	tr.count(tr.smsc.Arrivals(), 100)
	tr.nextDay()
	tr.count(tr.smsc.Arrivals(), 100)
}
