package cli

import (
	"strings"
	"testing"
)

func FuzzBookings(f *testing.F) {
	f.Add("arrangement,total,currency\n12,100.00,CNY\n13,,\n")
	f.Add("arrangement\nx\n")
	f.Add("\ufeffarrangement\n1\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, bad := parseBookings("f", strings.NewReader(text))
		for _, b := range list {
			if len(bad) == 0 && (b.id < 1 || b.total.Currency == "" && b.total.Minor != 0) {
				t.Errorf("%q was read as %+v", text, b)
			}
		}
	})
}
