// Package hooks tells the lender's own systems what happened, over HTTP: signed as Standard Webhooks 1.0.0 has it, and only to where the
// lender said, so that nobody turns it against a network that it stands in. It knows nothing of debt.
package hooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The lengths of a secret, in bytes, that the specification lets one have (Standard Webhooks, "Signature scheme").
const (
	LeastSecret = 24
	MostSecret  = 64
)

// secretPrefix is how a secret may begin, so that people know it for one.
const secretPrefix = "whsec_"

// ErrSecret says that a text is not a secret.
var ErrSecret = errors.New("hooks: a secret is whsec_ and 24 to 64 bytes in base64, as openssl rand -base64 32 makes them")

// A Signer signs with one secret, or with several while one takes the place of another. The zero Signer signs nothing.
type Signer struct{ secrets [][]byte }

// NewSigner reads secrets, one or several with blanks or line ends between: the newest first.
func NewSigner(text string) (Signer, error) {
	var s Signer
	for _, word := range strings.Fields(text) {
		secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(word, secretPrefix))
		if err != nil || len(secret) < LeastSecret || len(secret) > MostSecret {
			return Signer{}, ErrSecret // without the text: it may be one
		}
		s.secrets = append(s.secrets, secret)
	}
	if len(s.secrets) == 0 {
		return s, ErrSecret
	}
	return s, nil
}

// Sign returns the header webhook-signature of a body that is sent under an id at a time: one v1 signature for each secret.
func (s Signer) Sign(id string, at time.Time, body []byte) string {
	var out []string
	for _, secret := range s.secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}
