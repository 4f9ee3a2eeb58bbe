package engine

import (
	"strings"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// A clock is a zone with what an instant has there. Many persons are asked about at the same instant, and looking at
// the zone costs more than judging.
type clock struct {
	name         string
	zone         *time.Location   // the first of those that the name lists; nil where one of them is not known
	more         []*time.Location // the others, any of which may be the one
	now          time.Time
	today        ledger.Date
	offset       int64 // seconds east of UTC, at now and
	since, until int64 // at every instant from since to before until, in seconds since 1970; a day of either side is left out
}

// clock returns the clock of a zone by its IANA name, or of several by their names parted by spaces; one without a zone
// when there is no such name.
func (p *Portfolio) clock(name string) *clock {
	if p.last != nil && p.last.name == name {
		return p.last
	}
	c, ok := p.clocks[name]
	if !ok {
		c = &clock{name: name}
		for z := range strings.FieldsSeq(name) {
			l, err := time.LoadLocation(z)
			if err != nil {
				c.zone, c.more = nil, nil
				break
			}
			if c.zone == nil {
				c.zone = l
			} else {
				c.more = append(c.more, l)
			}
		}
		p.clocks[name] = c
	}
	p.last = c
	return c
}

// set looks at the zone for an instant.
func (c *clock) set(now time.Time) *clock {
	if c.today != 0 && c.now.Equal(now) {
		return c
	}
	local := now.In(c.zone)
	_, offset := local.Zone()
	from, to := local.ZoneBounds()
	const day, ever = 24 * 60 * 60, 1 << 40
	c.now, c.today, c.offset, c.since, c.until = now, ledger.Day(local), int64(offset), -ever, ever
	if !from.IsZero() {
		c.since = from.Unix() + day
	}
	if !to.IsZero() {
		c.until = to.Unix() - day
	}
	return c
}

// midnight is what day.At says of 00:00 in the zone.
func (c *clock) midnight(day ledger.Date) time.Time {
	if at := int64(day)*24*60*60 - c.offset; c.since <= at && at < c.until {
		return time.Unix(at, 0).In(c.zone)
	}
	return day.At(0, 0, c.zone)
}

// A slotKey is what a preferred slot depends on, for one strategy and calendar.
type slotKey struct {
	from   int64 // nanoseconds since 1970
	since  int64 // the same: the slot is looked for in the week from here on
	zone   *time.Location
	lastOn ledger.Date // the last day that is of use; zero means without end
	wish   ledger.Wish // hours and days that the borrower asked for; zero means none
}

// maxSlots bounds the slots that are remembered.
const maxSlots = 4096

// slot returns the hours that the strategy prefers.
func (p *Portfolio) slot(k slotKey) decide.Slot {
	if s, ok := p.slots[k]; ok {
		return s
	}
	end := time.Unix(0, k.since).Add(7 * 24 * time.Hour)
	if k.lastOn != 0 {
		if e := law.StartOf(k.lastOn+1, k.zone); e.Before(end) {
			end = e
		}
	}
	if len(p.slots) >= maxSlots {
		clear(p.slots)
	}
	prefer := &p.Strategy.Prefer
	if k.wish != (ledger.Wish{}) {
		asked := prefer.Asked(k.wish.Open, k.wish.Close, k.wish.Days)
		prefer = &asked
	}
	s := prefer.Slot(time.Unix(0, k.from).In(k.zone), end, p.Calendar)
	p.slots[k] = s
	return s
}
