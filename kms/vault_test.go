package kms

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// transit answers as the transit engine is documented to (encrypt and decrypt, API version 1). It is ours, and no peer: what Vault or
// OpenBao really says was not tried.
type transit struct {
	token string
	keys  map[string]cipher.AEAD
	fail  int // answer every question with this status
}

func newTransit(t *testing.T, names ...string) (*transit, string) {
	s := &transit{token: "t0ken", keys: map[string]cipher.AEAD{}}
	for _, n := range names {
		k := make([]byte, 32)
		_, _ = rand.Read(k)
		block, err := aes.NewCipher(k)
		if err != nil {
			t.Fatal(err)
		}
		if s.keys[n], err = cipher.NewGCM(block); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("VAULT_TOKEN", s.token)
	t.Setenv("BAO_TOKEN", "")
	return s, strings.Replace(server.URL, "http://", "vault://", 1)
}

func (s *transit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	say := func(status int, what string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string][]string{"errors": {what}})
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/transit/"), "/")
	var q map[string]string
	_ = json.NewDecoder(r.Body).Decode(&q)
	switch {
	case s.fail == http.StatusTemporaryRedirect:
		http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", s.fail)
		return
	case s.fail != 0:
		say(s.fail, "Vault is sealed")
		return
	case r.Header.Get("X-Vault-Token") != s.token:
		say(http.StatusForbidden, "permission denied")
		return
	case len(parts) != 2:
		say(http.StatusNotFound, "no handler for route")
		return
	}
	key, ok := s.keys[parts[1]]
	if !ok {
		say(http.StatusBadRequest, "encryption key not found")
		return
	}
	data := map[string]string{}
	if parts[0] == "encrypt" {
		plain, _ := base64.StdEncoding.DecodeString(q["plaintext"])
		nonce := make([]byte, 12)
		_, _ = rand.Read(nonce)
		data["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString(key.Seal(nonce, nonce, plain, nil))
	} else {
		box, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(q["ciphertext"], "vault:v1:"))
		if len(box) < 12 {
			say(http.StatusBadRequest, "invalid ciphertext: no prefix")
			return
		}
		plain, err := key.Open(nil, box[:12], box[12:], nil)
		if err != nil {
			say(http.StatusBadRequest, "cipher: message authentication failed")
			return
		}
		data["plaintext"] = base64.StdEncoding.EncodeToString(plain)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

func TestVault(t *testing.T) {
	s, at := newTransit(t, "duly", "other")
	ctx := t.Context()
	open := func(uri string) Wrapper {
		t.Helper()
		w, err := Open(ctx, uri)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	ours := open(at + "/transit/keys/duly?plain=true")
	secret := []byte("a secret that stands in no error")
	box, err := ours.Wrap(ctx, "seal", secret)
	if err != nil || bytes.Contains(box, secret) {
		t.Fatal(err)
	}
	if got, err := ours.Unwrap(ctx, "seal", box); err != nil || !bytes.Equal(got, secret) {
		t.Fatalf("%q, %v", got, err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("t0ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		uri  string
		name string
		box  []byte
		env  string // the token
		fail int
		want error
	}{
		{what: "a token from a file", uri: "/transit/keys/duly?plain=true&token_file=" + token, box: box},
		{what: "another name", name: "lookup", box: box, want: ErrOther},
		{what: "another key", uri: "/transit/keys/other?plain=true", box: box, want: ErrOther},
		{what: "a box that was changed", box: append(bytes.Clone(box[:len(box)-3]), 'A', 'A', '='), want: ErrOther},
		{what: "no such key", uri: "/transit/keys/none?plain=true", box: box, want: ErrNoKey},
		{what: "a wrong token", env: "stolen", box: box, want: ErrDenied},
		{what: "sealed", fail: http.StatusServiceUnavailable, box: box, want: ErrDown},
		{what: "broken", fail: http.StatusInternalServerError, box: box, want: ErrDown},
		{what: "points elsewhere", fail: http.StatusTemporaryRedirect, box: box, want: ErrDown},
		{what: "not allowed", fail: http.StatusForbidden, box: box, want: ErrDenied},
	} {
		t.Run(c.what, func(t *testing.T) {
			if c.uri == "" {
				c.uri = "/transit/keys/duly?plain=true"
			}
			if c.name == "" {
				c.name = "seal"
			}
			t.Setenv("VAULT_TOKEN", c.env)
			if c.env == "" && !strings.Contains(c.uri, "token_file") {
				t.Setenv("VAULT_TOKEN", s.token)
			}
			s.fail = c.fail
			got, err := open(at+c.uri).Unwrap(ctx, c.name, c.box)
			if !errors.Is(err, c.want) || err == nil && !bytes.Equal(got, secret) {
				t.Fatalf("%q, %v; want %v", got, err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "secret that") || strings.Contains(err.Error(), s.token)) {
				t.Fatalf("the error tells a secret: %v", err)
			}
		})
	}
	s.fail = 0
	t.Setenv("VAULT_TOKEN", "")
	if _, err := ours.Unwrap(ctx, "seal", box); !errors.Is(err, ErrDenied) {
		t.Fatalf("without a token: %v", err)
	}
}

// TestDown: a service that is not there is told of as that.
func TestDown(t *testing.T) {
	t.Setenv("VAULT_TOKEN", "x")
	w, err := Open(t.Context(), "vault://127.0.0.1:1/transit/keys/duly?plain=true")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Wrap(t.Context(), "seal", []byte("x")); !errors.Is(err, ErrDown) {
		t.Fatal(err)
	}
}

func TestURIs(t *testing.T) {
	for uri, ok := range map[string]bool{
		"aws-kms://arn:aws:kms:eu-west-2:111122223333:key/bc436485-5092-42b8-92a3-0aa8b93536dc": true,
		"aws-kms://arn:aws-cn:kms:cn-north-1:111122223333:alias/duly":                           true,
		"aws-kms://alias/duly":                        true,
		"aws-kms://arn:aws:s3:::bucket":               false,
		"aws-kms://":                                  false,
		"vault://vault.example:8200/transit/keys/x":   true,
		"vault://vault.example/a/b/keys/x":            true,
		"vault://vault.example/transit/keys":          false,
		"vault://vault.example/../keys/x":             false,
		"vault://me:secret@vault.example/t/keys/x":    false,
		"vault://vault.example/t/keys/x?plain=true":   false, // in clear over the network
		"vault://[::1]:8200/t/keys/x?plain=true":      true,
		"vault://vault.example/t/keys/x?token=y":      false,
		"vault://vault.example/t/keys/x?token_file=y": false,
		"gcp-kms://projects/p":                        false,
		"keys/seal.json":                              false,
	} {
		if err := Check(uri); (err == nil) != ok || err != nil && !errors.Is(err, ErrURI) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

func TestKept(t *testing.T) {
	k := Kept{Name: "seal"}
	k.Put("vault://a.example/t/keys/x?token_file=/run/t", []byte("1"))
	k.Put("aws-kms://alias/x", []byte("2"))
	k.Put("vault://a.example/t/keys/x", []byte("3")) // the same key, reached otherwise
	text, err := k.Text()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKept(text)
	if err != nil || len(again.Wraps) != 2 {
		t.Fatal(again, err)
	}
	if box, err := again.By("vault://a.example/t/keys/x?token_file=/other"); err != nil || string(box) != "3" {
		t.Fatalf("%q, %v", box, err)
	}
	if _, err := again.By("vault://b.example/t/keys/x"); err == nil || !strings.Contains(err.Error(), "aws-kms://alias/x") {
		t.Fatal(err)
	}
}

func FuzzKept(f *testing.F) {
	f.Add([]byte(`{"name":"seal","wrapped":[{"by":"aws-kms://alias/x","box":"AA=="}]}`), "aws-kms://alias/x")
	f.Add([]byte(`{"name":"seal","wrapped":null}`), "vault://h/t/keys/x?plain=true")
	f.Add([]byte(`[]`), "vault://::1/..")
	f.Fuzz(func(t *testing.T, text []byte, uri string) {
		_ = Check(uri)
		k, err := ParseKept(text)
		if err != nil {
			return
		}
		_, _ = k.By(uri)
		k.Put(uri, []byte("box"))
		out, err := k.Text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseKept(out)
		if err != nil {
			t.Fatal(err)
		}
		// What is no UTF-8 is written as something else; no setting of a file is such.
		if box, err := again.By(uri); err == nil && string(box) != "box" {
			t.Fatalf("%q", box)
		}
	})
}
