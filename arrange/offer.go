package arrange

import "github.com/dulyhq/duly/ledger"

// usual are the lengths that are offered, in instalments: a borrower chooses between two or three, not among sixty.
var usual = []int{3, 6, 12, 24}

// MostOffers is how many plans are offered at a time.
const MostOffers = 2

// soonest is how many days after today the first instalment of an offer falls due at the earliest.
const soonest = 3

// Offers are the plans of equal instalments that a level may agree to and that fit the means, the shortest first. r says what
// is owed and by whom; its parts are not read. An amount that the means do not allow in any usual length gives none.
func (t Authority) Offers(r Request, income Income, level Level) (out [][]Part) {
	r.Kind, r.Waived, r.Cycle = Plan, 0, income.Every
	for _, n := range usual {
		parts, err := Equal(r.Due, income.Days(r.Today+soonest, n))
		if err != nil {
			break
		}
		r.Parts = parts
		if ruling := t.Check(&r); ruling.Level == Nobody || ruling.Level > level {
			continue
		}
		if out = append(out, parts); len(out) == MostOffers {
			break
		}
	}
	return out
}

// longer are how many days more are offered to who asks for time.
var longer = []int{7, 14, 30, 60}

// Extensions are the days until which a level may give time for all that is overdue, the soonest first, each as the one part that falls
// due then. r is as for Offers.
func (t Authority) Extensions(r Request, level Level) (out []Part) {
	r.Kind, r.Waived = Extension, 0
	for _, n := range longer {
		one := Part{On: r.Today + ledger.Date(n), Minor: r.Due}
		r.Parts = []Part{one}
		if ruling := t.Check(&r); ruling.Level != Nobody && ruling.Level <= level {
			out = append(out, one)
		}
	}
	return out
}

// Promised checks what a borrower says they will pay, before it counts as a promise: on a day that is today or later and not
// beyond what Duly may agree to by itself. A promise of less than is owed is one; of more it is one of all that is owed.
func (t Authority) Promised(r Request, on ledger.Date, minor int64) ([]Part, Ruling) {
	if minor <= 0 || minor > r.Due {
		minor = r.Due
	}
	r.Kind, r.Parts, r.Waived = Promise, []Part{{on, minor}}, 0
	return r.Parts, t.Check(&r)
}
