package smpp

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// State is a message_state (SMPP 3.4 §5.2.28). The zero value is no state at all;
// StateUnknown is the SMSC's own word for not knowing.
type State uint8

// The message states of §5.2.28.
const (
	StateEnroute       State = 1
	StateDelivered     State = 2
	StateExpired       State = 3
	StateDeleted       State = 4
	StateUndeliverable State = 5
	StateAccepted      State = 6
	StateUnknown       State = 7
	StateRejected      State = 8
)

// stateWords are the words of a receipt's stat (Appendix B) in the order of State,
// and the names in full that some SMSCs write instead.
var stateWords = [9][2]string{
	{},
	{"ENROUTE", "ENROUTE"},
	{"DELIVRD", "DELIVERED"},
	{"EXPIRED", "EXPIRED"},
	{"DELETED", "DELETED"},
	{"UNDELIV", "UNDELIVERABLE"},
	{"ACCEPTD", "ACCEPTED"},
	{"UNKNOWN", "UNKNOWN"},
	{"REJECTD", "REJECTED"},
}

// String returns the word that a receipt has for s (Appendix B), and the number
// for a state that the specification does not have.
func (s State) String() string {
	if s >= StateEnroute && s <= StateRejected {
		return stateWords[s][0]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// ParseState reads a receipt's stat, in the seven letters of Appendix B or in full,
// in any case. Another word is 0 and false, never the state that it resembles.
func ParseState(word string) (State, bool) {
	for s := StateEnroute; s <= StateRejected; s++ {
		if strings.EqualFold(word, stateWords[s][0]) || strings.EqualFold(word, stateWords[s][1]) {
			return s, true
		}
	}
	return 0, false
}

// ErrReceipt is the class of every error about a receipt: it does not say for
// certain which message it means, or what became of it.
var ErrReceipt = errors.New("smpp: unclear receipt")

// errTwice is an ErrReceipt: a field is there twice, with two values.
var errTwice = fmt.Errorf("%w: two values", ErrReceipt)

// Receipt is what a delivery receipt says (Appendix B). The fields that are not an
// identifier or a state are as they stand in the text, empty where it has none.
type Receipt struct {
	ID         string // ID is the SMSC's message_id. Some SMSCs write it here in decimal, in the response in hexadecimal.
	State      State  // State is never 0 in a receipt without an error.
	Sub, Dlvrd string // Sub and Dlvrd count messages sent and delivered.
	SubmitDate string // SubmitDate is civil time of the SMSC: see ReceiptTime.
	DoneDate   string // DoneDate is civil time of the SMSC: see ReceiptTime.
	Err        string // Err is the network's error code, and need not be a number.
	Text       string // Text is the beginning of the message.
}

// ParseReceipt reads a receipt's text. Misspelt and missing fields are forgiven as
// long as id and stat are there, once or alike, and stat is a known word; else the
// error is ErrReceipt, with the fields that could be read.
func ParseReceipt(text string) (Receipt, error) {
	var r Receipt
	var stat string
	var clash error
	word := "" // the word before, which may be the first half of a name
	for rest := text; rest != ""; {
		token, after, _ := strings.Cut(rest, " ")
		name, value, named := strings.Cut(token, ":")
		if named && lower(name, "text") {
			r.Text = rest[len("text:"):]
			break
		}
		if to := r.field(word, name, &stat); named && to != nil {
			if *to != "" && *to != value && (to == &r.ID || to == &stat) {
				clash = fmt.Errorf("%w of %s", errTwice, strings.ToLower(name))
			} else if *to == "" {
				*to = value
			}
		}
		word, rest = token, after
	}
	var known bool
	r.State, known = ParseState(stat)
	switch {
	case clash != nil:
		return r, clash
	case r.ID == "":
		return r, fmt.Errorf("%w: no id", ErrReceipt)
	case !known:
		return r, fmt.Errorf("%w: stat %q is not a state", ErrReceipt, stat)
	}
	return r, nil
}

// field returns where the value of a name goes, nil where the name is none. The names of dates have two words.
func (r *Receipt) field(word, name string, stat *string) *string {
	switch {
	case lower(name, "id"):
		return &r.ID
	case lower(name, "stat"):
		return stat
	case lower(name, "sub"):
		return &r.Sub
	case lower(name, "dlvrd"):
		return &r.Dlvrd
	case lower(name, "err"):
		return &r.Err
	case lower(name, "date") && lower(word, "submit"):
		return &r.SubmitDate
	case lower(name, "date") && lower(word, "done"):
		return &r.DoneDate
	}
	return nil
}

// lower reports whether s is a name of small letters when its capitals are made small. A receipt comes with each message: to make
// each of its words small cost more than all else that is done to read it.
func lower(s, name string) bool {
	if len(s) != len(name) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// IsReceipt reports whether the message's type is delivery receipt (§5.2.12). An
// intermediate notification is none.
func (m *DeliverSM) IsReceipt() bool { return m.ESMClass&ESMTypeMask == ESMReceipt }

// Receipt reads the receipt that m carries. The parameters receipted_message_id
// (§5.3.2.12) and message_state (§5.3.2.35) win over the text, and where both are
// there the text may be anything. A parameter that is there and bad is ErrReceipt,
// and so is what ParseReceipt refuses.
func (m *DeliverSM) Receipt() (Receipt, error) {
	r, err := ParseReceipt(string(m.Payload()))
	id, hasID := m.TLVs.Get(TagReceiptedMessageID)
	state, hasState := m.TLVs.Get(TagMessageState)
	if hasID {
		// A C-Octet String, whose NUL some SMSCs leave out.
		r.ID = strings.TrimSuffix(string(id), "\x00")
		if r.ID == "" || strings.IndexByte(r.ID, 0) >= 0 {
			return r, fmt.Errorf("%w: bad receipted_message_id", ErrReceipt)
		}
	}
	if hasState {
		if len(state) != 1 || state[0] == 0 || State(state[0]) > StateRejected {
			r.State = 0
			return r, fmt.Errorf("%w: bad message_state %x", ErrReceipt, state)
		}
		r.State = State(state[0])
	}
	switch {
	case hasID && hasState:
		return r, nil
	case err != nil && (errors.Is(err, errTwice) || r.ID == "" || r.State == 0):
		return r, err
	}
	return r, nil
}

// ReceiptTime reads a date of a receipt as civil time of zone: YYMMDDhhmm as
// Appendix B has it, YYMMDDhhmmss or YYYYMMDDhhmmss. Twelve digits that could also
// be YYYYMMDDhhmm, no date at all, and anything else are ErrTime and the zero time.
func ReceiptTime(s string, zone *time.Location) (time.Time, error) {
	layout := ""
	switch len(s) {
	case 10:
		layout = "0601021504"
	case 12:
		layout = "060102150405"
		if _, err := time.ParseInLocation("200601021504", s, zone); err == nil && s[:2] == "20" {
			return time.Time{}, fmt.Errorf("%w: %q has two readings", ErrTime, s)
		}
	case 14:
		layout = "20060102150405"
	}
	if strings.Trim(s, "0123456789") != "" || layout == "" {
		return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
	}
	if len(s) < 14 {
		if s >= "69" { // a year of the last century, or far off: either would be a guess
			return time.Time{}, fmt.Errorf("%w: %q has no certain century", ErrTime, s)
		}
		s, layout = "20"+s, "20"+layout
	}
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %q", ErrTime, s)
	}
	return t, nil
}
