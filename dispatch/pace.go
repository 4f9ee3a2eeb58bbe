package dispatch

import "time"

// pace decides how many messages may leave: a token bucket for the carrier's rate, which counts parts as carriers do, and a window
// that halves when the carrier asks for patience and grows by one message for each that it takes (as TCP does).
type pace struct {
	limited bool    // there is a rate
	limit   float64 // parts a second at most, in any second
	tokens  float64
	filled  time.Time
	owed    int // parts of messages under way that are not written yet
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

// underLimit is the share of a rate that is used: what leaves evenly may arrive less evenly, and is not to break the limit there.
const underLimit = 0.97

func newPace(rate, window int) *pace {
	return &pace{limited: rate > 0, limit: float64(rate), most: window, window: window, pause: leastPause}
}

// share sets the limit to so many thousandths of a part a second. 0 lets nothing leave.
func (p *pace) share(now time.Time, milli int64) {
	if p.limited {
		p.fill(now)
	}
	p.limited, p.limit = true, float64(milli)/1000
	p.tokens = min(p.tokens, p.burst())
}

// burst is how many parts may leave at once: a twentieth of a second's worth, so that a pause is not followed by a flood, and one
// at least.
func (p *pace) burst() float64 {
	if p.limit <= 0 {
		return 0
	}
	return max(1, p.limit/20)
}

// speed is how fast tokens come: burst and speed together make no more than the limit in any second.
func (p *pace) speed() float64 { return underLimit * max(p.limit-p.burst(), p.limit/2) }

// room returns how many messages may be fenced at now.
func (p *pace) room(now time.Time) int {
	if now.Before(p.quietTo) {
		return 0
	}
	if !p.limited {
		return p.window
	}
	p.fill(now)
	return max(0, int(p.tokens)-p.owed)
}

func (p *pace) fill(now time.Time) {
	if p.filled.IsZero() {
		p.tokens = p.burst()
	} else if now.After(p.filled) {
		p.tokens += now.Sub(p.filled).Seconds() * p.speed()
	}
	p.filled = now
	p.tokens = min(p.tokens, p.burst())
}

// ready says whether a part may be written now.
func (p *pace) ready(now time.Time) bool {
	if !p.limited {
		return true
	}
	p.fill(now)
	return p.tokens >= 1
}

// wrote notes that a part is written.
func (p *pace) wrote() {
	p.owed--
	if p.limited {
		p.tokens--
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
