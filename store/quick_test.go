package store

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestQuickIsTink: boxes go both ways between Tink and the short cut, and neither opens a box that was changed or lies in
// another row.
func TestQuickIsTink(t *testing.T) {
	dir := t.TempDir()
	if err := MakeKeys(dir); err != nil {
		t.Fatal(err)
	}
	k, err := LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if k.quick.aead == nil {
		t.Fatal("the keys that duly makes have no short cut")
	}
	rapid.Check(t, func(rt *rapid.T) {
		plain, aad := rapid.SliceOf(rapid.Byte()).Draw(rt, "plain"), rapid.SliceOf(rapid.Byte()).Draw(rt, "row")
		before := []byte("before")
		box := k.quick.seal(before, aad, plain)[len(before):]
		if got, err := k.seal.Decrypt(box, aad); err != nil || !bytes.Equal(got, plain) {
			rt.Fatalf("Tink opens %x as %x, %v", plain, got, err)
		}
		theirs, err := k.seal.Encrypt(plain, aad)
		if err != nil {
			rt.Fatal(err)
		}
		if got, ok := k.quick.open(nil, aad, theirs); !ok || !bytes.Equal(got, plain) {
			rt.Fatalf("opened %x as %x, %v", plain, got, ok)
		}
		if len(box) != len(theirs) || len(box)-len(plain) != mostSeal {
			rt.Fatalf("a box of %d bytes beside %d of Tink's", len(box), len(theirs))
		}
		if _, ok := k.quick.open(nil, append(aad, 1), box); ok {
			rt.Fatal("a box opened in another row")
		}
		box[rapid.IntRange(0, len(box)-1).Draw(rt, "changed")] ^= 1
		if _, ok := k.quick.open(nil, aad, box); ok {
			rt.Fatal("a changed box opened")
		}
	})
}

// TestSealedPersonRead: what is read of a person's box by the short cut is what JSON says, and what it cannot read it leaves.
func TestSealedPersonRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := sealedPerson{rapid.String().Draw(rt, "name"), rapid.String().Draw(rt, "phone"), rapid.String().Draw(rt, "title")}
		text, err := json.Marshal(want)
		if err != nil {
			rt.Fatal(err)
		}
		var whole, got sealedPerson
		if err := json.Unmarshal(text, &whole); err != nil {
			rt.Fatal(err)
		}
		if got.read(text) && got != whole {
			rt.Fatalf("%s is read as %+v", text, got)
		}
	})
	var p sealedPerson
	if !p.read([]byte(`{"n":"黄淑芬","p":"+8617405000001"}`)) || p.Name != "黄淑芬" || p.Phone != "+8617405000001" {
		t.Errorf("an ordinary box is read as %+v", p)
	}
	for _, other := range []string{"", "{", "{}x", `{"n":"a" "p":"b"}`, `{"n":"a","x":"b"}`, `{"p":"b","n":"a"}`} {
		if p.read([]byte(other)) {
			t.Errorf("%s is read as %+v", other, p)
		}
	}
}
