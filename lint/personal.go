package lint

import (
	"slices"
	"strings"
)

// A group is digits with nothing between them: characters [start, end) of those that can be seen.
type group struct {
	start, end int
	digits     string
}

// groups returns the digits of a text, group by group, and whether each follows the one before after a single
// space, dash or dot, so that both may be one number.
func (t *reading) groups() (all []group, follows []bool) {
	for i := 0; i < len(t.seen); {
		if !isDigit(t.seen[i]) {
			i++
			continue
		}
		start := i
		for ; i < len(t.seen) && isDigit(t.seen[i]); i++ {
		}
		end := i
		joins := false
		if n := len(all); n > 0 && start == all[n-1].end+1 {
			c := t.seen[start-1]
			joins = c == ' ' || c == '-' || c == '.' || c == '–'
		}
		all, follows = append(all, group{start, end, string(t.seen[start:end])}), append(follows, joins)
	}
	return all, follows
}

// personal finds identity numbers of mainland China (GB 11643, with their check character), bank card numbers
// (Luhn, ISO/IEC 7812) that are not the creditor's own, social security numbers of the United States that can
// have been issued, and, where the creditor's numbers are known, mobile numbers of others.
func (t *reading) personal(f *Facts) []Finding {
	all, follows := t.groups()
	var found []Finding
	for i := 0; i < len(all); i++ {
		number, shape := "", ""
		for j := i; j < len(all) && len(number) < 20 && (j == i || follows[j]); j++ {
			number += all[j].digits
			shape += string(rune('0' + min(len(all[j].digits), 9)))
			start, end := all[i].start, all[j].end
			ends := j+1 == len(all) || !follows[j+1] || j > i
			as, extra := t.kind(number, shape, start, end, ends, f)
			if as == "" || f.owns(number) {
				continue
			}
			one := Finding{Code: Personal, Start: int(t.place[start]), End: int(t.place[end+extra-1]) + 1}
			if as == "mobile" {
				one.Suggestion = as
			}
			found = append(found, one)
			i = j
			break
		}
	}
	return found
}

// kind says what a number is: "id", "card", "ssn", "mobile" or "" for nothing of the kind; extra is 1 when the
// letter X after it belongs to it.
func (t *reading) kind(number, shape string, start, end int, ends bool, f *Facts) (as string, extra int) {
	x := end < len(t.seen) && t.seen[end] == 'x' && (end+1 == len(t.seen) || !isLetter(t.seen[end+1]))
	before := t.before(start, 14)
	switch {
	case len(number) == 17 && x && identity(number+"X"):
		return "id", 1
	case len(number) == 18 && identity(number):
		return "id", 0
	case ends && card(number) && !t.reference(before) && (len(f.Own) > 0 || !payee(before)):
		return "card", 0
	case (shape == "324" || shape == "9" && ssnNamed(t.before(start, 30))) && social(number):
		return "ssn", 0
	case shape == "9" && len(number) == 11 && len(f.Own) > 0 && number[0] == '1' && number[1] >= '3':
		return "mobile", 0
	}
	return "", 0
}

// before returns the n characters that can be seen before one of them.
func (t *reading) before(at, n int) string { return string(t.seen[max(0, at-n):at]) }

// reference says that the words before a number call it a contract, an order or the like, and no card.
func (t *reading) reference(before string) bool {
	if strings.Contains(before, "卡") || strings.Contains(before, "card") {
		return false
	}
	return slices.ContainsFunc([]string{"合同", "订单", "流水", "编号", "单号", "借据号", "凭证", "案号", "order", "ref", "contract", "invoice", "tracking", "loan no", "agreement", "ticket", "case"},
		func(w string) bool { return strings.Contains(before, w) })
}

// payee says that the words before a number call it the creditor's account.
func payee(before string) bool {
	return slices.ContainsFunc([]string{"对公", "收款账", "收款卡", "我司", "我行账", "本公司账", "公司账", "公司户", "our account", "payee", "beneficiary", "our bank account", "pay into"},
		func(w string) bool { return strings.Contains(before, w) })
}

func ssnNamed(before string) bool {
	return strings.Contains(before, "ssn") || strings.Contains(before, "social")
}

// owns says that a number is one of the creditor's own.
func (f *Facts) owns(number string) bool {
	return slices.ContainsFunc(f.Own, func(own string) bool {
		digits := strings.Map(func(r rune) rune {
			if isDigit(r) {
				return r
			}
			return -1
		}, own)
		return digits != "" && (digits == number || strings.HasSuffix(digits, number) && len(number) >= 10)
	})
}

// identity checks 17 digits and a check character by GB 11643-1999 (ISO 7064, MOD 11-2), with a date of birth that
// some calendar has. The region is not checked: codes come and go.
func identity(s string) bool {
	month, day := s[10:12], s[12:14]
	if (s[6:8] != "18" && s[6:8] != "19" && s[6:8] != "20") || month < "01" || month > "12" || day < "01" || day > "31" {
		return false
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * weight
	}
	return "10X98765432"[sum%11] == s[17]
}

// card checks length and first digits as issuers use them, and the check digit.
func card(s string) bool {
	n := len(s)
	if n < 15 || n > 19 {
		return false
	}
	ok := false
	switch s[0] {
	case '3':
		ok = n == 15 && (s[1] == '4' || s[1] == '7') || n == 16 && s[1] == '5'
	case '4', '5':
		ok = n == 16
	case '6':
		ok = n >= 16
	case '9':
		ok = n >= 16 && (s[:4] == "9558" || s[:4] == "9559")
	case '2':
		ok = n == 16 && s[:4] >= "2221" && s[:4] <= "2720"
	}
	return ok && luhn(s)
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// social says that a social security number can have been issued: no area 000, 666 or from 900 on, no group 00, no
// serial 0000 (Social Security Administration, POMS RM 10201.035).
func social(s string) bool {
	area := s[:3]
	return area != "000" && area != "666" && area < "900" && s[3:5] != "00" && s[5:] != "0000"
}
