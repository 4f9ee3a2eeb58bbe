package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// A cost is what a hash takes. A hash names what it took, so that this may grow.
type cost struct {
	memory uint32 // KiB
	passes uint32
}

var (
	// OWASP's second choice for argon2id, which leaves a small machine room to work.
	fullCost = cost{memory: 19 << 10, passes: 2}
	// The least that argon2id can be, for tests, which make hundreds of hashes and guard nothing.
	leastCost = cost{memory: 8, passes: 1}
)

const (
	threads = 1
	keySize = 32
)

// cost is what this gate's hashes take.
func (g *Gate) cost() cost {
	if g.Cheap {
		return leastCost
	}
	return fullCost
}

// atOnce bounds how many hashes are made side by side: somebody who tries many passwords takes so much memory and no more.
var atOnce = make(chan struct{}, 2)

func derive(ctx context.Context, password string, salt []byte, memory, passes uint32, threads uint8, size int) ([]byte, error) {
	select {
	case atOnce <- struct{}{}:
		defer func() { <-atOnce }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(size)), nil
}

var b64 = base64.RawStdEncoding

func (c cost) hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	key, err := derive(ctx, password, salt, c.memory, c.passes, threads, keySize)
	return c.hash(salt, key), err
}

func (c cost) hash(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// nobodys is a hash that no password has.
func (c cost) nobodys() string { return c.hash(make([]byte, 16), make([]byte, keySize)) }

// errHash says that what is stored is no hash of ours.
var errHash = errors.New("signin: a stored password cannot be read")

func rightPassword(ctx context.Context, hash, password string) (bool, error) {
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads); err != nil || version != argon2.Version ||
		memory > 1<<20 || passes == 0 || passes > 20 || threads == 0 {
		return false, errHash
	}
	salt, err := b64.DecodeString(parts[4])
	if err != nil {
		return false, errHash
	}
	want, err := b64.DecodeString(parts[5])
	if err != nil || len(want) < 16 {
		return false, errHash
	}
	if utf8.RuneCountInString(password) > mostPassword {
		password = "" // whoever sends a book is not let to hash it
	}
	got, err := derive(ctx, password, salt, memory, passes, threads, len(want))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// The lengths of a password, in characters. There is a second factor, so that twelve are enough; what they are is left to people.
const (
	leastPassword = 12
	mostPassword  = 200
)

// What is wrong with a password that somebody chose.
var (
	ErrShort  = errors.New("signin: a password has 12 characters at least")
	ErrLong   = errors.New("signin: a password has 200 characters at most")
	ErrCommon = errors.New("signin: many people use this password, or one that is much like it")
	ErrSame   = errors.New("signin: this is the password that there is already")
)

//go:embed common.txt
var commonText string

// common are words that passwords are commonly made of, a few hundred that we know of ourselves: it is no list that somebody lost.
var common = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(commonText) {
		m[w] = true
	}
	return m
}()

// goodPassword says what is wrong with a password; nil: nothing that we know of.
func goodPassword(password, login string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < leastPassword:
		return ErrShort
	case n > mostPassword:
		return ErrLong
	}
	s := strings.ToLower(password)
	if len(login) > 3 && strings.Contains(s, login) {
		return ErrCommon
	}
	if isCommon(s) {
		return ErrCommon
	}
	return nil
}

// swaps are what people write for letters.
var swaps = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// isCommon says whether a password is made of common words, runs of the keyboard, one thing over and over, and numbers at its ends.
func isCommon(s string) bool {
	for _, v := range []string{s, swaps.Replace(s)} {
		if left(v) < 4 {
			return true
		}
	}
	return false
}

// left counts the characters that are no part of anything common.
func left(s string) int {
	n := 0
	for s != "" {
		if k := startsCommon(s); k > 0 {
			s = s[k:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if r < '0' || r > '9' {
			n++ // digits between words are years and counters
		}
		if r == ' ' || r == '.' || r == '-' || r == '_' || r == '!' {
			n--
		}
		s = s[size:]
	}
	return n
}

// rows are what lies side by side on keyboards and in the alphabet.
var rows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb", "abcdefghijklmnopqrstuvwxyz", "01234567890", "09876543210", "poiuytrewq", "lkjhgfdsa"}

// startsCommon returns how many bytes of a text's beginning are something common; 0: none.
func startsCommon(s string) int {
	for n := min(len(s), 16); n >= 4; n-- {
		if common[s[:n]] {
			return n
		}
	}
	for n := min(len(s), 20); n >= 4; n-- {
		for _, r := range rows {
			if strings.Contains(r, s[:n]) {
				return n
			}
		}
	}
	if n := len(s) - len(strings.TrimLeft(s, s[:1])); n >= 3 {
		return n
	}
	return 0
}
