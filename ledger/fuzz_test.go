package ledger

import "testing"

// FuzzParse reads amounts, rates and days: what is read is written as something that is read as the same, and a bad one is no zero.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1240.00", "-0.01", "92233720368547758.07", "0.1500", "2026-09-24", "2026-02-30", "", "1e9", "１２", "0.000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []Currency{"CNY", "JPY", "KWD"} {
			if m, err := ParseMoney(s, c); err == nil {
				if again, err := ParseMoney(m.Decimal(), c); err != nil || again != m {
					t.Errorf("money %q: %v, then %v %v", s, m, again, err)
				}
			} else if m.Minor != 0 {
				t.Errorf("money %q is refused and is %v", s, m)
			}
		}
		if r, err := ParseRate(s); err == nil {
			if again, err := ParseRate(r.String()); err != nil || again != r {
				t.Errorf("rate %q: %v, then %v %v", s, r, again, err)
			}
		}
		if d, err := ParseDate(s); err == nil {
			if again, err := ParseDate(d.String()); err != nil || again != d {
				t.Errorf("day %q: %v, then %v %v", s, d, again, err)
			}
		}
	})
}
