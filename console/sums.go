package console

import (
	"context"
	"sync"
	"time"
)

// sums keeps what takes long to count for a short while, so that many people who look at the same numbers count them once.
type sums struct {
	mu   sync.Mutex
	kept map[string]*sum
}

type sum struct {
	mu sync.Mutex
	at time.Time
	v  any
}

// sumFor is how old a sum may be.
const sumFor = 2 * time.Second

// summed returns a sum by its name, counted anew where it is too old. Who asks for one that is being counted waits for it.
func summed[T any](v *visit, name string, count func(context.Context) (T, error)) (T, error) {
	s := &v.sums
	s.mu.Lock()
	if s.kept == nil {
		s.kept = map[string]*sum{}
	}
	one := s.kept[name]
	if one == nil {
		one = &sum{}
		s.kept[name] = one
	}
	s.mu.Unlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	now := v.Gate.Wire()
	if age := now.Sub(one.at); age >= 0 && age < sumFor && one.v != nil {
		return one.v.(T), nil
	}
	got, err := count(v.r.Context())
	if err == nil {
		one.at, one.v = now, got
	}
	return got, err
}
