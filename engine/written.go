package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/wire/sms"
	"github.com/dulyhq/duly/words/fault"
)

// MostOwnSegments is how long an answer of a person's own may be.
const MostOwnSegments = 6

// A Preview is what would become of a person's answer: the text as it would leave, what the lint finds in it, and whether the law lets
// it leave, when, and by which rule not.
type Preview struct {
	Item      store.DeskItem
	Portfolio string
	Language  compose.Language
	Text      string         // whole, with the signature
	Findings  []lint.Finding // places are those of Text; one of severity error refuses it
	May       bool           // no finding refuses it, and the law lets it leave
	Rule      string         // what decides
	Source    string
	Reason    string
	NotBefore time.Time // when it may leave; zero: when the facts change
	NotAfter  time.Time
	Alphabet  string // "gsm7" or "ucs2"
	Units     int
	Segments  int
	Names     bool // it names what is overdue: it is not sent where that has changed by the time it leaves
	Due       ledger.Money
}

// ErrNoAnswer says that an item cannot be answered by text; the error's text says why.
var ErrNoAnswer = errors.New("engine: it cannot be answered by text")

// An ownAnswer is a person's answer, or what they write to somebody who has not written, on its way.
type ownAnswer struct {
	Preview
	p      *Portfolio
	h      *hearing
	answer store.Answering
	minor  int64
}

// PreviewAnswer says what would become of an answer to an item at the desk, and stores nothing.
func (e *Engine) PreviewAnswer(ctx context.Context, item int64, text string, at time.Time) (*Preview, error) {
	o, err := e.own(ctx, item, text, at)
	if err != nil {
		return nil, err
	}
	return &o.Preview, nil
}

// SendAnswer plans a person's answer to an item at the desk, to be judged again and handed over like every message, and closes the item;
// keep lets it wait on. Where the preview says no, nothing is stored, and the number is 0. An answer that does not leave after all comes back to
// the desk.
func (e *Engine) SendAnswer(ctx context.Context, item int64, text, who string, keep bool, at time.Time) (*Preview, outbox.MessageID, error) {
	o, err := e.own(ctx, item, text, at)
	if err != nil || !o.May {
		if o == nil {
			return nil, 0, err
		}
		return &o.Preview, 0, err
	}
	id, err := e.Store.AnswerDesk(ctx, &store.PersonsAnswer{
		Desk: item, Reply: o.Item.Reply, Speaker: o.h.sp, Who: who, Text: text, Minor: o.minor, Keep: keep, Answer: o.answer, Outcome: "answered",
	}, at)
	return &o.Preview, id, err
}

func (e *Engine) own(ctx context.Context, item int64, text string, at time.Time) (*ownAnswer, error) {
	d, err := e.Store.OnDesk(ctx, item)
	if err != nil {
		return nil, err
	}
	p := e.portfolioOf(d.Portfolio)
	switch {
	case !d.Open:
		return nil, fault.As(ErrNoAnswer, fault.ItemClosed)
	case d.Reply == 0:
		return nil, fault.As(ErrNoAnswer, fault.NobodyWrote)
	case p == nil || d.Borrower == 0:
		return nil, fault.As(ErrNoAnswer, fault.WriterUnknown)
	case strings.TrimSpace(text) == "":
		return nil, fault.As(ErrNoAnswer, fault.WordsNone)
	}
	p = p.fork()
	w, err := e.Store.Written(ctx, d.Reply)
	if err != nil {
		return nil, err
	}
	h, err := e.at(ctx, p, d.Borrower, at)
	if err != nil {
		return nil, fault.As(ErrNoAnswer, fault.LoanNone)
	}
	if w.Speaker.Address != 0 {
		h.sp.Address = w.Speaker.Address // to the number that wrote, or nowhere
	}
	o := &ownAnswer{p: p, h: h, Preview: Preview{Item: d, Portfolio: p.Ref, Due: ledger.Money{Minor: h.request.Due, Currency: h.loan.Currency}}}
	kind := answerOf(store.AnswerByPerson)
	return o, o.judge(kind, text, at)
}

// start is the same for whatever a person writes.
func (o *ownAnswer) start(kind *answerKind, text string, at time.Time) {
	p, h := o.p, o.h
	o.answer = store.Answering{
		Kind: kind.name, Treatment: kind.treatment.Index, Loan: h.loan.ID, Edition: p.edition, Carrier: p.Carrier, On: h.today, NotAfter: at.Add(answerWithin),
	}
	if o.Names = names(text, o.Due); o.Names {
		o.minor = o.Due.Minor
	}
}

