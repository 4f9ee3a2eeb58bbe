package portal

import (
	"html/template"
	"net/http"
	"strings"

	"rsc.io/qr"
)

// A payment is how to pay.
type payment struct {
	Links []payLink
	QR    template.HTML // drawn here
	Bank  *account
	Loans []owed
}

type payLink struct{ Name, URL string }

type account struct {
	Holder, Bank, Account string
	References            []string
}

// pay shows the lender's own ways of paying. The page takes no money and asks for no card.
func (p *Portal) pay(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	ways := p.Houses[held.Portfolio]
	d := payment{}
	for i := range held.Loans {
		if o := v.owed(&held.Loans[i], held.Today); o.Overdue {
			d.Loans = append(d.Loans, o)
		}
	}
	for _, l := range ways.Links {
		d.Links = append(d.Links, payLink{l.Name.In(v.lang), l.URL})
	}
	if b := ways.Bank; b != nil {
		d.Bank = &account{Holder: b.Holder.In(v.lang), Bank: b.Bank.In(v.lang), Account: b.Account.In(v.lang)}
		for i := range held.Loans {
			if !held.Loans[i].Closed {
				d.Bank.References = append(d.Bank.References, held.Loans[i].Ref)
			}
		}
	}
	if ways.QR != "" {
		if d.QR, err = drawQR(ways.QR, v.say("付款二维码", "QR code for paying")); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "pay", "如何还款", "How to pay", d)
}

// drawQR draws a code as one path, which needs neither script nor style.
func drawQR(text, label string) (template.HTML, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	const quiet = 4 // modules of white that readers need around it
	size := itoa(c.Size + 2*quiet)
	var b strings.Builder
	b.WriteString(`<svg class="qr" role="img" aria-label="` + template.HTMLEscapeString(label) + `" viewBox="0 0 ` + size + " " + size +
		`" xmlns="http://www.w3.org/2000/svg"><path fill="#fff" d="M0 0h` + size + "v" + size + `H0z"/><path fill="#000" shape-rendering="crispEdges" d="`)
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			if !c.Black(x, y) {
				continue
			}
			n := 1
			for x+n < c.Size && c.Black(x+n, y) {
				n++
			}
			b.WriteString("M" + itoa(x+quiet) + " " + itoa(y+quiet) + "h" + itoa(n) + "v1h-" + itoa(n) + "z")
			x += n
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil //nolint:gosec // numbers and an escaped label
}
