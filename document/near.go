package document

// Nearest returns the known word that a mistyped one most likely means, or "" when none is close.
func Nearest(word string, known []string) string { return nearest(word, known) }
