package engine

import "slices"

// Portfolios returns the portfolios that the desk answers for. They may be read, and nothing more.
func (d *Desk) Portfolios() []*Portfolio { return slices.Clone(d.e.Books()) }

// With lets f use an engine of its own, so that many people at the console may ask and act at once: its portfolios have caches that
// nobody else touches meanwhile. What f returns of them may be read afterwards.
func (d *Desk) With(f func(*Engine) error) error {
	own := *d.e
	books := d.e.Books()
	own.shelf, own.Portfolios = nil, make([]*Portfolio, len(books))
	for i, p := range books {
		pool := p.forks
		fork, _ := pool.Get().(*Portfolio)
		defer pool.Put(fork)
		own.Portfolios[i] = fork
	}
	return f(&own)
}
