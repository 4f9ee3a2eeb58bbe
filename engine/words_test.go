package engine

import "testing"

// BenchmarkRead is what reading every shipped template costs, at each start of a command.
func BenchmarkRead(b *testing.B) {
	p := testPortfolio(b)
	Linter()
	for b.Loop() {
		if err := p.read(); err != nil {
			b.Fatal(err)
		}
	}
}
