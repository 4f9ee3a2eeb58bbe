package store

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// TestPack: what is packed is unpacked as it was.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func() int64 { return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64()).Draw(t, "n") }
		d := func() ledger.Date {
			return ledger.Date(rapid.OneOf(rapid.Just(int32(0)), rapid.Int32()).Draw(t, "day"))
		}
		b := func() bool { return rapid.Bool().Draw(t, "flag") }
		p := packed{
			standing: assess.Standing{
				AsOf: d(), ChangesOn: d(), OldestUnpaid: d(), Instalment: int(n()), PausedDays: int(n()), Paused: b(), InGrace: b(),
				Principal: n(), Interest: n(), Fees: n(), Penalty: n(), PenaltyDaily: n(), NextDueOn: d(), NextDue: n(), Credit: n(),
				Slips: int(n()), Lates: int(n()), OnTime: int(n()), Broken: b(),
			},
			borrower: ledger.BorrowerID(n()), fact: n(), trait: n(), age: int(n()), phoneKind: ledger.PhoneKind(rapid.Byte().Draw(t, "kind")),
			address: n(), closedOn: d(),
		}
		var got packed
		if err := got.unpack(p.pack()); err != nil || got != p {
			t.Fatalf("%+v came back as %+v, %v", p, got, err)
		}
	})
}

// FuzzUnpack holds that no column stops the program, and that what can be read is what is packed again.
func FuzzUnpack(f *testing.F) {
	p := packed{standing: assess.Standing{AsOf: 20720, OldestUnpaid: 20700, Principal: 124000, Paused: true}, trait: 3, phoneKind: ledger.PhoneMobile}
	f.Add(p.pack())
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var p, again packed
		if err := p.unpack(b); err != nil {
			return
		}
		if err := again.unpack(p.pack()); err != nil || again != p {
			t.Errorf("%x: %+v is packed as %+v, %v", b, p, again, err)
		}
	})
}

// TestPackNothing: what was never packed is a standing that has to be made anew.
func TestPackNothing(t *testing.T) {
	p := packed{age: 3}
	if err := p.unpack(nil); err != nil || p != (packed{}) || p.standing.Holds(20720) {
		t.Errorf("%+v, %v", p, err)
	}
}
