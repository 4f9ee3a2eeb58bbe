package compose

import (
	"strconv"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// A Language is what a text is written in. The zero value is none and renders nothing.
type Language string

// The languages that templates may be written in.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// AppendMoney appends an amount of minor units as a reader of the language expects it: "1,240.00元" and
// "USD 1,240.00" in Chinese, "CNY 1,240.00" in English. The code stands there because the signs ¥ and $ mean
// several currencies, and carriers in China refuse ¥.
func AppendMoney(dst []byte, minor int64, c ledger.Currency, lang Language) []byte {
	yuan := lang == Chinese && c == "CNY"
	if !yuan {
		dst = append(dst, c...)
		dst = append(dst, ' ')
	}
	dst = appendGrouped(dst, minor, c)
	if yuan {
		dst = append(dst, "元"...)
	}
	return dst
}

// appendGrouped appends the decimal form with commas between thousands.
func appendGrouped(dst []byte, minor int64, c ledger.Currency) []byte {
	v := uint64(minor)
	if minor < 0 {
		dst, v = append(dst, '-'), -v
	}
	places := 2
	if c != "CNY" { // the look-up is a fifth of the time that a message takes
		if n, ok := c.Digits(); ok {
			places = n
		}
	}
	var buf [32]byte
	at := len(buf)
	for ; places > 0; places-- {
		at--
		buf[at] = byte('0' + v%10)
		if v /= 10; places == 1 {
			at--
			buf[at] = '.'
		}
	}
	for ; v >= 1000; v /= 1000 {
		at -= 4
		buf[at] = ','
		copy(buf[at+1:], groups[v%1000][:])
	}
	last, skip := &groups[v], 0
	switch {
	case v < 10:
		skip = 2
	case v < 100:
		skip = 1
	}
	dst = append(dst, last[skip:]...)
	return append(dst, buf[at:]...)
}

// groups are the three digits of the numbers below a thousand.
var groups = func() (all [1000][3]byte) {
	for i := range all {
		all[i] = [3]byte{byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)}
	}
	return all
}()

// AppendDate appends a day: "9月24日" or "24 Sep", with the year when it is not the year given.
func AppendDate(dst []byte, d ledger.Date, year int, lang Language) []byte {
	y, m, day := d.YMD()
	return appendDay(dst, y, m, day, y != year, lang)
}

// appendDay appends a day, with its year where that is asked for.
func appendDay(dst []byte, y int, m time.Month, day int, withYear bool, lang Language) []byte {
	if lang == Chinese {
		if withYear {
			dst = strconv.AppendInt(dst, int64(y), 10)
			dst = append(dst, "年"...)
		}
		dst = strconv.AppendInt(dst, int64(m), 10)
		dst = append(dst, "月"...)
		dst = strconv.AppendInt(dst, int64(day), 10)
		return append(dst, "日"...)
	}
	dst = strconv.AppendInt(dst, int64(day), 10)
	dst = append(dst, ' ')
	dst = append(dst, m.String()[:3]...)
	if withYear {
		dst = append(dst, ' ')
		dst = strconv.AppendInt(dst, int64(y), 10)
	}
	return dst
}

// appendBreakdown appends the parts of what is due that are not zero.
func appendBreakdown(dst []byte, v *Vars, lang Language) []byte {
	zh := lang == Chinese
	parts := [...]struct {
		minor  int64
		zh, en string
	}{
		{v.Due.Principal, "本金", "principal "},
		{v.Due.Interest, "利息", "interest "},
		{v.Due.Penalty, "罚息", "penalty interest "},
		{v.Due.Fees, "费用", "fees "},
	}
	first := true
	for i := range parts {
		p := &parts[i]
		if p.minor <= 0 {
			continue
		}
		if !first {
			dst = append(dst, separator(lang)...)
		}
		first = false
		if zh {
			dst = append(dst, p.zh...)
		} else {
			dst = append(dst, p.en...)
		}
		dst = AppendMoney(dst, p.minor, v.Currency, lang)
	}
	return dst
}

// The separators between the items of a list.
const (
	separatorZH = "、"
	separatorEN = ", "
)

func separator(lang Language) string {
	if lang == Chinese {
		return separatorZH
	}
	return separatorEN
}

var separatorTallies = [2]sms.Tally{sms.Count(separatorZH), sms.Count(separatorEN)}

func separatorTally(lang Language) sms.Tally {
	if lang == Chinese {
		return separatorTallies[0]
	}
	return separatorTallies[1]
}
