package receive

import (
	"strings"

	"github.com/dulyhq/duly/arrange"
)

// causes are words that say why a payment is late, the graver first. They are looked for in the folded text: small letters, half
// width, simplified, no apostrophes. Words that could be said of the creditor or of somebody else are left out.
var causes = []struct {
	cause arrange.Cause
	words []string
}{
	{arrange.Bereavement, []string{"办丧事", "丧事", "办后事", "我妈走了", "我爸走了", "刚去世", "passed away", "funeral", "my wife died", "my husband died", "my mother died", "my father died"}},
	{arrange.Illness, []string{"住院", "生病", "手术", "化疗", "重病", "病了", "看病", "癌", "骨折", "hospital", "surgery", "cancer", "chemo", "been ill", "im ill", "am ill", "been sick", "im sick"}},
	{arrange.Disaster, []string{"水灾", "洪水", "地震", "台风", "火灾", "受灾", "flood", "earthquake", "hurricane", "typhoon", "wildfire", "house burned"}},
	{arrange.JobLoss, []string{"失业", "被裁", "裁员", "下岗", "没工作", "丢了工作", "没有工作", "公司倒闭", "lost my job", "laid off", "unemployed", "out of work", "no job", "made redundant", "got fired"}},
	{arrange.IncomeCut, []string{"降薪", "减薪", "工资少了", "拖欠工资", "没发工资", "工资没发", "欠薪", "收入减少", "收入少了", "pay cut", "hours cut", "fewer hours", "cut my hours", "reduced hours", "havent been paid", "not been paid by my"}},
	{arrange.Business, []string{"生意不好", "生意亏", "店关了", "店倒闭", "资金周转", "周转不开", "货款没", "业务不好", "business is slow", "business failed", "my shop closed", "business is down"}},
	{arrange.Family, []string{"离婚", "生孩子", "刚生了", "照顾老人", "照顾孩子", "孩子上学", "divorce", "newborn", "had a baby", "caring for my"}},
	{arrange.PaymentFailed, []string{"扣款失败", "扣不了款", "卡被冻", "卡冻结", "银行卡丢", "卡丢了", "转账失败", "没扣成", "支付失败", "付不出去", "payment failed", "card declined", "card was declined", "debit failed", "bank declined", "card expired", "card is frozen", "lost my card"}},
	{arrange.PaydayGap, []string{"发工资", "发了工资", "等工资", "工资到账", "发薪", "领工资", "payday", "get paid", "when i m paid", "im paid on", "paid on the", "my salary comes", "my paycheck"}},
	{arrange.Forgot, []string{"忘了", "忘记", "没注意", "没留意", "搞忘", "forgot", "slipped my mind", "didnt notice", "completely missed"}},
	{arrange.Moved, []string{"换手机", "换号", "换了卡", "搬家", "出国", "changed my number", "moved house", "moved abroad", "new address"}},
}

// WhyLate finds why a payment is late in a reply's words; the zero Cause where they do not say. It never finds Wilful: that is for
// a person to say, with reasons. A negated word ("不是忘了") says nothing.
func WhyLate(text string) arrange.Cause {
	whole := strings.Join(strings.Fields(Plain(text)), " ")
	for _, c := range causes {
		for _, w := range c.words {
			for at, from := 0, 0; ; from = at + len(w) {
				i := strings.Index(whole[from:], w)
				if i < 0 {
					break
				}
				if at = from + i; !takenBack(whole[:at]) && wordBegins(whole, at) {
					return c.cause
				}
			}
		}
	}
	return arrange.Unknown
}

// takenBack says that what stands before a word takes it back.
func takenBack(before string) bool {
	for _, n := range []string{"没有", "不是", "没", "不会", "别", "not ", "never ", "didnt ", "no "} {
		if strings.HasSuffix(before, n) {
			return true
		}
	}
	return false
}

// wordBegins says that a Latin word begins at a place, and not in the middle of another.
func wordBegins(s string, at int) bool {
	if at == 0 || s[at] >= 0x80 {
		return true
	}
	c := s[at-1]
	return c < 'a' || c > 'z'
}

// Plain is a reply in small letters, half width and simplified characters, without apostrophes, as WhyLate and an answer to an offer
// are looked for in it. It has no more than 1,000 characters.
func Plain(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxRead {
			break
		}
		if r = foldRune(r); r != 0 && r != '\'' && r != '’' {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(strings.ToLower(b.String()))
}
