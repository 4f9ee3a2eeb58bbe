// Duly reminds people of loan instalments they have missed, in the proper way and at the proper time.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/dulyhq/duly/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
