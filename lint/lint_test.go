package lint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
)

// said lists the codes found in a text with the words that earned them: "threat:打断你的腿".
func said(text string, found []lint.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, string(f.Code)+":"+string([]rune(text)[f.Start:f.End]))
	}
	return out
}

func codes(found []lint.Finding) []lint.Code {
	var out []lint.Code
	for _, f := range found {
		out = append(out, f.Code)
	}
	return out
}

// TestHidden: words that are hidden are found, and the finding lies on what was written.
func TestHidden(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"小心我打 断 你的腿", "threat:打 断"},
		{"我们要把你告上法.院，明天就去", "false_legal:告上法.院"},
		{"再不还就去法yuan起诉你，明天开庭", "false_legal:法yuan"},
		{"你这个老籁", "insult:老籁"},
		{"你這個騙子", "insult:騙"},
		{"ＳＨＩＴ，还钱", "insult:ＳＨＩＴ"},
		{"We will break your l\u200begs", "threat:break your l\u200begs"},
		{"you will be a.r.r.e.s.t.e.d", "false_legal:a.r.r.e.s.t.e.d"},
		{"You are an 1d10t", "insult:1d10t"},
		{"you b!tch", "insult:b!tch"},
		{"you'll go to j@il", "false_legal:j@il"},
		{"аrrest wаrrant issued", "false_legal:аrrest"}, // Cyrillic а
		{"你他妈的快还钱", "insult:他妈"},
		{"打到你還錢為止", "threat:打到你"},
	} {
		code, words, _ := strings.Cut(c.want, ":")
		got := said(c.text, linter.Text(c.text, lint.Facts{StepsHidden: true}))
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, code+":") && strings.Contains(s, words) }) {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestHarmless: one word from what is wrong, and nothing is wrong.
func TestHarmless(t *testing.T) {
	for _, text := range []string{
		"我们不会告诉您的家人。", "我们绝不会在任何情况下向您的单位透露您的借款。", "未经您同意，不会联系您的紧急联系人。",
		"任何人不得威胁您，如遇威胁请投诉。", "您不会因欠款坐牢。", "请勿以贷养贷。", "谨防冒充法院的诈骗短信。",
		"系统滚动维护。", "不好意思，打扰您了。", "爸妈的生日快到了吧？祝他们健康。",
		"We will not tell your employer.", "Nobody will come to your house.", "You will never be arrested over this loan.",
		"Please don't borrow from friends to pay us.", "Beware of anyone who claims to be the police.", "It is not true that you can go to jail.",
	} {
		if found := linter.Text(text, lint.Facts{StepsHidden: true}); lint.Errors(found) {
			t.Errorf("%s: %v", text, said(text, found))
		}
	}
}

// TestDenied: a negation of something else, a question and a "then" deny nothing.
func TestDenied(t *testing.T) {
	for _, text := range []string{
		"不还钱就告诉你家人", "你不还我们就联系你单位", "不得不通知你的家人了", "不仅会告诉你老板，还会告诉你爸妈", "你就不怕我们告诉你单位吗",
		"If you do not pay we will tell your boss", "If you don't pick up we'll call your wife", "We won't stop until your employer knows, we will tell your employer",
		"Not only will we tell your wife, we will tell your boss",
	} {
		if found := linter.Text(text, lint.Facts{StepsHidden: true}); !slices.Contains(codes(found), lint.ThirdPerson) {
			t.Errorf("%s: %v", text, said(text, found))
		}
	}
}

// TestSteps: only the loan's own next step, on its day, may be announced.
func TestSteps(t *testing.T) {
	court := lint.Step{Kind: "court", On: ledger.NewDate(2026, 10, 20)}
	report := lint.Step{Kind: "credit_report", On: ledger.NewDate(2026, 10, 20)}
	for _, c := range []struct {
		text string
		f    lint.Facts
		bad  bool
	}{
		{"我们将于10月20日向人民法院提起诉讼。", lint.Facts{}, true},
		{"我们将于10月20日向人民法院提起诉讼。", lint.Facts{Steps: []lint.Step{court}}, false},
		{"我们将于10月8日向人民法院提起诉讼。", lint.Facts{Steps: []lint.Step{court}}, true},
		{"我们将于10月20日向人民法院提起诉讼。", lint.Facts{Steps: []lint.Step{report}}, true},
		{"明天就去法院起诉你。", lint.Facts{Steps: []lint.Step{court}}, true},
		{"根据合同，我行可能向法院提起诉讼。", lint.Facts{}, false},
		{"根据合同，我行可能向法院提起诉讼。", lint.Facts{TimeBarred: true}, true},
		{"我们将于10月20日报送征信系统。", lint.Facts{}, true},
		{"我们将于10月20日报送征信系统。", lint.Facts{StepsHidden: true}, false},
		{"我们将于10月20日报送征信系统。", lint.Facts{Steps: []lint.Step{report}}, false},
		{"逾期可能影响您的信用记录。", lint.Facts{}, false},
		{"We will file suit on 20 October.", lint.Facts{}, true},
		{"We will file suit on 20 October.", lint.Facts{Steps: []lint.Step{court}}, false},
		{"We will file suit on Oct 20.", lint.Facts{Steps: []lint.Step{court}}, false},
		{"We will file suit on 3 October.", lint.Facts{Steps: []lint.Step{court}}, true},
		{"We may ask a court to decide under your agreement.", lint.Facts{}, false},
		{"We may ask a court to decide under your agreement; you would be sued.", lint.Facts{TimeBarred: true}, true},
		{"You will be arrested on 20 October.", lint.Facts{Steps: []lint.Step{court}}, true},
		{"下一步10月20日提起诉讼。", lint.Facts{Steps: []lint.Step{{Text: "提起诉讼", On: court.On}}}, false},
	} {
		if found := linter.Text(c.text, c.f); slices.Contains(codes(found), lint.FalseLegal) != c.bad {
			t.Errorf("%s with %+v: %v", c.text, c.f.Steps, said(c.text, found))
		}
	}
}

// TestRules: a finding names the rule that forbids it, and the strictest says how grave it is.
func TestRules(t *testing.T) {
	binding := lint.Rule{ID: "LAW-1", Source: lint.Said{ZH: "某法", EN: "Some Act"}, Codes: []lint.Code{lint.Threat, lint.Tone}, Binding: true}
	advisory := lint.Rule{ID: "LAW-2", Source: lint.Said{ZH: "某指引", EN: "Some guideline"}, Codes: []lint.Code{lint.Threat, lint.Tone, lint.Marks}}
	for _, c := range []struct {
		text     string
		rules    []lint.Rule
		rule     string
		severity lint.Severity
	}{
		{"后果自负", nil, lint.HouseWording, lint.Error},
		{"后果自负", []lint.Rule{advisory}, lint.HouseWording, lint.Error}, // reading more law makes nothing lawful
		{"后果自负", []lint.Rule{advisory, binding}, "LAW-1", lint.Error},
		{"怎么还不还钱？", nil, lint.HouseForm, lint.Warning},
		{"怎么还不还钱？", []lint.Rule{advisory}, "LAW-2", lint.Warning},
		{"怎么还不还钱？", []lint.Rule{binding}, "LAW-1", lint.Error},
		{"您好,请还款。", nil, lint.HouseForm, lint.Info},
		{"您好,请还款。", []lint.Rule{advisory}, "LAW-2", lint.Warning},
	} {
		found := linter.Text(c.text, lint.Facts{Rules: c.rules})
		if len(found) != 1 || found[0].Rule != c.rule || found[0].Severity != c.severity {
			t.Errorf("%s: %+v, want %s %v", c.text, found, c.rule, c.severity)
		}
	}
	found := linter.Text("后果自负", lint.Facts{Rules: []lint.Rule{advisory}})
	if !strings.Contains(found[0].Source.EN, "Some guideline") {
		t.Errorf("the advisory source is not said: %v", found[0].Source)
	}
	if found[0].Message.ZH == "" || found[0].Message.EN == "" || found[0].Suggestion == "" || found[0].Suggestion != linter.Text("后果自负", lint.Facts{Language: "zh"})[0].Suggestion {
		t.Errorf("%+v", found[0])
	}
}

// TestElements: what a text must hold is looked for as the facts say it, and else by its look.
func TestElements(t *testing.T) {
	var rules []lint.Rule
	for _, e := range []string{"identity", "amount", "contact", "optout"} {
		rules = append(rules, lint.Rule{ID: "R-" + e, Element: e, Binding: e != "optout"})
	}
	v := compose.Vars{Sign: "晨光银行", Phone: "4008000000", StopWord: "R", Currency: "CNY", Due: assess.Due{Total: 124000}}
	all := []lint.Code{lint.NoAmount, lint.NoContact, lint.NoIdentity, lint.NoOptOut}
	for _, c := range []struct {
		text   string
		values *compose.Vars
		want   []lint.Code
	}{
		{"您好。", nil, all},
		{"您好。", &v, all},
		{"【晨光银行】应还1,240.00元，请致电4008000000。拒收请回复R", nil, nil},
		{"【晨光银行】应还1240元，请致电4008000000。拒收请回复R", &v, nil},
		{"【夕阳银行】应还1,240.01元，请致电4008000001。拒收请回复T", &v, all},
		{"Dawn Bank: USD 12.40 is due. Call 800-555-0100. Reply STOP to opt out.", nil, nil},
		{"USD 12.40 is due on 2026-09-15", nil, []lint.Code{lint.NoContact, lint.NoIdentity, lint.NoOptOut}},
	} {
		found := linter.Text(c.text, lint.Facts{Rules: rules, Values: c.values})
		got := codes(found)
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.text, diff)
		}
		for _, f := range found {
			if want := map[bool]lint.Severity{true: lint.Warning}[f.Code == lint.NoOptOut]; f.Severity != want || !strings.HasPrefix(f.Rule, "R-") {
				t.Errorf("%+v", f)
			}
		}
	}
	if found := linter.Text("您好。", lint.Facts{Rules: []lint.Rule{{ID: "X", Element: "horoscope", Binding: true}}}); !lint.Errors(found) {
		t.Error("what nobody can look for was found")
	}
}

