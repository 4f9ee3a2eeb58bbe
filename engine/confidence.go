package engine

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/store"
)

// ConfidenceID is the id of the house rulebook that holds what people at the desk made of how far rules bind.
const ConfidenceID = "desk"

// Confidence returns what people at the desk have made of how far rules bind, as it is in force.
func (p *Portfolio) Confidence() (bind, advise []law.Change) {
	for _, b := range p.Lawbook.Books() {
		if b.ID == ConfidenceID && strings.HasPrefix(b.File, store.ConfidenceKind+"@") {
			return b.Bind, b.Advise
		}
	}
	return nil, nil
}

// ConfidenceWith returns the document with one rule changed: it binds, it is only advised for a reason, or it is as its rulebook has it.
// Where nothing is left in it, it is store.AsWritten.
func (p *Portfolio) ConfidenceWith(rule, effect, reason string) []byte {
	bind, advise := p.Confidence()
	var b strings.Builder
	fmt.Fprintf(&b, "# What the people who sign for the rulebooks have made of how far rules bind.\nid: %s\nversion: \"1\"\ntitle:\n  en: What binds here\n  zh: 本机构认定的规则效力\n", ConfidenceID)
	var binds, advises []string
	for _, c := range bind {
		if c.Rule != rule {
			binds = append(binds, c.Rule)
		}
	}
	for _, c := range advise {
		if c.Rule != rule {
			advises = append(advises, advised(c.Rule, c.Reason))
		}
	}
	switch effect {
	case "bind":
		binds = append(binds, rule)
	case "advise":
		advises = append(advises, advised(rule, reason))
	}
	if len(binds) > 0 {
		fmt.Fprintf(&b, "bind: [%s]\n", strings.Join(binds, ", "))
	}
	if len(advises) > 0 {
		fmt.Fprintf(&b, "advise:\n%s", strings.Join(advises, ""))
	}
	if len(binds)+len(advises) == 0 {
		return []byte(store.AsWritten)
	}
	return []byte(b.String())
}

func advised(rule, reason string) string {
	quoted, _ := json.Marshal(strings.Join(strings.Fields(reason), " ")) // a string always can be
	return fmt.Sprintf("  - rule: %s\n    reason: %s\n", rule, quoted)
}
