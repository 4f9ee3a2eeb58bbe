package sim

import (
	"fmt"
	"hash/fnv"
)

// draw returns a number from 0 to n−1 that the seed and the names decide, whatever else happens and in whatever
// order.
func draw(n, seed uint64, names ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, seed) //nolint:errcheck // a hash takes everything
	for _, name := range names {
		fmt.Fprintf(h, "|%v", name) //nolint:errcheck // as above
	}
	v := h.Sum64()
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	v ^= v >> 33
	return v % n
}
