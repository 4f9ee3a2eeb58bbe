package intake

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/dulyhq/duly/ledger"
)

// Phones counts phone numbers by what the numbering plan knows of them. Only mobile ones have a send path
// for texts; a row with another, or with none, is imported all the same.
type Phones struct{ Mobile, Fixed, Other, Invalid, None int }

func (p *Phones) count(number string, k ledger.PhoneKind) {
	switch {
	case number == "":
		p.None++
	case k == ledger.PhoneMobile:
		p.Mobile++
	case k == ledger.PhoneFixed:
		p.Fixed++
	case k == ledger.PhoneOther:
		p.Other++
	default:
		p.Invalid++
	}
}

// normalise returns a number as E.164 and its kind, read as a number of the country where it has no country
// code. A number that the plan does not know, or that is none, comes back as given and is invalid; an empty
// one is not judged. Where a plan has one range for both, as in North America, the number counts as mobile.
func normalise(given, country string) (string, ledger.PhoneKind) {
	if given == "" {
		return "", ledger.PhoneUnknown
	}
	if digits, ok := strings.CutPrefix(given, "+86"); ok && isMobileCN(digits) {
		return given, ledger.PhoneMobile
	}
	if country == "CN" && isMobileCN(given) {
		return "+86" + given, ledger.PhoneMobile
	}
	if len(given) > ledger.MaxPhone {
		return given, ledger.PhoneInvalid
	}
	n, err := phonenumbers.Parse(given, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return given, ledger.PhoneInvalid
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	switch phonenumbers.GetNumberType(n) { //nolint:exhaustive // all others are PhoneOther
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return e164, ledger.PhoneMobile
	case phonenumbers.FIXED_LINE:
		return e164, ledger.PhoneFixed
	default:
		return e164, ledger.PhoneOther
	}
}

// isMobileCN says whether s is a mobile number of mainland China without its country code: the ranges that
// the plan assigns, checked here because the library takes a hundred times as long. A test holds it against
// the library; what it does not know goes to the library.
func isMobileCN(s string) bool {
	if len(s) != 11 || s[0] != '1' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	switch c := s[2]; s[1] {
	case '3', '8':
		return true
	case '4':
		return c == '5' || c == '7'
	case '5', '9':
		return c != '4'
	case '6':
		return c >= '5' && c <= '7'
	case '7':
		return c <= '3' || c >= '5' && c <= '8' || c == '4' && s[3] == '0' && s[4] <= '5'
	}
	return false
}
