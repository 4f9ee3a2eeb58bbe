package law

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// statuses are the marks that say how far a source was read; those that are true let a rule bind. The others
// were read at second hand or not at all, and what must bind on their word is written as a house rule.
var statuses = map[string]bool{
	"P": true, "P-part": true, "S-quote": true, "V": true,
	"S": false, "S-weak": false, "M": false, "X": false,
}

var (
	channels = []string{string(ledger.SMS), string(ledger.Voice), string(ledger.Email), string(ledger.App), string(ledger.Post), string(ledger.Task)}
	common   = []string{
		"id", "kind", "confidence", "status", "title", "source", "source_zh", "house", "from", "to", "channels", "carriers", "parties", "products",
		"binds", "when",
	}
	own = map[Kind][]string{
		Hours: {"hours", "weekdays"}, Asked: nil, Days: {"weekdays", "except_holidays", "workdays", "calendar"},
		Cap: {"at_most", "days", "rolling", "per", "counts", "of"}, Spacing: {"at_least", "days", "per", "after", "of"},
		Consent: {"needs", "fresh_days"}, Bar: nil, Stop: {"states", "reach", "lifted_by"}, Identity: {"states"}, Amount: {"states"},
		Duty: {"duty", "before", "within_days", "lead_days", "by"}, Element: {"element"}, Wording: {"codes"}, Records: {"keep"},
		Rate: {"limits", "at_most"}, Allocation: {"order", "debts"}, Limitation: {"years", "runs_from"},
	}
)

// Parse reads one rulebook. The name is that of the file, for messages. The error is document.MistakeErrors: every
// mistake with file, line and column; with one, nothing of the rulebook is used.
func Parse(name string, doc []byte) (Rulebook, error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return Rulebook{}, err
	}
	sum := sha256.Sum256(doc)
	b := Rulebook{Digest: hex.EncodeToString(sum[:]), File: name}
	root := d.Root
	if root.Keys("id", "version", "title", "jurisdiction", "carriers", "rules", "bind", "advise") {
		b.ID = word(root.Key("id"))
		b.Version = root.Key("version").Text()
		b.Title = title(root.Key("title"))
		b.Jurisdiction = jurisdiction(root.Key("jurisdiction"))
		b.Carriers = words(root.Key("carriers"))
		b.Bind, b.Advise = changes(root)
		rules := root.Key("rules").List()
		house := !root.Key("jurisdiction").Given() && !root.Key("carriers").Given()
		if len(rules) == 0 && (!house || !root.Key("bind").Given() && !root.Key("advise").Given()) {
			root.Key("rules").Wrong(fault.RulesNone)
		}
		for _, v := range rules {
			b.Rules = append(b.Rules, rule(v, name, house))
		}
		sameID(b.Rules, rules)
	}
	if err := d.Err(); err != nil {
		return Rulebook{}, err
	}
	return b, nil
}

// changes reads what a house makes of other rulebooks' rules.
func changes(root document.Value) (bind, advise []Change) {
	for _, key := range []string{"bind", "advise"} {
		if k := root.Key(key); k.Given() && (root.Key("jurisdiction").Given() || root.Key("carriers").Given()) {
			k.Wrong(fault.ChangesOwn)
		}
	}
	for _, v := range root.Key("bind").List() {
		bind = append(bind, Change{Rule: v.Text(), Line: v.Line()})
	}
	for _, v := range root.Key("advise").List() {
		if v.Keys("rule", "reason") {
			advise = append(advise, Change{Rule: v.Key("rule").Text(), Reason: v.Key("reason").Text(), Line: v.Line()})
		}
	}
	return bind, advise
}

func rule(v document.Value, file string, house bool) Rule {
	kind := Kind(v.Key("kind").Optional())
	keys := slices.Clone(common)
	if extra, ok := own[kind]; ok {
		keys = append(keys, extra...)
	} else {
		for _, k := range Kinds {
			keys = append(keys, own[k]...)
		}
	}
	if !v.Keys(keys...) {
		return Rule{}
	}
	r := Rule{
		ID: v.Key("id").Text(), Kind: Kind(v.Key("kind").OneOf(kindNames()...)),
		Confidence: Confidence(v.Key("confidence").OneOf(string(Binding), string(Advisory))),
		Title:      title(v.Key("title")), Source: v.Key("source").Text(), SourceZH: v.Key("source_zh").Optional(), House: v.Key("house").Bool(),
		From: v.Key("from").Date(), To: v.Key("to").Date(), Channels: channelList(v.Key("channels")), Carriers: words(v.Key("carriers")),
		Parties: v.Key("parties").Texts("creditor", "agency"), Products: v.Key("products").Texts(),
		When: when(v.Key("when")), File: file, Line: v.Line(),
	}
	for _, s := range v.Key("binds").Texts(string(Reminder), string(Notice), string(Confirmation), string(Answer)) {
		r.Binds = append(r.Binds, Purpose(s))
	}
	if r.From != 0 && r.To != 0 && r.To <= r.From {
		v.Key("to").Wrong(fault.RuleEnds, r.To, r.From)
	}
	r.Status = status(v, r, house)
	if read := readers[r.Kind]; read != nil {
		read(v, &r)
	}
	for _, key := range []string{"binds", "when"} {
		if k := v.Key(key); k.Given() && aside(r.Kind) {
			k.Wrong(fault.RuleAside, r.Kind, key)
		}
	}
	return r
}

