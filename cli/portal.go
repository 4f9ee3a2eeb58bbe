package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/portal"
	"github.com/dulyhq/duly/store"
)

// portalHandler returns the borrower's page as configured; nil where there is none.
func (c *Config) portalHandler(e *engine.Engine, civil func() time.Time, log *slog.Logger) http.Handler {
	if c.Portal.Address == "" {
		return nil
	}
	p := portal.Config{
		Desk: e.Desk(), Civil: civil, Secure: strings.HasPrefix(c.Portal.Address, "https:"), Proxied: c.Portal.Proxied, Language: c.Portfolios[0].Language,
		Creditor: portal.Text(c.Creditor.Name), Phone: c.Portfolios[0].Phone, Houses: map[string]portal.Pay{}, Log: log,
	}
	for i := range c.Portfolios {
		f := &c.Portfolios[i]
		pay := portal.Pay{QR: f.Pay.QR}
		for _, l := range f.Pay.Links {
			pay.Links = append(pay.Links, portal.PayLink{Name: portal.Text(l.Name), URL: l.URL})
		}
		if b := f.Pay.Bank; b != nil {
			pay.Bank = &portal.Bank{Holder: portal.Text(b.Holder), Bank: portal.Text(b.Bank), Account: portal.Text(b.Account)}
		}
		p.Houses[f.ID] = pay
	}
	return portal.New(p)
}

type pageFlags struct {
	link      bool
	portfolio string
	by        string
}

func (a *app) pageCommand() *cobra.Command {
	var f pageFlags
	c := &cobra.Command{
		Use:   "page BORROWER",
		Short: "Make a code that opens a borrower's page, for a person at the desk who tells it to them",
		Long: `Makes a code, or with --link a link, that opens the page of one borrower: for somebody who calls and has no message at hand.
Only its keyed hash is stored, so that it is shown this once. It is worth nothing without the second step: the end of the
identity document's number, or the day of birth, as far as the lender gave them. It ends after portal.valid.`,
		Example: "  duly page B00001\n  duly page B00001 --link",
		Args:    exactly(1, "page takes the lender's own key of one borrower"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.page(c.Context(), cfg, e, args[0], f) })
		},
	}
	c.Flags().BoolVar(&f.link, "link", false, "a link in the place of a code")
	byWhom(c, &f.by)
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "whose borrower, where there are several portfolios")
	a.nowFlag(c)
	return c
}

func (a *app) page(ctx context.Context, cfg *Config, e *engine.Engine, borrower string, f pageFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	book, err := cfg.Portfolio(f.portfolio)
	if err != nil {
		return err
	}
	if cfg.Portal.Address == "" {
		return fail(Input, "%s says nothing of the borrower's page; give portal.address", cfg.File)
	}
	if err := staff(f.by); err != nil {
		return err
	}
	in, err := letIn(ctx, e, book.ID, borrower, f.link, a.clock.time())
	if err != nil {
		return err
	}
	if err := e.Store.Record(ctx, store.Deed{At: a.clock.read(), Who: f.by, What: "page_opened", Subject: "borrower " + strconv.FormatInt(int64(in.Borrower), 10)}); err != nil {
		return err
	}
	if f.link {
		_, err = fmt.Fprintln(a.out, in.Link)
		return err
	}
	_, err = fmt.Fprintf(a.out, lang.say("%s  code %s, until %s\n", "%s  查询码 %s，有效期至 %s\n"), cfg.Portal.Address, in.Code, in.EndsAt.In(book.Zone).Format("2006-01-02 15:04"))
	return err
}

// letIn makes a key for a borrower of a portfolio.
func letIn(ctx context.Context, e *engine.Engine, portfolio, borrower string, link bool, at time.Time) (engine.Entry, error) {
	found, err := e.Store.Find(ctx, borrower)
	if err != nil {
		return engine.Entry{}, fail(Input, "no borrower is called %q", borrower)
	}
	for _, p := range e.Portfolios {
		for _, x := range found {
			if p.Ref == portfolio && x.Kind == "borrower" && x.Portfolio == p.Row() {
				return e.LetIn(ctx, p, ledger.BorrowerID(x.ID), link, at)
			}
		}
	}
	return engine.Entry{}, fail(Input, "no borrower of portfolio %s is called %q", portfolio, borrower)
}
