// Package cli is the command line: commands, and the configuration struct with its documentation. Here, and
// nowhere below, the clock is read and standard output written.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A Class says what kind of thing went wrong; it is the exit status.
type Class int

// The classes.
const (
	Done       Class = 0
	Findings   Class = 1 // the command worked, and found something or was refused by a rule
	Usage      Class = 2 // the command was called wrongly
	Input      Class = 3 // a file or the configuration is wrong
	Dependency Class = 4 // a disk, database, carrier or other program failed
)

// An Error is an error with its class and a sentence that says what to mend.
type Error struct {
	Class    Class
	Sentence string
	Detail   error // for the log; may be nil

	format string // of the sentence, and what it names, for another language; empty: none
	args   []any
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Sentence }

// Unwrap returns the detail.
func (e *Error) Unwrap() error { return e.Detail }

func fail(c Class, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Class: c, Sentence: err.Error(), Detail: errors.Unwrap(err), format: format, args: args}
}

// An app is what the commands share.
type app struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	config string // --config
	lang   string // --lang; "" where it was not given
	clock  clock
	ran    bool // a command was found and its flags were read
}

// Main runs the command that args (without the program's name) call for, and returns the exit status.
func Main(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	a := &app{in: in, out: out, err: errw, clock: clock{read: time.Now}}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return int(Done)
	}
	var e *Error
	var value *pflag.InvalidValueError // it may hold an Error of ours, and says beside which flag is meant
	switch {
	case !errors.As(err, &value) && errors.As(err, &e):
	case !a.ran:
		errors.As(miscalled(err), &e)
	case errors.Is(err, context.Canceled):
		errors.As(fail(Dependency, "interrupted; nothing that was not finished has been kept"), &e)
	default:
		errors.As(fail(Dependency, "%w", err), &e)
	}
	if e.Sentence != "" {
		fmt.Fprintln(errw, "duly:", e.In(a.asked(args))) //nolint:errcheck // nowhere is left to say so
	}
	return int(e.Class)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "duly",
		Short: "Remind people of instalments they have missed, in the proper way and at the proper time",
		Long: `Duly takes a lender's ledger, works out who is late and by how much, decides the next step, checks it
against the law, writes the message and hands it to a carrier at a lawful hour.

A first day:

  duly init acme && cd acme
  duly import borrowers.csv loans.csv instalments.csv payments.csv
  duly assess

Exit status: 0 done; 1 findings or refused; 2 usage; 3 an input or configuration is wrong; 4 a dependency failed.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			a.ran = true
			_, err := a.tongue()
			return err
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.PersistentFlags().StringVar(&a.config, "config", "", "configuration file (default: DULY_CONFIG, else duly.yaml of this folder)")
	root.PersistentFlags().StringVar(&a.lang, "lang", "", "zh or en (default: DULY_LANG, else the language of the environment)")
	root.AddCommand(a.demoCommand(), a.initCommand(), a.importCommand(), a.assessCommand(), a.planCommand(), a.runCommand(), a.serveCommand(), a.pageCommand(), a.explainCommand(), a.inboxCommand(), a.userCommand(), a.auditCommand(), a.exportCommand(), a.keyCommand(), a.arrangeCommand(), a.eraseCommand(), a.retainCommand(), a.eventsCommand(), a.reportCommand(), a.billCommand(), a.reconcileCommand(), a.simulateCommand(), a.strategyCommand(), a.templateCommand(), a.rulebookCommand(), a.backupCommand(), a.restoreCommand(), a.holdCommand(), a.releaseCommand(), a.checkCommand(), a.lintCommand(), a.classifyCommand(), a.segmentsCommand(), a.smscCommand(), a.benchCommand(), a.versionCommand())
	return root
}

// A clock is where civil time comes from: the system, or --now.
type clock struct {
	read func() time.Time
	now  time.Time // fixed by --now; zero means that read tells
}

// time returns civil now.
func (c *clock) time() time.Time {
	if !c.now.IsZero() {
		return c.now
	}
	return c.read()
}

// nowFlag adds --now to a command.
func (a *app) nowFlag(c *cobra.Command) {
	c.Flags().Var((*nowValue)(&a.clock), "now", "civil time, such as 2026-09-24T10:00:00+08:00 (default: the clock)")
}

// spanFlag adds a flag for a span of time, which is 10s, 2m and the like.
func spanFlag(c *cobra.Command, to *time.Duration, name string, value time.Duration, usage string) {
	*to = value
	c.Flags().Var((*spanValue)(to), name, usage)
}

// A spanValue is a flag for a span of time.
type spanValue time.Duration

// Set reads a span that is not negative.
func (v *spanValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return fail(Usage, "%q is not a span of time such as 10s or 2m", s)
	}
	*v = spanValue(d)
	return nil
}

// String returns what is set.
func (v *spanValue) String() string { return time.Duration(*v).String() }

// Type names the value in the help.
func (v *spanValue) Type() string { return "duration" }

// A nowValue is the flag --now.
type nowValue clock

// Set reads RFC 3339.
func (n *nowValue) Set(s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fail(Usage, "%q is not a time such as 2026-09-24T10:00:00+08:00", s)
	}
	n.now = t
	return nil
}

// String returns what was set.
func (n *nowValue) String() string {
	if n.now.IsZero() {
		return ""
	}
	return n.now.Format(time.RFC3339)
}

// Type names the value in the help.
func (n *nowValue) Type() string { return "TIME" }

// terminal says that w is one, so that people watch it.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
