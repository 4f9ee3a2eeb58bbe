package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/kms"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// KeySources say where keys are that do not lie in the folder of the keys as files. Each is empty, the path of a file, env:NAME, or the
// URI of a key of a key service, which unwraps what is kept in the folder. The zero value is that all lie in the folder.
type KeySources struct{ Seal, Lookup, Audit string }

// A keyKind is one of the keys.
type keyKind struct {
	name string // in the configuration, and what a wrapped key is bound to
	file string // its name in the folder
}

var keyKinds = [...]keyKind{{"seal", store.SealKeyFile}, {"lookup", store.LookupKeyFile}, {"audit", store.AuditKeyFile}}

// wrapped is the name of the file of the folder in which a key lies that a key service wrapped.
func (k keyKind) wrapped() string { return k.name + ".wrapped.json" }

func (s *KeySources) of(k keyKind) *string {
	switch k.name {
	case "seal":
		return &s.Seal
	case "lookup":
		return &s.Lookup
	}
	return &s.Audit
}

const envPrefix = "env:"

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// keys reads where the keys are: a folder, or a folder and where each of them is.
func (r *configReader) keys(v document.Value) (folder string, from KeySources) {
	if len(v.Names()) == 0 {
		return r.path(v.Text()), from
	}
	if !v.Keys("folder", "seal", "lookup", "audit") {
		return "", from
	}
	for _, k := range keyKinds {
		item := v.Key(k.name)
		if !item.Given() {
			continue
		}
		s := item.Text()
		name, isEnv := strings.CutPrefix(s, envPrefix)
		switch {
		case isEnv && !envName.MatchString(name):
			item.Wrong(fault.VariableName, strconv.Quote(s))
		case isEnv:
		case kms.IsURI(s):
			if err := kms.Check(s); err != nil {
				item.WrongBy(err)
			}
		default:
			s = r.path(s)
		}
		*from.of(k) = s
	}
	return r.path(v.Key("folder").Text()), from
}

// loadKeys gets the keys from where the configuration says that they are, once: a key service is asked when a process starts, and not
// when it wants the keys again.
func (c *Config) loadKeys(ctx context.Context) (*store.Keys, error) {
	if c.loaded != nil {
		return c.loaded, nil
	}
	var t store.KeyTexts
	for i, to := range [...]*[]byte{&t.Seal, &t.Lookup, &t.Audit} {
		var err error
		if *to, err = c.keyText(ctx, keyKinds[i]); err != nil {
			return nil, err
		}
	}
	var err error
	if t.AuditPub, err = store.ReadKeyFile(c.Keys, store.AuditPubFile); err != nil {
		return nil, fail(Input, "%w", err)
	}
	keys, err := store.NewKeys(&t)
	if err != nil {
		return nil, fail(Input, "the keys that %s names cannot be used: %w", c.File, err)
	}
	c.loaded = keys
	return keys, nil
}

// keyText gets one key. No error holds anything of it.
func (c *Config) keyText(ctx context.Context, k keyKind) ([]byte, error) {
	from := *c.KeySources.of(k)
	name, isEnv := strings.CutPrefix(from, envPrefix)
	switch {
	case from == "":
		b, err := store.ReadKeyFile(c.Keys, k.file)
		if err != nil {
			return nil, fail(Input, "the key files in %s cannot be used: %w", c.Keys, err)
		}
		return b, nil
	case isEnv:
		return keyOfEnv(k, name)
	case kms.IsURI(from):
		return c.unwrapped(ctx, k, from)
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return nil, fail(Input, "the %s key cannot be read: %w", k.name, err)
	}
	return b, nil
}

// keyOfEnv reads a key out of the environment: the text of its file; of the look-up key, which is no text, its base64.
func keyOfEnv(k keyKind, name string) ([]byte, error) {
	v, ok := os.LookupEnv(name)
	if !ok || v == "" {
		return nil, fail(Input, "the variable %s, which keys.%s of the configuration names, is not set", name, k.name)
	}
	if k.file != store.LookupKeyFile {
		return []byte(v), nil
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v))
	if err != nil {
		return nil, fail(Input, "the variable %s does not hold the base64 of %s", name, k.file) // err would tell a part of it
	}
	return b, nil
}

// unwrapped has a key service unwrap a key.
func (c *Config) unwrapped(ctx context.Context, k keyKind, uri string) ([]byte, error) {
	path := filepath.Join(c.Keys, k.wrapped())
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fail(Input, "there is no %s: duly key wrap --with %s makes it, with the key as it is now", path, uri)
	}
	if err != nil {
		return nil, fail(Input, "the wrapped key cannot be read: %w", err)
	}
	kept, err := kms.ParseKept(text)
	var box []byte
	if err == nil {
		box, err = kept.By(uri)
	}
	if err != nil {
		return nil, fail(Input, "%s: %w", path, err)
	}
	w, err := kms.Open(ctx, uri)
	if err != nil {
		return nil, fail(Input, "keys.%s: %w", k.name, err)
	}
	plain, err := w.Unwrap(ctx, k.name, box)
	switch {
	case errors.Is(err, kms.ErrDown):
		return nil, fail(Dependency, "keys.%s cannot be unwrapped: %w", k.name, err)
	case err != nil:
		return nil, fail(Input, "keys.%s cannot be unwrapped: %w", k.name, err)
	}
	return plain, nil
}
