package smsc

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
	"github.com/dulyhq/duly/wire/sms"
)

// entry is one submit_sm in the memory of the simulator: about a hundred octets without a pointer, so that
// millions of them cost the collector nothing.
type entry struct {
	civil, wire int64 // nanoseconds
	validity    int64 // nanoseconds, 0 for none
	done        int64 // nanoseconds, 0 while under way
	id          uint64
	hash        uint64
	to          number
	text        uint64 // where the user data begins
	length      uint16 // how long the user data is; with the text kept only
	ref         uint16
	source      uint32
	bind        uint32
	message     uint32 // the place of the part that came first
	status      smpp.Status
	ton, npi    uint8
	coding      uint8
	registered  uint8
	part, parts uint8
	state       smpp.State // what became of it, 0 while under way
	fate        smpp.State // what is to become of it
	errCode     [3]byte
	flags       flag
}

type flag uint8

const (
	shown flag = 1 << iota
	silent
	acts       // the handset does something: see Server.acts
	unanswered // the response is kept back
	incomplete // a part whose others never came
)

const (
	journalChunk = 1 << 13
	arenaChunk   = 1 << 20
)

// journal holds the entries in chunks that never move, and the user data apart.
type journal struct {
	chunks [][]entry
	size   int
	arena  [][]byte
}

func (j *journal) add() (*entry, uint32) {
	if j.size%journalChunk == 0 {
		j.chunks = append(j.chunks, make([]entry, journalChunk))
	}
	e := &j.chunks[j.size/journalChunk][j.size%journalChunk]
	j.size++
	return e, uint32(j.size - 1)
}

func (j *journal) at(i uint32) *entry { return &j.chunks[i/journalChunk][i%journalChunk] }

// keep copies user data into the arena.
func (j *journal) keep(e *entry, data []byte) {
	last := len(j.arena) - 1
	if last < 0 || len(j.arena[last])+len(data) > arenaChunk {
		j.arena = append(j.arena, make([]byte, 0, arenaChunk))
		last++
	}
	e.text, e.length = uint64(last)<<20|uint64(len(j.arena[last])), uint16(len(data))
	j.arena[last] = append(j.arena[last], data...)
}

func (j *journal) data(e *entry) []byte {
	if e.length == 0 {
		return nil
	}
	from := e.text & (arenaChunk - 1)
	return j.arena[e.text>>20][from : from+uint64(e.length)]
}

// decode reads user data as text. What cannot be read as text is told by its octets.
func decode(coding uint8, data []byte) string {
	switch coding {
	case smpp.CodingDefault:
		text, _ := sms.Decode(sms.GSM7, data) // a bad septet is shown as such
		return text
	case smpp.CodingUCS2:
		text, _ := sms.Decode(sms.UCS2, data)
		return text
	}
	m := smpp.Message{DataCoding: coding, ShortMessage: data}
	text, _, err := m.Text()
	if err != nil {
		return fmt.Sprintf("%x", data)
	}
	return text
}

func alphabet(coding uint8) string {
	switch coding {
	case smpp.CodingDefault:
		return sms.GSM7.String()
	case smpp.CodingUCS2:
		return sms.UCS2.String()
	}
	return "coding " + strconv.Itoa(int(coding))
}

// part turns an entry into its public form. The caller holds the lock.
func (s *Server) part(i uint32) Part {
	e := s.journal.at(i)
	zone := s.zone
	p := Part{
		Sequence: int(i) + 1, Message: int(e.message) + 1,
		Civil: time.Unix(0, e.civil).In(zone), Wire: time.Unix(0, e.wire),
		Bind: int(e.bind) + 1, SystemID: s.binds[e.bind].account.systemID,
		Source: s.sources.list[e.source].Addr, Destination: s.names.text(e.to),
		Alphabet: alphabet(e.coding), Hash: e.hash, Ref: e.ref, Part: int(e.part), Parts: int(e.parts),
		Registered: e.registered, Status: e.status, Unanswered: e.flags&unanswered != 0,
		State: e.state, Shown: e.flags&shown != 0,
	}
	if e.length > 0 {
		p.Text = decode(e.coding, s.journal.data(e))
	}
	if e.status == smpp.OK {
		p.ID = s.idText(e.id)
	}
	if e.validity != 0 {
		p.Validity = time.Unix(0, e.validity).In(zone)
	}
	if e.state != 0 {
		p.Done, p.Err = time.Unix(0, e.done).In(zone), string(e.errCode[:])
	}
	return p
}

// Parts returns every submit_sm so far in the order of arrival.
func (s *Server) Parts() []Part {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := make([]Part, s.journal.size)
	for i := range parts {
		parts[i] = s.part(uint32(i))
	}
	return parts
}

// Arrivals returns every message so far, its parts joined, in the order of arrival, refused ones too.
func (s *Server) Arrivals() []Arrival { return Join(s.Parts()) }
