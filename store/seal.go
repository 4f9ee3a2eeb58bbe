package store

import (
	"encoding/json"
	"fmt"

	"github.com/dulyhq/duly/outbox"
)

// sealBox seals plain. aad names the row it belongs to, so that a box moved to another row does not open.
func (k *Keys) sealBox(aad string, plain []byte) ([]byte, error) {
	box, err := k.seal.Encrypt(plain, []byte(aad))
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return box, nil
}

// openBox opens what sealBox sealed.
func (k *Keys) openBox(aad string, box []byte) ([]byte, error) {
	plain, err := k.seal.Decrypt(box, []byte(aad))
	if err != nil {
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
	plain, err := k.openBox(personAAD(portfolio, borrower), box)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(plain, &p); err != nil {
		return p, fmt.Errorf("store: a borrower's box holds something else: %w", err)
	}
	return p, nil
}

// sealTexts seals the texts of tries, each to its fence.
func (s *Store) sealTexts(tries []Try) ([][]byte, error) {
	boxes := make([][]byte, len(tries))
	for i := range tries {
		box, err := s.keys.sealBox(textAAD(tries[i].Fence()), tries[i].Text)
		if err != nil {
			return nil, err
		}
		boxes[i] = box
	}
	return boxes, nil
}

func textAAD(f outbox.FenceID) string { return fmt.Sprintf("text/%d", f) }
