package console

import (
	"errors"
	"net/http"

	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// second asks for a code of the second factor.
func (c *Console) second(v *visit) error {
	if v.user.Inside || v.next() != "second" {
		v.onward()
		return nil
	}
	return v.seconding(http.StatusOK, "")
}

// A seconding is which second factors somebody has.
type seconding struct {
	App  bool   // an authenticator app
	Keys string // for which address their passkeys are; empty: they have none
}

func (v *visit) seconding(status int, wrong string) error {
	s := seconding{App: v.user.FactorOn}
	if v.user.Passkeys > 0 {
		s.Keys = v.Gate.Passkeys.Address()
	}
	return v.showWith(status, "second", "二次验证", "Second factor", s, wrong)
}

// onward sends somebody to the page that they are at the turn of.
func (v *visit) onward() {
	if v.user.Inside && !v.user.Given {
		v.away("")
		return
	}
	v.away(v.next())
}

// seconded looks at it.
func (c *Console) seconded(v *visit) error {
	if v.user.Inside || v.next() != "second" {
		v.onward()
		return nil
	}
	next, err := c.Gate.Second(v.r.Context(), v.user, v.cookie, v.form("code", 40), v.source())
	var many *store.TooManyError
	switch {
	case errors.Is(err, signin.ErrWrong):
		return v.seconding(http.StatusUnprocessableEntity,
			v.say("验证码不对或已用过，请等下一个。", "This code is not right, or was used already. Please wait for the next one."))
	case errors.As(err, &many):
		return v.seconding(v.wait(many), v.tooMany(many))
	case err != nil:
		return err
	}
	v.give(v.cookieName(), next, 0)
	v.away("")
	return nil
}
