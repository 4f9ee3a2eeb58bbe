// Package strategies holds the strategies that ship with Duly, one folder each: strategy.yaml, and the
// tests.yaml that says what it decides.
package strategies

import "embed"

// FS holds the folders, such as cn-default/strategy.yaml.
//
//go:embed */*.yaml
var FS embed.FS
