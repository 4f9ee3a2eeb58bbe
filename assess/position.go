package assess

import (
	"math"

	"github.com/dulyhq/duly/ledger"
)

// At returns the loan's position on a day. It is exact for AsOf <= on < ChangesOn; on any other day the
// standing says nothing, and the position is Broken. It reads no history and allocates nothing.
//
// Due is the sum of its parts as they are shown: penalty interest is kept in millionths of a minor unit and
// rounded half up once, at the end.
func (s Standing) At(on ledger.Date) Position {
	if s.Broken || on < s.AsOf || s.ChangesOn != 0 && on >= s.ChangesOn {
		return Position{On: on, Broken: true}
	}
	p := Position{
		On: on, NextDueOn: s.NextDueOn, NextDue: s.NextDue,
		Slips: s.Slips, Lates: s.Lates, OnTime: s.OnTime,
	}
	if s.OldestUnpaid == 0 {
		return p
	}
	penalty, days := s.Penalty, int64(0)
	if !s.Paused {
		days = int64(on - s.AsOf)
		p.PerDay = halfUp(s.PenaltyDaily)
	}
	if days > 0 && s.PenaltyDaily > (math.MaxInt64-max(0, penalty))/days {
		return Position{On: on, Broken: true}
	}
	penalty += s.PenaltyDaily * days
	p.OldestUnpaid = s.OldestUnpaid
	p.Due = Due{Principal: s.Principal, Interest: s.Interest, Fees: s.Fees, Penalty: max(0, halfUp(penalty))}
	overdue := s.Principal + s.Interest + s.Fees // Stand has seen that this fits
	if p.Due.Penalty > math.MaxInt64-overdue {
		return Position{On: on, Broken: true}
	}
	p.Due.Total = overdue + p.Due.Penalty
	if !s.InGrace {
		p.DPD = int(s.AsOf-s.OldestUnpaid) - s.PausedDays + int(days)
		p.Lates = max(p.Lates, p.DPD)
	}
	return p
}
