package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/store"
)

// What a carrier has on file of a text (docs/adr/0038).
const (
	Unfiled    = ""           // nothing
	Pending    = "pending"    // it was asked to register it
	Registered = "registered" // it has registered it
	Refused    = "refused"    // it will not
)

// Rules of a text that does not leave by a carrier.
const (
	TextRefused      = "duly:text_refused"      // the carrier refused to register it
	TextUnregistered = "duly:text_unregistered" // the carrier wants texts registered, and has not registered this one
)

// filing is what carriers have on file of a portfolio's texts. The zero value is nothing.
type filing struct {
	mark  int64 // store.Mark.Registration of which it was read, or an older one
	words map[filedText]string
}

// A filedText is a text at a carrier. Another wording, even of the same name, is another text.
type filedText struct{ carrier, digest string }

// filings reads what carriers have on file of a portfolio's texts, as it was noted by an instant; zero is by now.
func (e *Engine) filings(ctx context.Context, portfolio int64, by time.Time) (filing, error) {
	mark, err := e.Store.Mark(ctx)
	if err != nil {
		return filing{}, err
	}
	list, err := e.Store.Registrations(ctx, portfolio, by)
	f := filing{mark: mark.Registration, words: make(map[filedText]string, len(list))}
	for i := range list {
		f.words[filedText{list[i].Carrier, list[i].Digest}] = list[i].State
	}
	return f, err
}

// filedAs returns the portfolio by other words of carriers on its texts.
func (p *Portfolio) filedAs(f filing) *Portfolio {
	q := p.fork()
	q.filing = f
	q.pool()
	return q
}

// Filed returns what a carrier has on file of a text: its latest word on this wording, else what the text's document says.
func (p *Portfolio) Filed(t *compose.Template, carrier string) string {
	if word, ok := p.filing.words[filedText{carrier, t.Digest}]; ok {
		return word
	}
	if t.Carriers[carrier].ID != "" {
		return Registered
	}
	return Unfiled
}

// Bars returns the rule by which a text does not leave by the portfolio's carrier; empty where it may.
func (p *Portfolio) Bars(t *compose.Template) (rule string) {
	if len(p.filing.words) == 0 && !p.RegisteredOnly {
		return ""
	}
	switch p.Filed(t, p.Carrier) {
	case Refused:
		return TextRefused
	case Registered:
		return ""
	}
	if p.RegisteredOnly {
		return TextUnregistered
	}
	return ""
}

// filed holds a message in words that the portfolio's carrier does not carry.
func (p *Portfolio) filed(j *Judgement, d *store.Dossier) {
	if j.Action != Contact || len(p.filing.words) == 0 && !p.RegisteredOnly {
		return
	}
	if j.answer != nil && j.answer.kind.own() {
		if p.RegisteredOnly { // nobody registers what is written once
			j.unfiled(guard.Deny, TextUnregistered, fmt.Sprintf("The carrier %s takes registered texts only, and words of a person's own are not.", p.Carrier))
		}
		return
	}
	t := p.template(j.Intent.Treatment, compose.Language(d.Borrowers[j.Borrower].Language))
	if t.Bound == nil {
		return // there is nothing to leave
	}
	switch rule := p.Bars(t.Template); rule {
	case TextRefused:
		j.unfiled(guard.Wait, rule, fmt.Sprintf("The carrier %s refused to register the text %s.", p.Carrier, compose.Of(t.Name, t.Language)))
	case TextUnregistered:
		j.unfiled(guard.Wait, rule, fmt.Sprintf("The carrier %s takes registered texts only, and the text %s is not.", p.Carrier, compose.Of(t.Name, t.Language)))
	}
}

// unfiled is a hold until the carrier says something else.
func (j *Judgement) unfiled(how guard.Ruling, rule, why string) {
	const source = "Duly's own: a text leaves by a carrier that takes it"
	v := guard.Verdict{Ruling: how, Rule: rule, Source: source, Reason: why}
	if v.Checked = j.Verdict.Checked; v.Checked != nil {
		v.Checked = append(v.Checked, guard.Checked{Rule: rule, Source: source, Detail: why})
	}
	j.Verdict = v
	j.held()
	j.NotBefore, j.NotAfter = time.Time{}, time.Time{}
}

// askFiled is after how long a message whose words its carrier does not carry is looked at again: it leaves when the carrier's word has
// changed, and ends when its time is over.
const askFiled = 10 * time.Minute

// awaitsWord says whether a message waits for another word of the carrier on its text.
func (g *judging) awaitsWord(c *judged) bool {
	waits := c.j.Verdict.Ruling == guard.Wait && (c.j.Rule == TextRefused || c.j.Rule == TextUnregistered)
	return c.j.Action == Hold && waits && g.st.At.Add(askFiled).Before(c.m.NotAfter)
}
