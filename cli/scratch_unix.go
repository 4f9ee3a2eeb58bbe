//go:build unix

package cli

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// hold makes a file that this process alone holds, until it closes it or dies.
func hold(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// abandoned says whether no process holds the file any more, in a folder that has stood for so long as it was.
func abandoned(path string, age time.Duration) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) && age > scratchYoung
	}
	free := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
	return f.Close() == nil && free && age > scratchYoung
}
