package kms

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// A vaultKey is a key of the transit engine, as a URI names it.
type vaultKey struct {
	base      string // https://HOST[:PORT]/v1/MOUNT
	name      string
	tokenFile string // empty: the token stands in the environment
}

var vaultPath = regexp.MustCompile(`^/([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)/keys/([A-Za-z0-9_.-]+)$`)

// parseVault reads vault://HOST[:PORT]/MOUNT/keys/NAME[?token_file=PATH][&plain=true]. Plain HTTP is for an agent on this machine only.
func parseVault(uri string) (k vaultKey, err error) {
	bad := func(why fault.Code) (vaultKey, error) { return vaultKey{}, wrong(why) }
	u, err := url.Parse(uri)
	if err != nil || u.Hostname() == "" {
		return bad(fault.VaultForm)
	}
	m := vaultPath.FindStringSubmatch(u.Path)
	switch {
	case m == nil || strings.Contains(u.Path, ".."):
		return bad(fault.VaultPath)
	case u.User != nil || u.Fragment != "":
		return bad(fault.VaultUser)
	}
	scheme := "https"
	for name, values := range u.Query() {
		switch v := values[0]; {
		case name == "token_file" && filepath.IsAbs(v):
			k.tokenFile = v
		case name == "token_file":
			return bad(fault.VaultTokenFile)
		case name == "plain" && v == "true":
			if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
				return bad(fault.VaultPlain)
			}
			scheme = "http"
		default:
			return bad(fault.VaultKeys)
		}
	}
	k.base, k.name = scheme+"://"+u.Host+"/v1/"+m[1], m[2]
	return k, nil
}

type vaultWrapper struct {
	key    vaultKey
	client *http.Client
}

func openVault(uri string) (Wrapper, error) {
	k, err := parseVault(uri)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if path := os.Getenv("VAULT_CACERT"); path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("kms: VAULT_CACERT: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("kms: VAULT_CACERT names a file that holds no certificate")
		}
	}
	// A token is not carried to wherever an answer points: a standby passes questions on by itself.
	return &vaultWrapper{k, &http.Client{
		Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (k *vaultKey) token() (string, error) {
	if k.tokenFile != "" {
		b, err := os.ReadFile(k.tokenFile)
		if err != nil {
			return "", fmt.Errorf("kms: token_file: %w", err)
		}
		return strings.TrimSpace(string(b)), nil
	}
	for _, name := range [...]string{"VAULT_TOKEN", "BAO_TOKEN"} {
		if t := os.Getenv(name); t != "" {
			return t, nil
		}
	}
	return "", fmt.Errorf("%w: neither VAULT_TOKEN nor BAO_TOKEN is set, and the URI names no token_file", ErrDenied)
}

// bound is what is wrapped: the key with its name. The transit engine binds nothing beside the key for keys of every kind, so it is done here.
type bound struct {
	Name string `json:"name"`
	Key  []byte `json:"key"`
}

func (w *vaultWrapper) Wrap(ctx context.Context, name string, plain []byte) ([]byte, error) {
	text, err := json.Marshal(bound{name, plain})
	if err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	out, err := w.ask(ctx, "encrypt", map[string]string{"plaintext": base64.StdEncoding.EncodeToString(text)})
	if err == nil && out.Ciphertext == "" {
		err = ErrDown
	}
	return []byte(out.Ciphertext), err
}

func (w *vaultWrapper) Unwrap(ctx context.Context, name string, box []byte) ([]byte, error) {
	out, err := w.ask(ctx, "decrypt", map[string]string{"ciphertext": string(box)})
	if err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(out.Plaintext)
	var b bound
	if err != nil || json.Unmarshal(text, &b) != nil || b.Name != name || len(b.Key) == 0 {
		return nil, ErrOther // what was read is in no error
	}
	return b.Key, nil
}

type vaultData struct {
	Ciphertext string `json:"ciphertext"`
	Plaintext  string `json:"plaintext"`
}

// ask puts one question to the transit engine. Nothing of an answer is in an error but its status.
func (w *vaultWrapper) ask(ctx context.Context, what string, question map[string]string) (vaultData, error) {
	token, err := w.key.token()
	if err != nil {
		return vaultData{}, err
	}
	body, err := json.Marshal(question)
	if err != nil {
		return vaultData{}, fmt.Errorf("kms: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.key.base+"/"+what+"/"+w.key.name, bytes.NewReader(body))
	if err != nil {
		return vaultData{}, fmt.Errorf("kms: %w", err)
	}
	r.Header.Set("X-Vault-Token", token)
	r.Header.Set("X-Vault-Request", "true")
	if ns := os.Getenv("VAULT_NAMESPACE"); ns != "" {
		r.Header.Set("X-Vault-Namespace", ns)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return vaultData{}, ErrDown
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return vaultData{}, ErrDown
	}
	if answer.StatusCode != http.StatusOK {
		return vaultData{}, fmt.Errorf("%w (status %d)", vaultFault(answer.StatusCode, text), answer.StatusCode)
	}
	var out struct {
		Data vaultData `json:"data"`
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return vaultData{}, fmt.Errorf("%w (it answers something else than Vault does)", ErrDown)
	}
	return out.Data, nil
}

// vaultFault says what has to be mended, by the status and, where that is 400, by what the transit engine is known to say.
func vaultFault(status int, text []byte) error {
	switch {
	case status == http.StatusForbidden:
		return ErrDenied
	case status == http.StatusNotFound:
		return ErrNoKey
	case status != http.StatusBadRequest:
		return ErrDown // sealed, standby without forwarding, throttled, broken
	case bytes.Contains(text, []byte("key not found")):
		return ErrNoKey
	case bytes.Contains(text, []byte("disallowed by policy")):
		return ErrOff
	}
	return ErrOther
}
