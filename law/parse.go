package law

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
)

// statuses are the marks that say how far a source was read; those that are true let a rule bind. The others
// were read at second hand or not at all, and what must bind on their word is written as a house rule.
var statuses = map[string]bool{
	"P": true, "P-part": true, "S-quote": true, "V": true,
	"S": false, "S-weak": false, "M": false, "X": false,
}

var (
	kinds    = []string{string(Hours), string(Cap), string(Stop), string(Identity), string(Amount), string(Element)}
	channels = []string{string(ledger.SMS), string(ledger.Voice), string(ledger.Email), string(ledger.App), string(ledger.Post), string(ledger.Task)}
	common   = []string{"id", "kind", "confidence", "status", "title", "source", "house", "from", "to", "channels", "parties", "products", "binds"}
	own      = map[Kind][]string{
		Hours: {"hours"}, Cap: {"at_most", "days", "rolling", "per"}, Stop: {"states"},
		Identity: {"states"}, Amount: {"states"}, Element: {"element"},
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
	if root.Keys("id", "version", "title", "jurisdiction", "rules") {
		b.ID = word(root.Key("id"))
		b.Version = root.Key("version").Text()
		b.Title = title(root.Key("title"))
		b.Jurisdiction = jurisdiction(root.Key("jurisdiction"))
		rules := root.Key("rules").List()
		if len(rules) == 0 {
			root.Key("rules").Fail("holds no rule; a rulebook without rules lets nobody be contacted")
		}
		for _, v := range rules {
			b.Rules = append(b.Rules, rule(v, name, !root.Key("jurisdiction").Given()))
		}
		sameID(b.Rules, rules)
	}
	if err := d.Err(); err != nil {
		return Rulebook{}, err
	}
	return b, nil
}

func rule(v document.Value, file string, alone bool) Rule {
	kind := Kind(v.Key("kind").Optional())
	keys := common
	if extra, ok := own[kind]; ok {
		keys = append(slices.Clone(common), extra...)
	} else {
		for _, k := range kinds {
			keys = append(slices.Clone(keys), own[Kind(k)]...)
		}
	}
	if !v.Keys(keys...) {
		return Rule{}
	}
	r := Rule{
		ID: v.Key("id").Text(), Kind: Kind(v.Key("kind").OneOf(kinds...)),
		Confidence: Confidence(v.Key("confidence").OneOf(string(Binding), string(Advisory))),
		Title:      title(v.Key("title")), Source: v.Key("source").Text(), House: v.Key("house").Bool(),
		From: v.Key("from").Date(), To: v.Key("to").Date(),
		Parties: v.Key("parties").Texts("creditor", "agency"), Products: v.Key("products").Texts(),
		File: file, Line: v.Line(),
	}
	for _, s := range v.Key("channels").Texts(channels...) {
		r.Channels = append(r.Channels, ledger.Channel(s))
	}
	for _, s := range v.Key("binds").Texts(string(Reminder), string(Notice), string(Confirmation)) {
		r.Binds = append(r.Binds, Purpose(s))
	}
	if r.From != 0 && r.To != 0 && r.To <= r.From {
		v.Key("to").Fail("%s is not after from, %s; a rule is in force from its first day to the day before to", r.To, r.From)
	}
	r.Status = status(v, r, alone)
	limits(v, &r)
	return r
}

// status reads how far the source was read, and refuses a rule that binds on a source that was not.
func status(v document.Value, r Rule, alone bool) string {
	s := v.Key("status")
	if r.House || alone {
		if s.Given() {
			s.Fail("a house or carrier rule needs no status; remove it")
		}
		return ""
	}
	mark := s.Text()
	reads, known := statuses[mark]
	switch {
	case mark == "":
	case !known:
		s.Fail("%q is not a status; use P, P-part, S-quote, V, S, S-weak, M or X", mark)
	case !reads && r.Confidence == Binding:
		s.Fail("a source with status %s was not read, so the rule cannot bind; make it advisory, and add a house rule for what must bind", mark)
	}
	return mark
}

func limits(v document.Value, r *Rule) {
	switch r.Kind {
	case Hours:
		r.Open, r.Close = v.Key("hours").Hours()
		if b := v.Key("binds"); b.Given() {
			b.Fail("hours bind every message, whatever it is for; remove it")
		}
	case Cap:
		r.N = v.Key("at_most").Int(1, 10000)
		r.Per = v.Key("per").OneOf("person", "debt", "address")
		days, rolling := v.Key("days"), v.Key("rolling")
		switch {
		case days.Given() == rolling.Given():
			v.Fail("a cap has one window: days for calendar days of the borrower, or rolling for a span such as 168h")
		case days.Given():
			r.Days = days.Int(1, 366)
		default:
			r.Seconds = span(rolling)
		}
	case Stop:
		for _, s := range v.Key("states").List() {
			r.States = append(r.States, word(s))
		}
	case Identity:
		r.States = v.Key("states").Texts(ThirdParty, OwnerUnknown, InvalidAddress, NotMobile)
	case Amount:
		r.States = v.Key("states").Texts(StaleLedger, AmountUnknown)
	case Element:
		r.Element = word(v.Key("element"))
	}
	if (r.Kind == Stop || r.Kind == Identity || r.Kind == Amount) && len(v.Key("states").List()) == 0 {
		v.Key("states").Fail("names no state; list at least one")
	}
}

func span(v document.Value) int64 {
	s := v.Text()
	d, err := time.ParseDuration(s)
	if s != "" && (err != nil || d < time.Second || d%time.Second != 0 || d > 366*24*time.Hour) {
		v.Fail("%q is not a rolling window; write it in hours, such as 24h or 168h", s)
		return 0
	}
	return int64(d / time.Second)
}

// title reads a sentence in the languages of those who read verdicts; both are needed.
func title(v document.Value) map[string]string {
	if !v.Keys("en", "zh") {
		return nil
	}
	return map[string]string{"en": v.Key("en").Text(), "zh": v.Key("zh").Text()}
}

func jurisdiction(v document.Value) string {
	s := v.Optional()
	country, region, _ := strings.Cut(s, "-")
	upper := func(r rune) bool { return r < 'A' || r > 'Z' }
	plain := func(r rune) bool { return upper(r) && (r < '0' || r > '9') }
	if s != "" && (len(country) != 2 || strings.ContainsFunc(country, upper) || len(region) > 3 ||
		strings.ContainsFunc(region, plain) || strings.HasSuffix(s, "-")) {
		v.Fail("%q is not a jurisdiction; write a country such as CN, a region such as US-MA, or nothing for a house or carrier", s)
		return ""
	}
	return s
}

// word reads a lower-case name such as wrong_person.
func word(v document.Value) string {
	s := v.Text()
	if strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' }) {
		v.Fail("%q is not a name; use small letters, digits, - and _", s)
	}
	return s
}

// sameID refuses two rules of one id that are in force on the same day.
func sameID(rules []Rule, at []document.Value) {
	for i := range rules {
		for j := range i {
			if rules[i].ID != "" && rules[i].ID == rules[j].ID && sameDays(&rules[i], &rules[j]) {
				at[i].Fail("rule %s is there already, in line %d, and both are in force on the same day", rules[i].ID, rules[j].Line)
			}
		}
	}
}

func sameDays(a, b *Rule) bool {
	return (a.To == 0 || b.From == 0 || b.From < a.To) && (b.To == 0 || a.From == 0 || a.From < b.To)
}
