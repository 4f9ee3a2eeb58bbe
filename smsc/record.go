package smsc

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dulyhq/duly/wire/smpp"
)

// recorder appends what arrives to a file, one JSON object a line. Lines gather under the server's lock and
// are written outside of it. A nil recorder records nothing.
type recorder struct {
	file    *os.File
	sync    bool
	lines   []byte // under the server's lock
	writing sync.Mutex
	spare   []byte // under writing
}

// flushEvery is how long lines may gather, in wire time.
const flushEvery = 100 * time.Millisecond

// openFiles opens the record and the payments.
func (s *Server) openFiles() error {
	if s.cfg.Record != "" {
		f, err := os.OpenFile(s.cfg.Record, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("smsc: record: %w", err)
		}
		s.record = &recorder{file: f, sync: s.cfg.Sync}
		s.tasks.Go(s.keepFlushing)
	}
	if s.cfg.Payments == "" {
		return nil
	}
	f, err := os.OpenFile(s.cfg.Payments, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		s.payments = f
		var info os.FileInfo
		if info, err = f.Stat(); err == nil && info.Size() == 0 {
			_, err = f.WriteString("phone,paid_on,amount\n")
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("smsc: payments: %w", err), s.closeFiles())
	}
	return nil
}

func (s *Server) keepFlushing() {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-ticker.C:
			_ = s.Flush() // it is kept for Close
		}
	}
}

// Flush writes the record's lines so far to its file. The error is the first that a file had.
func (s *Server) Flush() error {
	r := s.record
	if r != nil {
		r.writing.Lock()
		defer r.writing.Unlock()
		s.mu.Lock()
		lines := r.lines
		r.lines = r.spare[:0]
		s.mu.Unlock()
		_, err := r.file.Write(lines)
		r.spare = lines
		if err != nil {
			s.mu.Lock()
			s.fail(fmt.Errorf("smsc: record: %w", err))
			s.mu.Unlock()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// closeFiles writes what is left and closes the files.
func (s *Server) closeFiles() error {
	err := s.Flush()
	if s.record != nil {
		err = errors.Join(err, s.record.file.Close())
	}
	if s.payments != nil {
		err = errors.Join(err, s.payments.Close())
	}
	return err
}

// arrival notes a submit. The caller holds the server's lock.
func (r *recorder) arrival(s *Server, i uint32) {
	if r == nil {
		return
	}
	e := s.journal.at(i)
	b := append(r.lines, `{"event":"arrival","seq":`...)
	b = strconv.AppendInt(b, int64(i)+1, 10)
	b = append(b, `,"message":`...)
	b = strconv.AppendInt(b, int64(e.message)+1, 10)
	b = appendTime(b, `,"civil":"`, e.civil, s.zone)
	b = appendTime(b, `,"wire":"`, e.wire, time.UTC)
	b = append(b, `,"bind":`...)
	b = strconv.AppendInt(b, int64(e.bind)+1, 10)
	b = appendText(b, `,"system_id":`, s.binds[e.bind].account.systemID)
	if e.status == smpp.OK {
		b = appendText(b, `,"id":`, s.idText(e.id))
	}
	b = appendText(b, `,"source":`, s.sources.list[e.source].Addr)
	b = appendText(b, `,"destination":`, s.names.text(e.to))
	b = appendText(b, `,"alphabet":`, alphabet(e.coding))
	b = appendText(b, `,"text":`, decode(e.coding, s.journal.data(e)))
	b = append(b, `,"hash":"`...)
	b = strconv.AppendUint(b, e.hash, 10)
	b = append(b, `","part":`...)
	b = strconv.AppendInt(b, int64(e.part), 10)
	b = append(b, `,"parts":`...)
	b = strconv.AppendInt(b, int64(e.parts), 10)
	if e.parts > 1 {
		b = append(b, `,"ref":`...)
		b = strconv.AppendInt(b, int64(e.ref), 10)
		if u := s.assembly.of(e); e.status == smpp.OK && u.left == 0 {
			b = appendText(b, `,"whole":`, s.whole(u.entries))
		}
	}
	if e.validity != 0 {
		b = appendTime(b, `,"validity":"`, e.validity, s.zone)
	}
	b = append(b, `,"registered_delivery":`...)
	b = strconv.AppendInt(b, int64(e.registered), 10)
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(e.status), 10)
	if e.flags&unanswered != 0 {
		b = append(b, `,"unanswered":true`...)
	}
	r.lines = append(b, "}\n"...)
	r.put(s)
}

// final notes what became of a submit. The caller holds the server's lock.
func (r *recorder) final(s *Server, i uint32) {
	if r == nil {
		return
	}
	e := s.journal.at(i)
	b := append(r.lines, `{"event":"final","seq":`...)
	b = strconv.AppendInt(b, int64(i)+1, 10)
	b = appendTime(b, `,"civil":"`, e.done, s.zone)
	b = appendText(b, `,"state":`, e.state.String())
	b = appendText(b, `,"err":`, string(e.errCode[:]))
	b = append(b, `,"shown":`...)
	b = strconv.AppendBool(b, e.flags&shown != 0)
	r.lines = append(b, "}\n"...)
	r.put(s)
}

// put writes the lines at once where that is asked for.
func (r *recorder) put(s *Server) {
	if !r.sync {
		return
	}
	if _, err := r.file.Write(r.lines); err != nil {
		s.fail(fmt.Errorf("smsc: record: %w", err))
	}
	r.lines = r.lines[:0]
}

func appendTime(b []byte, key string, at int64, zone *time.Location) []byte {
	b = append(b, key...)
	b = time.Unix(0, at).In(zone).AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// appendText appends a JSON string. What is no UTF-8 becomes U+FFFD.
func appendText(b []byte, key, text string) []byte {
	b = append(append(b, key...), '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', '0'+byte(r>>4), "0123456789abcdef"[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// recordLine is a line of a record's file.
type recordLine struct {
	Event string `json:"event"`
	Part
	State string `json:"state"`
	Err   string `json:"err"`
	Shown bool   `json:"shown"`
}

// ReadRecord reads a record's file, that of several runs too, and returns its submits in order with what became
// of them. A last line without an end is left out: a simulator that was killed may leave one. The error names
// the line.
func ReadRecord(r io.Reader) ([]Part, error) {
	var parts []Part
	base := 0 // the submits of the runs before
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		var l recordLine
		if err == nil {
			err = json.Unmarshal(line, &l)
		}
		if err != nil {
			return parts, fmt.Errorf("smsc: record, line %d: %w", n, err)
		}
		if l.Event == "arrival" && l.Sequence == 1 {
			base = len(parts)
		}
		at := base + l.Sequence - 1
		switch {
		case l.Event == "arrival" && at == len(parts):
			l.Sequence, l.Message = l.Sequence+base, l.Message+base
			parts = append(parts, l.Part)
		case l.Event == "final" && at >= base && at < len(parts):
			p := &parts[at]
			p.State, _ = smpp.ParseState(l.State)
			p.Err, p.Shown, p.Done = l.Err, l.Shown, l.Civil
		default:
			return parts, fmt.Errorf("smsc: record, line %d: %s of %d is out of order", n, l.Event, l.Sequence)
		}
	}
}
