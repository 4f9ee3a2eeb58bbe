package receive

import (
	"testing"

	"github.com/dulyhq/duly/arrange"
)

func TestWhyLate(t *testing.T) {
	for text, want := range map[string]arrange.Cause{
		"下周五发工资还500": arrange.PaydayGap, "失业了,没钱": arrange.JobLoss, "我在住院": arrange.Illness, "不好意思忘了": arrange.Forgot, "不是忘了": arrange.Unknown,
		"卡冻结了付不了": arrange.PaymentFailed, "I lost my job": arrange.JobLoss, "Sorry, I forgot!": arrange.Forgot, "my card was declined": arrange.PaymentFailed,
		"老家受灾了": arrange.Disaster, "失業了": arrange.JobLoss, "好的": arrange.Unknown, "": arrange.Unknown, "不想还": arrange.Unknown, "I won't pay": arrange.Unknown,
	} {
		if got := WhyLate(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestHours(t *testing.T) {
	for text, want := range map[string]string{
		"下午3点后给我打电话": "15:00-21:00", "明天上午打给我": "09:00-12:00", "call me after 6pm": "18:00-21:00", "between 2 and 4 pm": "14:00-16:00",
		"晚上7点到8点": "19:00-20:00", "call me": "", "凌晨3点打": "", "": "",
	} {
		if got := Hours(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzHours: hours lie within the day's, whatever is written.
func FuzzHours(f *testing.F) {
	f.Add("下午3点到5点")
	f.Add("after 18:30")
	f.Fuzz(func(t *testing.T, text string) {
		if h := Hours(text); h != "" && (len(h) != 11 || h[:5] < "08:00" || h[6:] > "21:00" || h[:5] >= h[6:]) {
			t.Errorf("%q: %q", text, h)
		}
		WhyLate(text)
	})
}
