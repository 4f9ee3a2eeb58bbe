package cli_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/document"
)

const schemaFile = "../docs/formats/duly.schema.json"

func starting(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("init.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestStartingConfig(t *testing.T) {
	c, err := cli.ParseConfig("bank/duly.yaml", starting(t))
	if err != nil {
		t.Fatal(err)
	}
	p := c.Portfolios[0]
	if c.Data != "bank/data" || c.Keys != "bank/keys" || c.Creditor.Name.In("en") != "Morninglight Bank" || p.Strategy != "cn-default" ||
		p.Zone.String() != "Asia/Shanghai" || p.LedgerMaxAge != 48*time.Hour || c.Carriers[0].Cost != (cli.Cost{Micro: 4_500_000, Currency: "CNY"}) {
		t.Errorf("%+v", c)
	}
	if d := cmp.Diff(assess.Terms{DayCount: 360, Order: []assess.Component{assess.Fees, assess.Interest, assess.Principal}}, p.Terms); d != "" {
		t.Error(d)
	}
}

// TestConfigSchema: the schema takes what duly init writes, and knows the keys that the reader knows.
func TestConfigSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(starting(t))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Error(err)
	}
	type node struct {
		Properties map[string]json.RawMessage
		Items      json.RawMessage
	}
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	keysOf := func(path ...string) string {
		at := json.RawMessage(raw)
		for _, name := range path {
			var n node
			if err := json.Unmarshal(at, &n); err != nil {
				t.Fatal(err)
			}
			if at = n.Properties[name]; name == "[]" {
				at = n.Items
			}
		}
		var n node
		if err := json.Unmarshal(at, &n); err != nil {
			t.Fatal(err)
		}
		return strings.Join(slices.Sorted(maps.Keys(n.Properties)), " ")
	}
	for place, path := range map[string][]string{
		"creditor": {"creditor"}, "portfolios[0]": {"portfolios", "[]"}, "portfolios[0].terms": {"portfolios", "[]", "terms"},
		"carriers[0]": {"carriers", "[]"}, "carriers[0].cost": {"carriers", "[]", "cost"}, "the document": nil, "keys": {"keys"}, "database": {"database"}, "serve": {"serve"},
		"portal": {"portal"}, "portfolios[0].pay": {"portfolios", "[]", "pay"}, "portfolios[0].pay.bank": {"portfolios", "[]", "pay", "bank"},
	} {
		if got, want := keysOf(path...), knownKeys(t, place); got != want {
			t.Errorf("%s: the schema has %s\nthe reader has %s", place, got, want)
		}
	}
}

// knownKeys asks the reader for the keys of a place by giving it one that is none.
func knownKeys(t *testing.T, place string) string {
	t.Helper()
	const wrong = "qqqqqqqqqqqq: 1"
	text := wrong + "\nkeys: {" + wrong + "}\ndatabase: {" + wrong + "}\nserve: {" + wrong + "}\nportal: {" + wrong + "}\ncreditor: {" + wrong + "}\nportfolios: [{" + wrong + ", terms: {" + wrong + "}, pay: {" + wrong + ", bank: {" + wrong + "}}}]\ncarriers: [{" + wrong + ", cost: {" + wrong + "}}]\n"
	_, err := cli.ParseConfig("duly.yaml", []byte(text))
	var ms document.MistakeErrors
	if !errors.As(err, &ms) {
		t.Fatal(err)
	}
	for _, m := range ms {
		if rest, ok := strings.CutPrefix(m.Says("en"), place+`: unknown key "qqqqqqqqqqqq"; known keys are `); ok {
			keys := strings.Split(rest, ", ")
			slices.Sort(keys)
			return strings.Join(keys, " ")
		}
	}
	t.Fatalf("nothing is said of %s:\n%v", place, err)
	return ""
}

// TestDatabaseInConfig: PostgreSQL takes the place of the folder, and no password stands in the file.
func TestDatabaseInConfig(t *testing.T) {
	with := func(s string) (*cli.Config, string) {
		c, err := cli.ParseConfig("bank/duly.yaml", []byte(strings.Replace(string(starting(t)), "data: data", s, 1)))
		if err != nil {
			return nil, err.Error()
		}
		return c, ""
	}
	c, wrong := with("database: {url: \"postgres://duly@a.example,b.example:5433/duly?target_session_attrs=read-write\", password_file: db.password}")
	if wrong != "" || c.Data != "" || c.Database.PasswordFile != "bank/db.password" || !strings.Contains(c.Database.URL, "b.example") {
		t.Errorf("%+v %s", c, wrong)
	}
	for text, want := range map[string]string{
		"database: {url: \"postgres://duly:secret@a.example/duly\"}":                     "holds a password",
		"database: {url: \"postgres://duly@a.example/duly?password=secret\"}":            "holds a password",
		"database: {url: \"postgres://a.example/duly\"}":                                 "names no user",
		"database: {url: \"mysql://duly@a.example/duly\"}":                               "is not a URL such as",
		"database: {password_env: X}":                                                    "url",
		"database: {url: \"postgres://duly@a/duly\", password_env: X, password_file: Y}": "not both",
		"data: data\ndatabase: {url: \"postgres://duly@a/duly\"}":                        "give one of them",
		"": "data",
	} {
		if _, got := with(text); !strings.Contains(got, want) || strings.Contains(got, "secret") {
			t.Errorf("%s\n%s\nsays nothing of %q, or too much", text, got, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	text, err := os.ReadFile("init.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("portfolios: [{terms: {order: [fees, fees]}}]"))
	f.Add([]byte("carriers: [{cost: {amount: \"999999.999999\"}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := cli.ParseConfig("duly.yaml", text)
		if (c == nil) == (err == nil) {
			t.Errorf("a configuration %v with the error %v", c, err)
		}
		if err == nil && (len(c.Portfolios) == 0 || c.Portfolios[0].Zone == nil || c.Portfolios[0].LedgerMaxAge <= 0) {
			t.Errorf("a configuration without what it needs: %+v", c)
		}
	})
}

// TestPortalInConfig tells what is refused of the borrower's page.
func TestPortalInConfig(t *testing.T) {
	with := func(address, links string) string {
		text := strings.Replace(string(starting(t)), "address: http://127.0.0.1:8080", "address: "+address, 1)
		if _, err := cli.ParseConfig("bank/duly.yaml", []byte(strings.Replace(text, "links: false", "links: "+links, 1))); err != nil {
			return err.Error()
		}
		return ""
	}
	for _, c := range []struct{ address, links, want string }{
		{"https://my.bank.example", "false", ""},
		{"https://my.bank.example/", "false", ""},
		{"http://localhost:9", "false", ""},
		{"http://my.bank.example", "false", "is not https"},
		{"https://my.bank.example/page", "false", "is not an address such as"},
		{"https://u:p@bank.example", "false", "is not an address such as"},
		{"ftp://bank.example", "false", "is not https"},
		{"https://the-name-of-this-bank-is-long.example", "false", "for which texts keep room"},
		{"https://my.bank.example", "true", "operators in China forbid a link"},
	} {
		if got := with(c.address, c.links); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.address, c.links, got, c.want)
		}
	}
}
