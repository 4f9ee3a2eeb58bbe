package dispatch

import "time"

// pace decides how many messages may leave: a token bucket for the carrier's rate, and a window that halves
// when the carrier asks for patience and grows by one message for each that it takes (as TCP does).
type pace struct {
	rate    int
	tokens  float64
	filled  time.Time
	most    int
	window  int
	credit  float64
	quietTo time.Time
	pause   time.Duration
}

const (
	leastPause = 50 * time.Millisecond
	mostPause  = 5 * time.Second
)

func newPace(rate, window int) *pace {
	return &pace{rate: rate, most: window, window: window, pause: leastPause}
}

// room returns how many may leave at now.
func (p *pace) room(now time.Time) int {
	if now.Before(p.quietTo) {
		return 0
	}
	if p.rate == 0 {
		return p.window
	}
	p.fill(now)
	return int(p.tokens)
}

// fill adds what the time since the last filling is worth; a second's worth at most, so that a pause is not
// followed by a flood.
func (p *pace) fill(now time.Time) {
	if !p.filled.IsZero() {
		p.tokens += now.Sub(p.filled).Seconds() * float64(p.rate)
	} else {
		p.tokens = float64(p.rate) / 10
	}
	p.filled = now
	p.tokens = min(p.tokens, max(1, float64(p.rate)/10))
}

func (p *pace) spend(now time.Time, n int) {
	if p.rate > 0 {
		p.fill(now)
		p.tokens -= float64(n)
	}
}

// throttled narrows the window and pauses; the pause doubles while nothing is taken in between.
func (p *pace) throttled(now time.Time) {
	if now.Before(p.quietTo) {
		return // one burst is one sign
	}
	p.window = max(1, p.window/2)
	p.quietTo = now.Add(p.pause)
	p.pause = min(2*p.pause, mostPause)
}

// eased widens the window again.
func (p *pace) eased(now time.Time) {
	if now.Before(p.quietTo) || p.window >= p.most && p.pause == leastPause {
		return
	}
	p.pause = leastPause
	if p.credit += 1 / float64(p.window); p.credit >= 1 {
		p.credit = 0
		p.window = min(p.window+1, p.most)
	}
}
