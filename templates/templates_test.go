package templates_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/templates"
	"github.com/dulyhq/duly/wire/sms"
)

var update = flag.Bool("update", false, "write the golden file anew")

func shipped(t *testing.T) *compose.Set {
	t.Helper()
	set, err := compose.Shipped()
	if err != nil {
		t.Fatalf("the shipped templates do not compile:\n%v", err)
	}
	return set
}

// TestCases runs tests.yaml: values in, exact text out.
func TestCases(t *testing.T) {
	doc, err := templates.FS.ReadFile("tests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	failures, err := compose.Test(shipped(t), "templates/tests.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failures {
		t.Error(f)
	}
}

// TestEveryStage says which texts a strategy may count on, in both languages.
func TestEveryStage(t *testing.T) {
	set := shipped(t)
	want := []string{
		"pre_due", "due_today", "slip_first", "slip_repeat", "week_one", "firm_1", "firm_2", "firm_3", "named_officer",
		"demand_early", "demand_late", "claim", "stop_confirmed",
		"wrong_person_confirmed", "paid_noted", "received", "complaint_received", "promise_when", "promise_noted", "agreed_tomorrow",
		"plan_options", "plan_agreed", "dispute_statement", "call_back",
		"notice_credit_report", "notice_acceleration", "notice_assignment", "notice_last",
	}
	if diff := cmp.Diff(want, set.Names()); diff != "" {
		t.Error(diff)
	}
	for _, name := range want {
		for _, lang := range []compose.Language{compose.Chinese, compose.English} {
			if set.Pick(name, lang, "") == nil {
				t.Errorf("%s has no text in %s", name, lang)
			}
		}
	}
}

// TestWords: no threat, no shame, no false authority, no third party, in any branch.
func TestWords(t *testing.T) {
	for _, file := range []string{"sms.zh.yaml", "sms.en.yaml", "us-agency/sms.zh.yaml", "us-agency/sms.en.yaml"} {
		doc, err := templates.FS.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{
			"法院", "黑名单", "公安", "检察", "立案", "起诉", "律师", "坐牢", "刑事", "曝光", "失信", "老赖", "恶意", "冻结", "上门",
			"家人", "亲友", "单位", "同事", "征信", "立即", "马上", "后果", "court", "police", "lawyer", "sue", "jail", "blacklist",
			"criminal", "family", "employer", "immediately", "consequence", "shame", "¥", "$",
		} {
			for n, line := range strings.Split(string(doc), "\n") {
				if strings.Contains(strings.ToLower(line), word) && !strings.HasPrefix(strings.TrimSpace(line), "purpose:") {
					t.Errorf("%s:%d: %q stands in a text", file, n+1, word)
				}
			}
		}
	}
}

// TestRendered prints every template with sample values, with and without what may be missing, for people to read.
func TestRendered(t *testing.T) {
	var out bytes.Buffer
	set := shipped(t)
	for _, tm := range set.All() {
		fmt.Fprintf(&out, "== %s · %s · %s · at most %d segments\n   %s\n", tm.Name, tm.Language, tm.Class, tm.MaxSegments, tm.Purpose)
		var texts []string
		for _, v := range samples(tm.Language) {
			if tm.Class == compose.Notice && v.NextOn == 0 { // a notice of a step is never written without one
				v.NextStep, v.NextOn = compose.StepWords("credit_report", tm.Language), ledger.NewDate(2026, 10, 20)
			}
			b, err := tm.Render(nil, &v)
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			if slices.Contains(texts, text) {
				continue
			}
			texts = append(texts, text)
			a, units, segments := sms.Measure(text)
			fmt.Fprintf(&out, "\n   %s\n   (%d segments, %d units of %s)\n", text, segments, units, a)
			if segments > tm.Most(v.Code != "") {
				t.Errorf("%s (%s) takes %d segments", tm.Name, tm.Language, segments)
			}
			if strings.Contains(text, "  ") || strings.Contains(text, "。。") || strings.Contains(text, ",,") || strings.Contains(text, " ,") {
				t.Errorf("%s (%s) is badly joined: %s", tm.Name, tm.Language, text)
			}
			if missing := compose.Check(text, tm.Language, tm.Elements(), &v); len(missing) > 0 {
				t.Errorf("%s (%s) lacks %v: %s", tm.Name, tm.Language, missing, text)
			}
		}
		out.WriteString("\n")
	}
	const golden = "testdata/rendered.golden"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("run go test ./templates -update and read the file:\n%s", diff)
	}
}

