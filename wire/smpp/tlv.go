package smpp

// Tag names an optional parameter (SMPP 3.4 §5.3.2).
type Tag uint16

// The optional parameters that receipts and long messages use (§5.3.2).
const (
	TagReceiptedMessageID Tag = 0x001E // §5.3.2.12, a C-Octet String
	TagSARMsgRefNum       Tag = 0x020C // §5.3.2.22
	TagSARTotalSegments   Tag = 0x020E // §5.3.2.23
	TagSARSegmentSeqnum   Tag = 0x020F // §5.3.2.24
	TagSCInterfaceVersion Tag = 0x0210 // §5.3.2.25
	TagNetworkErrorCode   Tag = 0x0423 // §5.3.2.31
	TagMessagePayload     Tag = 0x0424 // §5.3.2.32
	TagMessageState       Tag = 0x0427 // §5.3.2.35, one octet, a State
)

// TLV is an optional parameter: its tag and its value as they stand on the wire.
type TLV struct {
	Tag   Tag
	Value []byte // Value has at most 65,535 octets; what they mean is the reader's affair.
}

// TLVs are the optional parameters of a PDU in the order of the wire. Unknown ones
// are kept (§3.3).
type TLVs []TLV

// Get returns the value of the first parameter with the tag, and whether there is
// one.
func (t TLVs) Get(tag Tag) ([]byte, bool) {
	for i := range t {
		if t[i].Tag == tag {
			return t[i].Value, true
		}
	}
	return nil, false
}

// tlvs takes optional parameters up to the end of the body (§3.2.4.1).
func (r *reader) tlvs() TLVs {
	var t TLVs
	for r.err == nil && r.at < len(r.s) {
		tag := Tag(r.u16("tag"))
		n := int(r.u16("length of an optional parameter"))
		v := r.octets("value of an optional parameter", n)
		if r.err != nil {
			return nil
		}
		t = append(t, TLV{tag, []byte(v)})
	}
	return t
}

func (w *writer) tlvs(t TLVs) {
	for i := range t {
		if len(t[i].Value) > 0xFFFF {
			w.fail("optional parameter", "%d octets", len(t[i].Value))
		}
		w.u16(uint16(t[i].Tag))
		w.u16(uint16(len(t[i].Value)))
		w.b = append(w.b, t[i].Value...)
	}
}
