package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestInForce: which documents held since when, over changes, a return to an older edition, and a clock that stands before what
// is known already; nothing of it can be changed.
func TestInForce(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	if _, err := s.InForce(ctx, p.ID, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("before anything was kept: %v", err)
	}
	docs := func(strategy string) []Document {
		return []Document{{"strategy", "a/strategy.yaml", "digest of " + strategy, []byte(strategy)}, {"portfolio", "cards", "digest of cards", []byte("{}")}}
	}
	for _, step := range []struct {
		at   int
		text string
	}{{0, "one"}, {1, "one"}, {2, "two"}, {4, "one"}, {4, "three"}, {3, "three"}, {3, "three"}} {
		if _, err := s.Edition(ctx, p.ID, hour(step.at), docs(step.text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at    time.Time
		since int
		text  string
	}{
		{noon.Add(-time.Hour), 0, "one"}, // the first that was kept
		{noon, 0, "one"},
		{hour(2).Add(-time.Millisecond), 0, "one"},
		{hour(2), 2, "two"},
		{hour(3), 3, "three"},
		{hour(4), 4, "three"},
		{hour(9), 4, "three"},
	} {
		f, err := s.InForce(ctx, p.ID, c.at)
		if err != nil || len(f.Documents) != 2 || !f.Since.Equal(hour(c.since)) {
			t.Fatalf("at %s: %+v, %v", c.at, f, err)
		}
		for _, d := range f.Documents {
			if d.Kind == "strategy" && (string(d.Body) != c.text || d.Name != "a/strategy.yaml" || d.Digest != "digest of "+c.text) {
				t.Errorf("at %s: %s is %q, want %q", c.at, d.Name, d.Body, c.text)
			}
		}
	}
	for _, change := range []string{`UPDATE in_force SET known_at = 1`, `DELETE FROM in_force`} {
		if _, err := s.write.ExecContext(ctx, change); err == nil || !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", change, err)
		}
	}
}
