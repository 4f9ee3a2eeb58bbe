package cli_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/cli"
)

// TestKeysElsewhere: the same keys are the same keys wherever they lie, others are refused, and nothing of any is in what is said.
func TestKeysElsewhere(t *testing.T) {
	slow(t)
	dir := filepath.Join(t.TempDir(), "bank")
	file, keys := filepath.Join(dir, "duly.yaml"), filepath.Join(dir, "keys")
	duly := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if got := cli.Main(t.Context(), append(args, "--config", file), strings.NewReader(""), &out, &out); got != want {
			t.Fatalf("duly %v: status %d, not %d: %s", args, got, want, out.String())
		}
		return out.String()
	}
	duly(0, "init", dir)
	duly(0, "assess")
	duly(0, "audit", "seal")
	start, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(keys, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	seal, lookup, sign := read("seal.json"), base64.StdEncoding.EncodeToString([]byte(read("lookup.key"))), read("audit.key")
	t.Setenv("DULY_SEAL", seal)
	t.Setenv("DULY_LOOKUP", lookup)
	t.Setenv("DULY_AUDIT", sign)
	other := filepath.Join(t.TempDir(), "other")
	duly2 := func(args ...string) {
		t.Helper()
		var out bytes.Buffer
		if cli.Main(t.Context(), args, strings.NewReader(""), &out, &out) != 0 {
			t.Fatal(out.String())
		}
	}
	duly2("init", other)
	b, err := os.ReadFile(filepath.Join(other, "keys", "seal.json"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DULY_OTHER", string(b))
	t.Setenv("DULY_BROKEN", lookup[:20]+"!")
	for _, name := range []string{"seal.json", "lookup.key", "audit.key", "audit.pub"} {
		if err := os.Rename(filepath.Join(keys, name), filepath.Join(dir, "moved-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		keys, want string
		status     int
	}{
		{"{folder: keys, seal: env:DULY_SEAL, lookup: env:DULY_LOOKUP, audit: env:DULY_AUDIT}", "", 0},
		{"{folder: keys, seal: moved-seal.json, lookup: moved-lookup.key, audit: moved-audit.key}", "", 0},
		{"keys", "seal.json", 3},
		{"{folder: keys, seal: env:DULY_OTHER, lookup: env:DULY_LOOKUP}", "not the keys that this data was made with", 3},
		{"{folder: keys, seal: env:DULY_SEAL, lookup: env:DULY_BROKEN}", "does not hold the base64 of lookup.key", 3},
		{"{folder: keys, seal: env:DULY_NOWHERE}", "the variable DULY_NOWHERE", 3},
		{"{folder: keys, seal: env:DULY_LOOKUP, lookup: env:DULY_LOOKUP}", "is no keyset", 3},
		{"{folder: keys, seal: \"env:no name\"}", "is no name of a variable", 3},
		{"{folder: keys, seal: gcp-kms://projects/p}", "names no key service", 3},
		{"{folder: keys, seal: aws-kms://alias/duly}", "duly key wrap --with aws-kms://alias/duly makes it", 3},
		{"{seal: env:DULY_SEAL}", "folder", 3},
	} {
		if err := os.WriteFile(file, bytes.Replace(start, []byte("\nkeys: keys "), []byte("\nkeys: "+c.keys+" "), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		out := duly(c.status, "assess")
		if c.status == 0 {
			duly(0, "audit", "seal") // the audit's key is the same, with and without audit.pub
			duly(0, "audit", "verify")
		}
		for _, secret := range []string{lookup, lookup[:20], strings.TrimSpace(sign), seal[40:80]} {
			if strings.Contains(out, secret) {
				t.Errorf("%s: a key is told: %s", c.keys, out)
			}
		}
		if !strings.Contains(out, c.want) {
			t.Errorf("%s: %s", c.keys, out)
		}
	}
}
