// Package examples holds the sample ledgers that ship in the binary.
package examples

import "embed"

// CardLedger holds the folder card-ledger: the four files of a ledger of 1,000 real card accounts, and the control
// totals that they tie to. Its README says where they come from.
//
//go:embed card-ledger
var CardLedger embed.FS

// DemoStory holds the folder demo-story: four made-up borrowers to whom the demo's story happens, in the same format.
//
//go:embed demo-story
var DemoStory embed.FS
