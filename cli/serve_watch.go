package cli

import (
	"context"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/watch"
)

// watched lets operators see how the process does: /metrics, and traces where the configuration names a collector. What it
// returns sends the last traces.
func (a *app) watched(ctx context.Context, cfg *Config, h *house) (end func(), err error) {
	h.metrics = watch.NewMetrics()
	h.metrics.Database(h.engine.Store, h.civil, a.clock.read)
	token, err := password(both{"serve.metrics_token_file", "serve.metrics_token_file"}, "", cfg.Serve.MetricsToken)
	if err != nil {
		return nil, err
	}
	h.web.Handle("GET /metrics", watch.Allow(token, h.metrics.Handler()))
	watchers := engine.Watchers{h.metrics}
	end = func() {}
	if t := cfg.Serve.Traces; t.URL != "" {
		traces, err := watch.TracesTo(ctx, t.URL, t.Share, cfg.Creditor.ID, version())
		if err != nil {
			return nil, fail(Input, "serve.traces: %w", err)
		}
		watchers = append(watchers, traces)
		end = func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := traces.End(ctx); err != nil {
				h.log.Warn("the last traces were not sent", "error", err)
			}
		}
	}
	h.engine.Watch = watchers
	return end, nil
}
