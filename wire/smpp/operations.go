package smpp

// QuerySM asks what became of a message (SMPP 3.4 §4.8.1).
type QuerySM struct {
	MessageID string // MessageID has at most 64 octets.
	Source    Address
}

// Command returns CmdQuerySM.
func (*QuerySM) Command() Command { return CmdQuerySM }

func (q *QuerySM) encode(w *writer) {
	w.cstring("message_id", q.MessageID, messageIDSize)
	w.address("source_addr", q.Source, addressSize)
}

func (q *QuerySM) decode(r *reader) {
	q.MessageID = r.cstring("message_id", messageIDSize)
	q.Source = r.address("source_addr", addressSize)
}

// QuerySMResp answers a QuerySM (§4.8.2).
type QuerySMResp struct {
	MessageID string // MessageID has at most 64 octets.
	FinalDate string // FinalDate is a time of §7.1.1, empty while the message has no final state.
	State     State
	ErrorCode uint8 // ErrorCode is the network's, 0 where it gives none.
}

// Command returns CmdQuerySMResp.
func (*QuerySMResp) Command() Command { return CmdQuerySMResp }

func (q *QuerySMResp) encode(w *writer) {
	w.cstring("message_id", q.MessageID, messageIDSize)
	w.date("final_date", q.FinalDate)
	w.u8(uint8(q.State))
	w.u8(q.ErrorCode)
}

func (q *QuerySMResp) decode(r *reader) {
	q.MessageID = r.cstring("message_id", messageIDSize)
	q.FinalDate = r.date("final_date")
	q.State = State(r.u8("message_state"))
	q.ErrorCode = r.u8("error_code")
}

// CancelSM takes back a message that is not yet delivered (§4.9.1).
type CancelSM struct {
	ServiceType         string // ServiceType has at most 5 octets.
	MessageID           string // MessageID has at most 64 octets; empty cancels all between the addresses.
	Source, Destination Address
}

// Command returns CmdCancelSM.
func (*CancelSM) Command() Command { return CmdCancelSM }

func (c *CancelSM) encode(w *writer) {
	w.cstring("service_type", c.ServiceType, serviceTypeSize)
	w.cstring("message_id", c.MessageID, messageIDSize)
	w.address("source_addr", c.Source, addressSize)
	w.address("destination_addr", c.Destination, addressSize)
}

func (c *CancelSM) decode(r *reader) {
	c.ServiceType = r.cstring("service_type", serviceTypeSize)
	c.MessageID = r.cstring("message_id", messageIDSize)
	c.Source = r.address("source_addr", addressSize)
	c.Destination = r.address("destination_addr", addressSize)
}

// ReplaceSM changes a message that is not yet delivered (§4.10.1).
type ReplaceSM struct {
	MessageID            string // MessageID has at most 64 octets.
	Source               Address
	ScheduleDeliveryTime string // ScheduleDeliveryTime is empty or a time of §7.1.1.
	ValidityPeriod       string // ValidityPeriod is empty or a time of §7.1.1.
	RegisteredDelivery   uint8
	DefaultMsgID         uint8
	ShortMessage         []byte // ShortMessage has at most 254 octets.
}

// Command returns CmdReplaceSM.
func (*ReplaceSM) Command() Command { return CmdReplaceSM }

func (m *ReplaceSM) encode(w *writer) {
	w.cstring("message_id", m.MessageID, messageIDSize)
	w.address("source_addr", m.Source, addressSize)
	w.date("schedule_delivery_time", m.ScheduleDeliveryTime)
	w.date("validity_period", m.ValidityPeriod)
	w.u8(m.RegisteredDelivery)
	w.u8(m.DefaultMsgID)
	w.message(m.ShortMessage)
}

func (m *ReplaceSM) decode(r *reader) {
	m.MessageID = r.cstring("message_id", messageIDSize)
	m.Source = r.address("source_addr", addressSize)
	m.ScheduleDeliveryTime = r.date("schedule_delivery_time")
	m.ValidityPeriod = r.date("validity_period")
	m.RegisteredDelivery = r.u8("registered_delivery")
	m.DefaultMsgID = r.u8("sm_default_msg_id")
	m.ShortMessage = r.message()
}

// AlertNotification tells an ESME that a subscriber can be reached (§4.12.1). It
// has no response.
type AlertNotification struct {
	Source, ESME Address
	TLVs         TLVs
}

// Command returns CmdAlertNotification.
func (*AlertNotification) Command() Command { return CmdAlertNotification }

func (a *AlertNotification) encode(w *writer) {
	w.address("source_addr", a.Source, esmeAddressSize)
	w.address("esme_addr", a.ESME, esmeAddressSize)
	w.tlvs(a.TLVs)
}

func (a *AlertNotification) decode(r *reader) {
	a.Source = r.address("source_addr", esmeAddressSize)
	a.ESME = r.address("esme_addr", esmeAddressSize)
	a.TLVs = r.tlvs()
}
