//go:build unix

// Command withpg runs a command with a private PostgreSQL beside it, which the tests of all packages then share:
//
//	go run ./test/withpg go test ./...
//
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
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpg COMMAND [ARGUMENT…]")
		return 2
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if os.Getenv(pgtest.Env) == "" {
		c, err := pgtest.Start()
		switch {
		case err == nil:
			defer func() { _ = c.Stop() }()
			cmd.Env = append(os.Environ(), pgtest.Env+"="+c.URL)
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
