package store

import (
	"encoding/binary"
	"errors"
	"math/bits"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// A packed is what planning reads of a loan, in one column: its standing, and what the recipe asks of its borrower. A
// value of its own for each of so many columns, boxed by the driver and taken out of the box again, cost more than
// judging. It is a projection that Refresh makes anew, so its form may change with any version of the schema.
type packed struct {
	standing  assess.Standing
	borrower  ledger.BorrowerID
	fact      int64 // the version of what the lender said of the borrower
	trait     int64 // number in table trait: what many borrowers and loans have in common
	age       int
	phoneKind ledger.PhoneKind
	address   int64
	closedOn  ledger.Date
}

// packedFields is how many numbers a packed has.
const packedFields = 24

// numbers lists what is packed, each as a whole number, in the order in which it is stored.
func (p *packed) numbers() [packedFields]int64 {
	s := &p.standing
	return [packedFields]int64{
		int64(s.AsOf), int64(s.ChangesOn), int64(s.OldestUnpaid), int64(s.Instalment), int64(s.PausedDays),
		bit(s.Paused)<<2 | bit(s.InGrace)<<1 | bit(s.Broken), s.Principal, s.Interest, s.Fees, s.Penalty, s.PenaltyDaily,
		int64(s.NextDueOn), s.NextDue, s.Credit, int64(s.Slips), int64(s.Lates), int64(s.OnTime),
		int64(p.borrower), p.fact, p.trait, int64(p.age), int64(p.phoneKind), p.address, int64(p.closedOn),
	}
}

func (p *packed) take(n *[packedFields]int64) {
	p.standing = assess.Standing{
		AsOf: ledger.Date(n[0]), ChangesOn: ledger.Date(n[1]), OldestUnpaid: ledger.Date(n[2]), Instalment: int(n[3]), PausedDays: int(n[4]),
		Paused: n[5]&4 != 0, InGrace: n[5]&2 != 0, Broken: n[5]&1 != 0, Principal: n[6], Interest: n[7], Fees: n[8], Penalty: n[9],
		PenaltyDaily: n[10], NextDueOn: ledger.Date(n[11]), NextDue: n[12], Credit: n[13], Slips: int(n[14]), Lates: int(n[15]), OnTime: int(n[16]),
	}
	p.borrower, p.fact, p.trait = ledger.BorrowerID(n[17]), n[18], n[19]
	p.age, p.phoneKind, p.address, p.closedOn = int(n[20]), ledger.PhoneKind(n[21]), n[22], ledger.Date(n[23])
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// pack returns the packed form: a bit for each number that is not zero, then those numbers.
func (p *packed) pack() []byte {
	numbers := p.numbers()
	var set uint64
	for i, n := range numbers {
		if n != 0 {
			set |= 1 << i
		}
	}
	dst := binary.AppendUvarint(make([]byte, 0, 64), set)
	for ; set != 0; set &= set - 1 {
		dst = binary.AppendVarint(dst, numbers[bits.TrailingZeros64(set)])
	}
	return dst
}

// errPacked says that a packed column is not what pack writes.
var errPacked = errors.New("store: a packed standing cannot be read; make standings anew")

// unpack reads what pack wrote. Nothing at all is the zero packed, which is stale.
func (p *packed) unpack(b []byte) error {
	var numbers [packedFields]int64
	if len(b) == 0 {
		*p = packed{}
		return nil
	}
	set, n := binary.Uvarint(b)
	if n <= 0 || set>>packedFields != 0 {
		return errPacked
	}
	for b = b[n:]; set != 0; set &= set - 1 {
		v, n := binary.Varint(b)
		if n <= 0 {
			return errPacked
		}
		numbers[bits.TrailingZeros64(set)] = v
		b = b[n:]
	}
	if len(b) != 0 {
		return errPacked
	}
	p.take(&numbers)
	if p.numbers() != numbers { // a number that its field has no room for
		return errPacked
	}
	return nil
}
