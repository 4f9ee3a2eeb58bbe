package receive

import "github.com/dulyhq/duly/ledger"

// A sum is an amount of money as it is said, in hundredths, with the currency if one is named.
type sum struct {
	hundredths int64
	currency   ledger.Currency
}

// most is the largest amount that is believed, in hundredths: a longer number is a phone, a card or a code.
const most = 100_000_000 * 100

var (
	currencySigns = map[rune]ledger.Currency{'$': "USD", '£': "GBP", '€': "EUR", '¥': "CNY", '￥': "CNY", '₹': "INR", '₱': "PHP", '₦': "NGN"}
	currencyWords = map[string]ledger.Currency{
		"usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "buck": "USD", "dollers": "USD", "gbp": "GBP", "quid": "GBP", "pound": "GBP", "pounds": "GBP",
		"eur": "EUR", "euro": "EUR", "euros": "EUR", "cny": "CNY", "rmb": "CNY", "yuan": "CNY", "kuai": "CNY", "hkd": "HKD", "twd": "TWD", "ntd": "TWD",
		"sgd": "SGD", "inr": "INR", "rupees": "INR", "rs": "INR", "pesos": "MXN", "mxn": "MXN", "php": "PHP", "kes": "KES", "ksh": "KES", "ngn": "NGN", "naira": "NGN",
		"idr": "IDR", "rupiah": "IDR", "rp": "IDR", "myr": "MYR", "rm": "MYR", "aud": "AUD", "cad": "CAD",
	}
	// paying are words after which a bare number is an amount.
	paying = set("pay", "paid", "payed", "send", "sent", "sending", "paying", "deposit", "deposited", "transfer", "transferred", "owe", "only", "do", "put", "give",
		"offer", "afford", "manage", "minimum", "least", "accept", "of", "another", "least", "settle", "transfered", "remaining", "other", "up", "take", "borrowed", "not", "be")
	// counted are words before which a number counts something else than money.
	counted = set("day", "days", "week", "weeks", "month", "months", "year", "years", "am", "pm", "hours", "hour", "hrs", "minutes", "mins", "times", "installments",
		"instalments", "payments", "kids", "children", "percent", "st", "nd", "rd", "th", "oclock", "people", "letters", "calls", "texts", "messages", "more", "parts", "of",
		"weekly", "times", "x", "yrs", "old", "loans", "cards", "accounts")
	// hanCounted are what Chinese numbers count beside money.
	hanCounted = "号日天月点周个期年次条遍岁份笔张分楼层度家人名位种件秒时星礼月季"
)

// amountAt reads an amount of money that begins at i and returns the index after it, which is i when there is none.
func (l *lexed) amountAt(i int) (sum, int) {
	var s sum
	j := i
	marked := false
	if c, ok := currencySigns[l.char(j)]; ok {
		s.currency, marked = c, true
		j++
		if c == "USD" && l.at(i).glued {
			switch l.word(i - 1) {
			case "hk":
				s.currency = "HKD"
			case "nt":
				s.currency = "TWD"
			case "us":
			}
		}
	} else if c, ok := currencyWords[l.word(j)]; ok && l.at(j+1).kind == number {
		s.currency, marked = c, true
		j++
	} else if l.hanAt(j, "人民币") && l.at(j+3).kind != sign {
		s.currency, marked = "CNY", true
		j += 3
	}
	v, next := l.quantity(j)
	if next == j || v <= 0 || v >= most {
		return sum{}, i
	}
	s.hundredths = v
	unit, end := l.unit(next, &s)
	switch {
	case unit || marked:
		return s, end
	case l.bareAmount(j, next):
		return s, next
	}
	return sum{}, i
}

// quantity reads a number with what multiplies it: 1.2k, 3千, 2w, five hundred.
func (l *lexed) quantity(i int) (int64, int) {
	t := l.at(i)
	switch t.kind {
	case number:
		if t.hundredths < 0 || t.digits > 1 && l.text[t.from] == '0' && t.hundredths >= 100 {
			return 0, i
		}
		v, j := t.hundredths, i+1
		if u := hanUnit(l.char(j)); u >= 100 && v < most {
			v *= u
			j++
			if d, k := l.chineseNumber(j); k == j+1 && d < 1000 && d > 0 {
				v, j = v+d*u/10, k // 1千2
			} else if k > j {
				v, j = v+d, k
			}
			return v, j
		}
		if w := l.at(j); w.kind == word && w.glued && w.to-w.from == 1 && v < most {
			switch l.text[w.from] {
			case 'k':
				return v * 1000, j + 1
			case 'w':
				return v * 10000, j + 1
			}
		}
		return v, j
	case han:
		return l.chineseNumber(i)
	case word:
		v, j := l.englishNumber(i)
		return v * 100, j
	case sign:
	}
	return 0, i
}

