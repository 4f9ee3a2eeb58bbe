package cli

import (
	"os"
	"strings"
	"testing"
)

// Only what nobody wrote to goes: a page that was written exists nowhere else, in memory or swapped out.
func TestUnwritten(t *testing.T) {
	const smaps = `00400000-01a52000 r-xp 00000000 fe:00 9978054                            /opt/du ly
Size:              22856 kB
Anonymous:             0 kB
01a52000-036d9000 r--p 01652000 fe:00 9978054                            /opt/du ly
Anonymous:             0 kB
036d9000-03700000 r--p 032d9000 fe:00 9978054                            /opt/du ly
Anonymous:             4 kB
03700000-03916000 rw-p 032d9000 fe:00 9978054                            /opt/du ly
Anonymous:             0 kB
03916000-03989000 rw-p 00000000 00:00 0
Anonymous:             0 kB
03989000-039a0000 r--p 03500000 fe:00 9978054                            /opt/du ly
Anonymous:             0 kB
Swap:                  4 kB
7f0000000000-7f0000001000 r--p 00000000 fe:00 17                         /opt/other
Anonymous:             0 kB
7ffc6d3c1000-7ffc6d3e2000 r-xp 00000000 00:00 0                          [stack]
Anonymous:             0 kB
`
	got := unwritten(strings.NewReader(smaps), "/opt/du ly")
	if len(got) != 2 || got[0] != (stretch{0x400000, 0x1a52000}) || got[1] != (stretch{0x1a52000, 0x36d9000}) {
		t.Fatalf("%x", got)
	}
}

// The program runs on without the pages that it gave back, and has given back some.
func TestSlim(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	if len(unwritten(strings.NewReader(string(text)), self)) == 0 {
		t.Fatalf("no mapping of %s found", self)
	}
	for range 3 {
		if err := slim(); err != nil {
			t.Fatal(err)
		}
	}
}
