package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/dulyhq/duly/compose"
)

// TestAnswersSayHowToStop: where a carrier's rule asks every text how to stop them, each answer of ours says it and leaves; where none
// does, no answer says it.
func TestAnswersSayHowToStop(t *testing.T) {
	slow(t)
	for _, c := range []struct {
		provider string
		asked    bool
	}{{"unicom", true}, {"mobile", false}} {
		t.Run(c.provider, func(t *testing.T) {
			h := talker(t, map[int][]string{1: {"退订"}, 2: {"25号一定还"}, 3: {"我要投诉你们"}, 4: {"可以分期吗"}})
			spec := must(testSpec())
			doc, tables, err := Shipped("rulebook", "carriers-cn")
			if err != nil {
				t.Fatal(err)
			}
			spec.Rulebooks, spec.Tables, spec.Provider, spec.Talk = append(spec.Rulebooks, doc), append(spec.Tables, tables...), c.provider, testTalk()
			h.p = must(Compile(spec))
			h.Portfolios[0] = h.p
			if err := h.Prepare(context.Background(), thursday); err != nil {
				t.Fatal(err)
			}
			var debts []debt
			for n := 1; n <= 4; n++ {
				debts = append(debts, debt{n: n, dueOn: day(thursday, 3), minor: 124000})
			}
			h.take(debts...)
			h.plan()
			h.run()
			for n := 1; n <= 4; n++ {
				texts := h.texts(n)
				if len(texts) != 2 {
					t.Errorf("borrower %d got %q: no answer", n, texts)
					continue
				}
				if strings.HasSuffix(texts[1], "拒收请回复R") != c.asked {
					t.Errorf("borrower %d got %q", n, texts[1])
				}
			}
		})
	}
}

// TestAnswersOfEveryKindSayHowToStop: in both languages, each answer that ships.
func TestAnswersOfEveryKindSayHowToStop(t *testing.T) {
	spec := must(testSpec())
	doc, _, err := Shipped("rulebook", "carriers-cn")
	if err != nil {
		t.Fatal(err)
	}
	spec.Rulebooks, spec.Provider = append(spec.Rulebooks, doc), "direct"
	p := must(Compile(spec))
	for _, tm := range p.Templates.All() {
		sender := p.sender(tm)
		v := compose.Longest(tm.Language)
		b := tm.Bind(&sender)
		w, err := b.Write(&compose.Paper{}, &v)
		if err != nil {
			t.Fatal(err)
		}
		if lacks := compose.Check(string(w.Text), tm.Language, []compose.Element{compose.OptOut}, &v); len(lacks) > 0 {
			t.Errorf("%s (%s) does not say how to stop: %s", tm.Name, tm.Language, w.Text)
		}
	}
}
