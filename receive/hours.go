package receive

import (
	"fmt"
	"regexp"
	"strconv"
)

var (
	clockSpan  = regexp.MustCompile(`(\d{1,2})(?::(\d{2}))?\s*(am|pm)?\s*(?:点|:00)?\s*(?:-|~|到|至|to|and)\s*(\d{1,2})(?::(\d{2}))?\s*(am|pm|点)?`)
	clockAfter = regexp.MustCompile(`(?:after|from)\s+(\d{1,2})(?::(\d{2}))?\s*(am|pm)?|(\d{1,2})(?::(\d{2}))?点?(?:钟)?(?:以后|之后|后)`)
	clockUntil = regexp.MustCompile(`(?:before|until|by)\s+(\d{1,2})(?::(\d{2}))?\s*(am|pm)?|(\d{1,2})(?::(\d{2}))?点?(?:钟)?(?:以前|之前|前)`)
	half       = []struct {
		words      *regexp.Regexp
		from, to   int
		afternoons bool // an hour below twelve is one after noon
	}{
		{regexp.MustCompile(`晚上|傍晚|下班|evening|tonight`), 18, 21, true},
		{regexp.MustCompile(`下午|afternoon`), 13, 18, true},
		{regexp.MustCompile(`中午|noon|lunch`), 12, 14, false},
		{regexp.MustCompile(`上午|早上|早晨|morning`), 9, 12, false},
	}
)

// Hours finds the hours at which somebody asks to be called: "14:00-16:00"; empty where none are said or none are certain. They are
// hours of the borrower's day, within 08:00 to 21:00.
func Hours(text string) string {
	t := Plain(text)
	pm, from, to := false, 0, 0
	for _, h := range half {
		if h.words.MatchString(t) {
			pm, from, to = h.afternoons, h.from*60, h.to*60
			break
		}
	}
	hour := func(h, m, ampm string) int {
		n, err := strconv.Atoi(h)
		minute, _ := strconv.Atoi(m)
		if err != nil || n > 24 || minute > 59 {
			return -1
		}
		if n < 12 && (ampm == "pm" || ampm == "" && (pm || n < 8)) {
			n += 12
		}
		return n*60 + minute
	}
	if m := clockSpan.FindStringSubmatch(t); m != nil {
		if m[3] == "" {
			m[3] = m[6]
		}
		if m[6] == "点" {
			m[3], m[6] = "", ""
		}
		from, to = hour(m[1], m[2], m[3]), hour(m[4], m[5], m[6])
	} else if m := clockAfter.FindStringSubmatch(t); m != nil {
		from, to = hour(m[1]+m[4], m[2]+m[5], m[3]), 21*60
	} else if m := clockUntil.FindStringSubmatch(t); m != nil {
		from, to = 8*60, hour(m[1]+m[4], m[2]+m[5], m[3])
	}
	if from < 8*60 || to > 21*60 || to <= from {
		return ""
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", from/60, from%60, to/60, to%60)
}
