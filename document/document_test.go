package document_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	yaml "github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// TestSchemas holds the documents that ship against the JSON Schemas that docs/formats publishes, and wants
// the schemas to refuse what is plainly wrong.
func TestSchemas(t *testing.T) {
	for schema, pattern := range map[string]string{
		"../docs/formats/rulebook.schema.json": "../rulebooks/*/rulebook.yaml",
		"../docs/formats/strategy.schema.json": "../strategies/*/strategy.yaml",
	} {
		compiled, err := jsonschema.NewCompiler().Compile(schema)
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no documents: %v", pattern, err)
		}
		for _, file := range files {
			if err := compiled.Validate(load(t, file)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestSchemasRefuse wants the schemas to refuse the mistakes that lie in the form and not in the meaning.
func TestSchemasRefuse(t *testing.T) {
	for schema, mistakes := range map[string]struct{ dir, names string }{
		"../docs/formats/rulebook.schema.json": {"../law/testdata/mistakes/", `not_a_mapping unknown_key no_rules no_id bad_id
			bad_jurisdiction one_language unknown_kind unknown_confidence unknown_status hours_not_a_span hours_for_some_messages
			cap_without_number cap_of_zero cap_with_two_windows cap_without_window cap_window_of_another_form cap_per_nobody
			key_of_another_kind stop_without_states bad_state unknown_identity_state unknown_channel channel_twice many_at_once
			weekday_unknown weekdays_none days_without_days days_without_calendar cap_counts_unknown cap_of_unknown spacing_without_length
			spacing_with_two_lengths spacing_after_nothing consent_of_nothing consent_unknown consent_never_fresh bar_everything
			stop_reach_unknown stop_lifted_by_nobody unknown_amount_state duty_without_term duty_with_two_terms duty_by_nothing
			wording_unknown_code wording_without_codes records_without_term records_with_two_terms records_after_nothing
			records_for_some_messages rate_without_unit rate_of_nothing rate_series_without_times allocation_without_order
			allocation_unknown_part when_without_condition when_unknown_condition when_days_not_a_number when_first_not_said
			carrier_twice bad_carrier bad_locality bind_of_a_place advise_without_reason advise_not_a_list nothing_in_a_house`},
		"../docs/formats/strategy.schema.json": {"../decide/testdata/mistakes/", `unknown_key no_stages hours_malformed
			unknown_weekday spacing_of_zero unknown_channel unknown_tone text_without_template task_without_task task_on_a_text`},
	} {
		compiled, err := jsonschema.NewCompiler().Compile(schema)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(mistakes.names) {
			if err := compiled.Validate(load(t, mistakes.dir+name+".yaml")); err == nil {
				t.Errorf("%s lets %s pass", schema, name)
			}
		}
	}
}

// load reads YAML as the schema's library reads JSON.
func load(t *testing.T, file string) any {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	j, err := yaml.YAMLToJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPlaces wants all mistakes of a document at once, in order, each where it is.
func TestPlaces(t *testing.T) {
	d, err := document.Parse("x.yaml", []byte("b: 3\na:\n  - 9\n  - x\nc: 2026-09-24T10:00:00\n"))
	if err != nil {
		t.Fatal(err)
	}
	d.Root.Keys("a", "b", "cc")
	d.Root.Key("c").Time()
	for _, v := range d.Root.Key("a").List() {
		v.Int(1, 5)
	}
	d.Root.Key("b").List()
	d.Root.Key("z").Bool()
	want := strings.TrimSpace(`
x.yaml:1:4: b: must be a list; write [a, b] or one "- item" a line
x.yaml:3:5: a[0]: "9" is not a whole number from 1 to 5
x.yaml:4:5: a[1]: "x" is not a whole number from 1 to 5
x.yaml:5:1: the document: unknown key "c"; known keys are a, b, cc
x.yaml:5:4: c: "2026-09-24T10:00:00" is not a time of the form 2006-01-02T15:04:05+08:00`)
	if got := d.Err(); got == nil || got.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for want, text := range map[string]string{
		"x.yaml:1:1: the document is not UTF-8":                       "\xff",
		"x.yaml:1:1: the document is longer than":                     strings.Repeat("#", document.MaxBytes+1),
		"nested more than 16 deep":                                    deep,
		"x.yaml:1:4: a: write plain text, a number, a list":           "a: !!str 1\n",
		"x.yaml:1:1: the document: a key has to be a plain word":      "1: x\n",
		"x.yaml:2:1: this is not YAML: mapping key \"a\" already def": "a: 1\na: 2\n",
	} {
		if _, err := document.Parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestNotYAML: text that is no YAML is refused in both languages, what the parser has against it included.
func TestNotYAML(t *testing.T) {
	for text, want := range map[string]string{
		"a: [1, 2\n":         "x.yaml:1:4: 不是有效的 YAML：缺少与“[”配对的“]”",
		"a: {b: 1\n":         "x.yaml:1:4: 不是有效的 YAML：缺少与“{”配对的“}”",
		"a: 1\nb: 2\na: 3\n": "x.yaml:3:1: 不是有效的 YAML：键 \"a\" 在第1行已有",
		"a:\n\tb: 1\n":       "x.yaml:2:1: 不是有效的 YAML：缩进须用空格，不能用制表符",
		"a: \"b\n":           "x.yaml:1:4: 不是有效的 YAML：缺少右双引号",
		"a: b: c\n":          "x.yaml:1:4: 不是有效的 YAML：此处不能有键值；请检查冒号和缩进",
	} {
		_, err := document.Parse("x.yaml", []byte(text))
		if got := fault.Say(err, "zh"); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
