package portal

import (
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A choiceForm is the page on which somebody chooses when, how and in which language we write.
type choiceForm struct {
	From, To int // hours; both 0: any
	Hours    []int
	Days     []choiceDay
	Channel  string
	Language string
}

type choiceDay struct {
	Bit    int
	Name   string
	Ticked bool
}

func (v *visit) choiceForm(w ledger.Wish, language string) choiceForm {
	f := choiceForm{Channel: string(w.Channel), Language: language}
	if w.Close != 0 {
		f.From, f.To = w.Open/60, (w.Close+59)/60
	}
	for h := firstHour; h <= lastHour; h++ {
		f.Hours = append(f.Hours, h)
	}
	zh := []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
	en := []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	for _, bit := range []int{1, 2, 3, 4, 5, 6, 0} {
		f.Days = append(f.Days, choiceDay{bit, v.say(zh[bit], en[bit]), w.Days == 0 || w.Days&(1<<bit) != 0})
	}
	return f
}

// The hours that are offered. The law's own may be narrower, and hold all the same.
const firstHour, lastHour = 8, 21

func (p *Portal) choose(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "choose", "什么时候、怎样联系我", "When and how we may write", v.choiceForm(held.Wish, held.Language))
}

func (p *Portal) chosen(v *visit) error {
	c, wrong := v.choice()
	if wrong != "" {
		return v.showWith(http.StatusUnprocessableEntity, "choose", "什么时候、怎样联系我", "When and how we may write", v.choiceForm(c.Wish, c.Language), wrong)
	}
	if err := p.Desk.Choose(v.r.Context(), v.guest, c, v.at); err != nil {
		return err
	}
	v.guest.Language = c.Language
	return v.answer("已经记下", "We have noted it",
		[2]string{"之后的提醒都会按您的选择，并且不超出法律允许的时间和次数。", "Our reminders follow your choice from now on, and never go beyond what the law allows."},
		[2]string{"您随时可以在这里更改。", "You can change it here at any time."})
}

// choice reads the form; the second result says what is wrong with it.
func (v *visit) choice() (store.Choice, string) {
	c := store.Choice{Language: v.form("language", 2)}
	if c.Language != "zh" && c.Language != "en" {
		c.Language = ""
	}
	switch ch := ledger.Channel(v.form("channel", 10)); ch {
	case ledger.SMS, ledger.Voice, ledger.Post, ledger.Email:
		c.Wish.Channel = ch
	case ledger.App, ledger.Task: // not offered
	}
	if err := v.r.ParseForm(); err != nil {
		return c, v.say("表单不完整，请重试。", "The form was not whole. Please try again.")
	}
	for _, d := range v.r.PostForm["day"] {
		if bit, err := strconv.Atoi(d); err == nil && bit >= 0 && bit <= 6 {
			c.Wish.Days |= 1 << bit
		}
	}
	if c.Wish.Days == 0 {
		return c, v.say("请至少选择一天；如果完全不想收到提醒，请用“不再接收提醒”。", "Please choose one day at least. If you want no reminders at all, use “Stop the reminders”.")
	}
	if c.Wish.Days == 0x7f {
		c.Wish.Days = 0
	}
	from, _ := strconv.Atoi(v.form("from", 2))
	to, _ := strconv.Atoi(v.form("to", 2))
	switch {
	case from == 0 && to == 0:
	case from < firstHour || to > lastHour+1 || to <= from:
		return c, v.say("结束时间要晚于开始时间。", "The hour at which it ends must come after the one at which it begins.")
	default:
		c.Wish.Open, c.Wish.Close = from*60, to*60
	}
	return c, ""
}
