package smpp

import (
	"errors"
	"fmt"
	"time"
)

// timeLength is the length of a time, "YYMMDDhhmmsstnnp" (SMPP 3.4 §7.1.1).
const timeLength = 16

// ErrTime is the class of every error about a time: the text is none, or the time
// cannot be written.
var ErrTime = errors.New("smpp: bad time")

// quarter is the unit of a time's difference from UTC (§7.1.1.1), which is at most
// 48 of them.
const quarter = 15 * 60

// AbsoluteTime writes t for schedule_delivery_time or validity_period (§7.1.1.1), in
// t's own zone where its offset is in quarters of an hour, else in UTC. What is
// below a tenth of a second is cut off, so that the time written is never later
// than t. A year outside 2000..2099 is ErrTime.
func AbsoluteTime(t time.Time) (string, error) {
	_, offset := t.Zone()
	if offset%quarter != 0 || offset/quarter > 48 || offset/quarter < -48 {
		t, offset = t.UTC(), 0
	}
	if t.Year() < 2000 || t.Year() > 2099 {
		return "", fmt.Errorf("%w: year %d has no two digits", ErrTime, t.Year())
	}
	sign, quarters := byte('+'), offset/quarter
	if quarters < 0 {
		sign, quarters = '-', -quarters
	}
	return fmt.Sprintf("%s%d%02d%c", t.Format("060102150405"), t.Nanosecond()/1e8, quarters, sign), nil
}

// maxRelative is the longest duration whose days and hours mean the same to every
// SMSC; months and years do not.
const maxRelative = 31*24*time.Hour - time.Second

// RelativeTime writes d as a time from now on the SMSC's clock (§7.1.1.2), cut down
// to the second. Less than a second and 31 days or more are ErrTime.
func RelativeTime(d time.Duration) (string, error) {
	if d < time.Second || d >= maxRelative+time.Second {
		return "", fmt.Errorf("%w: %v is not from 1 s to 31 days", ErrTime, d)
	}
	s := int(d / time.Second)
	b := [timeLength]byte{0: '0', 1: '0', 2: '0', 3: '0', 12: '0', 13: '0', 14: '0', 15: 'R'}
	for i, n := range [4]int{s / 86400, s / 3600 % 24, s / 60 % 60, s % 60} {
		b[4+2*i], b[5+2*i] = byte('0'+n/10), byte('0'+n%10)
	}
	return string(b[:]), nil
}

// ParseTime reads an absolute time, or a relative one counted from reference
// (§7.1.1), whose years and months are those of reference's calendar. An empty text
// is the zero time: the field is not given. Everything else that is not exactly a
// time is ErrTime.
func ParseTime(s string, reference time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if len(s) != timeLength {
		return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
	}
	var n [7]int // years, months, days, hours, minutes, seconds, tenths with quarters
	for i := range 15 {
		if s[i] < '0' || s[i] > '9' {
			return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
		}
		at := min(i/2, 6)
		n[at] = n[at]*10 + int(s[i]-'0')
	}
	tenths, quarters := n[6]/100, n[6]%100
	switch p := s[15]; p {
	case 'R':
		if n[6] != 0 || n[1] > 12 || n[2] > 31 || n[3] > 23 || n[4] > 59 || n[5] > 59 {
			return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
		}
		d := time.Duration(n[3])*time.Hour + time.Duration(n[4])*time.Minute + time.Duration(n[5])*time.Second
		return reference.AddDate(n[0], n[1], n[2]).Add(d), nil
	case '+', '-':
		offset := quarters * quarter
		if p == '-' {
			offset = -offset
		}
		t, err := time.ParseInLocation("20060102150405", "20"+s[:12], time.FixedZone("", offset))
		if err != nil || quarters > 48 {
			return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
		}
		return t.Add(time.Duration(tenths) * 100 * time.Millisecond), nil
	}
	return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
}
