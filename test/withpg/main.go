//go:build unix

// Command withpg runs a command with a private PostgreSQL beside it, which the tests of all packages then share:
//
//	go run ./test/withpg go test ./...
//
// withpg -durable COMMAND starts one that is as durable as in earnest, for what is measured; without it fsync is off, and temporary
// files are kept in memory where there is plenty of it. withpg -memory COMMAND starts none: it keeps the files in memory, no more.
// Where PostgreSQL is not installed the command runs without, and its tests say what they skip.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/dulyhq/duly/test/pgtest"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	begin, durable, none := pgtest.Start, false, false
	switch {
	case len(args) > 0 && args[0] == "-durable":
		begin, durable, args = pgtest.StartDurable, true, args[1:]
	case len(args) > 0 && args[0] == "-memory":
		none, args = true, args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpg [-durable | -memory] COMMAND [ARGUMENT…]")
		return 2
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if !durable {
		env, end, err := inMemory()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 4
		}
		defer end()
		cmd.Env = append(cmd.Env, env...)
	}
	if !none && os.Getenv(pgtest.Env) == "" {
		c, err := begin()
		switch {
		case err == nil:
			defer func() { _ = c.Stop() }()
			cmd.Env = append(cmd.Env, pgtest.Env+"="+c.URL)
		case errors.Is(err, pgtest.ErrMissing) && os.Getenv("CI") == "":
			fmt.Fprintln(os.Stderr, err)
		default:
			fmt.Fprintln(os.Stderr, err)
			return 4
		}
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 4
	}
	return 0
}
