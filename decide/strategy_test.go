package decide_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/strategies"
	"github.com/dulyhq/duly/test/mistakes"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMistakes pins what is said of every mistake: testdata/mistakes/NAME.yaml has it, NAME.txt what is said.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mistakes: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = decide.ParseStrategy(name, doc); err == nil {
				t.Fatal("parsed without a mistake")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			got := err.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func cnDefault(t testing.TB) *decide.Strategy {
	t.Helper()
	doc, err := strategies.FS.ReadFile("cn-default/strategy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := decide.ParseStrategy("strategy.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func TestCheckTemplates(t *testing.T) {
	found := cnDefault(t).CheckTemplates(func(name string, _ ledger.Channel) bool { return name != "firm_2" })
	if len(found) != 1 || !strings.Contains(found[0].Error(), `treatment firm_2 uses template "firm_2"`) {
		t.Errorf("got %v", found)
	}
}

// FuzzParseStrategy holds that no text stops the program, and that what parses can be decided by.
func FuzzParseStrategy(f *testing.F) {
	// Short seeds: the fuzzer spends its time on making long ones shorter.
	f.Add([]byte("id: x\nversion: \"1\"\ntitle: {en: X, zh: 某}\nprefer: {hours: 10:00-11:30, spacing: 3}\nstages:\n  - {name: a, from: 1, treatments: [{name: t, index: 1, channel: sms, template: u}]}\n"))
	files, _ := filepath.Glob("testdata/mistakes/*.yaml")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := decide.ParseStrategy("f.yaml", doc)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("%q does not begin with a place", err)
			}
			return
		}
		for dpd := -5; dpd < 100; dpd += 3 {
			in, hold, ok := decide.Next(&s, facts(dpd, 1))
			if ok == (hold.Reason != "") || ok != (in.Treatment != nil) {
				t.Fatalf("dpd %d: neither intent nor hold: %+v %+v", dpd, in, hold)
			}
		}
	})
}

// TestMistakesInChinese pins how all these mistakes are said in Chinese, in testdata/mistakes.zh.txt, and that each has words there.
func TestMistakesInChinese(t *testing.T) {
	mistakes.InChinese(t, *update, func(name string, doc []byte) error {
		_, err := decide.ParseStrategy(name, doc)
		return err
	})
}
