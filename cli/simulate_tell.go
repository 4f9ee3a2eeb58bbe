package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/sim/forecast"
)

// perPerson are the classes in which messages per person are told, each from its number to below the next.
var perPerson = []struct {
	from int
	name string
}{{0, "0"}, {1, "1"}, {2, "2"}, {3, "3"}, {4, "4-6"}, {7, "7-9"}, {10, "10+"}}

// classes counts persons by class.
func classes(r *forecast.Result) []int64 {
	out := make([]int64, len(perPerson))
	for n, persons := range r.PerPerson {
		i := len(perPerson) - 1
		for perPerson[i].from > n {
			i--
		}
		out[i] += persons
	}
	return out
}

// written returns how many persons got a message, and the most that one of them got.
func written(r *forecast.Result) (persons int64, most int) {
	for n, k := range r.PerPerson {
		if n > 0 {
			persons += k
			most = max(most, n)
		}
	}
	return persons, most
}

// busiest returns the most replies of a day.
func busiest(r *forecast.Result) (most int64) {
	for _, d := range r.Days {
		most = max(most, d.Replies)
	}
	return most
}

// cost is what the carrier would ask for, in millionths of a minor unit.
func (s *simulation) cost(t *tried) (int64, ledger.Currency) {
	k := s.cfg.Carrier(s.portfolio.Carrier)
	if k == nil {
		return 0, ""
	}
	return t.result.Segments * k.Cost.Micro, k.Cost.Currency
}

func (s *simulation) price(t *tried) string {
	micro, currency := s.cost(t)
	if currency == "" {
		return s.lang.say("no tariff", "未填资费")
	}
	return s.lang.money((micro+500_000)/1_000_000, currency)
}

func (s *simulation) sums(of map[ledger.Currency]int64) string {
	out := ""
	for _, c := range slices.Sorted(maps.Keys(of)) {
		if out != "" {
			out += s.lang.say(", ", "、")
		}
		out += s.lang.money(of[c], c)
	}
	return cmp.Or(out, "0")
}

// tell prints the strategies side by side.
func (s *simulation) tell(g *page) {
	g.line(g.lang.say("%s: %s from %s on, seed %d; a copy of the book, nobody was written to", "%s：自%[3]s起%[2]s，随机种子%[4]d；在账簿副本上推演，未联系任何人"),
		s.portfolio.ID, g.lang.say(count(s.f.days, "day", "days"), grouped(s.f.days)+"天"), s.from, s.f.seed)
	s.tellModel(g)
	head := []string{""}
	for i := range s.tries {
		head = append(head, s.tries[i].name)
	}
	rows := [][]string{head}
	row := func(en, zh string, cell func(*tried) string) {
		cells := []string{g.lang.say(en, zh)}
		for i := range s.tries {
			cells = append(cells, cell(&s.tries[i]))
		}
		rows = append(rows, cells)
	}
	number := func(of func(*forecast.Result) int64) func(*tried) string {
		return func(t *tried) string { return grouped(int(of(t.result))) }
	}
	row("persons in the book", "账簿人数", number(func(r *forecast.Result) int64 { return r.Persons }))
	row("messages", "短信", number(func(r *forecast.Result) int64 { return r.Messages }))
	row("  segments", "  计费段数", number(func(r *forecast.Result) int64 { return r.Segments }))
	row("  cost", "  费用", s.price)
	row("persons written to", "收到短信的人数", number(func(r *forecast.Result) int64 { n, _ := written(r); return n }))
	row("  most to one person", "  单人最多", number(func(r *forecast.Result) int64 { _, n := written(r); return int64(n) }))
	for i := range perPerson {
		row("  persons with "+perPerson[i].name, "  收到"+perPerson[i].name+"条的人数", number(func(r *forecast.Result) int64 { return classes(r)[i] }))
	}
	for _, kind := range s.kinds() {
		row("tasks: "+kind, "人工任务："+g.lang.task(kind), number(func(r *forecast.Result) int64 { return r.Tasks[kind] }))
	}
	row("replies", "回复", number(func(r *forecast.Result) int64 { return r.Replies }))
	row("  a day", "  日均", func(t *tried) string { return fmt.Sprintf("%.1f", float64(t.result.Replies)/float64(s.f.days)) })
	row("  on the busiest day", "  最多一天", number(busiest))
	row("  stops among them", "  其中要求停止", number(func(r *forecast.Result) int64 { return r.Stops }))
	row("overdue on the first day", "首日逾期金额", func(t *tried) string { return s.sums(t.result.Opening) })
	row("overdue after the last", "末日之后逾期金额", func(t *tried) string { return s.sums(t.result.Closing) })
	row("paid", "还款", func(t *tried) string { return s.sums(t.result.Paid) })
	row("  laid to messages by --lift", "  按--lift计入短信的部分", func(t *tried) string { return s.sums(t.result.Because) })
	row("times a late loan was paid up", "逾期贷款还清次数", number(func(r *forecast.Result) int64 { return r.Cured }))
	g.head("What would be done, and what the model makes of it", "将会发生的事，以及模型的推断")
	g.grid(rows)
	s.tellHolds(g)
}

