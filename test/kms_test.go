package test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/test/port"
)

// keyService starts local-kms, which plays AWS KMS, and returns a client of it and what ends it.
func keyService(t *testing.T) (*kms.Client, func()) {
	t.Helper()
	program, err := filepath.Abs("../.bin/local-kms")
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(program)
	need(t, "local-kms", err == nil)
	number := port.Of(t)
	at := fmt.Sprintf("127.0.0.1:%d", number)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), fmt.Sprintf("PORT=%d", number), "KMS_DATA_PATH="+t.TempDir(), "KMS_SEED_PATH=/nowhere")
	run(t, cmd)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_KMS": "http://" + at, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	ctx, end := context.WithTimeout(t.Context(), limit)
	defer end()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", at)
		if err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-ctx.Done():
			t.Fatal("local-kms did not come up: ", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("eu-west-2"))
	if err != nil {
		t.Fatal(err)
	}
	return kms.NewFromConfig(cfg), func() { _ = cmd.Process.Kill() }
}

// TestKeysByKMS wraps a lender's keys by AWS KMS, takes the ones in clear away, and works on: the same data, the same keys. What is
// wrong with the service is said in words, with nothing of a key in them, and nothing starts half.
func TestKeysByKMS(t *testing.T) {
	client, end := keyService(t)
	ctx, dir := t.Context(), filepath.Join(t.TempDir(), "bank")
	key := func() string {
		t.Helper()
		out, err := client.CreateKey(ctx, &kms.CreateKeyInput{})
		if err != nil {
			t.Fatal(err)
		}
		return *out.KeyMetadata.Arn
	}
	first, second := key(), key()
	file := filepath.Join(dir, "duly.yaml")
	duly := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if got := cli.Main(ctx, append(args, "--config", file), strings.NewReader(""), &out, &out); got != want {
			t.Fatalf("duly %v: status %d, not %d: %s", args, got, want, out.String())
		}
		return out.String()
	}
	duly(0, "init", dir)
	text, err := os.ReadFile("../examples/us-small/loans.csv")
	loans := filepath.Join(t.TempDir(), "loans.csv")
	if err := errors.Join(err, os.WriteFile(loans, bytes.ReplaceAll(text, []byte("USD"), []byte("CNY")), 0o600)); err != nil {
		t.Fatal(err)
	}
	duly(0, "import", "../examples/us-small/borrowers.csv", loans, "../examples/us-small/instalments.csv")
	duly(0, "audit", "seal")

	names := func(uri string) {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(text, []byte("\nkeys:"))
		rest := text[at+1:]
		rest = rest[bytes.IndexByte(rest, '\n')+1:]
		text = fmt.Appendf(bytes.Clone(text[:at+1]), "keys: {folder: keys, seal: %q, lookup: %q, audit: %q}\n%s", uri, uri, uri, rest)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var clear [][]byte
	keys := filepath.Join(dir, "keys")
	for _, name := range []string{"seal.json", "lookup.key", "audit.key"} {
		text, err := os.ReadFile(filepath.Join(keys, name))
		if err != nil {
			t.Fatal(err)
		}
		clear = append(clear, bytes.TrimSpace(text))
	}
	safe := func(out string) {
		t.Helper()
		for _, k := range clear {
			if strings.Contains(out, string(k)) {
				t.Fatalf("a key is told: %s", out)
			}
		}
	}

	if out := duly(3, "key", "wrap", "--with", "aws-kms://"+unlike(first)); !strings.Contains(out, "no such key") {
		t.Fatal(out)
	}
	duly(0, "key", "wrap", "--with", "aws-kms://"+first)
	names("aws-kms://" + first)
	for _, name := range []string{"seal.json", "lookup.key", "audit.key"} {
		if err := os.Remove(filepath.Join(keys, name)); err != nil {
			t.Fatal(err)
		}
	}
	duly(0, "assess", "--on", "2026-11-20")
	duly(0, "audit", "verify")
	nothingInClear(t, keys, clear)

	// The key of the service is changed; then the configuration.
	duly(0, "key", "wrap", "--with", "aws-kms://"+second)
	duly(0, "assess", "--on", "2026-11-20")
	names("aws-kms://" + second)
	duly(0, "assess", "--on", "2026-11-20")
	if out := duly(2, "key", "wrap", "--with", "gcp-kms://x"); !strings.Contains(out, "names no key service") {
		t.Fatal(out)
	}

	if _, err := client.DisableKey(ctx, &kms.DisableKeyInput{KeyId: &second}); err != nil {
		t.Fatal(err)
	}
	out := duly(3, "assess", "--on", "2026-11-20")
	if safe(out); !strings.Contains(out, "turned off") {
		t.Fatal(out)
	}
	names("aws-kms://" + first)
	swap(t, filepath.Join(keys, "seal.wrapped.json"), first, second)
	out = duly(3, "assess", "--on", "2026-11-20")
	if safe(out); !strings.Contains(out, "another key") {
		t.Fatal(out)
	}
	end()
	out = duly(4, "assess", "--on", "2026-11-20")
	if safe(out); !strings.Contains(out, "does not answer") {
		t.Fatal(out)
	}
}

// unlike is the name of a key that the service has not: one that differs from another in its last letter. Key ids are
// random, so a fixed last letter would name the key itself once in sixteen runs.
func unlike(arn string) string {
	last := byte('0')
	if arn[len(arn)-1] == last {
		last = '1'
	}
	return arn[:len(arn)-1] + string(last)
}

// swap changes which of two keys wrapped what, as somebody does who has mixed up files.
func swap(t *testing.T, path, one, other string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := strings.NewReplacer(one, other, other, one).Replace(string(text))
	if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}

func nothingInClear(t *testing.T, dir string, clear [][]byte) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, k := range clear {
			if bytes.Contains(text, k) {
				t.Errorf("%s holds a key in clear", path)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
