package receive

import (
	"strconv"
	"strings"

	"github.com/dulyhq/duly/outbox"
)

// A Cause is why a message did not arrive, or why it is not known whether it did. The zero value is no cause:
// the message arrived or is on its way.
type Cause string

// The causes.
const (
	NoCause        Cause = ""
	Absent         Cause = "absent"          // the handset is off or out of reach
	InvalidNumber  Cause = "invalid_number"  // no subscriber has the number
	Blocked        Cause = "blocked"         // the subscriber or the carrier bars such messages
	HandsetFull    Cause = "handset_full"    // the handset cannot take the message
	CarrierFailure Cause = "carrier_failure" // a fault in the carrier's network
	TimedOut       Cause = "timed_out"       // the validity period ended before the handset was reached
	Removed        Cause = "removed"         // the carrier deleted the message
	Rejected       Cause = "rejected"        // the carrier refused it after taking it, and says no more
	Undeliverable  Cause = "undeliverable"   // it cannot be delivered, and the carrier does not say why
	Unexplained    Cause = "unexplained"     // the carrier itself does not know the fate, or says it in no known word
)

// remedies say what a lender can do, in Chinese and in English.
var remedies = map[Cause][2]string{
	Absent:         {"手机关机或不在服务区：换一个时段再联系，或改用其他渠道。", "The handset is off or out of reach: try another time of day or another channel."},
	InvalidNumber:  {"号码为空号或已停用：停止向该号码发送，并通过其他渠道核实号码。", "Nobody has this number: send nothing more to it and verify the number through another channel."},
	Blocked:        {"被用户或运营商拦截：核对签名与模板报备；如为用户拒收，请尊重其选择。", "Barred by the subscriber or the carrier: check the registration of signature and template, and respect a subscriber's bar."},
	HandsetFull:    {"手机无法接收（存储已满或不支持短信）：改用其他渠道。", "The handset cannot take the message (full, or without texts): use another channel."},
	CarrierFailure: {"运营商网络故障：向运营商查询；故障排除前改走其他通道。", "A fault in the carrier's network: ask the carrier, and use another route until it is mended."},
	TimedOut:       {"有效期内未能送达：多为长时间关机，可换一个时段或渠道。", "Not reached within the validity period, most often because the handset was off: try another time or channel."},
	Removed:        {"运营商删除了该短信：向运营商查询原因。", "The carrier deleted the message: ask the carrier why."},
	Rejected:       {"运营商接收后又拒绝：核对签名、模板与内容的报备情况。", "The carrier refused it after taking it: check the registration of signature, template and content."},
	Undeliverable:  {"无法送达，运营商未说明原因：向运营商查询错误码。", "It cannot be delivered and the carrier does not say why: ask the carrier about the error code."},
	Unexplained:    {"运营商也不清楚结果：等待后续回执或人工核实，不会自动重发。", "The carrier does not know the fate: wait for a later receipt or have a person look; it is not sent again by itself."},
}

// Remedy says what a lender can do about a cause, in Chinese when lang is "zh" and else in English; "" for NoCause.
func (c Cause) Remedy(lang string) string {
	if lang == "zh" {
		return remedies[c][0]
	}
	return remedies[c][1]
}

// Fate reads a receipt: its state as SMPP 3.4 writes it in the text (appendix B: DELIVRD, UNDELIV …) or as the
// number of message_state (§5.2.28), and the error code beside it. The event is 0 where the fate is still open:
// ENROUTE and ACCEPTD say only that the message is on its way, UNKNOWN that the carrier does not know, and a
// word that nobody knows settles nothing.
func Fate(stat, err string) (outbox.Event, Cause) {
	switch state(stat) {
	case "DELIVRD":
		return outbox.EvDelivered, NoCause
	case "ENROUTE", "ACCEPTD", "SCHEDUL":
		return 0, NoCause
	case "EXPIRED":
		if c := causeOf(err); c == Absent || c == HandsetFull || c == CarrierFailure {
			return outbox.EvUndelivered, c
		}
		return outbox.EvUndelivered, TimedOut
	case "DELETED":
		return outbox.EvUndelivered, Removed
	case "UNDELIV":
		if c := causeOf(err); c != NoCause {
			return outbox.EvUndelivered, c
		}
		return outbox.EvUndelivered, Undeliverable
	case "REJECTD":
		if c := causeOf(err); c != NoCause {
			return outbox.EvUndelivered, c
		}
		return outbox.EvUndelivered, Rejected
	}
	return 0, Unexplained
}

// states are the names of message_state by number (SMPP 3.4 §5.2.28; 0 is SCHEDULED of SMPP 5.0 §4.7.15).
var states = [...]string{"SCHEDUL", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"}

// state returns the seven-letter name of a state: carriers also write it in full, in small letters or as a number.
func state(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if n, err := strconv.Atoi(s); err == nil {
		if n >= 0 && n < len(states) {
			return states[n]
		}
		return ""
	}
	switch s {
	case "DELIVERED":
		return "DELIVRD"
	case "UNDELIVERABLE", "UNDELIVERED", "UNDELIVRD", "FAILED":
		return "UNDELIV"
	case "ACCEPTED":
		return "ACCEPTD"
	case "REJECTED":
		return "REJECTD"
	}
	return s
}

// causeOf reads an error code as the MAP error that most carriers pass on (3GPP TS 29.002 §17.5, decimal). The field
// is the carrier's own: a code that is not in that table, or not a number, gives NoCause.
func causeOf(code string) Cause {
	n, err := strconv.Atoi(strings.TrimSpace(code))
	if err != nil {
		return NoCause
	}
	switch n {
	case 1, 5, 9: // unknownSubscriber, unidentifiedSubscriber, illegalSubscriber
		return InvalidNumber
	case 6, 27: // absentSubscriberSM, absentSubscriber
		return Absent
	case 8, 13, 15: // roamingNotAllowed, callBarred, cug-Reject
		return Blocked
	case 11, 12, 21, 31, 32: // teleserviceNotProvisioned, illegalEquipment, facilityNotSupported, subscriberBusyForMT-SMS, sm-DeliveryFailure
		return HandsetFull
	case 33, 34, 35, 36: // messageWaitingListFull, systemFailure, dataMissing, unexpectedDataValue
		return CarrierFailure
	}
	return NoCause
}