// unit reads the unit of money after a number.
func (l *lexed) unit(i int, s *sum) (bool, int) {
	if n := l.oneOf(i, "多", "来", "几"); n > 0 {
		i += n
	}
	for _, u := range [...]struct {
		say string
		c   ledger.Currency
	}{
		{"块钱", "CNY"},
		{"块", "CNY"},
		{"元钱", "CNY"},
		{"元", "CNY"},
		{"圆", "CNY"},
		{"大洋", "CNY"},
		{"人民币", "CNY"},
		{"钱", "CNY"},
		{"蚊", "HKD"},
		{"港币", "HKD"},
		{"港元", "HKD"},
		{"台币", "TWD"},
		{"新台币", "TWD"},
		{"美元", "USD"},
		{"美金", "USD"},
		{"欧元", "EUR"},
		{"英镑", "GBP"},
	} {
		if l.hanAt(i, u.say) && !l.hanAt(i, "元旦") && !l.hanAt(i, "元宵") {
			if s.currency == "" && (u.c != "CNY" || u.say == "人民币" || u.say[0:3] == "块" || u.say[0:3] == "元") {
				s.currency = u.c
			}
			i += len(u.say) / 3
			if u.say == "块" {
				i = l.change(i, s)
			}
			return true, i
		}
	}
	if c, ok := currencyWords[l.word(i)]; ok {
		s.currency = c
		return true, i + 1
	}
	return false, i
}

// change reads the tenths after 块: 五块五 is 5.50.
func (l *lexed) change(i int, s *sum) int {
	if d := hanDigit(l.char(i)); d > 0 && !l.hanAt(i, "一起") && hanUnit(l.char(i+1)) == 0 && l.dayWord(i+1) == 0 && l.oneOf(i+1, "天", "月", "个", "起", "次", "周") == 0 {
		s.hundredths += d * 10
		return i + 1
	}
	return i
}

// bareAmount says that a number without a unit, at i and before next, is money by what stands around it.
func (l *lexed) bareAmount(i, next int) bool {
	after := l.at(next)
	switch after.kind {
	case han:
		for _, r := range hanCounted {
			if after.char == r {
				return false
			}
		}
	case word:
		if l.isWord(next, counted) || after.glued {
			return false
		}
	case sign:
		if c := after.char; after.glued && (c == ':' || c == '/' || c == '%' || c == '-') && l.at(next+1).glued || c == '%' {
			return false
		}
	case number:
	}
	before := l.at(i - 1)
	if before.kind == sign && before.glued && (before.char == ':' || before.char == '/' || before.char == '-' || before.char == '#') {
		return false
	}
	if l.at(i).kind == number && l.at(i).digits > 7 {
		return false
	}
	if before.kind == han {
		if l.at(i).kind == han && next == i+1 {
			return false // 还一
		}
		for k := range 3 { // 还, 还你, 还你们, 还了
			switch l.char(i - 1 - k) {
			case '还', '付', '交', '转', '打', '存', '给', '汇', '缴', '欠', '借', '扣':
				return k == 0 || l.oneOf(i-k, "了", "你", "你们", "您", "过", "上", "款", "账", "掉") == k
			}
		}
		return l.oneOf(i-2, "只有", "只能", "先还", "最多", "至少", "每月", "不是") > 0 || l.oneOf(i-1, "是", "差") > 0
	}
	if l.isWord(i-1, paying) || l.isWord(i-2, paying) && (l.word(i-1) == "you" || l.word(i-1) == "u" || l.word(i-1) == "about" || l.word(i-1) == "only" || l.word(i-1) == "just") {
		v, _ := l.quantity(i)
		return v >= 500
	}
	return false
}
