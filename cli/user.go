package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

type userFlags struct {
	by     string
	roles  []string
	json   bool
	factor bool // the second factor alone is reset
}

func (a *app) userCommand() *cobra.Command {
	var f userFlags
	c := &cobra.Command{
		Use:   "user",
		Short: "Who may come in at the console, and with which roles",
		Long: `Lists who works at the console. Somebody new comes in with a password that is told once, here, and has to choose one of their own
and set up a second factor (any authenticator app, or a passkey) before they see anything. A login is best a number of staff; it is never given to
another, so that the audit stays plain. Whoever is locked comes in no more until they are unlocked; who has ended comes in no more at all.
The last who is an administrator of every portfolio can be neither locked nor ended nor given other roles.

The roles are administrator, strategist, approver, compliance, collector, supervisor, auditor and viewer: docs/security.md says
what each may do. A role holds in every portfolio, or in one: supervisor@cards. Changed roles, a lock, a reset and an end take effect
at once: whoever is signed in is signed out. The console's page of users does the same.`,
		Example: `  duly user add lin17 --role collector@cards --by administrator:1
  duly user list
  duly user role lin17 --role supervisor@cards --role viewer --by administrator:1
  duly user reset lin17 --by administrator:1
  duly user reset lin17 --second-factor --by administrator:1
  duly user sso lin17 --as lin.wei17 --by administrator:1
  duly user lock lin17 --by administrator:1
  duly user sign-out lin17 --by administrator:1
  duly user end lin17 --by administrator:1`,
		Args: exactly(0, "user takes no arguments; see duly user --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error { return a.userList(c.Context(), f) },
	}
	a.userChanges(c, &f)
	a.userSSO(c, &f)
	list := &cobra.Command{
		Use: "list", Short: "Who there is and was", Example: "  duly user list --json", Args: calledAs(0, "user list"),
		RunE: func(c *cobra.Command, _ []string) error { return a.userList(c.Context(), f) },
	}
	for _, s := range []*cobra.Command{c, list} {
		s.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	}
	c.AddCommand(list)
	return c
}

// userChange returns what adds a command that changes who may come in.
func (a *app) userChange(c *cobra.Command, f *userFlags) func(use, short, example string, more func(*cobra.Command), run func(context.Context, *Config, *signin.Gate, []string) error) {
	return func(use, short, example string, more func(*cobra.Command), run func(context.Context, *Config, *signin.Gate, []string) error) {
		s := &cobra.Command{Use: use, Short: short, Example: "  duly user " + example, Args: calledAs(1, "user "+use), RunE: func(c *cobra.Command, args []string) error {
			if err := staff(f.by); err != nil {
				return err
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return cfg.withStore(c.Context(), func(s *store.Store) error {
				err := run(c.Context(), cfg, &signin.Gate{Store: s, Wire: a.clock.read}, args)
				if errors.Is(err, store.ErrLastAdministrator) {
					return fail(Findings, "nobody would be left who says who works here: make somebody else an administrator of every portfolio first")
				}
				return err
			})
		}}
		s.Flags().StringVar(&f.by, "by", "", "who does it: a role or a number of staff, such as administrator:1 (required)")
		if more != nil {
			more(s)
		}
		c.AddCommand(s)
	}
}

// userChanges are the commands that change who may come in: each takes a login, and says who does it.
func (a *app) userChanges(c *cobra.Command, f *userFlags) {
	sub := a.userChange(c, f)
	roles := func(s *cobra.Command) {
		s.Flags().StringArrayVar(&f.roles, "role", nil, "a role, or a role in one portfolio such as collector@cards; may be given several times")
	}
	sub("add LOGIN", "Somebody new, with a first password that is told this once", "add lin17 --role collector@cards --by administrator:1", roles,
		func(ctx context.Context, cfg *Config, g *signin.Gate, args []string) error {
			return a.userAdd(ctx, cfg, g, args[0], *f)
		})
	sub("role LOGIN", "These roles and no others", "role lin17 --role supervisor@cards --by administrator:1", roles,
		func(ctx context.Context, cfg *Config, g *signin.Gate, args []string) error {
			grants, err := cfg.grants(f.roles)
			if err != nil {
				return err
			}
			return withUser(ctx, g, args[0], func(p *store.Staffer) error { return g.Store.SetGrants(ctx, p.ID, grants, f.by, a.clock.read()) })
		})
	sub("reset LOGIN", "A new first password, told this once; the second factor is set up anew", "reset lin17 --by administrator:1", func(s *cobra.Command) {
		s.Flags().BoolVar(&f.factor, "second-factor", false, "the second factor alone, with its recovery codes: the password stays")
	}, func(ctx context.Context, _ *Config, g *signin.Gate, args []string) error {
		return withUser(ctx, g, args[0], func(p *store.Staffer) error { return a.userReset(ctx, g, p, *f) })
	})
	for _, l := range []struct {
		use, short, refused string
		do                  func(*store.Store, context.Context, int64, string, time.Time) error
	}{
		{"lock LOGIN", "They come in no more until they are unlocked", "%s is locked or has ended already", (*store.Store).LockStaff},
		{"unlock LOGIN", "They may come in again", "%s is not locked", (*store.Store).UnlockStaff},
		{"sign-out LOGIN", "Every session of theirs ends; they may come in again", "%s is not there", (*store.Store).SignOutStaff},
	} {
		sub(l.use, l.short, strings.Replace(l.use, "LOGIN", "lin17", 1)+" --by administrator:1", nil, func(ctx context.Context, _ *Config, g *signin.Gate, args []string) error {
			return withUser(ctx, g, args[0], func(p *store.Staffer) error {
				err := l.do(g.Store, ctx, p.ID, f.by, a.clock.read())
				if errors.Is(err, store.ErrNotFound) {
					return fail(Findings, l.refused, p.Login)
				}
				return err
			})
		})
	}
	sub("end LOGIN", "They come in no more", "end lin17 --by administrator:1", nil,
		func(ctx context.Context, _ *Config, g *signin.Gate, args []string) error {
			return withUser(ctx, g, args[0], func(p *store.Staffer) error {
				err := g.Store.EndStaff(ctx, p.ID, f.by, a.clock.read())
				if errors.Is(err, store.ErrNotFound) {
					return fail(Findings, "%s does not come in any more already", p.Login)
				}
				return err
			})
		})
}

// roleNames are all roles, to be read in a sentence.
func roleNames() string {
	all := access.Roles()
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// grants reads roles such as collector@cards.
func (c *Config) grants(roles []string) (out access.Grants, err error) {
	if len(roles) == 0 {
		return nil, fail(Usage, "give --role, such as collector@cards; the roles are %s", roleNames())
	}
	for _, r := range roles {
		name, portfolio, scoped := strings.Cut(r, "@")
		if !access.Role(name).Known() {
			return nil, fail(Usage, "%q is no role; the roles are %s", name, roleNames())
		}
		if scoped {
			if portfolio == "" {
				return nil, fail(Usage, "%q names no portfolio after @", r)
			}
			if _, err := c.Portfolio(portfolio); err != nil {
				return nil, err
			}
		}
		out = append(out, access.Grant{Role: access.Role(name), Portfolio: portfolio})
	}
	return out, nil
}

func withUser(ctx context.Context, g *signin.Gate, login string, f func(*store.Staffer) error) error {
	p, err := g.Store.StaffByLogin(ctx, login)
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "nobody has the login %q; duly user list shows who there is", login)
	}
	if err != nil {
		return err
	}
	return f(&p)
}

func (a *app) userAdd(ctx context.Context, cfg *Config, g *signin.Gate, login string, f userFlags) error {
	grants, err := cfg.grants(f.roles)
	if err != nil {
		return err
	}
	_, password, err := g.Add(ctx, login, grants, f.by)
	switch {
	case errors.Is(err, signin.ErrLogin):
		return fail(Usage, "%q is no login: 2 to 32 small letters, digits, dots, hyphens and underscores; a number of staff serves better than a name", login)
	case errors.Is(err, store.ErrLoginTaken):
		return fail(Findings, "somebody has the login %q, or had it", login)
	case err != nil:
		return err
	}
	return a.firstPassword(login, password)
}

// userReset takes away somebody's second factor, and their password with it where nothing else is said.
func (a *app) userReset(ctx context.Context, g *signin.Gate, p *store.Staffer, f userFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	if !f.factor {
		password, err := g.Reset(ctx, p.ID, f.by)
		if err != nil {
			return err
		}
		return a.firstPassword(p.Login, password)
	}
	err = g.Store.ResetFactor(ctx, p.ID, f.by, a.clock.read())
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "%s has no second factor", p.Login)
	}
	if err != nil {
		return err
	}
	return a.told(lang, "%s  the second factor is gone: they set up another when they come in with their password next", "%s  二次验证已重置：下次用密码登录后重新设置", p.Login)
}

