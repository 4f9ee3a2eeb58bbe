package ledger

import (
	"encoding/json"
	"math"
	"testing"
)

func TestGrouped(t *testing.T) {
	for want, m := range map[string]Money{
		"0.00":                       {0, "CNY"},
		"-0.05":                      {-5, "CNY"},
		"999.99":                     {99999, "CNY"},
		"1,000.00":                   {100000, "CNY"},
		"-123,456.70":                {-12345670, "CNY"},
		"1,234,567":                  {1234567, "JPY"},
		"-92,233,720,368,547,758.08": {math.MinInt64, "CNY"},
	} {
		if got := m.Grouped(); got != want {
			t.Errorf("%+v: %q, want %q", m, got, want)
		}
	}
}

// No date is null in JSON, as it is for every command's output; null is no date.
func TestDateJSON(t *testing.T) {
	for want, d := range map[string]Date{"null": 0, `"2026-09-11"`: NewDate(2026, 9, 11)} {
		b, err := json.Marshal(d)
		back := NewDate(2000, 1, 1)
		if d == 0 {
			back = 0
		}
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || string(b) != want || back != d {
			t.Errorf("%s: %s, back %s, %v", want, b, back, err)
		}
	}
}
