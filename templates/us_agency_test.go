package templates_test

import (
	"slices"
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
	if diff := cmp.Diff(shipped(t).Names(), agency.Names()); diff != "" {
		t.Error(diff)
	}
	for _, text := range agency.All() {
		plain := shipped(t).Pick(text.Name, text.Language, "")
		answers := text.Class == compose.Answer // what answers the borrower and says who writes, is no confirmation any more: it may not reach a stranger
		if plain == nil || plain.Class != text.Class && !answers || !answers && !cmp.Equal(plain.Elements(), text.Elements()) {
			t.Errorf("%s (%s) is not as the one for everybody", text.Name, text.Language)
		}
		if answers && !slices.Contains(text.Elements(), compose.OptOut) {
			t.Errorf("%s (%s) may be without how to opt out, 12 CFR 1006.6(e)", text.Name, text.Language)
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
		if answers { // it is never the first: 12 CFR 1006.18(e)(2)
			says = says[:1]
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
