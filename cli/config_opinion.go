package cli

import (
	"strconv"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/hooks"
	"github.com/dulyhq/duly/opinion"
	"github.com/dulyhq/duly/words/fault"
)

// An OpinionConfig is a language model that is asked about replies in doubt. The zero value asks none.
type OpinionConfig struct {
	URL             string // the base, such as https://llm.bank.example/v1
	Model           string
	KeyEnv, KeyFile string
	Below           float64 // confidence under which a reading is in doubt
	Within          time.Duration
	PerHour         int
	Reach           hooks.Reach
}

// opinion reads which model is asked.
func (r *configReader) opinion(v document.Value) OpinionConfig {
	if !v.Given() || !v.Keys("url", "model", "key_env", "key_file", "below", "within", "per_hour", "private", "loopback") {
		return OpinionConfig{}
	}
	o := OpinionConfig{
		URL: v.Key("url").Text(), Model: v.Key("model").Text(), KeyEnv: v.Key("key_env").Optional(), KeyFile: r.path(v.Key("key_file").Optional()), Below: 0.6, PerHour: 60,
		Within: duration(v.Key("within"), false),
	}
	if b := v.Key("below"); b.Given() {
		var err error
		if o.Below, err = strconv.ParseFloat(b.Text(), 64); err != nil || o.Below <= 0 || o.Below > 1 {
			b.Wrong(fault.ConfidenceForm, strconv.Quote(b.Text()))
		}
	}
	if n := v.Key("per_hour"); n.Given() {
		o.PerHour = n.Int(0, 100_000)
	}
	if own := v.Key("private"); own.Given() && own.Bool() {
		o.Reach = hooks.Private
	}
	if local := v.Key("loopback"); local.Given() && local.Bool() {
		o.Reach = hooks.Loopback
	}
	if o.URL != "" {
		if err := o.Reach.CheckURL(o.URL); err != nil {
			v.Key("url").WrongBy(err)
		}
	}
	if o.KeyEnv != "" && o.KeyFile != "" {
		v.Wrong(fault.KeyTwice)
	}
	return o
}

// opinions returns the work of asking; nil where nobody is asked.
func (c *Config) opinions(e *engine.Engine, civil func() time.Time) (*engine.Opinions, error) {
	o := &c.Opinion
	if o.URL == "" {
		return nil, nil
	}
	key, err := password(both{"opinion", "opinion"}, o.KeyEnv, o.KeyFile)
	if err != nil {
		return nil, err
	}
	m, err := opinion.New(o.URL, o.Model, key, o.Reach, o.Within)
	if err != nil {
		return nil, fail(Input, "%w", err)
	}
	return &engine.Opinions{Engine: e, Model: m, Civil: civil, Below: o.Below, PerHour: o.PerHour}, nil
}
