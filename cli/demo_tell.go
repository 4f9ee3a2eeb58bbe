package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/sim"
	"github.com/dulyhq/duly/smsc"
)

func (d *demo) greet() {
	d.line("%s", d.lang.say(
		"Duly demo: a lender's two weeks in civil time, over SMPP on loopback. Nobody real is written to.",
		"Duly 演示：一家贷款机构的两周（虚拟日期），经本机回环上的真实 SMPP 协议。不会联系任何真人。"))
	d.line("%s", d.lang.say(
		"The ledger: 1,000 real card accounts (I-Cheng Yeh, UCI, CC BY 4.0; names and numbers made up)",
		"台账：1,000 个真实信用卡账户（I-Cheng Yeh，UCI，CC BY 4.0；姓名与号码均为虚构）"))
	d.line("%s\n", d.lang.say("and 4 made-up ones, to whom the story happens.", "及 4 个虚构账户，用于演示情节。"))
}

// dayHeads are the columns of the days, in English and Chinese, with their widths.
var dayHeads = []struct {
	en, zh string
	wide   int
}{
	{"day", "日期", -14},
	{"planned", "计划", 8},
	{"tasks", "人工", 6},
	{"sent", "发出", 6},
	{"delivered", "送达", 10},
	{"replied", "回复", 8},
	{"stopped", "退订", 8},
	{"paid", "还款", 6},
	{"held", "暂缓", 6},
}

// day prints a day's line, with the heads above the first.
func (d *demo) day(x sim.Day) {
	d.clear()
	var b strings.Builder
	if x.On == demoFrom {
		for _, h := range dayHeads {
			b.WriteString(padded(d.lang.say(h.en, h.zh), h.wide))
		}
		d.line("%s", b.String())
		b.Reset()
	}
	weekday := d.lang.say(x.On.Weekday().String()[:3], "周"+string([]rune("日一二三四五六")[x.On.Weekday()]))
	b.WriteString(padded(x.On.String()+" "+weekday, dayHeads[0].wide))
	for i, n := range []int64{x.Planned, x.Tasks, int64(x.Sent), int64(x.Delivered), int64(x.Replied), int64(x.Stopped), int64(x.Paid), x.Held} {
		b.WriteString(padded(fmt.Sprint(n), dayHeads[i+1].wide))
	}
	if note := d.note(x); note != "" {
		b.WriteString("  " + note)
	}
	d.line("%s", b.String())
}

// note says what was special about a day, in a few words.
func (d *demo) note(x sim.Day) string {
	switch {
	case x.Trouble == sim.Killed:
		return d.lang.say("kill -9 in the middle", "中途 kill -9")
	case x.Trouble == sim.Down:
		return d.lang.say("carrier down by day", "白天通道中断")
	case x.Trouble == sim.Throttled:
		return d.lang.say("carrier throttles", "通道限流")
	case x.Trouble == sim.Cut:
		return d.lang.say("line drops again and again", "连接多次中断")
	case x.On == storyDay:
		return d.lang.say("the story below", "情节见下文")
	case x.Planned == 0 && x.Sent == 0:
		return d.lang.say("nothing leaves", "不发送")
	}
	return ""
}

// tell says what it all came to.
func (d *demo) tell(ctx context.Context) error {
	d.ties()
	d.story()
	d.killing()
	if err := d.reported(ctx); err != nil {
		return err
	}
	if err := d.explained(ctx); err != nil {
		return err
	}
	d.zeros()
	d.files()
	return nil
}

func yuan(minor int64) string {
	s := ledger.Money{Minor: minor, Currency: "CNY"}.Decimal()
	whole, cents, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return "¥" + whole + "." + cents
}

// ties says that the ledger ties to the core system.
func (d *demo) ties() {
	o := d.outcome.Opening
	d.head("The totals tie to the core system", "总数与核心系统一致")
	row := func(n int, en, zh string, sum int64) {
		money := ""
		if sum > 0 {
			money = padded(yuan(sum), 20)
		}
		d.line("%s", strings.TrimRight(fmt.Sprintf("  ✓ %s %s%s", padded(grouped(n), 7), padded(d.lang.say(en, zh), -12), money), " "))
	}
	row(o.Borrowers, "borrowers", "借款人", 0)
	row(o.Loans, "loans", "贷款", o.Principal)
	row(o.Instalments, "instalments", "期次", o.Due)
	row(o.Payments, "payments", "还款", o.Paid)
}

