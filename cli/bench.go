package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// A bench is what the benchmarks share.
type bench struct {
	*app
	repeat   int
	asJSON   bool
	database string // of PostgreSQL; empty means SQLite in a temporary folder
	profile  string // a file for a CPU profile of what is measured; empty means none
}

func (a *app) benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine against the budgets, each beside its reference in the same run",
		Long: `Works on a made-up book in a temporary folder, never on yours, and over the loopback only. docs/benchmarks.md
says what was measured so far and how.`,
		Example: "  duly bench plan\n  duly bench dispatch --messages 10000",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.benchPlanCommand(), a.benchDispatchCommand(), a.benchReceiptsCommand(), a.benchConsoleCommand(), a.benchPeerCommand())
	return c
}

func (b *bench) flags(c *cobra.Command) {
	c.Flags().IntVar(&b.repeat, "repeat", 3, "how often it is measured, 1 to 20")
	c.Flags().BoolVar(&b.asJSON, "json", false, "one JSON object a line: each measurement, then the medians")
	c.Flags().StringVar(&b.database, "database", "", "the URL of a PostgreSQL where databases may be made, such as\npostgres://user@localhost/postgres; two are made for it, and dropped (default: SQLite)")
	c.Flags().StringVar(&b.profile, "cpuprofile", "", "write a CPU profile of what is measured to this file")
}

// bounds says whether the numbers given are such that the benchmark ends.
func (b *bench) bounds(name string, n, most int64) error {
	if b.repeat < 1 || b.repeat > 20 {
		return fail(Usage, "--repeat %d is not from 1 to 20", b.repeat)
	}
	if n < 1 || n > most {
		return fail(Usage, "--%s %d is not from 1 to %d", name, n, most)
	}
	return nil
}

// folder calls f with a temporary folder in dir (the system's when empty), which is gone afterwards.
func folder(dir string, f func(string) error) error {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fail(Dependency, "the folder cannot be made: %w", err)
		}
	}
	tmp, err := os.MkdirTemp(dir, "duly-bench-")
	if err != nil {
		return fail(Dependency, "no temporary folder: %w", err)
	}
	return errors.Join(f(tmp), os.RemoveAll(tmp))
}

// say shows on a terminal what goes on; elsewhere nothing.
func (b *bench) say(format string, args ...any) {
	if terminal(b.err) {
		fmt.Fprintf(b.err, "\r\x1b[K"+format, args...) //nolint:errcheck // It is for people who watch.
	}
}

// profiled calls f, under a CPU profile where that is asked for.
func (b *bench) profiled(f func() error) error {
	if b.profile == "" {
		return f()
	}
	out, err := os.Create(b.profile)
	if err != nil {
		return fail(Usage, "the profile cannot be written: %w", err)
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return errors.Join(fail(Dependency, "the profile cannot be made: %w", err), out.Close())
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

// report prints measurements and, last, their medians and the span from the least to the greatest. A field's
// order is that of names.
func (b *bench) report(what string, names []string, runs []map[string]float64) error {
	b.say("")
	w := bufio.NewWriter(b.out)
	median, spread := map[string]float64{}, map[string]string{}
	for _, name := range names {
		all := make([]float64, len(runs))
		for i := range runs {
			all[i] = runs[i][name]
		}
		slices.Sort(all)
		median[name] = (all[(len(all)-1)/2] + all[len(all)/2]) / 2
		spread[name] = short(all[0]) + " to " + short(all[len(all)-1])
	}
	if b.asJSON {
		enc := json.NewEncoder(w)
		for i, r := range runs {
			if err := enc.Encode(benchLine{Bench: what, Run: strconv.Itoa(i + 1), Values: r}); err != nil {
				return err
			}
		}
		return errors.Join(enc.Encode(benchLine{Bench: what, Run: "median", Values: median}), w.Flush())
	}
	for _, name := range names {
		if _, err := fmt.Fprintf(w, "%-34s %12s   (%s)\n", name, short(median[name]), spread[name]); err != nil {
			return err
		}
	}
	return w.Flush()
}

type benchLine struct {
	Bench  string             `json:"bench"`
	Run    string             `json:"run"` // "1" and on, or "median"
	Values map[string]float64 `json:"values"`
}

// short writes a number with about four digits.
func short(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// forgetPeak gives memory back and lets the peak of resident memory begin anew, where the system can.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // other systems have none: see peakMB
}

// peakMB returns the peak of resident memory since forgetPeak in MB, 0 where the system does not say.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
			if err != nil {
				return 0
			}
			return n / 1000
		}
	}
	return 0
}

// copyFile copies a closed database, so that each measurement finds the same one.
func copyFile(from, to string) error {
	b, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // it was only read
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(b)
	return errors.Join(err, out.Sync(), out.Close())
}
