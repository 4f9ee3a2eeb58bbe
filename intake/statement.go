package intake

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/words/fault"
)

// A StatementLine is what a carrier's statement says of one message, or of one part of it. Which of Message, ID and Phone with At are there
// says by what it is found.
type StatementLine struct {
	Line    int
	Message outbox.MessageID // our number; 0: it was not said
	ID      string           // the carrier's id of a part
	Phone   string           // E.164
	At      time.Time        // when the carrier took it
	State   string           // as the carrier writes it (receive.Stated)
	Error   string           // the carrier's code beside it
}

// The columns of a statement, by their names in small letters without spaces, underscores and hyphens.
var statementColumns = map[string]string{
	"message": "message", "messageno": "message", "信息编号": "message", "短信编号": "message",
	"id": "id", "msgid": "id", "messageid": "id", "carrierid": "id", "消息id": "id", "流水号": "id",
	"phone": "phone", "mobile": "phone", "to": "phone", "destination": "phone", "msisdn": "phone", "手机号": "phone", "手机号码": "phone", "号码": "phone",
	"at": "at", "time": "at", "submitted": "at", "submittedat": "at", "submittime": "at", "sentat": "at", "提交时间": "at", "发送时间": "at",
	"state": "state", "status": "state", "stat": "state", "result": "state", "状态": "state", "回执状态": "state", "结果": "state",
	"error": "error", "err": "error", "errorcode": "error", "错误码": "error",
}

// statementTimes are the notations of a statement's times; those without a zone are of the options' zone.
var statementTimes = []string{
	time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006/01/02 15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "20060102150405",
}

// ReadStatement reads a carrier's statement: CSV with a header, in UTF-8 or GB18030, of states by our numbers, by the carrier's ids, or by
// phone and time. Bad rows are reported to opts.Bad and left out. The error is a FileErrors, that of each, or one of reading. Memory does
// not grow with the file.
func ReadStatement(r io.Reader, name string, opts Options, each func(StatementLine) error) (rows int, err error) {
	f := &file{name: name, opts: &opts, in: newRecords(r, &opts)}
	names, err := f.statementHeader()
	if err != nil {
		return 0, err
	}
	for {
		err := f.in.next(&f.current)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, fmt.Errorf("intake: reading %s: %w", name, err)
		}
		f.faulty = f.faulty[:0]
		var line StatementLine
		if f.split() {
			line = f.statementLine(names)
		}
		switch {
		case f.err != nil:
			return rows, f.err
		case len(f.faulty) > 0:
			continue
		}
		rows++
		if err := each(line); err != nil {
			return rows, err
		}
	}
}

// statementHeader returns what each column is; empty: it is not read.
func (f *file) statementHeader() (names []string, err error) {
	if err := f.in.next(&f.current); errors.Is(err, io.EOF) {
		return nil, FileErrors{{File: f.name, Line: 1, Column: 1, Why: fault.Of(fault.FileHasNothing)}}
	} else if err != nil {
		return nil, fmt.Errorf("intake: reading %s: %w", f.name, err)
	}
	f.in.delimiter = delimiters[dividedBy(f.current.raw)]
	var faults FileErrors
	bad := f.opts.Bad
	f.opts.Bad = func(b BadRow) error { b.Raw = nil; faults = append(faults, b); return nil }
	ok := f.split()
	f.opts.Bad = bad
	if !ok {
		return nil, faults
	}
	plain := strings.NewReplacer(" ", "", "_", "", "-", "")
	for _, cell := range f.fields {
		names = append(names, statementColumns[plain.Replace(strings.ToLower(trim(cell.text)))])
	}
	has := func(n string) bool { return slices.Contains(names, n) }
	if !has("state") || !has("message") && !has("id") && (!has("phone") || !has("at")) {
		return nil, FileErrors{{
			File: f.name, Line: 1, Column: 1,
			Why: fault.Of(fault.StatementColumns),
		}}
	}
	return names, nil
}

func (f *file) statementLine(names []string) (l StatementLine) {
	l.Line = f.current.line
	if len(f.fields) != len(names) {
		f.bad(0, "", fault.FieldCount, strconv.Itoa(len(f.fields)), strconv.Itoa(len(names)))
		return l
	}
	for i, name := range names {
		cell := f.fields[i]
		value := trim(cell.text)
		if value == "" {
			continue
		}
		switch name {
		case "message":
			id, err := outbox.ParseMessageID(value)
			if err != nil {
				f.bad(cell.at, name, fault.NotMessage)
			}
			l.Message = id
		case "id":
			l.ID = value
		case "phone":
			number, kind := normalise(value, f.opts.Country)
			if kind == ledger.PhoneInvalid {
				f.bad(cell.at, name, fault.NotPhone) // which is never told
			}
			l.Phone = number
		case "at":
			var ok bool
			if l.At, ok = statementTime(value, f.opts.Zone); !ok {
				f.bad(cell.at, name, fault.NotTime)
			}
		case "state":
			l.State = value
		case "error":
			l.Error = value
		}
	}
	if len(f.faulty) == 0 && (l.State == "" || l.Message == 0 && l.ID == "" && (l.Phone == "" || l.At.IsZero())) {
		f.bad(0, "", fault.StatementSilent)
	}
	return l
}

func statementTime(s string, zone *time.Location) (time.Time, bool) {
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range statementTimes {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
