package failover

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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

	"github.com/dulyhq/duly/test/port"
)

// A cluster is an etcd and two nodes of PostgreSQL that Patroni keeps up, all on loopback.
type cluster struct {
	t     *testing.T
	dir   string
	word  string // the password of the databases' users
	etcd  int
	nodes []*node
	owner *syscall.Credential
}

type node struct {
	name       string
	dir        string
	port, rest int
	cmd        *exec.Cmd
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	for _, p := range []string{"patroni", "etcd"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Fatal(err, "- make failover installs it")
		}
	}
	c := &cluster{t: t, dir: must(os.MkdirTemp("", "duly-failover-")), word: rand.Text(), etcd: port.Of(t)}
	if os.Geteuid() == 0 { // PostgreSQL refuses root
		u := must(user.Lookup("postgres"))
		c.owner = &syscall.Credential{Uid: uint32(must(strconv.ParseUint(u.Uid, 10, 32))), Gid: uint32(must(strconv.ParseUint(u.Gid, 10, 32)))}
	}
	t.Cleanup(func() { _ = os.RemoveAll(c.dir) })
	c.own(c.dir)
	c.startEtcd()
	for _, name := range []string{"a", "b"} {
		n := &node{name: name, dir: filepath.Join(c.dir, name), port: port.Of(t), rest: port.Of(t)}
		c.nodes = append(c.nodes, n)
		if err := os.Mkdir(n.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		c.configure(n)
		c.own(n.dir)
		c.start(n)
		t.Cleanup(func() { c.stop(n) })
		if name == "a" {
			c.until("the first leads", func() bool { return c.leader() != nil })
		}
	}
	return c
}

func (c *cluster) own(path string) {
	if c.owner != nil {
		if err := os.Chown(path, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
			c.t.Fatal(err)
		}
	}
}

// run starts a program in a group of its own, with what it says in a file.
func (c *cluster) run(log, name string, args ...string) *exec.Cmd {
	c.t.Helper()
	f, err := os.OpenFile(filepath.Join(c.dir, log), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, f, f
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + c.dir, "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setpgid: true}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

func (c *cluster) startEtcd() {
	client, peer := fmt.Sprintf("http://127.0.0.1:%d", c.etcd), fmt.Sprintf("http://127.0.0.1:%d", port.Of(c.t))
	cmd := c.run("etcd.log", "etcd", "--name", "e", "--data-dir", filepath.Join(c.dir, "etcd"), "--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "e="+peer)
	c.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	c.until("etcd answers", func() bool {
		r, err := http.Get(client + "/health")
		if err == nil {
			_ = r.Body.Close()
		}
		return err == nil
	})
}

// configure writes the configuration that ships in deploy/patroni for one node.
func (c *cluster) configure(n *node) {
	c.t.Helper()
	text, err := os.ReadFile("../../deploy/patroni/node.yml")
	if err != nil {
		c.t.Fatal(err)
	}
	bins := must(filepath.Glob("/usr/lib/postgresql/*/bin"))
	if len(bins) == 0 {
		c.t.Fatal("PostgreSQL is not installed")
	}
	filled := strings.NewReplacer("NAME", n.name, "REST", strconv.Itoa(n.rest), "ETCD", strconv.Itoa(c.etcd), "PORT", strconv.Itoa(n.port),
		"DIR", n.dir, "BIN", bins[len(bins)-1], "WORD", c.word).Replace(string(text))
	path := filepath.Join(n.dir, "patroni.yml")
	if err := os.WriteFile(path, []byte(filled), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.own(path)
}

func (c *cluster) start(n *node) {
	n.cmd = c.run(n.name+".log", "patroni", filepath.Join(n.dir, "patroni.yml"))
}

// killLeader kills the node that leads: its Patroni first, so that nothing starts PostgreSQL again, as when its machine ends.
func (c *cluster) killLeader() *node {
	c.t.Helper()
	n := c.leader()
	if n == nil {
		c.t.Fatal("nobody leads")
	}
	c.kill(n)
	return n
}

func (c *cluster) kill(n *node) {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
	n.cmd = nil
	text, err := os.ReadFile(filepath.Join(n.dir, "data", "postmaster.pid"))
	if err != nil {
		return
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil && c.works(pid, n) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// works says that a process is PostgreSQL of this node, and not one that has its number by now.
func (c *cluster) works(pid int, n *node) bool {
	at, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && at == filepath.Join(n.dir, "data")
}

func (c *cluster) stop(n *node) {
	c.kill(n)
	if c.t.Failed() {
		for _, log := range []string{"etcd.log", n.name + ".log"} {
			text, _ := os.ReadFile(filepath.Join(c.dir, log))
			c.t.Logf("%s: …%s", log, text[max(0, len(text)-3000):])
		}
	}
}

// members asks a node what it knows of the cluster: name → role.
func (c *cluster) members() map[string]string {
	for _, n := range c.nodes {
		client := http.Client{Timeout: 2 * time.Second}
		r, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/cluster", n.rest))
		if err != nil {
			continue
		}
		var said struct {
			Members []struct{ Name, Role, State string }
		}
		err = json.NewDecoder(r.Body).Decode(&said)
		_ = r.Body.Close()
		if err != nil {
			continue
		}
		out := map[string]string{}
		for _, m := range said.Members {
			if m.State == "running" || m.State == "streaming" {
				out[m.Name] = m.Role
			}
		}
		return out
	}
	return nil
}

func (c *cluster) leader() *node {
	roles := c.members()
	for _, n := range c.nodes {
		if roles[n.name] == "leader" && n.cmd != nil {
			return n
		}
	}
	return nil
}

func (c *cluster) whole() bool {
	count := map[string]int{}
	for _, role := range c.members() {
		count[role]++
	}
	return count["leader"] == 1 && count["sync_standby"] == 1
}

// until waits for something, asking again and again.
func (c *cluster) until(what string, is func() bool) {
	c.t.Helper()
	for end := time.Now().Add(4 * time.Minute); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("it never came that %s", what)
		}
	}
}

// database makes Duly's database and user, and returns the URL under which Duly finds whichever node leads.
func (c *cluster) database() string {
	c.t.Helper()
	hosts := fmt.Sprintf("127.0.0.1:%d,127.0.0.1:%d", c.nodes[0].port, c.nodes[1].port)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := pgx.Connect(ctx, "postgres://postgres:"+c.word+"@"+hosts+"/postgres?target_session_attrs=read-write")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, q := range []string{`CREATE USER duly PASSWORD '` + c.word + `'`, `CREATE DATABASE duly OWNER duly`} {
		_, e := db.Exec(ctx, q)
		err = errors.Join(err, e)
	}
	if err := errors.Join(err, db.Close(ctx)); err != nil {
		c.t.Fatal(err)
	}
	return "postgres://duly:" + c.word + "@" + hosts + "/duly?target_session_attrs=read-write&connect_timeout=3"
}
