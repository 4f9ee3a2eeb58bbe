package templates_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/templates"
)

// TestUSAgency: the texts of an agency in the United States are those of everybody, for the same stages, and say in addition
// what Regulation F asks of a debt collector.
func TestUSAgency(t *testing.T) {
	var sets []*compose.Set
	for _, name := range []string{"us-agency/sms.zh.yaml", "us-agency/sms.en.yaml"} {
		doc, err := templates.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set, err := compose.Compile(name, doc)
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, set)
	}
	agency, err := compose.Join(sets...)
	if err != nil {
		t.Fatal(err)
	}
	// Answers to what borrowers write are a person's with an agency, but for a stop's confirmation: none of them is a text that says
	// what Regulation F asks.
	var want []string
	for _, name := range shipped(t).Names() {
		plain := shipped(t).Pick(name, compose.English, "")
		if c := plain.Class; c != compose.Answer && (c != compose.Confirmation || name == "stop_confirmed") {
			want = append(want, name)
		}
	}
	if diff := cmp.Diff(want, agency.Names()); diff != "" {
		t.Error(diff)
	}
	for _, text := range agency.All() {
		plain := shipped(t).Pick(text.Name, text.Language, "")
		if plain == nil || plain.Class != text.Class || !cmp.Equal(plain.Elements(), text.Elements()) {
			t.Errorf("%s (%s) is not as the one for everybody", text.Name, text.Language)
		}
		v := compose.Longest(text.Language)
		b, err := text.Render(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		says := []string{"a debt collector", "attempt to collect a debt", "information obtained"}
		if text.Language == compose.Chinese {
			says = []string{"催收机构", "收回欠款", "所获信息", "催收目的"}
		}
		for _, s := range says {
			if strings.Contains(string(b), s) == (text.Class == compose.Confirmation) {
				t.Errorf("%s (%s), a %s: %q in it: %v\n%s", text.Name, text.Language, text.Class, s, !strings.Contains(string(b), s), b)
			}
		}
	}
	doc, err := templates.FS.ReadFile("us-agency/tests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	failures, err := compose.Test(agency, "templates/us-agency/tests.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failures {
		t.Error(f)
	}
}
