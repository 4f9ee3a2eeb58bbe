//go:build !unix

package store

// fileNumber says nothing where files have no numbers: a copied database is then known by its witness alone.
func fileNumber(string) (string, error) { return "", nil }
