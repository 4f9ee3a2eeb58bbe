package console

import (
	"errors"
	"net/http"

	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
)

type choosing struct {
	Given bool // there is nothing to be asked for: they have just come in with the one that they were given
	Login string
}

// password lets somebody choose one.
func (c *Console) password(v *visit) error {
	if !v.user.Inside && !v.user.Given {
		v.onward() // the password that they have is right, and the second factor comes next
		return nil
	}
	return v.choosing(http.StatusOK, "")
}

func (v *visit) choosing(status int, wrong string) error {
	return v.showWith(status, "password", "设置密码", "Choose a password", choosing{v.user.Given, v.user.Login}, wrong)
}

// wrongPasswords says what is wrong with a password.
var wrongPasswords = []struct {
	err    error
	zh, en string
}{
	{signin.ErrWrong, "当前密码不对。", "The password that you have now is not right."},
	{signin.ErrShort, "请至少使用12个字符。几个不相干的词最容易记住，也最难猜。", "Please use 12 characters at least. A few words that have nothing to do with each other are easy to remember and hard to guess."},
	{signin.ErrLong, "密码太长，最多200个字符。", "This is too long; 200 characters at most."},
	{signin.ErrCommon, "这个密码很常见，或与常见密码相近，请换一个。", "Many people use this password or one much like it. Please take another."},
	{signin.ErrSame, "请不要沿用原来的密码。", "This is the password that you have already. Please take another."},
}

// passworded keeps it.
func (c *Console) passworded(v *visit) error {
	if !v.user.Inside && !v.user.Given {
		v.onward()
		return nil
	}
	chosen := v.r.PostFormValue("password")
	if chosen != v.r.PostFormValue("again") {
		return v.choosing(http.StatusUnprocessableEntity, v.say("两次输入的密码不一样。", "The two passwords are not the same."))
	}
	err := c.Gate.Choose(v.r.Context(), v.user, v.cookie, v.r.PostFormValue("old"), chosen, v.source())
	var many *store.TooManyError
	if errors.As(err, &many) {
		return v.choosing(v.wait(many), v.tooMany(many))
	}
	for _, w := range wrongPasswords {
		if errors.Is(err, w.err) {
			return v.choosing(http.StatusUnprocessableEntity, v.say(w.zh, w.en))
		}
	}
	if err != nil {
		return err
	}
	if v.user.Inside {
		v.away("me?done=password")
		return nil
	}
	v.user.Given = false
	v.onward()
	return nil
}
