package receive

import (
	"bytes"
	"encoding/csv"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write model.bin anew from texts/")

// labelled reads files of texts: on each line a meaning, a tab and a reply.
func labelled(t testing.TB, names ...string) []Labelled {
	t.Helper()
	var texts []Labelled
	for _, name := range names {
		doc, err := os.ReadFile(filepath.Join("texts", name))
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(strings.TrimSuffix(string(doc), "\n"), "\n") {
			meaning, text, ok := strings.Cut(line, "\t")
			if !ok || !slices.Contains(meanings[:], Meaning(meaning)) || text == "" {
				t.Fatalf("texts/%s:%d: want a meaning, a tab and a reply", name, n+1)
			}
			texts = append(texts, Labelled{Meaning(meaning), text})
		}
	}
	return texts
}

// TestTraining holds that the model that ships is what training makes of the texts. After a change of texts or of training:
// go generate ./receive.
func TestTraining(t *testing.T) {
	texts := labelled(t, "zh.tsv", "en.tsv")
	made := Train(texts)
	if *update {
		if err := os.WriteFile("model.bin", made, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d texts, %d bytes", len(texts), len(made))
		return
	}
	if !bytes.Equal(made, []byte(modelBytes)) {
		t.Errorf("model.bin is not what training gives: run go generate ./receive")
	}
	if len(texts) < 1500 {
		t.Errorf("only %d texts", len(texts))
	}
}

// TestExamIsApart holds that no text of the exam is trained on, whatever its capitals, signs and script.
func TestExamIsApart(t *testing.T) {
	key := func(s string) string {
		f := fold(s)
		if f.whole == "" {
			return s
		}
		return f.whole
	}
	trained, exact := map[string]bool{}, map[string]Meaning{}
	for _, l := range labelled(t, "zh.tsv", "en.tsv") {
		if m, ok := exact[l.Text]; ok {
			t.Errorf("%q stands twice, as %s and %s", l.Text, m, l.Meaning)
		}
		exact[l.Text] = l.Meaning
		trained[key(l.Text)] = true
	}
	for _, l := range labelled(t, "exam.tsv", "later.tsv", "situations.tsv", "stops.tsv", "blind.tsv") {
		if trained[key(l.Text)] {
			t.Errorf("%q is trained on", l.Text)
		}
	}
}

// unrelated returns the texts of ../shared/data/texts, in which hardly anybody replies to a lender; nil when they are not here.
func unrelated(t testing.TB) map[string][]string {
	t.Helper()
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	all := map[string][]string{}
	for _, f := range []struct {
		name   string
		comma  rune
		column int
	}{{"banking77-train.csv", ',', 0}, {"clinc150-train.tsv", '\t', 1}, {"sms-spam-collection.tsv", '\t', 1}} {
		file, err := os.Open(filepath.Join(shared, "data/texts", f.name))
		if err != nil {
			t.Logf("the shared texts are not here, so nothing was counted over them: %v", err)
			return nil
		}
		all[f.name] = readTexts(t, file, f.comma, f.column)
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
	return all
}

// readTexts returns a column of a file with a heading: quoted when commas part it, plain when tabs do.
func readTexts(t testing.TB, file io.Reader, comma rune, column int) []string {
	t.Helper()
	var texts []string
	if comma == '\t' {
		all, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(all)), "\n") {
			texts = append(texts, strings.Split(line, "\t")[column])
		}
		return texts[1:]
	}
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		texts = append(texts, row[column])
	}
	return texts[1:]
}
