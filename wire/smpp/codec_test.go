package smpp_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/dulyhq/duly/wire/smpp"
	"github.com/dulyhq/duly/wire/sms"
)

// vectors are the rows of testdata/pdus.tsv.
func vectors(t testing.TB, framed string) [][]byte {
	t.Helper()
	text, err := os.ReadFile("testdata/pdus.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f, h, _ := strings.Cut(line, "\t")
		b, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		if f == framed {
			all = append(all, b)
		}
	}
	return all
}

func isDecodeError(err error) bool {
	return errors.Is(err, smpp.ErrMalformed) || errors.Is(err, smpp.ErrLength) || errors.Is(err, smpp.ErrUnknownCommand)
}

// roundTrip fails when frame decodes and does not encode to itself.
func roundTrip(t *testing.T, frame []byte) (smpp.PDU, error) {
	t.Helper()
	p, err := smpp.Decode(frame)
	if err != nil {
		if !isDecodeError(err) {
			t.Errorf("Decode(%x): %v is of no class", frame, err)
		}
		return p, err
	}
	back, err := p.Append(nil)
	if err != nil {
		t.Errorf("Decode(%x) = %+v; Append: %v", frame, p.Body, err)
	} else if !bytes.Equal(back, frame) {
		t.Errorf("%x came back as\n%x", frame, back)
	}
	return p, nil
}

// broken are the framed vectors that are no good PDUs, and what is said of them: a
// query_sm without its body, and a parameter whose length passes the end.
var broken = map[string]string{
	"00000010000000030000000000000001": "query_sm: smpp: malformed PDU: octet 0 of the body, message_id: no NUL ends it",
	"000000a4000000050000000000000005": "deliver_sm: smpp: malformed PDU: octet 143 of the body, value of an optional parameter: wants 65 octets, 5 are left",
}

// TestFramedVectors: every whole PDU of the vectors decodes and comes back the
// same, or fails with the error that it should.
func TestFramedVectors(t *testing.T) {
	commands := map[smpp.Command]int{}
	all := vectors(t, "1")
	for _, frame := range all {
		p, err := roundTrip(t, frame)
		if err != nil {
			if broken[hex.EncodeToString(frame[:16])] != err.Error() {
				t.Errorf("Decode(%x): %v", frame, err)
			}
			continue
		}
		commands[p.Body.Command()]++
	}
	if len(all) != 66 || len(commands) < 20 {
		t.Errorf("%d vectors of %d commands", len(all), len(commands))
	}
}

// TestFragments: what is not one whole PDU is refused as a frame, is read as a
// stream only as far as it holds whole PDUs, and as the body of any command comes
// back the same or is refused.
func TestFragments(t *testing.T) {
	commands := []smpp.Command{
		smpp.CmdBindReceiver, smpp.CmdQuerySM, smpp.CmdSubmitSM, smpp.CmdDeliverSM, smpp.CmdReplaceSM, smpp.CmdCancelSM,
		smpp.CmdOutbind, smpp.CmdSubmitMulti, smpp.CmdAlertNotification, smpp.CmdDataSM, smpp.CmdBindReceiverResp,
		smpp.CmdQuerySMResp, smpp.CmdSubmitSMResp, smpp.CmdSubmitMultiResp, smpp.CmdEnquireLink, 0x110,
	}
	all := vectors(t, "0")
	for _, b := range all {
		if p, err := smpp.Decode(b); !isDecodeError(err) {
			t.Errorf("Decode(%x) = %+v, %v", b, p, err)
		}
		r := bufio.NewReaderSize(bytes.NewReader(b), smpp.MaxLength)
		var err error
		for err == nil {
			_, err = smpp.ReadPDU(r)
		}
		if !isDecodeError(err) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("ReadPDU of %x: %v", b, err)
		}
		for _, c := range commands {
			_, _ = roundTrip(t, frame(c, b))
		}
	}
	if len(all) != 43 {
		t.Errorf("%d fragments", len(all))
	}
}

// frame is a PDU of the command with the body.
func frame(c smpp.Command, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
	b = binary.BigEndian.AppendUint32(b, uint32(c))
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, 7)
	return append(b, body...)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestKnownFragments reads those fragments whose kind is plain as what they are.
