package cli

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/words/fault"
)

// A PortalConfig is the borrower's page. The zero value is that there is none.
type PortalConfig struct {
	Address string        // "https://my.bank.example": what messages write, without a slash at its end
	Links   bool          // links may stand in texts; else there are codes only
	Unsaid  bool          // texts that can do without do not lead to the page
	Valid   time.Duration // how long a link or a code opens the page
	Proxied bool          // a proxy of the lender's own stands before it and writes X-Forwarded-For
}

// A Pay is how a portfolio's borrowers may pay.
type Pay struct {
	Links []PayLink
	QR    string // what a QR code says
	Bank  *BankAccount
}

// A PayLink is a payment page of the lender's own.
type PayLink struct {
	Name Text
	URL  string
}

// A BankAccount is the lender's own.
type BankAccount struct{ Holder, Bank, Account Text }

// portal reads where the borrower's page is.
func portalConfig(v document.Value) PortalConfig {
	if !v.Given() || !v.Keys("address", "links", "in_texts", "valid", "behind_proxy") {
		return PortalConfig{}
	}
	p := PortalConfig{Address: strings.TrimSuffix(v.Key("address").Text(), "/"), Valid: engine.DefaultPageValid}
	u, err := url.Parse(p.Address)
	switch {
	case p.Address == "":
	case err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		v.Key("address").Wrong(fault.PortalAddress, strconv.Quote(p.Address))
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		v.Key("address").Wrong(fault.NotHTTPS, strconv.Quote(p.Address))
	case len(p.Address) > compose.MaxPortalAddress:
		v.Key("address").Wrong(fault.PortalLong, strconv.Quote(p.Address), compose.MaxPortalAddress)
	}
	if l := v.Key("links"); l.Given() {
		p.Links = l.Bool()
	}
	if l := v.Key("in_texts"); l.Given() {
		p.Unsaid = !l.Bool()
	}
	if d := v.Key("valid"); d.Given() {
		p.Valid = duration(d, true)
		if p.Valid > maxPortalValid {
			d.Wrong(fault.PortalValid)
		}
	}
	if b := v.Key("behind_proxy"); b.Given() {
		p.Proxied = b.Bool()
	}
	return p
}

const maxPortalValid = 90 * 24 * time.Hour

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// page is what the texts of a portfolio say of the page. Nobody real is sent an address of this machine itself.
func (c *Config) page(k *Carrier) engine.Page {
	p := engine.Page{Address: c.Portal.Address, Links: c.Portal.Links, Valid: c.Portal.Valid, Unsaid: c.Portal.Unsaid}
	if strings.HasPrefix(p.Address, "http://") && (k == nil || !k.Simulator) {
		p.Unsaid, p.Links = true, false
	}
	return p
}

// payConfig reads how borrowers may pay.
func payConfig(v document.Value) Pay {
	var p Pay
	if !v.Given() || !v.Keys("links", "qr", "bank") {
		return p
	}
	for _, item := range v.Key("links").List() {
		if item.Keys("name", "url") {
			p.Links = append(p.Links, PayLink{text(item.Key("name"), true), secureURL(item.Key("url"))})
		}
	}
	if q := v.Key("qr"); q.Given() {
		if p.QR = q.Text(); len(p.QR) > 300 {
			q.Wrong(fault.QRLong)
		}
	}
	if b := v.Key("bank"); b.Given() && b.Keys("holder", "bank", "account") {
		p.Bank = &BankAccount{text(b.Key("holder"), true), text(b.Key("bank"), true), text(b.Key("account"), true)}
	}
	return p
}

func secureURL(v document.Value) string {
	s := v.Text()
	if u, err := url.Parse(s); s != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		v.Wrong(fault.SecureURL, strconv.Quote(s))
	}
	return s
}

// linksAllowed refuses links where operators forbid them inside a variable of a text: in China a message with one is held
// back whole.
func (c *Config) linksAllowed(root document.Value) {
	if !c.Portal.Links {
		return
	}
	for i := range c.Portfolios {
		if slices.ContainsFunc(c.Portfolios[i].Rulebooks, func(b string) bool { return b == "cn" || b == "carriers-cn" }) {
			root.Key("portal").Key("links").Wrong(fault.LinkForbidden, c.Portfolios[i].ID)
		}
	}
}
