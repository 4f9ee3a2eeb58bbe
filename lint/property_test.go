package lint_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/lint"
)

// sound checks what holds of every answer: places lie in the text, the order is that of places, and asking again
// gives the same.
func sound(t interface{ Fatalf(string, ...any) }, text string, f lint.Facts) []lint.Finding {
	found := linter.Text(text, f)
	size, last := len([]rune(text)), 0
	for _, one := range found {
		if one.Start < last || one.End < one.Start || one.End > size || one.End == one.Start && one.End != 0 {
			t.Fatalf("%q: [%d, %d) of %d after %d", text, one.Start, one.End, size, last)
		}
		last = one.Start
	}
	if again := linter.Text(text, f); !reflect.DeepEqual(found, again) {
		t.Fatalf("%q: %v and then %v", text, found, again)
	}
	return found
}

func FuzzText(f *testing.F) {
	for _, one := range corpus(f, "dev.tsv") {
		f.Add(one.text)
	}
	f.Add("\xff\x00【（“\u200d12-34 5678 9012 3456")
	f.Fuzz(func(t *testing.T, text string) { sound(t, text, lint.Facts{Own: []string{"4008000000"}}) })
}

// TestProperties: texts of the corpus and of nonsense, one after the other.
func TestProperties(t *testing.T) {
	all := corpus(t, "dev.tsv")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.Map(rapid.SampledFrom(all), func(l labelled) string { return l.text }),
			rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("你不会告诉家人坐牢打断腿123 ，。,.!?()【】'’*@$ aeiothnrs\u200b")))),
		).Draw(t, "text")
		f := lint.Facts{StepsHidden: rapid.Bool().Draw(t, "hidden"), TimeBarred: rapid.Bool().Draw(t, "barred")}
		found := sound(t, text, f)

		// A sentence with nothing wrong in it takes nothing away from what was wrong before it, and adds no error.
		more := rapid.SampledFrom([]string{"\n谢谢您。", "\nThank you.", "\n您的还款日是每月15日。", "\nYour due date is the 15th."}).Draw(t, "more")
		if lint.Errors(linter.Text(text+more, f)) != lint.Errors(found) {
			t.Fatalf("%q: with %q after it: %v", text, more, linter.Text(text+more, f))
		}

		// What nobody sees hides nothing.
		hidden := strings.Join(strings.Split(text, ""), "\u200b")
		if strings.ToValidUTF8(text, "") == text && lint.Errors(linter.Text(hidden, f)) != lint.Errors(found) {
			t.Fatalf("%q with zero-width spaces: %v, without %v", text, linter.Text(hidden, f), found)
		}

		// To know that no step backs a consequence, or that a suit is barred, only ever finds more.
		if strict := (lint.Facts{TimeBarred: true}); lint.Errors(found) && !lint.Errors(linter.Text(text, strict)) {
			t.Fatalf("%q: stopped under %+v and not when more is known", text, f)
		}
	})
}

// TestFalseErrors reads English texts that no creditor wrote. Questions to a bank and requests to an assistant are
// hardly ever stopped; of texts among friends most that are have a word that no creditor may use.
func TestFalseErrors(t *testing.T) {
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	for _, c := range []struct {
		name string
		most float64 // the share of texts stopped
	}{{"banking77-train.csv", 0.002}, {"clinc150-train.tsv", 0.004}, {"sms-spam-collection.tsv", 0.045}} {
		texts := unrelated(t, filepath.Join(shared, "data/texts", c.name))
		stopped, words := 0, 0
		for _, text := range texts {
			found := linter.Text(text, lint.Facts{StepsHidden: true})
			if !lint.Errors(found) {
				continue
			}
			stopped++
			for _, f := range found {
				if f.Code == lint.Insult {
					words++
					break
				}
			}
		}
		share := ratio(stopped, len(texts))
		t.Logf("%s: %d of %d texts are stopped, %.2f %%; %d of them for an insult", c.name, stopped, len(texts), 100*share, words)
		if share > c.most || len(texts) < 4000 {
			t.Errorf("%s: %.4f of %d texts are stopped", c.name, share, len(texts))
		}
	}
}

// unrelated reads a file of texts; those that are labelled as spam are left out.
func unrelated(t *testing.T, name string) []string {
	t.Helper()
	doc, err := os.ReadFile(name)
	if err != nil {
		t.Skipf("the shared texts are not here, so false errors were not counted: %v", err)
	}
	var texts []string
	if filepath.Ext(name) == ".csv" {
		rows, err := csv.NewReader(strings.NewReader(string(doc))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			texts = append(texts, row[0])
		}
		return texts
	}
	for line := range strings.SplitSeq(strings.TrimSpace(string(doc)), "\n") {
		if label, text, ok := strings.Cut(line, "\t"); ok && label != "spam" {
			texts = append(texts, text)
		}
	}
	return texts
}

// BenchmarkText is what reading one text costs, and BenchmarkNew what compiling the words does.
func BenchmarkText(b *testing.B) {
	all := corpus(b, "dev.tsv")
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		linter.Text(all[n%len(all)].text, lint.Facts{})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		lint.New()
	}
}
