package smsc

// assembly puts the parts of messages together as they come, by source, destination, reference and number
// of parts. A part that is there already begins another message: it is a second sending.
type assembly struct {
	open map[partKey][]*unfinished
}

type partKey struct {
	to     number
	source uint32
	ref    uint16
	total  uint8
}

type unfinished struct {
	key     partKey
	entries []uint32 // by part; the first arrival is named in message
	have    []bool
	left    int
	message uint32
	closed  bool
}

func newAssembly() assembly { return assembly{open: map[partKey][]*unfinished{}} }

// join finds the message that a part belongs to, or begins one.
func (a *assembly) join(e *entry, i uint32) {
	k := partKey{to: e.to, source: e.source, ref: e.ref, total: e.parts}
	for _, u := range a.open[k] {
		if !u.have[e.part-1] {
			u.add(e, i)
			return
		}
	}
	u := &unfinished{key: k, entries: make([]uint32, e.parts), have: make([]bool, e.parts), left: int(e.parts), message: i}
	a.open[k] = append(a.open[k], u)
	u.add(e, i)
}

func (u *unfinished) add(e *entry, i uint32) {
	e.message = u.message
	u.entries[e.part-1], u.have[e.part-1] = i, true
	u.left--
}

// of returns the unfinished message of an entry.
func (a *assembly) of(e *entry) *unfinished {
	k := partKey{to: e.to, source: e.source, ref: e.ref, total: e.parts}
	for _, u := range a.open[k] {
		if u.message == e.message {
			return u
		}
	}
	return nil
}

// close takes a message out.
func (a *assembly) close(u *unfinished) {
	others := a.open[u.key]
	for i := range others {
		if others[i] == u {
			others = append(others[:i], others[i+1:]...)
			break
		}
	}
	if len(others) == 0 {
		delete(a.open, u.key)
	} else {
		a.open[u.key] = others
	}
	u.closed = true
}

// came returns the entries that came, by part.
func (u *unfinished) came() []uint32 {
	came := make([]uint32, 0, len(u.entries))
	for i, ok := range u.have {
		if ok {
			came = append(came, u.entries[i])
		}
	}
	return came
}
