package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"time"

	"github.com/dulyhq/duly/engine"
)

// unknownLine is a message of which nobody can tell whether it arrived.
type unknownLine struct {
	Portfolio string    `json:"portfolio"`
	Message   string    `json:"message"`
	At        time.Time `json:"handed_over_at"`
	Reason    string    `json:"reason"`
}

// reportUnknown lists the messages handed over in a span of days that wait for a receipt or a person.
func reportUnknown(ctx context.Context, e *engine.Engine, portfolio *engine.Portfolio, s span, format string, p *page) error {
	all, err := e.Store.Unknown(ctx, portfolio.Row(), math.MaxInt32)
	if err != nil {
		return err
	}
	var lines []unknownLine
	for _, m := range all {
		if !s.from.IsZero() && m.At.Before(s.from) || !s.to.IsZero() && !m.At.Before(s.to) {
			continue
		}
		lines = append(lines, unknownLine{portfolio.Ref, m.ID.String(), m.At.In(portfolio.Zone), m.Code})
	}
	switch format {
	case "json":
		enc := json.NewEncoder(p.w)
		for _, l := range lines {
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		return unknownCSV(lines, csv.NewWriter(p.w))
	}
	if len(lines) == 0 {
		p.line(p.lang.say("%s: no message is unknown", "%s：没有结果未知的短信"), portfolio.Ref)
		return nil
	}
	p.line(p.lang.say("%s: %s may have arrived; none is sent again by itself", "%s：%s可能已送达，不会自动重发"),
		portfolio.Ref, p.lang.say(count(len(lines), "message", "messages"), grouped(len(lines))+"条短信"))
	for _, l := range lines {
		p.reason(portfolio, "  "+l.Message+"  "+p.time(l.At)+"  ", l.Reason, l.Reason)
	}
	return nil
}

func unknownCSV(lines []unknownLine, out *csv.Writer) error {
	if err := out.Write([]string{"portfolio", "message", "handed_over_at", "reason"}); err != nil {
		return err
	}
	for _, l := range lines {
		if err := out.Write([]string{l.Portfolio, l.Message, l.At.Format(time.RFC3339), l.Reason}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
