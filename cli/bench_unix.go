//go:build unix

package cli

import (
	"syscall"
	"time"
)

// cpuTime returns the time that this process has spent on processors so far, 0 where the system does not say. On a
// machine that others use too it tells more than a clock does.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
