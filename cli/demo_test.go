package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/sim"
	"github.com/dulyhq/duly/smsc"
)

// TestDemo lives through the demo's first five days, in which a process is killed, and holds what it prints
// against the carrier's record on disk.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("takes fifteen seconds")
	}
	dir := filepath.Join(t.TempDir(), "lender")
	var out, errw bytes.Buffer
	status := cli.Main(context.Background(), []string{"demo", "--days", "4", "--seed", "7", "--lang", "en", "--dir", dir}, strings.NewReader(""), &out, &errw)
	text := out.String()
	t.Log(text)
	if status != 0 || errw.Len() > 0 {
		t.Fatalf("status %d: %s", status, errw.String())
	}
	for _, want := range []string{
		"✓   1,004 borrowers", "09:40 ¥500.00 arrives. 10:00 the handset shows ¥740.00:", "待还740.00元", "the carrier has 0 for this number",
		"the carrier has 2 for this number: the one answered, and one that confirms the stop", "one message, about ¥500.00", "is killed (SIGKILL)", "Twice: 0",
		"✓ 0 the same text twice on one handset", "✓ 0 after a stop", "✓ 0 outside 08:00-22:00", "✓ 0 over the caps", "✓ 0 another amount",
		"✓ 0 to somebody who had paid everything", "✓ 0 in parts", "✓ 0 not accounted for",
	} {
		if !strings.Contains(folded(text), folded(want)) {
			t.Errorf("the demo does not say %q", want)
		}
	}
	for line := range strings.Lines(text) {
		if runewidth.StringWidth(strings.TrimRight(line, "\n")) > 100 {
			t.Errorf("too wide: %s", line)
		}
	}
	if n := strings.Count(text, "\n2026-09-"); n < 5 {
		t.Errorf("%d days, want five lines", n)
	}
	checkRecord(t, dir)
	// The folder is an ordinary one, to go on with.
	config := filepath.Join(dir, "duly.yaml")
	more, _ := run(t, "--config", config, "explain", "S00003", "--now", "2026-09-22T10:00:00+08:00", "--lang", "en")
	if !strings.Contains(more, "CN-HOUSE-STOP-01") {
		t.Errorf("explain says %s", more)
	}
	run(t, "--config", config, "plan", "--dry-run", "--now", "2026-09-22T10:00:00+08:00")
}

// folded takes out what breaking lines puts in.
func folded(s string) string { return regexp.MustCompile(`\s+`).ReplaceAllString(s, "") }

// checkRecord counts in the carrier's file what the demo says it has counted in its memory.
func checkRecord(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, sim.RecordName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	parts, err := smsc.ReadRecord(f)
	if err != nil {
		t.Fatal(err)
	}
	arrivals := smsc.Join(parts)
	if len(arrivals) < 500 {
		t.Errorf("the carrier's record has %d messages", len(arrivals))
	}
	if twice := smsc.Duplicates(arrivals, 0); len(twice) > 0 {
		t.Errorf("%d messages came twice: %+v", len(twice), twice[0])
	}
	for i := range arrivals {
		if h := arrivals[i].Civil.Hour(); h < 8 || h >= 22 {
			t.Errorf("%s has a message at %s", arrivals[i].Destination, arrivals[i].Civil)
		}
	}
}

// TestDemoIsCalledRightly: what the demo cannot do is said before anything is made.
func TestDemoIsCalledRightly(t *testing.T) {
	for want, args := range map[string][]string{
		"--days is from 1 to 20": {"demo", "--days", "0"},
		"--lang is zh or en":     {"demo", "--lang", "fr"},
		"demo takes no":          {"demo", "now"},
	} {
		var out, errw bytes.Buffer
		if status := cli.Main(context.Background(), args, strings.NewReader(""), &out, &errw); status != 2 || !strings.Contains(errw.String(), want) {
			t.Errorf("duly %v: status %d, %s", args, status, errw.String())
		}
	}
}
