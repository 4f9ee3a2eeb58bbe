package console

import (
	"errors"
	"net/http"

	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// ssoCookie is what comes back with who was sent to the lender's own sign-in. Its name keeps it apart from a session's.
func (c *Console) ssoCookie() string { return c.cookieName() + "-sso" }

// giveAcross sends a cookie that comes along when another site sends somebody back here, as the lender's own sign-in does.
func (v *visit) giveAcross(name, value string, age int) {
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: v.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// ssoGo sends somebody to the lender's own sign-in.
func (c *Console) ssoGo(v *visit) error {
	to, knock, err := c.Gate.AskSSO(v.r.Context())
	if err != nil {
		return v.notBySSO(err)
	}
	v.giveAcross(c.ssoCookie(), knock, int(signin.SSOWithin.Seconds()))
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// ssoCame lets in who comes back. What it answers is a page that goes on by itself: a browser sends no strict cookie along with a request
// that another site began, and a redirect would be part of that one.
func (c *Console) ssoCame(v *visit) error {
	knock := ""
	if k, err := v.r.Cookie(c.ssoCookie()); err == nil {
		knock = k.Value
	}
	v.giveAcross(c.ssoCookie(), "", -1)
	cookie, err := c.Gate.EnterBySSO(v.r.Context(), knock, v.r.URL.Query(), v.source())
	if err != nil {
		return v.notBySSO(err)
	}
	v.give(v.cookieName(), cookie, 0)
	v.w.Header().Set("Refresh", "0; url="+Path)
	return v.show(http.StatusOK, "sso", "已登录", "You are signed in", nil)
}

// notBySSO says why the lender's own sign-in let nobody in.
func (v *visit) notBySSO(err error) error {
	var many *store.TooManyError
	switch {
	case errors.Is(err, signin.ErrSSODown):
		v.Log.Warn("console: the lender's own sign-in does not answer", "error", err)
		return v.entering(http.StatusServiceUnavailable, entering{}, v.say("统一登录暂时无法连接。有密码或通行密钥的，请在此登录；或稍后再试。", "Your organisation's sign-in cannot be reached just now. If you have a password or a passkey, please use it here, or try again in a while."))
	case errors.Is(err, signin.ErrNoAccount):
		return v.entering(http.StatusUnprocessableEntity, entering{}, v.say("统一登录已确认您的身份，但您在这里没有可用的账户，请联系系统管理员开通。", "Your organisation's sign-in knows you, but no account here has been opened to you. Please ask the administrator."))
	case errors.Is(err, signin.ErrWrong):
		return v.entering(http.StatusUnprocessableEntity, entering{}, v.say("统一登录没有完成，请再试一次。", "The sign-in was not finished. Please try once more."))
	case errors.As(err, &many):
		return v.entering(v.wait(many), entering{}, v.tooMany(many))
	}
	return err
}

// userSSO lets somebody come in by the lender's own sign-in, by what it calls them; wrong says what is wrong with the form.
func (c *Console) userSSO(v *visit, p *store.Staffer) (wrong string, err error) {
	called := signin.Called(v.form("called", 200))
	if c.Gate.SSO == nil || called == "" {
		return v.say("请填写对方在统一登录中的名称。", "Please say what your organisation's sign-in calls them."), nil
	}
	err = c.Gate.Store.AllowSSO(v.r.Context(), p.ID, c.Gate.SSO.Issuer, called, v.form("alone", 1) != "", v.who(), v.Gate.Wire())
	if errors.Is(err, store.ErrSubjectTaken) {
		return v.say("此名称已用于另一个账户。", "Another account has this name already."), nil
	}
	return "", err
}
