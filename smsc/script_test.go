package smsc

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// TestExampleScript reads the example of the documentation, so that it stays true.
func TestExampleScript(t *testing.T) {
	doc, err := os.ReadFile("../docs/formats/smsc-script.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	s, err := ParseScript("example.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if s.Seed != 7 || len(s.Population) != 3 || len(s.Handsets) != 5 || len(s.Timeline) != 2 {
		t.Errorf("%+v", s)
	}
	if p := s.Population[1]; p.Share != Percent(5) || p.Behaviour.State != smpp.StateUndeliverable || p.Behaviour.Err != "001" {
		t.Errorf("%+v", p)
	}
	c := Config{}
	s.Apply(&c)
	want := Behaviour{Reply: "下周五发工资还500", ReplyAfter: time.Second}
	if b := c.Crowd.Behave("8617405000001", "", 1); b != want {
		t.Errorf("%+v", b)
	}
	if b := c.Crowd.Behave("+8617405000002", "", 2); b.Pay != PayFull {
		t.Errorf("%+v", b)
	}
	if b := c.Crowd.Behave("8617405000003", "", 1); b.Reply != stopWord {
		t.Errorf("%+v", b)
	}
	first, second := s.Timeline[0].Faults, s.Timeline[1].Faults
	if !first.Hang || first.DropResponse != Percent(1) || second.Hang || !reflect.DeepEqual(first.Refuse, s.Faults.Refuse) {
		t.Errorf("%+v", s.Timeline)
	}
}

func TestMistakesInScriptsHaveTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"populaton: []": `s.yaml:1:1: the document: unknown key "populaton"; did you mean "population"?`,
		"population:\n  - share: 60%\n  - share: 50%":                "s.yaml:3:12: population[1].share: the shares are 110% together, more than the whole",
		"population:\n  - share: many":                               `s.yaml:2:12: population[0].share: "many" is not a share`,
		"handsets:\n  - number: 1\n    fail: UNDELIVERED":            `s.yaml:3:11: handsets[0].fail: "UNDELIVERED" is not known`,
		"handsets:\n  - number: 1\n    fail: UNDELIV\n    pay: full": "neither replies nor pays",
		"handsets:\n  - number: 1\n    pay: some":                    "is neither full nor an amount",
		"handsets:\n  - number: 1\n    err: \"0001\"":                "longer than the three characters",
		"handsets:\n  - number: 1\n    after: soon":                  "is not a time such as",
		"faults:\n  refuse:\n    - {status: NO, share: 1%}":          "is not a status",
		"timeline:\n  - faults: {hang: true}":                        "give either after",
	} {
		if _, err := ParseScript("s.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string]Share{"1%": 10_000, "0.5%": 5_000, "25‰": 25_000, "0.025": 25_000, "1": Whole, "100%": Whole, "0": 0} {
		if got, err := ParseShare(text); err != nil || got != want {
			t.Errorf("%s = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "%", "101%", "-1%", "1.00000001%", "x", "1001‰", "4294967296"} {
		if got, err := ParseShare(text); err == nil {
			t.Errorf("%q = %d", text, got)
		}
	}
	if s := Share(25_000).String(); s != "2.5%" {
		t.Error(s)
	}
}
