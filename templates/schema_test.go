package templates_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/templates"
)

// page returns the YAML examples of the documentation.
func page(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../docs/formats/template.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, part := range strings.Split(string(b), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	return blocks
}

// TestDocumented compiles the example of docs/formats/template.md and runs its tests.
func TestDocumented(t *testing.T) {
	blocks := page(t)
	set, err := compose.Compile("template.md", []byte(blocks[0]))
	if err != nil {
		t.Fatal(err)
	}
	failures, err := compose.Test(set, "template.md", []byte(blocks[1]))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failures {
		t.Error(f)
	}
}

// TestSchema: the JSON Schema accepts what ships and what is documented, and refuses plain mistakes.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../docs/formats/template.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(name string, doc []byte) error {
		j, err := yaml.YAMLToJSON(doc)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var v any
		if err := json.Unmarshal(j, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return schema.Validate(v)
	}
	for _, name := range []string{"sms.zh.yaml", "sms.en.yaml"} {
		doc, err := templates.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(name, doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := valid("template.md", []byte(page(t)[0])); err != nil {
		t.Errorf("template.md: %v", err)
	}
	for _, name := range []string{"bad_class", "bad_language", "bad_name", "bad_number", "carriers", "no_body", "no_templates", "unknown_element", "unknown_key"} {
		doc, err := os.ReadFile(filepath.Join("../compose/testdata/mistakes", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if valid(name, doc) == nil {
			t.Errorf("the schema accepts %s.yaml", name)
		}
	}
}
