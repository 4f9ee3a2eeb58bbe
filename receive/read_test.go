package receive

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestReplies reads testdata/replies.tsv.
func TestReplies(t *testing.T) {
	doc, err := os.ReadFile("testdata/replies.tsv")
	if err != nil {
		t.Fatal(err)
	}
	stops, others := 0, 0
	for n, line := range strings.Split(strings.TrimSuffix(string(doc), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		meaning, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("replies.tsv:%d: no tab", n+1)
		}
		text = strings.ReplaceAll(text, `\n`, "\n")
		got := Read(text)
		if string(got.Meaning) != meaning {
			t.Errorf("replies.tsv:%d: %q is %s (%q), want %s", n+1, text, got.Meaning, got.Why, meaning)
		}
		if got.Meaning == Stop {
			stops++
		} else {
			others++
		}
	}
	if stops+others < 150 {
		t.Errorf("only %d replies", stops+others)
	}
	t.Logf("%d stops, %d others", stops, others)
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"退订": "zh", "TD": "", "R": "", "stop": "en", "I will pay": "en", "👍": "", "123": "", "TD退订": "zh", "сколько": "",
	} {
		if got := Read(text).Language; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestFalseStops counts stops over texts in which hardly anybody asks for one. Most of the few are advertisements
// that say how to opt out, and people who do say stop.
func TestFalseStops(t *testing.T) {
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	total, stops := 0, 0
	for _, f := range []struct {
		name   string
		comma  rune
		column int
	}{{"banking77-train.csv", ',', 0}, {"clinc150-train.tsv", '\t', 1}, {"sms-spam-collection.tsv", '\t', 1}} {
		file, err := os.Open(filepath.Join(shared, "data/texts", f.name))
		if err != nil {
			t.Skipf("the shared texts are not here, so false stops were not counted: %v", err)
		}
		texts := readTexts(t, file, f.comma, f.column)
		if err := file.Close(); err != nil {
			t.Error(err)
		}
		n := 0
		for _, text := range texts {
			if got := Read(text); got.Meaning == Stop {
				n++
				t.Logf("%s: %q: %.120s", f.name, got.Why, text)
			}
		}
		t.Logf("%s: %d of %d", f.name, n, len(texts))
		total, stops = total+len(texts), stops+n
	}
	t.Logf("false stops: %d of %d texts, %.2f %%", stops, total, 100*float64(stops)/float64(total))
	if stops*200 > total {
		t.Errorf("more than 0.5 %%")
	}
}

// readTexts returns a column of a file with a heading: quoted when commas part it, plain when tabs do.
func readTexts(t *testing.T, file io.Reader, comma rune, column int) []string {
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

func FuzzRead(f *testing.F) {
	for _, s := range []string{"退订", "stop", "TD", "别再发了", "don't stop", "\x80\xff", "", "【】|", "ſtop", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := Read(text)
		if r != Read(text) {
			t.Error("the same text is read in two ways")
		}
		if r.Meaning != Stop && r.Meaning != Other || r.Confidence <= 0 || r.Confidence > 1 {
			t.Errorf("%+v", r)
		}
		if (r.Meaning == Stop) != (r.Why != "") || !utf8.ValidString(r.Why) {
			t.Errorf("%+v", r)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for name, text := range map[string]string{
		"word": "TD", "chinese": "我上个月已经把钱都还清了,为什么还天天给我发这种短信,请核实一下再联系", "english": "I lost my job last month and I can only pay a part of it at the end of the month, is that alright with you?",
		"long": strings.Repeat("不要不要给我我我再再发火 don't you stop the bus ", 60),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Read(text)
			}
		})
	}
}
