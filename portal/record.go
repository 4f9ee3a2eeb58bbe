package portal

import (
	"net/http"
	"slices"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
)

// An entry is one thing that was written or said, on either side.
type entry struct {
	at   time.Time
	At   string
	Who  string
	Text string
	Fate string
	Ours bool
}

// record shows what was written and said, the newest first.
func (p *Portal) record(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	all, more := v.entries(held)
	return v.show(http.StatusOK, "record", "往来记录", "What was written and said", recorded{all, more})
}

// recorded is what the page shows.
type recorded struct {
	Entries []entry
	More    bool // there is more than is shown
}

// maxEntries is how many are shown; the download has all of them.
const maxEntries = 40

// entries returns the latest of what was written and said, and whether there is more.
func (v *visit) entries(held *engine.View) (all []entry, more bool) {
	us, you := v.identity().Creditor, v.say("您", "You")
	for _, m := range held.Messages {
		for _, t := range m.Tries {
			if fate, left := v.fate(t.Outcome, m.State); left {
				all = append(all, entry{at: t.At, Who: us, Text: t.Text, Fate: fate, Ours: true})
			}
		}
	}
	for _, r := range held.Replies {
		all = append(all, entry{at: r.At, Who: you, Text: r.Text})
	}
	for _, c := range held.Calls {
		all = append(all, entry{at: c.At, Who: v.caller(c.Agency), Text: v.call(c), Ours: true})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return b.at.Compare(a.at) })
	if more = len(all) > maxEntries; more {
		all = all[:maxEntries]
	}
	for i := range all {
		all[i].At = v.minute(all[i].at.In(held.Zone))
	}
	return all, more
}

// fate says what became of a text; left is false for one that never left.
func (v *visit) fate(outcome, state string) (said string, left bool) {
	switch {
	case state == "delivered":
		return v.say("已送达", "Delivered"), true
	case state == "undelivered":
		return v.say("未能送达", "It could not be delivered"), true
	case outcome == "accepted":
		return v.say("已发出", "Sent"), true
	case outcome == "unknown":
		return v.say("可能已发出，运营商未确认", "It may have been sent; the carrier did not say"), true
	}
	return "", false
}

func (v *visit) caller(agency bool) string {
	if agency {
		return v.say("我们委托的机构", "An agency that acts for us")
	}
	return v.identity().Creditor
}

// call says in words what contact people made.
func (v *visit) call(c engine.ViewCall) string {
	how := v.say("联系", "Contact")
	switch c.Channel {
	case ledger.Voice:
		how = v.say("电话", "Call")
	case ledger.Post:
		how = v.say("信函", "Letter")
	case ledger.Email:
		how = v.say("邮件", "E-mail")
	case ledger.SMS:
		how = v.say("短信", "Text message")
	case ledger.App, ledger.Task:
	}
	switch c.Result {
	case guard.Conversation:
		return how + v.say("，与您通过话", ", and we spoke with you")
	case guard.Unanswered:
		return how + v.say("，无人接听", ", not answered")
	case guard.Attempt, guard.ResultUnknown:
	}
	return how
}
