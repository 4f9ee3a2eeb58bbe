package cli_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/smsc"
)

// personal are the names, numbers and words of the people in these files, and nothing else's.
var personal = regexp.MustCompile(`欧阳菲菲|菲菲|诸葛孔明|Wang Xiaoming|1740500\d{4}|199003071234|不要再打扰我`)

// TestNothingPersonalIsSaid is invariant 10: what the commands print and complain of, on good and on bad days, holds no
// name, number or text of a borrower. Only explain shows texts, and it masks names and numbers.
func TestNothingPersonalIsSaid(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.csv", "borrower_id,name,phone,title,identity,region,timezone,loan_id,due_on,amount,currency\n"+
		"B1,欧阳菲菲,+8617405009901,女士,110101199003071234,CN-ZJ,Asia/Shanghai,C1,2026-09-21,100.00,CNY\n"+
		"B2,诸葛孔明,+8617405009902,,,CN-ZJ,Asia/Shanghai,C2,2026-09-12,200.00,CNY\n")
	// Columns that have slipped, damaged bytes, two rows that contradict each other.
	bad := write("bad.csv", "borrower_id,name,phone,title,identity,region,timezone,loan_id,due_on,amount,currency\n"+
		"B3,+8617405009903,欧阳菲菲,女士,,欧阳菲菲,+8617405009903,C3,欧阳菲菲,17405009903,诸葛孔明\n"+
		"B4,诸葛\xff孔明,+8617405009904,,,CN-ZJ,Asia/Shanghai,C4,2026-09-21,100.00,CNY\n"+
		"B5,\"诸葛孔明,+8617405009905,,,CN-ZJ,Asia/Shanghai,C5,2026-09-21,100.00,CNY\n"+
		"B1,诸葛孔明,+8617405009906,,,CN-ZJ,Asia/Shanghai,C1,2026-09-21,100.00,CNY\n"+
		"B1,欧阳菲菲,+8617405009901,,,CN-ZJ,Asia/Shanghai,C1,2026-09-21,120.00,CNY\n"+
		"B7,Wang Xiaoming,+8617405009907,,,Wang Xiaoming,Asia/Shanghai,C7,Wang Xiaoming,Wang Xiaoming,CNY\n")
	headless := write("headless.csv", "B1,欧阳菲菲,17405009901\nB2,诸葛孔明,17405009902\n")
	s := listenSMSC(t, smsc.Config{
		Behave: func(string, string, int) smsc.Behaviour { return smsc.Behaviour{Reply: "不要再打扰我 TD"} },
	})
	bank := filepath.Join(dir, "bank")
	quietly(t, 0, "init", bank)
	config := filepath.Join(bank, "duly.yaml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write("bank/duly.yaml", strings.Replace(string(text), "127.0.0.1:2775", s, 1))
	const now, later = "2026-09-24T10:00:00+08:00", "2026-09-28T10:00:00+08:00"
	for _, c := range []struct {
		status int
		args   string
	}{
		{0, "import " + good + " --now " + now},
		{3, "import " + bad + " --now " + now},
		{0, "import " + bad + " --now " + now + " --skip-bad " + filepath.Join(dir, "aside.csv")},
		{3, "import " + headless},
		{0, "import " + good + " --json --now " + now},
		{0, "assess --json --on 2026-09-24"},
		{0, "assess --working C1 --on 2026-09-24"},
		{0, "plan --dry-run --json --now " + now},
		{0, "run --linger 2s --patience 20s --now " + now},
		{0, "report --format json"},
		{0, "report unknown"},
		{0, "import " + good + " --now " + later},
		{0, "plan --json --now " + later},
		{1, "explain +8617405008888"},
	} {
		quietly(t, c.status, append([]string{"--config", config}, strings.Fields(c.args)...)...)
	}
	// The texts themselves are shown to whoever asks why, under masked names and numbers.
	out := quietly(t, 0, "--config", config, "explain", "B1", "--now", later, "--lang", "zh")
	if !strings.Contains(out, "欧***") || !strings.Contains(out, "*9901") || !strings.Contains(out, "欧阳女士") {
		t.Errorf("explain says %s", out)
	}
}

// TestEveryCommandHasHelp: what a command does is said in full, with an example to copy.
func TestEveryCommandHasHelp(t *testing.T) {
	help := func(args ...string) string {
		var out, errw bytes.Buffer
		if status := cli.Main(context.Background(), append(args, "--help"), strings.NewReader(""), &out, &errw); status != 0 {
			t.Fatalf("duly %v --help: exit status %d: %s", args, status, errw.String())
		}
		return out.String()
	}
	var all func(args ...string)
	all = func(args ...string) {
		text := help(args...)
		_, list, _ := strings.Cut(text, "Available Commands:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for line := range strings.Lines(list) {
			name := strings.Fields(line)[0]
			if name != "help" && name != "completion" {
				all(append(args, name)...)
			}
		}
		if len(args) == 0 {
			return
		}
		if long, _, _ := strings.Cut(text, "\nUsage:"); len(args) > 0 && (len(long) < 20 || !strings.Contains(text, "\nExamples:\n  ")) {
			t.Errorf("duly %v --help says too little:\n%s", args, text)
		}
	}
	all()
}

// quietly runs a command, and fails when it says something personal. A reply is the one text that may be shown.
func quietly(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errw bytes.Buffer
	if status := cli.Main(context.Background(), args, strings.NewReader(""), &out, &errw); status != want {
		t.Fatalf("duly %v: exit status %d, want %d: %s", args, status, want, errw.String())
	}
	said := out.String() + errw.String()
	if args[len(args)-1] == "zh" { // explain
		said = strings.ReplaceAll(said, "不要再打扰我", "")
	}
	if found := personal.FindString(said); found != "" {
		t.Errorf("duly %v says %q:\n%s", args, found, said)
	}
	return out.String()
}

// listenSMSC runs a simulator and returns its address.
func listenSMSC(t *testing.T, cfg smsc.Config) string {
	t.Helper()
	cfg.Now = time.Now
	server, err := smsc.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, server.Close()); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}