// aside says whether rules of a kind are asked for what they say, and not whether a message may leave.
func aside(k Kind) bool { return k == Records || k == Rate || k == Allocation || k == Limitation }

func kindNames() []string {
	names := make([]string, len(Kinds))
	for i, k := range Kinds {
		names[i] = string(k)
	}
	return names
}

func channelList(v document.Value) []ledger.Channel {
	var out []ledger.Channel
	for _, s := range v.Texts(channels...) {
		out = append(out, ledger.Channel(s))
	}
	return out
}

func when(v document.Value) *When {
	if !v.Given() || !v.Keys("dpd_over", "dpd_up_to", "owed_up_to", "states", "not_states", "first", "next_step") {
		return nil
	}
	w := When{States: words(v.Key("states")), NotStates: words(v.Key("not_states")), NextStep: words(v.Key("next_step"))}
	if k := v.Key("dpd_over"); k.Given() {
		w.From = k.Int(0, 36500) + 1
	}
	if k := v.Key("dpd_up_to"); k.Given() {
		w.Below = k.Int(0, 36500) + 1
		if w.From >= w.Below {
			k.Wrong(fault.DaysOverNone, w.From-1, w.Below-1)
		}
	}
	if k := v.Key("owed_up_to"); k.Given() {
		w.Owed = money(k)
	}
	if k := v.Key("first"); k.Given() {
		if w.First = No; k.Bool() {
			w.First = Yes
		}
	}
	if len(v.Names()) == 0 {
		v.Wrong(fault.ConditionNone)
	}
	return &w
}

// money reads an amount such as KES 1000.
func money(v document.Value) ledger.Money {
	currency, amount, _ := strings.Cut(v.Text(), " ")
	m, err := ledger.ParseMoney(amount, ledger.Currency(currency))
	if err != nil || m.Minor <= 0 {
		v.Wrong(fault.AmountPositive, strconv.Quote(v.Text()))
		return ledger.Money{}
	}
	return m
}

// status reads how far the source was read, and refuses a rule that binds on a source that was not.
func status(v document.Value, r Rule, house bool) string {
	s := v.Key("status")
	if r.House || house {
		if s.Given() {
			s.Wrong(fault.StatusHouse)
		}
		return ""
	}
	mark := s.Text()
	reads, known := statuses[mark]
	switch {
	case mark == "":
	case !known:
		s.Wrong(fault.StatusUnknown, strconv.Quote(mark))
	case !reads && r.Confidence == Binding:
		s.Wrong(fault.StatusUnread, mark)
	}
	return mark
}

// title reads a sentence in the languages of those who read verdicts; both are needed.
func title(v document.Value) map[string]string {
	if !v.Keys("en", "zh") {
		return nil
	}
	return map[string]string{"en": v.Key("en").Text(), "zh": v.Key("zh").Text()}
}

// jurisdiction reads a country CN, a region US-MA, or a locality US-NY-NYC.
func jurisdiction(v document.Value) string {
	s := v.Optional()
	if s == "" {
		return ""
	}
	upper := func(r rune) bool { return r < 'A' || r > 'Z' }
	plain := func(r rune) bool { return upper(r) && (r < '0' || r > '9') }
	parts := strings.Split(s, "-")
	ok := len(parts) <= 3 && len(parts[0]) == 2 && !strings.ContainsFunc(parts[0], upper)
	for i, p := range parts[1:] {
		ok = ok && p != "" && len(p) <= 3+2*i && !strings.ContainsFunc(p, plain)
	}
	if !ok {
		v.Wrong(fault.JurisdictionForm, strconv.Quote(s))
		return ""
	}
	return s
}

// words reads a list of lower-case names, each once.
func words(v document.Value) []string {
	var out []string
	for _, item := range v.List() {
		s := word(item)
		if slices.Contains(out, s) && s != "" {
			item.Wrong(fault.ListedTwice, strconv.Quote(s))
		} else if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// word reads a lower-case name such as wrong_person.
func word(v document.Value) string {
	s := v.Text()
	if strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' }) {
		v.Wrong(fault.NameForm, strconv.Quote(s))
	}
	return s
}

// sameID refuses two rules of one id that are in force on the same day.
func sameID(rules []Rule, at []document.Value) {
	for i := range rules {
		for j := range i {
			if rules[i].ID != "" && rules[i].ID == rules[j].ID && sameDays(&rules[i], &rules[j]) {
				at[i].Wrong(fault.RuleTwice, rules[i].ID, rules[j].Line)
			}
		}
	}
}

func sameDays(a, b *Rule) bool {
	return (a.To == 0 || b.From == 0 || b.From < a.To) && (b.To == 0 || a.From == 0 || a.From < b.To)
}
