package engine

// pieces are small slices that lie together: one allocation for many.
type pieces[T any] struct{ rest []T }

// room returns an empty slice that has room for n, and is nobody else's beyond it.
func (p *pieces[T]) room(n int) []T {
	if n > len(p.rest) {
		return make([]T, 0, n)
	}
	one := p.rest[:0:n]
	p.rest = p.rest[n:]
	return one
}
