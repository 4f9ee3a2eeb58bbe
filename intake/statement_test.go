package intake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func statement(t *testing.T, text string) (lines []StatementLine, bad []string, err error) {
	t.Helper()
	o := Options{Country: "CN", Zone: time.FixedZone("UTC+8", 8*3600), Bad: func(b BadRow) error { bad = append(bad, b.String()); return nil }}
	_, err = ReadStatement(strings.NewReader(text), "s.csv", o, func(l StatementLine) error { lines = append(lines, l); return nil })
	return lines, bad, err
}

// TestStatement reads what carriers give: by our numbers, by their ids, by phone and time, in Chinese and GB18030; every bad row is named, and no
// reason tells a number.
func TestStatement(t *testing.T) {
	lines, bad, err := statement(t, "message,State,error\nm202609-1f,DELIVRD,000\nm202609-2a,UNDELIV,27\nxyz,DELIVRD,\nm202609-2b,,\n")
	if err != nil || len(lines) != 2 || lines[1].Error != "27" || lines[0].Message.String() != "m202609-1f" || len(bad) != 2 || bad[0] != "s.csv:4:1: message: it is not a message number such as m202609-1f" {
		t.Errorf("%+v %q %v", lines, bad, err)
	}
	zh, err := simplifiedchinese.GB18030.NewEncoder().String("手机号;提交时间;状态\n17405310001;2026-09-24 10:00:03;已送达\n17405310001;昨天;已送达\n174053;2026-09-24 10:00:03;已送达\n")
	if err != nil {
		t.Fatal(err)
	}
	lines, bad, err = statement(t, zh)
	if err != nil || len(lines) != 1 || lines[0].Phone != "+8617405310001" || lines[0].State != "已送达" || lines[0].At.UTC().Hour() != 2 || len(bad) != 2 || strings.Contains(strings.Join(bad, ""), "174053") {
		t.Errorf("%+v %q %v", lines, bad, err)
	}
	var wrong FileErrors
	for _, text := range []string{"", "phone,state\n1,2\n", "message\nm202609-1\n", "a,b\n1,2\n"} {
		if _, _, err := statement(t, text); !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzReadStatement: whatever a carrier sends, each line that is taken says a state, and of which message.
func FuzzReadStatement(f *testing.F) {
	f.Add([]byte("message,state\nm202609-1f,DELIVRD\n"))
	f.Add([]byte("手机号;提交时间;状态\n17405310001;2026-09-24 10:00:03;已送达\n"))
	f.Add([]byte("id\tstat\terr\n\"a\"\"b\"\tEXPIRED\t1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := ReadStatement(strings.NewReader(string(b)), "f", Options{Country: "CN"}, func(l StatementLine) error {
			if l.State == "" || l.Message == 0 && l.ID == "" && (l.Phone == "" || l.At.IsZero()) || l.Line < 2 {
				t.Errorf("%+v", l)
			}
			return nil
		})
		var wrong FileErrors
		if err != nil && !errors.As(err, &wrong) {
			t.Error(err)
		}
	})
}

func TestCountryIn(t *testing.T) {
	for zone, want := range map[string]string{"Asia/Shanghai": "CN", "America/Mexico_City": "MX", "Europe/London": "", "UTC": "", "": ""} {
		if got := CountryIn(zone); got != want {
			t.Errorf("%s: %q, not %q", zone, got, want)
		}
	}
}
