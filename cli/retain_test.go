package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/cli"
)

// TestRetainIsHeldToTheLaw: a span that is shorter than a rule has records kept for is refused with the rule, wherever the configuration is used;
// a lawful one counts first.
func TestRetainIsHeldToTheLaw(t *testing.T) {
	slow(t)
	dir := filepath.Join(t.TempDir(), "lender")
	run(t, "init", dir)
	config := filepath.Join(dir, "duly.yaml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	with := func(span string) {
		t.Helper()
		if err := os.WriteFile(config, append(append([]byte{}, text...), "\nretention: {replies: "+span+", page: 6y}\n"...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	with("4y")
	if _, errs, status := try(t, "--config", config, "retain", "--dry-run"); status != 3 || !strings.Contains(errs, "retention.replies: 48 months are shorter than rule CN-") {
		t.Errorf("status %d: %s", status, errs)
	}
	with("5y")
	out, _ := run(t, "--config", config, "retain", "--dry-run", "--lang", "en")
	if !strings.Contains(out, "cards: 0 words of replies would be given up") || strings.Contains(out, "decisions") {
		t.Errorf("%s", out)
	}
	if _, errs, status := try(t, "--config", config, "retain"); status != 2 {
		t.Errorf("without --by: status %d: %s", status, errs)
	}
}

// try runs a command that may fail.
func try(t *testing.T, args ...string) (out, errs string, status int) {
	t.Helper()
	var o, e bytes.Buffer
	status = cli.Main(context.Background(), args, strings.NewReader(""), &o, &e)
	return o.String(), e.String(), status
}
