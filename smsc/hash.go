package smsc

import "strings"

// plain is an address without the + that some write before it.
func plain(number string) string { return strings.TrimPrefix(number, "+") }

func contains(text, piece string) bool { return piece == "" || strings.Contains(text, piece) }

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashText is FNV-1a, the same on every machine and in every run, so that a number keeps its behaviour.
func hashText(s string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// hashData is hashText of octets eight at a time, which is quick and good enough to tell texts apart.
func hashData(coding uint8, b []byte) uint64 {
	h := uint64(fnvOffset) ^ uint64(coding) ^ uint64(len(b))<<8
	for len(b) >= 8 {
		w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		h = mix(h ^ w)
		b = b[8:]
	}
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return mix(h)
}

// mix spreads a number over all 64 bits: the end of splitmix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
