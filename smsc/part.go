package smsc

import (
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// Part is one submit_sm as it arrived: a message, or a part of a longer one. It is also a line of the
// record's file, whose event is "arrival".
type Part struct {
	Sequence    int         `json:"seq"`                 // from 1, in the order of arrival
	Message     int         `json:"message"`             // the Sequence of the message's part that came first
	Civil       time.Time   `json:"civil"`               // the civil time of arrival
	Wire        time.Time   `json:"wire"`                // the wire time of arrival
	Bind        int         `json:"bind"`                // the bind that it came by, from 1
	SystemID    string      `json:"system_id"`           // what the bind called itself
	ID          string      `json:"id,omitempty"`        // the message_id given; empty when refused
	Source      string      `json:"source"`              // source_addr
	Destination string      `json:"destination"`         // destination_addr
	Alphabet    string      `json:"alphabet"`            // "gsm7", "ucs2", else "coding N"
	Text        string      `json:"text"`                // this part's text; in memory only with Config.KeepTexts
	Hash        uint64      `json:"hash,string"`         // of the user data without its header
	Ref         uint16      `json:"ref,omitempty"`       // the reference of concatenation
	Part        int         `json:"part"`                // 1 when alone
	Parts       int         `json:"parts"`               // 1 when alone
	Validity    time.Time   `json:"validity,omitzero"`   // the end of validity_period in civil time; zero when not given
	Registered  uint8       `json:"registered_delivery"` //
	Status      smpp.Status `json:"status"`              // the answer, given or kept back
	Unanswered  bool        `json:"unanswered,omitempty"`

	// What became of it, which a file has in lines of its own, whose event is "final".
	State smpp.State `json:"-"` // 0 while it is under way
	Err   string     `json:"-"` // the receipt's err
	Shown bool       `json:"-"` // it was shown on the handset
	Done  time.Time  `json:"-"` // the civil time of State
}

// Arrival is a message as the carrier took it: all its parts joined.
type Arrival struct {
	Part           // the part that came first; its Text is not the whole
	IDs   []string // the message_id of each part that came, by part
	Whole string   // the text of all parts in order; what is there of it when some are missing
	Came  int      // how many parts came; less than Parts when some are missing
	Last  time.Time
}

// Complete says that all parts came.
func (a *Arrival) Complete() bool { return a.Came == a.Parts }

// Join puts the parts together that belong to one message, in the order of their first arrival.
func Join(parts []Part) []Arrival {
	arrivals := make([]Arrival, 0, len(parts))
	pieces := map[int][]Part{}
	for i := range parts {
		p := &parts[i]
		if p.Parts > 1 {
			pieces[p.Message] = append(pieces[p.Message], *p)
		}
		if p.Message == p.Sequence {
			a := Arrival{Part: *p, Whole: p.Text, Came: 1, Last: p.Civil}
			if p.ID != "" {
				a.IDs = []string{p.ID}
			}
			arrivals = append(arrivals, a)
		}
	}
	for i := range arrivals {
		if own := pieces[arrivals[i].Message]; len(own) > 1 {
			arrivals[i].join(own)
		}
	}
	return arrivals
}

func (a *Arrival) join(own []Part) {
	byPart := make([]*Part, a.Parts)
	for i := range own {
		if n := own[i].Part; n >= 1 && n <= a.Parts {
			byPart[n-1] = &own[i]
		}
	}
	a.IDs, a.Whole, a.Came, a.Hash, a.Shown = nil, "", 0, 0, true
	for _, p := range byPart {
		if p == nil {
			a.Shown = false
			continue
		}
		a.Came++
		a.Whole += p.Text
		a.Hash = mix(a.Hash*31 + p.Hash)
		a.Shown = a.Shown && p.Shown
		if p.ID != "" {
			a.IDs = append(a.IDs, p.ID)
		}
		if p.Civil.After(a.Last) {
			a.Last = p.Civil
		}
		if p.State > 0 && p.State != smpp.StateDelivered || a.State == 0 {
			a.State, a.Err, a.Done = p.State, p.Err, p.Done
		}
	}
}

// Duplicates returns the messages that were accepted although one with the same destination and the same
// text had been accepted before, within the civil time given; at any time before when it is 0. The
// reference of concatenation is not looked at: a second sending has another.
func Duplicates(arrivals []Arrival, within time.Duration) []Arrival {
	type key struct {
		destination string
		hash        uint64
		parts       int
	}
	var twice []Arrival
	seen := make(map[key]time.Time, len(arrivals))
	for i := range arrivals {
		a := &arrivals[i]
		if a.Status != smpp.OK {
			continue
		}
		k := key{a.Destination, a.Hash, a.Parts}
		before, ok := seen[k]
		if ok && (within == 0 || a.Civil.Sub(before) <= within) {
			twice = append(twice, *a)
		}
		seen[k] = a.Civil
	}
	return twice
}

// ByDestination counts the messages that were accepted by destination.
func ByDestination(arrivals []Arrival) map[string]int {
	counts := make(map[string]int, len(arrivals))
	for i := range arrivals {
		if arrivals[i].Status == smpp.OK {
			counts[arrivals[i].Destination]++
		}
	}
	return counts
}
