package compose_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
)

func values() compose.Vars {
	return compose.Vars{
		Surname: "王", Title: "女士", Creditor: "示例消费金融有限公司", Sign: "示例消费金融", Phone: "0571-17405000",
		Verify: "示例App", Officer: "林知远", StopWord: "R", Currency: "CNY",
		Due:    assess.Due{Total: 124000, Principal: 120000, Interest: 3160, Penalty: 840},
		PerDay: 90, PayBy: ledger.NewDate(2026, 9, 30), PayByDue: 124540, DueOn: ledger.NewDate(2026, 9, 15),
		AsOf: time.Date(2026, 9, 24, 10, 5, 0, 0, time.FixedZone("", 8*3600)), DPD: 9,
		Loans: []compose.LoanVars{{Masked: "4821", Total: 124000, DueOn: ledger.NewDate(2026, 9, 15)}, {Masked: "7730"}},
	}
}

func TestRender(t *testing.T) {
	for _, c := range []struct{ lang, body, want string }{
		{"zh", "{due.total}|{due.on}|{due.as_of}|{due.breakdown}", "1,240.00元|9月15日|9月24日10:05|本金1,200.00元、利息31.60元、罚息8.40元"},
		{"en", "{due.total}|{due.on}|{due.as_of}|{due.breakdown}", "CNY 1,240.00|15 Sep|24 Sep 10:05|principal CNY 1,200.00, interest CNY 31.60, penalty interest CNY 8.40"},
		{"zh", "{{a}} {each loans}尾号{loan.masked}{end}", "{a} 尾号4821、尾号7730"},
		{"en", "{each loans}*{loan.masked}{end}, {dpd} days", "*4821, *7730, 9 days"},
		{"zh", "一行\n二行", "一行二行"},
		{"en", "one line\ntwo", "one line two"},
		{"en", "{if next_step}a{else}b{if dpd}c{else}d{end}{end}e", "bce"},
		{"en", "{if dpd}a{if next_step}b{end}{end}c{if officer.name}{else}d{end}", "ac"},
		{"en", "{each loans}{if loan.total}{loan.total}{else}none{end}{end}", "CNY 1,240.00, none"},
	} {
		v := values()
		got, err := compileAs(t, c.lang, "notice", c.body+"\n{creditor.name}{contact.verify}{contact.phone}").Render([]byte("before "), &v)
		want := "before " + c.want
		if err != nil || len(got) < len(want) || string(got[:len(want)]) != want {
			t.Errorf("%s: %q, %v; want %q", c.body, got, err, want)
		}
	}
}

func TestMissing(t *testing.T) {
	for name, take := range map[string]func(*compose.Vars){
		"due.total": func(v *compose.Vars) { v.Due.Total = 0 }, "due.on": func(v *compose.Vars) { v.DueOn = 0 },
		"due.as_of": func(v *compose.Vars) { v.AsOf = time.Time{} }, "contact.phone": func(v *compose.Vars) { v.Phone = "" },
		"loans": func(v *compose.Vars) { v.Loans = nil }, "loan.masked": func(v *compose.Vars) { v.Loans[1].Masked = "" },
		"dpd": func(v *compose.Vars) { v.DPD = 0 }, "due.breakdown": func(v *compose.Vars) { v.Due = assess.Due{Total: 1} },
	} {
		body := "{creditor.name}{contact.verify}{contact.phone}{due.total}{due.on}{due.as_of}{dpd}{due.breakdown}{each loans}{loan.masked}{end}"
		tm := compileAs(t, "zh", "notice", body)
		v := values()
		take(&v)
		got, err := tm.Render([]byte("kept"), &v)
		var missing *compose.MissingError
		if !errors.As(err, &missing) || missing.Variable != name || string(got) != "kept" {
			t.Errorf("without %s: %q, %v", name, got, err)
		}
	}
	v := values()
	v.Currency = ""
	if _, err := compileAs(t, "zh", "notice", "{creditor.name}{contact.verify}{contact.phone}{due.total}").Render(nil, &v); err == nil {
		t.Error("an amount of no currency was written")
	}
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		minor  int64
		c      ledger.Currency
		zh, en string
	}{
		{0, "CNY", "0.00元", "CNY 0.00"},
		{5, "CNY", "0.05元", "CNY 0.05"},
		{99999, "CNY", "999.99元", "CNY 999.99"},
		{123456789, "CNY", "1,234,567.89元", "CNY 1,234,567.89"},
		{1234567, "JPY", "JPY 1,234,567", "JPY 1,234,567"},
		{-124000, "USD", "USD -1,240.00", "USD -1,240.00"},
	} {
		zh, en := string(compose.AppendMoney(nil, c.minor, c.c, "zh")), string(compose.AppendMoney(nil, c.minor, c.c, "en"))
		if zh != c.zh || en != c.en {
			t.Errorf("%d %s: %q and %q", c.minor, c.c, zh, en)
		}
	}
	d := ledger.NewDate(2025, 12, 8)
	for _, c := range []struct {
		year int
		lang compose.Language
		want string
	}{{2025, "zh", "12月8日"}, {2026, "zh", "2025年12月8日"}, {2025, "en", "8 Dec"}, {2026, "en", "8 Dec 2025"}} {
		if got := string(compose.AppendDate(nil, d, c.year, c.lang)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestMoneyRoundTrip: what is written reads back as the same amount.
func TestMoneyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64().Draw(t, "minor")
		c := rapid.SampledFrom([]ledger.Currency{"CNY", "JPY"}).Draw(t, "currency")
		text := string(compose.AppendMoney(nil, minor, c, "en"))[4:]
		plain := ""
		for _, r := range text {
			if r != ',' {
				plain += string(r)
			}
		}
		if want := (ledger.Money{Minor: minor, Currency: c}).Decimal(); plain != want {
			t.Errorf("%s, want %s", plain, want)
		}
	})
}

