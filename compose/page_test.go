package compose

import (
	"strings"
	"testing"

	"github.com/dulyhq/duly/ledger"
)

// TestWayToThePage: the page's address is fixed text of a bound template, as a carrier registers it, and the code is its variable; without
// a page the text is the one without the way to it, and nothing is asked for that lets somebody in.
func TestWayToThePage(t *testing.T) {
	set, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, tm := range set.All() {
		v := longestValues(tm.Language, ledger.NewDate(2026, 9, 24))
		v.Address, v.AskedStop = "my.bank.example", ""
		leads := tm.Class == Reminder
		for _, c := range []struct {
			address, link string
			want          Lets
			fixed         string
		}{
			{"", "", Lets{}, ""},
			{"", "https://my.bank.example/l/", Lets{}, ""},
			{"my.bank.example", "", Lets{Code: true}, "my.bank.example"},
			{"my.bank.example", "https://my.bank.example/l/", Lets{Link: true, Code: true, Either: true}, "my.bank.example"},
		} {
			sender := v
			sender.Address, sender.Link = c.address, c.link
			b := tm.Bind(&sender)
			want := c.want
			if !leads {
				want = Lets{}
			}
			if b.LetsIn() != want {
				t.Errorf("%s (%s) with %q, %q needs %+v, want %+v", tm.Name, tm.Language, c.address, c.link, b.LetsIn(), want)
			}
			fixed := false
			for i := range b.ops {
				fixed = fixed || b.ops[i].kind == opText && strings.Contains(b.ops[i].text, "my.bank.example")
			}
			if fixed != (leads && c.fixed != "") {
				t.Errorf("%s (%s) with %q: the address is fixed text: %v", tm.Name, tm.Language, c.address, fixed)
			}
			facts := sender
			facts.Link, facts.Code = "", ""
			if c.want.Code {
				facts.Code = "K7MQ2XR9"
			}
			got, err := b.Write(&Paper{}, &facts)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(got.Text), "K7MQ2XR9") != (leads && c.want.Code) || strings.Contains(string(got.Text), "my.bank.example") != (leads && c.want.Code) {
				t.Errorf("%s (%s) with %q: %s", tm.Name, tm.Language, c.address, got.Text)
			}
			if got.Segments > tm.Most(leads && c.want.Code) {
				t.Errorf("%s (%s) takes %d segments", tm.Name, tm.Language, got.Segments)
			}
		}
	}
}
