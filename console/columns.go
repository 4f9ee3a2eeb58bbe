package console

import "strings"

// columnWords are what people call Duly's columns of files; the others are called by their own names.
var columnWords = map[string][2]string{
	"borrower_id": {"借款人编号", "borrower's key"}, "name": {"姓名", "name"}, "phone": {"手机号", "phone"}, "language": {"语言", "language"}, "timezone": {"时区", "time zone"},
	"country": {"国家或地区", "country"}, "region": {"省份或地区", "region"}, "locality": {"城市", "locality"}, "age": {"年龄", "age"}, "identity": {"证件号码", "identity number"},
	"birth_date": {"出生日期", "day of birth"}, "title": {"称谓", "title"}, "loan_id": {"借据号", "loan's key"}, "product": {"产品", "product"}, "currency": {"币种", "currency"},
	"opened_on": {"放款日", "opened on"}, "closed_on": {"结清日", "closed on"}, "principal": {"本金", "principal"}, "annual_rate": {"年利率", "annual rate"},
	"penalty_multiplier": {"罚息倍数", "penalty multiplier"}, "number": {"期次", "instalment's number"}, "due_on": {"到期日", "due on"}, "amount": {"金额", "amount"},
	"interest": {"利息", "interest"}, "fees": {"费用", "fees"}, "payment_id": {"还款流水号", "payment's key"}, "paid_on": {"还款日", "paid on"}, "reverses": {"冲正的流水号", "reverses payment"},
}

// column is what people call one, with its own name.
func (v *visit) column(name string) string {
	if w, ok := columnWords[name]; ok {
		said := v.say(w[0], w[1])
		if said == strings.ReplaceAll(name, "_", " ") {
			return said
		}
		return said + " · " + name
	}
	return name
}
