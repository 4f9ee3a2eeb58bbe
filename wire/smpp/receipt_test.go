package smpp_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

func receiptVectors(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/receipts.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(b)) {
		s, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// TestReceiptVectors: id and stat are read wherever both are certain. BADSTAT is no
// state and "sat" is no field that we know.
func TestReceiptVectors(t *testing.T) {
	all, refused := receiptVectors(t), 0
	for _, text := range all {
		r, err := smpp.ParseReceipt(text)
		unclear := strings.Contains(text, "stat:BADSTAT") || strings.Contains(text, " sat:")
		if unclear != errors.Is(err, smpp.ErrReceipt) {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
		if id := strings.Fields(strings.TrimPrefix(text, "id:"))[0]; r.ID != id {
			t.Errorf("%q: id %q", text, r.ID)
		}
		if err != nil {
			refused++
			continue
		}
		if want := "stat:" + r.State.String(); !strings.Contains(text, want) {
			t.Errorf("%q: state %v", text, r.State)
		}
	}
	if len(all) != 20 || refused != 5 {
		t.Errorf("%d vectors, %d refused", len(all), refused)
	}
}

func TestParseReceipt(t *testing.T) {
	full := "id:a1 sub:001 dlvrd:002 submit date:2601010800 done date:2601010801 stat:UNDELIV err:21b text:Pay id:9 stat:DELIVRD"
	want := smpp.Receipt{
		ID: "a1", State: smpp.StateUndeliverable, Sub: "001", Dlvrd: "002", SubmitDate: "2601010800",
		DoneDate: "2601010801", Err: "21b", Text: "Pay id:9 stat:DELIVRD",
	}
	if r, err := smpp.ParseReceipt(full); err != nil || r != want {
		t.Errorf("%+v, %v", r, err)
	}
	for _, c := range []struct {
		text, id string
		state    smpp.State
	}{
		{"ID:7 STAT:delivered", "7", smpp.StateDelivered},
		{"id:7 id:7 stat:EXPIRED", "7", smpp.StateExpired},
		{"stat:REJECTD id:7", "7", smpp.StateRejected},
		{"id:7 stat:ACCEPTD err:0 txt:id", "7", smpp.StateAccepted},
	} {
		if r, err := smpp.ParseReceipt(c.text); err != nil || r.ID != c.id || r.State != c.state {
			t.Errorf("%q: %+v, %v", c.text, r, err)
		}
	}
	for _, text := range []string{
		"", "id:", "id:7", "stat:DELIVRD", "id:7 stat:DELIVR", "id: 7 stat:DELIVRD", "id:7 stat:", "id:7 id:8 stat:DELIVRD",
		"id:7 stat:DELIVRD stat:UNDELIV", "hello", "id:7 text:stat:DELIVRD", "id:7 stat:2",
	} {
		if r, err := smpp.ParseReceipt(text); !errors.Is(err, smpp.ErrReceipt) {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	}
}

func TestReceiptParameters(t *testing.T) {
	tlv := func(tag smpp.Tag, v string) smpp.TLV { return smpp.TLV{Tag: tag, Value: []byte(v)} }
	id, state := tlv(smpp.TagReceiptedMessageID, "ab\x00"), tlv(smpp.TagMessageState, "\x02")
	for _, c := range []struct {
		name, text string
		tlvs       smpp.TLVs
		want       string
	}{
		{"text alone", "id:1 stat:EXPIRED", nil, "1 EXPIRED"},
		{"both win", "id:1 stat:EXPIRED", smpp.TLVs{id, state}, "ab DELIVRD"},
		{"both with no text", "", smpp.TLVs{id, state}, "ab DELIVRD"},
		{"both with a text at odds with itself", "id:1 id:2", smpp.TLVs{id, state}, "ab DELIVRD"},
		{"id without NUL", "", smpp.TLVs{tlv(smpp.TagReceiptedMessageID, "ab"), state}, "ab DELIVRD"},
		{"id, with the text's state", "stat:EXPIRED", smpp.TLVs{id}, "ab EXPIRED"},
		{"state, with the text's id", "id:1", smpp.TLVs{state}, "1 DELIVRD"},
		{"payload", "", smpp.TLVs{tlv(smpp.TagMessagePayload, "id:1 stat:DELETED")}, "1 DELETED"},
		{"id alone", "", smpp.TLVs{id}, ""},
		{"state alone", "", smpp.TLVs{state}, ""},
		{"id at odds", "id:1 id:2 stat:EXPIRED", smpp.TLVs{state}, ""},
		{"state 9", "id:1 stat:EXPIRED", smpp.TLVs{tlv(smpp.TagMessageState, "\x09")}, ""},
		{"state of two octets", "id:1 stat:EXPIRED", smpp.TLVs{tlv(smpp.TagMessageState, "\x02\x02")}, ""},
		{"empty id", "id:1 stat:EXPIRED", smpp.TLVs{tlv(smpp.TagReceiptedMessageID, "\x00")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := smpp.DeliverSM{Message: smpp.Message{ESMClass: 4, ShortMessage: []byte(c.text), TLVs: c.tlvs}}
			r, err := d.Receipt()
			got := r.ID + " " + r.State.String()
			if c.want == "" && !errors.Is(err, smpp.ErrReceipt) || c.want != "" && (err != nil || got != c.want) {
				t.Errorf("%s, %v; want %q", got, err, c.want)
			}
			if !d.IsReceipt() {
				t.Error("not a receipt")
			}
		})
	}
}

func TestReceiptTime(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for s, want := range map[string]string{
		"2605232039": "2026-05-23T20:39:00+08:00", "110206193041": "2011-02-06T19:30:41+08:00", "20110314181741": "2011-03-14T18:17:41+08:00",
		"": "", "0000000000": "", "7001010000": "", "201103141815": "", "2613010000": "", "26010100": "", "+605232039": "", "260523203": "",
	} {
		got, err := smpp.ReceiptTime(s, zone)
		if want == "" {
			if !errors.Is(err, smpp.ErrTime) || !got.IsZero() {
				t.Errorf("%q: %v, %v", s, got, err)
			}
		} else if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v; want %s", s, got, err, want)
		}
	}
}

func TestWireTimes(t *testing.T) {
	ref := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 5, 1, 22, 0, 0, 999e6, time.FixedZone("", 8*3600)), "260501220000932+"},
		{time.Date(2026, 5, 1, 22, 0, 0, 0, time.FixedZone("", -5*3600-1800)), "260501220000022-"},
		{time.Date(2026, 5, 1, 22, 0, 0, 0, time.FixedZone("", 343)), "260501215417000+"},
	} {
		s, err := smpp.AbsoluteTime(c.at)
		if err != nil || s != c.want {
			t.Errorf("%v: %q, %v; want %q", c.at, s, err, c.want)
		}
		if back, err := smpp.ParseTime(s, ref); err != nil || !back.Equal(c.at.Truncate(100*time.Millisecond)) {
			t.Errorf("%q: %v, %v", s, back, err)
		}
	}
	if s, err := smpp.RelativeTime(26*time.Hour + 3*time.Minute + 4999*time.Millisecond); err != nil || s != "000001020304000R" {
		t.Errorf("relative: %q, %v", s, err)
	}
	if at, err := smpp.ParseTime("000001020304000R", ref); err != nil || at.Sub(ref) != 26*time.Hour+3*time.Minute+4*time.Second {
		t.Errorf("relative: %v, %v", at, err)
	}
	if at, err := smpp.ParseTime("", ref); err != nil || !at.IsZero() {
		t.Errorf("empty: %v, %v", at, err)
	}
	for _, s := range []string{"1", "260501220000932*", "26050122000093 +", "261301220000000+", "260230000000000+", "260501220000049+", "000001020304100R", "000001240000000R"} {
		if at, err := smpp.ParseTime(s, ref); !errors.Is(err, smpp.ErrTime) || !at.IsZero() {
			t.Errorf("%q: %v, %v", s, at, err)
		}
	}
	for _, d := range []time.Duration{-time.Hour, 0, 999 * time.Millisecond, 31 * 24 * time.Hour} {
		if s, err := smpp.RelativeTime(d); !errors.Is(err, smpp.ErrTime) {
			t.Errorf("%v: %q, %v", d, s, err)
		}
	}
	if s, err := smpp.AbsoluteTime(time.Time{}); !errors.Is(err, smpp.ErrTime) {
		t.Errorf("zero time: %q, %v", s, err)
	}
}

