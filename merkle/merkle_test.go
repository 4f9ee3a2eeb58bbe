package merkle

import (
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestAgainstTheGoChecksumDatabase: the roots are those of an implementation that others run, at every size up to 300.
func TestAgainstTheGoChecksumDatabase(t *testing.T) {
	var tree Tree
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for n := int64(0); n <= 300; n++ {
		want, err := tlog.TreeHash(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 && [Size]byte(want) != tree.Root() || tree.Size != n || !tree.Whole() {
			t.Fatalf("a tree of %d leaves has another root, or peaks", n)
		}
		leaf := fmt.Appendf(nil, "leaf %d", n)
		if tlog.RecordHash(leaf) != tlog.Hash(Leaf(leaf)) {
			t.Fatal("a leaf has another hash")
		}
		more, err := tlog.StoredHashes(n, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		tree.Add(Leaf(leaf))
	}
}

func TestEmpty(t *testing.T) {
	var tree Tree
	if got := fmt.Sprintf("%x", tree.Root()); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("the root of nothing is %s", got)
	}
	if (&Tree{Size: 3, Peaks: make([]Hash, 1)}).Whole() || (&Tree{Size: -1}).Whole() {
		t.Error("a tree that cannot be is whole")
	}
}
