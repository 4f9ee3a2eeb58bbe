package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/mod/sumdb/note"

	"github.com/dulyhq/duly/words/fault"
)

// The key files' names, in a folder apart from the data: whoever takes one has nothing.
const (
	SealKeyFile   = "seal.json"  // Tink keyset, AES-256-GCM; can be rotated
	LookupKeyFile = "lookup.key" // 32 random bytes for keyed hashes; never rotated
	AuditKeyFile  = "audit.key"  // signs the audit's checkpoints; data folders from before there was one have none
	AuditPubFile  = "audit.pub"  // what an auditor checks them with
)

const lookupKeySize = 32

// Keys seal and open what is personal, and hash it for look-up.
type Keys struct {
	seal    tink.AEAD // the root: it opens what it sealed before there were data keys, and the data keys
	quick   quick     // of the root
	tag     Tag       // of the root; 0: it numbers nothing
	rings   *rings    // the data keys of one store
	lookup  []byte
	signer  note.Signer   // of the audit's checkpoints; nil: there is no key
	auditor note.Verifier // of the same
}

// MakeKeys writes new key files into dir, readable by their owner only. It never overwrites one.
func MakeKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	lookup := make([]byte, lookupKeySize)
	if _, err := rand.Read(lookup); err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	return errors.Join(
		writeNew(filepath.Join(dir, SealKeyFile), buf.Bytes()),
		writeNew(filepath.Join(dir, LookupKeyFile), lookup),
		MakeAuditKey(dir))
}

// MakeAuditKey writes the key that signs the audit's checkpoints, and the one that an auditor checks them with. It never
// overwrites one.
func MakeAuditKey(dir string) error {
	sign, check, err := note.GenerateKey(rand.Reader, "duly-audit")
	if err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	return errors.Join(writeNew(filepath.Join(dir, AuditKeyFile), []byte(sign+"\n")), writeNew(filepath.Join(dir, AuditPubFile), []byte(check+"\n")))
}

// KeyTexts are the keys as they are kept, wherever that is.
type KeyTexts struct {
	Seal     []byte // a Tink keyset, JSON
	Lookup   []byte // 32 bytes
	Audit    []byte // empty: there is none
	AuditPub []byte // empty: it is worked out from Audit
}

// auditKeys reads the audit's key; none where there is none.
func (k *Keys) auditKeys(t *KeyTexts) (err error) {
	if len(t.Audit) == 0 {
		return nil
	}
	sign := string(bytes.TrimSpace(t.Audit))
	if k.signer, err = note.NewSigner(sign); err != nil {
		return fmt.Errorf("store: keys: %s: %w", AuditKeyFile, err)
	}
	check := string(bytes.TrimSpace(t.AuditPub))
	if check == "" {
		if check, err = auditPub(sign, k.signer.Name()); err != nil {
			return fmt.Errorf("store: keys: %s: %w", AuditKeyFile, err)
		}
	}
	k.auditor, err = note.NewVerifier(check)
	if err == nil && (k.auditor.Name() != k.signer.Name() || k.auditor.KeyHash() != k.signer.KeyHash()) {
		err = errors.New("it belongs to another " + AuditKeyFile)
	}
	if err != nil {
		return fmt.Errorf("store: keys: %s: %w", AuditPubFile, err)
	}
	return nil
}

