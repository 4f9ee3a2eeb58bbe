package smsc

import (
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// scratch is the memory that receipts are written in, for a session keeps nothing of a body.
type scratch struct {
	body  smpp.DeliverSM
	text  []byte
	id    []byte
	state [1]byte
	tlvs  [2]smpp.TLV
	dates [2]struct {
		minute int64
		text   [10]byte
	}
}

// writeReceipt makes the delivery receipt of an entry (SMPP 3.4 Appendix B, §5.2.12): from the destination of
// the message to its source. The message's own text is left out of it, as several carriers do.
func (s *Server) writeReceipt(d *smpp.DeliverSM, i uint32) {
	e, c := s.journal.at(i), &s.scratch
	id := s.idText(e.id)
	delivered := "000"
	if e.state == smpp.StateDelivered {
		delivered = "001"
	}
	t := append(c.text[:0], "id:"...)
	t = append(t, id...)
	t = append(t, " sub:001 dlvrd:"...)
	t = append(t, delivered...)
	t = append(t, " submit date:"...)
	t = s.appendDate(t, e.civil, 0)
	t = append(t, " done date:"...)
	t = s.appendDate(t, e.done, 1)
	t = append(t, " stat:"...)
	t = append(t, e.state.String()...)
	t = append(t, " err:"...)
	t = append(t, e.errCode[:]...)
	c.text = append(t, " text:"...)
	d.Source = smpp.Address{TON: e.ton, NPI: e.npi, Addr: s.names.text(e.to)}
	d.Destination = s.sources.list[e.source]
	d.ESMClass = smpp.ESMReceipt
	d.ShortMessage = c.text
	if !s.cfg.NoTLVs {
		c.id = append(append(c.id[:0], id...), 0)
		c.state[0] = byte(e.state)
		c.tlvs = [2]smpp.TLV{{Tag: smpp.TagReceiptedMessageID, Value: c.id}, {Tag: smpp.TagMessageState, Value: c.state[:]}}
		d.TLVs = c.tlvs[:]
	}
}

// appendDate appends civil time as YYMMDDhhmm, which is worked out once a minute.
func (s *Server) appendDate(t []byte, at int64, which int) []byte {
	d := &s.scratch.dates[which]
	if minute := at / int64(time.Minute); minute != d.minute {
		d.minute = minute
		time.Unix(0, at).In(s.zone).AppendFormat(d.text[:0], "0601021504")
	}
	return append(t, d.text[:]...)
}
