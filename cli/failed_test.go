package cli

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// TestFailures: each sentence that has Chinese words is one that a command says, or the store, and both take the same values.
func TestFailures(t *testing.T) {
	said := map[string]bool{}
	for _, pattern := range []string{"*.go", "../store/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || name == "failed.go" {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil {
						said[strings.TrimPrefix(text, "store: ")] = true
					}
				}
				return true
			})
		}
	}
	verb := regexp.MustCompile(`%(?:\[\d\])?[a-z]`)
	verbs := func(s string, sorted bool) []string {
		out := verb.FindAllString(s, -1)
		for i := range out {
			out[i] = "%" + out[i][len(out[i])-1:]
		}
		if sorted {
			slices.Sort(out)
		}
		return out
	}
	for en, zh := range failures {
		if !said[en] {
			t.Errorf("nobody says %q", en)
		}
		if !regexp.MustCompile(`\p{Han}`).MatchString(zh) {
			t.Errorf("%q is not said in Chinese: %s", en, zh)
		}
		ordered := strings.Contains(zh, "%[")
		if !slices.Equal(verbs(en, ordered), verbs(zh, ordered)) {
			t.Errorf("%q takes other values in Chinese: %s", en, zh)
		}
	}
}

// TestErrorIn: a sentence is said in Chinese with what is wrong inside it, and in English where it was not asked for otherwise.
func TestErrorIn(t *testing.T) {
	wrong := errors.Join(document.Mistake("a.yaml", 3, fault.StagesNone), fault.Wrong(fault.Empty))
	for _, c := range []struct {
		err    error
		en, zh string
	}{
		{fail(Input, "portfolio %s: %w", "cards", wrong), "portfolio cards: a.yaml:3: holds no stage\nis empty", "资产组合 cards：a.yaml:3: 没有阶段\n为空"},
		{fail(Input, "the file cannot be read: %w", fs.ErrNotExist), "the file cannot be read: file does not exist", "文件无法读取：file does not exist"},
		{fail(Findings, "%s", "no other version was in force before"), "no other version was in force before", "此前没有其他版本生效过"},
		{fail(Findings, "%d of %d messages are not unknown, or this was said of them already", 2, 5), "2 of 5 messages are not unknown, or this was said of them already", "共有5条短信，其中2条并非结果未知，或此前已有同样的结论"},
		{fail(Usage, "nobody has words for %q", "this"), `nobody has words for "this"`, `nobody has words for "this"`},
	} {
		var e *Error
		if !errors.As(c.err, &e) || e.In("en") != c.en || e.In("zh") != c.zh || e.Sentence != c.en {
			t.Errorf("%q, %q", e.In("en"), e.In("zh"))
		}
	}
}
