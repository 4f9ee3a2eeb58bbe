package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"time"
)

// ChallengeWithin is how long a challenge of a passkey is good for.
const ChallengeWithin = 5 * time.Minute

// The parts of a challenge: what is random, when it was made (Unix milliseconds), and a keyed hash of both, what it is for and who holds it.
const (
	challengeRandom = 16
	challengeSigned = challengeRandom + 8
	challengeSize   = challengeSigned + 16
)

// Challenge returns what somebody has to bring back, signed, for a purpose and from where a cookie is held: it is good for
// nothing else and from nowhere else, and once. Nothing is stored until it comes back, so that whoever asks for
// many fills no table.
func (s *Store) Challenge(purpose, cookie string, at time.Time) []byte {
	c := make([]byte, challengeRandom, challengeSize)
	_, _ = rand.Read(c) // it never fails
	c = binary.BigEndian.AppendUint64(c, uint64(millis(at)))
	return append(c, s.keys.challengeHash(purpose, cookie, c)...)
}

func (k *Keys) challengeHash(purpose, cookie string, signed []byte) []byte {
	return k.hash("staff/challenge/"+purpose, cookie+"\x00"+string(signed))
}

// Challenged says whether this is what Challenge returned no longer ago than within, for this purpose and place. It may have been taken.
func (s *Store) Challenged(purpose, cookie string, challenge []byte, within time.Duration, at time.Time) bool {
	return len(challenge) == challengeSize && cookie != "" && hmac.Equal(challenge[challengeSigned:], s.keys.challengeHash(purpose, cookie, challenge[:challengeSigned])) &&
		at.Before(challengeEnds(challenge, within))
}

// challengeEnds is until when a challenge of the right size is good.
func challengeEnds(challenge []byte, within time.Duration) time.Time {
	return instant(int64(binary.BigEndian.Uint64(challenge[challengeRandom:challengeSigned]))).Add(within)
}

// TakeChallenge takes back what Challenge returned no longer ago than within. ErrNotFound says that it is none of ours, of another purpose or place, too old, or
// was taken already.
func (s *Store) TakeChallenge(ctx context.Context, purpose, cookie string, challenge []byte, within time.Duration, at time.Time) error {
	if !s.Challenged(purpose, cookie, challenge, within, at) {
		return ErrNotFound
	}
	ends := challengeEnds(challenge, within)
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_used WHERE ends_at <= ?`, millis(at)); err != nil {
			return wrap(err)
		}
		return one(tx.ExecContext(ctx, `INSERT INTO staff_used (hash, ends_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`, s.keys.hash("staff/used", string(challenge)), millis(ends)))
	})
}

// Derived returns what follows from a challenge and nothing else: a nonce, or the verifier of a code.
func (s *Store) Derived(what string, challenge []byte) []byte {
	return append(s.keys.hash("staff/derived/"+what, string(challenge)), s.keys.hash("staff/derived/"+what+"/2", string(challenge))...)
}
