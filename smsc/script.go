package smsc

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/wire/smpp"
	"github.com/dulyhq/duly/words/fault"
)

// Script is what a script file says: see docs/formats/smsc-script.md.
type Script struct {
	Seed       uint64 // Seed is 0 where the script gives none.
	Population []PopulationShare
	Handsets   []Rule
	Faults     Faults
	Timeline   []Step
}

// Apply puts the script into a configuration: its faults and steps, and its seed where c has none.
func (s *Script) Apply(c *Config) {
	if c.Seed == 0 {
		c.Seed = s.Seed
	}
	c.Crowd = NewCrowd(c.Seed, s.Handsets, s.Population)
	c.Faults, c.Steps = s.Faults, s.Timeline
}

// ParseScript reads a script. The error is document.MistakeErrors: all that is wrong, with file, line and column.
func ParseScript(file string, text []byte) (*Script, error) {
	d, err := document.Parse(file, text)
	if err != nil {
		return nil, err
	}
	s := &Script{}
	root := d.Root
	if !root.Keys("seed", "population", "handsets", "faults", "timeline") {
		return nil, d.Err()
	}
	if v := root.Key("seed"); v.Given() {
		s.Seed = uint64(v.Int(0, 1<<62))
	}
	whole := Share(0)
	for _, v := range root.Key("population").List() {
		p := readPopulation(v)
		if whole += p.Share; whole > Whole {
			v.Key("share").Wrong(fault.SharesOver, whole)
		}
		s.Population = append(s.Population, p)
	}
	for _, v := range root.Key("handsets").List() {
		s.Handsets = append(s.Handsets, readRule(v))
	}
	if v := root.Key("faults"); v.Given() {
		s.Faults = readFaults(v, Faults{})
	}
	last := s.Faults
	for _, v := range root.Key("timeline").List() {
		step := readStep(v, last)
		last = step.Faults
		s.Timeline = append(s.Timeline, step)
	}
	return s, d.Err()
}

var behaviourKeys = []string{"after", "fail", "err", "silent", "reply", "reply_after", "stop", "pay", "pay_after"}

func readPopulation(v document.Value) PopulationShare {
	var p PopulationShare
	if v.Keys(append([]string{"share"}, behaviourKeys...)...) {
		p = PopulationShare{share(v.Key("share")), readBehaviour(v)}
	}
	return p
}

func readRule(v document.Value) Rule {
	var r Rule
	conditions := []string{"number", "numbers", "prefix", "suffix", "contains", "nth"}
	if !v.Keys(append(conditions, behaviourKeys...)...) {
		return r
	}
	r.Numbers = v.Key("numbers").Texts()
	if n := v.Key("number").Optional(); n != "" {
		r.Numbers = append(r.Numbers, n)
	}
	r.Prefix, r.Suffix, r.Contains = v.Key("prefix").Optional(), v.Key("suffix").Optional(), v.Key("contains").Optional()
	if n := v.Key("nth"); n.Given() {
		r.Nth = n.Int(1, 1_000_000)
	}
	r.Behaviour = readBehaviour(v)
	return r
}

// stopWord is what a handset answers that stops: the short form of "unsubscribe" on Chinese networks.
const stopWord = "TD"

