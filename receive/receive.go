// Package receive reads what comes back: the meaning of replies. It is pure.
package receive

// A Meaning is what a reply says.
type Meaning string

// The meanings that act today; the others come with the issue on conversation, until when a reply that is not
// one of these is Other and waits for a person.
const (
	Stop  Meaning = "stop"
	Other Meaning = "other"
)

// A Reading is the meaning of one reply and why.
type Reading struct {
	Meaning    Meaning
	Confidence float64 // 0 to 1
	Language   string  // "zh", "en", or "" when it cannot be told
	Why        string  // the words that decided
}
