//go:build linux

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// What the tests keep, they keep for seconds: PostgreSQL's files, folders of SQLite, profiles of a browser. Each sync to a disk is a
// wait, and none of these tests cuts the power of the machine that it runs on (the proof has a disk of its own that does). So their
// temporary folder is in memory where there is plenty.

// shared is where Linux keeps files in memory.
const shared = "/dev/shm"

// What must be free for it, in bytes: there, and of memory as a whole, of which the tests' processes take some themselves.
const (
	roomFiles  = 6 << 30
	roomMemory = 12 << 30
)

// inMemory returns what the environment of the command is to have as well, and what ends it. Whoever has named a folder for temporary
// files keeps it.
func inMemory() (env []string, end func(), err error) {
	if os.Getenv("TMPDIR") != "" || !plenty() {
		return nil, func() {}, nil
	}
	dir, err := os.MkdirTemp(shared, "duly-test-")
	if err != nil {
		return nil, nil, fmt.Errorf("withpg: %w", err)
	}
	if err := os.Chmod(dir, os.ModeSticky|0o777); err != nil { // PostgreSQL may be another user
		return nil, nil, fmt.Errorf("withpg: %w", err)
	}
	// It goes with this process, whatever end that comes to: memory is not the place to leave things in.
	keeper := exec.Command("/bin/sh", "-c", `trap '' INT TERM HUP; read _; rm -rf "$1"`, "sh", dir)
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	life, err := keeper.StdinPipe()
	if err == nil {
		err = keeper.Start()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("withpg: %w", err)
	}
	// What the go command builds is large, and no test waits for it.
	env = []string{"TMPDIR=" + dir, "GOTMPDIR=" + cmp.Or(os.Getenv("GOTMPDIR"), os.TempDir())}
	return env, func() { _ = life.Close(); _ = keeper.Wait() }, os.Setenv("TMPDIR", dir)
}

// noExec is the flag of a file system from which nothing is run, as a container's memory often is; tests run what they build.
const noExec = 0x8

// plenty says whether there is room for the tests' files in memory, and whether they can be used there.
func plenty() bool {
	var fs syscall.Statfs_t
	if syscall.Statfs(shared, &fs) != nil || fs.Flags&noExec != 0 || fs.Bavail*uint64(fs.Bsize) < roomFiles {
		return false
	}
	// A container has a bound of its own, to which its files in memory count.
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if most, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil && most < roomMemory {
			return false
		}
	}
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return available(f) >= roomMemory
}

// available reads from Linux's account of its memory how many bytes processes may take; 0 where it does not say.
func available(account io.Reader) (bytes uint64) {
	for lines := bufio.NewScanner(account); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemAvailable:"); ok {
			var kib uint64
			if _, err := fmt.Sscanf(rest, "%d kB", &kib); err == nil {
				return kib << 10
			}
		}
	}
	return 0
}
