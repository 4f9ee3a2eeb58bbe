package engine

import "testing"

// TestPieces: what is appended to one piece, even beyond its room, is never seen in another.
func TestPieces(t *testing.T) {
	p := pieces[int]{rest: make([]int, 5)}
	var all [][]int
	for i, n := range []int{1, 2, 3, 2, 1, 0} {
		one := p.room(n)
		if len(one) != 0 || cap(one) != n {
			t.Fatalf("piece %d: %d of %d", i, len(one), cap(one))
		}
		for range n + 1 {
			one = append(one, i)
		}
		all = append(all, one[:n])
	}
	for i, one := range all {
		for _, v := range one {
			if v != i {
				t.Errorf("piece %d holds %v", i, one)
			}
		}
	}
}
