package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/kms"
)

func (a *app) keyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "The keys that seal names, numbers and texts: make, change and retire them, wrap them",
		Long: `Works with the keys that seal what is personal. duly.yaml says where the one is that all hang on: a file in a folder, a variable of the
environment, or wrapped by a key service (AWS KMS, or the transit engine of HashiCorp Vault and OpenBao). It seals the data keys, which lie in
the database: a new one is taken up by every running process within seconds, what older ones sealed is sealed anew while everything runs,
and an old one goes when it seals nothing any more. The look-up key is never changed: a stop is found by it.`,
		Example: "  duly key list\n  duly key rotate --by administrator:1",
		Args:    exactly(0, "key needs one of its commands, such as: duly key wrap"),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.keyStoreCommands()...)
	c.AddCommand(a.keyWrapCommand())
	return c
}

func (a *app) keyWrapCommand() *cobra.Command {
	var with string
	only := []string{"seal", "lookup", "audit"}
	c := &cobra.Command{
		Use:   "wrap --with URI",
		Short: "Have a key service wrap the keys, and keep what comes of it in the folder of the keys",
		Long: `Has a key service wrap the keys that the configuration names now, unwraps them again to see that it can, and keeps them in the folder of the
keys, as seal.wrapped.json, lookup.wrapped.json and audit.wrapped.json. They are of use only to who may use the key of the service. Several
services may wrap the same key: the one that duly.yaml names is asked.

The files in clear stay. When duly has started with the wrapped ones, put a copy of the clear ones where nobody comes by (a key service
that loses its key loses every name and number), and take them away here.`,
		Example: `  duly key wrap --with aws-kms://arn:aws:kms:eu-west-2:111122223333:key/0e6a6f9e-0000-4000-8000-000000000000
  duly key wrap --with vault://vault.bank.example:8200/transit/keys/duly --only seal,lookup`,
		Args: exactly(0, "key wrap takes no arguments; name the key with --with"),
		RunE: func(c *cobra.Command, _ []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.keyWrap(c.Context(), cfg, lang, with, only)
		},
	}
	c.Flags().StringVar(&with, "with", "", "the key of a key service: aws-kms://ARN or vault://HOST/transit/keys/NAME")
	c.Flags().StringSliceVar(&only, "only", only, "which keys")
	return c
}

func (a *app) keyWrap(ctx context.Context, cfg *Config, lang tongue, with string, only []string) error {
	if err := kms.Check(with); err != nil {
		return fail(Usage, "%w", err)
	}
	for _, name := range only {
		if !slices.ContainsFunc(keyKinds[:], func(k keyKind) bool { return k.name == name }) {
			return fail(Usage, "--only names %q; the keys are seal, lookup and audit", name)
		}
	}
	// What does not open is not worth wrapping.
	if _, err := cfg.loadKeys(ctx); err != nil {
		return err
	}
	w, err := kms.Open(ctx, with)
	if err != nil {
		return fail(Input, "%w", err)
	}
	g := &page{w: a.out, lang: lang}
	for _, k := range keyKinds {
		plain, err := cfg.keyText(ctx, k)
		if err != nil {
			return err
		}
		if !slices.Contains(only, k.name) || len(plain) == 0 { // a folder from before the audit had a key has none
			continue
		}
		if err := keepWrapped(ctx, w, filepath.Join(cfg.Keys, k.wrapped()), k.name, with, plain); err != nil {
			return err
		}
		g.line("%s", filepath.Join(cfg.Keys, k.wrapped()))
	}
	g.line(lang.say("In %s, name it: keys: {folder: …, seal: %s, …}. When duly has started so, take the files in clear away, and keep a copy where nobody comes by.",
		"请在 %s 中写明：keys: {folder: …, seal: %s, …}。确认 duly 能以此启动后，将明文密钥文件移走，并离线妥善保管一份。"), cfg.File, with)
	return nil
}

// keepWrapped wraps a key, unwraps it to see that it can be, and keeps it beside what other services wrapped.
func keepWrapped(ctx context.Context, w kms.Wrapper, path, name, uri string, plain []byte) error {
	box, err := w.Wrap(ctx, name, plain)
	var again []byte
	if err == nil {
		again, err = w.Unwrap(ctx, name, box)
	}
	switch {
	case errors.Is(err, kms.ErrDown):
		return fail(Dependency, "the %s key is not wrapped: %w", name, err)
	case err != nil:
		return fail(Input, "the %s key is not wrapped: %w", name, err)
	case !bytes.Equal(plain, again):
		return fail(Dependency, "the %s key is not wrapped: the key service gives back another", name)
	}
	kept := kms.Kept{Name: name}
	if text, err := os.ReadFile(path); err == nil {
		if kept, err = kms.ParseKept(text); err != nil {
			return fail(Input, "%s: %w", path, err)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return fail(Input, "the wrapped key cannot be read: %w", err)
	}
	kept.Put(uri, box)
	text, err := kept.Text()
	if err != nil {
		return err
	}
	half := path + ".half"
	if err := errors.Join(os.WriteFile(half, text, 0o600), os.Rename(half, path)); err != nil {
		return fail(Dependency, "the wrapped key cannot be kept: %w", err)
	}
	return nil
}