// auditPub is what an auditor checks a key's signatures with: its form is note's, PRIVATE+KEY+name+hash+base64 of a byte 1 and the seed.
func auditPub(sign, name string) (string, error) {
	fields := strings.SplitN(sign, "+", 5)
	if len(fields) != 5 {
		return "", errors.New("it is no key of a note")
	}
	seed, err := base64.StdEncoding.DecodeString(fields[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return "", errors.New("it is no key of a note")
	}
	return note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
}

func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// ReadKeyFile reads one of the key files in dir.
func ReadKeyFile(dir, name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	switch {
	case errors.Is(err, os.ErrNotExist) && (name == AuditKeyFile || name == AuditPubFile):
		return nil, nil
	case err != nil && name == SealKeyFile:
		return nil, fmt.Errorf("store: keys: %w (duly init makes them; without the ones that sealed the data it cannot be read)", err)
	case err != nil:
		return nil, fmt.Errorf("store: keys: %w", err)
	}
	return b, nil
}

// LoadKeys reads the key files in dir.
func LoadKeys(dir string) (*Keys, error) {
	var t KeyTexts
	for _, f := range [...]struct {
		name string
		to   *[]byte
	}{{SealKeyFile, &t.Seal}, {LookupKeyFile, &t.Lookup}, {AuditKeyFile, &t.Audit}, {AuditPubFile, &t.AuditPub}} {
		var err error
		if *f.to, err = ReadKeyFile(dir, f.name); err != nil {
			return nil, err
		}
	}
	return NewKeys(&t)
}

// NewKeys makes keys of what was kept. No error holds anything of it.
func NewKeys(t *KeyTexts) (*Keys, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(t.Seal)))
	if err != nil {
		return nil, fmt.Errorf("store: keys: %w", fault.Wrong(fault.KeysetNone, SealKeyFile))
	}
	seal, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("store: keys: %w", fault.Wrong(fault.KeysetSeals, SealKeyFile))
	}
	if len(t.Lookup) != lookupKeySize {
		return nil, fmt.Errorf("store: keys: %w", fault.Wrong(fault.KeyBytes, LookupKeyFile, len(t.Lookup), lookupKeySize))
	}
	k := &Keys{seal: seal, quick: quicken(h), lookup: t.Lookup}
	if tag, ok := tagOf(k.quick.prefix); ok {
		k.tag = tag
	}
	k = k.own(nil)
	return k, k.auditKeys(t)
}

// hash returns the keyed hash of a value for look-up; kind keeps a phone's hash from ever equalling another
// datum's. 16 bytes: the chance that two of 10⁹ values collide is below 10⁻²⁰.
func (k *Keys) hash(kind, value string) []byte {
	m := hmac.New(sha256.New, k.lookup)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return m.Sum(nil)[:16]
}

// ErrWrongKeys says that data was sealed with other keys.
var ErrWrongKeys = errors.New("store: keys: these are not the keys that this data was made with")

// keyConstant is what the check of the keys hashes and seals. It says nothing.
const keyConstant = "duly"

// checkKeys remembers what the keys make of a constant on first use, and refuses other keys from then on. With
// another look-up key a person's stop would no longer be found by their number, and nothing would say so.
func (s *Store) checkKeys(ctx context.Context) error {
	const ask = `SELECT lookup, box FROM key_check`
	if err := s.keys.freshen(ctx, s.read); err != nil {
		return err
	}
	var lookup, box []byte
	err := s.read.QueryRowContext(ctx, ask).Scan(&lookup, &box)
	if errors.Is(err, sql.ErrNoRows) {
		if box, err = s.keys.sealBox("key_check", []byte(keyConstant)); err != nil {
			return err
		}
		// Of two that open a new folder at once the first decides.
		err = s.update(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO key_check VALUES (1, ?, ?)`, s.keys.hash("check", keyConstant), box)
			if err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, ask).Scan(&lookup, &box)
		})
	}
	if err != nil {
		return fmt.Errorf("store: keys: %w", err)
	}
	if !hmac.Equal(lookup, s.keys.hash("check", keyConstant)) {
		return fmt.Errorf("%w: %w", ErrWrongKeys, fault.Wrong(fault.KeyAnother, LookupKeyFile))
	}
	if _, err := s.keys.openBox("key_check", box); err != nil {
		return fmt.Errorf("%w: %w", ErrWrongKeys, fault.Wrong(fault.KeyAnother, SealKeyFile))
	}
	return nil
}
