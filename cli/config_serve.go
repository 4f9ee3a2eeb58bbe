package cli

import (
	"net"
	"time"

	"github.com/dulyhq/duly/document"
)

// What serve does where the configuration says nothing.
const (
	defaultListen = "127.0.0.1:8080"
	defaultPlanAt = 6 * time.Hour
	defaultDrain  = 15 * time.Second
)

// serving reads how duly serve works.
func serving(v document.Value) Serve {
	s := Serve{Listen: defaultListen, PlanAt: defaultPlanAt, Drain: defaultDrain}
	if !v.Given() || !v.Keys("listen", "plan_at", "drain") {
		return s
	}
	if l := v.Key("listen"); l.Given() {
		s.Listen = l.Text()
		if !isListen(s.Listen) {
			l.Fail("%q is not an address to listen at, such as 127.0.0.1:8080", s.Listen)
		}
	}
	if at := v.Key("plan_at"); at.Given() {
		t, err := time.Parse("15:04", at.Text())
		if err != nil {
			at.Fail("%q is not an hour such as 06:00", at.Text())
		}
		s.PlanAt = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	if d := v.Key("drain"); d.Given() {
		s.Drain = duration(d, true)
	}
	return s
}

// isListen says whether a text is a host and a port, 0 for any.
func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && (port == "0" || isPort(port))
}
