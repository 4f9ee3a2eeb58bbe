package dispatch

import (
	"strings"
	"sync"
	"time"

	"github.com/dulyhq/duly/wire/sms"
)

// joiner puts the parts of long replies together. No part is acknowledged before the whole is stored. A text
// whose parts do not all come is handed on as it stands by sweep: a stop in the first part must not wait for
// ever for the second.
type joiner struct {
	flush func(from, text string, ack func(bool))

	mu   sync.Mutex
	open map[joinKey]*joining
}

type joinKey struct {
	from  string
	ref   uint16
	total byte
}

type joining struct {
	parts []string
	acks  []func(bool)
	have  int
	since time.Time
}

// joinWithin is how long the parts of a text may be apart.
const joinWithin = 30 * time.Second

func (j *joiner) add(from, text string, part sms.Concat, now time.Time, ack func(bool)) {
	if part.Total <= 1 || part.Seq == 0 || part.Seq > part.Total {
		j.flush(from, text, ack)
		return
	}
	j.mu.Lock()
	if j.open == nil {
		j.open = map[joinKey]*joining{}
	}
	k := joinKey{from, part.Ref, part.Total}
	t := j.open[k]
	if t == nil {
		t = &joining{parts: make([]string, part.Total), since: now}
		j.open[k] = t
	}
	t.acks = append(t.acks, ack)
	if t.parts[part.Seq-1] == "" {
		t.have++
	}
	t.parts[part.Seq-1] = text
	whole := t.have == len(t.parts)
	if whole {
		delete(j.open, k)
	}
	j.mu.Unlock()
	if whole {
		j.flush(from, strings.Join(t.parts, ""), t.ack)
	}
}

// sweep hands on the texts whose parts are older than they may be apart.
func (j *joiner) sweep(now time.Time) {
	j.mu.Lock()
	var old []joinKey
	for k, t := range j.open {
		if now.Sub(t.since) > joinWithin {
			old = append(old, k)
		}
	}
	done := make(map[joinKey]*joining, len(old))
	for _, k := range old {
		done[k] = j.open[k]
		delete(j.open, k)
	}
	j.mu.Unlock()
	for k, t := range done {
		j.flush(k.from, strings.Join(t.parts, ""), t.ack)
	}
}

func (t *joining) ack(stored bool) {
	for _, a := range t.acks {
		a(stored)
	}
}