func TestSurname(t *testing.T) {
	for _, c := range []struct {
		name string
		lang compose.Language
		want string
	}{
		{"王小明", "zh", "王"},
		{"李雷", "zh", "李"},
		{"欧阳小明", "zh", "欧阳"},
		{"诸葛亮亮", "zh", "诸葛"},
		{"司马光", "zh", "司马"},
		{"上官婉", "zh", "上官"},
		{"歐陽明", "zh", "歐陽"},
		{"王 小明", "zh", "王"},
		{"欧阳", "zh", "欧"},
		{"王", "zh", ""},
		{"王李小明", "zh", ""},
		{"阿依古丽·买买提", "zh", ""},
		{"", "zh", ""},
		{"王小明", "en", ""},
		{"王xiaoming", "zh", ""},
		{"Ada Example", "en", "Example"},
		{"Ms Ada Example", "en", "Example"},
		{"EXAMPLE, ADA", "en", "Example"},
		{"Jan van der Example", "en", "van der Example"},
		{"ADA O'EXAMPLE", "en", "O'Example"},
		{"Ada Example Jr.", "en", "Example"},
		{"Ada", "en", ""},
		{"Ada E.", "en", ""},
		{"Ada Müller", "en", "Müller"},
		{"Ada Nowák", "en", ""},
		{"Ada Nowák", "zh", "Nowák"},
		{"A1 B2", "en", ""},
		{"Ada Example", "zh", "Example"},
		{"示例有限公司", "zh", ""},
	} {
		if got := compose.Surname(c.name, c.lang); got != c.want {
			t.Errorf("Surname(%q, %s) = %q, want %q", c.name, c.lang, got, c.want)
		}
	}
}

// TestSurnameSpaces: a space in a Chinese name changes nothing.
func TestSurnameSpaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.OneOf(rapid.SampledFrom([]rune("王欧阳李小明司马诸葛东郭")), rapid.Rune())
		r := rapid.SliceOfN(of, 1, 5).Draw(t, "name")
		at := rapid.IntRange(0, len(r)).Draw(t, "space")
		for _, lang := range []compose.Language{compose.Chinese, compose.English} {
			name, spaced := string(r), string(r[:at])+" "+string(r[at:])
			if a, b := compose.Surname(name, lang), compose.Surname(spaced, lang); a != b && !strings.ContainsFunc(name, unlikeHan) {
				t.Errorf("Surname(%q) = %q, Surname(%q) = %q", name, a, spaced, b)
			}
		}
	})
}

func unlikeHan(r rune) bool { return !unicode.Is(unicode.Han, r) }

func TestCheck(t *testing.T) {
	v := values()
	want := compose.Required(compose.Reminder)
	full := "【示例消费金融】您9月15日应还1240元(截至9月24日10:05),帮助0571-17405000,核实:示例App,拒收请回复R"
	if got := compose.Check(full, "zh", want, &v); got != nil {
		t.Errorf("%v", got)
	}
	bare := "【某某】您9月1日应还11240.00元,回复即可"
	got := compose.Check(bare, "zh", want, &v)
	if len(got) != len(want) {
		t.Errorf("%d missing: %v", len(got), got)
	}
	if got := compose.Check(full, "zh", []compose.Element{compose.NextStage}, &v); len(got) != 1 || got[0].Want != "" {
		t.Errorf("%v", got)
	}
	if diff := cmp.Diff([]compose.Missing{{Element: compose.Officer, Want: "林知远"}}, compose.Check(full, "zh", []compose.Element{compose.Officer}, &v)); diff != "" {
		t.Error(diff)
	}
}

// TestAllocations: rendering into a buffer with room allocates nothing.
func TestAllocations(t *testing.T) {
	set, err := compose.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	v := values()
	tm := set.Pick("slip_repeat", "zh", "")
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { buf, _ = tm.Render(buf[:0], &v) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRender(b *testing.B) {
	set, err := compose.Shipped()
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"slip_first", "slip_repeat"} {
		for _, lang := range []compose.Language{"zh", "en"} {
			b.Run(name+"."+string(lang), func(b *testing.B) {
				tm, v := set.Pick(name, lang, ""), values()
				buf := make([]byte, 0, 1024)
				b.ReportAllocs()
				for b.Loop() {
					buf, err = tm.Render(buf[:0], &v)
				}
				if err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
