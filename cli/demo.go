package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/examples"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/sim"
)

type demoFlags struct {
	dir  string
	days int
	seed uint64
	open bool
}

func (a *app) demoCommand() *cobra.Command {
	f := demoFlags{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show two weeks of a lender on real data, with a simulated carrier and simulated borrowers",
		Long: `Makes a folder as duly init does, imports a sample of a real card ledger that ships in the binary, starts a carrier
simulator, and goes through two weeks from 2026-09-17 in civil time, over the real protocol on loopback. People pay,
answer and ask to be left alone; the carrier fails; a process that is handing over is killed and started again.

At the end it prints the report, three borrowers explained, and the carrier's own count of what must be zero. Nothing
but loopback is used, and nobody real is written to. The exit status is 1 when a count that must be zero is not.`,
		Example: "  duly demo\n  duly demo --open\n  duly demo --lang zh --dir acme",
		Args:    exactly(0, "demo takes no arguments"),
		RunE:    func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), f) },
	}
	c.Flags().StringVar(&f.dir, "dir", "", "folder to make (default: a temporary one, which is kept)")
	c.Flags().IntVar(&f.days, "days", 14, "civil days to go through after 2026-09-17")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "what people and the carrier do")
	c.Flags().BoolVar(&f.open, "open", false, "then show a borrower's page on loopback until Ctrl-C")
	return c
}

var demoFrom = ledger.NewDate(2026, time.September, 17)

// A demo is one run of the command.
type demo struct {
	*page
	a       *app // the command's own, with the demo's configuration
	flags   demoFlags
	dir     string
	world   *sim.World
	engine  *engine.Engine
	config  *Config
	outcome *sim.Outcome
	began   time.Time
}

func (a *app) demo(ctx context.Context, f demoFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	if f.days < 1 || f.days > 20 {
		return fail(Usage, "--days is from 1 to 20: the sample ends on 2026-10-10")
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return err
	}
	d := &demo{flags: f, dir: f.dir, began: a.clock.read()}
	own := *a
	own.clock.now = demoFrom.At(7, 0, zone)
	d.a, d.page = &own, &page{w: a.out, lang: lang, zone: zone}
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "duly-demo-"); err != nil {
			return fail(Dependency, "the folder cannot be made: %w", err)
		}
	}
	if d.dir, err = filepath.Abs(d.dir); err != nil {
		return err
	}
	quiet := own
	quiet.out = io.Discard
	if err := quiet.init(d.dir, lang); err != nil {
		return err
	}
	if d.world, err = sim.New(d.setting(zone)); err != nil {
		return fail(Dependency, "%w", err)
	}
	err = errors.Join(d.run(ctx), d.world.Close())
	if err == nil {
		err = d.verdict()
	}
	return err
}

// setting is the world of the demo: the sample, the story and the troubles.
func (d *demo) setting(zone *time.Location) sim.Config {
	sample, story := mustSub(examples.CardLedger, "card-ledger"), mustSub(examples.DemoStory, "demo-story")
	return sim.Config{
		Ledgers: []fs.FS{sample, story}, Zone: zone, From: demoFrom, Days: d.flags.days, Seed: d.flags.seed, Dir: d.dir,
		Payments: []sim.Paid{
			{Borrower: paysPart, Minor: 50000, At: storyDay.At(9, 40, zone)},
			{Borrower: paysAll, Minor: 86000, At: storyDay.At(9, 40, zone)},
		},
		Replies: map[string]string{paysPart: "", paysAll: "", stops: "退订", hasTwo: ""},
		Troubles: map[ledger.Date]sim.Trouble{
			demoFrom + 4: sim.Killed, demoFrom + 5: sim.Down, demoFrom + 7: sim.Throttled, demoFrom + 11: sim.Cut,
		},
	}
}

// The borrowers of the story, by what happens to them on the story's day.
const (
	paysPart, paysAll, stops, hasTwo = "S00001", "S00002", "S00003", "S00004"
)

var storyDay = demoFrom + 1

// mustSub is the folder of an embedded one, which is there.
func mustSub(from fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(from, dir)
	if err != nil {
		panic(err)
	}
	return sub
}

// run lives through the days and tells of them.
func (d *demo) run(ctx context.Context) error {
	path := filepath.Join(d.dir, ConfigName)
	err := errors.Join(
		amend(path, "address: "+usualAddress, "address: "+d.world.Address()),
		amend(path, "window: 1000 ", fmt.Sprintf("window: %d ", demoWindow)))
	if err != nil {
		return err
	}
	d.a.config = path
	d.greet()
	err = d.a.withEngine(ctx, func(c *Config, e *engine.Engine) error {
		d.config, d.engine = c, e
		carriers, err := c.carriers(true, d.a.clock.read)
		if err != nil {
			return err
		}
		d.outcome, err = d.world.Live(ctx, sim.Lender{
			Engine: e, Portfolio: e.Portfolios[0], Carriers: carriers, Elsewhere: d.elsewhere, Progress: d.progress(), Each: d.day, Visit: d.visit(),
		})
		if err != nil {
			return err
		}
		if err := d.tell(ctx); err != nil || !d.flags.open {
			return err
		}
		return d.showPage(ctx)
	})
	return errors.Join(err, amend(path, "address: "+d.world.Address(), "address: "+usualAddress))
}

// usualAddress is where duly smsc listens, and so what a new configuration names. The demo's own carrier takes a
// free port, which the configuration names while it runs.
const usualAddress = "127.0.0.1:2775"

// demoWindow is how many messages may be on their way at once, and so how many at most nobody can tell of after a
// kill: far below the 1,000 of a new configuration, because the demo's book is small.
const demoWindow = 40

// amend replaces a piece of the configuration, which must be there.
func amend(path, from, to string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte(from)) {
		return fmt.Errorf("%s has no %q", path, from)
	}
	return os.WriteFile(path, bytes.Replace(text, []byte(from), []byte(to), 1), 0o644)
}

// elsewhere is duly run in a process of its own, so that it can be killed.
func (d *demo) elsewhere(ctx context.Context, at time.Time) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	cmd := exec.CommandContext(ctx, self, "--config", filepath.Join(d.dir, ConfigName),
		"run", "--no-plan", "--now", at.Format(time.RFC3339), "--linger", "300ms")
	cmd.Args[0] = "duly"
	return cmd
}

// progress shows what is being done, on a terminal.
func (d *demo) progress() func(time.Time, string) {
	if !terminal(d.a.err) {
		return nil
	}
	words := map[string]string{
		"importing": "导入", "reading": "查看页面", "planning": "计划", "handing over": "交付",
		"handing over in a process of its own, which is about to be killed":   "由独立进程交付，即将被强行终止",
		"started again: the rest leaves, and what is not known is waited for": "重新启动：发出其余短信，并等待未知结果的期限",
	}
	return func(at time.Time, doing string) {
		if d.lang == "zh" {
			doing = words[doing]
		}
		fmt.Fprintf(d.a.err, "\r\033[K%s  %s", at.Format("2006-01-02 15:04"), doing) //nolint:errcheck // a progress line that cannot be shown is no matter
	}
}

// clear takes the progress line away.
func (d *demo) clear() {
	if terminal(d.a.err) {
		fmt.Fprint(d.a.err, "\r\033[K") //nolint:errcheck // as above
	}
}

// verdict is an error when something happened that must not.
func (d *demo) verdict() error {
	n := 0
	for _, z := range d.outcome.Zeros {
		n += z.Found
	}
	if n > 0 {
		return fail(Findings, "%d times something happened that must not; the cases stand above", n)
	}
	return nil
}
