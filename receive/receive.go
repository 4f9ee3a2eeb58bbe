// Package receive reads what comes back: the meaning of replies and the fate that a receipt tells. It is pure.
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
	Why        string  // the words that decided, as folded: small letters, half width, simplified; "" for Other
}

// How sure a reading is.
const (
	sureWord   = 1.0 // the whole reply is a stop word
	surePhrase = 0.9 // a phrase in a longer reply asks to stop
	sureShort  = 0.7 // a short reply with a stop word in it, where doubt protects the borrower
	sureOther  = 0.5 // nothing asks to stop; what the reply does say is for a person
)

// Read tells whether a reply asks for texts to stop, in Chinese or English, in any reasonable words. A stop word
// inside an ordinary sentence stops nothing ("stop by tomorrow", 停车), nor does one that is negated ("don't stop
// sending reminders", 不要停止发送). In a short reply doubt protects: it is a stop. Wishes about hours, about a
// channel or about third parties are Other and wait for a person. It is deterministic, and its cost grows with
// the length of the text, of which it reads the first 1,000 characters.
func Read(text string) Reading {
	t := fold(text)
	r := Reading{Meaning: Other, Confidence: sureOther, Language: t.language()}
	why, sure := t.chineseStop()
	if sure == 0 {
		why, sure = t.englishStop()
	}
	if sure > 0 {
		r.Meaning, r.Confidence, r.Why = Stop, sure, why
	}
	return r
}
