package cli

import (
	"os"
	"strings"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words"
)

// A tongue is the language in which a command speaks to people: "zh" or "en". JSON and logs are English.
type tongue string

// say picks the wording of the language.
func (t tongue) say(en, zh string) string {
	if t == "zh" {
		return zh
	}
	return en
}

// languages are where the language is looked for when no flag says it: Duly's own variable, then the locale's, in the order of POSIX.
var languages = []string{"DULY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}

// tongue returns the language that a command speaks: the one of --lang, else of DULY_LANG, else of the environment's locale, else English. A
// script that reads words sets DULY_LANG, so that whose locale it runs under does not matter.
func (a *app) tongue() (tongue, error) {
	switch {
	case a.lang == "":
		return environment()
	case speaks(a.lang):
		return tongue(a.lang), nil
	}
	return "", fail(Usage, "--lang is zh or en, not %q", a.lang)
}

// environment is the language that is spoken where no flag says it.
func environment() (tongue, error) {
	for _, name := range languages {
		v := os.Getenv(name)
		switch {
		case v == "":
		case name == "DULY_LANG" && !speaks(v):
			return "", fail(Usage, "DULY_LANG is zh or en, not %q", v)
		case strings.HasPrefix(v, "zh"):
			return "zh", nil
		default:
			return "en", nil
		}
	}
	return "en", nil
}

// speaks says that commands speak a language.
func speaks(lang string) bool { return lang == "zh" || lang == "en" }

// money is an amount as a reader of the language expects it: "CNY 1,240.00" or "1,240.00元".
func (t tongue) money(minor int64, c ledger.Currency) string {
	return string(compose.AppendMoney(nil, minor, c, compose.Language(t)))
}

// stage is what people call a stage or bucket of the strategy that ships; others keep their name.
func (t tongue) stage(name string) string {
	return words.Stage(name, string(t))
}

// actions are the words for what was decided.
var actions = words.Actions

func (t tongue) action(name string) string {
	if w, ok := actions[name]; ok {
		return t.say(w[0], w[1])
	}
	return name
}

// tones are the words for how a message speaks.
var tones = words.Tones

func (t tongue) tone(name string) string {
	if w, ok := tones[name]; ok {
		return t.say(w[0], w[1])
	}
	return name
}

// conditions are the words for what bars contact, and for the meanings of replies.
var conditions = words.Conditions

func (t tongue) condition(kind string) string {
	if w := conditions[kind]; w != "" {
		return t.say(kind, w+"（"+kind+"）")
	}
	return kind
}

// stateWords are the words for where a message stands.
var stateWords = words.States

func (t tongue) state(s string) string {
	w, ok := stateWords[s]
	if !ok {
		return s
	}
	return t.say(w[0], w[1])
}

// ruleWords are Duly's own reasons, those that no rulebook names.
var ruleWords = words.Rules

// rule says what one of Duly's own reasons is; empty where the id is a rulebook's.
func (t tongue) rule(id string) string {
	w, ok := ruleWords[id]
	if !ok {
		return ""
	}
	return t.say(w[0], w[1])
}

// source says where a rule comes from, in the language: what stands in the rulebook, or Duly's own word where no rulebook
// has the rule.
func (t tongue) source(p *engine.Portfolio, rule, otherwise string) string {
	if p != nil {
		if s := p.Source(rule, string(t)); s != "" {
			return s
		}
	}
	if t == "zh" && strings.HasPrefix(rule, "duly:") {
		return "Duly自有规则：未知即不允许"
	}
	return otherwise
}
