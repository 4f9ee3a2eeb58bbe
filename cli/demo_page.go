package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/serve"
)

// after is when the demo's folder goes on: the morning after its last day.
func (d *demo) after() time.Time {
	return (demoFrom + ledger.Date(d.flags.days) + 1).At(10, 0, d.zone)
}

// showPage shows the page of a borrower of the story on loopback, until somebody ends the demo. It is the real one: with a link that
// ends by itself and a second step.
func (d *demo) showPage(ctx context.Context) error {
	civil, began := d.after(), d.a.clock.read()
	now := func() time.Time { return civil.Add(d.a.clock.read().Sub(began)) }
	handler := d.config.portalHandler(d.engine, now, slog.New(slog.DiscardHandler))
	if handler == nil {
		return fail(Input, "%s says nothing of the borrower's page", d.config.File)
	}
	in, err := letIn(ctx, d.engine, d.config.Portfolios[0].ID, hasTwo, true, civil)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fail(Dependency, "the page cannot be shown on loopback: %w", err)
	}
	web := serve.New(serve.Limits{}, nil)
	web.Handle("/", handler)
	if err := d.showConsole(ctx, web, now, strings.Replace("http://"+l.Addr().String(), "127.0.0.1", "localhost", 1)); err != nil {
		return errors.Join(err, l.Close())
	}
	d.head("The borrower's page", "借款人页面")
	d.line("  %s", engine.PageLink("http://"+l.Addr().String(), path.Base(in.Link)))
	d.say(d.lang.say("The page of "+hasTwo+", as their phone would show it. It asks for their date of birth, which is "+d.world.Born(hasTwo)+". Both stay open until Ctrl-C.",
		hasTwo+"在手机上看到的页面。页面会核对出生日期，请填 "+d.world.Born(hasTwo)+"。按 Ctrl-C 结束。"))
	return web.Run(ctx, l)
}
