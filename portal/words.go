package portal

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
)

// say picks the wording of the visit's language.
func (v *visit) say(zh, en string) string {
	if v.lang == "en" {
		return en
	}
	return zh
}

func (v *visit) money(minor int64, c ledger.Currency) string {
	return string(compose.AppendMoney(nil, minor, c, compose.Language(v.lang)))
}

// day writes a day with its year: nobody has to work out which year was meant.
func (v *visit) day(d ledger.Date) string {
	y, m, day := d.YMD()
	if v.lang == "en" {
		return fmt.Sprintf("%d %s %d", day, m, y)
	}
	return fmt.Sprintf("%d年%d月%d日", y, m, day)
}

// minute writes a time of the zone that it is in.
func (v *visit) minute(t time.Time) string {
	if v.lang == "en" {
		return t.Format("2 January 2006, 15:04")
	}
	return t.Format("2006年1月2日 15:04")
}

// products are the words for what lenders call their loans; another name stands as the lender has it.
var products = map[string][2]string{
	"card": {"信用卡", "Credit card"}, "consumer": {"消费贷款", "Consumer loan"}, "mortgage": {"住房贷款", "Mortgage"}, "car": {"汽车贷款", "Car loan"},
	"cash": {"现金贷款", "Cash loan"}, "business": {"经营贷款", "Business loan"}, "student": {"助学贷款", "Student loan"},
}

func (v *visit) product(name string) string {
	if w, ok := products[name]; ok {
		return v.say(w[0], w[1])
	}
	if name == "" {
		return v.say("借款", "Loan")
	}
	return name
}

func itoa(n int) string { return strconv.Itoa(n) }
