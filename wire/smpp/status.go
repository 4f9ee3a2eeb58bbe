package smpp

import "fmt"

// Status is a command_status (SMPP 3.4 §5.1.3). The zero value is ESME_ROK: the
// peer has accepted the request. In a request it is 0.
type Status uint32

// The statuses of SMPP 3.4 §5.1.3 that a caller may want to tell apart.
const (
	OK                 Status = 0x00 // ESME_ROK
	InvalidMsgLength   Status = 0x01 // ESME_RINVMSGLEN
	InvalidCmdLength   Status = 0x02 // ESME_RINVCMDLEN
	InvalidCommand     Status = 0x03 // ESME_RINVCMDID
	InvalidBindStatus  Status = 0x04 // ESME_RINVBNDSTS
	AlreadyBound       Status = 0x05 // ESME_RALYBND
	SystemError        Status = 0x08 // ESME_RSYSERR
	InvalidSource      Status = 0x0A // ESME_RINVSRCADR
	InvalidDestination Status = 0x0B // ESME_RINVDSTADR
	InvalidMessageID   Status = 0x0C // ESME_RINVMSGID
	BindFailed         Status = 0x0D // ESME_RBINDFAIL
	InvalidPassword    Status = 0x0E // ESME_RINVPASWD
	InvalidSystemID    Status = 0x0F // ESME_RINVSYSID
	QueueFull          Status = 0x14 // ESME_RMSGQFUL
	SubmitFailed       Status = 0x45 // ESME_RSUBMITFAIL
	Throttled          Status = 0x58 // ESME_RTHROTTLED
	InvalidSchedule    Status = 0x61 // ESME_RINVSCHED
	InvalidExpiry      Status = 0x62 // ESME_RINVEXPIRY
	ReceiverTempError  Status = 0x64 // ESME_RX_T_APPN
	ReceiverPermError  Status = 0x65 // ESME_RX_P_APPN
	ReceiverReject     Status = 0x66 // ESME_RX_R_APPN
	DeliveryFailure    Status = 0xFE // ESME_RDELIVERYFAILURE
	UnknownError       Status = 0xFF // ESME_RUNKNOWNERR
)

var statusNames = map[Status]string{
	OK: "ESME_ROK", InvalidMsgLength: "ESME_RINVMSGLEN", InvalidCmdLength: "ESME_RINVCMDLEN",
	InvalidCommand: "ESME_RINVCMDID", InvalidBindStatus: "ESME_RINVBNDSTS", AlreadyBound: "ESME_RALYBND",
	0x06: "ESME_RINVPRTFLG", 0x07: "ESME_RINVREGDLVFLG", SystemError: "ESME_RSYSERR",
	InvalidSource: "ESME_RINVSRCADR", InvalidDestination: "ESME_RINVDSTADR", InvalidMessageID: "ESME_RINVMSGID",
	BindFailed: "ESME_RBINDFAIL", InvalidPassword: "ESME_RINVPASWD", InvalidSystemID: "ESME_RINVSYSID",
	0x11: "ESME_RCANCELFAIL", 0x13: "ESME_RREPLACEFAIL", QueueFull: "ESME_RMSGQFUL", 0x15: "ESME_RINVSERTYP",
	0x33: "ESME_RINVNUMDESTS", 0x34: "ESME_RINVDLNAME", 0x40: "ESME_RINVDESTFLAG", 0x42: "ESME_RINVSUBREP",
	0x43: "ESME_RINVESMCLASS", 0x44: "ESME_RCNTSUBDL", SubmitFailed: "ESME_RSUBMITFAIL",
	0x48: "ESME_RINVSRCTON", 0x49: "ESME_RINVSRCNPI", 0x50: "ESME_RINVDSTTON", 0x51: "ESME_RINVDSTNPI",
	0x53: "ESME_RINVSYSTYP", 0x54: "ESME_RINVREPFLAG", 0x55: "ESME_RINVNUMMSGS", Throttled: "ESME_RTHROTTLED",
	InvalidSchedule: "ESME_RINVSCHED", InvalidExpiry: "ESME_RINVEXPIRY", 0x63: "ESME_RINVDFTMSGID",
	ReceiverTempError: "ESME_RX_T_APPN", ReceiverPermError: "ESME_RX_P_APPN", ReceiverReject: "ESME_RX_R_APPN",
	0x67: "ESME_RQUERYFAIL", 0xC0: "ESME_RINVOPTPARSTREAM", 0xC1: "ESME_ROPTPARNOTALLWD",
	0xC2: "ESME_RINVPARLEN", 0xC3: "ESME_RMISSINGOPTPARAM", 0xC4: "ESME_RINVOPTPARAMVAL",
	DeliveryFailure: "ESME_RDELIVERYFAILURE", UnknownError: "ESME_RUNKNOWNERR",
}

// String returns the name of the specification, and the number for a status that
// it does not have.
func (s Status) String() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return fmt.Sprintf("status 0x%08x", uint32(s))
}

// Throttling reports whether the peer asks for patience: ESME_RTHROTTLED or
// ESME_RMSGQFUL. Such a refusal may be tried again, later.
func (s Status) Throttling() bool { return s == Throttled || s == QueueFull }
