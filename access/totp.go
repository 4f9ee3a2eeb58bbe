package access

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps speak, RFC 6238; collisions do not matter to an HMAC
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// The second factor's numbers, as every authenticator app assumes them.
const (
	codeDigits = 6
	codeStep   = 30 // seconds
	codeSlack  = 1  // steps before and after: clocks differ, and people type slowly
)

// hotp is RFC 4226 section 5.3 with so many digits.
func hotp(secret []byte, counter uint64, digits int) string {
	m := hmac.New(sha1.New, secret)
	var c [8]byte
	binary.BigEndian.PutUint64(c[:], counter)
	m.Write(c[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// Code returns the second factor's code of an instant (RFC 6238, SHA-1, 30 s, six digits).
func Code(secret []byte, at time.Time) string {
	return hotp(secret, uint64(at.Unix()/codeStep), codeDigits)
}

// CheckCode says whether a code is right at an instant, and of which step it is. A step that is not after last has been used
// before and is refused, so that nobody who has read a code over a shoulder comes in with it.
func CheckCode(secret []byte, code string, at time.Time, last int64) (step int64, ok bool) {
	now := at.Unix() / codeStep
	for s := now - codeSlack; s <= now+codeSlack; s++ {
		if s > last && subtle.ConstantTimeCompare([]byte(hotp(secret, uint64(s), codeDigits)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// SecretText is a secret as an app takes it by hand.
func SecretText(secret []byte) string { return letters.EncodeToString(secret) }

// SecretLink is a secret as an app takes it from a QR code.
func SecretLink(secret []byte, issuer, login string) string {
	v := url.Values{"secret": {SecretText(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?" + v.Encode()
}
