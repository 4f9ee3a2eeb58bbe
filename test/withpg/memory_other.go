//go:build unix && !linux

package main

// inMemory does nothing where there is no folder of Linux's in memory.
func inMemory() (env []string, end func(), err error) { return nil, func() {}, nil }
