package cli

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/kms"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// sources are the files of some packages, without tests.
func sources(t *testing.T, patterns ...string) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "failed") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = f
		}
	}
	return out
}

// constant is the value of a string that stands in the source, in one piece or several; ok is false where it is worked out.
func constant(n ast.Expr) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(n.Value)
		return text, err == nil && n.Kind == token.STRING
	case *ast.BinaryExpr:
		a, first := constant(n.X)
		b, second := constant(n.Y)
		return a + b, first && second
	}
	return "", false
}

// TestFailures: each sentence that has Chinese words is one that a command says, or an error of the parts below, and both take the same values.
func TestFailures(t *testing.T) {
	said := map[string]bool{}
	parts := []string{"*.go"}
	for _, p := range []string{"store", "engine", "signin", "hooks", "kms", "dispatch", "opinion", "arrange", "ledger"} {
		parts = append(parts, "../"+p+"/*.go")
	}
	for _, f := range sources(t, parts...) {
		ast.Inspect(f, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, ok := constant(e); ok {
					said[text] = true
					text = withoutPart(strings.TrimSuffix(text, ": %w"))
					said[text], said[strings.TrimPrefix(text, "%w: ")], said[strings.TrimSuffix(strings.TrimPrefix(text, "%w ("), ")")] = true, true, true
				}
			}
			return true
		})
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
		if !said[en] && en != "it belongs to another audit.key" {
			t.Errorf("nobody says %q", en)
		}
		if !regexp.MustCompile(`\p{Han}`).MatchString(zh) && regexp.MustCompile(`[A-Za-z]{3}`).MatchString(verb.ReplaceAllString(en, "")) && !wordless[en] {
			t.Errorf("%q is not said in Chinese: %s", en, zh)
		}
		ordered := strings.Contains(zh, "%[")
		if !slices.Equal(verbs(en, ordered), verbs(zh, ordered)) {
			t.Errorf("%q takes other values in Chinese: %s", en, zh)
		}
	}
	if n := len(callFailures) + len(workFailures) + len(belowFailures); n != len(failures) {
		t.Errorf("%d sentences in %d rows: one stands twice", len(failures), n)
	}
}

// wordless are sentences that are nothing but a name and what is wrong with it.
var wordless = map[string]bool{"--on: %w": true, "--against: %w": true, "keys.%s: %w": true, "serve.traces: %w": true, "%w; see duly --help": true}

// inEnglish says which files hold refusals that only engineers of Duly meet: duly bench measures Duly itself, and speaks English alone.
func inEnglish(file string) bool { return strings.HasPrefix(file, "bench") }

// workedOut are sentences that do not stand as one text where they are said, and the reason why each is said in both languages all the same.
var workedOut = map[string]string{
	"import.go lang.say(…)":     "chosen by the language",
	"key_rotate.go lang.say(…)": "chosen by the language",
	"init.go sentence":          "exactly, whose callers are looked at",
	"versions.go sentence":      "between, whose callers are looked at",
	"user.go l.refused":         "of a list beside it; TestFailures finds its sentences",
	"export.go d.needs":         "of a list beside it; TestFailures finds its sentences",
}

// sentenceAt is where a call that refuses has its sentence; -1 where it is none of these.
func sentenceAt(name string, args []ast.Expr) int {
	switch {
	case name == "exactly" || name == "atMost":
		return 1
	case name == "between":
		return 2
	case name != "fail" || len(args) < 2:
		return -1
	}
	if text, _ := constant(args[1]); text == "%s" && len(args) > 2 {
		return 2 // a sentence that is a value
	}
	return 1
}

