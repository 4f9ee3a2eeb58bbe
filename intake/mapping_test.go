package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	yaml "github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
)

const bankMapping = `# one mapping for all files of a bank
encoding: gb18030
columns:
  客户号: borrower_id
  姓名: name
  手机: phone
  借据号: loan_id
  期数: number
  应还日期: due_on
  应还金额: amount
  还款日期: paid_on
  还款金额: amount
  年利率: annual_rate
  性别: title
ignore: [备注, 网点]
dates: YYYYMMDD
numbers: {decimal: point, group: comma, minor_units: true, percent: true}
constants: {currency: CNY, country: CN, timezone: Asia/Shanghai, language: zh}
values:
  title: {男: 先生, 女: 女士}
`

func TestMappingReadsABanksFiles(t *testing.T) {
	readString := func(t *testing.T, text, mapping string) (Summary, []Row, []string, error) {
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return readString(t, gb, mapping)
	}
	_, rows, bad, err := readString(t, "客户号,姓名,手机,性别,备注\n1,王小明,17405000001,男,\n", bankMapping)
	if err != nil || len(bad) > 0 || len(rows) != 1 {
		t.Fatal(err, bad, rows)
	}
	want := ledger.BorrowerRow{
		ID: "1", Name: "王小明", Phone: "+8617405000001", PhoneKind: ledger.PhoneMobile, Language: "zh",
		Zone: "Asia/Shanghai", Country: "CN", Title: "先生",
	}
	if rows[0].Borrower != want {
		t.Errorf("%+v\nwant %+v", rows[0].Borrower, want)
	}
	_, rows, bad, err = readString(t, "借据号,期数,应还日期,应还金额\nC1,1,20260911,\"100,050\"\nC1,2,20261011,5\n", bankMapping)
	if err != nil || len(bad) > 0 || rows[0].Instalment.Amount.Decimal() != "1000.50" || rows[1].Instalment.Amount.Decimal() != "0.05" ||
		rows[0].Instalment.DueOn != ledger.NewDate(2026, 9, 11) {
		t.Fatal(err, bad, rows)
	}
	_, rows, bad, err = readString(t, "借据号,客户号,年利率\nC1,1,15.4\n", bankMapping)
	if err != nil || len(bad) > 0 || rows[0].Loan.AnnualRate != 154_000 {
		t.Fatal(err, bad, rows)
	}
	_, _, bad, err = readString(t, "借据号,还款日期,还款金额\nC1,20260911,\"1,00\"\nC1,2026-09-11,1.5\n", bankMapping)
	if err != nil || len(bad) != 3 {
		t.Fatal(err, bad)
	}
}

func TestNumbersAndDates(t *testing.T) {
	german := "numbers: {decimal: comma, group: point}\ndates: DD.MM.YYYY\nconstants: {currency: EUR}\ndelimiter: semicolon"
	_, rows, bad, err := readString(t, "loan_id;paid_on;amount\nC1;11.09.2026;-1.234,5\nC1;11.09.2026;1234,50\nC1;11.09.2026;1.23,5\nC1;11.09.2026;12.5\n", german)
	if err != nil || len(bad) != 2 || len(rows) != 2 || rows[0].Payment.Amount.String() != "-1234.50 EUR" || rows[1].Payment.Amount.String() != "1234.50 EUR" {
		t.Fatal(err, bad, rows)
	}
	for _, c := range []struct {
		notation, text string
		ok             bool
	}{
		{"YYYY-MM-DD", "2026-09-11", true},
		{"YYYY-MM-DD", "2026-9-11", false},
		{"YYYY-MM-DD", "2026-09-111", false},
		{"YYYY/M/D", "2026/9/11", true},
		{"YYYY/M/D", "2026/09/11", true},
		{"YYYY/M/D", "2026/13/1", false},
		{"YYYYMMDD", "20260911", true},
		{"YYYYMMDD", "2026091", false},
		{"DD.MM.YYYY", "11.09.2026", true},
		{"YYYY年M月D日", "2026年9月11日", true},
		{"YYYY年M月D日", "2026年9月31日", false},
		{"YYYY-MM-DD hh:mm:ss", "2026-09-11 00:00:00", true},
		{"MM/DD/YYYY", "09/11/2026", true},
	} {
		f, ok := newDateFormat(c.notation)
		if !ok {
			t.Fatal(c.notation)
		}
		if d, ok := f.parse(c.text); ok != c.ok || ok && d != ledger.NewDate(2026, 9, 11) {
			t.Errorf("%s as %s: %s %v", c.text, c.notation, d, ok)
		}
	}
	for _, bad := range []string{"", "YYYY-MM", "YY-MM-DD", "YYYY-MM-DD-DD", "2006-01-02", "YYYY-MMM-DD"} {
		if _, ok := newDateFormat(bad); ok {
			t.Errorf("%q is taken for a notation", bad)
		}
	}
}

