// Package rulebooks holds the rulebooks that ship with Duly, one folder each: rulebook.yaml, the tests.yaml
// that says what it decides, and the calendars that it goes with.
package rulebooks

import "embed"

// FS holds the folders, such as cn/rulebook.yaml.
//
//go:embed */*.yaml */*.csv
var FS embed.FS
