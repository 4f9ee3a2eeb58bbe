// Package kms wraps the lender's keys by a service that keeps the key that wraps them: AWS KMS, or the transit engine of HashiCorp Vault
// and OpenBao. The service is asked when keys are wrapped and once when a process starts, and never while people are written to.
package kms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/words/fault"
)

// A Wrapper wraps a key so that only the service can unwrap it. The name, such as "seal", is bound to what is wrapped: a key that was
// wrapped under one name does not unwrap under another.
type Wrapper interface {
	Wrap(ctx context.Context, name string, plain []byte) ([]byte, error)
	Unwrap(ctx context.Context, name string, box []byte) ([]byte, error)
}

// What can be wrong with a service. Each says what has to be mended.
var (
	ErrDown   = errors.New("kms: the key service does not answer; see that it runs and that this machine reaches it, then start again")
	ErrOff    = errors.New("kms: the key that wraps is turned off or waits for its deletion; turn it on again in the key service")
	ErrDenied = errors.New("kms: the key service does not let this machine use the key; give its role or token leave to encrypt and decrypt with it")
	ErrNoKey  = errors.New("kms: the key service knows no such key; look at the name, the account and the region or mount")
	ErrOther  = errors.New("kms: what is kept was wrapped by another key, or was changed since; name the key that wrapped it, or put back the file that duly key wrap made")
	ErrURI    = errors.New("kms: this names no key service")
)

// patience is how long the service may take for one question, tries again included: a process that starts waits for it.
const patience = 20 * time.Second

const (
	awsScheme   = "aws-kms://"
	vaultScheme = "vault://"
)

// IsURI says whether a text names a key service, well or badly.
func IsURI(s string) bool { return strings.Contains(s, "://") }

// Check says what is wrong with the name of a key, without asking anybody.
func Check(uri string) error {
	switch {
	case strings.HasPrefix(uri, awsScheme):
		_, _, err := awsKey(uri)
		return err
	case strings.HasPrefix(uri, vaultScheme):
		_, err := parseVault(uri)
		return err
	}
	return wrong(fault.KeyURI)
}

// wrong says what is wrong with the name of a key.
func wrong(c fault.Code) error { return fmt.Errorf("kms: %w", fault.As(ErrURI, c)) }

// Open returns what wraps and unwraps by a key that a URI names:
//
//	aws-kms://arn:aws:kms:eu-west-2:111122223333:key/ID (or an alias; credentials are found as AWS's own tools find them)
//	vault://vault.example:8200/transit/keys/NAME (token in VAULT_TOKEN or BAO_TOKEN, or ?token_file=/run/vault/token)
//
// It asks nobody yet.
func Open(ctx context.Context, uri string) (Wrapper, error) {
	switch {
	case strings.HasPrefix(uri, awsScheme):
		return openAWS(ctx, uri)
	case strings.HasPrefix(uri, vaultScheme):
		return openVault(uri)
	}
	return nil, Check(uri)
}
