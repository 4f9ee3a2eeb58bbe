package portal

import (
	"net/http"

	"github.com/dulyhq/duly/receive"
)

// later lets a person say that they cannot pay now. It asks for no reason; one may be given.
func (p *Portal) later(v *visit) error {
	return v.show(http.StatusOK, "later", "我现在还不上", "I cannot pay now", nil)
}

// whyLater are the reasons that may be ticked.
var whyLater = map[string][2]string{
	"days": {"再过几天就可以", "I only need some days"}, "part": {"现在可以先还一部分", "I can pay a part now"},
	"income": {"收入减少或没有收入了", "My income has fallen or stopped"}, "ill": {"生病，或家里有人生病、去世", "Illness, or a death in the family"},
	"other": {"其他原因，或不想说", "Something else, or I would rather not say"},
}

func (p *Portal) askedLater(v *visit) error {
	why, ok := whyLater[v.form("why", 20)]
	if !ok {
		why = whyLater["other"]
	}
	words := v.form("words", maxWords)
	if day := birth(v.form("when", 20)); day != "" {
		words = v.say("预计有钱的日子 ", "money expected on ") + day + " " + words
	}
	said := v.say(why[0], why[1])
	if words != "" {
		said += v.say("；", "; ") + words
	}
	if err := v.tell(receive.Hardship, said, "我现在还不上", "I cannot pay now"); err != nil {
		return err
	}
	return v.answer("谢谢您告诉我们", "Thank you for telling us",
		[2]string{"您不是一个人在面对这件事。我们的同事会看到您写的内容，并与您商量可行的办法：延期、分期，或先还一部分。", "You are not alone with this. A colleague will read what you wrote and talk over with you what is possible: more time, smaller instalments, or a part now."},
		[2]string{"在那之前您不需要做任何事。请不要为了还款再去借钱。", "Until then you need do nothing. Please do not borrow elsewhere in order to pay us."})
}
