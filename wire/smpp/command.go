package smpp

import "fmt"

// Command is a command_id (SMPP 3.4 §5.1.2.1). The zero value is none.
type Command uint32

// The commands of SMPP 3.4 §5.1.2.1.
const (
	CmdBindReceiver        Command = 0x00000001
	CmdBindTransmitter     Command = 0x00000002
	CmdQuerySM             Command = 0x00000003
	CmdSubmitSM            Command = 0x00000004
	CmdDeliverSM           Command = 0x00000005
	CmdUnbind              Command = 0x00000006
	CmdReplaceSM           Command = 0x00000007
	CmdCancelSM            Command = 0x00000008
	CmdBindTransceiver     Command = 0x00000009
	CmdOutbind             Command = 0x0000000B
	CmdEnquireLink         Command = 0x00000015
	CmdSubmitMulti         Command = 0x00000021
	CmdAlertNotification   Command = 0x00000102
	CmdDataSM              Command = 0x00000103
	CmdGenericNack         Command = 0x80000000
	CmdBindReceiverResp            = CmdBindReceiver | responseBit
	CmdBindTransmitterResp         = CmdBindTransmitter | responseBit
	CmdQuerySMResp                 = CmdQuerySM | responseBit
	CmdSubmitSMResp                = CmdSubmitSM | responseBit
	CmdDeliverSMResp               = CmdDeliverSM | responseBit
	CmdUnbindResp                  = CmdUnbind | responseBit
	CmdReplaceSMResp               = CmdReplaceSM | responseBit
	CmdCancelSMResp                = CmdCancelSM | responseBit
	CmdBindTransceiverResp         = CmdBindTransceiver | responseBit
	CmdEnquireLinkResp             = CmdEnquireLink | responseBit
	CmdSubmitMultiResp             = CmdSubmitMulti | responseBit
	CmdDataSMResp                  = CmdDataSM | responseBit
)

// responseBit is set in the command_id of every response (§5.1.2.1).
const responseBit Command = 0x80000000

// IsResponse reports whether c answers a request; generic_nack does.
func (c Command) IsResponse() bool { return c&responseBit != 0 }

// Response returns the command that answers c.
func (c Command) Response() Command { return c | responseBit }

var commandNames = map[Command]string{
	CmdBindReceiver: "bind_receiver", CmdBindTransmitter: "bind_transmitter", CmdBindTransceiver: "bind_transceiver",
	CmdQuerySM: "query_sm", CmdSubmitSM: "submit_sm", CmdDeliverSM: "deliver_sm", CmdUnbind: "unbind",
	CmdReplaceSM: "replace_sm", CmdCancelSM: "cancel_sm", CmdOutbind: "outbind",
	CmdEnquireLink: "enquire_link", CmdSubmitMulti: "submit_multi", CmdAlertNotification: "alert_notification",
	CmdDataSM: "data_sm",
}

// String returns the name of the specification, and the number for a command
// that it does not have.
func (c Command) String() string {
	if c == CmdGenericNack {
		return "generic_nack"
	}
	if name, ok := commandNames[c&^responseBit]; ok {
		if !c.IsResponse() {
			return name
		}
		if name != "outbind" && name != "alert_notification" { // these have no response
			return name + "_resp"
		}
	}
	return fmt.Sprintf("command 0x%08x", uint32(c))
}
