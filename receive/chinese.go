package receive

import (
	"strings"
	"unicode/utf8"
)

// codes are the letters that carriers in China take for a stop, alone or after 回复.
var codes = map[string]bool{"t": true, "td": true, "n": true, "r": true, "tt": true, "dt": true, "tdd": true, "qx": true, "tuiding": true}

// bare are whole replies in Chinese that mean stop, when what is said around them for courtesy is taken off.
var bare = map[string]bool{
	"停": true, "停停": true, "停停停": true, "退": true, "退订": true, "退定": true, "退顶": true, "拒收": true, "取消": true,
	"停止": true, "停发": true, "停止发送": true, "屏蔽": true, "拒绝": true, "取消订阅": true, "勿扰": true, "免打扰": true, "stop": true,
	"终止": true, "不要": true, "别发": true, "烦": true, "滚": true, "走开": true,
}

var (
	courtesyBefore = []string{"请", "麻烦", "我要", "我想", "我要求", "要求", "申请", "回复", "回", "发送", "发", "立即", "马上", "全部", "短信", "你好", "您好", "给我", "帮我", "再次", "都"}
	courtesyAfter  = []string{"谢谢", "了", "吧", "啊", "呀", "哦", "啦", "短信", "信息", "消息", "服务", "谢", "我", "你", "掉", "好吗", "可以吗", "吗", "嘛"}
	// quotes are our own tail, which replies carry along when they quote us.
	quotes = []string{"拒收请回复r", "退订请回复td", "退订请回复t", "拒收请回复t", "退订回复td", "退订回td", "退订回t", "回复td退订", "回复t退订", "回td退订", "回t退订", "拒收回复r", "拒收回r"}
)

// The words of a prohibition, longest first where one begins another.
var (
	imperatives = []string{"不要", "别", "不许", "不准", "不用", "不必", "无需", "不需要", "勿", "甭", "禁止", "不得", "莫", "唔好", "唔要", "停止", "少", "能不能不", "可以不", "不可以", "不能再"}
	wishes      = []string{"不想", "不愿意", "不愿", "不再", "不需要", "不同意", "拒绝", "不要", "别让我", "不", "不希望", "不接受"}
	betweens    = []string{
		"再也", "再", "老是", "总是", "总", "老", "一直", "天天", "每天", "整天", "继续", "不停地", "不停", "频繁", "反复", "随便", "到处",
		"给", "向", "往", "对", "跟", "和", "与", "用", "我们", "我的", "我", "本人", "本机", "这个", "这", "那", "此", "号码", "手机号", "手机", "号", "电话号码",
		"你们的", "你们", "你", "任何", "什么", "接", "在", "来", "又", "让", "被", "要", "有", "到", "乱", "瞎", "们", "上", "里", "的", "啦",
	}
)

// afters says what may follow a verb for it to be about messages to the writer. An empty string is the end.
var afters = map[string][]string{
	"发":   {"", "了", "送", "短信", "信息", "消息", "通知", "催", "提醒", "这", "那", "来", "给我", "我", "啦", "吧", "过来", "任何", "垃圾", "骚扰", "此类", "广告", "什么", "啊", "呀", "到我", "微信", "哈", "好吗", "行吗", "可以吗", "给本"},
	"短信":  {"", "了", "提醒", "通知", "催", "骚扰", "轰炸", "打扰", "啦", "吧", "联系", "我"},
	"联系":  {"", "我", "了", "本人", "本机", "这个", "此", "吧", "啦", "啊"},
	"联络":  {"", "我", "了", "本人", "吧", "啦"},
	"打扰":  {"", "我", "了", "本人", "吧", "啦", "别人", "人"},
	"骚扰":  {"", "我", "了", "本人", "吧", "啦", "短信", "信息", "人"},
	"扰":   {""},
	"催":   {"", "我", "了", "款", "收", "吧", "啦", "促", "短信", "信息"},
	"提醒":  {"", "我", "了", "短信", "信息", "吧", "啦"},
	"通知":  {"", "我", "了", "吧", "啦"},
	"推送":  {"", "了", "给我", "我", "短信", "信息", "消息", "吧"},
	"打电话": {"", "了", "发", "给我", "来", "我", "吧", "啦", "骚扰"},
	"来电话": {"", "了"},
	"烦":   {"", "我", "了"},
	"找我":  {"", "了", "吧", "啦"},
	"寄":   {"短信", "信息", "消息", "了", "给我"},
	"传":   {"", "了", "给我", "我", "来", "短信", "信息", "消息", "吧", "啦"},
}

