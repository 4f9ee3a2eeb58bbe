package compose

import (
	"fmt"

	"github.com/dulyhq/duly/templates"
)

// Shipped compiles the templates that ship in the binary.
func Shipped() (*Set, error) {
	var sets []*Set
	for _, name := range []string{"sms.zh.yaml", "sms.en.yaml"} {
		doc, err := templates.FS.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("compose: %w", err)
		}
		set, err := Compile("templates/"+name, doc)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return Join(sets...)
}
