package smpp

// The longest C-Octet Strings in octets, NUL included (SMPP 3.4 §4, §5.2).
const (
	systemIDSize     = 16
	passwordSize     = 9
	systemTypeSize   = 13
	addressRangeSize = 41
	serviceTypeSize  = 6
	addressSize      = 21
	esmeAddressSize  = 65
	messageIDSize    = 65
)

// Plain is a PDU that is a header alone: unbind, unbind_resp (§4.2), generic_nack
// (§4.3), cancel_sm_resp (§4.9.2), replace_sm_resp (§4.10.2), enquire_link and
// enquire_link_resp (§4.11).
type Plain struct{ ID Command }

// Command returns ID.
func (b Plain) Command() Command { return b.ID }
func (b Plain) encode(*writer)   {}
func (b Plain) decode(*reader)   {}

// Bind asks to open a session (§4.1.1, §4.1.3, §4.1.5).
type Bind struct {
	As               Command // As is CmdBindTransmitter, CmdBindReceiver or CmdBindTransceiver; CmdBindTransceiver when 0.
	SystemID         string  // SystemID has at most 15 octets.
	Password         string  // Password has at most 8 octets.
	SystemType       string  // SystemType has at most 12 octets, and is mostly empty.
	InterfaceVersion uint8   // InterfaceVersion is 0x34 for SMPP 3.4 (§5.2.4).
	AddrTON, AddrNPI uint8
	AddressRange     string // AddressRange has at most 40 octets, and is mostly empty.
}

// Command returns As, or CmdBindTransceiver when it is 0.
func (b *Bind) Command() Command {
	if b.As == 0 {
		return CmdBindTransceiver
	}
	return b.As
}

func (b *Bind) encode(w *writer) {
	w.cstring("system_id", b.SystemID, systemIDSize)
	w.cstring("password", b.Password, passwordSize)
	w.cstring("system_type", b.SystemType, systemTypeSize)
	w.u8(b.InterfaceVersion)
	w.u8(b.AddrTON)
	w.u8(b.AddrNPI)
	w.cstring("address_range", b.AddressRange, addressRangeSize)
}

func (b *Bind) decode(r *reader) {
	b.SystemID = r.cstring("system_id", systemIDSize)
	b.Password = r.cstring("password", passwordSize)
	b.SystemType = r.cstring("system_type", systemTypeSize)
	b.InterfaceVersion = r.u8("interface_version")
	b.AddrTON = r.u8("addr_ton")
	b.AddrNPI = r.u8("addr_npi")
	b.AddressRange = r.cstring("address_range", addressRangeSize)
}

// BindResp answers a Bind (§4.1.2, §4.1.4, §4.1.6).
type BindResp struct {
	As       Command // As is CmdBindTransmitterResp, CmdBindReceiverResp or CmdBindTransceiverResp, which it is when 0.
	SystemID string  // SystemID is the SMSC's, of at most 15 octets.
	TLVs     TLVs
}

// Command returns As, or CmdBindTransceiverResp when it is 0.
func (b *BindResp) Command() Command {
	if b.As == 0 {
		return CmdBindTransceiverResp
	}
	return b.As
}

func (b *BindResp) encode(w *writer) {
	w.cstring("system_id", b.SystemID, systemIDSize)
	w.tlvs(b.TLVs)
}

func (b *BindResp) decode(r *reader) {
	b.SystemID = r.cstring("system_id", systemIDSize)
	b.TLVs = r.tlvs()
}

// Outbind is an SMSC's request to be bound to (§4.1.7.1).
type Outbind struct {
	SystemID string // SystemID has at most 15 octets.
	Password string // Password has at most 8 octets.
}

// Command returns CmdOutbind.
func (*Outbind) Command() Command { return CmdOutbind }

func (b *Outbind) encode(w *writer) {
	w.cstring("system_id", b.SystemID, systemIDSize)
	w.cstring("password", b.Password, passwordSize)
}

func (b *Outbind) decode(r *reader) {
	b.SystemID = r.cstring("system_id", systemIDSize)
	b.Password = r.cstring("password", passwordSize)
}

// Address is a party's type of number (§5.2.5), numbering plan (§5.2.6) and
// address. The zero value is the address that is not given.
type Address struct {
	TON, NPI uint8
	Addr     string // Addr has at most 20 octets, 64 in an AlertNotification.
}

func (w *writer) address(field string, a Address, size int) {
	w.u8(a.TON)
	w.u8(a.NPI)
	w.cstring(field, a.Addr, size)
}

func (r *reader) address(field string, size int) Address {
	return Address{r.u8(field), r.u8(field), r.cstring(field, size)}
}
