package cli_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/rulebooks"
	"github.com/dulyhq/duly/store"
)

// kindBook is a rulebook of the lender with one rule, of the kind that is tried.
const kindBook = `id: acme
version: "1"
title: {en: Ours, zh: 自定}
rules:
  - id: ACME-KIND
    kind: %s
    confidence: binding
    house: true
    title: {en: "A rule of kind %s holds.", zh: 此类规则不予联系。}
    source: House rule, section 7 of the manual
    source_zh: 内部规则，手册第七节
%s`

// TestExplainEveryKind: whatever kind of rule holds a contact, plan and explain name it with its source and clause, and
// explain with what it asks for, to an English and to a Chinese reader.
func TestExplainEveryKind(t *testing.T) {
	if testing.Short() {
		t.Skip("twelve configurations, one after the other, take some seconds")
	}
	t.Setenv("DULY_TEST_PASSWORD", "secret")
	const now = "2026-09-24T10:00:00+08:00" // a Thursday
	contact := "borrower_id,loan_id,at,channel,result,by\nB1,C1,%s,%s,%s,creditor\n"
	call := fmt.Sprintf(contact, "2026-09-10 10:00", "voice", "conversation")
	for kind, c := range map[string]struct{ rule, facts string }{
		"hours":      {"    hours: 20:00-21:00\n", ""},
		"asked":      {"", "borrower_id,preferred_hours\nB1,18:00-20:00\n"},
		"days":       {"    weekdays: [sun]\n", ""},
		"cap":        {"    at_most: 1\n    days: 30\n    per: debt\n", call},
		"spacing":    {"    days: 30\n    per: person\n    after: conversation\n", call},
		"consent":    {"    channels: [sms]\n    needs: [written_consent]\n", ""},
		"bar":        {"    channels: [sms]\n    when: {dpd_over: 2}\n", ""},
		"stop":       {"    states: [vip]\n", "borrower_id,kind,from,reason,owner\nB1,vip,2026-09-20,board,desk:4\n"},
		"identity":   {"    states: [number_shared]\n", "phone,status,checked_on,provider\n+8617405000001,shared,2026-09-20,hlr\n"},
		"amount":     {"    states: [core_differs]\n", "loan_id,borrower_id,product,currency,principal,core_due,core_as_of\nC1,B1,card,CNY,1000.00,999.00,2026-09-24\n"},
		"duty":       {"    duty: welcome_call\n    before: true\n", ""},
		"limitation": {"    years: 1\n    runs_from: last_due\n", "loan_id,borrower_id,product,currency,principal,next_step,next_step_on,next_step_by\nC1,B1,card,CNY,1000.00,court,2026-10-20,legal:3\n"},
	} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			due := "2026-09-21"
			if kind == "limitation" {
				due = "2025-09-01"
			}
			files := map[string]string{
				"duly.yaml":       fmt.Sprintf(place, "cn-default", "cn, ./acme.yaml", "Asia/Shanghai", "CNY"),
				"acme.yaml":       fmt.Sprintf(kindBook, kind, kind, c.rule),
				"borrowers.csv":   "borrower_id,name,phone,language,timezone,region,country\nB1,王秀英,+8617405000001,zh,Asia/Shanghai,CN-ZJ,CN\n",
				"loans.csv":       "loan_id,borrower_id,product,currency,principal\nC1,B1,card,CNY,1000.00\n",
				"instalments.csv": "loan_id,number,due_on,amount\nC1,1," + due + ",1000.00\n",
				"payments.csv":    "loan_id,payment_id,paid_on,amount\n",
				"facts.csv":       c.facts,
			}
			if kind == "asked" {
				files["borrowers.csv"] = strings.Replace(strings.Replace(files["borrowers.csv"], ",country", ",country,preferred_hours", 1), ",CN\n", ",CN,18:00-20:00\n", 1)
				delete(files, "facts.csv")
			}
			if kind == "amount" || kind == "limitation" {
				files["loans.csv"] = c.facts
				delete(files, "facts.csv")
			}
			rule := map[string]string{"asked": "CN-HOUSE-ASKED-01", "amount": "CN-HOUSE-AMOUNT-02", "identity": "CN-HOUSE-ADDRESS-03"}[kind]
			explainKind(t, dir, now, files, ruleOf(t, files["acme.yaml"], cmp.Or(rule, "ACME-KIND")))
		})
	}
}

// ruleOf returns a rule of the lender's rulebook or of China's, which says the same and is named first.
func ruleOf(t *testing.T, own, id string) law.Rule {
	t.Helper()
	cn, err := rulebooks.FS.ReadFile("cn/rulebook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string][]byte{"acme.yaml": []byte(own), "cn.yaml": cn} {
		b, err := law.Parse(name, doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Rules {
			if r.ID == id {
				return r
			}
		}
	}
	t.Fatalf("no rule %s", id)
	return law.Rule{}
}

func explainKind(t *testing.T, dir, now string, files map[string]string, rule law.Rule) {
	t.Helper()
	if err := store.MakeKeys(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) string {
		var out, errs bytes.Buffer
		args = append(args, "--config", filepath.Join(dir, "duly.yaml"))
		if code := cli.Main(t.Context(), args, strings.NewReader(""), &out, &errs); code != 0 {
			t.Fatalf("duly %s: status %d\n%s%s", strings.Join(args, " "), code, out.String(), errs.String())
		}
		return out.String()
	}
	in := []string{"import", "--now", now}
	for _, name := range []string{"borrowers.csv", "loans.csv", "instalments.csv", "payments.csv", "facts.csv"} {
		if files[name] != "" {
			in = append(in, filepath.Join(dir, name))
		}
	}
	run(in...)
	named := fmt.Sprintf(`"rule":"%s","source":"%s"`, rule.ID, rule.Source)
	if got := run("plan", "--dry-run", "--json", "--now", now); !strings.Contains(got, named) {
		t.Errorf("plan says %s", got)
	}
	for lang, source := range map[string]string{"en": rule.Source, "zh": rule.SourceZH} {
		want := rule.ID + `[:： ]+` + regexp.QuoteMeta(rule.Title[lang]) + `(?s:.*)` + regexp.QuoteMeta(source)
		if got := run("explain", "B1", "--at", now, "--lang", lang); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("explain in %s says\n%s", lang, got)
		}
	}
	if got := run("explain", "B1", "--at", now, "--json"); !strings.Contains(got, named) {
		t.Errorf("explain --json says %s", got)
	}
}
