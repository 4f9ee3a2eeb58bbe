package cli

import (
	"context"
	"log/slog"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/console"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/signin"
)

// demoPassword is told to whoever runs the demo, and opens nothing but it.
const demoPassword = "show me the book"

// showConsole adds the console with the demo's book, and tells how to come in: a login, a password and codes of the second factor.
func (d *demo) showConsole(ctx context.Context, web *serve.Server, civil func() time.Time, address string) error {
	d.config.Console.Address = address // browsers keep passkeys for a name and not for a number
	handler, err := d.config.consoleHandler(d.engine, civil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if handler == nil {
		return fail(Input, "%s says nothing of the console", d.config.File)
	}
	web.Handle(console.Path, handler)
	gate := &signin.Gate{Store: d.engine.Store, Wire: d.a.clock.read}
	grants := access.Grants{}
	for _, r := range access.Roles() {
		grants = append(grants, access.Grant{Role: r})
	}
	secret, codes, err := gate.Ready(ctx, "demo", demoPassword, grants)
	if err != nil {
		return err
	}
	d.head("The lender's console", "控制台")
	d.line("  %s%s", address, console.Path)
	d.line(d.lang.say("  login         demo", "  用户名    demo"))
	d.line(d.lang.say("  password      %s", "  密码      %s"), demoPassword)
	d.line(d.lang.say("  second factor %s   %s   %s (each once)", "  二次验证  %s   %s   %s（每个只能用一次）"), codes[0], codes[1], codes[2])
	d.line(d.lang.say("  or an authenticator app with the secret %s", "  或在身份验证器中添加密钥 %s"), access.SecretText(secret))
	return nil
}
