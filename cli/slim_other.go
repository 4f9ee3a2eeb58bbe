//go:build !linux

package cli

import "runtime/debug"

// slim gives back the memory that the start needed and that the collector holds free.
func slim() error {
	debug.FreeOSMemory()
	return nil
}
