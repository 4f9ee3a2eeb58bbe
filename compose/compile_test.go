package compose_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/test/mistakes"
)

var update = flag.Bool("update", false, "write the pinned messages anew")

// TestMistakes compiles each document of testdata/mistakes; what is wrong with it is pinned in testdata/mistakes.golden.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no mistakes to make", err)
	}
	var out strings.Builder
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set, err := compose.Compile(filepath.Base(file), doc)
		if err == nil || set != nil {
			t.Errorf("%s compiles", file)
			continue
		}
		var ms document.MistakeErrors
		if !errors.As(err, &ms) {
			t.Errorf("%s: the error is a %T", file, err)
		}
		out.WriteString(err.Error() + "\n")
	}
	const golden = "testdata/mistakes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestSet(t *testing.T) {
	set, err := compose.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if tm := set.Pick("claim", "en", "zh"); tm == nil || tm.Language != "en" {
		t.Errorf("asked for English, got %+v", tm)
	}
	if tm := set.Pick("claim", "fr", "zh"); tm == nil || tm.Language != "zh" {
		t.Errorf("asked for French, falling back to Chinese, got %+v", tm)
	}
	if tm := set.Pick("none", "en", "zh"); tm != nil || set.Has("none") || !set.Has("claim") {
		t.Error("a template that does not exist was found")
	}
	if _, err := compose.Join(set, set); err == nil {
		t.Error("templates given twice were joined")
	}
	var empty compose.Set
	if empty.Pick("claim", "en", "zh") != nil || len(empty.Names()) != 0 {
		t.Error("the zero set has templates")
	}
}

func TestDigest(t *testing.T) {
	one := compileOne(t, "en", "{creditor.name}: done.")
	if again := compileOne(t, "en", "{creditor.name}: done."); one.Digest != again.Digest || len(one.Digest) != 64 {
		t.Errorf("the same template has the digests %s and %s", one.Digest, again.Digest)
	}
	if other := compileOne(t, "en", "{creditor.name}: done!"); other.Digest == one.Digest {
		t.Error("two bodies have one digest")
	}
}

// compileOne compiles a confirmation with a body.
func compileOne(t *testing.T, lang, body string) *compose.Template {
	t.Helper()
	return compileAs(t, lang, "confirmation", body)
}

func compileAs(t *testing.T, lang, class, body string) *compose.Template {
	t.Helper()
	doc := "language: " + lang + "\nchannel: sms\nversion: \"1\"\ntemplates:\n  - name: x\n    purpose: x\n    class: " + class +
		"\n    max_segments: 10\n    body: |\n      " + strings.ReplaceAll(body, "\n", "\n      ") + "\n"
	set, err := compose.Compile("x.yaml", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return set.Pick("x", compose.Language(lang), "")
}

func FuzzCompile(f *testing.F) {
	for _, glob := range []string{"testdata/mistakes/*.yaml", "../templates/sms.*.yaml"} {
		files, err := filepath.Glob(glob)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			doc, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(doc)
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		compiled, err := compose.Compile("fuzz.yaml", doc)
		set, wrong := compose.Read("fuzz.yaml", doc)
		if (err == nil) != (wrong == nil) || (err == nil) != (compiled != nil) {
			t.Errorf("Compile says %v, and Read %v", err, wrong)
		}
		if set == nil {
			return
		}
		v := values()
		for _, tm := range set.All() {
			var missing *compose.MissingError
			if b, err := tm.Render(nil, &v); err != nil && !errors.As(err, &missing) || err != nil && len(b) > 0 {
				t.Errorf("%s: %q, %v", tm.Name, b, err)
			}
		}
	})
}

// TestMistakesInChinese pins how all these mistakes are said in Chinese, in testdata/mistakes.zh.txt, and that each has words there.
func TestMistakesInChinese(t *testing.T) {
	mistakes.InChinese(t, *update, func(name string, doc []byte) error {
		_, err := compose.Compile(name, doc)
		return err
	})
}
