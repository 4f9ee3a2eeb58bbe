package receive

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
)

// TestReplies reads testdata/replies.tsv.
func TestReplies(t *testing.T) {
	doc, err := os.ReadFile("testdata/replies.tsv")
	if err != nil {
		t.Fatal(err)
	}
	stops, others := 0, 0
	for n, line := range strings.Split(strings.TrimSuffix(string(doc), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		meaning, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("replies.tsv:%d: no tab", n+1)
		}
		text = strings.ReplaceAll(text, `\n`, "\n")
		got := Read(text, Given{})
		if (got.Meaning == Stop) != (meaning == "stop") {
			t.Errorf("replies.tsv:%d: %q is %s (%q), want %s", n+1, text, got.Meaning, got.Why, meaning)
		}
		if got.Meaning == Stop {
			stops++
		} else {
			others++
		}
	}
	if stops+others < 150 {
		t.Errorf("only %d replies", stops+others)
	}
	t.Logf("%d stops, %d others", stops, others)
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"退订": "zh", "TD": "", "R": "", "stop": "en", "I will pay": "en", "👍": "", "123": "", "TD退订": "zh", "сколько": "",
	} {
		if got := Read(text, Given{}).Language; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"退订", "stop", "TD", "别再发了", "don't stop", "\x80\xff", "", "【】|", "ſtop", "İ", "下周五还1,240.50元", "12/31/9999", "pay $99999999999 on the 31st of feb", "一千万亿五", "12.5号", "I'd rather be dead"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		given := Given{Today: wednesday}
		r := Read(text, given)
		if r != Read(text, given) {
			t.Error("the same text is read in two ways")
		}
		if !slices.Contains(meanings[:], r.Meaning) || !(r.Confidence > 0 && r.Confidence <= 1.000001) || !utf8.ValidString(r.Why) {
			t.Errorf("%+v", r)
		}
		if r.HasAmount && (r.Amount.Minor <= 0 || r.Amount.Minor >= most) || !r.HasAmount && r.Amount != (ledger.Money{}) {
			t.Errorf("%+v", r)
		}
		if y, _, _ := r.Date.YMD(); r.Date != 0 && (y < 1999 || y > 2199) {
			t.Errorf("%s", r.Date)
		}
		if r.Danger && r.Meaning != Vulnerable || r.Meaning == Stop && r.Why == "" {
			t.Errorf("%+v", r)
		}
		if without := Read(text, Given{}); without.Meaning != r.Meaning || without.Date != 0 {
			t.Errorf("who knows no day reads %+v", without)
		}
	})
}

// TestReadIsSteady holds what no text may change: courtesy before a reply, and spaces and capitals, leave a wish that texts stop
// and danger to life what they are.
func TestReadIsSteady(t *testing.T) {
	sure := []Labelled{
		{Stop, "退订"},
		{Stop, "别再发短信了"},
		{Stop, "stop texting me"},
		{Stop, "unsubscribe"},
		{Vulnerable, "我不想活了"},
		{Vulnerable, "i want to kill myself"},
		{Deceased, "他上个月去世了"},
		{Deceased, "my husband passed away"},
		{WrongPerson, "你打错了"},
		{WrongPerson, "wrong number"},
		{Representation, "请联系我的律师"},
		{Representation, "talk to my lawyer"},
	}
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(sure).Draw(t, "reply")
		before := rapid.SampledFrom([]string{"", "你好,", "hello. ", "请问,", "\n", "！！", "  "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "。", "!!!", " thanks", "，谢谢", "\n", "🙏"}).Draw(t, "after")
		text := l.Text
		if rapid.Bool().Draw(t, "capitals") {
			text = strings.ToUpper(text)
		}
		if got := Read(before+text+after, Given{}); got.Meaning != l.Meaning {
			t.Fatalf("%q is %s (%q)", before+text+after, got.Meaning, got.Why)
		}
	})
}

// TestNumbersWrittenOut writes numbers in Chinese and in English words and reads them back.
func TestNumbersWrittenOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 99999).Draw(t, "number")
		for _, text := range []string{"还" + chineseOf(n) + "元", fmt.Sprintf("还%d元", n), fmt.Sprintf("I will pay $%d", n)} {
			got := Read(text, Given{})
			if got.Amount.Minor != n*100 {
				t.Fatalf("%q says %s, not %d", text, got.Amount, n)
			}
		}
	})
}

// chineseOf writes a number below 100,000 as people do.
func chineseOf(n int64) string {
	digits, units := []rune("零一二三四五六七八九"), []string{"", "十", "百", "千", "万"}
	s, zero := "", false
	for k, p := 4, int64(10000); k >= 0; k, p = k-1, p/10 {
		d := n / p % 10
		if d == 0 {
			zero = zero || s != ""
			continue
		}
		if zero {
			s += "零"
		}
		zero = false
		s += string(digits[d]) + units[k]
	}
	return s
}

// TestDaysComeOut says days in many ways on any day and reads them back.
func TestDaysComeOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := ledger.Date(rapid.Int32Range(18000, 40000).Draw(t, "today"))
		want := today + ledger.Date(rapid.Int32Range(0, 300).Draw(t, "later"))
		y, m, d := want.YMD()
		for _, text := range []string{
			fmt.Sprintf("%d年%d月%d日还", y, m, d), fmt.Sprintf("%d月%d号还", m, d), fmt.Sprintf("I will pay on %s %d", m, d), fmt.Sprintf("I'll pay %s", want),
			fmt.Sprintf("%d天后还", want-today), fmt.Sprintf("will pay in %d days", want-today),
		} {
			if want == today && strings.Contains(text, "0") && (strings.HasPrefix(text, "0") || strings.Contains(text, " 0 ")) {
				continue // nobody says "in 0 days"
			}
			if got := Read(text, Given{Today: today}).Date; got != want {
				t.Fatalf("%q on %s is %s, want %s", text, today, got, want)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	exam := labelled(b, "exam.tsv")
	b.Run("exam", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			Read(exam[i%len(exam)].Text, Given{Today: wednesday})
		}
	})
	for _, c := range []struct{ name, text string }{
		{"word", "TD"},
		{"chinese", "我上个月已经把钱都还清了,为什么还天天给我发这种短信,请核实一下再联系"},
		{"english", "I lost my job last month and I can only pay a part of it at the end of the month, is that alright with you?"},
		{"long", strings.Repeat("不要不要给我我我再再发火 don't you stop the bus ", 60)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				Read(c.text, Given{Today: wednesday})
			}
		})
	}
}
