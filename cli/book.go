package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// compile reads the documents of every portfolio of the configuration, and its templates under the law of the present day.
func (c *Config) compile(now time.Time) ([]*engine.Portfolio, error) {
	out := make([]*engine.Portfolio, 0, len(c.Portfolios))
	for i := range c.Portfolios {
		p := &c.Portfolios[i]
		spec, err := c.spec(p, now)
		if err != nil {
			return nil, err
		}
		compiled, err := engine.Compile(spec)
		if err != nil {
			return nil, fail(Input, "portfolio %s: %w", p.ID, err)
		}
		for kind, months := range c.Serve.Retention.Rows {
			if r := compiled.KeptLonger(months); r != nil {
				return nil, fail(Input, "retention.%s: %d months are shorter than rule %s (%s) lets portfolio %s forget: %s", kind, months, r.ID, r.Source, p.ID, r.Title)
			}
		}
		compiled.Documents = append(compiled.Documents, engine.Keep("config", engine.Source{Name: filepath.Base(c.File), Body: c.Text}))
		out = append(out, compiled)
	}
	return out, nil
}

// terms are those of the contracts, within what the portfolio's rulebooks let be asked for.
func (c *Config) terms(p *Portfolio) (assess.Terms, error) {
	spec, err := c.spec(p, time.Time{})
	if err != nil {
		return assess.Terms{}, err
	}
	t, err := engine.TermsOf(spec)
	if err != nil {
		return t, fail(Input, "portfolio %s: %w", p.ID, err)
	}
	return t, nil
}

func (c *Config) spec(p *Portfolio, now time.Time) (engine.Spec, error) {
	s := engine.Spec{
		Ref: p.ID, Creditor: c.Creditor.ID, Zone: p.Zone.String(), Language: compose.Language(p.Language), Party: p.Party, Terms: p.Terms,
		LedgerMaxAge: p.LedgerMaxAge, StaleAfter: p.StaleAfter, Spread: p.Spread, Carrier: p.Carrier, Identity: map[compose.Language]engine.Identity{},
	}
	if !now.IsZero() {
		s.On = ledger.Day(now.In(p.Zone))
	}
	s.Page = c.page(c.Carrier(p.Carrier))
	s.Talk = p.Talk
	for _, a := range p.Approvals {
		s.Approvals = append(s.Approvals, engine.Approval{Template: a.Template, Language: compose.Language(a.Language), Text: a.Text, By: a.By, On: a.On})
	}
	if k := c.Carrier(p.Carrier); k != nil {
		s.Provider, s.RegisteredOnly = k.Provider, k.RegisteredOnly
	}
	for _, lang := range []string{"zh", "en"} {
		s.Identity[compose.Language(lang)] = engine.Identity{
			Creditor: c.Creditor.Name.In(lang), Signature: p.Signature.In(lang), Phone: p.Phone, Verify: p.Verify.In(lang),
			Officer: p.Officer.In(lang), StopWord: p.StopWord.In(lang),
		}
	}
	var err error
	if s.Strategy, _, err = c.document("strategy", p.Strategy); err != nil {
		return s, err
	}
	for _, r := range p.Rulebooks {
		doc, tables, err := c.document("rulebook", r)
		if err != nil {
			return s, err
		}
		s.Rulebooks, s.Tables = append(s.Rulebooks, doc), append(s.Tables, tables...)
	}
	s.Templates, err = c.texts(p)
	return s, err
}

