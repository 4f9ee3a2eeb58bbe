package engine

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// ExtractName is the report's name.
const ExtractName = "regulator"

// extractDays is of how many days at most a supervisor's extract counts what no sums hold.
const extractDays = 366

// extract is what a supervisor asks a lender for, of some days: each number with the rules that it answers. Sums give what they hold; the
// rest is counted from the rows where the days are named and no more than a year.
func (p *Portfolio) extract(ctx context.Context, s *store.Store, ask SheetAsk) (measure.Sheet, error) {
	var of measure.Supervised
	for _, x := range []struct {
		what string
		to   *[]measure.Line
	}{{"message", &of.Messages}, {"reply", &of.Replies}, {"arrangement", &of.Agreed}} {
		lines, err := p.rolledLines(ctx, s, x.what, ask, false)
		if err != nil {
			return measure.Sheet{}, err
		}
		*x.to = lines
	}
	held, _, err := s.RolledHolds(ctx, p.row.ID, ask.To)
	if err != nil {
		return measure.Sheet{}, err
	}
	for _, h := range held {
		if r := p.rule(h.Rule); h.Rule == "duly:cap" || r != nil && (r.Kind == law.Cap || r.Kind == law.Spacing) {
			of.Capped = append(of.Capped, measure.Line{Reason: h.Rule, N: h.Persons})
		}
	}
	of.Rules = map[string]string{}
	for name, kinds := range map[string][]law.Kind{
		"hours": {law.Hours, law.Asked}, "caps": {law.Cap, law.Spacing}, "identity": {law.Identity}, "consent": {law.Consent}, "records": {law.Records},
	} {
		of.Rules[name] = p.bindingOf(kinds)
	}
	for _, meaning := range measure.Protecting {
		of.Rules["stop "+meaning] = p.bindingOf([]law.Kind{law.Stop}, meaning)
	}
	of.Order = p.stages()
	of.Books = p.supervised(held, ask)
	if ask.From != 0 && ask.To != 0 && ask.To-ask.From < extractDays {
		x, err := s.Extract(ctx, p.row.ID, ask.From.At(0, 0, p.Zone), (ask.To+1).At(0, 0, p.Zone))
		if err != nil {
			return measure.Sheet{}, err
		}
		p.counted(&of, &x)
		p.judged(&of, &x, ask)
	}
	return measure.Regulator(&of), nil
}

// counted puts what was counted from the rows.
func (p *Portfolio) counted(of *measure.Supervised, x *store.Extract) {
	of.Counted, of.Stops, of.StopSeconds, of.AfterStop, of.Withdrawn = true, x.Stops.Number, int64(x.Stops.Most/time.Second), x.AfterStop, x.Withdrawn
	for _, h := range x.Hours {
		of.Hours = append(of.Hours, measure.Line{Name: h.Hour.In(p.Zone).Format("15:00"), Carrier: h.Channel, N: h.Number, Came: h.Outside})
	}
	for _, d := range x.Desk {
		of.Desk = append(of.Desk, measure.Handled{Kind: d.Kind, Number: d.Number, Open: d.Open, Late: d.Late, Mean: hoursUp(d.Mean), Most: hoursUp(d.Most)})
	}
}

// supervised are the rulebooks with the rules that were in force on one of the days, and whom each held.
func (p *Portfolio) supervised(held []store.Held, ask SheetAsk) (out []measure.SupervisedBook) {
	by := map[string]int64{}
	for _, h := range held {
		by[h.Rule] += h.Persons
	}
	for _, b := range p.Lawbook.Books() {
		of := measure.SupervisedBook{ID: b.ID}
		for i := range b.Rules {
			if r := &b.Rules[i]; (ask.To == 0 || r.From <= ask.To) && (r.To == 0 || ask.From < r.To) {
				of.Rules = append(of.Rules, measure.SupervisedRule{ID: r.ID, Held: by[r.ID]})
			}
		}
		if len(of.Rules) > 0 {
			out = append(out, of)
		}
	}
	return out
}

// ofMessages are the kinds of rules that are asked before a message is handed over.
var ofMessages = []law.Kind{
	law.Hours, law.Asked, law.Days, law.Cap, law.Spacing, law.Consent, law.Bar, law.Stop, law.Identity, law.Amount, law.Duty, law.Element, law.Wording,
}

