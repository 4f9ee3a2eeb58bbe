package smsc

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
	"github.com/dulyhq/duly/wire/sms"
)

// submit takes a submit_sm: record first, then answer, then let the handset have it.
func (b *bind) submit(m *smpp.SubmitSM, ack smpp.Ack) {
	s := b.server
	f := s.faults.Load()
	if f.Hang || f.SlowAccept > 0 {
		var ok bool
		if f, ok = s.hold(ack.Session()); !ok {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || b.cut {
		return
	}
	b.attach(ack.Session())
	wire := s.cfg.Wire()
	s.counts.Submits++
	f = s.advance(f)
	e, i := s.arrive(b, m, s.judge(f, wire), wire)
	dropped := e.status == smpp.OK && s.draw(f.DropResponse)
	cut := f.DisconnectEvery > 0 && s.counts.Submits%f.DisconnectEvery == 0 || s.draw(f.Disconnect)
	if dropped || cut {
		e.flags |= unanswered
	}
	s.record.arrival(s, i)
	if cut {
		b.cut = true
		ack.Session().Close()
	}
	respond := func() {
		if !dropped && !cut {
			s.respond(e, ack, f.DelayResponse, wire)
		}
	}
	if e.status != smpp.OK {
		respond()
		return
	}
	if s.draw(f.EarlyReceipt) {
		s.deliver(e, i, f, wire, true)
		respond()
		return
	}
	respond()
	s.deliver(e, i, f, wire, false)
}

// respond answers a submit, now or later. An error is the peer's going.
func (s *Server) respond(e *entry, ack smpp.Ack, delay time.Duration, wire time.Time) {
	id := ""
	if e.status == smpp.OK {
		id = s.idText(e.id)
	}
	if delay <= 0 {
		_ = ack.Respond(e.status, id) // the peer has gone
		return
	}
	status := e.status
	s.later(wire.Add(delay), event{kind: answering, respond: func() { _ = ack.Respond(status, id) }}) // the peer has gone
}

// arrive puts a submit into the journal.
func (s *Server) arrive(b *bind, m *smpp.SubmitSM, status smpp.Status, wire time.Time) (*entry, uint32) {
	civil := s.cfg.Now()
	e, i := s.journal.add()
	c, data := concatenation(&m.Message)
	*e = entry{
		civil: civil.UnixNano(), wire: wire.UnixNano(), message: i, bind: b.number, status: status,
		to: s.names.number(m.Destination.Addr), ton: m.Destination.TON, npi: m.Destination.NPI,
		source: s.sources.place(m.Source), coding: m.DataCoding, registered: m.RegisteredDelivery,
		part: max(c.Seq, 1), parts: max(c.Total, 1), ref: c.Ref, hash: hashData(m.DataCoding, data),
	}
	if m.ValidityPeriod != "" {
		if end, err := smpp.ParseTime(m.ValidityPeriod, civil); err == nil {
			e.validity = end.UnixNano()
		} else if status == smpp.OK {
			e.status = smpp.InvalidExpiry
		}
	}
	if s.keeps() {
		s.journal.keep(e, data)
	}
	if e.status != smpp.OK {
		s.counts.Refused++
		return e, i
	}
	s.counts.Accepted++
	s.nextID++
	e.id = s.nextID
	if s.cfg.IDs == Random {
		e.id = mix(s.nextID ^ mix(s.cfg.Seed))
	}
	if e.parts > 1 {
		s.assembly.join(e, i)
	}
	return e, i
}

// keeps says whether user data is needed after its arrival.
func (s *Server) keeps() bool {
	return s.cfg.KeepTexts || s.record != nil || s.cfg.Events != nil || s.wantsText
}

func (s *Server) idText(id uint64) string {
	if s.cfg.IDs == Random {
		var b [16]byte
		for i := range b {
			b[i] = "0123456789abcdef"[id>>(60-4*i)&15]
		}
		return string(b[:])
	}
	return strconv.FormatUint(id, 16)
}

// concatenation reads which part a message is, from its header (3GPP TS 23.040 §9.2.3.24) or from the sar
// parameters (SMPP 3.4 §5.3.2.22 to 24), and its user data without the header. What is no part is alone.
func concatenation(m *smpp.Message) (sms.Concat, []byte) {
	data := m.Payload()
	if m.ESMClass&smpp.ESMUDHI != 0 {
		c, rest, err := sms.ParseUDH(data)
		if err != nil && rest == nil {
			return sms.Concat{}, data
		}
		return c, rest
	}
	if len(m.TLVs) == 0 {
		return sms.Concat{}, data
	}
	ref, ok := m.TLVs.Get(smpp.TagSARMsgRefNum)
	total, ok2 := m.TLVs.Get(smpp.TagSARTotalSegments)
	seq, ok3 := m.TLVs.Get(smpp.TagSARSegmentSeqnum)
	if !ok || !ok2 || !ok3 || len(ref) != 2 || len(total) != 1 || len(seq) != 1 || seq[0] == 0 || seq[0] > total[0] {
		return sms.Concat{}, data
	}
	return sms.Concat{Ref: binary.BigEndian.Uint16(ref), Total: total[0], Seq: seq[0]}, data
}
