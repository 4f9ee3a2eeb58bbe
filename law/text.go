package law

import (
	"fmt"
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// HoursText returns the hours of a rule as "08:00–22:00".
func HoursText(r *Rule) string { return hoursText(r.Open, r.Close) }

func hoursText(open, closing int) string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", open/60, open%60, closing/60, closing%60)
}

func capText(r *Rule) string { return capReason(r).String() }

// capReason is how much a cap allows.
func capReason(r *Rule) fault.Reason {
	switch {
	case r.Days == 1:
		return fault.Of(fault.CapDay, r.N)
	case r.Days > 0:
		return fault.Of(fault.CapDays, r.N, r.Days)
	}
	return fault.Of(fault.CapSpan, r.N, secondsReason(r.Seconds))
}

func spacingText(r *Rule) string { return spacingReason(r).String() }

// spacingReason is how long a spacing is.
func spacingReason(r *Rule) fault.Reason {
	if r.Days > 0 {
		return several(int64(r.Days), fault.SpanDay, fault.SpanDays)
	}
	return secondsReason(r.Seconds)
}

func secondsReason(s int64) fault.Reason {
	switch {
	case s%86400 == 0:
		return fault.Of(fault.SpanWholeDays, s/86400)
	case s%3600 == 0:
		return several(s/3600, fault.SpanHour, fault.SpanHours)
	case s%60 == 0:
		return several(s/60, fault.SpanMinute, fault.SpanMinutes)
	}
	return several(s, fault.SpanSecond, fault.SpanSeconds)
}

// several counts as English has to.
func several(n int64, one, more fault.Code) fault.Reason {
	if n == 1 {
		return fault.Of(one)
	}
	return fault.Of(more, n)
}

// String returns "5y after last_contact", as tests and messages have it.
func (k Keep) String() string {
	if k.Months > 0 {
		return fmt.Sprintf("%dm after %s", k.Months, k.After)
	}
	return fmt.Sprintf("%dy after %s", k.Years, k.After)
}

func (k Keep) months() int { return k.Years*12 + k.Months }

// String returns "24%" or "4 × cn_lpr_1y"; a multiple of the contract's rate is for Times to show.
func (b Bound) String() string {
	if b.Series != "" {
		return fmt.Sprintf("%s × %s", b.Times, b.Series)
	}
	return Percent(b.Rate)
}

// Percent returns a rate as "24%".
func Percent(r ledger.Rate) string { return (r * 100).String() + "%" }

// Multiple returns a rate as "1.5x".
func Multiple(r ledger.Rate) string { return r.String() + "x" }

// reason is the sentence that the rule gives when it says no and nothing more is to be said.
func reason(r *Rule) string {
	what := map[string]string{PerPerson: "this person", PerDebt: "this debt", PerAddress: "this address"}[r.counting()[1]]
	switch r.Kind {
	case Hours:
		return fmt.Sprintf("It is outside %s where the borrower is.", HoursText(r))
	case Asked:
		return "The borrower asked for other hours or days."
	case Days:
		return "It is not a day on which contact is lawful."
	case Cap:
		if !r.OfAttempts() {
			return fmt.Sprintf("At most %s %s with %s, and that has been used.", capText(r), r.Counts, what)
		}
		return fmt.Sprintf("At most %s with %s, and that has been used.", capText(r), what)
	case Spacing:
		last := map[string]string{Attempts: "contact", Conversations: "conversation", Unanswered: "unanswered try"}[r.counting()[0]]
		return fmt.Sprintf("The last %s with %s was less than %s ago.", last, what, spacingText(r))
	case Consent:
		return fmt.Sprintf("There is no live %s for this.", strings.ReplaceAll(strings.Join(r.Needs, " or "), "_", " "))
	case Bar:
		return "A contact of this kind is barred altogether."
	case Limitation:
		return "The debt is too old to sue over, and its next step is a suit."
	case Duty:
		if r.Lead > 0 {
			return fmt.Sprintf("What has to be done %d days before, %s, is not recorded as done that long ago.", r.Lead, r.Duty)
		}
		if r.Before {
			return fmt.Sprintf("What has to be done before, %s, is not recorded.", r.Duty)
		}
		return fmt.Sprintf("What has to be done within %d days of the first contact, %s, is not recorded.", r.Within, r.Duty)
	case Stop, Identity, Amount, Element, Wording, Records, Rate, Allocation:
	}
	return ""
}
