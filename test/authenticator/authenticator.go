// Package authenticator is a device that holds passkeys, for tests: it makes keys and signs as WebAuthn's level 2 says (§6.1, §6.5,
// §7), and may be told to lie. Browsers' own is Chromium's virtual one, which the console's tests use too.
package authenticator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
)

// A Device holds one passkey.
type Device struct {
	Origin   string // what it tells of where it was shown
	RP       string // the host that it signs for
	Verifies bool   // it asks who holds it
	Counter  uint32 // of signatures; it counts where Counts is set
	Counts   bool
	Backed   bool
	ID       []byte
	Handle   []byte // whose it is
	key      *ecdsa.PrivateKey
}

// The flags of authenticator data.
const (
	present  = 1 << 0
	verified = 1 << 2
	eligible = 1 << 3
	backed   = 1 << 4
	attested = 1 << 6
)

type options struct {
	PublicKey struct {
		Challenge string
		RPID      string `json:"rpId"`
		RP        struct{ ID string }
		User      struct{ ID string }
	} `json:"publicKey"`
}

var b64 = base64.RawURLEncoding

// Make answers what was asked by making a key.
func (d *Device) Make(ask []byte) string {
	var o options
	if err := json.Unmarshal(ask, &o); err != nil {
		panic(err)
	}
	d.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	d.ID = make([]byte, 32)
	_, _ = rand.Read(d.ID)
	d.Handle, _ = b64.DecodeString(o.PublicKey.User.ID)
	point, _ := d.key.PublicKey.Bytes() // 4, x, y
	data := d.data(attested)
	data = append(data, make([]byte, 16)...) // of no maker
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.ID)))
	data = append(data, d.ID...)
	// COSE: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
	data = append(data, 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32)
	data = append(data, point[1:33]...)
	data = append(data, 0x22, 0x58, 32)
	data = append(data, point[33:]...)
	// {"fmt": "none", "attStmt": {}, "authData": data}
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(append(object, 0xa0, 0x68), "authData"...)
	object = append(binary.BigEndian.AppendUint16(append(object, 0x59), uint16(len(data))), data...)
	return d.answer(map[string]any{"clientDataJSON": b64.EncodeToString(d.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64.EncodeToString(object), "transports": []string{"internal"}})
}

// Sign answers what was asked by a signature.
func (d *Device) Sign(ask []byte) string {
	var o options
	if err := json.Unmarshal(ask, &o); err != nil {
		panic(err)
	}
	if d.Counts {
		d.Counter++
	}
	data, client := d.data(0), d.client("webauthn.get", o.PublicKey.Challenge)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		panic(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(sig), "userHandle": b64.EncodeToString(d.Handle),
	})
}

func (d *Device) data(flags byte) []byte {
	flags |= present
	if d.Verifies {
		flags |= verified
	}
	if d.Backed {
		flags |= eligible | backed
	}
	rp := sha256.Sum256([]byte(d.RP))
	return binary.BigEndian.AppendUint32(append(rp[:], flags), d.Counter)
}

func (d *Device) client(what, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": what, "challenge": challenge, "origin": d.Origin, "crossOrigin": false})
	if err != nil {
		panic(err)
	}
	return b
}

func (d *Device) answer(response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": b64.EncodeToString(d.ID), "rawId": b64.EncodeToString(d.ID), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		panic(err)
	}
	return string(b)
}