func TestKnownFragments(t *testing.T) {
	two := unhex(t, "0000001080000015000000000a342eed0000001080000015000000000a342e")
	r := bufio.NewReaderSize(bytes.NewReader(two), smpp.MaxLength)
	if p, err := smpp.ReadPDU(r); err != nil || p.Sequence != 0x0a342eed {
		t.Errorf("the first of two joined PDUs: %+v, %v", p, err)
	}
	if _, err := smpp.ReadPDU(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a PDU of 15 octets: %v", err)
	}
	params := unhex(t, "000e000101 0006000101 04240001")
	if _, err := smpp.Decode(frame(smpp.CmdDataSM, append(make([]byte, 10), params...))); !errors.Is(err, smpp.ErrMalformed) {
		t.Errorf("an optional parameter that is cut: %v", err)
	}
	vietnamese := unhex(t, "006e006701b01ee1006e0067002000631ee900610020006300751ed70063002001111ee30069")
	if text, err := sms.Decode(sms.UCS2, vietnamese); err != nil || text != "ngưỡng cứa cuỗc đợi" {
		t.Errorf("UCS-2 %q, %v", text, err)
	}
	c, rest, err := sms.ParseUDH(unhex(t, "0500031203021b5e4c36a38537be"))
	if err != nil || c != (sms.Concat{Ref: 0x12, Total: 3, Seq: 2}) || len(rest) != 8 {
		t.Errorf("user data header %+v, %x, %v", c, rest, err)
	}
	cut := unhex(t, "69643a30303030303033303035207375623a30303120646c7672643a303031207375626d697420646174653a3130303131383134333120646f6e6520646174653a3130303131383134333120737461743a44454c49565244206572723a303030207465")
	if rc, err := smpp.ParseReceipt(string(cut)); err != nil || rc.ID != "0000003005" || rc.State != smpp.StateDelivered {
		t.Errorf("cut receipt %+v, %v", rc, err)
	}
}

