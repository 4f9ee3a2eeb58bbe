package console

import "github.com/dulyhq/duly/access"

// A Route is one that a test walks to.
type Route struct {
	Pattern string
	Need    access.Permission
	Stage   string
}

// Routes are those of the console.
func Routes() (out []Route) {
	for _, r := range (&Console{}).routes() {
		out = append(out, Route{r.pattern, r.need, [...]string{"inside", "doorstep", "open"}[r.stage]})
	}
	return out
}
