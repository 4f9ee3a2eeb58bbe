// Package templates holds the message texts that ship in the binary and their tests.
package templates

import "embed"

// FS holds sms.zh.yaml and sms.en.yaml, which compose.Compile reads, and tests.yaml, which compose.Test runs; and the same once
// more in us-agency, for agencies that collect in the United States.
//
//go:embed *.yaml us-agency/*.yaml
var FS embed.FS
