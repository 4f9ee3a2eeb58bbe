package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestRetentionByTheRulebooks gives up nothing by itself, nothing that a rulebook wants kept, and then all of a month.
func TestRetentionByTheRulebooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	keeps := h.p.Keeps(0)
	if want := []store.Keep{{Portfolio: h.p.row.ID, Months: 60, After: "record"}}; !slices.Equal(keeps, want) {
		t.Fatalf("China's rulebook keeps %+v", keeps)
	}
	if keeps := h.p.Keeps(84); keeps[0].Months != 84 {
		t.Errorf("seven years are asked for: %+v", keeps)
	}
	if keeps := h.p.Keeps(12); keeps[0].Months != 60 {
		t.Errorf("one year is asked for: %+v", keeps)
	}
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000})
	h.plan()
	h.run()
	gone := int64(0)
	n := &Nightly{Engine: h.Engine, Civil: h.now, PlanAt: 6 * time.Hour, Retained: func(_ time.Time, d store.Retained) { gone += d.Gone }}
	retains := func() []jobs.Piece {
		t.Helper()
		due, err := n.Due(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(due, func(p jobs.Piece) bool { return p.Kind != retainJob })
	}
	do := func(pieces []jobs.Piece) {
		t.Helper()
		for _, p := range pieces {
			if err := n.Do(context.Background(), p); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.at(thursday.AddDate(30, 0, 0))
	if due := retains(); len(due) > 0 {
		t.Errorf("nothing was asked for, due are %v", due)
	}
	do([]jobs.Piece{{Kind: retainJob, Run: 680}}) // of a machine with another configuration
	n.Retention = Retention{On: true}
	h.at(thursday.AddDate(5, 0, 0))
	if due := retains(); len(due) > 0 {
		t.Errorf("in the month in which five years end are due %v", due)
	}
	h.at(thursday.AddDate(5, 1, 0))
	due := retains()
	if do(due); gone != 1 || len(due) != 1 {
		t.Errorf("%v are due, %d messages were given up", due, gone)
	}
	if again := retains(); len(again) > 0 {
		t.Errorf("asked twice in an hour: %v", again)
	}
	if states := h.states(); len(states) > 0 {
		t.Errorf("left %v", states)
	}
	if err := n.Do(context.Background(), jobs.Piece{Kind: monthsJob}); err != nil {
		t.Error(err)
	}
}