// TestUnknownCommands: the two commands of the vectors that SMPP does not have.
func TestUnknownCommands(t *testing.T) {
	for _, c := range []smpp.Command{0x110, 0x80000110, 0, 0x80000102} {
		if _, err := smpp.Decode(frame(c, nil)); !errors.Is(err, smpp.ErrUnknownCommand) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// message has a value in every field.
var message = smpp.Message{
	ServiceType: "CMT", Source: smpp.Address{TON: 5, NPI: 0, Addr: "LENDER"}, Destination: smpp.Address{TON: 1, NPI: 1, Addr: "8613800138000"},
	ESMClass: 0x40, ProtocolID: 1, Priority: 2, ScheduleDeliveryTime: "260101080000000+", ValidityPeriod: "000000020000000R",
	RegisteredDelivery: 1, ReplaceIfPresent: 1, DataCoding: 8, DefaultMsgID: 3, ShortMessage: []byte("\x00a"),
	TLVs: smpp.TLVs{{Tag: smpp.TagNetworkErrorCode, Value: []byte{1, 2, 3}}, {Tag: 0x1401, Value: []byte{}}},
}

// TestBodies: every shape comes back equal, with no field lost.
func TestBodies(t *testing.T) {
	a, b := smpp.Address{TON: 1, NPI: 2, Addr: "12"}, smpp.Address{TON: 3, NPI: 4, Addr: "34"}
	tlvs := smpp.TLVs{{Tag: smpp.TagSCInterfaceVersion, Value: []byte{0x34}}}
	noTo := message
	noTo.Destination = smpp.Address{}
	for _, body := range []smpp.Body{
		&smpp.Bind{As: smpp.CmdBindReceiver, SystemID: "i", Password: "p", SystemType: "t", InterfaceVersion: 0x34, AddrTON: 1, AddrNPI: 2, AddressRange: "r"},
		&smpp.Bind{As: smpp.CmdBindTransmitter}, &smpp.Bind{As: smpp.CmdBindTransceiver},
		&smpp.BindResp{As: smpp.CmdBindReceiverResp, SystemID: "s", TLVs: tlvs},
		&smpp.Outbind{SystemID: "s", Password: "p"}, &smpp.SubmitSM{Message: message}, &smpp.DeliverSM{Message: message},
		&smpp.MessageResp{To: smpp.CmdSubmitSMResp, MessageID: "m", TLVs: tlvs}, &smpp.MessageResp{To: smpp.CmdDataSMResp},
		&smpp.DataSM{ServiceType: "s", Source: a, Destination: b, ESMClass: 1, RegisteredDelivery: 2, DataCoding: 3, TLVs: tlvs},
		&smpp.SubmitMulti{Message: noTo, Destinations: []smpp.Destination{{Address: a}, {IsList: true, List: "l"}, {IsList: true}}},
		&smpp.SubmitMultiResp{MessageID: "m", Unsuccessful: []smpp.Unsuccessful{{Address: a, Status: 0xB}}, TLVs: tlvs},
		&smpp.QuerySM{MessageID: "m", Source: a}, &smpp.QuerySMResp{MessageID: "m", FinalDate: "260101080000000+", State: 2, ErrorCode: 9},
		&smpp.CancelSM{ServiceType: "s", MessageID: "m", Source: a, Destination: b},
		&smpp.ReplaceSM{MessageID: "m", Source: a, ScheduleDeliveryTime: "260101080000000+", ValidityPeriod: "000000020000000R", RegisteredDelivery: 1, DefaultMsgID: 2, ShortMessage: []byte("x")},
		&smpp.AlertNotification{Source: a, ESME: b, TLVs: tlvs},
		smpp.Plain{ID: smpp.CmdUnbind},
		smpp.Plain{ID: smpp.CmdEnquireLinkResp},
		smpp.Plain{ID: smpp.CmdGenericNack},
	} {
		octets, err := smpp.PDU{Status: 5, Sequence: 9, Body: body}.Append(nil)
		if err != nil {
			t.Errorf("%T: %v", body, err)
			continue
		}
		p, err := roundTrip(t, octets)
		if err != nil || p.Status != 5 || p.Sequence != 9 || !reflect.DeepEqual(p.Body, body) {
			t.Errorf("%v: %+v, %v; want %+v", body.Command(), p.Body, err, body)
		}
	}
}

// TestGolden holds one submit_sm against octets laid out by hand from §4.4.1.
func TestGolden(t *testing.T) {
	got, err := smpp.PDU{Sequence: 2, Body: &smpp.SubmitSM{Message: message}}.Append(nil)
	want := unhex(t, "00000064 00000004 00000000 00000002 434d5400 0500 4c454e44455200 0101 3836313338303031333830303000"+
		"40 01 02 3236303130313038303030303030302b00 3030303030303032303030303030305200 01 01 08 03 02 0061 0423 0003 010203 1401 0000")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v\n%x, want\n%x", err, got, want)
	}
}

func TestMalformed(t *testing.T) {
	good, err := smpp.PDU{Sequence: 2, Body: &smpp.SubmitSM{Message: message}}.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range good { // every cut, with its length put right
		cut := bytes.Clone(good[:n])
		if n >= 4 {
			binary.BigEndian.PutUint32(cut, uint32(n))
		}
		if _, err := roundTrip(t, cut); err == nil && n != len(good)-4 && n != len(good)-11 {
			t.Errorf("cut at %d of %d decodes", n, len(good))
		}
	}
	for name, b := range map[string][]byte{
		"left over":          frame(smpp.CmdUnbind, []byte{0}),
		"long address":       frame(smpp.CmdQuerySM, append([]byte("m\x00\x01\x01"), append(bytes.Repeat([]byte("1"), 21), 0)...)),
		"no NUL":             frame(smpp.CmdOutbind, []byte("abc")),
		"date of 3":          frame(smpp.CmdQuerySMResp, []byte("m\x00123\x00\x02\x00")),
		"dest_flag 3":        frame(smpp.CmdSubmitMulti, []byte("\x00\x00\x00\x00\x01\x03x\x00")),
		"255 octets of text": frame(smpp.CmdReplaceSM, append([]byte("m\x00\x00\x00\x00\x00\x00\x00\x00\xff"), make([]byte, 255)...)),
		"request bare":       frame(smpp.CmdSubmitSM, nil),
	} {
		if _, err := smpp.Decode(b); !errors.Is(err, smpp.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, body := range map[string]smpp.Body{
		"NUL":       &smpp.Outbind{SystemID: "a\x00b"},
		"long":      &smpp.Outbind{Password: "123456789"},
		"date":      &smpp.QuerySMResp{FinalDate: "1"},
		"text":      &smpp.SubmitSM{Message: smpp.Message{ShortMessage: make([]byte, 255)}},
		"payload":   &smpp.DataSM{TLVs: smpp.TLVs{{Tag: smpp.TagMessagePayload, Value: make([]byte, 70000)}}},
		"whole":     &smpp.DataSM{TLVs: smpp.TLVs{{Tag: smpp.TagMessagePayload, Value: make([]byte, 65530)}}},
		"addressee": &smpp.SubmitMulti{Destinations: make([]smpp.Destination, 256)},
	} {
		if b, err := (smpp.PDU{Body: body}).Append([]byte("kept")); err == nil || string(b) != "kept" {
			t.Errorf("%s is encoded: %q, %v", name, b, err)
		}
	}
	for _, length := range []uint32{0, 15, smpp.MaxLength + 1, 1<<32 - 1} {
		b := frame(smpp.CmdUnbind, nil)
		binary.BigEndian.PutUint32(b, length)
		if _, err := smpp.ReadPDU(bufio.NewReader(bytes.NewReader(b))); !errors.Is(err, smpp.ErrLength) {
			t.Errorf("length %d: %v", length, err)
		}
	}
}

func TestNames(t *testing.T) {
	for c, want := range map[smpp.Command]string{
		smpp.CmdSubmitSM: "submit_sm", smpp.CmdSubmitSMResp: "submit_sm_resp", smpp.CmdGenericNack: "generic_nack",
		0x110: "command 0x00000110", 0x80000102: "command 0x80000102",
	} {
		if c.String() != want {
			t.Errorf("%v, want %s", c, want)
		}
	}
	if s := smpp.Throttled.String() + " " + smpp.Status(0x400).String(); s != "ESME_RTHROTTLED status 0x00000400" {
		t.Error(s)
	}
}

func FuzzDecode(f *testing.F) {
	for _, framed := range []string{"0", "1"} {
		for _, b := range vectors(f, framed) {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= smpp.HeaderLength && len(b) <= smpp.MaxLength {
			binary.BigEndian.PutUint32(b, uint32(len(b))) // let the fuzzer look past the length
		}
		p, err := roundTrip(t, b)
		if d, ok := p.Body.(*smpp.DeliverSM); ok && err == nil {
			_, _ = d.Receipt()
			_, _, _ = d.Text()
		}
	})
}
