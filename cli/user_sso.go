package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// userSSO is the command that lets somebody come in by the lender's own sign-in, or takes that away.
func (a *app) userSSO(c *cobra.Command, f *userFlags) {
	var called string
	var alone, end bool
	a.userChange(c, f)("sso LOGIN", "They may come in by your organisation's own sign-in (console.oidc)", "sso lin17 --as lin.wei17 --by administrator:1", func(s *cobra.Command) {
		s.Flags().StringVar(&called, "as", "", "what it calls them: the claim that console.oidc.claim names; they have seven days\nfor the first time, and from then on its own number for them counts")
		s.Flags().BoolVar(&alone, "alone", false, "by nothing else: password and passkeys let them in no more")
		s.Flags().BoolVar(&end, "end", false, "no more by it")
	}, func(ctx context.Context, cfg *Config, g *signin.Gate, args []string) error {
		called := signin.Called(called)
		switch {
		case end == (called != ""):
			return fail(Usage, "give either --as, what your organisation's sign-in calls them, or --end")
		case !end && cfg.Console.OIDC.Issuer == "":
			return fail(Input, "%s names no sign-in of your organisation: console.oidc", cfg.File)
		}
		return withUser(ctx, g, args[0], func(p *store.Staffer) error {
			var err error
			if end {
				err = g.Store.ForbidSSO(ctx, p.ID, f.by, a.clock.read())
			} else {
				err = g.Store.AllowSSO(ctx, p.ID, cfg.Console.OIDC.Issuer, called, alone, f.by, a.clock.read())
			}
			switch {
			case errors.Is(err, store.ErrSubjectTaken):
				return fail(Findings, "another account is allowed to who is called so")
			case errors.Is(err, store.ErrNotFound) && end:
				return fail(Findings, "%s does not come in by your organisation's sign-in", p.Login)
			case errors.Is(err, store.ErrNotFound):
				return fail(Findings, "%s does not come in any more", p.Login)
			case err != nil || end:
				return err
			}
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			return a.told(lang, "%s  may come in by your organisation's sign-in; the first time within seven days", "%s  可用统一登录，须在7天内首次登录", p.Login)
		})
	})
}