// TestEveryFailure: each sentence with which a command refuses has Chinese words. A new one fails here until it has some.
func TestEveryFailure(t *testing.T) {
	seen := 0
	unused := maps.Clone(workedOut)
	for file, f := range sources(t, "*.go") {
		if inEnglish(file) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				englishAlone(t, file, lit)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, ok := call.Fun.(*ast.Ident)
			if !ok {
				return true
			}
			i := sentenceAt(name.Name, call.Args)
			if i < 0 {
				return true
			}
			seen++
			text, ok := constant(call.Args[i])
			if !ok {
				shown := shape(call.Args[i])
				delete(unused, file+" "+shown)
				if workedOut[file+" "+shown] == "" && shown != "both{…}" && shown != "withoutPart(…)" {
					t.Errorf("%s: a sentence is worked out: %s", file, shown)
				}
				return true
			}
			if failures[text] == "" {
				t.Errorf("%s says %q, which has no Chinese words: give it some in failed_words.go or failed_calls.go", file, text)
			}
			return true
		})
	}
	if seen < 250 {
		t.Errorf("only %d sentences are found in the source", seen)
	}
	for x := range unused {
		t.Errorf("%s is not said any more", x)
	}
}

// englishAlone finds an Error that is made by hand, in English alone.
func englishAlone(t *testing.T, file string, lit *ast.CompositeLit) {
	if name, ok := lit.Type.(*ast.Ident); !ok || name.Name != "Error" || file == "cli.go" {
		return
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && shape(kv.Key) == "Sentence" {
			chosen := false
			ast.Inspect(kv.Value, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "say" || s.Sel.Name == "In") {
					chosen = true
				}
				return true
			})
			if !chosen {
				t.Errorf("%s makes an error with a sentence in one language", file)
			}
		}
	}
}

// shape is an expression as far as it matters here.
func shape(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return shape(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		return strings.TrimPrefix(shape(e.Fun), "i.") + "(…)"
	case *ast.CompositeLit:
		return shape(e.Type) + "{…}"
	}
	return "…"
}

// TestErrorIn: a sentence is said in Chinese with what is wrong inside it, and in English where it was not asked for otherwise.
func TestErrorIn(t *testing.T) {
	wrong := errors.Join(document.Mistake("a.yaml", 3, fault.StagesNone), fault.Wrong(fault.Empty))
	for _, c := range []struct {
		err    error
		en, zh string
	}{
		{fail(Input, "portfolio %s: %w", "cards", wrong), "portfolio cards: a.yaml:3: holds no stage\nis empty", "资产组合 cards：a.yaml:3: 没有阶段\n为空"},
		{fail(Input, "the file cannot be read: %w", fs.ErrNotExist), "the file cannot be read: file does not exist", "文件无法读取：没有该文件或目录"},
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

// TestInChinese: what is inside an error is said as far as it has words; what nobody has words for stays as it is.
func TestInChinese(t *testing.T) {
	gone := &fs.PathError{Op: "open", Path: "a.csv", Err: syscall.ENOENT}
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2775}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, c := range []struct {
		err error
		zh  string
	}{
		{gone, "a.csv：没有该文件或目录"},
		{fmt.Errorf("store: keys: %w", gone), "a.csv：没有该文件或目录"},
		{errors.Join(gone, gone), "a.csv：没有该文件或目录"},
		{errors.Join(gone, store.ErrNotHeld), "a.csv：没有该文件或目录\n当前没有暂停交付"},
		{fmt.Errorf("%w: %w", store.ErrNoWitness, gone), "交付情况无法记入见证文件：a.csv：没有该文件或目录"},
		{fmt.Errorf("%w: %w", store.ErrNoWitness, errors.New("odd")), "交付情况无法记入见证文件：odd"},
		{fmt.Errorf("%w (status 404)", kms.ErrNoKey), "密钥服务中没有这个密钥；请核对名称、账号，以及区域或挂载路径（status 404）"},
		{fmt.Errorf("%w: what was stored before is missing", store.ErrHeld), "交付已暂停，须由人工恢复：此前保存的数据缺失"},
		{&engine.CarrierDownError{Carrier: "main", Why: refused}, "通道 main 连接不上：127.0.0.1:2775：连接被拒绝；到期的短信继续等待"},
		{&net.OpError{Op: "listen", Net: "tcp", Addr: refused.Addr, Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}, "地址已被占用"},
		{fmt.Errorf("store: audit: the checkpoint is not signed by this folder's key: %w", errors.New("malformed note")), "检查点不是由本目录的密钥签署的：malformed note"},
		{errors.New("store: the driver says something"), "store: the driver says something"},
	} {
		if got := inChinese(c.err); got != c.zh {
			t.Errorf("%v is said as %q, want %q", c.err, got, c.zh)
		}
	}
}
