package receive

import (
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// wednesday is the day on which the replies below are sent: Wednesday, 25 November 2026.
var wednesday = ledger.NewDate(2026, time.November, 25)

func TestDays(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"明天还", "2026-11-26"},
		{"后天还", "2026-11-27"},
		{"大后天还", "2026-11-28"},
		{"今晚还", "2026-11-25"},
		{"聽日還", "2026-11-26"},
		{"下周五发工资还500", "2026-12-04"},
		{"下星期五还", "2026-12-04"},
		{"下礼拜三之前", "2026-12-02"},
		{"下週五還", "2026-12-04"},
		{"下个星期天还", "2026-12-06"},
		{"这周五还", "2026-11-27"},
		{"本周日前还", "2026-11-29"},
		{"周五还", "2026-11-27"},
		{"周三还", "2026-12-02"},
		{"下下周一还", "2026-12-07"},
		{"周末还", "2026-11-29"},
		{"下周末还", "2026-12-06"},
		{"周1还", "2026-11-30"},
		{"月底还", "2026-11-30"},
		{"月末还清", "2026-11-30"},
		{"这个月底", "2026-11-30"},
		{"下个月底还", "2026-12-31"},
		{"下月底还", "2026-12-31"},
		{"下个月月底还", "2026-12-31"},
		{"年底还", "2026-12-31"},
		{"下个月5号还", "2026-12-05"},
		{"下月初还", "2026-12-01"},
		{"下月中还", "2026-12-15"},
		{"25号还", "2026-11-25"},
		{"26号还", "2026-11-26"},
		{"24号还", "2026-12-24"},
		{"二十八号还", "2026-11-28"},
		{"十五号还", "2026-12-15"},
		{"31号还", "2026-12-31"},
		{"本月30号还", "2026-11-30"},
		{"12月5号还", "2026-12-05"},
		{"十二月五日还", "2026-12-05"},
		{"1月3日还", "2027-01-03"},
		{"12.5号还", "2026-12-05"},
		{"12/5还", "2026-12-05"},
		{"2026年12月5日还", "2026-12-05"},
		{"2026-12-05还", "2026-12-05"},
		{"12月底还", "2026-12-31"},
		{"三天后还", "2026-11-28"},
		{"3天内还清", "2026-11-28"},
		{"两周后还", "2026-12-09"},
		{"一个星期之内还", "2026-12-02"},
		{"一个月后还", "2026-12-25"},
		{"再过两天还", "2026-11-27"},
		{"两三天内还", "2026-11-28"},
		{"给我三天,我一定还", "2026-11-28"},
		{"5号发工资,10号还", "2026-12-10"},
		{"明天后天还", "2026-11-27"},
		{"我昨天还的", "2026-11-24"},
		{"前天已经还了", "2026-11-23"},
		{"20号就还过了", "2026-11-20"},
		{"28号已经还了", "2026-10-28"},
		{"上周五就还了", "2026-11-20"},
		{"三天前还了", "2026-11-22"},
		{"周一已经还了", "2026-11-23"},
		{"发工资那天还", ""},
		{"过几天还", ""},
		{"下个月还", ""},
		{"下周还", ""},
		{"尽快还", ""},
		{"好的", ""},
		{"还了三天了", ""},
		{"打我号码", ""},
		{"尾号25的卡", ""},
		{"每天还一点", ""},
		{"一百块", ""},
		{"上周没发工资,下周五还", "2026-12-04"},
		{"昨天忘了,明天还", "2026-11-26"},
		{"I'll pay tomorrow", "2026-11-26"},
		{"will pay tmrw", "2026-11-26"},
		{"paying tonight", "2026-11-25"},
		{"pay next Friday", "2026-12-04"},
		{"I'll pay on Friday", "2026-11-27"},
		{"I will pay this Friday", "2026-11-27"},
		{"pay you fri", "2026-11-27"},
		{"will pay Wednesday", "2026-12-02"},
		{"I'll pay Friday week", "2026-12-04"},
		{"end of the month", "2026-11-30"},
		{"I'll pay by the end of next month", "2026-12-31"},
		{"month end", "2026-11-30"},
		{"at the end of the week", "2026-11-29"},
		{"this weekend I'll pay", "2026-11-29"},
		{"I'll pay on the 25th", "2026-11-25"},
		{"on the 3rd", "2026-12-03"},
		{"the 5th of next month", "2026-12-05"},
		{"next month on the 5th", "2026-12-05"},
		{"Dec 5", "2026-12-05"},
		{"December 5th", "2026-12-05"},
		{"5 December", "2026-12-05"},
		{"5th of January", "2027-01-05"},
		{"12/25", "2026-12-25"},
		{"25/12", "2026-12-25"},
		{"2026-12-05", "2026-12-05"},
		{"December 5, 2026", "2026-12-05"},
		{"I'll pay in two weeks", "2026-12-09"},
		{"in 3 days", "2026-11-28"},
		{"within a week", "2026-12-02"},
		{"in a couple of days", "2026-11-27"},
		{"two weeks from now", "2026-12-09"},
		{"day after tomorrow", "2026-11-27"},
		{"in a month", "2026-12-25"},
		{"on the first", "2026-12-01"},
		{"I paid yesterday", "2026-11-24"},
		{"paid on Monday", "2026-11-23"},
		{"I paid on the 20th", "2026-11-20"},
		{"I paid last Friday", "2026-11-20"},
		{"paid it 3 days ago", "2026-11-22"},
		{"sent it last night", "2026-11-24"},
		{"I get paid on the 5th, will pay on the 10th", "2026-12-10"},
		{"I'll pay soon", ""},
		{"when I get paid", ""},
		{"next month", ""},
		{"I may pay", ""},
		{"5/12", ""},
		{"I have 3 kids", ""},
		{"call me at 3pm", ""},
		{"I second that", ""},
		{"sat down and cried", ""},
		{"lost it yesterday, will pay tomorrow", "2026-11-26"},
	} {
		if got := Read(c.text, Given{Today: wednesday}); got.Date.String() != c.want {
			t.Errorf("%q (%s) is of %q, want %q", c.text, got.Meaning, got.Date, c.want)
		}
		if got := Read(c.text, Given{}); got.Date != 0 {
			t.Errorf("%q has the day %s for one who knows no day", c.text, got.Date)
		}
	}
}