func TestParts(t *testing.T) {
	base := smpp.Message{Destination: smpp.Address{TON: 1, NPI: 1, Addr: "861380"}, ValidityPeriod: "000000020000000R"}
	one, err := smpp.AppendParts(nil, base, "hi", 9)
	if err != nil || len(one) != 1 || one[0].DataCoding != 0 || one[0].ESMClass != 0 || one[0].RegisteredDelivery != 1 || string(one[0].ShortMessage) != "hi" {
		t.Errorf("%+v, %v", one, err)
	}
	text := strings.Repeat("您好😀", 40)
	many, err := smpp.AppendParts(one, base, text, 9)
	if err != nil || len(many) != 4 {
		t.Fatalf("%d parts, %v", len(many), err)
	}
	back := ""
	for i := range many[1:] {
		m := &many[1+i]
		s, part, err := m.Text()
		if err != nil || int(part.Seq) != i+1 || part.Total != 3 || part.Ref != 9 || m.ESMClass != smpp.ESMUDHI || m.DataCoding != 8 || m.ValidityPeriod != base.ValidityPeriod {
			t.Errorf("part %d: %+v %+v %v", i, m, part, err)
		}
		if _, err := (smpp.PDU{Body: m}).Append(nil); err != nil {
			t.Error(err)
		}
		back += s
	}
	if back != text {
		t.Errorf("%q", back)
	}
	if kept, err := smpp.AppendParts(one, base, strings.Repeat("a", 50000), 9); err == nil || len(kept) != 1 {
		t.Errorf("too long: %d, %v", len(kept), err)
	}
	for coding, want := range map[uint8]string{3: "é", 1: "é", 0xF5: ""} {
		m := smpp.Message{DataCoding: coding, ShortMessage: []byte{0xE9}}
		if s, _, err := m.Text(); s != want || (err == nil) != (want != "") {
			t.Errorf("coding %d: %q, %v", coding, s, err)
		}
	}
}

func FuzzParseReceipt(f *testing.F) {
	for _, s := range receiptVectors(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := smpp.ParseReceipt(s)
		if err != nil && !errors.Is(err, smpp.ErrReceipt) {
			t.Fatalf("%v is of no class", err)
		}
		if err == nil && (r.ID == "" || r.State < smpp.StateEnroute || r.State > smpp.StateRejected) {
			t.Fatalf("%q: %+v", s, r)
		}
		for _, date := range []string{r.SubmitDate, r.DoneDate, s} {
			if at, err := smpp.ReceiptTime(date, time.UTC); err != nil && !at.IsZero() {
				t.Fatalf("%q: %v with %v", date, at, err)
			}
			if at, err := smpp.ParseTime(date, time.Time{}); err != nil && !at.IsZero() {
				t.Fatalf("%q: %v with %v", date, at, err)
			}
		}
	})
}
