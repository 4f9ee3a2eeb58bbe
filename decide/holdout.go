package decide

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// A Holdout is the share of persons left without discretionary reminders, in millionths, chosen by salted hash.
type Holdout struct {
	Millionths int64
	Salt       string
}

const million = 1_000_000

// Assign says whether a person belongs to the holdout. The key is what names the person for ever, such as
// the keyed hash by which they are looked up; the same key and salt give the same answer on every machine.
// With a larger share those who were in it stay in it. A share of 0, the default, is nobody.
func (h Holdout) Assign(key string) bool {
	if h.Millionths <= 0 {
		return false
	}
	sum := sha256.Sum256([]byte(h.Salt + "\x00" + key))
	at, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:8]), million)
	return int64(at) < h.Millionths
}
