package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/store"
)

// TestLetIn: a text gets what it asks for and the portfolio has, and nothing else; no two are alike.
func TestLetIn(t *testing.T) {
	now := time.Date(2026, 9, 24, 4, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, c := range []struct {
		page Page
		need compose.Lets
		ways string
	}{
		{Page{}, compose.Lets{Link: true, Code: true}, ""},
		{Page{Address: "https://my.bank.example"}, compose.Lets{Code: true}, "code"},
		{Page{Address: "https://my.bank.example"}, compose.Lets{Link: true}, ""},
		{Page{Address: "https://my.bank.example", Links: true, Valid: time.Hour}, compose.Lets{Link: true, Code: true}, "link code"},
		{Page{Address: "https://my.bank.example", Links: true, Valid: time.Hour}, compose.Lets{Link: true, Code: true, Either: true}, "link"},
		{Page{Address: "https://my.bank.example"}, compose.Lets{Link: true, Code: true, Either: true}, "code"},
	} {
		p := Portfolio{Page: c.page}
		for range 200 {
			var v compose.Vars
			lets := p.letIn(&v, 7, c.need, now)
			var ways []string
			for _, k := range lets {
				ways = append(ways, string(k.Way))
				if seen[k.Secret] || strings.Trim(k.Secret, compose.KeyAlphabet) != "" || k.Borrower != 7 {
					t.Fatalf("%+v", k)
				}
				seen[k.Secret] = true
				want := now.Add(DefaultPageValid)
				if c.page.Valid != 0 {
					want = now.Add(c.page.Valid)
				}
				if !k.EndsAt.Equal(want) {
					t.Fatalf("%+v ends not at %v", k, want)
				}
				switch k.Way {
				case store.PortalLink:
					if v.Link != "https://my.bank.example/l/"+k.Secret || len(k.Secret) != compose.TokenLength {
						t.Fatalf("link %q for %+v", v.Link, k)
					}
				case store.PortalCode:
					if !strings.EqualFold(v.Code, k.Secret) || len(k.Secret) != compose.CodeLength {
						t.Fatalf("code %q for %+v", v.Code, k)
					}
				}
			}
			if got := strings.Join(ways, " "); got != c.ways {
				t.Fatalf("%+v gives %q and not %q", c, got, c.ways)
			}
		}
	}
}

// TestSecretsAreEven: no character of a secret is likelier than another. The chance that this fails by itself is below 10⁻⁹.
func TestSecretsAreEven(t *testing.T) {
	const n = 200_000
	count := map[rune]int{}
	for _, r := range secret(n) {
		count[r]++
	}
	want := n / len(compose.KeyAlphabet)
	for _, r := range compose.KeyAlphabet {
		if got := count[r]; got < want*92/100 || got > want*108/100 {
			t.Errorf("%c came %d times, about %d expected", r, got, want)
		}
	}
}
