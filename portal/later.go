package portal

import (
	"net/http"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
)

// A longer is a day until which time may be given at once, and what is to be paid by then.
type longer struct {
	Value, Day, Amount string
	of                 ledger.Currency
}

// A laterForm is the days, and whether the lender confirms what is chosen.
type laterForm struct {
	Days    []longer
	Confirm bool
}

func (v *visit) times() (f laterForm, err error) {
	days, err := v.Desk.Times(v.r.Context(), v.guest, v.at)
	for _, d := range days {
		one := d.Parts[0]
		f.Days = append(f.Days, longer{choiceOf(one.On.String(), d.Currency, days), v.day(one.On), v.money(one.Minor, d.Currency), d.Currency})
	}
	f.Confirm = v.confirms()
	return f, err
}

// later lets a person ask for time, which is given at once where the creditor's table lets it, or say that they cannot pay now. It asks for no reason;
// one may be given.
func (p *Portal) later(v *visit) error {
	f, err := v.times()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "later", "我现在还不上", "I cannot pay now", f)
}

// askedTime gives time until one of the days that were offered.
func (p *Portal) askedTime(v *visit, until string) error {
	f, err := v.times()
	if err != nil {
		return err
	}
	said := engine.Said{Meaning: receive.PlanRequest}
	for _, d := range f.Days {
		if d.Value == until {
			said.Currency = d.of
		}
	}
	date, _, _ := strings.Cut(until, ".")
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return v.show(http.StatusUnprocessableEntity, "later", "我现在还不上", "I cannot pay now", f)
	}
	on := ledger.Day(day)
	said.Until, said.Text = on, v.say("我想延期到"+v.day(on)+"还款", "I ask for time until "+v.day(on))
	return v.agreed(said, [2]string{
		"延期已经生效：请在" + v.day(on) + "之前还清。在那之前我们不再催收，只在前一天发一条短信。",
		"You have time until " + v.day(on) + ". Until then we ask for nothing, but for one text the day before.",
	})
}

// whyLater are the reasons that may be ticked.
var whyLater = map[string][2]string{
	"days": {"再过几天就可以", "I only need some days"}, "part": {"现在可以先还一部分", "I can pay a part now"},
	"income": {"收入减少或没有收入了", "My income has fallen or stopped"}, "ill": {"生病，或家里有人生病、去世", "Illness, or a death in the family"},
	"other": {"其他原因，或不想说", "Something else, or I would rather not say"},
}

func (p *Portal) askedLater(v *visit) error {
	if until := v.form("until", 20); until != "" {
		return p.askedTime(v, until)
	}
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
