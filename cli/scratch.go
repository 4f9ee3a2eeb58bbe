package cli

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// scratchName begins the names of folders that hold copies of a book for as long as a simulation goes on.
const scratchName = "duly-simulate-"

// scratch makes a folder for copies of a book, and returns what takes it away. Those that a process has left behind by dying are taken away first.
func scratch() (dir string, clear func() error, err error) {
	sweepScratch()
	if dir, err = os.MkdirTemp("", scratchName); err != nil {
		return "", nil, err
	}
	held, err := hold(filepath.Join(dir, "held"))
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() error { return errors.Join(os.RemoveAll(dir), held.Close()) }, nil
}

// scratchYoung is how long a folder may be nobody's: it is being made.
const scratchYoung = time.Minute

// sweepScratch takes away the folders whose process is gone. What cannot be taken away, because it is another user's or is gone by now, stays.
func sweepScratch() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchName+"*")) // the pattern is a good one
	for _, dir := range found {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || !abandoned(filepath.Join(dir, "held"), time.Since(info.ModTime())) {
			continue
		}
		_ = os.RemoveAll(dir)
	}
}
