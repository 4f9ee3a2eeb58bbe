package compose

import (
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// Many texts are written at the same minute, and speak of the same few days. What these look like is kept from one text
// to the next.

// A moment is the as-of time of a text in the reader's calendar, as it is written: "9月24日10:05" or "24 Sep 10:05". The year
// is not said: it is the year in which the message is read.
type moment struct {
	at    time.Time // zero when there is none
	lang  Language
	year  int // 0 without an as-of time: there is no year to leave unsaid
	text  [24]byte
	n     int // octets of the text
	tally sms.Tally
}

func (m *moment) of(v *Vars, lang Language) *moment {
	if m.lang == lang && m.at.Equal(v.AsOf) && m.at.Location() == v.AsOf.Location() {
		return m
	}
	*m = moment{at: v.AsOf, lang: lang}
	if v.AsOf.IsZero() {
		return m
	}
	_, offset := v.AsOf.Zone()
	at := v.AsOf.Unix() + int64(offset)
	days := at / 86400
	if at%86400 < 0 {
		days--
	}
	y, month, day := ledger.Date(days).YMD()
	minute := int(at-days*86400) / 60
	m.year = y
	text := appendDay(m.text[:0], y, month, day, false, lang)
	if lang != Chinese {
		text = append(text, ' ')
	}
	text = append(text, byte('0'+minute/600), byte('0'+minute/60%10), ':', byte('0'+minute%60/10), byte('0'+minute%10))
	m.n, m.tally = len(text), sms.Count(text)
	return m
}

func (m *moment) written() []byte { return m.text[:m.n] }

// A writtenDay is a day as it was written last.
type writtenDay struct {
	on    ledger.Date // zero: none
	year  int         // which is not said
	lang  Language
	text  [24]byte
	n     int // octets of the text
	tally sms.Tally
}

type days [32]writtenDay

// of returns a day as AppendDate writes it.
func (all *days) of(on ledger.Date, year int, lang Language) *writtenDay {
	d := &all[uint(on)%uint(len(all))]
	if d.on != on || d.year != year || d.lang != lang {
		text := AppendDate(d.text[:0], on, year, lang)
		d.on, d.year, d.lang, d.n, d.tally = on, year, lang, copy(d.text[:], text), sms.Count(text)
	}
	return d
}
