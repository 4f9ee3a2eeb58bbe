// Package lint reads the words of a message before it leaves: threats, insults, pretended authority and the
// other things that a creditor may not write, and what a message must hold. It is pure, and the last stage of
// the recipe: a finding of severity error denies (ADR 0008, docs/formats/lint.md).
//
// Text reads a text whole, whoever wrote it. A template is read whole once (Read), in every rendering that it
// has; what its values can still change is asked at hand-over (Template.Check).
package lint

import (
	"cmp"
	"slices"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
)

// A Code says what is wrong.
type Code string

// The codes.
const (
	Threat         Code = "threat"             // harm, stalking, unnamed consequences
	Insult         Code = "insult"             // contempt for the reader
	FalseAuthority Code = "false_authority"    // pretends to be, or to act for, police, court or government
	FalseLegal     Code = "false_legal"        // a legal consequence that is untrue or not backed by the loan's next step
	ThirdPerson    Code = "third_party"        // tells others of the debt, or asks them to pay
	Shaming        Code = "shaming"            // exposes the reader in public
	Personal       Code = "pii"                // an identity, card or social security number
	Borrowing      Code = "coercive_borrowing" // urges to borrow elsewhere
	Deception      Code = "deception"          // false urgency, false promises, pretexts
	Upsell         Code = "upsell"             // sells something
	NoIdentity     Code = "missing_identity"   // does not say who writes
	NoAmount       Code = "missing_amount"     // does not say how much
	NoContact      Code = "missing_contact"    // does not say where a person answers
	NoOptOut       Code = "missing_optout"     // does not say how to stop such texts
	Marks          Code = "punctuation"        // wrong, doubled or unbalanced marks, wrong width
	TooLong        Code = "too_long"           // more segments than it may take
	Tone           Code = "tone"               // cold or commanding
)

// Codes returns all codes in the order in which the documentation lists them.
func Codes() []Code {
	return []Code{
		Threat, Insult, FalseAuthority, FalseLegal, ThirdPerson, Shaming, Personal, Borrowing, Deception, Upsell,
		NoIdentity, NoAmount, NoContact, NoOptOut, Marks, TooLong, Tone,
	}
}

// A Severity says what a finding does. The zero value is an error, which denies.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // the text may not leave
	Warning                 // an advisory rule, or a habit of the field
	Info                    // better mended
)

// String returns the word that JSON has.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return "error"
}

// A Finding is one thing that is wrong, with its place, the rule that forbids it and a better wording.
type Finding struct {
	Code       Code
	Severity   Severity
	Start, End int    // code points of the text, [Start, End); both 0 where something is missing
	Rule       string // the rule's id: one of a rulebook's, or HouseWording, HouseForm
	Source     Said   // instrument and clause
	Message    Said   // why, in one sentence
	Suggestion string // a better wording, in the language of the text; "" when the place itself says it
}

// Said is a sentence in both languages.
type Said struct{ ZH, EN string }

// In returns the sentence in a language: Chinese for "zh", English for all others.
func (s Said) In(lang compose.Language) string {
	if lang == compose.Chinese {
		return s.ZH
	}
	return s.EN
}

// The rules of the house, for codes that no rule of a rulebook names.
const (
	HouseWording = "duly:wording"
	HouseForm    = "duly:form"
)

var houseSource = Said{"Duly内部规则", "House rule of Duly"}

// A Rule is a rule of a rulebook on what a text may not or must hold.
type Rule struct {
	ID      string
	Source  Said
	Codes   []Code // wording: what it forbids
	Element string // element: what a text must hold, as rulebooks say it: identity, amount, contact, optout, …
	Binding bool   // false: advisory

	From ledger.Date // it is in force from that day on; zero: without beginning
}

// A Step is the loan's authorised, dated next step, the only consequence that a text may announce.
type Step struct {
	Kind string      // court, credit_report, agency
	On   ledger.Date // zero: the day is not said
	Text string      // as a message says it, when the lender words it itself
}

// Facts is what a text is judged by. The zero value is the strictest for wording: no consequence is backed. What
// a text must hold is judged only where Rules ask for it.
type Facts struct {
	Language    compose.Language // "" finds out
	Class       compose.Class    // "" counts as a reminder
	Channel     ledger.Channel   // "" counts as a text message
	Rules       []Rule           // those that apply to the contact, elements by purpose already chosen
	Values      *compose.Vars    // what must be shown; nil looks for things of that kind
	Own         []string         // the creditor's payee accounts and phone numbers, as digits with or without marks
	Steps       []Step           // the loan's next step, if any
	StepsHidden bool             // nobody told which step the loan has: what is lawful in form passes
	TimeBarred  bool             // a suit is time-barred: none may be mentioned
	MaxSegments int              // 0 warns above two segments; more than it says is an error
	On          ledger.Date      // rules that come into force later count from their day on; zero: all of them count
}

// A Linter is the words and patterns of both languages, compiled. It never changes; any number of goroutines may
// share one.
type Linter struct{ lex *lexicon }

// New compiles the words. It takes some ten milliseconds: make one and keep it.
func New() *Linter { return &Linter{compile(chineseWords, englishWords)} }

// Text reads a text and returns what is wrong with it, by place and then by code. It is deterministic, reads the
// first 8,000 characters, and its cost grows with them (BenchmarkText). A longer text message is too long.
func (l *Linter) Text(text string, f Facts) []Finding {
	t := l.lex.read(text)
	lang := f.Language
	if lang == "" {
		lang = t.language()
	}
	found := t.wording(&f)
	found = append(found, t.personal(&f)...)
	found = append(found, t.marks(lang)...)
	found = append(found, t.length(&f)...)
	found = append(found, missing(text, lang, &f)...)
	f.judge(found, lang)
	return arranged(found)
}

// Errors says whether any finding denies.
func Errors(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Error })
}

// arranged sorts findings by place, and drops those of a code that lie in one of the same code.
func arranged(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Severity, b.Severity))
	})
	kept, ends := found[:0], map[Code]int{}
	for _, one := range found {
		end, met := ends[one.Code]
		if met && (one.Start < end || one.End == 0) {
			continue // it begins in one of its code; of what is missing the binding rule stands first
		}
		ends[one.Code] = max(end, one.End)
		kept = append(kept, one)
	}
	return kept
}
