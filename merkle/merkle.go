// Package merkle is the tree of RFC 6962 (section 2.1) that only grows: its root stands for every leaf that was ever added, in
// order. It is kept by its peaks, so that to add a leaf takes a few hashes, whatever the tree's size.
package merkle

import "crypto/sha256"

// Size is a hash's, in bytes.
const Size = sha256.Size

// A Hash is one of SHA-256.
type Hash [Size]byte

// A Tree is as many leaves as were added. The zero value has none.
type Tree struct {
	Size  int64  // leaves
	Peaks []Hash // the roots of its whole subtrees, the largest first
}

// Leaf returns the hash of what a leaf holds; no node has the same, whatever it holds.
func Leaf(data []byte) Hash {
	return sha256.Sum256(append([]byte{0}, data...))
}

func node(left, right Hash) Hash {
	b := make([]byte, 1, 1+2*Size)
	b[0] = 1
	return sha256.Sum256(append(append(b, left[:]...), right[:]...))
}

// Add adds a leaf.
func (t *Tree) Add(leaf Hash) {
	t.Peaks = append(t.Peaks, leaf)
	for n := t.Size; n&1 == 1; n >>= 1 {
		last := len(t.Peaks) - 1
		t.Peaks[last-1] = node(t.Peaks[last-1], t.Peaks[last])
		t.Peaks = t.Peaks[:last]
	}
	t.Size++
}

// Root returns the root; that of no leaves is the hash of nothing.
func (t *Tree) Root() Hash {
	if len(t.Peaks) == 0 {
		return sha256.Sum256(nil)
	}
	root := t.Peaks[len(t.Peaks)-1]
	for i := len(t.Peaks) - 2; i >= 0; i-- {
		root = node(t.Peaks[i], root)
	}
	return root
}

// Whole says whether a tree has the peaks that one of its size must have.
func (t *Tree) Whole() bool {
	ones := 0
	for n := t.Size; n > 0; n >>= 1 {
		ones += int(n & 1)
	}
	return t.Size >= 0 && len(t.Peaks) == ones
}