// TestLength: a text is too long for the segments that it may take, and warned of above two.
func TestLength(t *testing.T) {
	text := strings.Repeat("您的还款今天到期。", 16) // 144 characters, three segments
	for _, c := range []struct {
		f    lint.Facts
		want []lint.Severity
	}{
		{lint.Facts{}, []lint.Severity{lint.Warning}},
		{lint.Facts{MaxSegments: 2}, []lint.Severity{lint.Error}},
		{lint.Facts{MaxSegments: 3}, nil},
		{lint.Facts{Channel: ledger.Email}, nil},
	} {
		var got []lint.Severity
		for _, f := range linter.Text(text, c.f) {
			got = append(got, f.Severity)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.f, got, c.want)
		}
	}
}

// TestSaid: every code says why and, but for marks, what to write, in both languages.
func TestSaid(t *testing.T) {
	for _, name := range []string{"dev.tsv"} {
		for _, one := range corpus(t, name) {
			for _, f := range linter.Text(one.text, lint.Facts{}) {
				if f.Message.ZH == "" || f.Message.EN == "" || f.Rule == "" || f.Source.ZH == "" || f.Source.EN == "" || f.Code != lint.Marks && f.Suggestion == "" {
					t.Errorf("%s:%d: %+v", name, one.line, f)
				}
				if again := linter.Text(f.Suggestion, lint.Facts{}); f.Code != lint.Marks && lint.Errors(again) {
					t.Errorf("what is written instead of %s is wrong itself: %s %v", f.Code, f.Suggestion, said(f.Suggestion, again))
				}
			}
		}
	}
}
