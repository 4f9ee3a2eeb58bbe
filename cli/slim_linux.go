package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"unsafe"
)

// slim gives back what only the start needed: memory that the collector holds free, and those pages of the program's own
// file that nobody has written to (its code and constants). The system maps some sixteen pages of a file for each one that is
// touched, so that a start that touches a little of everything maps nearly all of it. A page that is needed again is
// taken from the system's cache of files.
func slim() error {
	debug.FreeOSMemory()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("cli: whose pages to give back: %w", err)
	}
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return fmt.Errorf("cli: which pages to give back: %w", err)
	}
	for _, m := range unwritten(bytes.NewReader(text), self) {
		from := m.from // an address that the system names, not one that the collector moves: read as one, as store's at does
		pages := unsafe.Slice(*(**byte)(unsafe.Pointer(&from)), m.to-m.from)
		if err := syscall.Madvise(pages, syscall.MADV_DONTNEED); err != nil {
			return fmt.Errorf("cli: giving back pages of %s: %w", self, err)
		}
	}
	return nil
}

// A stretch of addresses, to itself not included.
type stretch struct{ from, to uintptr }

// unwritten lists the mappings of a file, in the form of proc(5)'s smaps, that may not be written to and of which no page
// was ever: a page that was (a linker's relocation) exists nowhere else and would be lost.
func unwritten(smaps io.Reader, file string) []stretch {
	var all []stretch
	var at stretch
	var mode, of string
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		line := lines.Text()
		var offset, device, inode string
		var s stretch
		if n, _ := fmt.Sscanf(line, "%x-%x %s %s %s %s", &s.from, &s.to, &mode, &offset, &device, &inode); n == 6 {
			at, of = s, ""
			if _, path, ok := strings.Cut(line, "/"); ok {
				of = "/" + path
			}
			continue
		}
		var anonymous, swapped int
		if n, _ := fmt.Sscanf(line, "Anonymous: %d kB", &anonymous); n == 1 && anonymous == 0 && of == file && !strings.Contains(mode, "w") {
			all = append(all, at)
		}
		if n, _ := fmt.Sscanf(line, "Swap: %d kB", &swapped); n == 1 && swapped > 0 && len(all) > 0 && all[len(all)-1] == at {
			all = all[:len(all)-1] // pages that were written are not in memory at present
		}
	}
	return all
}
