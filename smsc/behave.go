package smsc

import (
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// Behaviour is what a handset does with a message. The zero value shows it at once, and the receipt says
// DELIVRD.
type Behaviour struct {
	After      time.Duration // After is the wire time from arrival to the final state.
	State      smpp.State    // State is the final state; delivered when 0. In another one the message is not shown, and nothing below happens.
	Err        string        // Err is the receipt's err, three characters; "000" when empty and delivered, else "001".
	Silent     bool          // Silent keeps back the receipt.
	Reply      string        // Reply is the text that the handset answers with; none when empty.
	ReplyAfter time.Duration // ReplyAfter is the wire time from showing to the reply.
	Pay        Payment       // Pay is what the handset's owner pays.
	PayAfter   time.Duration // PayAfter is the wire time from showing to the payment.
}

// Payment says how much is paid. The zero value is nothing.
type Payment string

// PayFull pays the first amount of money in the text, and nothing when there is none. Any other Payment
// is the amount itself, as a plain decimal.
const PayFull Payment = "full"

// acts says that the handset does more than to show the message.
func (b *Behaviour) acts() bool { return b.Reply != "" || b.Pay != "" }

// Rule gives the handsets that it names a behaviour. Every condition that is given must hold; none given is
// all handsets.
type Rule struct {
	Numbers   []string // Numbers are whole addresses; a leading + is not looked at.
	Prefix    string   // Prefix is what the address begins with.
	Suffix    string   // Suffix is what the address ends with.
	Contains  string   // Contains is a piece of the message's text.
	Nth       int      // Nth is the how-manieth message to the handset, from 1; 0 is each.
	Behaviour Behaviour
}

// PopulationShare gives a share of all handsets a behaviour, by a hash of their numbers.
type PopulationShare struct {
	Share     Share
	Behaviour Behaviour
}

// Crowd is all virtual handsets: the first rule that holds wins, then the population's shares in order, and
// the rest shows its messages at once. Use it by NewCrowd.
type Crowd struct {
	seed       uint64
	rules      []Rule
	byNumber   map[string][]int // the rules that name a number, in order
	others     []int            // the rules that name none, in order
	population []PopulationShare
	wantsText  bool
	wantsNth   bool
}

// NewCrowd makes handsets of rules and shares; the same seed gives a number the same share again.
func NewCrowd(seed uint64, rules []Rule, population []PopulationShare) *Crowd {
	c := &Crowd{seed: seed, rules: rules, population: population, byNumber: map[string][]int{}}
	for i, r := range rules {
		for _, n := range r.Numbers {
			n = plain(n)
			c.byNumber[n] = append(c.byNumber[n], i)
		}
		if len(r.Numbers) == 0 {
			c.others = append(c.others, i)
		}
		c.wantsText = c.wantsText || r.Contains != "" || r.Behaviour.Pay == PayFull
		c.wantsNth = c.wantsNth || r.Nth > 0
	}
	for _, p := range population {
		c.wantsText = c.wantsText || p.Behaviour.Pay == PayFull
	}
	return c
}

// Behave says what the handset does with the nth message to it.
func (c *Crowd) Behave(to, text string, nth int) Behaviour {
	to = plain(to)
	var named []int
	if len(c.byNumber) > 0 {
		named = c.byNumber[to]
	}
	others := c.others
	for len(named)+len(others) > 0 {
		var i int
		if len(others) == 0 || len(named) > 0 && named[0] < others[0] {
			i, named = named[0], named[1:]
		} else {
			i, others = others[0], others[1:]
		}
		if r := &c.rules[i]; r.holds(to, text, nth) {
			return r.Behaviour
		}
	}
	if len(c.population) > 0 {
		place := Share(mix(hashText(to)^mix(c.seed)) % uint64(Whole))
		for i := range c.population {
			p := &c.population[i]
			if place < p.Share {
				return p.Behaviour
			}
			place -= p.Share
		}
	}
	return Behaviour{}
}

func (r *Rule) holds(to, text string, nth int) bool {
	p, s := plain(r.Prefix), r.Suffix
	return (r.Nth == 0 || r.Nth == nth) && len(to) >= len(p) && to[:len(p)] == p &&
		len(to) >= len(s) && to[len(to)-len(s):] == s && contains(text, r.Contains)
}
