// Package litetest gives tests a SQLite database with its schema in place: it is made once in a process and copied for each
// test, since to run every migration again takes a tenth of a second, and seconds under the race detector. Only tests import it.
package litetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var made struct {
	sync.Once
	files map[string][]byte
	err   error
}

// Fill puts into the folder dir what fill has put into another, once for all tests of this process: fill must be the same each time,
// and must have closed what it opened. Only files directly in the folder are copied.
func Fill(t testing.TB, dir string, fill func(dir string) error) {
	t.Helper()
	made.Do(func() { made.files, made.err = contents(fill) })
	if made.err != nil {
		t.Fatal(made.err)
	}
	for name, text := range made.files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// contents fills a folder and returns its files by name.
func contents(fill func(dir string) error) (files map[string][]byte, err error) {
	dir, err := os.MkdirTemp("", "duly-lite-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := fill(dir); err != nil {
		return nil, err
	}
	found, err := fs.Glob(os.DirFS(dir), "*")
	if err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, name := range found {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
}
