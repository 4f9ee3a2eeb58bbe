//go:build !unix

package cli

import (
	"os"
	"time"
)

// hold makes a file that stays open as long as this process has it.
func hold(path string) (*os.File, error) { return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) }

// abandoned says whether a folder has stood for longer than a simulation lasts.
func abandoned(_ string, age time.Duration) bool { return age > 24*time.Hour }
