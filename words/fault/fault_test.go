package fault

import (
	"cmp"
	"errors"
	"fmt"
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
	"unicode"
)

// A constant is a code as the source has it.
type constant struct {
	name string
	code Code
}

func codes(t *testing.T) (out []Code) {
	t.Helper()
	for _, one := range names(t) {
		out = append(out, one.code)
	}
	return out
}

// names are the constants of this package that are a Code, as its source has them: none can be left out by not being in a list.
func names(t *testing.T) (out []constant) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				if of, ok := v.Type.(*ast.Ident); ok && of.Name == "Code" {
					s, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, constant{v.Names[0].Name, Code(s)})
				}
			}
			return true
		})
	}
	return out
}

// textless are codes that are nothing but what they name.
var textless = map[Code]bool{Text: true, Said: true, Variable: true}

var mark = regexp.MustCompile(`\{\d\}`)

// TestWords: every code has words in both languages, which name the same things, and none of the words is of a code that is not there.
func TestWords(t *testing.T) {
	all := codes(t)
	if len(all) < 300 {
		t.Fatalf("only %d codes are found in the source", len(all))
	}
	for i, c := range all {
		w, ok := words[c]
		if slices.Index(all, c) != i {
			t.Errorf("%s: two codes are the same", c)
		}
		if !ok || w[0] == "" || w[1] == "" {
			t.Errorf("%s lacks words in a language: %q", c, w)
			continue
		}
		if strings.ContainsFunc(w[0], func(r rune) bool { return unicode.Is(unicode.Han, r) || r >= 0x3000 && r < 0x3040 || r >= 0xFF00 }) {
			t.Errorf("%s: the English is not English: %s", c, w[0])
		}
		if !textless[c] && !strings.ContainsFunc(w[1], func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: the Chinese is not Chinese: %s", c, w[1])
		}
		named := func(s string) []string {
			m := mark.FindAllString(s, -1)
			slices.Sort(m)
			return slices.Compact(m)
		}
		if en, zh := named(w[0]), named(w[1]); c != Said && !slices.Equal(en, zh) {
			t.Errorf("%s names %v in English and %v in Chinese", c, en, zh)
		}
	}
	sum := 0
	for _, one := range tables {
		sum += len(one)
	}
	if len(words) != len(all) || len(words) != sum {
		t.Errorf("%d words for %d codes", len(words), len(all))
	}
}

// TestSpacing: a Latin word or a value is parted from Chinese by a space, a number is not, and neither is what stands beside a mark of
// punctuation: as the pages have it. What a mark stands for is known by where it stands: a count has no space on either side.
func TestSpacing(t *testing.T) {
	glued := regexp.MustCompile(`\p{Han}[A-Za-z]|[A-Za-z]\p{Han}|\p{Han} \d+ \p{Han}|\{\d\}[不超的没也已属]|[，。；：、（）“”？！] | [，。；：、（）“”？！]`)
	half := regexp.MustCompile(`\p{Han}\{\d\} \p{Han}|\p{Han} \{\d\}\p{Han}`)
	for c, w := range words {
		if at := glued.FindString(w[1]); at != "" {
			t.Errorf("%s: %q is spaced otherwise than elsewhere: %s", c, at, w[1])
		}
		if at := half.FindString(w[1]); at != "" {
			t.Errorf("%s: %q has a space on one side alone: %s", c, at, w[1])
		}
	}
}

