package assess

// A Tone is how firmly a borrower is written to: capacity and willingness as payment history shows them.
type Tone string

// The tones. Human means that a person takes over.
const (
	Lenient  Tone = "lenient"
	Standard Tone = "standard"
	Firm     Tone = "firm"
	Human    Tone = "human"
)

// The borders between the tones.
const (
	HumanFromDPD   = 91 // from here on a person takes over: the claim is old enough for its limitation to be checked
	FirmFromSlips  = 3  // due dates missed in 365 days from which lateness is a habit
	FirmOverLates  = 30 // a lateness of more days than this was more than a slip
	LenientToSlips = 1  // a first slip is met with goodwill
)

// ToneOf chooses how firmly to write, from the history that p carries. The first line that fits decides:
//
//	broken rows                                   human     nobody is written to on figures that contradict each other
//	DPD >= 91                                     human
//	3 slips or more, or any lateness > 30 days    firm
//	2 slips                                       standard
//	1 slip or none                                lenient
//
// Slips and lateness are those of the last 365 days with the present one included, so that somebody who has
// paid well for a year begins anew.
func ToneOf(p Position) Tone {
	switch {
	case p.Broken, p.DPD >= HumanFromDPD:
		return Human
	case p.Slips >= FirmFromSlips, p.Lates > FirmOverLates:
		return Firm
	case p.Slips > LenientToSlips:
		return Standard
	}
	return Lenient
}
