//go:build linux

package main

import (
	"strings"
	"testing"
)

// TestAvailable reads Linux's account of memory, and takes one that does not say for none.
func TestAvailable(t *testing.T) {
	for account, want := range map[string]uint64{
		"MemTotal:       24684096 kB\nMemFree:          512 kB\nMemAvailable:   12582912 kB\nBuffers: 1 kB\n": 12 << 30,
		"MemTotal:       24684096 kB\nMemFree:        12582912 kB\n":                                          0,
		"MemAvailable:   plenty\n": 0,
		"":                         0,
	} {
		if got := available(strings.NewReader(account)); got != want {
			t.Errorf("available(%q) = %d, want %d", account, got, want)
		}
	}
}
