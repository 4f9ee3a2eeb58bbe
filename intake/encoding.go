package intake

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// An Encoding is how a file writes its characters.
type Encoding string

// The encodings. Auto decides between the other two at the first character beyond ASCII. GB2312 and GBK are
// parts of GB18030.
const (
	Auto    Encoding = "auto"
	UTF8    Encoding = "utf-8"
	GB18030 Encoding = "gb18030"
)

const bom = "\ufeff"

// decode returns raw as text. Where bytes are no characters of the encoding, it returns the text up to
// there and ok false.
func (in *records) decode(raw []byte) (text string, ok bool) {
	if isASCII(raw) {
		return string(raw), true
	}
	in.decide(raw)
	if in.encoding != GB18030 {
		text = string(raw)
		if utf8.Valid(raw) && !strings.ContainsRune(text, utf8.RuneError) {
			return text, true
		}
		return text[:strings.IndexRune(text, utf8.RuneError)], false
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	text = string(out)
	if at := strings.IndexRune(text, utf8.RuneError); at >= 0 || err != nil {
		return text[:max(0, at)], false
	}
	return text, true
}

// decide settles the encoding by raw, which is a whole row beyond ASCII or nothing, and by what is buffered
// after it, unless all of that is ASCII: that which more of the lines beyond ASCII are
// valid in, since text of the one is hardly ever valid in the other for long. One damaged row does not
// decide for a file.
func (in *records) decide(raw []byte) {
	if in.encoding != Auto {
		return
	}
	ahead := in.buf[in.from:in.to]
	if in.eof == nil {
		ahead = ahead[:bytes.LastIndexByte(ahead, '\n')+1]
	}
	valid, not := 0, 0
	for _, text := range [2][]byte{raw, ahead} {
		for line := range bytes.Lines(text) {
			switch {
			case isASCII(line):
			case utf8.Valid(line):
				valid++
			default:
				not++
			}
		}
	}
	if valid+not == 0 {
		return
	}
	in.encoding = UTF8
	if not > valid || not == valid && raw != nil && !bytes.ContainsRune(decodeGB(raw), utf8.RuneError) {
		in.encoding = GB18030
	}
}

func decodeGB(raw []byte) []byte {
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil {
		return []byte(string(utf8.RuneError))
	}
	return out
}

// countRaw returns how many characters the beginning of a row has.
func (in *records) countRaw(raw []byte) int {
	text, _ := in.decode(raw)
	return utf8.RuneCountInString(text)
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
