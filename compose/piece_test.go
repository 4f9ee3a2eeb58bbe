package compose_test

import (
	"io/fs"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/templates"
)

// shippedDocs are the documents that ship.
func shippedDocs(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(templates.FS, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	more, err := fs.Glob(templates.FS, "*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range append(names, more...) {
		if strings.Contains(name, "tests") {
			continue
		}
		if out[name], err = fs.ReadFile(templates.FS, name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestPieces: each document that ships comes apart into its templates, each of them the same as in the whole, and put together again
// it is what it was, byte for byte.
func TestPieces(t *testing.T) {
	docs := shippedDocs(t)
	if len(docs) < 3 {
		t.Fatalf("%d documents", len(docs))
	}
	for name, doc := range docs {
		pieces, err := compose.Pieces(name, doc)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		set, err := compose.Compile(name, doc)
		if err != nil || len(set.All()) != len(pieces) {
			t.Fatalf("%s: %d templates and %d pieces, %v", name, len(set.All()), len(pieces), err)
		}
		same := map[string]string{}
		for i := range pieces {
			p := &pieces[i]
			same[compose.Of(p.Name, p.Language)] = p.Text
			body := p.WithBody(p.Body())
			spliced, err := compose.Splice(name, doc, map[string]string{compose.Of(p.Name, p.Language): body})
			if err != nil {
				t.Fatalf("%s %s: %v", name, p.Name, err)
			}
			again, err := compose.Compile(name, spliced)
			if err != nil {
				t.Fatalf("%s %s: %v", name, p.Name, err)
			}
			if was, is := set.Pick(p.Name, p.Language, ""), again.Pick(p.Name, p.Language, ""); was.Digest != is.Digest {
				t.Errorf("%s %s: the same body makes another template", name, p.Name)
			}
		}
		if back, err := compose.Splice(name, doc, same); err != nil || string(back) != string(doc) {
			t.Errorf("%s is not what it was: %v", name, err)
		}
	}
}

// TestPieceOfItsOwn: one text is changed and no other.
func TestPieceOfItsOwn(t *testing.T) {
	doc := shippedDocs(t)["sms.zh.yaml"]
	pieces, err := compose.Pieces("sms.zh.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	p := &pieces[0]
	body := strings.Replace(p.Body(), "请提前备好余额", "请您提前备好余额", 1)
	spliced, err := compose.Splice("sms.zh.yaml", doc, map[string]string{compose.Of(p.Name, p.Language): p.WithBody(body)})
	if err != nil {
		t.Fatal(err)
	}
	was, _ := compose.Compile("sms.zh.yaml", doc)
	is, err := compose.Compile("sms.zh.yaml", spliced)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range was.All() {
		if other := is.Pick(one.Name, one.Language, ""); (other.Digest != one.Digest) != (one.Name == p.Name) {
			t.Errorf("%s: changed %t", one.Name, other.Digest != one.Digest)
		}
	}
}

// TestPiecesRefused: what is not written in blocks is refused with its place, and not taken apart wrongly.
func TestPiecesRefused(t *testing.T) {
	const doc = "language: zh\nchannel: sms\nversion: \"1\"\ntemplates: [{name: ack, purpose: 回复, class: confirmation, body: \"【{creditor.signature}】收到。核实：{contact.verify}。\"}]\n"
	if _, err := compose.Compile("x.yaml", []byte(doc)); err != nil {
		t.Skipf("the document itself is not right any more: %v", err)
	}
	if _, err := compose.Pieces("x.yaml", []byte(doc)); err == nil || !strings.Contains(err.Error(), "not written in blocks") {
		t.Errorf("got %v", err)
	}
}

// TestBodyProperty: whatever a person types as a body stays within its template: the others are as they were, or the document is refused.
func TestBodyProperty(t *testing.T) {
	whole, err := compose.Pieces("sms.zh.yaml", shippedDocs(t)["sms.zh.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	doc := []byte("language: zh\nchannel: sms\nversion: \"1\"\ntemplates:\n" + whole[0].Text + whole[1].Text + whole[2].Text)
	pieces, err := compose.Pieces("sms.zh.yaml", doc)
	if err != nil || len(pieces) != 3 {
		t.Fatal(err)
	}
	was, _ := compose.Compile("sms.zh.yaml", doc)
	rapid.Check(t, func(t *rapid.T) {
		p := &pieces[rapid.IntRange(0, len(pieces)-1).Draw(t, "piece")]
		body := rapid.StringMatching(`[ \t]{0,3}([a-z#:\-"'{}\[\]| 您好还款\n]|\n  - name: x|\nclass: notice|\n    body: y){0,30}`).Draw(t, "body")
		spliced, err := compose.Splice("sms.zh.yaml", doc, map[string]string{compose.Of(p.Name, p.Language): p.WithBody(body)})
		if err != nil {
			t.Fatal(err)
		}
		is, err := compose.Compile("sms.zh.yaml", spliced)
		if err != nil {
			return
		}
		if len(is.All()) != len(was.All()) {
			t.Fatalf("%q makes %d templates of %d", body, len(is.All()), len(was.All()))
		}
		for _, one := range was.All() {
			if other := is.Pick(one.Name, one.Language, ""); one.Name != p.Name && other.Digest != one.Digest {
				t.Fatalf("%q changes %s", body, one.Name)
			}
		}
	})
}

// FuzzPieces: whatever the document is, what comes apart goes together again.
func FuzzPieces(f *testing.F) {
	for _, doc := range shippedDocs(f) {
		f.Add(string(doc[:min(len(doc), 1500)]))
	}
	f.Fuzz(func(t *testing.T, doc string) {
		pieces, err := compose.Pieces("x.yaml", []byte(doc))
		if err != nil {
			return
		}
		same := map[string]string{}
		for _, p := range pieces {
			same[compose.Of(p.Name, p.Language)] = p.Text
		}
		back, err := compose.Splice("x.yaml", []byte(doc), same)
		if err != nil {
			t.Fatal(err)
		}
		is, err := compose.Compile("x.yaml", back)
		if err != nil || len(is.All()) != len(pieces) {
			t.Fatalf("%q became %q: %v", doc, back, err)
		}
	})
}
