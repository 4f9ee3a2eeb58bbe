package smpp

import (
	"errors"
	"fmt"

	"github.com/dulyhq/duly/wire/sms"
)

// ErrCoding says that a data_coding is not one that can be read as text.
var ErrCoding = errors.New("smpp: cannot read this data_coding")

// AppendParts appends the submit_sm PDUs that carry text to dst: one, or as many as
// it takes with user data headers of the reference ref (see sms.UDH), in order. Each
// is base with data_coding 0 for the GSM alphabet or 8 for UCS-2, the UDH indicator
// where there are several, a receipt asked for where base asks for nothing
// (registered_delivery 1, SMPP 3.4 §5.2.17), and its own short_message. The validity
// period is base's. The errors are those of sms.Split.
func AppendParts(dst []SubmitSM, base Message, text string, ref byte) ([]SubmitSM, error) {
	alphabet, parts, err := sms.Split(text)
	if err != nil {
		return dst, err
	}
	return AppendSplit(dst, base, alphabet, parts, ref), nil
}

// AppendSplit is AppendParts for a text that sms.Split has split already.
func AppendSplit(dst []SubmitSM, base Message, alphabet sms.Alphabet, parts [][]byte, ref byte) []SubmitSM {
	base.DataCoding = CodingUCS2
	if alphabet == sms.GSM7 {
		base.DataCoding = CodingDefault
	}
	if base.RegisteredDelivery == 0 {
		base.RegisteredDelivery = 1
	}
	if len(parts) == 1 {
		base.ShortMessage = parts[0]
		return append(dst, SubmitSM{base})
	}
	base.ESMClass |= ESMUDHI
	for i, part := range parts {
		base.ShortMessage = append(sms.UDH(ref, byte(len(parts)), byte(i+1)), part...)
		dst = append(dst, SubmitSM{base})
	}
	return dst
}

// Text returns the text of the message's payload without its user data header, and
// which part of a longer text it is. data_coding 0 is read as the GSM alphabet, 8 as
// UCS-2, 1 and 3 as the Latin characters that they are. On an error the text is what
// could be read, for a reply must not be lost; another data_coding is an error with
// no text. Septets that are packed are not told apart from those that are not.
func (m *Message) Text() (string, sms.Concat, error) {
	b := m.Payload()
	var part sms.Concat
	var header error
	if m.ESMClass&ESMUDHI != 0 {
		part, b, header = sms.ParseUDH(b)
	}
	text, err := decodeText(m.DataCoding, b)
	if err == nil {
		err = header
	}
	return text, part, err
}

// decodeText reads octets in the data_coding given (§5.2.19).
func decodeText(coding uint8, b []byte) (string, error) {
	switch coding {
	case CodingDefault:
		return sms.Decode(sms.GSM7, b)
	case CodingUCS2:
		return sms.Decode(sms.UCS2, b)
	case codingIA5, codingLatin1:
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes), nil
	}
	return "", fmt.Errorf("%w: data_coding 0x%02x", ErrCoding, coding)
}