// verbs of afters, longest first, so that 打电话 is read before 打扰's like and 短信 before 发.
var verbs = []string{"打电话", "来电话", "短信", "联系", "联络", "打扰", "骚扰", "提醒", "通知", "推送", "找我", "发", "传", "寄", "催", "扰", "烦"}

// received are the verbs of getting a message, and messages what is got.
var (
	received = []string{"收到", "接收", "接受", "收", "看到", "接到", "看见", "同意接收"}
	messages = []string{"短信", "信息", "消息", "提醒", "通知", "催", "骚扰", "电话", "垃圾", "推送", "广告", "发送", "发", "联系", "订阅", "接收", "打扰", "通讯"}
	stopping = []string{"停止", "停掉", "停", "取消", "终止", "中止", "关闭", "关掉", "结束", "屏蔽", "退出", "退掉"}
	denials  = []string{"没", "没有", "不要", "不想", "不想要", "不用", "不是", "不是要", "不会", "别", "勿", "不", "误", "没要", "没说", "不需要", "不必", "别再", "不要再", "千万别", "不可", "不准", "不许"}
	// others are people and places other than the writer: a wish about them is for a person to read.
	others = []string{"家", "妈", "爸", "父", "母", "老", "单位", "公司", "朋友", "同事", "亲", "丈夫", "妻", "儿", "女", "领导", "同学", "孩子", "的", "他", "她", "别人", "对象", "男", "媳", "哥", "姐", "弟", "妹"}
	// hours limit a wish in time, unless it is for good.
	hours   = []string{"晚上", "上班", "白天", "今天", "现在", "周末", "中午", "早上", "半夜", "夜里", "深夜", "凌晨", "工作时间", "开会", "这几天", "暂时", "先", "睡觉", "休息", "午休", "这会", "明天", "等我"}
	forGood = []string{"起", "开始", "以后", "永远", "再也", "今后"}
	// goods are things that one can send back or cancel and that are no messages.
	goods = []string{"快递", "包裹", "货", "酒店", "机票", "会员", "套餐", "宽带", "流量", "房", "车票", "保险", "商品", "自动", "卡", "贷款", "订单", "合同", "扣款", "预约"}
)

// begins holds the first characters of all prohibitions, so that other characters cost one look.
var begins = func() map[rune]bool {
	m := map[rune]bool{}
	for _, list := range [][]string{stopping, imperatives, wishes} {
		for _, w := range list {
			r, _ := utf8.DecodeRuneInString(w)
			m[r] = true
		}
	}
	return m
}()

// chineseStop returns the words that ask to stop and how sure that is, or 0.
func (t folded) chineseStop() (string, float64) {
	if core := courtless(t.whole); codes[core] || bare[core] {
		return core, sureWord
	}
	if t.han == 0 {
		return "", 0
	}
	left := t.whole
	for _, q := range quotes {
		if left == q {
			return q, sureWord
		}
		left = strings.Replace(left, q, "", 1)
	}
	quoted := left != t.whole
	for _, c := range t.clauses {
		run := c.run
		for _, q := range quotes {
			if quoted {
				run = strings.Replace(run, q, "", 1)
			}
		}
		why, sure := stopInClause(run)
		if sure > 0 && !t.excused(run, why) {
			return why, sure
		}
	}
	return "", 0
}

// courtless takes courtesy off both ends of a whole reply.
func courtless(s string) string {
	for again := true; again; {
		again = false
		for _, w := range courtesyBefore {
			if len(s) > len(w) && strings.HasPrefix(s, w) && !bare[s] {
				s, again = s[len(w):], true
			}
		}
		for _, w := range courtesyAfter {
			if len(s) > len(w) && strings.HasSuffix(s, w) && !bare[s] {
				s, again = s[:len(s)-len(w)], true
			}
		}
	}
	return s
}

