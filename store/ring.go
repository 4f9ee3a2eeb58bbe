package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// What seals are data keys. They lie in the database, each sealed by the root, which is the key that duly.yaml names, so that every
// process of every machine finds a new one where it finds the rows (docs/adr/0032). Before the first of them was made the root sealed
// the rows itself, and what it sealed it opens.

// A Tag is the number with which the boxes of a key begin, as Tink has it.
type Tag uint32

// String writes it as duly key list does.
func (t Tag) String() string { return fmt.Sprintf("%08x", uint32(t)) }

// prefixed is the length of what stands before the nonce: a byte 1 and the tag.
const prefixed = 5

func tagOf(box []byte) (Tag, bool) {
	if len(box) < prefixed || box[0] != 1 {
		return 0, false
	}
	return Tag(binary.BigEndian.Uint32(box[1:])), true
}

// A ring is the keys as they are at one moment. It is never changed.
type ring struct {
	primary Tag
	first   quick     // of the primary, or none
	seal    tink.AEAD // of the primary
	quicks  map[Tag]quick
	others  map[Tag]tink.AEAD // what has no short cut
	known   map[Tag]bool      // also those that were retired
	state   ringState
}

// A ringState changes whenever something is done with a key.
type ringState struct{ keys, turn, retired int64 }

// rings are the keys of one store as time goes by. The zero value is the root alone.
type rings struct {
	now    atomic.Pointer[ring]
	asked  atomic.Int64 // when the database was last asked, wire time, nanoseconds
	mu     sync.Mutex   // one asks at a time
	reload func(context.Context) ([]sealKey, error)
	absent sync.Map // tags of which nobody knows: damaged rows
}

// A sealKey is a row of seal_key.
type sealKey struct {
	tag     Tag
	box     []byte // empty: the root, or retired
	turn    int64
	retired bool
}

// freshFor is how long a process goes on with the keys that it knows before it asks for others. What is written is sealed by the key
// that was in use so long ago at most.
const freshFor = 5 * time.Second

// unasked in the place of when the keys were asked for says that they are not: the database has none yet.
const unasked = -1

// lone is the ring of a root that has sealed everything so far.
func (k *Keys) lone() *ring {
	return &ring{primary: k.tag, first: k.quick, seal: k.seal, known: map[Tag]bool{k.tag: true}}
}

// own returns the same keys for a store of their own: two stores have different data keys.
func (k *Keys) own(reload func(context.Context) ([]sealKey, error)) *Keys {
	n := *k
	n.rings = &rings{reload: reload}
	n.rings.now.Store(k.lone())
	return &n
}

func dataAAD(t Tag) []byte { return []byte("data_key/" + t.String()) }

// turnTo makes a ring of the rows of seal_key. Keys that are known already are not unwrapped again.
func (k *Keys) turnTo(rows []sealKey) error {
	if len(rows) == 0 {
		return nil
	}
	old := k.rings.now.Load()
	n := &ring{quicks: map[Tag]quick{}, others: map[Tag]tink.AEAD{}, known: map[Tag]bool{k.tag: true}, state: ringStateOf(rows)}
	if n.state == old.state {
		return nil
	}
	first := int64(0)
	for i := range rows {
		r := &rows[i]
		n.known[r.tag] = true
		var q quick
		var whole tink.AEAD
		switch {
		case r.tag == k.tag:
			q, whole = k.quick, k.seal
		case len(r.box) == 0:
			q = old.quicks[r.tag] // it was retired; what this process read before may still be under way
			if q.aead == nil {
				continue
			}
			n.quicks[r.tag] = q
			continue
		default:
			var err error
			if q, whole, err = k.unwrap(r); err != nil {
				return err
			}
			if n.quicks[r.tag] = q; q.aead == nil {
				n.others[r.tag] = whole
			}
		}
		if r.turn > first && !r.retired {
			first, n.primary, n.first, n.seal = r.turn, r.tag, q, whole
		}
	}
	if first == 0 {
		n.primary, n.first, n.seal = k.tag, k.quick, k.seal
	}
	k.rings.now.Store(n)
	return nil
}