func (a *app) firstPassword(login, password string) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, lang.say("%s  first password %s\nIt is shown this once. They choose one of their own when they first come in, and set up a second factor.\n",
		"%s  初始密码 %s\n只显示这一次。首次登录时须换成自己的密码，并设置二次验证。\n"), login, password)
	return err
}

// userLine is one of who works here, for machines.
type userLine struct {
	Number  int64     `json:"number"`
	Login   string    `json:"login"`
	Roles   []string  `json:"roles"`
	Since   time.Time `json:"since"`
	EndedAt time.Time `json:"ended_at,omitzero"`
	Locked  time.Time `json:"locked_at,omitzero"`
	Factor  bool      `json:"second_factor"`
	Given   bool      `json:"first_password"`
	SSO     bool      `json:"sso"`       // they may come in by the lender's own sign-in
	Alone   bool      `json:"sso_alone"` // and by nothing else
}

func (a *app) userList(ctx context.Context, f userFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	return cfg.withStore(ctx, func(s *store.Store) error {
		all, err := s.Staff(ctx)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(a.out)
		g := &page{w: w, lang: lang, zone: time.Local}
		enc := json.NewEncoder(w)
		rows := [][]string{{"", lang.say("login", "用户名"), lang.say("roles", "角色"), lang.say("since", "加入时间"), ""}}
		for i := range all {
			p := &all[i]
			line := userLine{Number: p.ID, Login: p.Login, Since: p.MadeAt, EndedAt: p.EndedAt, Locked: p.LockedAt, Factor: p.HasFactor(), Given: p.Given, SSO: p.SSO, Alone: p.SSOAlone, Roles: []string{}}
			for _, r := range p.Grants {
				word := string(r.Role)
				if r.Portfolio != "" {
					word += "@" + r.Portfolio
				}
				line.Roles = append(line.Roles, word)
			}
			if f.json {
				if err := enc.Encode(line); err != nil {
					return err
				}
				continue
			}
			remark := ""
			switch {
			case !p.EndedAt.IsZero():
				remark = lang.say("ended ", "已停用 ") + g.time(p.EndedAt)
			case !p.LockedAt.IsZero():
				remark = lang.say("locked ", "已锁定 ") + g.time(p.LockedAt)
			case p.SSO && !p.Bound:
				remark = lang.say("has not come by your organisation's sign-in yet", "尚未首次统一登录")
			case p.SSOAlone:
				remark = lang.say("by your organisation's sign-in alone", "只用统一登录")
			case p.SSO:
				remark = lang.say("by your organisation's sign-in too", "可用统一登录")
			case p.Given:
				remark = lang.say("has not come in yet", "尚未首次登录")
			case !p.HasFactor():
				remark = lang.say("no second factor yet", "尚未设置二次验证")
			}
			rows = append(rows, []string{fmt.Sprint(p.ID), p.Login, strings.Join(line.Roles, " "), g.time(p.MadeAt), remark})
		}
		switch {
		case f.json:
		case len(all) == 0:
			g.line("%s", lang.say("nobody comes in at the console yet; duly user add lets somebody in", "还没有控制台用户；用 duly user add 添加"))
		default:
			g.grid(rows)
		}
		return w.Flush()
	})
}
