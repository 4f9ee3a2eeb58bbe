package cli

import (
	"slices"
	"strconv"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// talk reads what replies set off.
func talk(v document.Value, cur ledger.Currency) engine.Talk {
	var t engine.Talk
	if !v.Given() || !v.Keys("promise_grace_days", "authority", "deadlines", "by_hand", "confirm_choices") {
		return t
	}
	if g := v.Key("promise_grace_days"); g.Given() {
		t.Grace = g.Int(0, 30)
	}
	for _, item := range v.Key("authority").List() {
		t.Authority = append(t.Authority, limit(item, cur))
	}
	if d := v.Key("deadlines"); d.Given() {
		known := make([]string, 0, 16)
		for kind := range engine.Deadlines() {
			known = append(known, kind)
		}
		slices.Sort(known)
		if d.Keys(known...) {
			t.Days = map[string]int{}
			for _, kind := range d.Names() {
				t.Days[kind] = d.Key(kind).Int(0, 365)
			}
		}
	}
	if c := v.Key("confirm_choices"); c.Given() {
		t.Confirm = c.Bool()
	}
	t.Silent = v.Key("by_hand").Texts(engine.AnswerKinds()...)
	return t
}

var levels = map[string]arrange.Level{"duly": arrange.Duly, "staff": arrange.Staff, "second": arrange.Second}

// limit reads one line of the authority table.
func limit(v document.Value, cur ledger.Currency) arrange.Limit {
	if !v.Keys("by", "products", "from", "to", "up_to", "instalments", "days", "waive", "discount") {
		return arrange.Limit{}
	}
	l := arrange.Limit{
		By: levels[v.Key("by").OneOf("duly", "staff", "second")], From: v.Key("from").Int(0, 3650), To: v.Key("to").Int(0, 3650),
		Products: v.Key("products").Texts(), Currency: cur,
	}
	if l.To < l.From {
		v.Key("to").Wrong(fault.BeforeFrom, l.To, l.From)
	}
	if u := v.Key("up_to"); u.Given() {
		m, err := ledger.ParseMoney(u.Text(), cur)
		if err != nil || m.Minor <= 0 {
			u.Wrong(fault.LimitForm, strconv.Quote(u.Text()))
		}
		l.UpTo = m.Minor
	}
	if n := v.Key("instalments"); n.Given() {
		l.Instalments = n.Int(0, arrange.MostParts)
	}
	if n := v.Key("days"); n.Given() {
		l.Days = n.Int(0, 366)
	}
	l.Waive, l.Discount = share(v.Key("waive")), share(v.Key("discount"))
	return l
}

// share reads a share in per cent, as millionths.
func share(v document.Value) int64 {
	if !v.Given() {
		return 0
	}
	r, err := ledger.ParseRate(v.Text())
	if err != nil || r < 0 || r > 100_000_000 {
		v.Wrong(fault.PercentShare, strconv.Quote(v.Text()))
		return 0
	}
	return int64(r) / 100
}
