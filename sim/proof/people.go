package proof

import (
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A human is somebody who owes, as the world knows them.
type human struct {
	n        int
	name     string
	identity string // "" where the lender has none
	place    *Place
	zones    []string // those that the lender gives, of which any may be the one; none where it knows none
	real     string   // the zone that they live in
	number   string   // the number that they hold, E.164
	accounts []*account
	bars     []*bar    // what bars contact, as Duly was told
	consents []consent // to texts, as Duly was told, in that order
	calls    []call    // of people, as Duly was told
	kind     ledger.PhoneKind
	marks    []time.Time // by the lender's clock: when something about them came into the books
	silent   bool        // they may not be written to at all: something that is needed is not known
}

// A bar is a state of a human that bars contact.
type bar struct {
	account *account // under which it was told
	kind    string
	from    time.Time
	until   time.Time // zero: until it is lifted
	lifted  bool
}

// holds says whether a state bars contact at an instant. One that begins later bars already.
func (b *bar) holds(at time.Time) bool { return !b.lifted && (b.until.IsZero() || b.until.After(at)) }

// A call is a contact that people made.
type call struct {
	account *account // under which it was told
	at      time.Time
	loan    *loan // nil: about every loan
}

// A consent to texts, or its withdrawal.
type consent struct {
	account *account // under which it was told
	at      time.Time
	given   bool
}

// An account is a human as a borrower of one portfolio. Duly knows what it was told last.
type account struct {
	ref    string
	book   *book
	human  *human
	loans  []*loan
	dirty  bool     // the core has news of the borrower
	number string   // as Duly was told
	had    []string // every number that Duly was ever told
	stop   int64    // when a stop that reaches it was stored, in ticks of the world; 0 means never
	rest   int64    // the same for a stop or a complaint
}

// A loan is what is owed on one contract: as the core knows it, and as Duly was told.
type loan struct {
	ref     string
	account *account
	rate    int64 // a year, millionths
	times   int64 // penalty multiplier, millionths
	keyed   bool  // its payments have a payment_id
	now     terms
	told    terms
	dirty   bool
}

// terms are a loan's rows.
type terms struct {
	due      []instalment
	paid     []payment
	closedOn ledger.Date
	debit    time.Time // a debit is under way until then; zero means none
	off      int64     // by how much the core's own total is said to be another than it is; 0 means that it is right
	silent   bool      // the core's own total is not said
}

type instalment struct {
	number                    int
	on                        ledger.Date
	principal, interest, fees int64
	split                     bool
}

func (i *instalment) total() int64 { return i.principal + i.interest + i.fees }

type payment struct {
	id       string // "" where the loan's payments have none
	on       ledger.Date
	minor    int64 // below zero for a reversal
	reverses string
}

func (t *terms) clone() terms {
	c := *t
	c.due, c.paid = slices.Clone(t.due), slices.Clone(t.paid)
	return c
}

// A book is one portfolio as the world knows it.
type book struct {
	ref      string
	land     *Land
	accounts []*account
	loans    []*loan
	toldAt   time.Time // when Duly was last told of payments, by its clock
	news     []*news   // facts that Duly was not told yet
}

// The characters of made-up names: a surname, and two of which one says the person's number.
var (
	surnames = []rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳")
	given    = []rune("一丁七万丈三上下不与丑专且世丘丙业丛东丝丞丢两严丧个中丰串临丸丹为主丽举乃久么义之乌乍乎乏乐乔乖乘乙九也习乡书买乱乳乾了予争事二于云互五井亚些亡交亦产亨亩享京亭亮亲人亿什仁仅仆仇今介仍从仓仔仕他仗付仙代令以仪们仰仲件价任份仿企伊伍伏伐休众优伙会伞伟传伤伦伪伯估伴伶伸似伽但位低住佐佑体何余佛作你佣佩佳使侃例侍供依侠侣侦侧侨侯侵便促俄俊俏俗保信俩修俯俱倍倒候借倡倦值倾假偏做停健偶偷储催傲")
)

// nameOf makes a name that nobody else of the world has.
func nameOf(place *Place, n int) string {
	if place.land.Language == "zh" {
		g := len(given)
		return string([]rune{surnames[n%len(surnames)], given[n/len(surnames)%g], given[(n*7+n/len(surnames)/g)%g]})
	}
	return fmt.Sprintf("%s %s", latinGiven[n%len(latinGiven)], latinSurname(n))
}

var latinGiven = []string{"Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hope", "Ivo", "Joan", "Kurt", "Lena", "Max", "Nora", "Otto", "Pia"}

// latinSurname spells a number in syllables.
func latinSurname(n int) string {
	syllables := []string{"ba", "do", "fe", "gi", "hu", "ka", "lo", "me", "ni", "po", "ra", "su", "te", "vi", "wo", "zu"}
	s := syllables[n&15] + syllables[n>>4&15] + syllables[n>>8&15] + "n"
	return string(s[0]-'a'+'A') + s[1:]
}

// surname is how a text may greet the human.
func (h *human) surname() string {
	if h.place.land.Language == "zh" {
		return string([]rune(h.name)[:1])
	}
	return latinSurname(h.n)
}

// in returns the human's accounts in a portfolio.
func (h *human) in(b *book) []*account {
	var out []*account
	for _, a := range h.accounts {
		if a.book == b {
			out = append(out, a)
		}
	}
	return out
}

// location is where the human lives.
func (h *human) location() *time.Location { return locations[h.real] }

// wherever are the zones in which contact has to be lawful: all that the lender gives.
func (h *human) wherever() []*time.Location {
	out := []*time.Location{h.location()}
	for _, z := range h.zones {
		if z != h.real {
			out = append(out, locations[z])
		}
	}
	return out
}

// one returns the human's accounts that Duly has to take for one person's, beside the one given: all of them where there is
// an identity number, else those of which it was told the same number. What it was told of one of them holds for all; what
// it was told of the human's others it cannot know to be about the same person until their numbers agree.
func (h *human) one(a *account) (out []*account) {
	for _, o := range h.accounts {
		if h.identity != "" || o.number == a.number {
			out = append(out, o)
		}
	}
	return out
}

// barred returns the state that bars contact with a person at an instant, "" where none does.
func (h *human) barred(one []*account, at time.Time) string {
	for _, b := range h.bars {
		if b.holds(at) && slices.Contains(one, b.account) {
			return b.kind
		}
	}
	return ""
}

// agreed says whether a person consents to texts. What was said last counts, whatever was told last.
func (h *human) agreed(one []*account) bool {
	var last consent
	for _, c := range h.consents {
		if slices.Contains(one, c.account) && !c.at.Before(last.at) {
			last = c
		}
	}
	return last.given
}

// locations are the zones of all places.
var locations = func() map[string]*time.Location {
	m := map[string]*time.Location{}
	for i := range Lands {
		for j := range Lands[i].Places {
			for _, name := range Lands[i].Places[j].Zones {
				l, err := time.LoadLocation(name)
				if err != nil {
					panic(err) // a zone of this package's, and Go carries the zones
				}
				m[name] = l
			}
		}
	}
	return m
}()

// mark notes that something about the human came into the books.
func (h *human) mark(at time.Time) { h.marks = append(h.marks, at) }

// oneself says that Duly has always had the human for one person of their own.
func (h *human) oneself(all []*human) bool {
	for _, a := range h.accounts {
		if len(slices.Compact(slices.Clone(a.had))) > 1 {
			return false
		}
	}
	return !slices.ContainsFunc(all, func(o *human) bool {
		return o != h && slices.ContainsFunc(o.accounts, func(a *account) bool { return slices.Contains(a.had, h.number) })
	})
}
