package cli

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// A ConsoleConfig is the lender's console. The zero value is that there is none.
type ConsoleConfig struct {
	Address string // "https://duly.bank.internal": where people open it, without a slash at its end
	Proxied bool   // a proxy of the lender's own stands before it and writes X-Forwarded-For
	OIDC    OIDCConfig
}

func (r *configReader) console(v document.Value) ConsoleConfig {
	if !v.Given() || !v.Keys("address", "behind_proxy", "oidc") {
		return ConsoleConfig{}
	}
	c := ConsoleConfig{Address: strings.TrimSuffix(v.Key("address").Text(), "/")}
	u, err := url.Parse(c.Address)
	switch {
	case c.Address == "":
	case err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		v.Key("address").Wrong(fault.ConsoleAddress, strconv.Quote(c.Address))
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		v.Key("address").Wrong(fault.NotHTTPS, strconv.Quote(c.Address))
	}
	if b := v.Key("behind_proxy"); b.Given() {
		c.Proxied = b.Bool()
	}
	c.OIDC = r.oidc(v.Key("oidc"))
	return c
}

// whereConsole says where the console is, and how somebody is let in where nobody is yet.
func (c *Config) whereConsole(ctx context.Context, s *store.Store) (string, error) {
	if c.Console.Address == "" {
		return "", nil
	}
	told := "the console is at " + c.Console.Address + console.Path + "\n"
	all, err := s.Staff(ctx)
	if err == nil && len(all) == 0 {
		told += "nobody can sign in there yet: duly user add LOGIN --role administrator --by administrator:1\n"
	}
	return told, err
}

// consoleHandler returns the lender's console as configured; nil where there is none.
func (c *Config) consoleHandler(e *engine.Engine, civil func() time.Time, log *slog.Logger) (http.Handler, error) {
	if c.Console.Address == "" {
		return nil, nil
	}
	sso, err := c.sso()
	if err != nil {
		return nil, err
	}
	gate := &signin.Gate{Store: e.Store, Wire: c.wire, SSO: sso}
	if gate.Passkeys, err = signin.NewPasskeys(c.Console.Address); err != nil {
		log.Info("passkeys are not offered at the console", "error", err)
	}
	return console.New(console.Config{
		Desk: e.Desk(), Gate: gate, Civil: civil, Secure: strings.HasPrefix(c.Console.Address, "https:"), Proxied: c.Console.Proxied,
		Language: c.Portfolios[0].Language, Name: console.Text(c.Creditor.Name), SSOName: console.Text(c.Console.OIDC.Name), Log: log, Cost: c.partCost, Currency: c.currencyOf, Simulate: c.simulator(e.Store, c.wire),
	}), nil
}

// currencyOf is that of a portfolio's files which state none.
func (c *Config) currencyOf(portfolio string) ledger.Currency {
	p, err := c.Portfolio(portfolio)
	if err != nil {
		return ""
	}
	return p.Currency
}

// partCost is what a part costs with a carrier.
func (c *Config) partCost(carrier string) (micro int64, cur ledger.Currency) {
	if k := c.Carrier(carrier); k != nil {
		return k.Cost.Micro, k.Cost.Currency
	}
	return 0, ""
}

// sealEvery is how often the audit is sealed while a process serves, and sealWithin how long that may take.
const (
	sealEvery  = time.Minute
	sealWithin = 10 * time.Second
)

// keepSealed seals the audit until ctx ends, and once more then.
func (h *house) keepSealed(ctx context.Context, cfg *Config) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for going := true; going; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			going = false
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), sealWithin)
		if _, err := cfg.seal(last, h.engine.Store, cfg.wire(), false); err != nil {
			h.metrics.Failed("audit")
			h.log.Warn("the audit is not sealed", "error", err)
		}
		cancel()
	}
}
