package access

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheTableIsPrinted: docs/security.md shows the table that decides, and no other.
func TestTheTableIsPrinted(t *testing.T) {
	text, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	const from, to = "<!-- the table of package access: its test prints it -->\n", "<!-- end of the table -->"
	head, rest, ok := strings.Cut(string(text), from)
	table, tail, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatal("docs/security.md has lost the marks of the table")
	}
	if table == Table() {
		return
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("../docs/security.md", []byte(head+from+Table()+to+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("docs/security.md shows another table than package access holds; UPDATE=1 go test ./access writes it:\n%s", Table())
}

// TestDefencesAreTested: each test that docs/security.md names is there.
func TestDefencesAreTested(t *testing.T) {
	text, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z/.]+)` `((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	for _, m := range named {
		files, _ := filepath.Glob("../" + m[1] + "/*_test.go")
		if !slices.ContainsFunc(files, func(f string) bool {
			b, err := os.ReadFile(f)
			return err == nil && strings.Contains(string(b), "\nfunc "+m[2]+"(")
		}) {
			t.Errorf("docs/security.md names %s of %s, which is not there", m[2], m[1])
		}
	}
	if n := strings.Count(string(text), "`Test") + strings.Count(string(text), "`Fuzz"); n != len(named) || n < 30 {
		t.Errorf("%d tests are named with their packages, of %d", len(named), n)
	}
}

func TestWhatStandsNowhereNobodyMay(t *testing.T) {
	for _, r := range append(Roles(), "", "root") {
		for _, p := range []Permission{"", "everything"} {
			if r.May(p) {
				t.Errorf("%q may %q", r, p)
			}
		}
	}
	for _, x := range Rules() {
		if Role("").May(x.Permission) || Grants(nil).Anywhere(x.Permission) {
			t.Errorf("nobody in particular may %s", x.Permission)
		}
		if len(x.Roles) == 0 || x.EN == "" || x.ZH == "" {
			t.Errorf("%s is given to nobody or says nothing", x.Permission)
		}
		for _, r := range x.Roles {
			if !r.Known() {
				t.Errorf("%s is given to %q, which is no role", x.Permission, r)
			}
		}
	}
}

// TestDutiesApart: who writes a strategy does not put it in force, who runs the system reads no borrower, and who looks at
// everything changes nothing.
func TestDutiesApart(t *testing.T) {
	for _, c := range []struct{ one, other Permission }{{Draft, Activate}, {Users, Borrowers}, {Users, Audit}, {Import, Unmask}} {
		for _, r := range Roles() {
			if r.May(c.one) && r.May(c.other) {
				t.Errorf("%s may both %s and %s", r, c.one, c.other)
			}
		}
	}
	looks := []Permission{Own, Today, Borrowers, Strategies, Reports, Audit}
	for _, x := range Rules() {
		if Auditor.May(x.Permission) && !slices.Contains(looks, x.Permission) {
			t.Errorf("an auditor may %s", x.Permission)
		}
	}
}

func TestScope(t *testing.T) {
	g := Grants{{Collector, "cards"}, {Viewer, ""}}
	for _, c := range []struct {
		p         Permission
		portfolio string
		may       bool
	}{{Unmask, "cards", true}, {Unmask, "cars", false}, {Unmask, "", false}, {Reports, "cars", true}, {Reports, "cards", true}, {Users, "cards", false}} {
		if g.May(c.p, c.portfolio) != c.may {
			t.Errorf("%s in %q: %v", c.p, c.portfolio, !c.may)
		}
	}
	if !g.Anywhere(Inbox) || g.Everywhere(Inbox) || !g.Everywhere(Reports) {
		t.Error("a role in one portfolio is one in all, or none")
	}
}

// TestVectors are those of RFC 6238, appendix B, for SHA-1.
func TestVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := hotp(secret, uint64(at/codeStep), 8); got != want {
			t.Errorf("at %d: %s and not %s", at, got, want)
		}
		if got := Code(secret, time.Unix(at, 0)); got != want[2:] {
			t.Errorf("at %d: %s and not %s", at, got, want[2:])
		}
	}
}

// TestACodeWorksOnce: and the one before it not after it.
func TestACodeWorksOnce(t *testing.T) {
	secret, at := []byte("12345678901234567890"), time.Unix(1_800_000_000, 0)
	before, now, late := Code(secret, at.Add(-30*time.Second)), Code(secret, at), Code(secret, at.Add(-90*time.Second))
	step, ok := CheckCode(secret, now, at, 0)
	if !ok || step != at.Unix()/30 {
		t.Fatalf("the code of now: %d %v", step, ok)
	}
	for _, code := range []string{now, before, late, "", "000000"} {
		if _, ok := CheckCode(secret, code, at, step); ok {
			t.Errorf("%q came in after %q", code, now)
		}
	}
	if _, ok := CheckCode(secret, before, at, 0); !ok {
		t.Error("a code that was typed slowly is refused")
	}
	if _, ok := CheckCode(secret, late, at, 0); ok {
		t.Error("a code of a minute and a half ago came in")
	}
	if _, ok := CheckCode(secret, Code(secret, at.Add(30*time.Second)), at, step); !ok {
		t.Error("the next code is refused")
	}
}

func TestLink(t *testing.T) {
	const want = "otpauth://totp/Duly:lin17?issuer=Duly&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	if got := SecretLink([]byte("12345678901234567890"), "Duly", "lin17"); got != want {
		t.Errorf("%s", got)
	}
}
