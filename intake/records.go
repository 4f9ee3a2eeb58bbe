package intake

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/dulyhq/duly/words/fault"
)

const (
	maxRow  = 1 << 20 // bytes of one row
	atLeast = 1 << 18 // bytes of the buffer at first
)

// A record is one row as it stands in the file.
type record struct {
	raw   []byte     // with its line end; only valid until the next one is read
	line  int        // on which it begins, from 1
	long  bool       // it is longer than maxRow, and raw holds only its beginning
	fault fault.Code // its quotes are wrong: what is; empty: they are right
	at    int        // byte offset in raw of the fault
}

// records divides a file into records by the rules of RFC 4180. Where quotes are wrong, only the line on
// which the record begins is taken for bad, so that one stray quote does not swallow the rows after it.
type records struct {
	r         io.Reader
	buf       []byte
	from, to  int // what of buf is read and not used
	eof       error
	line      int
	delimiter byte
	encoding  Encoding // Auto until the first character beyond ASCII was seen
	read      int64
	size      int64
	progress  func(read, size int64)
	begun     bool
}

func newRecords(r io.Reader, o *Options) *records {
	in := &records{r: r, buf: make([]byte, atLeast), line: 1, size: o.Size, progress: o.Progress, delimiter: ',', encoding: Auto}
	if o.Mapping != nil {
		in.delimiter, in.encoding = o.Mapping.delimiter, o.Mapping.Encoding
	}
	return in
}

// fill reads more, and reports whether there was more. It makes room by moving what is left to the front.
func (in *records) fill() bool {
	if in.eof != nil {
		return false
	}
	if in.from > 0 {
		in.to = copy(in.buf, in.buf[in.from:in.to])
		in.from = 0
	}
	if in.to == len(in.buf) {
		in.buf = append(in.buf, make([]byte, len(in.buf))...)
	}
	n, empty := 0, 0
	for n == 0 && in.eof == nil {
		n, in.eof = in.r.Read(in.buf[in.to:])
		if empty++; n == 0 && empty > 100 {
			in.eof = io.ErrNoProgress
		}
	}
	in.to += n
	in.read += int64(n)
	if in.progress != nil {
		in.progress(in.read, in.size)
	}
	return n > 0
}

// ready reads ahead while the encoding is not known, so that it is judged by many lines, and steps over a byte
// order mark.
func (in *records) ready() {
	for in.encoding == Auto && in.to-in.from < atLeast/2 && in.fill() {
		continue
	}
	if in.begun {
		return
	}
	in.begun = true
	for in.to-in.from < len(bom) && in.fill() {
		continue
	}
	if bytes.HasPrefix(in.buf[in.from:in.to], []byte(bom)) {
		in.from += len(bom)
		if in.encoding == Auto {
			in.encoding = UTF8
		}
	}
}

// next reads the next record that is not a blank line; io.EOF says that there is none.
func (in *records) next(rec *record) error {
	for {
		in.ready()
		*rec = record{line: in.line}
		if err := in.scan(rec); err != nil {
			return err
		}
		in.from += len(rec.raw)
		in.line += bytes.Count(rec.raw, []byte{'\n'})
		if rec.long {
			if err := in.skipLine(); err != nil {
				return err
			}
		}
		if rest := bytes.TrimRight(rec.raw, "\r\n"); len(rest) > 0 {
			return nil
		}
	}
}

// scan finds the record that begins at in.from. It does not move on.
func (in *records) scan(rec *record) error {
	searched := 0
	for {
		window := in.buf[in.from:in.to]
		if i := bytes.IndexByte(window[searched:], '\n'); i >= 0 {
			line := window[:searched+i+1]
			if len(line) > maxRow {
				rec.raw, rec.long = line[:maxRow], true // next steps over the rest
				return nil
			}
			if bytes.IndexByte(line, '"') < 0 {
				rec.raw = line
				return nil
			}
			break
		}
		searched = len(window)
		if searched > maxRow {
			rec.raw, rec.long = window[:maxRow], true
			return nil
		}
		if !in.fill() {
			if in.eof != io.EOF { //nolint:errorlint // io.Reader returns it bare
				return in.eof
			}
			if searched == 0 {
				return io.EOF
			}
			break
		}
	}
	in.decide(nil)
	return in.scanQuoted(rec)
}

// skipLine moves on to the next line.
func (in *records) skipLine() error {
	for {
		window := in.buf[in.from:in.to]
		if i := bytes.IndexByte(window, '\n'); i >= 0 {
			in.from += i + 1
			in.line++
			return nil
		}
		in.from = in.to
		if !in.fill() {
			if in.eof == io.EOF { //nolint:errorlint // io.Reader returns it bare
				return nil
			}
			return in.eof
		}
	}
}

// The states of scanQuoted.
const (
	fieldBegins = iota
	plain
	inQuotes
	afterQuote
)

// scanQuoted finds the end of a record that may hold quotes, and what is wrong with them.
func (in *records) scanQuoted(rec *record) error {
	state, opened := fieldBegins, 0
	for i := 0; ; i++ {
		for i >= in.to-in.from && i <= maxRow && in.fill() {
			continue
		}
		if in.eof != nil && in.eof != io.EOF { //nolint:errorlint // io.Reader returns it bare
			return in.eof
		}
		window := in.buf[in.from:in.to]
		if i >= len(window) || i > maxRow {
			if state == inQuotes {
				in.wrong(rec, opened, fault.QuoteOpen)
			} else {
				rec.raw = window[:min(i, len(window))]
				rec.long = i > maxRow
			}
			return nil
		}
		c := window[i]
		if c >= 0x81 && in.encoding == GB18030 && i+1 < len(window) && window[i+1] >= '0' && window[i+1] != '"' {
			i++ // the second byte of a character is no delimiter
			if state == fieldBegins {
				state = plain
			}
			continue
		}
		switch {
		case state == inQuotes && c == '"':
			state = afterQuote
		case state == inQuotes:
		case c == '\n':
			rec.raw = window[:i+1]
			return nil
		case c == in.delimiter:
			state = fieldBegins
		case c == '"' && state == fieldBegins:
			state, opened = inQuotes, i
		case c == '"' && state == afterQuote:
			state = inQuotes
		case c == '"':
			in.wrong(rec, i, fault.QuoteInside)
			return nil
		case state == afterQuote && c != '\r':
			in.wrong(rec, opened, fault.QuoteAfter)
			return nil
		case state == fieldBegins:
			state = plain
		}
	}
}

// wrong takes the first line of the record for bad.
func (in *records) wrong(rec *record, at int, code fault.Code) {
	window := in.buf[in.from:in.to]
	rec.raw, rec.fault, rec.at = window, code, at
	if i := bytes.IndexByte(window, '\n'); i >= 0 {
		rec.raw = window[:i+1]
	}
	if len(rec.raw) > maxRow {
		rec.raw, rec.long = rec.raw[:maxRow], true
	}
	rec.at = min(rec.at, len(rec.raw))
}

// column returns the place of a byte offset of text, or of raw where there is no text, in characters from 1.
func (in *records) column(text string, raw []byte, offset int) int {
	if text == "" {
		return in.countRaw(raw[:min(offset, len(raw))]) + 1
	}
	return utf8.RuneCountInString(text[:min(offset, len(text))]) + 1
}