// story says what happened to the borrowers of the story, by what the carrier has.
func (d *demo) story() {
	first, now := storyDay.At(9, 30, d.zone), storyDay.At(10, 0, d.zone)
	d.head(fmt.Sprintf("The story of %s", storyDay), fmt.Sprintf("%s 的情节", storyDay))
	d.say(fmt.Sprintf(d.lang.say(
		"09:30  a reminder of %s to %s is queued. 09:40  %s arrives. 10:00  the handset shows %s:",
		"09:30  发给 %[2]s 的 %[1]s 提醒已排队；09:40  到账 %[3]s；10:00  手机上显示 %[4]s："),
		yuan(d.world.Owed(paysPart, first)), paysPart, yuan(50000), yuan(d.world.Owed(paysPart, now))))
	for _, a := range d.world.ArrivedAt(paysPart) {
		if a.Civil.Equal(now) {
			d.say("“" + a.Whole + "”")
		}
	}
	d.say(fmt.Sprintf(d.lang.say(
		"09:30  a reminder of %s to %s is queued. 09:40  all of it is paid. 10:00  nothing leaves: the carrier has %d for this number that day.",
		"09:30  发给 %[2]s 的 %[1]s 提醒已排队；09:40  全部还清；10:00  不再发送：通道当天收到发给该号码的短信 %[3]d 条。"),
		yuan(d.world.Owed(paysAll, first)), paysAll, countOn(d.world.ArrivedAt(paysAll), storyDay, d.zone)))
	d.say(fmt.Sprintf(d.lang.say(
		"10:00  %s answers “退订” (stop). From then on nothing leaves, on any loan: the carrier has %d for this number: the one answered, and one that confirms the stop.",
		"10:00  %s 回复“退订”，此后任何贷款都不再发送：通道收到发给该号码的短信共%d条：被回复的那一条，以及一条停止确认。"), stops, len(d.world.ArrivedAt(stops))))
	d.say(fmt.Sprintf(d.lang.say(
		"10:00  %s is late on two loans and gets one message, about %s.",
		"10:00  %s 有两笔贷款逾期，只收到一条短信，合计 %s。"), hasTwo, yuan(d.world.Owed(hasTwo, now))))
}

func countOn(arrivals []smsc.Arrival, day ledger.Date, zone *time.Location) (n int) {
	for i := range arrivals {
		if ledger.Day(arrivals[i].Civil.In(zone)) == day {
			n++
		}
	}
	return n
}

// killing says what became of the process that was killed.
func (d *demo) killing() {
	k := d.outcome.Kill
	if k.At.IsZero() {
		return
	}
	d.head("kill -9 in the middle", "中途 kill -9")
	if !k.Done {
		d.say(d.lang.say("The process was too quick to be killed.", "该进程已提前结束，未能终止。"))
		return
	}
	d.say(fmt.Sprintf(d.lang.say(
		"%s  a process of its own hands %d messages over and is killed (SIGKILL) when the carrier has %d. Started again, it hands the rest over: "+
			"the carrier has %d. Of %d nobody can tell whether they arrived; they are listed, and not sent again. Twice: %d.",
		"%s  独立进程交付%d条短信，通道收到%d条时被强行终止（SIGKILL）。重新启动后发出其余：通道共收到%d条。"+
			"有%d条无法确定是否到达，已列出且不会重发。重复发送：%d。"),
		d.time(k.At), k.Waiting, k.Before, k.After, k.Unknown, d.zero(sim.Twice)))
}

func (d *demo) zero(what sim.Zero) int {
	for _, z := range d.outcome.Zeros {
		if z.What == what {
			return z.Found
		}
	}
	return 0
}

// explained prints three borrowers as duly explain does.
func (d *demo) explained(ctx context.Context) error {
	late := (demoFrom + ledger.Date(d.flags.days)).At(18, 30, d.zone)
	for _, x := range []struct {
		borrower, en, zh string
		at               time.Time
	}{
		{paysPart, "contacted", "已联系", storyDay.At(10, 30, d.zone)},
		{paysAll, "held", "不联系", storyDay.At(10, 30, d.zone)},
		{stops, "stopped", "已退订", late},
	} {
		d.head(fmt.Sprintf("Explained: %s, %s", x.borrower, x.en), fmt.Sprintf("说明：%s，%s", x.borrower, x.zh))
		found, err := d.engine.Explain(ctx, x.borrower, x.at)
		if err != nil {
			return err
		}
		for i := range found {
			var b bytes.Buffer
			passed, lines := brief(&found[i])
			printExplanation(&b, d.engine, &found[i], d.lang)
			d.wrapped(b.String())
			d.line(d.lang.say("  (duly explain %s shows the %s)", "  （完整内容见 duly explain %s：%s）"), x.borrower, d.rest(lines, passed))
		}
	}
	return nil
}

// rest says how much brief left out.
func (d *demo) rest(lines, passed int) string {
	s := fmt.Sprintf(d.lang.say("other %d lines of the working", "另有%d行计算过程"), lines)
	if passed > 0 {
		s += fmt.Sprintf(d.lang.say(" and the %d rules that passed", "，%d条规则已通过"), passed)
	}
	return s
}