// judged counts the messages of the days that each rule was asked about: those to its place, over its channels and carriers, by such a lender
// as this is. Of a rule that is for some products only, or was in force on some of the days only, nothing is said.
func (p *Portfolio) judged(of *measure.Supervised, x *store.Extract, ask SheetAsk) {
	books := p.Lawbook.Books()
	for i := range of.Books {
		b := &books[slices.IndexFunc(books, func(b law.Rulebook) bool { return b.ID == of.Books[i].ID })]
		for j := range of.Books[i].Rules {
			to := &of.Books[i].Rules[j]
			r := &b.Rules[slices.IndexFunc(b.Rules, func(r law.Rule) bool { return r.ID == to.ID })]
			to.Known = slices.Contains(ofMessages, r.Kind) && len(r.Products) == 0 && r.From <= ask.From && (r.To == 0 || ask.To < r.To)
			for _, h := range x.Hours {
				s := law.Scope{Country: h.Country, Region: h.Region, Locality: h.Locality, Channel: ledger.Channel(h.Channel), Carrier: p.Provider, Party: p.Party}
				if to.Known && b.Judges(r, s) {
					to.Judged += h.Number
				}
			}
		}
	}
}

// bookSaid says which rulebook and what is counted under its rules.
func (p *Portfolio) bookSaid(id, lang string) string {
	for _, b := range p.Lawbook.Books() {
		if b.ID != id {
			continue
		}
		if lang == "zh" {
			return "规则集：" + b.Title["zh"] + "（" + id + " " + b.Version + "）：各规则最近统计的暂缓人数，及按其判断的信息数"
		}
		return "Rulebook " + b.Title["en"] + " (" + id + " " + b.Version + "): persons whom each rule holds, as last counted, and messages judged by it"
	}
	return id
}

// sourceSaid says where a rule stands and how far it binds.
func (p *Portfolio) sourceSaid(id, lang string) string {
	r, said := p.rule(id), p.Source(id, lang)
	if r == nil || r.Confidence == law.Binding {
		return said
	}
	if lang == "zh" {
		return said + "（参考，不强制）"
	}
	return said + " (advisory: reported, and does not bind)"
}

// sayExtract says a word of the extract: a question, or what it is of, which is a stage, a rule, a meaning, a kind of errand or arrangement, a channel
// or an hour.
func (p *Portfolio) sayExtract(word, lang string) string {
	if _, ok := words.Extract[word]; ok {
		return words.In(words.Extract, word, lang)
	}
	if id, ok := strings.CutPrefix(word, measure.BookWord); ok {
		return p.bookSaid(id, lang)
	}
	if id, ok := strings.CutPrefix(word, measure.SourceWord); ok {
		return p.sourceSaid(id, lang)
	}
	for _, table := range []map[string]string{words.Agreed, words.Conditions, words.Channels} {
		if _, ok := table[word]; ok {
			return words.One(table, word, lang)
		}
	}
	if _, ok := words.Errands[word]; ok {
		return words.In(words.Errands, word, lang)
	}
	if p.rule(word) != nil || words.Rules[word] != [2]string{} {
		return p.Say("rule", word, lang)
	}
	return words.Stage(word, lang)
}

// hoursUp are whole hours, a begun one counted.
func hoursUp(d time.Duration) int64 { return int64((d + time.Hour - 1) / time.Hour) }

// bindingOf are the ids of the rules of some kinds that bind here today or will; of those alone that a state calls, where one is named.
func (p *Portfolio) bindingOf(kinds []law.Kind, states ...string) string {
	var out []string
	for _, b := range p.Lawbook.Books() {
		for i := range b.Rules {
			if r := &b.Rules[i]; slices.Contains(kinds, r.Kind) && r.Confidence == law.Binding && !slices.Contains(out, r.ID) &&
				(len(states) == 0 || slices.ContainsFunc(states, func(s string) bool { return slices.Contains(r.States, s) })) {
				out = append(out, r.ID)
			}
		}
	}
	return strings.Join(out, " ")
}

// SignedExtract writes a supervisor's extract as a signed text: what it is of, the audit's last checkpoint, and the rows as CSV.
func (p *Portfolio) SignedExtract(ctx context.Context, s *store.Store, ask SheetAsk, made time.Time) (string, error) {
	sheet, err := p.extract(ctx, s, ask)
	if err != nil {
		return "", err
	}
	seal, err := s.LastSeal(ctx)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "duly extract for a supervisor\nportfolio %s\nfrom %s\nto %s\nmade %s\naudit %d %s\n", p.Ref, dayOrAny(ask.From), dayOrAny(ask.To), made.UTC().Format(time.RFC3339),
		seal.Size, hex.EncodeToString(seal.Root[:]))
	if err := intake.WriteCSV(&b, []intake.SheetOf{{Portfolio: p.Ref, Sheet: sheet}}); err != nil {
		return "", err
	}
	return s.Sign(b.String())
}

func dayOrAny(d ledger.Date) string {
	if d == 0 {
		return "any"
	}
	return d.String()
}