// judge fills in what would become of the answer.
func (o *ownAnswer) judge(kind *answerKind, text string, at time.Time) error {
	o.start(kind, text, at)
	h := o.h
	facts := store.AnswerFor{Kind: kind.name, Reply: o.Item.Reply, Address: h.sp.Address, Text: text, Minor: o.minor}
	m := &store.Waiting{Person: h.sp.Person, Portfolio: h.sp.Portfolio, Borrower: h.sp.Borrower, Loan: h.loan.ID, Treatment: o.answer.Treatment}
	var j Judgement
	if err := o.p.judgeAnswer(&j, h.d, m, facts, at); err != nil {
		return err
	}
	o.Rule, o.Source, o.Reason = j.Rule, j.Source, j.Reason
	o.NotBefore, o.NotAfter = j.NotBefore, j.NotAfter
	waits := j.Action == Hold && j.Verdict.Ruling == guard.Wait && !j.HoldUntil.IsZero() && j.HoldUntil.Before(o.answer.NotAfter)
	if waits {
		o.NotBefore = j.HoldUntil
	}
	if j.answer == nil {
		return nil // it would go nowhere
	}
	written, found := o.p.writeOwn(h.d, &j, at)
	if said, other := o.otherAmount(text); other {
		how := lint.Warning
		if kind.unasked {
			how = lint.Error // nothing was talked of that another sum could be about
		}
		found = append(found, lint.Finding{
			Code: lint.NoAmount, Severity: how, Rule: lint.HouseForm, Message: lint.Said{
				ZH: "提到的金额" + said.Decimal() + "不是目前逾期的" + o.Due.Decimal() + "，发出后不会再核对。",
				EN: "It names " + said.Decimal() + ", which is not the " + o.Due.Decimal() + " that is overdue now, and nothing checks it again.",
			},
		})
	}
	o.Language, o.Text, o.Findings, o.Segments = written.Language, string(written.Body), found, written.Segments
	alphabet, units, _ := sms.Measure(o.Text)
	o.Alphabet, o.Units = alphabet.String(), units
	refused := slices.IndexFunc(found, func(f lint.Finding) bool { return f.Severity == lint.Error })
	o.May = refused < 0 && (j.Action == Contact || waits)
	if refused >= 0 && (j.Action == Contact || waits) {
		f := &found[refused]
		o.Rule, o.Source, o.Reason = f.Rule, f.Source.EN, f.Message.EN
	}
	return nil
}

// figure is an amount as people write it.
var figure = regexp.MustCompile(`[0-9]+(?:[,，][0-9]{3})*(?:\.[0-9]+)?`)

// otherAmount says that a text names an amount that is not the one that is overdue, beside that one or alone. It may be right, such as what
// somebody has promised: the person who writes is told, for it is theirs to know.
func (o *ownAnswer) otherAmount(text string) (ledger.Money, bool) {
	if o.Names {
		text = figure.ReplaceAllStringFunc(text, func(s string) string {
			if names(s, o.Due) {
				return ""
			}
			return s
		})
	}
	r := receive.Read(text, receive.Given{Today: o.h.today, Currency: o.Due.Currency})
	said := r.Amount
	if said.Currency == "" {
		said.Currency = o.Due.Currency
	}
	return said, r.HasAmount && said != o.Due
}

// writeOwn writes a person's answer as it leaves, and says what is wrong with it.
func (p *Portfolio) writeOwn(d *store.Dossier, j *Judgement, now time.Time) (Text, []lint.Finding) {
	b := &d.Borrowers[j.Borrower]
	lang := compose.Language(b.Language)
	if lang != compose.Chinese && lang != compose.English {
		lang = p.Language
	}
	if han(j.answer.facts.Text) {
		lang = compose.Chinese
	}
	class := compose.Answer
	if j.answer.kind.unasked {
		class = compose.Reminder
	}
	t := &compose.Template{
		Name: j.answer.kind.name, Channel: ledger.SMS, Language: lang, Class: class, MaxSegments: MostOwnSegments, Digest: digestOf(j.answer.facts.Text),
	}
	v := p.Identity[lang].vars()
	p.vars(&v, d, j, &store.Recipient{}, now, &compose.Bound{Template: t})
	body := []byte(signed(j.answer.facts.Text, v.Sign, lang))
	found := p.findings(&lint.Template{Template: t}, body, &v, d, j)
	_, _, segments := sms.Measure(string(body))
	return Text{Body: body, Language: lang, Template: t, Minor: j.answer.facts.Minor, Currency: v.Currency, Segments: segments}, found
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func han(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// signed puts the signature before a text that does not have it.
func signed(text, sign string, lang compose.Language) string {
	text = strings.TrimSpace(text)
	switch head := "【" + sign + "】"; {
	case lang == compose.Chinese && !strings.HasPrefix(text, head):
		return head + text
	case lang != compose.Chinese && !strings.Contains(text, sign):
		return sign + ": " + text
	}
	return text
}

// names says whether a text names an amount: with its digits, however they are grouped.
func names(text string, m ledger.Money) bool {
	if m.Minor <= 0 {
		return false
	}
	plain := strings.NewReplacer(",", "", "，", "", " ", "").Replace(text)
	whole, cents, _ := strings.Cut(m.Decimal(), ".")
	for rest := plain; ; {
		at := strings.Index(rest, whole)
		if at < 0 {
			return false
		}
		before, after := rest[:at], rest[at+len(whole):]
		digit := func(s string, last bool) bool {
			if s == "" {
				return false
			}
			c := s[0]
			if last {
				c = s[len(s)-1]
			}
			return c >= '0' && c <= '9' || last && c == '.'
		}
		bare := strings.Trim(cents, "0") == "" && !strings.HasPrefix(after, ".")
		if !digit(before, true) && (bare && !digit(after, false) || cents != "" && strings.HasPrefix(after, "."+cents) && !digit(after[1+len(cents):], false)) {
			return true
		}
		rest = after
	}
}