func TestBadMappings(t *testing.T) {
	var out strings.Builder
	for _, text := range []string{
		"kind: loan\nencoding: gbk\ndelimiter: ','\ncolums: {}\n",
		"columns:\n  客户号: borrowerid\n  x: due_on\nignore: [x]\n",
		"dates: YYMMDD\nnumbers: {decimal: comma, group: comma, minor_units: maybe}\n",
		"constants: {currency: CNY, name: x}\nvalues: {sex: {男: 先生}, title: {男: ''}}\n",
		"- a\n", "", "kind: [", "numbers: 5\n",
	} {
		m, err := ReadMapping("map.yaml", []byte(text))
		if err == nil || m != nil {
			t.Errorf("%q is taken for a mapping", text)
			continue
		}
		var mistakes document.MistakeErrors
		if !errors.As(err, &mistakes) {
			t.Fatal(err)
		}
		for _, m := range mistakes {
			what, _, _ := strings.Cut(m.Says("en"), ": ") // the words are document's
			if m.Why.Code == "" || m.In("zh") == m.Error() {
				t.Errorf("%v has no words in Chinese", m)
			}
			fmt.Fprintf(&out, "%s:%d:%d: %s\n", m.File, m.Line, m.Column, what)
		}
	}
	golden(t, "bad-mappings.txt", out.String())
}

