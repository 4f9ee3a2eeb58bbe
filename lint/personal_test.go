package lint_test

import (
	"slices"
	"testing"

	"github.com/dulyhq/duly/lint"
)

// Numbers of nobody: identity numbers with region 990101 and order 000, which are never given out; cards of zeros.
func TestPersonal(t *testing.T) {
	for _, c := range []struct {
		text string
		own  []string
		want []string
	}{
		{"身份证99010119000101000X。", nil, []string{"99010119000101000X"}},
		{"身份证99010119000101000x。", nil, []string{"99010119000101000x"}},
		{"身份证990101 19000102 0005。", nil, []string{"990101 19000102 0005"}},
		{"身份证９９０１０１１９０００１０２０００５。", nil, []string{"９９０１０１１９０００１０２０００５"}},
		{"身份证990101190001020006。", nil, nil}, // the check digit is wrong
		{"身份证990101190013020005。", nil, nil}, // no such month
		{"卡号6222000000000000004。", nil, []string{"6222000000000000004"}},
		{"卡号6222000000000000004。", []string{"6222 0000 0000 0000 004"}, nil},
		{"卡号6222000000000000005。", nil, nil},
		{"请转至对公账户6222000000000000004。", nil, nil},                                                // called the creditor's, and nobody told which those are
		{"请转至对公账户6222000000000000004。", []string{"4008000000"}, []string{"6222000000000000004"}}, // told, and it is none
		{"合同编号6222000000000000004。", nil, nil},
		{"card 4000-0000-0000-0002.", nil, []string{"4000-0000-0000-0002"}},
		{"card 4000 0000 0000 0002 is late.", nil, []string{"4000 0000 0000 0002"}},
		{"card ending 0002", nil, nil},
		{"SSN 078-05-1120.", nil, []string{"078-05-1120"}},
		{"social security number 078051120.", nil, []string{"078051120"}},
		{"reference 078051120.", nil, nil},
		{"000-12-3456 666-12-3456 900-12-3456 078-00-1120 078-05-0000.", nil, nil},
		{"请联系17405000001。", []string{"4008000000"}, []string{"17405000001"}},
		{"请联系17405000001。", []string{"+86 17405000001"}, nil},
		{"请联系17405000001。", nil, nil},
		{"应还1,234,567.89元，截至2026年12月31日10:05。", nil, nil},
	} {
		var got []string
		for _, f := range linter.Text(c.text, lint.Facts{Own: c.own, StepsHidden: true}) {
			if f.Code == lint.Personal {
				got = append(got, string([]rune(c.text)[f.Start:f.End]))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s (own %v): %q, want %q", c.text, c.own, got, c.want)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // the place and the better mark
	}{
		{"您好,请看", []string{",→，"}},
		{"您好，请看。", nil},
		{"应还1,240.00元", nil},
		{"应还1,240.00,请看", []string{",→，"}},
		{"时间10:05，网址https://example.com/a?b=1。", nil},
		{"电话:0571-17405000", []string{":→："}},
		{"您好(王女士)", []string{"(→（", ")→）"}},
		{"谢谢。。", []string{"。。→。"}},
		{"谢谢！！！", []string{"！！！→！"}},
		{"真的吗？！", nil},
		{"请稍等……", nil},
		{"【晨光银行您好", []string{"【→"}},
		{"（一）您好", nil},
		{"1）您好；2）再见", nil},
		{"共１２元", []string{"１２→12"}},
		{"您好 ，请看", []string{" ，→，"}},
		{"Hello , you", []string{" ,→,"}},
		{"Wait... what?", nil},
		{"Thanks..", []string{"..→."}},
		{"Hello，you", []string{"，→,"}},
		{"Call us (now", []string{"(→"}},
		{"Smile :) please 8)", nil},
		{"v1.2, e.g. 3.5 .NET", nil},
	} {
		var got []string
		for _, f := range linter.Text(c.text, lint.Facts{StepsHidden: true}) {
			if f.Code == lint.Marks {
				got = append(got, string([]rune(c.text)[f.Start:f.End])+"→"+f.Suggestion)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}
