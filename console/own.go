package console

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"rsc.io/qr"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// proveFirst says what comes before a change of how one signs in.
func (v *visit) proveFirst() string {
	return v.say("请先在“我的账户”页面确认是您本人。", "Please show first, on your own page, that it is you.")
}

// owned answers for a change of how the visitor signs in.
func (v *visit) owned(err error, done string) error {
	if errors.Is(err, store.ErrProof) {
		return v.aboutMe(http.StatusUnprocessableEntity, v.proveFirst())
	}
	if err != nil {
		return err
	}
	v.away("me?done=" + done)
	return nil
}

// prove looks at the password of who is in, before they change how they sign in.
func (c *Console) prove(v *visit) error {
	err := c.Gate.ProveByPassword(v.r.Context(), v.user, v.cookie, v.r.PostFormValue("password"), v.source())
	var many *store.TooManyError
	switch {
	case errors.Is(err, signin.ErrWrong):
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("密码不对，请再核对。", "The password is not right. Please look at it once more."))
	case errors.As(err, &many):
		return v.aboutMe(v.wait(many), v.tooMany(many))
	}
	return v.owned(err, "proved")
}

// proveAsk asks for a signature of a passkey of who is in.
func (c *Console) proveAsk(v *visit) error {
	body, err := c.Gate.AskProof(v.r.Context(), v.user, v.cookie)
	return v.ask(body, err, v.noPasskeys())
}

// proveByPasskey looks at it.
func (c *Console) proveByPasskey(v *visit) error {
	err := c.Gate.ProveByPasskey(v.r.Context(), v.user, v.cookie, v.form("credential", mostSigned), v.source())
	var many *store.TooManyError
	switch {
	case errors.Is(err, store.ErrPasskeyStopped):
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("这把通行密钥可能被复制过，已停用。请告知系统管理员。", "There may be two of this passkey, and it is stopped. Please tell the administrator."))
	case errors.Is(err, signin.ErrWrong):
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("没有确认成功，请再试一次。", "That did not show it. Please try once more."))
	case errors.As(err, &many):
		return v.aboutMe(v.wait(many), v.tooMany(many))
	}
	return v.owned(err, "proved")
}

// An appOffer is a new authenticator app that is to be shown to work.
type appOffer struct {
	Picture template.HTML // the secret as a QR code; it is made of numbers alone
	Secret  string
	Offer   string // what comes back with the code
	Change  bool   // there is one already, which ends
}

// app shows the secret of a new authenticator app.
func (c *Console) app(v *visit) error {
	secret, offer, err := c.Gate.OfferApp(v.user, v.cookie)
	switch {
	case errors.Is(err, store.ErrProof):
		v.away("me#prove")
		return nil
	case errors.Is(err, signin.ErrWrong): // they have no second factor here that an app could stand beside
		v.away("me")
		return nil
	}
	if err != nil {
		return err
	}
	return v.offering(http.StatusOK, secret, offer, "")
}

func (v *visit) offering(status int, secret []byte, offer, wrong string) error {
	picture, err := drawn(access.SecretLink(secret, signin.Issuer, v.user.Login))
	if err != nil {
		return err
	}
	a := appOffer{Picture: picture, Secret: spaced(access.SecretText(secret)), Offer: offer, Change: v.user.FactorOn}
	title := [2]string{"设置身份验证器", "Add an authenticator app"}
	if a.Change {
		title = [2]string{"更换身份验证器", "Change the authenticator app"}
	}
	return v.showWith(status, "app", title[0], title[1], a, wrong)
}

// drawn is a text as a QR code, a drawing within the page, so that no address leads to it.
func drawn(text string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("console: qr: %w", err)
	}
	const margin = 4 // as ISO/IEC 18004 asks for
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	size := code.Size + 2*margin
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" width="220" height="220" aria-hidden="true" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`, //nolint:gosec // numbers of our own
		size, size, size, size, path.String())), nil
}

// appSet looks at the first code of it.
func (c *Console) appSet(v *visit) error {
	offer := v.form("offer", 100)
	err := c.Gate.SetApp(v.r.Context(), v.user, v.cookie, offer, v.form("code", 40), v.source())
	var many *store.TooManyError
	status, wrong := http.StatusUnprocessableEntity, ""
	switch {
	case errors.Is(err, signin.ErrWrong):
		wrong = v.say("验证码不对。请核对手机时间是否准确，再输入当前显示的验证码。", "This code is not right. Please see that your phone's clock is, and type the code that it shows now.")
	case errors.As(err, &many):
		status, wrong = v.wait(many), v.tooMany(many)
	default:
		return v.owned(err, "app")
	}
	secret, err := c.Gate.OfferedApp(v.user, v.cookie, offer)
	if errors.Is(err, signin.ErrWrong) {
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("这个二维码已失效，请重新设置。", "This secret is no longer good. Please begin anew."))
	}
	if err != nil {
		return err
	}
	return v.offering(status, secret, offer, wrong)
}

// appRemove takes the authenticator app away, where a passkey remains.
func (c *Console) appRemove(v *visit) error {
	err := c.Gate.RemoveApp(v.r.Context(), v.user, v.cookie)
	switch {
	case errors.Is(err, store.ErrLastFactor):
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("身份验证器是您唯一可用的二次验证，请先登记一把通行密钥。",
			"The app is the only second factor that lets you in. Please add a passkey first."))
	case errors.Is(err, store.ErrNotFound):
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("没有身份验证器可移除。", "There is no app to remove."))
	}
	return v.owned(err, "unapped")
}

// keys turns keys of one letter on or off, for the visitor, wherever they sign in.
func (c *Console) keys(v *visit) error {
	off := v.form("keys", 10) == "off"
	if err := c.Gate.Store.SetKeys(v.r.Context(), v.user.ID, off); err != nil {
		return err
	}
	if off {
		v.away("me?done=no-keys")
	} else {
		v.away("me?done=keys")
	}
	return nil
}

// newCodes tells other recovery codes, this once.
func (c *Console) newCodes(v *visit) error {
	codes, err := c.Gate.NewCodes(v.r.Context(), v.user, v.cookie)
	if err != nil {
		return v.owned(err, "")
	}
	return v.show(http.StatusOK, "recovery", "请保存备用验证码", "Keep your recovery codes", enrolling{Recovery: codes, Renewed: true})
}

// seen keeps that the visitor knows what was changed before they came.
func (c *Console) seen(v *visit) error {
	return v.owned(c.Gate.Store.SeeStaffNotes(v.r.Context(), v.user.ID, v.user.MadeAt), "seen")
}
