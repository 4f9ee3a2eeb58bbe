package cli

import (
	"net/url"
	"strconv"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/words/fault"
)

// An OIDCConfig is the lender's own sign-in, by OpenID Connect. The zero value is that there is none.
type OIDCConfig struct {
	Issuer                string // as its tokens write it
	ClientID              string
	SecretEnv, SecretFile string // the variable or the file that holds the client's secret
	Name                  Text   // what people call it
	Claim                 string // what it calls people
	ACR, AMR              []string
	plain                 bool // it is on this machine itself, without https
}

// oidc reads how the lender's own sign-in is asked.
func (r *configReader) oidc(v document.Value) OIDCConfig {
	if !v.Given() || !v.Keys("issuer", "client_id", "secret_env", "secret_file", "name", "claim", "acr", "amr") {
		return OIDCConfig{}
	}
	o := OIDCConfig{
		Issuer: v.Key("issuer").Text(), ClientID: v.Key("client_id").Text(), SecretEnv: v.Key("secret_env").Optional(), SecretFile: r.path(v.Key("secret_file").Optional()),
		Name: text(v.Key("name"), false), Claim: "preferred_username",
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case o.Issuer == "":
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		v.Key("issuer").Wrong(fault.IssuerForm, strconv.Quote(o.Issuer))
	case u.Scheme == "http" && loopback(u.Hostname()):
		o.plain = true
	case u.Scheme != "https":
		v.Key("issuer").Wrong(fault.NotHTTPS, strconv.Quote(o.Issuer))
	}
	if c := v.Key("claim"); c.Given() {
		o.Claim = c.OneOf("preferred_username", "email")
	}
	if l := v.Key("acr"); l.Given() {
		o.ACR = l.Texts()
	}
	if l := v.Key("amr"); l.Given() {
		o.AMR = l.Texts()
	}
	if (o.SecretEnv == "") == (o.SecretFile == "") {
		v.Wrong(fault.SecretOutside)
	}
	return o
}

// sso returns the lender's own sign-in as configured; nil where there is none.
func (c *Config) sso() (*signin.SSO, error) {
	o := &c.Console.OIDC
	if o.Issuer == "" {
		return nil, nil
	}
	secret, err := password(both{"console.oidc", "console.oidc"}, o.SecretEnv, o.SecretFile)
	if err != nil {
		return nil, err
	}
	return signin.NewSSO(signin.SSOConfig{
		Issuer: o.Issuer, ClientID: o.ClientID, Secret: secret, Back: c.Console.Address + signin.SSOBack, Claim: o.Claim, ACR: o.ACR, AMR: o.AMR, Plain: o.plain,
	}), nil
}