func readBehaviour(v document.Value) Behaviour {
	b := Behaviour{
		After: duration(v.Key("after")), Err: v.Key("err").Optional(), Silent: v.Key("silent").Bool(),
		Reply: v.Key("reply").Optional(), ReplyAfter: duration(v.Key("reply_after")), PayAfter: duration(v.Key("pay_after")),
	}
	if f := v.Key("fail"); f.Given() {
		b.State, _ = smpp.ParseState(f.OneOf("UNDELIV", "REJECTD", "EXPIRED", "DELETED", "UNKNOWN", "ACCEPTD", "ENROUTE"))
	}
	if len(b.Err) > 3 {
		v.Key("err").Wrong(fault.ReceiptError, strconv.Quote(b.Err))
	}
	if v.Key("stop").Bool() {
		if b.Reply != "" {
			v.Key("stop").Wrong(fault.StopReply)
		}
		b.Reply = stopWord
	}
	if p := v.Key("pay"); p.Given() {
		b.Pay = PayFull
		if text := p.Text(); text != string(PayFull) {
			amount, ok := decimal(text)
			if !ok || amount != text {
				p.Wrong(fault.PayForm, strconv.Quote(text))
			}
			b.Pay = Payment(amount)
		}
	}
	if b.State != 0 && b.acts() {
		v.Key("fail").Wrong(fault.FailsActs)
	}
	return b
}

func readStep(v document.Value, before Faults) Step {
	var s Step
	if !v.Keys("after", "submits", "faults") {
		return s
	}
	after, submits := v.Key("after"), v.Key("submits")
	if after.Given() == submits.Given() {
		v.Wrong(fault.AfterSubmits)
	}
	s.After = duration(after)
	if submits.Given() {
		s.Submits = submits.Int(1, 1<<40)
	}
	s.Faults = readFaults(v.Key("faults"), before)
	return s
}

// readFaults reads faults; those that are not named stay as before.
func readFaults(v document.Value, f Faults) Faults {
	shares := map[string]*Share{
		"drop_response": &f.DropResponse, "throttle": &f.Throttle, "duplicate_receipt": &f.DuplicateReceipt,
		"reorder_receipt": &f.ReorderReceipt, "early_receipt": &f.EarlyReceipt, "lost_receipt": &f.LostReceipt,
		"late_receipt": &f.LateReceipt, "disconnect": &f.Disconnect,
	}
	times := map[string]*time.Duration{"delay_response": &f.DelayResponse, "slow_accept": &f.SlowAccept, "late_by": &f.LateBy}
	numbers := map[string]*int{"throttle_rate": &f.ThrottleRate, "disconnect_every": &f.DisconnectEvery}
	switches := map[string]*bool{"hang": &f.Hang, "ignore_enquire": &f.IgnoreEnquire}
	known := []string{"refuse"}
	for _, names := range [][]string{keys(shares), keys(times), keys(numbers), keys(switches)} {
		known = append(known, names...)
	}
	slices.Sort(known)
	if !v.Keys(known...) {
		return f
	}
	for _, name := range v.Names() {
		at := v.Key(name)
		switch {
		case shares[name] != nil:
			*shares[name] = share(at)
		case times[name] != nil:
			*times[name] = duration(at)
		case numbers[name] != nil:
			*numbers[name] = at.Int(0, 1<<31-1)
		case switches[name] != nil:
			*switches[name] = at.Bool()
		case name == "refuse":
			f.Refuse = nil
			for _, item := range at.List() {
				if item.Keys("status", "share") {
					f.Refuse = append(f.Refuse, Refusal{status(item.Key("status")), share(item.Key("share"))})
				}
			}
		}
	}
	return f
}

func keys[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return names
}

func share(v document.Value) Share {
	text := v.Text()
	s, err := ParseShare(text)
	if err != nil && text != "" {
		v.WrongBy(err)
	}
	return s
}

func duration(v document.Value) time.Duration {
	text := v.Optional()
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		v.Wrong(fault.ScriptTime, strconv.Quote(text))
		return 0
	}
	return d
}

// status reads a command_status by its number or its name in the specification.
func status(v document.Value) smpp.Status {
	text := v.Text()
	for n := smpp.Status(1); n <= smpp.UnknownError; n++ {
		if text == n.String() || text == fmt.Sprintf("0x%02X", uint32(n)) || text == fmt.Sprint(uint32(n)) {
			return n
		}
	}
	if text != "" {
		v.Wrong(fault.CommandStatus, strconv.Quote(text))
	}
	return smpp.SystemError
}