// texts reads the templates of a portfolio: paths of files, or the id of a set that ships; those that ship for such a portfolio
// where it names none.
func (c *Config) texts(p *Portfolio) (docs []engine.Source, err error) {
	if set, ok := p.shippedTexts(); ok {
		docs, err = engine.ShippedTemplates(set)
		if errors.Is(err, fs.ErrNotExist) {
			err = fail(Input, "no set of templates called %q ships with Duly; give the path of a file, such as ./%s.yaml", set, set)
		}
		return docs, err
	}
	for _, t := range p.Templates {
		doc, err := c.file(t)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// shippedTexts returns which of the shipped texts a portfolio uses; false where it has texts of its own.
func (p *Portfolio) shippedTexts() (set string, ok bool) {
	switch {
	case len(p.Templates) == 0:
		return engine.TextsFor(p.Party, p.Rulebooks), true
	case len(p.Templates) == 1 && !isPath(p.Templates[0]):
		return p.Templates[0], true
	}
	return "", false
}

// isPath says that a name of a document is a path, and not the id of one that ships.
func isPath(name string) bool {
	return strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// kindWords are what document reads, in Chinese.
var kindWords = map[string]string{"strategy": "策略", "rulebook": "规则集"}

// document reads a strategy or a rulebook: a path, or the id of one that ships.
func (c *Config) document(kind, name string) (engine.Source, []engine.Source, error) {
	if isPath(name) {
		doc, err := c.file(name)
		if err != nil || kind != "rulebook" {
			return doc, nil, err
		}
		tables, err := engine.Beside(os.DirFS(filepath.Dir(c.path(name))), filepath.Base(name))
		for i := range tables { // rules name a calendar by its folder
			tables[i].Name = filepath.ToSlash(filepath.Join(filepath.Dir(c.path(name)), tables[i].Name))
		}
		return doc, tables, err
	}
	doc, tables, err := engine.Shipped(kind, name)
	if errors.Is(err, fs.ErrNotExist) {
		return doc, nil, fail(Input, "no %s called %q ships with Duly; give the path of a file, such as ./%s.yaml", both{kind, cmp.Or(kindWords[kind], kind)}, name, name)
	}
	return doc, tables, err
}

// path makes a path of the configuration relative to its folder.
func (c *Config) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(c.File), name)
}

func (c *Config) file(name string) (engine.Source, error) {
	body, err := os.ReadFile(c.path(name))
	if err != nil {
		return engine.Source{}, fail(Input, "%s: %w", c.File, err)
	}
	return engine.Source{Name: name, Body: body}, nil
}

// withEngine runs f on an engine that is ready.
func (a *app) withEngine(ctx context.Context, f func(*Config, *engine.Engine) error) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	portfolios, err := c.compile(a.clock.time())
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(s *store.Store) error {
		wire, err := a.clock.wireClock(ctx, s)
		if err != nil {
			return err
		}
		e := &engine.Engine{Store: s, Portfolios: portfolios, Wire: wire, Version: version(), Hooks: c.listeners()}
		if err := e.Prepare(ctx, a.clock.time()); err != nil {
			return err
		}
		return f(c, e)
	})
}

// carriers returns the binds of the carriers that portfolios use. Under a virtual clock every one of them must
// be a simulator, by its configuration and by its own word when it is bound.
func (c *Config) carriers(virtual bool, read func() time.Time) ([]dispatch.SMPPConfig, error) {
	var out []dispatch.SMPPConfig
	for i := range c.Carriers {
		k := &c.Carriers[i]
		used := false
		for j := range c.Portfolios {
			used = used || c.Portfolios[j].Carrier == k.ID
		}
		if !used {
			continue
		}
		if virtual && !k.Simulator {
			return nil, fail(Findings, "carrier %s is not a simulator: --now is refused, because real people are not written to in virtual time", k.ID)
		}
		password, err := k.password()
		if err != nil {
			return nil, err
		}
		cfg := dispatch.SMPPConfig{
			ID: k.ID, Address: k.Address, SystemID: k.SystemID, Password: password, Source: k.Source, Window: k.Window, Rate: k.Rate, Sessions: k.Sessions, Now: read,
		}
		if k.Simulator {
			cfg.Simulator = smsc.SystemID
		}
		out = append(out, cfg)
	}
	return out, nil
}

func (k *Carrier) password() (string, error) {
	return password(both{"carrier " + k.ID, "通道 " + k.ID}, k.PasswordEnv, k.PasswordFile)
}

// password reads the password of a thing from a variable or a file; it is empty where neither is named.
func password(of both, env, file string) (string, error) {
	if env != "" {
		v, ok := os.LookupEnv(env)
		if !ok {
			return "", fail(Input, "%s: the variable %s, which holds its password, is not set", of, env)
		}
		return v, nil
	}
	if file == "" {
		return "", nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fail(Input, "%s: its password file: %w", of, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
