package intake

import (
	"fmt"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// A field is one value of a record.
type field struct {
	text string // without its quotes
	at   int    // byte offset in the record's text
}

// split decodes the current record and divides it into fields. It reports what is wrong with the record as a
// whole, and whether nothing is.
func (f *file) split() bool {
	f.text = ""
	rec := &f.current
	switch {
	case rec.long:
		f.bad(0, "", fault.RowLong)
		return false
	case rec.fault != "":
		f.bad(rec.at, "", rec.fault)
		return false
	}
	raw := rec.raw
	if n := len(raw); n > 0 && raw[n-1] == '\n' {
		raw = raw[:n-1]
	}
	if n := len(raw); n > 0 && raw[n-1] == '\r' {
		raw = raw[:n-1]
	}
	text, ok := f.in.decode(raw)
	f.text = text
	if !ok {
		name := "UTF-8"
		if f.in.encoding == GB18030 {
			name = "GB18030"
		}
		f.bad(len(text), "", fault.NotEncoded, name)
		return false
	}
	for i := range len(text) {
		if c := text[i]; c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			f.bad(i, "", fault.ControlCharacter, fmt.Sprintf("%U", c))
			return false
		}
	}
	f.fields = divide(f.fields[:0], text, f.in.delimiter)
	return true
}

// divide appends the fields of a record whose quotes are right.
func divide(fields []field, text string, delimiter byte) []field {
	for at := 0; ; {
		rest := text[at:]
		if rest == "" || rest[0] != '"' {
			end := strings.IndexByte(rest, delimiter)
			if end < 0 {
				return append(fields, field{rest, at})
			}
			fields = append(fields, field{rest[:end], at})
			at += end + 1
			continue
		}
		end, doubled := 1, false
		for {
			i := strings.IndexByte(rest[end:], '"')
			if i < 0 { // the end of the text was taken off with a line end of an old form; take all
				return append(fields, field{rest[1:], at})
			}
			end += i + 1
			if end == len(rest) || rest[end] != '"' {
				break
			}
			doubled = true
			end++
		}
		value := rest[1 : end-1]
		if doubled {
			value = strings.ReplaceAll(value, `""`, `"`)
		}
		fields = append(fields, field{value, at})
		if end >= len(rest) || rest[end] != delimiter {
			return fields
		}
		at += end + 1
	}
}

// trim takes off the spaces that people and spreadsheets leave around a value: ASCII, no-break, ideographic.
func trim(s string) string {
	if s == "" || s[0] > ' ' && s[0] < 0x80 && s[len(s)-1] > ' ' && s[len(s)-1] < 0x80 {
		return s
	}
	return strings.Trim(s, " \t\r\n\u00a0\u3000")
}
