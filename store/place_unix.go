//go:build unix

package store

import (
	"fmt"
	"os"
	"syscall"
)

// fileNumber tells a file from a copy of it: its number on the disk. A file that is overwritten keeps its own.
func fileNumber(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", wrap(err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", nil
	}
	return fmt.Sprint("file ", st.Ino), nil
}
