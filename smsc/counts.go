package smsc

import (
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// Counts are a simulator's, of submits where they do not say otherwise; a message of several parts is
// several.
type Counts struct {
	Binds, BindsRefused int
	Up, MostUp          int // Up binds are up, and MostUp were at once.
	Submits             int // Submits is Accepted and Refused.
	Accepted            int
	Refused             int // Refused has a status, Throttled among them.
	Throttled           int
	Delivered           int // Delivered have come to their handset.
	Failed              int // Failed have come to another end, expired ones too.
	Silent              int // Silent have come to an end without a receipt, by the handset's behaviour.
	Receipts            int // Receipts were acknowledged, second ones too.
	Replies             int // Replies are deliver_sm that were acknowledged.
	RefusedReceipts     int // RefusedReceipts were answered with an error and are not sent again.
	Redelivered         int // Redelivered counts receipts and replies that had to be sent again.
	DroppedReceipts     int // DroppedReceipts were too many to keep.
	LostReceipts        int // LostReceipts, DuplicateReceipts and Reordered were made by faults.
	DuplicateReceipts   int
	Reordered           int
	Payments            int
	Open                int // Open is what is still to come: see Idle.
}

// Counts returns the counts so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Open = s.open
	return c
}

// Summary is what a run amounts to, by message.
type Summary struct {
	Counts
	Messages     int       // Messages were accepted, in whole or in part.
	Incomplete   int       // Incomplete miss a part.
	Duplicates   int       // Duplicates came a second time: see Duplicates.
	Destinations int       // Destinations is how many numbers had a message.
	First, Last  time.Time // First and Last are the civil times of the first and last arrival; zero without one.
	Hours        []Hour    // Hours had an arrival, in order of civil time.
}

// Hour is a civil hour and how many submits were accepted in it.
type Hour struct {
	Start    time.Time
	Accepted int
}

// Summary sums up what has come so far. It looks at every arrival.
func (s *Server) Summary() Summary {
	sum := Summary{}
	arrivals := s.Arrivals()
	sum.Counts = s.Counts()
	sum.Duplicates = len(Duplicates(arrivals, 0))
	sum.Destinations = len(ByDestination(arrivals))
	at := map[time.Time]int{}
	for i := range arrivals {
		a := &arrivals[i]
		if a.Status != smpp.OK {
			continue
		}
		sum.Messages++
		if !a.Complete() {
			sum.Incomplete++
		}
		if sum.First.IsZero() || a.Civil.Before(sum.First) {
			sum.First = a.Civil
		}
		if a.Last.After(sum.Last) {
			sum.Last = a.Last
		}
		y, m, d := a.Civil.Date()
		hour := time.Date(y, m, d, a.Civil.Hour(), 0, 0, 0, a.Civil.Location())
		n, ok := at[hour]
		if !ok {
			n = len(sum.Hours)
			at[hour] = n
			sum.Hours = append(sum.Hours, Hour{Start: hour})
		}
		sum.Hours[n].Accepted += a.Came
	}
	return sum
}
