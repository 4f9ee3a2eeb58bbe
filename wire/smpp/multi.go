package smpp

// The kinds of destination of a submit_multi (SMPP 3.4 §5.2.25).
const (
	destSME  = 1
	destList = 2
)

// Destination is one destination of a submit_multi: an address, or a
// distribution list where IsList is set (§4.5.1.1).
type Destination struct {
	Address
	IsList bool   // IsList says that List names it, and not Address.
	List   string // List has at most 20 octets.
}

// SubmitMulti hands one message for several destinations to the SMSC (§4.5.1).
type SubmitMulti struct {
	// Message has every field but its Destination, which is not used.
	Message
	Destinations []Destination // Destinations are 1 to 254 (§5.2.24); 255 are read.
}

// Command returns CmdSubmitMulti.
func (*SubmitMulti) Command() Command { return CmdSubmitMulti }

func (m *SubmitMulti) encode(w *writer) {
	w.cstring("service_type", m.ServiceType, serviceTypeSize)
	w.address("source_addr", m.Source, addressSize)
	if len(m.Destinations) > 0xFF {
		w.fail("number_of_dests", "%d", len(m.Destinations))
	}
	w.u8(uint8(len(m.Destinations)))
	for _, d := range m.Destinations {
		if d.IsList {
			w.u8(destList)
			w.cstring("dl_name", d.List, addressSize)
			continue
		}
		w.u8(destSME)
		w.address("destination_addr", d.Address, addressSize)
	}
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

func (m *SubmitMulti) decode(r *reader) {
	m.ServiceType = r.cstring("service_type", serviceTypeSize)
	m.Source = r.address("source_addr", addressSize)
	for n := r.u8("number_of_dests"); n > 0 && r.err == nil; n-- {
		var d Destination
		switch flag := r.u8("dest_flag"); {
		case r.err != nil:
			return
		case flag == destSME:
			d.Address = r.address("destination_addr", addressSize)
		case flag == destList:
			d.IsList, d.List = true, r.cstring("dl_name", addressSize)
		default:
			r.fail("dest_flag", "%d is neither address nor list", flag)
		}
		m.Destinations = append(m.Destinations, d)
	}
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

// Unsuccessful is a destination that a submit_multi did not reach (§4.5.2.1).
type Unsuccessful struct {
	Address
	Status Status
}

// SubmitMultiResp answers a SubmitMulti (§4.5.2).
type SubmitMultiResp struct {
	MessageID    string         // MessageID has at most 64 octets.
	Unsuccessful []Unsuccessful // Unsuccessful are at most 255.
	TLVs         TLVs
}

// Command returns CmdSubmitMultiResp.
func (*SubmitMultiResp) Command() Command { return CmdSubmitMultiResp }

func (m *SubmitMultiResp) encode(w *writer) {
	w.cstring("message_id", m.MessageID, messageIDSize)
	if len(m.Unsuccessful) > 0xFF {
		w.fail("no_unsuccess", "%d", len(m.Unsuccessful))
	}
	w.u8(uint8(len(m.Unsuccessful)))
	for _, u := range m.Unsuccessful {
		w.address("destination_addr", u.Address, addressSize)
		w.u32(uint32(u.Status))
	}
	w.tlvs(m.TLVs)
}

func (m *SubmitMultiResp) decode(r *reader) {
	m.MessageID = r.cstring("message_id", messageIDSize)
	for n := r.u8("no_unsuccess"); n > 0 && r.err == nil; n-- {
		m.Unsuccessful = append(m.Unsuccessful, Unsuccessful{
			r.address("destination_addr", addressSize), Status(r.u32("error_status_code")),
		})
	}
	m.TLVs = r.tlvs()
}
