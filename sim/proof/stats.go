package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Stats is what happened in a world, to show that it was not idle.
type Stats struct {
	Contacts     int // messages of which the carrier took a part at least: what caps count
	Parts        int // parts that it took
	Refusals     int // parts that it refused or asked patience for
	Planned      int64
	Tasks        int64
	Held         map[string]int64 // by rule, each time that a plan held somebody
	Imports      int
	Plans        int
	Sessions     int // whiles in which workers handed over
	Steps, Idle  int // of workers; those of which nothing came
	Replies      int // stored
	Stops        int // of these
	Answers      int // texts that answered one
	Started      int // processes
	Died         int
	DiedInCalls  int // to a carrier or a clock
	DiedInWrites int // of the database
	Blackouts    int // losses of power
	Jumps        int // of the clock
	Explained    int // questions why
	States       map[string]int
}

// Add adds what happened elsewhere.
func (s *Stats) Add(o *Stats) {
	if s.Held == nil {
		s.Held, s.States = map[string]int64{}, map[string]int{}
	}
	s.Contacts += o.Contacts
	s.Parts += o.Parts
	s.Refusals += o.Refusals
	s.Planned += o.Planned
	s.Tasks += o.Tasks
	s.Imports += o.Imports
	s.Plans += o.Plans
	s.Sessions += o.Sessions
	s.Steps += o.Steps
	s.Idle += o.Idle
	s.Replies += o.Replies
	s.Stops += o.Stops
	s.Answers += o.Answers
	s.Started += o.Started
	s.Died += o.Died
	s.DiedInCalls += o.DiedInCalls
	s.DiedInWrites += o.DiedInWrites
	s.Blackouts += o.Blackouts
	s.Jumps += o.Jumps
	s.Explained += o.Explained
	for rule, n := range o.Held {
		s.Held[rule] += n
	}
	for state, n := range o.States {
		s.States[state] += n
	}
}

// String tells the sums in a few lines.
func (s *Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d contacts (%d parts), %d planned, %d steps of workers (%d idle), %d imports, %d plans\n", s.Contacts, s.Parts, s.Planned, s.Steps, s.Idle, s.Imports, s.Plans)
	fmt.Fprintf(&b, "  %d processes died (%d in calls, %d in writes), %d losses of power, %d set clocks, %d replies (%d stops; %d answered), %d explanations\n  ", s.Died, s.DiedInCalls, s.DiedInWrites, s.Blackouts, s.Jumps, s.Replies, s.Stops, s.Answers, s.Explained)
	for _, state := range slices.Sorted(maps.Keys(s.States)) {
		fmt.Fprintf(&b, "%s %d  ", state, s.States[state])
	}
	return b.String()
}
