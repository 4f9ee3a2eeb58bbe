package ledger

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// A Currency is an ISO 4217 alphabetic code, such as "CNY". The zero value is no currency.
type Currency string

// Digits returns how many decimals the minor unit has, and whether Duly accepts the currency (ISO 4217).
func (c Currency) Digits() (int, bool) {
	switch c {
	case "AUD", "BRL", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "IDR", "INR", "KES", "MOP", "MXN", "MYR", "NGN", "PHP", "SGD", "THB",
		"TWD", "USD":
		return 2, true
	case "JPY", "KRW", "VND":
		return 0, true
	}
	return 0, false
}

// Money is an exact amount: whole minor units (cents, 分) of one currency. The zero value is no money of
// no currency, and adds to any.
type Money struct {
	Minor    int64
	Currency Currency
}

// ErrOverflow says that an amount does not fit in 64 bits of minor units.
var ErrOverflow = errors.New("amount too large")

// ParseMoney reads a decimal such as "1240.00" or "-3.5" exactly. More decimals than the currency has, an
// exponent, a group separator or an empty text is an error: a bad value never becomes zero.
func ParseMoney(s string, c Currency) (Money, error) {
	digits, ok := c.Digits()
	if !ok {
		return Money{}, fmt.Errorf("currency %q is not known", string(c))
	}
	body, neg := strings.CutPrefix(s, "-")
	whole, frac, dotted := strings.Cut(body, ".")
	if whole == "" || dotted && frac == "" || !allDigits(whole) || !allDigits(frac) {
		return Money{}, fault.Wrong(fault.NotAmount, strconv.Quote(s))
	}
	if trimmed := strings.TrimRight(frac, "0"); len(trimmed) > digits {
		return Money{}, fault.Wrong(fault.AmountDecimals, strconv.Quote(s), strconv.Itoa(digits), string(c))
	} else if len(frac) > digits {
		frac = trimmed
	}
	frac += strings.Repeat("0", digits-len(frac))
	v, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return Money{}, fmt.Errorf("%q: %w", s, ErrOverflow)
	}
	if neg {
		v = -v
	}
	return Money{v, c}, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Decimal returns the amount without its currency, with all decimals: "1240.00".
func (m Money) Decimal() string { return string(m.AppendDecimal(nil)) }

// Grouped returns the form of Decimal with commas between thousands, as people read it: "1,240.00".
func (m Money) Grouped() string {
	s := m.Decimal()
	at := strings.IndexByte(s, '.')
	if at < 0 {
		at = len(s)
	}
	for at -= 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// AppendDecimal appends the form of Decimal to b.
func (m Money) AppendDecimal(b []byte) []byte {
	digits, ok := m.Currency.Digits()
	if !ok {
		digits = 2
	}
	v := uint64(m.Minor)
	if m.Minor < 0 {
		b = append(b, '-')
		v = -v
	}
	if digits == 0 {
		return strconv.AppendUint(b, v, 10)
	}
	pow := uint64(1)
	for range digits {
		pow *= 10
	}
	b = append(strconv.AppendUint(b, v/pow, 10), '.')
	for frac := v % pow; digits > 0; digits-- {
		pow /= 10
		b = append(b, byte('0'+frac/pow))
		frac %= pow
	}
	return b
}

// String returns "1240.00 CNY".
func (m Money) String() string { return m.Decimal() + " " + string(m.Currency) }

// Add returns m + o. It panics when the currencies differ, because sums over currencies are a mistake in
// the code and never in the data: rows of one loan have one currency.
func (m Money) Add(o Money) Money {
	switch {
	case m.Currency == "" && m.Minor == 0:
		return o
	case o.Currency == "" && o.Minor == 0:
		return m
	case m.Currency != o.Currency:
		panic("ledger: adding " + string(m.Currency) + " to " + string(o.Currency))
	}
	return Money{m.Minor + o.Minor, m.Currency}
}

// A Rate is a yearly rate or a multiplier in millionths: 0.15 is 150,000. The zero value is 0.
type Rate int64

// ParseRate reads a decimal such as "0.1500" or "1.5" with at most six decimals.
func ParseRate(s string) (Rate, error) {
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || dotted && frac == "" || !allDigits(whole) || !allDigits(frac) {
		return 0, fault.Wrong(fault.NotRate, strconv.Quote(s))
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > 6 || len(whole) > 6 {
		return 0, fault.Wrong(fault.RateRange, strconv.Quote(s))
	}
	v, err := strconv.ParseInt(whole+frac+strings.Repeat("0", 6-len(frac)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a rate: %w", s, err)
	}
	return Rate(v), nil
}

// String returns the decimal form without trailing zeros, such as "0.15".
func (r Rate) String() string {
	s := fmt.Sprintf("%d.%06d", int64(r)/1e6, int64(r)%1e6)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// MulDiv returns a×b/d, rounded half up, through 128 bits; a, b ≥ 0 and d > 0. It reports ErrOverflow when
// the result does not fit.
func MulDiv(a, b, d int64) (int64, error) {
	if a < 0 || b < 0 || d <= 0 {
		return 0, fmt.Errorf("ledger: MulDiv(%d, %d, %d) outside its domain", a, b, d)
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, carry := bits.Add64(lo, uint64(d)/2, 0)
	hi += carry
	if hi >= uint64(d) {
		return 0, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, uint64(d))
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(q), nil
}