func TestControlTotals(t *testing.T) {
	c, err := ReadControl("control.yaml", []byte("loans: {rows: 2, sums: {CNY: 300.00}}\npayments: {sums: {CNY: \"1.00\", USD: 2}}\nborrowers: {rows: 0}\n"))
	if err != nil {
		t.Fatal(err)
	}
	good := []Summary{
		{Kind: Loans, Rows: 1, Sums: map[ledger.Currency]int64{"CNY": 10000}},
		{Kind: Loans, Rows: 1, Sums: map[ledger.Currency]int64{"CNY": 20000}},
		{Kind: Payments, Rows: 9, Sums: map[ledger.Currency]int64{"CNY": 100, "USD": 200}},
	}
	if err := c.Check(good); err != nil {
		t.Error(err)
	}
	err = c.Check(good[1:2])
	want := "loans: rows: the control says 2, the files have 1\nloans: CNY: the control says 300.00, the files have 200.00\n" +
		"payments: CNY: the control says 1.00, the files have 0.00\npayments: USD: the control says 2.00, the files have 0.00"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	if _, err := ReadControl("control.yaml", []byte("loan: {rows: x}\nloans: {rows: x, sums: {RMB: 1}}\n")); err == nil ||
		strings.Count(err.Error(), "\n") != 2 {
		t.Error(err)
	}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "docs", "formats", name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func asJSON(t *testing.T, text string) any {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The schemas say what the reader takes, for editors and for those who write files by program.
func TestSchemas(t *testing.T) {
	mapping := compile(t, "mapping.schema.json")
	for text, ok := range map[string]bool{
		bankMapping:                          true,
		"columns: {客户号: borrower_id}":        true,
		"columns: {客户号: client}":             false,
		"encoding: gbk":                      false,
		"numbers: {decimal: ','}":            false,
		"constants: {name: x}":               false,
		"colums: {}":                         false,
		"dates: YYYYMMDD\ndelimiter: pipe":   true,
		"values: {language: {中文: zh}}":       true,
		"values: {sprache: {deutsch: de}}":   false,
		"ignore: [a, a]":                     false,
		"kind: overdue\nencoding: auto":      true,
		"constants: {penalty_multiplier: 1}": true,
	} {
		if err := mapping.Validate(asJSON(t, text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := ReadMapping("map.yaml", []byte(text)); (err == nil) != ok {
			t.Errorf("%q: the reader says %v", text, err)
		}
	}
	control := compile(t, "control.schema.json")
	for text, ok := range map[string]bool{
		"loans: {rows: 2, sums: {CNY: '300.00'}}": true, "loans: {rows: -1}": false, "loan: {}": false,
	} {
		if err := control.Validate(asJSON(t, text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// sampleRows is a good row of each kind, as it stands in a file.
var sampleRows = map[Kind]any{
	Borrowers:   map[string]any{"borrower_id": "B1", "name": "王小明", "phone": "+8617405000001", "region": "CN-ZJ", "age": "", "credit_limit": "1"},
	Loans:       map[string]any{"loan_id": "C1", "borrower_id": "B1", "currency": "CNY", "opened_on": "2026-03-31", "closed_on": "", "annual_rate": "0.15"},
	Instalments: map[string]any{"loan_id": "C1", "number": "4", "due_on": "2026-09-11", "amount": "10.50", "principal": "", "currency": ""},
	Payments:    map[string]any{"loan_id": "C1", "paid_on": "2026-09-11", "amount": "-10.50", "payment_id": "P2", "reverses": "P1"},
	States:      map[string]any{"borrower_id": "B1", "kind": "dispute", "from": "2026-09-11", "until": "", "reason": "fee", "owner": "desk:4", "channel": ""},
	Consents:    map[string]any{"borrower_id": "B1", "channel": "sms", "action": "given", "at": "2026-09-11T10:00:00+08:00", "how": "online", "expires_on": ""},
	Contacts:    map[string]any{"borrower_id": "B1", "at": "2026-09-11 10:00", "channel": "voice", "result": "conversation", "by": "agency:north"},
	Numbers:     map[string]any{"phone": "+8617405000001", "status": "ok", "checked_on": "2026-09-11", "expires_on": "2026-12-11", "provider": "checker"},
	Duties:      map[string]any{"borrower_id": "B1", "duty": "validation", "done_at": "2026-09-11", "how": "letter"},
	Overdue:     map[string]any{"name": "王小明", "phone": "", "loan_id": "C1", "due_on": "2026-09-11", "amount": "7", "currency": "CNY"},
}

// Every column that the reader knows is in its schema and in the description of the format, and no other.
func TestSchemasNameTheColumns(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "formats", "ledger.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		text, err := os.ReadFile(filepath.Join("..", "docs", "formats", string(k.kind)+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		var schema struct {
			Properties map[string]any
			Required   []string
		}
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		row := compile(t, string(k.kind)+".schema.json")
		if err := row.Validate(sampleRows[k.kind]); err != nil {
			t.Error(err)
		}
		if len(schema.Properties) != len(k.required)+len(k.optional) || len(schema.Required) != len(k.required) {
			t.Errorf("%s: the schema has %d properties, %d required", k.kind, len(schema.Properties), len(schema.Required))
		}
		for i, c := range append(append([]column(nil), k.required...), k.optional...) {
			if _, ok := schema.Properties[c.String()]; !ok {
				t.Errorf("%s: the schema lacks %s", k.kind, c)
			}
			if i < len(k.required) && !strings.Contains(strings.Join(schema.Required, " "), c.String()) {
				t.Errorf("%s: the schema does not require %s", k.kind, c)
			}
			if !strings.Contains(string(doc), "`"+c.String()+"`") {
				t.Errorf("docs/formats/ledger.md does not name %s", c)
			}
		}
	}
}

// What a lender has said is not read is not named again with every import; what nobody has said is.
func TestIgnoredColumnsAreNamedOnce(t *testing.T) {
	sum, _, bad, err := readString(t, "loan_id,paid_on,amount,备注,x_batch,teller\nC1,2026-09-11,7,无,1,王\n", "ignore: [备注]")
	if err != nil || len(bad) > 0 || strings.Join(sum.Ignored, " ") != "teller" {
		t.Errorf("%v %v: not read: %v", bad, err, sum.Ignored)
	}
}
