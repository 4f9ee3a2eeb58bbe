package console

import (
	"errors"
	"net/http"

	"rsc.io/qr"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

type enrolling struct {
	Secret   string
	Recovery []string // told this once
	Keys     string   // for which address browsers keep passkeys; empty: for none
	Renewed  bool     // they take the place of others, which have ended
}

// factor shows the secret of a second factor, and asks for a code that shows that it works.
func (c *Console) factor(v *visit) error { return v.enrolling(http.StatusOK, "") }

func (v *visit) enrolling(status int, wrong string) error {
	if v.user.Inside || v.next() != "factor" {
		v.onward()
		return nil
	}
	secret, err := v.Gate.Offer(v.r.Context(), v.user)
	if err != nil {
		return err
	}
	return v.showWith(status, "factor", "设置二次验证", "Set up the second factor", enrolling{Secret: spaced(access.SecretText(secret)), Keys: v.Gate.Passkeys.Address()}, wrong)
}

// spaced parts a secret in groups of four, to be typed.
func spaced(s string) (out string) {
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			out += " "
		}
		out += s[i:min(i+4, len(s))]
	}
	return out
}

// factorPicture is the secret as a QR code. It is told to the one who sets it up, and to nobody once it works.
func (c *Console) factorPicture(v *visit) error {
	if v.user.Inside || v.next() != "factor" {
		return errNowhere
	}
	secret, err := v.Gate.Offer(v.r.Context(), v.user)
	if err != nil {
		return err
	}
	code, err := qr.Encode(access.SecretLink(secret, signin.Issuer, v.user.Login), qr.M)
	if err != nil {
		return err
	}
	code.Scale = 6
	v.w.Header().Set("Content-Type", "image/png")
	_, _ = v.w.Write(code.PNG()) // whoever went away needs no answer
	return nil
}

// factored looks at the code, lets in, and tells the recovery codes.
func (c *Console) factored(v *visit) error {
	if v.user.Inside || v.next() != "factor" {
		v.onward()
		return nil
	}
	next, recovery, err := c.Gate.Enrol(v.r.Context(), v.user, v.cookie, v.form("code", 40), v.source())
	var many *store.TooManyError
	switch {
	case errors.Is(err, signin.ErrWrong):
		return v.enrolling(http.StatusUnprocessableEntity, v.say("验证码不对。请核对手机时间是否准确，再输入当前显示的验证码。", "This code is not right. Please see that your phone's clock is, and type the code that it shows now."))
	case errors.As(err, &many):
		return v.enrolling(v.wait(many), v.tooMany(many))
	case err != nil:
		return err
	}
	v.give(v.cookieName(), next, 0)
	return v.show(http.StatusOK, "recovery", "请保存备用验证码", "Keep your recovery codes", enrolling{Recovery: recovery})
}
