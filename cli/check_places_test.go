package cli_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/rulebooks"
)

// place is a configuration of one portfolio, with the rulebook of a place.
const place = `data: data
keys: keys
creditor: {id: lender, name: {zh: 晨光银行, en: Morninglight Bank}}
portfolios:
  - id: loans
    strategy: %s
    rulebooks: [%s]
    language: en
    zone: %s
    currency: %s
    party: creditor
    signature: {zh: 晨光银行, en: Morninglight}
    phone: "4008000000"
    verify: {zh: 手机银行“消息中心”, en: our app's message centre}
    officer: {zh: 客户服务部, en: Customer Care}
    stop_word: {zh: R, en: STOP}
    ledger_max_age: 48h
    terms: {day_count: 365}
    carrier: main
carriers:
  - {id: main, kind: smpp, address: "127.0.0.1:2775", system_id: duly, password_env: DULY_TEST_PASSWORD, source: "LENDER", window: 10, simulator: true}
`

// TestCheckPlaces runs duly check for a portfolio of every country of which a rulebook ships, with a strategy for
// first-party lenders: the rulebook's own tests pass, every rule is reached, the strategy keeps within the rules.
func TestCheckPlaces(t *testing.T) {
	if testing.Short() {
		t.Skip("the configurations of twelve countries, one after the other, take some seconds")
	}
	t.Setenv("DULY_TEST_PASSWORD", "secret")
	home := map[string][2]string{
		"CN": {"Asia/Shanghai", "CNY"}, "US": {"America/New_York", "USD"}, "GB": {"Europe/London", "GBP"}, "DE": {"Europe/Berlin", "EUR"},
		"IN": {"Asia/Kolkata", "INR"}, "ID": {"Asia/Jakarta", "IDR"}, "PH": {"Asia/Manila", "PHP"}, "MX": {"America/Mexico_City", "MXN"},
		"HK": {"Asia/Hong_Kong", "HKD"}, "SG": {"Asia/Singapore", "SGD"}, "KE": {"Africa/Nairobi", "KES"}, "NG": {"Africa/Lagos", "NGN"},
	}
	names, err := fs.Glob(rulebooks.FS, "*/rulebook.yaml")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d rulebooks: %v", len(names), err)
	}
	books := map[string][]law.Rulebook{} // by country: its own, and a carrier's rules for it
	for _, name := range names {
		doc, err := fs.ReadFile(rulebooks.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		book, err := law.Parse(name, doc)
		if err != nil {
			t.Fatal(err)
		}
		if len(book.Jurisdiction) == 2 {
			books[book.Jurisdiction] = append(books[book.Jurisdiction], book)
		}
	}
	for country, books := range books {
		t.Run(country, func(t *testing.T) {
			at, ok := home[country]
			if !ok {
				t.Fatalf("give a zone and a currency for %s", country)
			}
			strategy := "us-default"
			if country == "CN" {
				strategy = "cn-default"
			}
			var ids []string
			for i := range books {
				ids = append(ids, books[i].ID)
			}
			file := filepath.Join(t.TempDir(), "duly.yaml")
			if err := os.WriteFile(file, fmt.Appendf(nil, place, strategy, strings.Join(ids, ", "), at[0], at[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			if code := cli.Main(t.Context(), []string{"check", "--config", file}, strings.NewReader(""), &out, &errs); code != 0 {
				t.Errorf("status %d\n%s%s", code, out.String(), errs.String())
			}
			for i := range books {
				if want := fmt.Sprintf("%s/rulebook.yaml: %d rules", books[i].ID, len(books[i].Rules)); !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
		})
	}
}