// kinds returns the kinds of tasks that any strategy made.
func (s *simulation) kinds() []string {
	all := map[string]bool{}
	for i := range s.tries {
		for kind := range s.tries[i].result.Tasks {
			all[kind] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (s *simulation) tellModel(g *page) {
	m := &s.tries[0].model
	from := g.lang.say("learned from %d instalments of the ledger", "取自账簿中%d期还款记录")
	if !m.Learned {
		from = g.lang.say("assumed, for the ledger has %d instalments that fell due and %s are wanted", "账簿中到期的只有%d期（至少需要%s期），采用默认假设")
	}
	args := []any{m.Instalments}
	if !m.Learned {
		args = append(args, "200")
	}
	g.line(g.lang.say("modelled: %.1f %% of instalments are paid in time (%s)", "模型：%.1f%%的分期按时还款（%s）"), 100*m.OnTime, fmt.Sprintf(from, args...))
	days := ""
	for i, share := range m.Daily {
		if i > 0 {
			days += g.lang.say(", ", "，")
		}
		days += fmt.Sprintf(g.lang.say("%s: %.1f %%", "%s天：%.1f%%"), forecast.SpanName(i), 100*share)
	}
	g.line(g.lang.say("  of those late by so many days, paid on a day: %s", "  逾期各天数者，当日还款的比例：%s"), days)
	asked := g.lang.say("assumed", "假设")
	if m.Asked {
		asked = fmt.Sprintf(g.lang.say("as recorded of %s", "取自%s的记录"), g.lang.say(count(int(m.Sample), "message", "messages"), grouped(int(m.Sample))+"条短信"))
	}
	g.line(g.lang.say("  a message is answered in %.1f %%, with a stop in %.2f %% (%s); it makes %.1f %% pay who would not have (assumed)",
		"  短信得到回复的比例为%.1f%%，要求停止的为%.2f%%（%s）；因短信而还款的为%.1f%%（假设）"), 100*m.Reply, 100*m.Stop, asked, 100*m.Lift)
}

// tellHolds prints by which rules persons were held, the most frequent first.
func (s *simulation) tellHolds(g *page) {
	all := map[string]int64{}
	for i := range s.tries {
		for rule, n := range s.tries[i].result.Holds {
			all[rule] += n
		}
	}
	rules := slices.SortedFunc(maps.Keys(all), func(x, y string) int { return cmp.Or(cmp.Compare(all[y], all[x]), cmp.Compare(x, y)) })
	g.head("Held, in persons and days, by rule", "暂不联系的人次（人·天），按规则")
	for _, rule := range rules {
		cells := ""
		for i := range s.tries {
			cells += padded(grouped(int(s.tries[i].result.Holds[rule])), 11)
		}
		g.reason(s.tries[0].book, cells+"  ", rule, rule)
	}
	if len(rules) == 0 {
		g.line(g.lang.say("  nobody", "  无"))
	}
}

// task is the word for a kind of task.
func (t tongue) task(kind string) string {
	words := map[string]string{"call": "电话", "visit": "上门", "letter": "信函", "review": "人工审核", "court": "司法"}
	if t == "zh" && words[kind] != "" {
		return words[kind]
	}
	return kind
}

// writeJSON writes the model once, then for each strategy a summary, holds, tasks, messages per person and days.
func (s *simulation) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	put := func(kind string, t *tried, fields map[string]any) error {
		fields["kind"], fields["portfolio"] = kind, s.portfolio.ID
		if t != nil {
			fields["strategy"] = t.name
		}
		return enc.Encode(fields)
	}
	m := &s.tries[0].model
	daily := map[string]float64{}
	for i, share := range m.Daily {
		daily[forecast.SpanName(i)] = share
	}
	err := put("model", nil, map[string]any{
		"seed": s.f.seed, "from": s.from, "days": s.f.days, "on_time": m.OnTime, "paid_on_a_day_by_days_late": daily, "learned": m.Learned,
		"instalments": m.Instalments, "lift": m.Lift, "fade": m.Fade, "reply": m.Reply, "stop": m.Stop, "answers_recorded": m.Asked, "messages_recorded": m.Sample,
	})
	for i := range s.tries {
		if err == nil {
			err = s.jsonOf(&s.tries[i], put)
		}
	}
	return err
}

func (s *simulation) jsonOf(t *tried, put func(string, *tried, map[string]any) error) error {
	r := t.result
	persons, most := written(r)
	fields := map[string]any{
		"persons": r.Persons, "messages": r.Messages, "segments": r.Segments, "persons_written_to": persons, "most_to_one_person": most,
		"replies": r.Replies, "replies_on_busiest_day": busiest(r), "stops": r.Stops, "cured": r.Cured,
		"paid": amounts(r.Paid), "paid_because_of_messages": amounts(r.Because), "overdue_first": amounts(r.Opening), "overdue_last": amounts(r.Closing),
	}
	if micro, currency := s.cost(t); currency != "" {
		fields["cost"] = map[string]any{"amount": ledger.Money{Minor: (micro + 500_000) / 1_000_000, Currency: currency}.Decimal(), "currency": currency}
	}
	if err := put("summary", t, fields); err != nil {
		return err
	}
	for _, rule := range slices.Sorted(maps.Keys(r.Holds)) {
		if err := put("hold", t, map[string]any{"rule": rule, "person_days": r.Holds[rule]}); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Tasks)) {
		if err := put("task", t, map[string]any{"task": kind, "tasks": r.Tasks[kind]}); err != nil {
			return err
		}
	}
	for _, n := range slices.Sorted(maps.Keys(r.PerPerson)) {
		if err := put("messages_per_person", t, map[string]any{"messages": n, "persons": r.PerPerson[n]}); err != nil {
			return err
		}
	}
	for _, d := range r.Days {
		if err := put("day", t, map[string]any{"on": d.On, "messages": d.Messages, "replies": d.Replies, "stops": d.Stops, "loans_paid": d.Paid}); err != nil {
			return err
		}
	}
	return nil
}

// amounts are sums as machine output has them.
func amounts(of map[ledger.Currency]int64) []map[string]any {
	out := []map[string]any{}
	for _, c := range slices.Sorted(maps.Keys(of)) {
		out = append(out, map[string]any{"amount": ledger.Money{Minor: of[c], Currency: c}.Decimal(), "currency": c})
	}
	return out
}
