package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// A Report is what a world came to.
type Report struct {
	Seed     uint64
	Breaches []Breach
	Stats    Stats
	Digest   string // of all that arrived, in its order: equal seeds have equal ones
}

// Run makes the world of a seed, lives through it and reports. The error says that the machine itself failed.
func Run(cfg Config) (*Report, error) {
	w, err := newWorld(cfg)
	if err != nil {
		return nil, fmt.Errorf("proof: seed %d: %w", cfg.Seed, err)
	}
	defer w.close1()
	if err := w.live(); err != nil {
		w.examiner.broke(err)
	}
	r := &Report{Seed: cfg.Seed, Breaches: w.examiner.breaches, Stats: w.stats, Digest: w.digest()}
	return r, nil
}

// close1 closes all files, whatever happened.
func (w *world) close1() {
	w.inside = true
	for _, p := range slices.Clone(w.processes) {
		p.owner.Kill()
		w.bury(p)
	}
	w.disk.Close()
}

func (w *world) digest() string {
	h := sha256.New()
	for _, a := range w.record {
		fmt.Fprintln(h, a.Tick, a.At.UnixMilli(), a.Clock.UnixMilli(), a.Number, a.Text, a.Part, a.Parts, a.Until.UnixMilli(), a.Taken, a.Denied, a.fence) //nolint:errcheck // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
