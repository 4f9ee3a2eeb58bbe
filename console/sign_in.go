package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

type entering struct {
	Over  bool // they were inside, and are not any more
	Login string
	Keys  string // for which address browsers keep passkeys; empty: for none
	SSO   string // what the lender's own sign-in is called; empty: there is none
}

// signIn asks for the login and the password.
func (c *Console) signIn(v *visit) error {
	if v.user != nil && v.user.Inside && !v.user.Given {
		v.away("")
		return nil
	}
	return v.entering(http.StatusOK, entering{Over: v.r.URL.Query().Get("over") != ""}, "")
}

func (v *visit) entering(status int, e entering, wrong string) error {
	e.Keys = v.Gate.Passkeys.Address()
	if v.Gate.SSO != nil {
		if e.SSO = v.SSOName.In(v.lang); e.SSO == "" {
			e.SSO = v.say("统一身份认证", "your organisation")
		}
	}
	return v.showWith(status, "sign_in", "登录", "Sign in", e, wrong)
}

// signedIn looks at them. It says that one of them is wrong, and not which.
func (c *Console) signedIn(v *visit) error {
	login, password := v.form("login", 64), v.r.PostFormValue("password")
	cookie, err := c.Gate.Enter(v.r.Context(), login, password, v.source())
	var many *store.TooManyError
	switch {
	case errors.Is(err, signin.ErrWrong):
		return v.entering(http.StatusUnprocessableEntity, entering{Login: login}, v.say("用户名或密码不对，请再核对。", "The login or the password is not right. Please look at them once more."))
	case errors.As(err, &many):
		return v.entering(v.wait(many), entering{Login: login}, v.tooMany(many))
	case err != nil:
		return err
	}
	v.give(v.cookieName(), cookie, 0)
	v.away("second")
	return nil
}

// wait tells the browser when to come again.
func (v *visit) wait(m *store.TooManyError) int {
	v.w.Header().Set("Retry-After", strconv.Itoa(int(max(time.Second, m.Until.Sub(v.Gate.Wire()))/time.Second)))
	return http.StatusTooManyRequests
}

func (v *visit) tooMany(m *store.TooManyError) string {
	n := int(m.Until.Sub(v.Gate.Wire())/time.Minute) + 1
	return fmt.Sprintf(v.say("错误次数较多，请约%d分钟后再试。", plural(n, "There were many wrong tries. Please come again in about %d minute.", "There were many wrong tries. Please come again in about %d minutes.")), n)
}

// signOut ends the session.
func (c *Console) signOut(v *visit) error {
	if err := c.Gate.Store.EndStaffSession(v.r.Context(), v.cookie); err != nil {
		return err
	}
	v.give(v.cookieName(), "", -1)
	v.away("sign-in")
	return nil
}
