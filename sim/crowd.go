package sim

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

// A crowd is the people behind the handsets. What one of them does is decided by the seed, the number and how
// many messages came before, so that it does not hang on the order of things.
type crowd struct {
	seed   uint64
	script map[string]string // by number: what the story has somebody answer; empty for nothing

	mu       sync.Mutex
	paid     []handsetPayment
	stops    map[string]int // by number: the message (its place in the carrier's record) that was answered with a stop
	answered map[ledger.Date]int
	stopped  map[ledger.Date]int
	vows     []vow             // what was promised, in their order
	rests    []vow             // who disputed or complained
	said     map[string]int    // by number: how often its owner wrote
	saidOn   map[saying]int    // and how often on a day
	offers   map[string]string // by number: the latest plans that were offered
	taken    int               // plans taken up
	told     []toldKey         // codes that will be followed to the page
	others   map[string]bool   // numbers whose owner has said that they are somebody else
}

type handsetPayment struct {
	number string
	minor  int64
	at     time.Time
	inFull bool
}

// Of a hundred handsets 92 take messages; of a hundred messages some are answered and some are paid on.
var (
	stopReplies = []string{"退订", "TD", "R", "别再发了", "请不要再给我发短信"}
)

const (
	failing, dead, silent       = 4, 6, 8 // in a hundred handsets, added up
	stopping                    = 3       // in a hundred messages; talkingInHundred write something else
	payingInFull, payingPartway = 10, 16  // in a hundred messages, added up
)

// behave says what a handset does with its nth message. The carrier calls it.
func (c *crowd) behave(to, text string, nth int) smsc.Behaviour {
	var b smsc.Behaviour
	if reply, ok := c.script[to]; ok {
		if nth == 1 {
			b.Reply = reply
		}
		return b
	}
	switch h := draw(100, c.seed, "handset", to); {
	case h < failing:
		return smsc.Behaviour{State: smpp.StateUndeliverable, Err: "006"}
	case h < dead:
		return smsc.Behaviour{State: smpp.StateUndeliverable, Err: "001"}
	case h < silent:
		b.Silent = true
	}
	if answerIn(text) != AnswerNone {
		c.mu.Lock()
		if answerIn(text) == AnswerOptions {
			c.offers[to] = text
		}
		c.mu.Unlock()
		b.Reply = replies(c.seed, to, nth, text)
		return b
	}
	switch r := draw(100, c.seed, "reply", to, nth); {
	case r < stopping:
		b.Reply = stopReplies[draw(uint64(len(stopReplies)), c.seed, "word", to, nth)]
	case r < stopping+talkingInHundred:
		b.Reply = says(c.seed, to, nth, text)
		return b // whoever writes has said what they will do
	}
	switch p := draw(100, c.seed, "pay", to, nth); {
	case p < payingInFull:
		b.Pay = smsc.PayFull
	case p < payingPartway:
		if minor := amountIn(text); minor > 200 {
			b.Pay = smsc.Payment(decimal(minor / 2))
		}
	}
	return b
}

// amountIn reads the first amount of a text, in minor units; 0 when there is none.
func amountIn(text string) int64 {
	s, ok := smsc.Amount(text)
	if !ok {
		return 0
	}
	m, err := ledger.ParseMoney(s, "CNY")
	if err != nil {
		return 0
	}
	return m.Minor
}

// heard takes in what a handset did. The carrier calls it.
func (c *crowd) heard(e smsc.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	day := ledger.Day(e.Civil)
	switch e.Kind {
	case smsc.Replied:
		c.answered[day]++
		c.talked(&e)
		if slices.Contains(wrongs, e.Text) {
			c.others[e.Number] = true
		}
		for _, word := range stopReplies {
			if e.Text == word {
				c.stopped[day]++
				if _, ok := c.stops[e.Number]; !ok {
					c.stops[e.Number] = e.Message
				}
			}
		}
	case smsc.Paid:
		m, err := ledger.ParseMoney(e.Amount, "CNY")
		if err != nil {
			return
		}
		// People pay within hours of reading, not at once.
		after := time.Hour + time.Duration(draw(8*60, c.seed, "when", e.Number, day))*time.Minute
		c.paid = append(c.paid, handsetPayment{e.Number, m.Minor, e.Civil.Add(after), m.Minor == amountIn(e.Text)})
	case smsc.Shown:
		c.tell(&e)
	}
}

// take returns the payments made since it was called last.
func (c *crowd) take() []handsetPayment {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.paid // those to come stay booked in the core until their hour
	c.paid = nil
	slices.SortFunc(out, func(x, y handsetPayment) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.number, y.number)) })
	return out
}

func (c *crowd) on(day ledger.Date) (answered, stopped int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answered[day], c.stopped[day]
}
