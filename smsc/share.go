package smsc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// Share is a part of a whole in millionths: 10,000 is 1 %. The zero value is none.
type Share uint32

// Whole is the share that is all.
const Whole Share = 1_000_000

// Percent returns n hundredths as a Share.
func Percent(n float64) Share { return Share(n*10_000 + 0.5) }

// ParseShare reads "1%", "0.5%", "25‰" or a decimal from 0 to 1, exactly to a millionth.
func ParseShare(s string) (Share, error) {
	unit, digits := 6, strings.TrimSpace(s)
	if v, ok := strings.CutSuffix(digits, "%"); ok {
		unit, digits = 4, v
	} else if v, ok := strings.CutSuffix(digits, "‰"); ok {
		unit, digits = 3, v
	}
	whole, part, _ := strings.Cut(strings.TrimSpace(digits), ".")
	part = strings.TrimRight(part, "0")
	if whole == "" || len(part) > unit || len(whole) > 4 {
		return 0, fault.Wrong(fault.ShareForm, strconv.Quote(s))
	}
	var v Share
	for _, c := range whole + part + strings.Repeat("0", unit-len(part)) {
		if c < '0' || c > '9' {
			return 0, fault.Wrong(fault.ShareForm, strconv.Quote(s))
		}
		v = v*10 + Share(c-'0')
		if v > Whole {
			return 0, fault.Wrong(fault.ShareWhole, strconv.Quote(s))
		}
	}
	return v, nil
}

// String returns the share in hundredths, such as "2.5%".
func (s Share) String() string {
	t := fmt.Sprintf("%d.%04d", s/10_000, s%10_000)
	return strings.TrimSuffix(strings.TrimRight(t, "0"), ".") + "%"
}

// Set reads the share from a flag.
func (s *Share) Set(text string) error {
	v, err := ParseShare(text)
	if err == nil {
		*s = v
	}
	return err
}

// Type names the value in a command's help.
func (*Share) Type() string { return "share" }
