package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dulyhq/duly/intake"
)

// putBadRows copies the bad rows as they stand in their files, headers first: to the file of --skip-bad, or,
// where several files have some, to one beside it for each.
func (i *importing) putBadRows(bad map[string][]int) error {
	var from []string
	for _, name := range i.files {
		if len(bad[name]) > 0 && !slices.Contains(from, name) {
			from = append(from, name)
		}
	}
	for n, name := range from {
		to := i.flags.skipBad
		if len(from) > 1 {
			ext := filepath.Ext(to)
			base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
			to = strings.TrimSuffix(to, ext) + "-" + base + ext
			if slices.ContainsFunc(from[:n], func(o string) bool { return filepath.Base(o) == filepath.Base(name) }) {
				to = strings.TrimSuffix(to, ext) + fmt.Sprintf("-%d", n+1) + ext
			}
		}
		if err := i.extract(name, to, bad[name]); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(i.messages, i.lang.say(
			fmt.Sprintf("%s of %s put into %s", count(len(bad[name]), "bad row", "bad rows"), name, to),
			fmt.Sprintf("%s 中%s行错误数据已存入 %s", name, grouped(len(bad[name])), to))); err != nil {
			return err
		}
	}
	return nil
}

func (i *importing) extract(name, to string, lines []int) error {
	in, err := os.Open(name)
	if err != nil {
		return fail(Input, "%s cannot be read again: %w", name, bare(err))
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fail(Input, "%s exists and may hold bad rows of an earlier import; name another file with --skip-bad", to)
	}
	if err != nil {
		return fail(Dependency, "the bad rows cannot be put aside, so nothing was imported: %w", err)
	}
	w := bufio.NewWriter(out)
	err = intake.Extract(in, i.options(), lines, w)
	if err = errors.Join(err, w.Flush(), out.Sync(), out.Close()); err != nil {
		return fail(Dependency, "the bad rows cannot be put aside, so nothing was imported: %w", err)
	}
	return nil
}

// ask asks a person at a terminal whether to close the loans. There is no one to ask in a pipe.
func (i *importing) ask() bool {
	if !terminal(i.a.in) || !terminal(i.a.err) {
		return false
	}
	if _, err := fmt.Fprintf(i.a.err, i.lang.say("%s. Close them? [y/N] ", "%s。是否结清？[y/N] "), i.closing()); err != nil {
		return false
	}
	answer, err := bufio.NewReader(i.a.in).ReadString('\n')
	return err == nil && slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer)))
}
