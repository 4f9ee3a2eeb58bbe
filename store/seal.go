package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// sealBox seals plain. aad names the row it belongs to, so that a box moved to another row does not open.
func (k *Keys) sealBox(aad string, plain []byte) ([]byte, error) {
	return k.appendBox(nil, []byte(aad), plain)
}

// appendBox appends what sealBox returns to dst.
func (k *Keys) appendBox(dst, aad, plain []byte) ([]byte, error) {
	now := k.rings.now.Load()
	if now.first.aead != nil {
		return now.first.seal(dst, aad, plain), nil
	}
	box, err := now.seal.Encrypt(plain, aad)
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return append(dst, box...), nil
}

// openBox opens what sealBox sealed.
func (k *Keys) openBox(aad string, box []byte) ([]byte, error) {
	return k.openInto(nil, []byte(aad), box)
}

// openInto appends what openBox returns to dst.
func (k *Keys) openInto(dst, aad, box []byte) ([]byte, error) {
	plain, ok := k.open(dst, aad, box)
	if !ok {
		return nil, fmt.Errorf("store: %s does not open with these keys", aad)
	}
	return plain, nil
}

// sealedPerson is what a borrower's box holds.
type sealedPerson struct {
	Name  string `json:"n,omitempty"`
	Phone string `json:"p,omitempty"`
	Title string `json:"t,omitempty"`
}

func personAAD(portfolio, borrower string) string { return "borrower/" + portfolio + "/" + borrower }

func (k *Keys) sealPerson(portfolio, borrower string, p sealedPerson) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return k.sealBox(personAAD(portfolio, borrower), plain)
}

func (k *Keys) openPerson(portfolio, borrower string, box []byte) (p sealedPerson, err error) {
	var o opener
	return o.person(k, portfolio, borrower, box)
}

// An opener opens the boxes of many persons in the same room.
type opener struct{ aad, plain []byte }

func (o *opener) person(k *Keys, portfolio, borrower string, box []byte) (p sealedPerson, err error) {
	o.aad = append(append(append(append(o.aad[:0], "borrower/"...), portfolio...), '/'), borrower...)
	if o.plain, err = k.openInto(o.plain[:0], o.aad, box); err != nil {
		return p, err
	}
	if p.read(o.plain) {
		return p, nil
	}
	return escapedPerson(o.plain)
}

// escapedPerson reads what read does not. It is apart because what package json fills lies on the heap, for each person.
func escapedPerson(plain []byte) (p sealedPerson, err error) {
	if err := json.Unmarshal(plain, &p); err != nil {
		return p, fmt.Errorf("store: a borrower's box holds something else: %w", err)
	}
	return p, nil
}

// read reads the JSON that sealPerson writes where nothing in it is escaped, and says whether it could.
func (p *sealedPerson) read(b []byte) bool {
	*p = sealedPerson{}
	rest, ok := bytes.CutPrefix(b, []byte(`{`))
	if !ok || bytes.IndexByte(b, '\\') >= 0 || !utf8.Valid(b) {
		return false
	}
	for _, f := range [...]struct {
		key string
		to  *string
	}{{`"n":"`, &p.Name}, {`"p":"`, &p.Phone}, {`"t":"`, &p.Title}} {
		value, is := bytes.CutPrefix(rest, []byte(f.key))
		if !is {
			continue
		}
		end := bytes.IndexByte(value, '"')
		if end < 0 {
			return false
		}
		*f.to = string(value[:end])
		rest, _ = bytes.CutPrefix(value[end+1:], []byte(`,`))
	}
	return len(rest) == 1 && rest[0] == '}'
}
