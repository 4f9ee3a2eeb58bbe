package decide

import (
	"slices"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// picker chooses among the treatments of one stage.
type picker struct {
	s       *Strategy
	f       *Facts
	stage   *Stage
	dpd     int
	episode ledger.Date
	tone    assess.Tone
	cause   arrange.Cause // of this lapse
	gently  string        // why the person is treated more gently; empty: they are not

	lastOn     ledger.Date    // the last day on which anything reached the person, in any episode
	touchedOn  ledger.Date    // the last day on which anything was done at all
	newest     int            // the latest From of what was given in this episode; lowest where nothing was
	tired      ledger.Channel // the channel of the last SilentTries contacts, none of them answered
	answered   bool           // something was answered in this episode
	answeredOn ledger.Date
}

const lowest = -1 << 20

// look reads the touches once.
func (p *picker) look() {
	p.newest = lowest
	began := p.episode
	for i := range p.f.Touches {
		touch := &p.f.Touches[i]
		t := p.s.Treatment(touch.Treatment)
		p.touchedOn = max(p.touchedOn, touch.On)
		if t == nil || t.Contacts() { // what an older version of the strategy did counts as a contact
			p.lastOn = max(p.lastOn, touch.On)
		}
		if touch.Episode == p.episode {
			began = min(began, touch.On)
			if t != nil && !t.Always && !t.Notice {
				p.newest = max(p.newest, t.From)
			}
		}
	}
	p.answeredOn = p.f.Replied
	p.answered = p.answeredOn != 0 && p.answeredOn >= began
	p.tired = p.tiredOf()
}

// tiredOf returns the channel on which the last SilentTries contacts of the episode were made without an
// answer, or "".
func (p *picker) tiredOf() ledger.Channel {
	n, channel := 0, ledger.Channel("")
	for i := len(p.f.Touches) - 1; i >= 0 && p.s.SilentTries > 0; i-- {
		touch := &p.f.Touches[i]
		if touch.Episode != p.episode {
			continue
		}
		if touch.On <= p.f.Replied || channel != "" && touch.Channel != channel {
			return ""
		}
		channel = touch.Channel
		if n++; n == p.s.SilentTries {
			return channel
		}
	}
	return ""
}

func (p *picker) given(index int) int {
	n := 0
	for i := range p.f.Touches {
		if t := &p.f.Touches[i]; t.Treatment == index && t.Episode == p.episode {
			n++
		}
	}
	return n
}

func (p *picker) lastGiven(index int) ledger.Date {
	var last ledger.Date
	for i := range p.f.Touches {
		if t := &p.f.Touches[i]; t.Treatment == index && t.Episode == p.episode {
			last = max(last, t.On)
		}
	}
	return last
}

// pick returns the treatment for today, or nil and the hold.
func (p *picker) pick() (*Treatment, Hold) {
	var best *Treatment
	var later ledger.Date // the first day on which something not yet due will be
	var spaced ledger.Date
	var barred HoldReason
	some := false
	for i := range p.stage.Treatments {
		t := &p.stage.Treatments[i]
		if !p.fits(t) {
			continue
		}
		some = true
		from, open := p.opens(t)
		switch {
		case !open:
		case from > p.f.Today:
			later = earlier(later, from)
		case p.f.Holdout && !t.Always:
			barred = InHoldout
		case p.resting() && !t.Always:
			if barred == "" {
				barred = Rested
			}
		case p.spacedUntil(t) > p.f.Today:
			spaced = earlier(spaced, p.spacedUntil(t))
		case best == nil || p.before(t, best):
			best = t
		}
	}
	if best != nil {
		return best, Hold{}
	}
	return nil, p.hold(barred, spaced, later, some)
}

// fits says whether the treatment is for this person at all.
func (p *picker) fits(t *Treatment) bool {
	if p.tone == assess.Human && t.Channel != ledger.Task {
		return false // a person takes over, whatever the document says
	}
	if t.Silent != nil && *t.Silent == p.answered {
		return false
	}
	if len(t.Causes) > 0 && !slices.Contains(t.Causes, p.cause) {
		return false
	}
	for _, tone := range t.Tones {
		if tone == p.tone {
			return true
		}
	}
	return len(t.Tones) == 0
}

// opens returns the day from which the treatment may be given, and whether that can still come in this stage.
func (p *picker) opens(t *Treatment) (ledger.Date, bool) {
	if p.dpd > t.To {
		return 0, false
	}
	from := p.f.Today + ledger.Date(t.From-p.dpd)
	last := p.lastGiven(t.Index)
	switch {
	case last != 0 && t.Every == 0:
		return 0, false
	case last != 0:
		from = max(from, last+ledger.Date(t.Every))
	case t.Every == 0 && !t.Always && t.From < p.newest:
		return 0, false // something later has been given: never an older reminder after a newer
	}
	return from, t.To >= NoEnd || from <= p.f.Today+ledger.Date(t.To-p.dpd)
}

func (p *picker) resting() bool {
	return p.answered && p.s.AfterReply > 0 && p.f.Today < p.answeredOn+ledger.Date(p.s.AfterReply)
}

// spacedUntil returns the first day on which the spacing of a treatment lets it follow what was done last.
// Never are two things done for a person on one day.
func (p *picker) spacedUntil(t *Treatment) ledger.Date {
	days := t.Spacing
	if days == 0 {
		days = p.s.Prefer.Spacing
	}
	if p.gently != "" {
		days = max(days, p.s.Gentle.Spacing)
	}
	var until ledger.Date
	if p.touchedOn != 0 {
		until = p.touchedOn + 1
	}
	if p.lastOn != 0 && t.Contacts() {
		until = max(until, p.lastOn+ledger.Date(days))
	}
	return until
}

// before says whether t is to be given rather than u: first what goes over the channel that the borrower asked for, then
// what is not on a channel that stays silent, then what began later; of two that began together, the first in the document.
func (p *picker) before(t, u *Treatment) bool {
	if a := p.f.Asked; a != "" && (t.Medium() == a) != (u.Medium() == a) {
		return t.Medium() == a
	}
	if p.tired != "" && (t.Channel == p.tired) != (u.Channel == p.tired) {
		return u.Channel == p.tired
	}
	return t.From > u.From
}

func (p *picker) hold(barred HoldReason, spaced, later ledger.Date, some bool) Hold {
	next := ledger.Date(0)
	if p.stage.To < NoEnd {
		next = p.f.Today + ledger.Date(p.stage.To+1-p.dpd)
	}
	switch {
	case barred == InHoldout:
		return Hold{Reason: InHoldout, Detail: "The person is in the holdout, which gets no discretionary reminder."}
	case spaced != 0:
		return Hold{Reason: Spaced, Detail: "The last contact was too recent.", Until: spaced}
	case barred == Rested:
		return Hold{
			Reason: Rested, Detail: "Something was answered lately, and the strategy lets the person be.",
			Until: p.answeredOn + ledger.Date(p.s.AfterReply),
		}
	case later != 0:
		return Hold{Reason: NotYet, Detail: "The next treatment of the stage comes later.", Until: later}
	case !some:
		return Hold{Reason: NoTreatment, Detail: "The stage has no treatment for this tone and these answers.", Until: next}
	}
	return Hold{Reason: StageDone, Detail: "Every treatment of the stage has been given or has passed.", Until: next}
}

// earlier returns the earlier of two days, of which a zero one is none.
func earlier(a, b ledger.Date) ledger.Date {
	if a == 0 || b < a {
		return b
	}
	return a
}
