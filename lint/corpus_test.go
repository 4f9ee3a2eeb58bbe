package lint_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/lint"
)

// linter is shared by the tests, as goroutines may.
var linter = lint.New()

// A labelled is one text of a corpus with the codes that it should earn; none means that nothing is wrong.
type labelled struct {
	line  int
	codes []lint.Code
	text  string
}

func corpus(t testing.TB, name string) []labelled {
	t.Helper()
	doc, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for n, line := range strings.Split(strings.TrimSuffix(string(doc), "\n"), "\n") {
		codes, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("%s:%d: no tab", name, n+1)
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		one := labelled{line: n + 1, text: text}
		if codes != "-" {
			for c := range strings.SplitSeq(codes, ",") {
				if !slices.Contains(lint.Codes(), lint.Code(c)) {
					t.Errorf("%s:%d: no code %q", name, n+1, c)
				}
				one.codes = append(one.codes, lint.Code(c))
			}
		}
		all = append(all, one)
	}
	return all
}

// A tally is what came of one code over a corpus.
type tally struct {
	labelled, found   int // texts that should earn it; those of them that did
	earned, elsewhere int // texts that earned it; those of them that are wrong in another way
	clean             int // … and those that are not wrong at all
}

func (c tally) recall() float64 { return ratio(c.found, c.labelled) }

// precision counts a code on a text that should not earn it, even where the text is wrong in another way.
func (c tally) precision() float64 { return ratio(c.found, c.earned) }

func ratio(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// A result is what came of a corpus.
type result struct {
	codes map[lint.Code]*tally
	clean tally // of texts that are not wrong: how many there are, and how many were stopped by an error (found) or earned any finding
	wrong tally // of texts that should be stopped: how many there are, and how many were
}

// forms are the codes that stop nothing by themselves.
var forms = []lint.Code{lint.Marks, lint.TooLong, lint.Tone}

// judge reads a corpus as people's own words of which nothing is known.
func judge(all []labelled) result {
	r := result{codes: map[lint.Code]*tally{}}
	for _, c := range lint.Codes() {
		r.codes[c] = &tally{}
	}
	for _, one := range all {
		found := linter.Text(one.text, lint.Facts{StepsHidden: true})
		var got []lint.Code
		for _, f := range found {
			if !slices.Contains(got, f.Code) {
				got = append(got, f.Code)
			}
		}
		for _, c := range got {
			r.codes[c].earned++
			switch {
			case slices.Contains(one.codes, c):
				r.codes[c].found++
			case len(one.codes) == 0:
				r.codes[c].clean++
			default:
				r.codes[c].elsewhere++
			}
		}
		for _, c := range one.codes {
			r.codes[c].labelled++
		}
		switch {
		case len(one.codes) == 0:
			r.clean.count(found)
		case slices.ContainsFunc(one.codes, func(c lint.Code) bool { return !slices.Contains(forms, c) }):
			r.wrong.count(found)
		}
	}
	return r
}

func (c *tally) count(found []lint.Finding) {
	c.labelled++
	if len(found) > 0 {
		c.earned++
	}
	if lint.Errors(found) {
		c.found++
	}
}

// table writes a result as docs/benchmarks.md has it.
func (r *result) table() string {
	var b strings.Builder
	b.WriteString("| code | texts | recall | precision | beside another code | on a text that is not wrong |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, code := range lint.Codes() {
		if c := r.codes[code]; c.labelled+c.earned > 0 {
			fmt.Fprintf(&b, "| `%s` | %d | %.0f %% | %.0f %% | %d | %d |\n", code, c.labelled, 100*c.recall(), 100*c.precision(), c.elsewhere, c.clean)
		}
	}
	fmt.Fprintf(&b, "| stopped, whatever the code | %d | %.0f %% | %.1f %% | | %d of %d |\n",
		r.wrong.labelled, 100*ratio(r.wrong.found, r.wrong.labelled), 100*ratio(r.wrong.found, r.wrong.found+r.clean.found), r.clean.found, r.clean.labelled)
	return b.String()
}

// TestCorpus reports how well the lint does on labelled texts, and holds it to what it has reached: -v prints the
// tables of docs/benchmarks.md. The development set was used to mend the words; the held-out set was written before them,
// by others, and never used for that.
func TestCorpus(t *testing.T) {
	dev, held := corpus(t, "dev.tsv"), corpus(t, "heldout.tsv")
	r := judge(dev)
	t.Logf("development set, %d texts:\n%s", len(dev), r.table())
	for code, c := range r.codes {
		if c.recall() < 0.97 {
			t.Errorf("%s: recall %.2f", code, c.recall())
		}
		if c.precision() < 0.8 && c.earned > 10 {
			t.Errorf("%s: precision %.2f", code, c.precision())
		}
	}
	if r.clean.found > 0 {
		t.Errorf("%d of %d texts are stopped for nothing", r.clean.found, r.clean.labelled)
	}
	r = judge(held)
	t.Logf("held-out set, %d texts:\n%s", len(held), r.table())
	for code, floor := range floors {
		if c := r.codes[code]; c.recall() < floor {
			t.Errorf("held out: %s: recall %.2f, and it was %.2f", code, c.recall(), floor)
		}
	}
	if stopped := ratio(r.wrong.found, r.wrong.labelled); stopped < 0.91 || r.clean.found > 0 {
		t.Errorf("held out: %.2f are stopped, and %d of %d for nothing", stopped, r.clean.found, r.clean.labelled)
	}
}

// floors is the recall on the held-out set when it was first looked at, on 2026-11-25, rounded down.
var floors = map[lint.Code]float64{
	lint.Threat: 0.88, lint.Insult: 1, lint.FalseAuthority: 0.9, lint.FalseLegal: 1, lint.ThirdPerson: 0.93, lint.Shaming: 0.45, lint.Personal: 0.75,
	lint.Borrowing: 1, lint.Deception: 0.69, lint.Upsell: 0.87, lint.Marks: 1, lint.TooLong: 1, lint.Tone: 0.75,
}

// TestMisses lists what the lint gets wrong in the development set.
func TestMisses(t *testing.T) {
	for _, one := range corpus(t, "dev.tsv") {
		found := linter.Text(one.text, lint.Facts{StepsHidden: true})
		for _, c := range one.codes {
			if !slices.ContainsFunc(found, func(f lint.Finding) bool { return f.Code == c }) {
				t.Logf("dev.tsv:%d: MISS %s: %s", one.line, c, one.text)
			}
		}
		for _, f := range found {
			if !slices.Contains(one.codes, f.Code) {
				kind := "extra"
				if len(one.codes) == 0 {
					kind = "FALSE"
				}
				t.Logf("dev.tsv:%d: %s %s %q: %s", one.line, kind, f.Code, string([]rune(one.text)[f.Start:f.End]), one.text)
			}
		}
	}
}
