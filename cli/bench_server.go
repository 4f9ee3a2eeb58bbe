package cli

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of processor time in /proc: Linux gives it as a hundredth of a second to all programs (proc(5), USER_HZ).
const clockTick = 10 * time.Millisecond

// familyTime returns the processor time that a process, its children and those of them that have ended have had so far; 0 where the
// system does not say. PostgreSQL is such a family: to read only its own backends would leave out who writes its log.
func familyTime(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	own, ended, _ := statTime(strconv.Itoa(pid))
	total := own + ended
	all, _ := filepath.Glob("/proc/[0-9]*") // a pattern that is none would be the only error
	for _, dir := range all {
		if used, _, parent := statTime(filepath.Base(dir)); parent == pid {
			total += used
		}
	}
	return total
}

// statTime reads a process's own processor time, that of its children which have ended, and its parent.
func statTime(pid string) (own, ended time.Duration, parent int) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0, 0, 0 // it has ended, or this is not Linux
	}
	// The name, in brackets, may hold anything; behind it come the state, the parent, and utime, stime, cutime and cstime as the
	// 12th to 15th field.
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(f) < 15 {
		return 0, 0, 0
	}
	n := func(i int) time.Duration {
		v, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			return 0
		}
		return time.Duration(v)
	}
	return (n(11) + n(12)) * clockTick, (n(13) + n(14)) * clockTick, int(n(1))
}
