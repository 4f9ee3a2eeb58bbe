package lint

import (
	"fmt"
	"strings"
)

// A context is a light in which a sentence stands. The same words are harmless in some.
type context uint8

const (
	warn    context = iota + 1 // warns of fraud
	rights                     // tells the reader how to complain, or what nobody may do to them
	permit                     // with the reader's consent
	lawful                     // names the contract or the law as its ground
	soft                       // may, can, has the right to
	urgent                     // today, tomorrow, at once
	done                       // has happened already
	surety                     // speaks to a guarantor
	private                    // promises discretion
	mine                       // asks for something of the writer's own
	ruled                      // speaks of a court's judgment as a condition
)

var contextNames = [...]string{warn: "warn", rights: "rights", permit: "permit", lawful: "lawful", soft: "soft", urgent: "urgent", done: "done", surety: "surety", private: "private", mine: "mine", ruled: "ruled"}

// contexts is a set of them.
type contexts uint16

func contextNamed(name string) (context, error) {
	for c, n := range contextNames {
		if n == name && n != "" {
			return context(c), nil
		}
	}
	return 0, fmt.Errorf("no context %q", name)
}

func contextsNamed(list string) (contexts, error) {
	var all contexts
	for name := range strings.SplitSeq(list, ",") {
		c, err := contextNamed(name)
		if err != nil {
			return 0, err
		}
		all |= 1 << c
	}
	return all, nil
}
