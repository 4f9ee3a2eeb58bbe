package cli

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/words/fault"
)

// What serve does where the configuration says nothing.
const (
	defaultListen = "127.0.0.1:8080"
	defaultPlanAt = 6 * time.Hour
	defaultDrain  = 15 * time.Second
)

// serving reads how duly serve works.
func (r *configReader) serving(v document.Value) Serve {
	s := Serve{Listen: defaultListen, PlanAt: defaultPlanAt, Drain: defaultDrain}
	if !v.Given() || !v.Keys("listen", "plan_at", "drain", "retention", "metrics_token_file", "traces") {
		return s
	}
	if l := v.Key("listen"); l.Given() {
		s.Listen = l.Text()
		if !isListen(s.Listen) {
			l.Wrong(fault.ListenForm, strconv.Quote(s.Listen))
		}
	}
	if at := v.Key("plan_at"); at.Given() {
		t, err := time.Parse("15:04", at.Text())
		if err != nil {
			at.Wrong(fault.HourForm, strconv.Quote(at.Text()))
		}
		s.PlanAt = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	if d := v.Key("drain"); d.Given() {
		s.Drain = duration(d, true)
	}
	if span := v.Key("retention"); span.Given() {
		s.Retention = retention(span)
	}
	s.MetricsToken = r.path(v.Key("metrics_token_file").Optional())
	s.Traces = traces(v.Key("traces"))
	return s
}

// traces reads where traces go.
func traces(v document.Value) Traces {
	if !v.Given() || !v.Keys("url", "share") {
		return Traces{}
	}
	t := Traces{URL: v.Key("url").Text(), Share: 0.01}
	if u, err := url.Parse(t.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		v.Key("url").Wrong(fault.CollectorURL)
	}
	if share := v.Key("share"); share.Given() {
		var err error
		if t.Share, err = strconv.ParseFloat(share.Text(), 64); err != nil || t.Share <= 0 || t.Share > 1 {
			share.Wrong(fault.TraceShare)
		}
	}
	return t
}

var retentionForm = regexp.MustCompile(`^([1-9][0-9]{0,2})(y|mo)$`)

// retention reads when messages are given up: never, as the rulebooks have it, or after so many years or months and not before the
// rulebooks let them go.
func retention(v document.Value) engine.Retention {
	text := v.Text()
	switch text {
	case "", "never":
		return engine.Retention{}
	case "rulebooks":
		return engine.Retention{On: true}
	}
	m := retentionForm.FindStringSubmatch(text)
	if m == nil {
		v.Wrong(fault.RetentionForm, strconv.Quote(text))
		return engine.Retention{}
	}
	n, _ := strconv.Atoi(m[1])
	if m[2] == "y" {
		n *= 12
	}
	return engine.Retention{On: true, Months: n}
}

// isListen says whether a text is a host and a port, 0 for any.
func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && (port == "0" || isPort(port))
}