func ringStateOf(rows []sealKey) (s ringState) {
	s.keys = int64(len(rows))
	for i := range rows {
		s.turn = max(s.turn, rows[i].turn)
		if rows[i].retired {
			s.retired++
		}
	}
	return s
}

// unwrap opens a data key with the root.
func (k *Keys) unwrap(r *sealKey) (quick, tink.AEAD, error) {
	text, err := k.seal.Decrypt(r.box, dataAAD(r.tag))
	if err != nil {
		return quick{}, nil, fmt.Errorf("%w: %s is another: it does not unwrap the data key %s", ErrWrongKeys, SealKeyFile, r.tag)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(text)))
	if err != nil {
		return quick{}, nil, fmt.Errorf("store: keys: the data key %s is no keyset", r.tag)
	}
	whole, err := aead.New(h)
	if err != nil {
		return quick{}, nil, fmt.Errorf("store: keys: the data key %s does not seal", r.tag)
	}
	return quicken(h), whole, nil
}

// freshen asks what keys there are, where that was not done for a while. Whoever writes calls it in their transaction, when nobody who
// could retire a key can be at it any more.
func (k *Keys) freshen(ctx context.Context, db asker) error {
	now := max(time.Now().UnixNano(), 1) //nolint:forbidigo // how long ago something was asked is a matter of this process's own clock
	if last := k.rings.asked.Load(); last == unasked || last != 0 && now-last < int64(freshFor) && now >= last {
		return nil
	}
	rows, err := sealKeys(ctx, db)
	if err == nil {
		err = k.turnTo(rows)
	}
	if err == nil {
		k.rings.asked.Store(now)
	}
	return err
}

// missing finds a key that this process has not heard of, and says whether there is one. It asks on a connection of its own: whoever
// opens a box may be in a transaction that began before the key was made.
func (k *Keys) missing(t Tag) bool {
	r := k.rings
	if r.reload == nil {
		return false
	}
	if _, gone := r.absent.Load(t); gone || r.now.Load().known[t] {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.Load().known[t] {
		return true // another has asked meanwhile
	}
	rows, err := r.reload(context.Background())
	if err != nil || k.turnTo(rows) != nil {
		return false
	}
	if !r.now.Load().known[t] {
		r.absent.Store(t, true)
		return false
	}
	return true
}

// open appends what a box holds. false says that none of the keys opens it.
func (k *Keys) open(dst, aad, box []byte) ([]byte, bool) {
	now := k.rings.now.Load()
	if plain, ok := now.first.open(dst, aad, box); ok {
		return plain, true
	}
	tag, ok := tagOf(box)
	if ok && !now.known[tag] && k.missing(tag) {
		now = k.rings.now.Load()
	}
	if ok && tag != k.tag {
		if q, is := now.quicks[tag]; is && q.aead != nil {
			return q.open(dst, aad, box)
		}
		if whole := now.others[tag]; whole != nil {
			plain, err := whole.Decrypt(box, aad)
			return append(dst, plain...), err == nil
		}
	}
	plain, err := k.seal.Decrypt(box, aad)
	return append(dst, plain...), err == nil
}

func sealKeys(ctx context.Context, db asker) (out []sealKey, err error) {
	rows, err := db.QueryContext(ctx, `SELECT tag, box, turn, retired_at FROM seal_key ORDER BY id`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	for rows.Next() {
		var k sealKey
		var tag, retired int64
		if err := rows.Scan(&tag, &k.box, &k.turn, &retired); err != nil {
			return nil, wrap(err)
		}
		k.tag, k.retired = Tag(tag), retired != 0
		out = append(out, k)
	}
	return out, wrap(rows.Err())
}

// aside reads the keys on a connection of its own.
func (s *Store) aside(ctx context.Context) (out []sealKey, err error) {
	var db *sql.DB
	if s.fleet {
		cfg, err := pgx.ParseConfig(s.place)
		if err != nil {
			return nil, errURL
		}
		db = stdlib.OpenDB(*cfg)
	} else {
		reader, err := openLite(dsn(s.file(), "&_pragma=query_only(1)"))
		if err != nil {
			return nil, wrap(err)
		}
		db = sql.OpenDB(reader)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return sealKeys(ctx, db)
}
