package compose

import (
	"strconv"

	"github.com/dulyhq/duly/ledger"
)

// PlanWords says the instalments of a plan: how many, how much each, from when to when. last is the last one, which may be
// smaller by what was rounded. today is the day on which it is read.
func PlanWords(lang Language, today ledger.Date, c ledger.Currency, n int, each, last int64, first, end ledger.Date) string {
	year, _, _ := today.YMD()
	var b []byte
	if lang == Chinese {
		b = strconv.AppendInt(b, int64(n), 10)
		b = AppendMoney(append(b, "期，每期"...), each, c, lang)
		b = AppendDate(append(b, "，首期"...), first, year, lang)
		b = AppendDate(append(b, "，末期"...), end, year, lang)
		if last != each {
			b = AppendMoney(append(b, "还"...), last, c, lang)
		}
		return string(b)
	}
	b = strconv.AppendInt(b, int64(n), 10)
	b = AppendMoney(append(b, " instalments of "...), each, c, lang)
	b = AppendDate(append(b, " from "...), first, year, lang)
	b = AppendDate(append(b, " to "...), end, year, lang)
	if last != each {
		b = append(AppendMoney(append(b, " (the last "...), last, c, lang), ')')
	}
	return string(b)
}

// OfferWords says one plan to choose: how many instalments, how much each, and when the first falls due.
func OfferWords(lang Language, today ledger.Date, c ledger.Currency, n int, each int64, first ledger.Date) string {
	year, _, _ := today.YMD()
	b := strconv.AppendInt(nil, int64(n), 10)
	if lang == Chinese {
		b = AppendMoney(append(b, "期每期"...), each, c, lang)
		b = AppendDate(append(b, "（首期"...), first, year, lang)
		return string(append(b, "）"...))
	}
	b = AppendMoney(append(b, " x "...), each, c, lang)
	b = AppendDate(append(b, " (first "...), first, year, lang)
	return string(append(b, ')'))
}
