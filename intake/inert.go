package intake

import "strings"

// Inert makes a cell of a file that goes out one that no spreadsheet takes for a formula: words of people and keys of files may
// begin like one. What comes in is taken as it stands.
func Inert(cell string) string {
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(cell, sign) {
			return "'" + cell
		}
	}
	return cell
}