// excused says that a phrase, though it reads like a stop, is a wish about hours, about another channel, or a
// plea for time before a payment.
func (t folded) excused(run, why string) bool {
	at := strings.Index(run, why)
	limited := false
	for _, h := range hours {
		if i := strings.Index(run, h); i >= 0 && i < at+len(why) {
			limited = true
		}
	}
	for _, g := range forGood {
		limited = limited && !strings.Contains(run, g)
	}
	switch {
	case limited:
		return true
	case strings.HasSuffix(why, "电话") || strings.Contains(why, "打电话"):
		return hasAny(t.whole, "短信就", "短信吧", "短信行", "短信可以", "短信联系", "短信通知", "信息就", "微信")
	case strings.HasSuffix(why, "催"):
		return hasAny(t.whole, "还", "付", "转", "交", "工资", "打款", "存")
	}
	return false
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// stopInClause looks for a stop in one clause.
func stopInClause(run string) (string, float64) {
	for _, w := range []string{"退订", "拒收", "取消订阅", "撤回同意", "撤销同意", "免打扰", "取消关注"} {
		for from := 0; ; {
			i := strings.Index(run[from:], w)
			if i < 0 {
				break
			}
			i += from
			from = i + len(w)
			if !denied(run[:i]) && !endsWithAny(run[:i], "取消") && !near(run, i, from, goods) {
				return w, surePhrase
			}
		}
	}
	if why := struckOff(run); why != "" {
		return why, surePhrase
	}
	for i, r := range run {
		if !begins[r] {
			continue
		}
		if why := prohibition(run, i); why != "" {
			return why, surePhrase
		}
	}
	return "", 0
}

// struckOff reads "take my number off your list" and "send once more and I complain".
func struckOff(run string) string {
	for _, w := range []string{"删除", "删掉", "移除", "删了", "去掉"} {
		if i := strings.Index(run, w); i >= 0 && !denied(run[:i]) && hasAny(run, "号码", "手机号", "名单", "我的电话") {
			return w
		}
	}
	for _, w := range []string{"再发", "再催", "再骚扰", "再打扰", "再联系"} {
		if i := strings.Index(run, w); i >= 0 && !denied(run[:i]) && hasAny(run[i:], "投诉", "报警", "举报", "告你", "起诉你") {
			return w
		}
	}
	return ""
}

// prohibition reads a prohibition that begins at i: "do not send", "I do not want to get", "stop the messages".
func prohibition(run string, i int) string {
	before, rest := run[:i], run[i:]
	if w := prefix(rest, stopping); w != "" && !denied(before) {
		after := skip(rest[len(w):], []string{"给我们", "给我", "向我", "对我", "再", "你们", "一切", "所有", "任何", "该", "这些", "这种", "这个", "此类", "的", "继续", "我"})
		if m := prefix(after, messages); m != "" && prefix(after[len(m):], []string{"卡", "工资", "票", "货"}) == "" {
			return w + m
		}
	}
	if w := prefix(rest, imperatives); w != "" && !denied(before) {
		after := skip(rest[len(w):], betweens)
		if v := prefix(after, verbs); v != "" && follows(after[len(v):], afters[v]) {
			return w + v
		}
	}
	if w := prefix(rest, wishes); w != "" && !endsWithAny(before, "是", "要", "会") {
		after := skip(rest[len(w):], betweens)
		if v := prefix(after, received); v != "" {
			tail := skip(after[len(v):], []string{"到", "你们", "这些", "这种", "这样", "这个", "这", "任何", "此类", "了", "的", "贵司", "公司", "一切", "类似", "还款", "什么"})
			if v != "收" && tail == "" || prefix(tail, messages) != "" {
				return w + v
			}
		}
		if (w == "拒绝" || w == "不同意" || w == "不接受") && prefix(after, messages) != "" {
			return w
		}
	}
	return ""
}

// follows says that what comes after a verb leaves it about messages to the writer.
func follows(after string, allowed []string) bool {
	for _, a := range allowed {
		if a == "" && after != "" || !strings.HasPrefix(after, a) {
			continue
		}
		who := strings.TrimPrefix(after[len(a):], "我")
		if strings.HasSuffix(a, "我") || strings.HasPrefix(after[len(a):], "我") || a == "到我" {
			if prefix(who, others) != "" {
				return false
			}
		}
		return true
	}
	return false
}

// denied says that what stands before a stop word takes it back.
func denied(before string) bool {
	return endsWithAny(before, denials...) && !endsWithAny(before, "再不", "还不", "还没", "怎么不", "为什么不")
}

func endsWithAny(s string, ends ...string) bool {
	for _, e := range ends {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}

// prefix returns the longest of the words with which s begins, or "".
func prefix(s string, words []string) string {
	best := ""
	for _, w := range words {
		if len(w) > len(best) && strings.HasPrefix(s, w) {
			best = w
		}
	}
	return best
}

// skip takes up to ten of the words off the front, but never one that begins a verb.
func skip(s string, words []string) string {
	for range 10 {
		w := prefix(s, words)
		if w == "" || len(prefix(s, verbs)) >= len(w) || len(prefix(s, received)) >= len(w) {
			break
		}
		s = s[len(w):]
	}
	return s
}

// near says that one of the words stands within four characters of s[from:to].
func near(s string, from, to int, words []string) bool {
	const reach = 4 * 3 // bytes of four Chinese characters
	return hasAny(s[max(0, from-reach):from], words...) || hasAny(s[to:min(len(s), to+reach)], words...)
}
