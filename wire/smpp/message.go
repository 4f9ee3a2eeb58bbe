package smpp

// The bits of esm_class that tell messages apart (SMPP 3.4 §5.2.12).
const (
	ESMTypeMask = 0x3C // the message type
	ESMReceipt  = 0x04 // in a deliver_sm: the short message is a delivery receipt
	ESMUDHI     = 0x40 // the short message begins with a user data header
)

// The values of data_coding that are used here (§5.2.19).
const (
	CodingDefault = 0x00 // the SMSC's default alphabet, GSM 03.38 with most
	CodingUCS2    = 0x08 // UTF-16BE

	codingIA5    = 0x01 // ASCII
	codingLatin1 = 0x03 // ISO 8859-1
)

// Message has the fields that submit_sm (SMPP 3.4 §4.4.1) and deliver_sm (§4.6.1)
// share. In a deliver_sm the times, ReplaceIfPresent and DefaultMsgID are unused.
type Message struct {
	ServiceType          string // ServiceType has at most 5 octets, and is mostly empty.
	Source, Destination  Address
	ESMClass             uint8
	ProtocolID           uint8
	Priority             uint8
	ScheduleDeliveryTime string // ScheduleDeliveryTime is empty or a time of §7.1.1.
	ValidityPeriod       string // ValidityPeriod is empty (the SMSC's default) or a time of §7.1.1: AbsoluteTime, RelativeTime.
	RegisteredDelivery   uint8  // RegisteredDelivery is 1 for a receipt in any case, 0 for none (§5.2.17).
	ReplaceIfPresent     uint8
	DataCoding           uint8
	DefaultMsgID         uint8
	ShortMessage         []byte // ShortMessage has at most 254 octets.
	TLVs                 TLVs
}

func (m *Message) encode(w *writer) {
	w.cstring("service_type", m.ServiceType, serviceTypeSize)
	w.address("source_addr", m.Source, addressSize)
	w.address("destination_addr", m.Destination, addressSize)
	w.u8(m.ESMClass)
	w.u8(m.ProtocolID)
	w.u8(m.Priority)
	w.date("schedule_delivery_time", m.ScheduleDeliveryTime)
	w.date("validity_period", m.ValidityPeriod)
	w.u8(m.RegisteredDelivery)
	w.u8(m.ReplaceIfPresent)
	w.u8(m.DataCoding)
	w.u8(m.DefaultMsgID)
	w.message(m.ShortMessage)
	w.tlvs(m.TLVs)
}

func (m *Message) decode(r *reader) {
	m.ServiceType = r.cstring("service_type", serviceTypeSize)
	m.Source = r.address("source_addr", addressSize)
	m.Destination = r.address("destination_addr", addressSize)
	m.ESMClass = r.u8("esm_class")
	m.ProtocolID = r.u8("protocol_id")
	m.Priority = r.u8("priority_flag")
	m.ScheduleDeliveryTime = r.date("schedule_delivery_time")
	m.ValidityPeriod = r.date("validity_period")
	m.RegisteredDelivery = r.u8("registered_delivery")
	m.ReplaceIfPresent = r.u8("replace_if_present_flag")
	m.DataCoding = r.u8("data_coding")
	m.DefaultMsgID = r.u8("sm_default_msg_id")
	m.ShortMessage = r.message()
	m.TLVs = r.tlvs()
}

// Payload is the user data: short_message, or message_payload where that is empty
// (§5.3.2.32). It shares the message's memory.
func (m *Message) Payload() []byte {
	if len(m.ShortMessage) == 0 {
		if v, ok := m.TLVs.Get(TagMessagePayload); ok {
			return v
		}
	}
	return m.ShortMessage
}

// SubmitSM hands a message to the SMSC (§4.4.1).
type SubmitSM struct{ Message }

// Command returns CmdSubmitSM.
func (*SubmitSM) Command() Command { return CmdSubmitSM }

// DeliverSM brings a message or a receipt to the ESME (§4.6.1).
type DeliverSM struct{ Message }

// Command returns CmdDeliverSM.
func (*DeliverSM) Command() Command { return CmdDeliverSM }

// MessageResp answers submit_sm (§4.4.2), deliver_sm (§4.6.2) and data_sm (§4.7.2).
type MessageResp struct {
	To        Command // To is CmdSubmitSMResp, CmdDeliverSMResp or CmdDataSMResp; CmdSubmitSMResp when 0.
	MessageID string  // MessageID is the SMSC's, of at most 64 octets; empty in a deliver_sm_resp.
	TLVs      TLVs
}

// Command returns To, or CmdSubmitSMResp when it is 0.
func (m *MessageResp) Command() Command {
	if m.To == 0 {
		return CmdSubmitSMResp
	}
	return m.To
}

func (m *MessageResp) encode(w *writer) {
	w.cstring("message_id", m.MessageID, messageIDSize)
	w.tlvs(m.TLVs)
}

func (m *MessageResp) decode(r *reader) {
	m.MessageID = r.cstring("message_id", messageIDSize)
	m.TLVs = r.tlvs()
}

// DataSM carries a message, either way, in its optional parameters (§4.7.1).
type DataSM struct {
	ServiceType         string // ServiceType has at most 5 octets.
	Source, Destination Address
	ESMClass            uint8
	RegisteredDelivery  uint8
	DataCoding          uint8
	TLVs                TLVs
}

// Command returns CmdDataSM.
func (*DataSM) Command() Command { return CmdDataSM }

func (m *DataSM) encode(w *writer) {
	w.cstring("service_type", m.ServiceType, serviceTypeSize)
	w.address("source_addr", m.Source, esmeAddressSize)
	w.address("destination_addr", m.Destination, esmeAddressSize)
	w.u8(m.ESMClass)
	w.u8(m.RegisteredDelivery)
	w.u8(m.DataCoding)
	w.tlvs(m.TLVs)
}

func (m *DataSM) decode(r *reader) {
	m.ServiceType = r.cstring("service_type", serviceTypeSize)
	m.Source = r.address("source_addr", esmeAddressSize)
	m.Destination = r.address("destination_addr", esmeAddressSize)
	m.ESMClass = r.u8("esm_class")
	m.RegisteredDelivery = r.u8("registered_delivery")
	m.DataCoding = r.u8("data_coding")
	m.TLVs = r.tlvs()
}
