package cli

import (
	"os"
	"runtime/debug"
)

// handOverGC is how much the heap may grow between two collections while messages are handed over, in percent. What lives is
// small then and what dies is much, so that memory is cheaper than looking through it.
const handOverGC = 400

// collectSeldom sets the collector for handing over, unless GOGC says how it is to be, and returns what sets it back.
func collectSeldom() func() {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(handOverGC)
	return func() { debug.SetGCPercent(before) }
}
