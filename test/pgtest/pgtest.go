//go:build unix

// Package pgtest gives tests a PostgreSQL of their own: a private cluster in a temporary folder, reached over a
// socket in that folder alone, with one database for each test. It needs Debian's postgresql package (tools/setup.sh
// installs it) and no service that runs. Only tests import it.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names a cluster that runs already, as the URL of one of its databases, so that the tests of many packages share
// one: test/withpg sets it.
const Env = "DULY_PG"

// ErrMissing says that PostgreSQL is not installed, or cannot be run by this user.
var ErrMissing = errors.New("pgtest: PostgreSQL is not here; tools/setup.sh installs it")

// A Cluster is a running PostgreSQL.
type Cluster struct {
	URL string // of its database postgres

	dir   string
	bin   string
	owner *syscall.Credential // nil: this user
	life  *os.File            // postgres ends when this end of the pipe is closed, by Stop or by the end of the process
	keep  *exec.Cmd
}

// Start makes a cluster and starts it.
func Start() (*Cluster, error) { return start(settings) }

// StartDurable makes a cluster for measuring: as durable as one in earnest, and set as docs/operations.md advises.
func StartDurable() (*Cluster, error) { return start(durable) }

func start(settings string) (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin}
	if c.owner, err = owner(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp("", "duly-pg-"); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	if c.owner != nil {
		err = os.Chown(c.dir, int(c.owner.Uid), int(c.owner.Gid))
	}
	if err == nil {
		err = c.initialise(settings)
	}
	if err == nil {
		err = c.Restart()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	return c, nil
}

// programs finds the folder of the newest PostgreSQL that Debian's packages have installed.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		if path, err := exec.LookPath("initdb"); err == nil {
			return filepath.Dir(path), nil
		}
		return "", ErrMissing
	}
	newest, version := "", 0
	for _, f := range found {
		dir := filepath.Dir(f)
		if n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir))); err == nil && n > version {
			newest, version = dir, n
		}
	}
	if version < 15 {
		return "", fmt.Errorf("%w: version 15 or newer is needed", ErrMissing)
	}
	return newest, nil
}

// owner returns whom PostgreSQL runs as: it refuses root, which becomes the user postgres of Debian's package.
func owner() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: it refuses root, and there is no user postgres", ErrMissing)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + c.dir, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setpgid: true}
	return cmd
}

// settings suit tests: no address but the socket, room for many pools, and no fsync, for what these tests lose is
// processes and not machines.
const settings = `
listen_addresses = ''
max_connections = 400
shared_buffers = 128MB
fsync = off
full_page_writes = off
wal_level = replica
track_commit_timestamp = on
max_wal_size = 2GB
autovacuum_naptime = 10s
log_min_messages = warning
`

// durable is what docs/operations.md advises, on a socket. fsync, full_page_writes and synchronous_commit are on by default, and said
// here for who reads what was measured.
const durable = `
listen_addresses = ''
max_connections = 400
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 1GB
wal_compression = lz4
max_wal_size = 8GB
checkpoint_timeout = 15min
random_page_cost = 1.1
`

func (c *Cluster) initialise(settings string) error {
	data := filepath.Join(c.dir, "data")
	out, err := c.command(filepath.Join(c.bin, "initdb"), "-D", data, "-U", "duly", "-A", "trust", "-E", "UTF8", "--locale=C",
		"--no-sync", "--no-instructions").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, out)
	}
	f, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	_, err = fmt.Fprintf(f, "%sunix_socket_directories = '%s'\n", settings, c.dir)
	return errors.Join(err, f.Close())
}

// keeper runs postgres until its standard input ends, so that no cluster outlives the process that started it,
// whatever end that comes to. It removes the folder unless a file says that the cluster is to stay for a restart.
const keeper = `"$1" -D data >>log 2>&1 & pid=$!
echo $pid >pid
read _
kill -INT $pid 2>/dev/null
wait $pid
test -e stay || { rm -rf data log pid; d=$PWD; cd /; rmdir "$d"; }`

// Restart starts the server on the data of a cluster that was killed.
func (c *Cluster) Restart() error {
	_ = os.Remove(filepath.Join(c.dir, "stay"))
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	cmd := c.command("/bin/sh", "-c", keeper, "sh", filepath.Join(c.bin, "postgres"))
	cmd.Stdin = r
	if err := cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("pgtest: %w", err), r.Close(), w.Close())
	}
	c.life, c.keep = w, cmd
	c.URL = "postgres://duly@/postgres?host=" + c.dir
	return errors.Join(r.Close(), c.wait())
}

// patience is for how long a start may take on a busy machine.
const patience = 60 * time.Second

// wait returns when the server answers.
func (c *Cluster) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		db, err := pgx.Connect(ctx, c.URL)
		if err == nil {
			return db.Close(ctx)
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("pgtest: PostgreSQL does not answer: %w: %s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Kill kills the server with SIGKILL, as a machine's end does. Restart brings it back.
func (c *Cluster) Kill() error {
	if err := os.WriteFile(filepath.Join(c.dir, "stay"), nil, 0o600); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "pid"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	err = c.end()
	for c.inUse() { // its children notice the end a moment later, and the server does not start beside them
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// inUse says that a process works in the data folder, as every process of the server does.
func (c *Cluster) inUse() bool {
	found, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range found {
		if at, err := os.Readlink(link); err == nil && at == filepath.Join(c.dir, "data") {
			return true
		}
	}
	return false
}

// end waits for the keeper, whose postgres is told to stop.
func (c *Cluster) end() error {
	return errors.Join(c.life.Close(), c.keep.Wait())
}

// Stop stops the server and removes its folder.
func (c *Cluster) Stop() error {
	_ = c.end() // it says how postgres ended, and the folder goes anyway
	return os.RemoveAll(c.dir)
}

// Follow copies the server's log as a standby does, synchronously where the server asks for it, until the test ends.
func (c *Cluster) Follow(t testing.TB) error {
	t.Helper()
	into := filepath.Join(c.dir, "log_copy")
	if err := os.Mkdir(into, 0o700); err != nil {
		return err
	}
	if c.owner != nil {
		if err := os.Chown(into, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
			return err
		}
	}
	cmd := c.command(filepath.Join(c.bin, "pg_receivewal"), "-h", c.dir, "-U", "duly", "-D", into, "--synchronous", "--no-loop")
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, c.URL)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer func() { _ = db.Close(ctx) }()
	for n := 0; n == 0; {
		if err := db.QueryRow(ctx, `SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'`).Scan(&n); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
	}
	return nil
}
