// Package proof tries to break what must always hold (DESIGN, section 4). It runs the real engine on a real SQLite
// database, from one goroutine and by a seed: several processes that plan, import, hand over and settle are stepped in
// turn, and any of them may die before or after any call to the store, to its carrier or to its clock, and before any
// write of its database. Around them are people of several places, who pay, answer, share phones and change numbers; a
// lender's core system that states, corrects and takes back; and a carrier that delays, repeats, reorders, asks for
// patience, lies and disappears. After every day the examiner holds the carrier's own record of what arrived against
// the law, which it knows from a table of its own, and against arithmetic that Duly has no part in.
//
// A seed decides everything: the same seed is the same world. docs/proof.md says what is modelled and what is not.
package proof
