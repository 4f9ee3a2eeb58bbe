package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRegistrations: the latest word of each carrier on each text counts, of one text and not of another of its name, as of any instant;
// and nothing of it can be changed.
func TestRegistrations(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	if m, err := s.Mark(ctx); err != nil || m != (Mark{}) {
		t.Fatalf("before the first: %+v, %v", m, err)
	}
	for i, r := range []Registration{
		{p.ID, "main", "firm_1.zh", "d1", "pending", "", time.Time{}, ""},
		{p.ID, "other", "firm_1.zh", "d1", "refused", "", time.Time{}, ""},
		{p.ID, "main", "firm_1.zh", "d1", "registered", "T-1", time.Time{}, ""},
		{p.ID, "main", "firm_2.zh", "d2", "refused", "", time.Time{}, ""},
		{p.ID, "main", "firm_2.zh", "d3", "registered", "T-3", time.Time{}, ""},
	} {
		before, err := s.Mark(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Register(ctx, r, act("staff:3", noon.Add(time.Duration(i)*time.Hour))); err != nil {
			t.Fatal(err)
		}
		if after, err := s.Mark(ctx); err != nil || after.Registration <= before.Registration || after.Activation != before.Activation {
			t.Fatalf("the mark goes from %+v to %+v, %v", before, after, err)
		}
	}
	for _, c := range []struct {
		by   time.Time
		want []string
	}{
		{time.Time{}, []string{"firm_1.zh d1 other refused ", "firm_1.zh d1 main registered T-1", "firm_2.zh d2 main refused ", "firm_2.zh d3 main registered T-3"}},
		{noon.Add(time.Hour), []string{"firm_1.zh d1 main pending ", "firm_1.zh d1 other refused "}},
		{noon.Add(-time.Hour), nil},
	} {
		got, err := s.Registrations(ctx, p.ID, c.by)
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, r := range got {
			states = append(states, r.Name+" "+r.Digest+" "+r.Carrier+" "+r.State+" "+r.Number)
		}
		slices.Sort(states)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, states); diff != "" {
			t.Errorf("by %v: %s", c.by, diff)
		}
	}
	if err := s.Register(ctx, Registration{Portfolio: p.ID, Carrier: "main", Name: "x.zh", State: "perhaps"}, act("staff:3", noon)); err == nil {
		t.Error("a state that is none is kept")
	}
	for range 2 { // one signature, however often it is given
		if err := s.SignBook(ctx, p.ID, Signature{Name: "cn", Digest: "0123456789abcdef01"}, act("staff:5", noon)); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := s.Signatures(ctx, p.ID)
	if err != nil || len(signed) != 1 || signed[0].Who != "staff:5" {
		t.Errorf("signed: %+v, %v", signed, err)
	}
	for _, past := range []string{`UPDATE registration SET state = 'registered'`, `DELETE FROM registration`, `UPDATE signature SET who = 'staff:9'`, `DELETE FROM signature`} {
		if _, err := s.write.ExecContext(ctx, past); err == nil {
			t.Errorf("%s: the database lets it pass", past)
		}
	}
}

// TestTrials: how far a trial is and what came of it is kept, and its end is its end.
func TestTrials(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	of := Lineage{p.ID, StrategyKind, ""}
	v, err := s.BeginVersion(ctx, of, []byte("one"), act("staff:7", noon))
	if err != nil {
		t.Fatal(err)
	}
	trial := Trial{Version: v, Beside: 0, Digest: "d", Days: 5, MadeAt: noon, Who: "staff:7", BeatAt: noon}
	if trial.ID, err = s.BeginTrial(ctx, trial, p.ID); err != nil {
		t.Fatal(err)
	}
	trial.Done, trial.BeatAt = 4, noon.Add(time.Minute)
	if err := s.KeepTrial(ctx, trial); err != nil {
		t.Fatal(err)
	}
	trial.Done, trial.EndedAt, trial.Result = 10, noon.Add(time.Hour), "[]"
	if err := s.KeepTrial(ctx, trial); err != nil {
		t.Fatal(err)
	}
	late := trial
	late.Failed = "time"
	if err := s.KeepTrial(ctx, late); err == nil {
		t.Error("an end is followed by another")
	}
	got, err := s.Trials(ctx, v, 3)
	if err != nil || len(got) != 1 || got[0].Done != 10 || got[0].Result != "[]" || got[0].Failed != "" || !got[0].EndedAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
}