// zeroWords name what must be zero.
var zeroWords = map[sim.Zero][2]string{
	sim.Twice:        {"the same text twice on one handset", "同一手机重复收到同一短信"},
	sim.AfterStop:    {"after a stop", "退订之后仍收到"},
	sim.OutsideHours: {"outside 08:00-22:00, or valid beyond", "08:00–22:00 之外收到，或有效期超出"},
	sim.OverCaps:     {"over the caps (1 a day, 3 in 7 days)", "超出频次上限（每日1次，7日内3次）"},
	sim.WrongAmount:  {"another amount than was owed at that minute", "金额与当时实欠不符"},
	sim.PaidUp:       {"to somebody who had paid everything", "发给已还清的人"},
	sim.Incomplete:   {"in parts, although the line held", "连接正常却缺段"},
	sim.Rest:         {"a reminder before a promised day, or after a dispute", "承诺日期之前或异议之后仍收到提醒"},
	sim.Unasked:      {"an answer unasked for, or a debt told to a stranger", "无人询问的答复，或向陌生人提及债务"},
	sim.Unaccounted:  {"not accounted for: intents are not the sum of their states", "去向不明：计划数不等于各状态之和"},
}

func (d *demo) zeros() {
	d.head("What must be zero, counted in the carrier's own record", "必须为零的各项，按通道自身的记录统计")
	for _, z := range d.outcome.Zeros {
		w := zeroWords[z.What]
		mark := "✓"
		if z.Found > 0 {
			mark = "✗"
		}
		d.line("  %s %s  %s", mark, padded(grouped(z.Found), 5), d.lang.say(w[0], w[1]))
		for _, c := range z.Cases {
			d.say("          " + c)
		}
	}
	s := func(states ...string) string {
		n := int64(0)
		for _, name := range states {
			n += d.outcome.States[name]
		}
		return grouped(int(n))
	}
	d.say(fmt.Sprintf(d.lang.say(
		"The carrier took %s messages. %s planned = %s delivered + %s not delivered + %s without a receipt + %s unknown + %s refused + %s cancelled + %s expired + %s waiting.",
		"通道共接收 %s 条。计划 %s = 送达 %s + 未送达 %s + 无回执 %s + 未知 %s + 拒收 %s + 取消 %s + 过时 %s + 待发 %s。"),
		grouped(d.outcome.Taken), grouped(int(d.outcome.Planned)), s("delivered"), s("undelivered"), s("accepted"), s("unknown"),
		s("refused"), s("cancelled"), s("expired"), s("waiting", "fenced")))
	if d.outcome.Cut > 0 {
		d.say(fmt.Sprintf(d.lang.say(
			"%d messages were cut in two when the line broke or the process died; no handset showed them, and the books call them unknown.",
			"%d条短信因连接中断或进程被终止而残缺，手机上未显示，账上记为结果未知。"), d.outcome.Cut))
	}
}

func (d *demo) files() {
	d.head("Where it lies", "文件位置")
	row := func(path, en, zh string) { d.line("  %s  %s", padded(path, -22), d.lang.say(en, zh)) }
	d.line("  %s", d.dir)
	row(ConfigName, fmt.Sprintf("the configuration, as duly init writes it, with a window of %d", demoWindow), fmt.Sprintf("配置文件，与 duly init 生成的相同，仅窗口改为 %d", demoWindow))
	row(filepath.Join("ledger", ""), "what the core system stated, by day and hour, with control totals", "核心系统逐日给出的文件及控制总数")
	row(sim.RecordName, "the carrier's own record, one JSON object a line", "通道自身的记录，每行一个 JSON")
	row("data, keys", "the database, and the keys that open it", "数据库及其密钥")
	d.head("Go on with it", "继续操作")
	if built() {
		d.line("  %s", `go build -o duly . && export PATH="$PWD:$PATH"`)
	}
	d.line("  cd %s", d.dir)
	next := d.after().Format(time.RFC3339)
	for _, c := range []string{
		"duly explain " + stops + " --now " + next, "duly report", "duly plan --dry-run --now " + next,
		"duly smsc &", "duly run --linger 1s --now " + next,
	} {
		d.line("  %s", c)
	}
	d.line(d.lang.say("\n%s of real time.", "\n实际用时 %s。"), d.a.clock.read().Sub(d.began).Round(100*time.Millisecond))
}

// built says that go run made this program for this one run, so that no duly is left to go on with.
func built() bool {
	self, err := os.Executable()
	return err == nil && strings.Contains(self, string(filepath.Separator)+"go-build")
}

// say writes a paragraph, indented and broken at the demo's width.
func (d *demo) say(text string) { d.wrapped("  " + text) }
