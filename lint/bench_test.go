package lint

import "testing"

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compile(chineseWords, englishWords)
	}
}

func BenchmarkText(b *testing.B) {
	l := New()
	for _, c := range []struct{ name, text string }{
		{"zh", "【示例消费金融】王女士，您9月15日的还款还没有收到，也许只是一时忘了。截至9月24日10:05待还1,240.00元，方便时还上就好；若已还款，谢谢您，请忽略。如需帮助请致电0571-17405000。核实：示例App。拒收请回复R"},
		{"en", "Example Finance: Dear Ms Wang, we have not seen your payment due on 15 Sep yet; it is easily forgotten. As of 24 Sep 10:05, CNY 1,240.00 is open. If you have paid, thank you, please ignore this. Help: +86 571 1740 5000. Check it is us: example.com/verify. Reply STOP to opt out."},
		{"threat", "再不还钱，我们就去你单位找你领导，让你在同事面前抬不起头"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Text(c.text, Facts{})
			}
		})
	}
}