// TestMonthsEnd is about days that a month has not.
func TestMonthsEnd(t *testing.T) {
	for _, c := range []struct{ today, text, want string }{
		{"2027-01-31", "一个月后还", "2027-02-28"},
		{"2027-01-31", "月底还", "2027-01-31"},
		{"2027-02-10", "30号还", "2027-03-30"},
		{"2028-02-10", "月底还", "2028-02-29"},
		{"2026-12-31", "下个月5号还", "2027-01-05"},
		{"2026-12-28", "下周五还", "2027-01-08"},
		{"2026-11-29", "下周一还", "2026-11-30"},
		{"2026-11-29", "pay next Friday", "2026-12-04"},
		{"2026-03-02", "30号就还过了", "2026-01-30"},
		{"2026-01-05", "12月20号已经还了", "2025-12-20"},
		{"2027-02-28", "Feb 29 I'll pay", "2028-02-29"},
	} {
		today, err := ledger.ParseDate(c.today)
		if err != nil {
			t.Fatal(err)
		}
		if got := Read(c.text, Given{Today: today}); got.Date.String() != c.want {
			t.Errorf("%q on %s (%s) is of %q, want %q", c.text, c.today, got.Meaning, got.Date, c.want)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"下周五发工资还500", "500.00 CNY"},
		{"明天还五百块", "500.00 CNY"},
		{"还一千二", "1200.00 CNY"},
		{"先还一万五", "15000.00 CNY"},
		{"两百五十块", "250.00 CNY"},
		{"三千五百元", "3500.00 CNY"},
		{"还3千", "3000.00 CNY"},
		{"1.5万元", "15000.00 CNY"},
		{"还2w", "20000.00 CNY"},
		{"还1k", "1000.00 CNY"},
		{"¥1,240.50", "1240.50 CNY"},
		{"還五百塊", "500.00 CNY"},
		{"我还你300", "300.00 CNY"},
		{"先付兩千", "2000.00 CNY"},
		{"五块五", "5.50 CNY"},
		{"一千零五十元", "1050.00 CNY"},
		{"伍佰元", "500.00 CNY"},
		{"欠你2000,先还500", "500.00 CNY"},
		{"工资3000,月底还800", "800.00 CNY"},
		{"还500港币", "500.00 HKD"},
		{"转100美元", "100.00 USD"},
		{"1240块钱还了", "1240.00 CNY"},
		{"25号还", ""},
		{"还了两天了", ""},
		{"还一点", ""},
		{"分12期", ""},
		{"17405000001", ""},
		{"尾号1234的卡", ""},
		{"还一半", ""},
		{"万一还不上", ""},
		{"千万别发", ""},
		{"3点还", ""},
		{"元旦前还三千块", "3000.00 CNY"},
		{"先还200,周末再还300", "200.00 CNY"},
		{"I can pay $200 on Friday", "200.00 USD"},
		{"I'll send 50 dollars", "50.00 USD"},
		{"£50 on Monday", "50.00 GBP"},
		{"20 quid", "20.00 GBP"},
		{"USD 120.50", "120.50 USD"},
		{"HK$500", "500.00 HKD"},
		{"$1,240.50", "1240.50 USD"},
		{"five hundred dollars", "500.00 USD"},
		{"two hundred and fifty bucks", "250.00 USD"},
		{"$1.2k", "1200.00 USD"},
		{"pay 150 on the 3rd", "150.00 "},
		{"I owe $2000 but can pay $500 on Friday", "500.00 USD"},
		{"a hundred dollars", "100.00 USD"},
		{"50 rmb", "50.00 CNY"},
		{"pay in 3 days", ""},
		{"call me at 5", ""},
		{"pay on 15 December", ""},
		{"2 kids", ""},
		{"my code is 4821", ""},
		{"chapter 13", ""},
		{"pay half", ""},
		{"50% off", ""},
		{"pay 3 times", ""},
	} {
		got, said := Read(c.text, Given{Today: wednesday}), ""
		if got.HasAmount {
			said = got.Amount.String()
		}
		if said != c.want {
			t.Errorf("%q says %q, want %q", c.text, said, c.want)
		}
	}
	if got := Read("pay 150 on Friday", Given{Currency: "GBP"}); got.Amount.String() != "150.00 GBP" {
		t.Errorf("%s, where the loan is in pounds", got.Amount)
	}
	if got := Read("我还500日", Given{Currency: "JPY", Language: "zh"}); got.HasAmount && got.Amount.Minor != 500 {
		t.Errorf("%s", got.Amount)
	}
	if got := Read("明天还5000", Given{Currency: "JPY"}); got.Amount != (ledger.Money{Minor: 5000, Currency: "JPY"}) {
		t.Errorf("%s of yen, which have no minor unit", got.Amount)
	}
}
