package kms

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// A Kept is a file with one key, wrapped by one service or by several: so that a change from one to another, and a second one for the
// day on which the first is lost, need no moment at which the file and the configuration have to change together.
type Kept struct {
	Name  string `json:"name"` // "seal", "lookup" or "audit"
	Wraps []Wrap `json:"wrapped"`
}

// A Wrap is the key as one service wrapped it.
type Wrap struct {
	By  string `json:"by"` // the URI, without what stands behind a question mark
	Box []byte `json:"box"`
}

// ParseKept reads such a file.
func ParseKept(text []byte) (k Kept, err error) {
	if err := json.Unmarshal(text, &k); err != nil {
		return Kept{}, fmt.Errorf("kms: this is no file that duly key wrap made")
	}
	if k.Name == "" || len(k.Wraps) == 0 {
		return Kept{}, fmt.Errorf("kms: this is no file that duly key wrap made")
	}
	return k, nil
}

// Text is what ParseKept reads.
func (k *Kept) Text() ([]byte, error) {
	b, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	return append(b, '\n'), nil
}

// key is the part of a URI that says which key it is, and not how it is reached.
func key(uri string) string {
	k, _, _ := strings.Cut(uri, "?")
	return k
}

// Put keeps the key as a service wrapped it, in the place of what the same one wrapped before.
func (k *Kept) Put(uri string, box []byte) {
	for i := range k.Wraps {
		if k.Wraps[i].By == key(uri) {
			k.Wraps[i].Box = box
			return
		}
	}
	k.Wraps = append(k.Wraps, Wrap{By: key(uri), Box: box})
}

// By returns the key as a service wrapped it.
func (k *Kept) By(uri string) ([]byte, error) {
	for i := range k.Wraps {
		if k.Wraps[i].By == key(uri) {
			return k.Wraps[i].Box, nil
		}
	}
	by := make([]string, len(k.Wraps))
	for i := range k.Wraps {
		by[i] = k.Wraps[i].By
	}
	return nil, fmt.Errorf("kms: %w", fault.Wrong(fault.KeptOther, strings.Join(by, " and "), key(uri)))
}
