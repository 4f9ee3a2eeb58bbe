package cli

import (
	"strconv"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/hooks"
	"github.com/dulyhq/duly/words/fault"
)

// Events say who is told what happens.
type Events struct {
	GiveUp time.Duration // how long an event is tried; 0 means the default of 120 h
	Hooks  []HookConfig
}

// A HookConfig is where the lender listens.
type HookConfig struct {
	ID         string
	URL        string
	SecretEnv  string // the variable that holds the secret, or
	SecretFile string // the file that does: one secret a line, the newest first
	Types      []string
	Reach      hooks.Reach
}

// events reads who is told what happens.
func (r *configReader) events(v document.Value) Events {
	var e Events
	if !v.Given() || !v.Keys("give_up_after", "hooks") {
		return e
	}
	e.GiveUp = duration(v.Key("give_up_after"), false)
	for _, item := range v.Key("hooks").List() {
		h := r.hook(item)
		for i := range e.Hooks {
			if h.ID != "" && e.Hooks[i].ID == h.ID {
				item.Key("id").Wrong(fault.HookTwice, strconv.Quote(h.ID))
			}
		}
		e.Hooks = append(e.Hooks, h)
	}
	return e
}

func (r *configReader) hook(v document.Value) HookConfig {
	if !v.Keys("id", "url", "secret_env", "secret_file", "types", "private", "loopback") {
		return HookConfig{}
	}
	h := HookConfig{
		ID: ident(v.Key("id")), URL: v.Key("url").Text(), SecretEnv: v.Key("secret_env").Optional(), SecretFile: r.path(v.Key("secret_file").Optional()),
		Types: v.Key("types").Texts(),
	}
	own, local := v.Key("private"), v.Key("loopback")
	if own.Given() && own.Bool() {
		h.Reach = hooks.Private
	}
	if local.Given() && local.Bool() {
		if h.Reach == hooks.Private {
			local.Wrong(fault.LoopbackPrivate)
		}
		h.Reach = hooks.Loopback
	}
	if h.URL != "" {
		if err := h.Reach.CheckURL(h.URL); err != nil {
			v.Key("url").WrongBy(err)
		}
	}
	if (h.SecretEnv == "") == (h.SecretFile == "") {
		v.Wrong(fault.SecretOutside)
	}
	for _, t := range h.Types {
		if !engine.IsEventPattern(t) {
			v.Key("types").Wrong(fault.EventType, strconv.Quote(t))
		}
	}
	return h
}

// listeners are the hooks by name; openHooks says where they are.
func (c *Config) listeners() (out []engine.Hook) {
	for _, h := range c.Events.Hooks {
		out = append(out, engine.Hook{Name: h.ID, Types: h.Types, GiveUp: c.Events.GiveUp})
	}
	return out
}

// openHooks lets an engine deliver to the hooks.
func (c *Config) openHooks(e *engine.Engine) error {
	for i := range e.Hooks {
		h := &c.Events.Hooks[i]
		secret, err := password(both{"hook " + h.ID, "推送地址 " + h.ID}, h.SecretEnv, h.SecretFile)
		if err != nil {
			return err
		}
		s, err := hooks.NewSigner(secret)
		if err != nil {
			return fail(Input, "hook %s: %w", h.ID, err)
		}
		if e.Hooks[i].To, err = hooks.NewEndpoint(h.URL, h.Reach, s); err != nil {
			return fail(Input, "hook %s: %w", h.ID, err)
		}
	}
	return nil
}
