package portal

import (
	"net/http"

	"github.com/dulyhq/duly/receive"
)

// ask lets a person reach a person.
func (p *Portal) ask(v *visit) error {
	return v.show(http.StatusOK, "ask", "找人工帮忙", "Ask a person", nil)
}

// whenToCall are the hours in which somebody may want to be called.
var whenToCall = map[string][2]string{
	"morning": {"上午9点到12点", "from 9 to 12"}, "afternoon": {"下午1点到6点", "from 1 to 6 in the afternoon"}, "evening": {"晚上6点到8点", "from 6 to 8 in the evening"},
}

func (p *Portal) asked(v *visit) error {
	words := v.form("words", maxWords)
	when, call := whenToCall[v.form("call", 20)]
	switch {
	case call:
		said := v.say("请给我打电话，", "Please call me ") + v.say(when[0], when[1])
		if words != "" {
			said += v.say("：", ": ") + words
		}
		if err := v.tell(receive.CallMe, said, "", ""); err != nil {
			return err
		}
	case words == "":
		return v.showWith(http.StatusUnprocessableEntity, "ask", "找人工帮忙", "Ask a person", nil, v.say("请写下您的问题，或选择回电时间。", "Please write your question, or choose when we may call."))
	default:
		if err := v.tell(receive.Question, words, "", ""); err != nil {
			return err
		}
	}
	return v.answer("我们收到了", "We have it",
		[2]string{"会有同事看到您写的内容并回复您。", "A colleague will read what you wrote and answer you."},
		[2]string{"如果选择了回电，我们只在您选的时间打给您本人。", "If you asked for a call, we call you yourself, and only in the hours you chose."})
}
