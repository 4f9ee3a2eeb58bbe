package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

// knockCookie is what a challenge is bound to while nobody knows who is there.
func (c *Console) knockCookie() string { return c.cookieName() + "-knock" }

// mostSigned bounds what a browser sends of a passkey: some certificates are long.
const mostSigned = 32 << 10

// json answers a script of ours.
func (v *visit) json(status int, body []byte) {
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // whoever went away needs no answer
}

// ask answers with what a browser is to sign, or with why not, in words.
func (v *visit) ask(body []byte, err error, wrong string) error {
	var many *store.TooManyError
	switch {
	case errors.Is(err, signin.ErrWrong):
		v.json(http.StatusUnprocessableEntity, refusal(wrong))
	case errors.Is(err, store.ErrProof):
		v.json(http.StatusUnprocessableEntity, refusal(v.proveFirst()))
	case errors.As(err, &many):
		v.json(v.wait(many), refusal(v.tooMany(many)))
	case err != nil:
		return err
	default:
		v.json(http.StatusOK, body)
	}
	return nil
}

// refusal says why not, for the script.
func refusal(words string) []byte {
	b, _ := json.Marshal(map[string]string{"error": words}) // a text never fails
	return b
}

// passkeyAsk asks for a signature of a passkey, of nobody in particular.
func (c *Console) passkeyAsk(v *visit) error {
	body, knock, err := c.Gate.AskPasskey()
	if err == nil {
		v.give(c.knockCookie(), knock, int(store.ChallengeWithin.Seconds()))
	}
	return v.ask(body, err, v.noPasskeys())
}

// passkeyEnter lets in who has signed.
func (c *Console) passkeyEnter(v *visit) error {
	knock := ""
	if k, err := v.r.Cookie(c.knockCookie()); err == nil {
		knock = k.Value
	}
	cookie, err := c.Gate.EnterByPasskey(v.r.Context(), knock, v.form("credential", mostSigned), v.source())
	v.give(c.knockCookie(), "", -1)
	if status, wrong, err := v.notByPasskey(err); err != nil || wrong != "" {
		if err != nil {
			return err
		}
		return v.entering(status, entering{}, wrong)
	}
	v.give(v.cookieName(), cookie, 0)
	v.away("")
	return nil
}

// notByPasskey says why a passkey did not let in; both are empty where it did.
func (v *visit) notByPasskey(err error) (status int, wrong string, _ error) {
	var many *store.TooManyError
	switch {
	case errors.Is(err, store.ErrPasskeyStopped):
		return http.StatusUnprocessableEntity, v.say("这把通行密钥可能被复制过，已停用。请用其他方式登录，并告知系统管理员。",
			"There may be two of this passkey, and it lets nobody in any more. Please sign in another way, and tell the administrator."), nil
	case errors.Is(err, signin.ErrWrong):
		return http.StatusUnprocessableEntity, v.say("这把通行密钥不能登录。请再试一次，或用密码登录。", "This passkey did not let you in. Please try once more, or use your password."), nil
	case errors.As(err, &many):
		return v.wait(many), v.tooMany(many), nil
	}
	return 0, "", err
}

// secondAsk asks for a signature of a passkey of somebody whose password was right.
func (c *Console) secondAsk(v *visit) error {
	body, err := c.Gate.AskSecond(v.r.Context(), v.user, v.cookie)
	return v.ask(body, err, v.noPasskeys())
}

// secondByPasskey looks at it.
func (c *Console) secondByPasskey(v *visit) error {
	if v.user.Inside || v.next() != "second" {
		v.onward()
		return nil
	}
	next, err := c.Gate.SecondByPasskey(v.r.Context(), v.user, v.cookie, v.form("credential", mostSigned), v.source())
	if status, wrong, err := v.notByPasskey(err); err != nil || wrong != "" {
		if err != nil {
			return err
		}
		return v.seconding(status, wrong)
	}
	v.give(v.cookieName(), next, 0)
	v.away("")
	return nil
}

// passkeyOffer says what a passkey is to be made of.
func (c *Console) passkeyOffer(v *visit) error {
	body, err := c.Gate.OfferPasskey(v.r.Context(), v.user, v.cookie)
	return v.ask(body, err, v.noPasskeys())
}

// passkeyAdd keeps the passkey that was made.
func (c *Console) passkeyAdd(v *visit) error {
	name := v.form("name", 40)
	if name == "" {
		name = v.say("通行密钥", "Passkey")
	}
	inside := v.user.Inside
	next, recovery, err := c.Gate.AddPasskey(v.r.Context(), v.user, v.cookie, v.form("credential", mostSigned), name)
	wrong := ""
	switch {
	case errors.Is(err, store.ErrPasskeyTaken):
		wrong = v.say("这把通行密钥已经登记过。", "This passkey is there already.")
	case errors.Is(err, store.ErrManyPasskeys):
		wrong = v.say("最多登记20把通行密钥，请先移除不用的。", "There are 20 passkeys at most. Please remove one that you do not use.")
	case errors.Is(err, signin.ErrWrong), errors.Is(err, store.ErrNotFound):
		wrong = v.say("没有登记成功，请再试一次。", "It was not kept. Please try once more.")
	case err != nil:
		return err
	case inside:
		v.away("me?done=passkey")
		return nil
	default:
		v.give(v.cookieName(), next, 0)
		return v.show(http.StatusOK, "recovery", "请保存备用验证码", "Keep your recovery codes", enrolling{Recovery: recovery})
	}
	if inside {
		return v.aboutMe(http.StatusUnprocessableEntity, wrong)
	}
	return v.enrolling(http.StatusUnprocessableEntity, wrong)
}

// passkeyRemove takes one away.
func (c *Console) passkeyRemove(v *visit) error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return errNowhere
	}
	err = c.Gate.Store.RemovePasskey(v.r.Context(), v.user.ID, id, v.cookie, v.Gate.Wire())
	if errors.Is(err, store.ErrLastFactor) {
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("这是您唯一可用的二次验证，请先登记另一把通行密钥，或设置身份验证器。",
			"This is the only second factor that lets you in. Please add another passkey or an authenticator app first."))
	}
	return v.owned(err, "unkeyed")
}

// passkeyRename gives one another name.
func (c *Console) passkeyRename(v *visit) error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return errNowhere
	}
	name := v.form("name", 40)
	if name == "" {
		return v.aboutMe(http.StatusUnprocessableEntity, v.say("请填写名称。", "Please give it a name."))
	}
	return v.owned(c.Gate.Store.RenamePasskey(v.r.Context(), v.user.ID, id, name, v.cookie, v.Gate.Wire()), "renamed")
}

func (v *visit) noPasskeys() string {
	return v.say("这里不能使用通行密钥。", "Passkeys are not used here.")
}
