//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/smsc"
)

// upgradeWindow is how many messages each of the two has under way.
const upgradeWindow = 40

// olderCommit is what an upgrade begins with until there is a release: the state of 2026-11-26 at 02:28. What is older knows less than an
// upgrade without stopping needs (docs/operations.md). With the first release its commit takes this one's place.
const olderCommit = "47a50c75a8ac9a618674cb9c458179d1794db06c"

// olderBinary returns the path of an older duly: DULY_OLDER, or one that is built from the repository's history.
func olderBinary(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("DULY_OLDER"); path != "" {
		return path
	}
	if testing.Short() {
		t.Skip("an older binary is built for it")
	}
	git := func(args ...string) ([]byte, error) {
		cmd := exec.Command("git", args...)
		cmd.Dir = ".." // all of the repository and not this folder
		return cmd.Output()
	}
	if _, err := git("cat-file", "-e", olderCommit+"^{commit}"); err != nil {
		t.Skipf("NOT TESTED: an upgrade without stopping. Commit %s is not in this clone, which may be a shallow one (git fetch --unshallow), "+
			"and DULY_OLDER names no older binary: %v", olderCommit[:10], err)
	}
	tree := t.TempDir()
	packed, err := git("archive", "--format=tar", olderCommit)
	if err != nil {
		t.Fatal(err)
	}
	untar := exec.Command("tar", "-x", "-C", tree)
	untar.Stdin = bytes.NewReader(packed)
	if out, err := untar.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	path := filepath.Join(tree, "duly-older")
	build := exec.Command("go", "build", "-trimpath", "-o", path, ".") // a path of its own would be built anew each time
	build.Dir = tree
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// TestUpgrade runs an older binary and this one side by side on one PostgreSQL. Both plan and send, the older one is told to end, and
// the carrier counts as in TestFleet.
func TestUpgrade(t *testing.T) {
	edit := onPostgres(t, func(text string) string {
		text = regexp.MustCompile(`(?m)^    sessions: .*\n`).ReplaceAllString(text, "")
		return strings.Replace(text, "window: 1000", "window: "+strconv.Itoa(upgradeWindow), 1)
	})
	older := olderBinary(t)
	const people = 800
	s, addr := simulator(t, smsc.Config{KeepTexts: true, IDs: smsc.Random, Faults: smsc.Faults{DelayResponse: 60 * time.Millisecond}})
	config := bank(t, addr, 1, edit)
	olders := olderConfig(t, older, filepath.Join(filepath.Dir(config), "keys"), func(text string) string {
		return edit(strings.Replace(text, "127.0.0.1:2775", addr, 1))
	})
	const now = "2026-09-24T10:00:00+08:00"
	// The older one opened the database before the newer one came: start it first, then bring people in.
	old := serves(t, older, olders, now)
	importMore(t, config, people)
	recent := serves(t, "", config, now)
	until(t, "half are sent", func() bool { return len(reached(s)) > people/2 })
	old.stop(t)
	until(t, "all are sent", func() bool { return len(reached(s)) == people || settledAt(s, 5*time.Second) })
	recent.stop(t)
	said := must(t, 0, "run", "--config", config, "--no-plan", "--now", "2026-09-24T10:20:00+08:00", "--linger", "1s")
	checkFleet(t, s, statesOf(said), people, 0)
}

// importMore gives a bank more borrowers who are late, the first one of whom it has.
func importMore(t *testing.T, config string, people int) {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("borrower_id,name,phone,region,timezone,loan_id,due_on,amount,currency\n")
	for i := range people {
		fmt.Fprintf(&rows, "B%d,王某,+86174050%05d,CN-ZJ,Asia/Shanghai,C%d,2026-09-21,%d.00,CNY\n", i+1, i+1, i+1, 100+i)
	}
	file := strings.TrimSuffix(config, "duly.yaml") + "more.csv"
	if err := os.WriteFile(file, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, 0, "import", file, "--config", config, "--now", "2026-09-24T07:30:00+08:00")
}

// olderConfig is the configuration that an older binary starts with, for it knows no later keys, with the key files of a newer one.
func olderConfig(t *testing.T, older, keys string, edit func(string) string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "older")
	if out, err := exec.Command(older, "init", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	path := filepath.Join(dir, "duly.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	config := strings.Replace(edit(string(text)), "keys: keys ", "keys: "+keys+" ", 1)
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