// uses are the calls in the repository that name a code: by the code's name, the numbers of values that are given with it.
func uses(t *testing.T) map[string][]int {
	t.Helper()
	calls := map[string]int{"Wrong": 0, "Of": 0, "fail": 0, "failAt": 0, "Mistake": 0, "As": 0, "add": 0, "bad": 0, "wrong": 0, "scalar": 0}
	out := map[string][]int{}
	set := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "testdata") {
			return cmp.Or(err, fs.SkipDir)
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "." {
			return nil
		}
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := sel.X.(*ast.Ident); ok && of.Name == "fault" {
					out[sel.Sel.Name] = append(out[sel.Sel.Name], -1) // used; how is not known
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			case *ast.Ident:
				name = fun.Name
			}
			if _, ok := calls[name]; !ok || call.Ellipsis.IsValid() {
				return true
			}
			for i, arg := range call.Args {
				if sel, ok := arg.(*ast.SelectorExpr); ok {
					if of, ok := sel.X.(*ast.Ident); ok && of.Name == "fault" {
						out[sel.Sel.Name] = append(out[sel.Sel.Name], len(call.Args)-i-1)
						break
					}
				}
				lit, isText := arg.(*ast.BasicLit)
				if isText && lit.Kind == token.STRING && i == 0 && (name == "Of" || name == "Wrong" || name == "As") && inFault(call.Fun, name) {
					t.Errorf("%s: a free text is given where a code is wanted: %s", set.Position(arg.Pos()), lit.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// inFault says whether a call is one of this package, or notes a mistake at a value of a document.
func inFault(fun ast.Expr, name string) bool {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	of, plain := sel.X.(*ast.Ident)
	return plain && of.Name == "fault" || name == "Wrong"
}

// TestUses: every code is found somewhere, no code is a free text, and each call gives as many values as its words name. Rows and books
// give some of theirs from a table, and their readers' tests pin those.
func TestUses(t *testing.T) {
	used := uses(t)
	for _, one := range names(t) {
		if len(used[one.name]) == 0 {
			t.Errorf("nothing finds %s", one.name)
		}
		want := 0
		for _, m := range mark.FindAllString(words[one.code][0]+words[one.code][1], -1) {
			want = max(want, int(m[1]-'0')+1)
		}
		for _, n := range used[one.name] {
			if n >= 0 && n != want {
				t.Errorf("%s names %d values, and %d are given", one.name, want, n)
			}
		}
	}
}

// TestReason: values go where the words name them, one that may not be shown is not, and what is put in is not read again.
func TestReason(t *testing.T) {
	for _, c := range []struct {
		r      Reason
		en, zh string
	}{
		{Of(NotDate, `"x"`, "YYYY-MM-DD"), `"x" is not a date of the form YYYY-MM-DD`, `"x" 不是 YYYY-MM-DD 格式的日期`},
		{Of(NotDate, "", "YYYY-MM-DD"), `what stands here is not a date of the form YYYY-MM-DD`, `此处内容不是 YYYY-MM-DD 格式的日期`},
		{Of(NotDate, "{1}", "D"), `{1} is not a date of the form D`, `{1} 不是 D 格式的日期`},
		{Of(FileLacks, "loans", "currency", "币", "currency"), "this is most like a file of loans, but it lacks currency; where the file has them by other names, give a mapping with columns: {币: currency}", "文件最接近 loans 类，但缺少 currency；列名不同时，请提供映射文件，写明 columns: {币: currency}"},
		{Of("new", "a", "b"), "new a b", "new a b"},
		{Reason{}, "", ""},
	} {
		if c.r.String() != c.en || c.r.In("zh") != c.zh {
			t.Errorf("%q, %q", c.r.String(), c.r.In("zh"))
		}
	}
	if At("age", Of(Empty), "zh") != "age：为空" || At("age", Of(Empty), "en") != "age: is empty" || At("", Of(Empty), "zh") != "为空" {
		t.Error("a field is not put before its reason")
	}
	if got := Of(CapSpan, 3, Of(SpanHours, 48)); got.String() != "3 in 48 hours" || got.In("zh") != "48小时内3次" {
		t.Errorf("a reason in another is said as %q, %q", got, got.In("zh"))
	}
	err := fmt.Errorf("a: %w", Wrong(Negative))
	if Say(err, "zh") != "不能为负数" || Say(err, "en") != "is negative" || Say(errors.New("x"), "zh") != "x" {
		t.Error("an error is not said")
	}
	both := errors.Join(err, errors.New("x"), As(fs.ErrExist, Empty))
	if Say(both, "zh") != "不能为负数\nx\n为空" || Say(both, "en") != "is negative\nx\nis empty" || !errors.Is(both, fs.ErrExist) {
		t.Errorf("several errors are said as %q", Say(both, "zh"))
	}
}