// samples returns all values, the least values, and a failed debit.
func samples(lang compose.Language) []compose.Vars {
	all := compose.Vars{
		Surname: "王", Title: "女士", Creditor: "示例消费金融有限公司", Sign: "示例消费金融", Phone: "0571-17405000",
		Verify: "示例App消息中心", Officer: "林知远", Approver: "法务部周言", Assignee: "示例资产管理有限公司", StopWord: "R", Currency: "CNY",
		Due:    assess.Due{Total: 124000, Principal: 120000, Interest: 3160, Penalty: 840},
		PerDay: 90, PayBy: ledger.NewDate(2026, 9, 30), PayByDue: 124540, DueOn: ledger.NewDate(2026, 9, 15),
		AsOf: time.Date(2026, 9, 24, 10, 5, 0, 0, time.FixedZone("", 8*3600)), DPD: 9,
		Loans:    []compose.LoanVars{{Masked: "4821", Total: 124000, DueOn: ledger.NewDate(2026, 9, 15)}},
		NextStep: "将向征信系统报送本期逾期", NextOn: ledger.NewDate(2026, 10, 20),
		Agreed: 124000, AgreedOn: ledger.NewDate(2026, 10, 10), AnswerBy: ledger.NewDate(2026, 10, 9),
	}
	today, first := ledger.NewDate(2026, 9, 24), ledger.NewDate(2026, 10, 10)
	all.Plan = compose.PlanWords(lang, today, "CNY", 3, 41334, 41332, first, first+61)
	all.Offers = compose.OfferWords(lang, today, "CNY", 3, 41334, first)
	if lang == compose.English {
		all.Surname, all.Title, all.Creditor, all.Sign = "Wang", "Ms", "Example Consumer Finance Ltd", "Example Finance"
		all.Phone, all.Verify, all.StopWord = "+86 571 1740 5000", "example.com/verify", "STOP"
		all.Assignee = "Example Capital LLC"
		all.Officer, all.Approver, all.NextStep = "Lin Zhiyuan", "Zhou Yan, Legal", "we report this to the credit bureau"
	}
	least := all
	least.Surname, least.Title, least.NextStep, least.NextOn, least.PerDay, least.AnswerBy = "", "", "", 0, 0, 0
	least.Due = assess.Due{Total: 124000, Principal: 124000}
	debit := all
	debit.RetryOn = ledger.NewDate(2026, 9, 25)
	coded, linked := all, all
	coded.Address, coded.Code, coded.AskedStop = "my.bank.example", "K7MQ2XR9", all.StopWord
	linked.Address, linked.Link, linked.Code = "my.bank.example", "https://my.bank.example/l/bcdfghjkmnpqrstvwxyz2345678", "K7MQ2XR9"
	return []compose.Vars{all, least, debit, coded, linked}
}

// TestThePageCostsNoPart: a Chinese reminder that leads to the page by its code stays within its parts, with a signature of six
// characters, an address of fifteen and no next step to name. Each part costs the lender a message's price.
func TestThePageCostsNoPart(t *testing.T) {
	for _, tm := range shipped(t).All() {
		if tm.Language != compose.Chinese || tm.Class != compose.Reminder {
			continue
		}
		for _, surname := range []string{"", "王"} {
			v := samples(compose.Chinese)[0]
			v.Surname, v.NextStep, v.NextOn = surname, "", 0
			v.Address, v.Code = "my.bank.example", "K7MQ2XR9"
			text, err := tm.Render(nil, &v)
			if err != nil {
				t.Fatal(err)
			}
			if _, units, segments := sms.Measure(string(text)); segments > tm.MaxSegments {
				t.Errorf("%s takes %d parts (%d units): %s", tm.Name, segments, units, text)
			}
		}
	}
}
