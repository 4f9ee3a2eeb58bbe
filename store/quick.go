package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"

	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// A quick seals and opens as Tink does with the keyset's primary key, where that is AES-GCM: the same boxes (prefix, nonce
// of twelve bytes, ciphertext, tag), without a cipher made anew and memory of its own for each. Boxes of older keys are
// opened by Tink.
type quick struct {
	aead   cipher.AEAD // nil: the key is of another kind
	prefix []byte
}

const (
	nonceSize = 12
	mostSeal  = 5 + nonceSize + 16 // what a box is longer than what it holds, with Tink's prefix
)

// quicken returns a quick of a keyset.
func quicken(h *keyset.Handle) quick {
	primary, err := h.Primary()
	if err != nil {
		return quick{}
	}
	key, ok := primary.Key().(*aesgcm.Key)
	if !ok {
		return quick{}
	}
	p := key.Parameters().(*aesgcm.Parameters)
	if p.IVSizeInBytes() != nonceSize || p.TagSizeInBytes() != 16 {
		return quick{}
	}
	block, err := aes.NewCipher(key.KeyBytes().Data(insecuresecretdataaccess.Token{}))
	if err != nil {
		return quick{}
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return quick{}
	}
	return quick{gcm, key.OutputPrefix()}
}

// seal appends a box. crypto/rand does not fail.
func (q *quick) seal(dst, aad, plain []byte) []byte {
	dst = append(dst, q.prefix...)
	from := len(dst)
	dst = append(dst, make([]byte, nonceSize)...)
	nonce := dst[from : from+nonceSize]
	_, _ = rand.Read(nonce) // it ends the process rather than fail
	return q.aead.Seal(dst, nonce, plain, aad)
}

// open appends what a box holds; false says that it is not one that this key opens.
func (q *quick) open(dst, aad, box []byte) ([]byte, bool) {
	if q.aead == nil || len(box) < len(q.prefix)+nonceSize || !bytes.HasPrefix(box, q.prefix) {
		return nil, false
	}
	box = box[len(q.prefix):]
	plain, err := q.aead.Open(dst, box[:nonceSize], box[nonceSize:], aad)
	return plain, err == nil
}
