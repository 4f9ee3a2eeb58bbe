package store

import (
	"context"
	"errors"
	"testing"
)

// TestPauses: from the commit of a pause on nothing of what it reaches is fenced, be it claimed before, and everything else is; when
// it ends the same messages leave.
func TestPauses(t *testing.T) {
	l := newLiving(t, place(t))
	ctx := context.Background()
	claim, err := l.Due(ctx, l.p.ID, noon, 1, 0)
	check(t, err)
	carrier := claim.Messages[0].Carrier
	for _, c := range []struct {
		of    Scope
		stops bool
	}{
		{Scope{Portfolio: l.p.Ref}, true},
		{Scope{Portfolio: "another"}, false},
		{Scope{Channel: "sms"}, true},
		{Scope{Channel: "voice"}, false},
		{Scope{Carrier: carrier}, true},
		{Scope{Carrier: carrier, Portfolio: "another"}, false},
		{Scope{Carrier: carrier, Portfolio: l.p.Ref, Channel: "sms"}, true},
		{Scope{Strategy: "any"}, true}, // which one judged the claim is not known
	} {
		id, err := l.StopSome(ctx, c.of, "supervisor:3", "complaint 318", noon)
		check(t, err)
		err = l.send()
		if c.stops != errors.Is(err, ErrPaused) || !c.stops && err != nil {
			t.Errorf("%s: %v", c.of, err)
		}
		all, err := l.Pauses(ctx)
		check(t, err)
		if len(all) != 1 || all[0].Reason != "complaint 318" || all[0].Who != "supervisor:3" || all[0].Scope != c.of {
			t.Errorf("%+v", all)
		}
		check(t, l.GoOn(ctx, id, "supervisor:4", noon))
		if err := l.GoOn(ctx, id, "supervisor:4", noon); !errors.Is(err, ErrNotFound) {
			t.Errorf("it ended twice: %v", err)
		}
		if !c.stops {
			continue // it has left
		}
		if err := l.send(); err != nil {
			t.Errorf("after %s: %v", c.of, err)
		}
	}
	if _, err := l.StopSome(ctx, Scope{}, "supervisor:3", "", noon); !errors.Is(err, ErrNoScope) {
		t.Errorf("a pause of everything: %v", err)
	}
}

// TestAPauseOfAStrategy leaves others be.
func TestAPauseOfAStrategy(t *testing.T) {
	p := Scope{Strategy: "cn-default"}
	for of, want := range map[string]bool{"cn-default": true, "": true, "us-default": false} {
		if p.Covers(Scope{Portfolio: "cards", Channel: "sms", Carrier: "main", Strategy: of}) != want {
			t.Errorf("%q: %v", of, !want)
		}
	}
}
