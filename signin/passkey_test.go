package signin

import (
	"errors"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/authenticator"
)

const console = "https://duly.bank.example"

// keyed is a door whose console has a name.
func keyed(t *testing.T) *door {
	t.Helper()
	d := newDoor(t)
	var err error
	d.Passkeys, err = NewPasskeys(console)
	must(t, err)
	return d
}

func device() *authenticator.Device {
	return &authenticator.Device{Origin: console, RP: "duly.bank.example", Verifies: true, Counts: true}
}

// adds gives somebody who is inside a passkey.
func (d *door) adds(cookie string, k *authenticator.Device) {
	d.t.Helper()
	ask, err := d.OfferPasskey(d.t.Context(), d.session(cookie), cookie)
	must(d.t, err)
	next, codes, err := d.AddPasskey(d.t.Context(), d.session(cookie), cookie, k.Make(ask), "my key")
	must(d.t, err)
	if next != "" || codes != nil {
		d.t.Error("a second factor more lets in anew")
	}
}

// alone signs in by a passkey and nothing else.
func (d *door) alone(k *authenticator.Device) (string, error) {
	d.t.Helper()
	ask, knock, err := d.AskPasskey()
	must(d.t, err)
	return d.EnterByPasskey(d.t.Context(), knock, k.Sign(ask), "192.0.2.1")
}

func (d *door) deeds(what string) (n int) {
	d.t.Helper()
	all, err := d.Store.Deeds(d.t.Context(), 0, 1000)
	must(d.t, err)
	for i := range all {
		if all[i].What == what {
			n++
		}
	}
	return n
}

// TestPasskeys: one is added by who is inside and has shown that it is they, and then lets in alone or after the password; it is listed, used,
// and removed, but never the last second factor.
func TestPasskeys(t *testing.T) {
	d := keyed(t)
	cookie, _ := d.hired("lin17")
	d.later(store.ProofWithin)
	if _, err := d.OfferPasskey(t.Context(), d.session(cookie), cookie); !errors.Is(err, store.ErrProof) {
		t.Errorf("an open screen adds a passkey: %v", err)
	}
	must(t, d.ProveByPassword(t.Context(), d.session(cookie), cookie, chosen, "192.0.2.1"))
	k := device()
	d.adds(cookie, k)
	d.later(time.Minute)
	in, err := d.alone(k)
	must(t, err)
	if s := d.session(in); !s.Inside || s.Login != "lin17" || s.Passkeys != 1 {
		t.Errorf("%+v", s)
	}
	half, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	ask, err := d.AskSecond(t.Context(), d.session(half), half)
	must(t, err)
	k.Verifies = false // after the password it is enough to have it
	next, err := d.SecondByPasskey(t.Context(), d.session(half), half, k.Sign(ask), "192.0.2.1")
	must(t, err)
	if !d.session(next).Inside {
		t.Error("not inside")
	}
	if _, err := d.alone(k); !errors.Is(err, ErrWrong) {
		t.Errorf("a device that asks nobody is two factors: %v", err)
	}
	id := d.session(next).ID
	list, err := d.Store.Passkeys(t.Context(), id)
	must(t, err)
	if len(list) != 1 || list[0].Name != "my key" || !list[0].UsedAt.Equal(d.Wire()) || list[0].Counter != 2 {
		t.Errorf("%+v", list)
	}
	must(t, d.Store.RemovePasskey(t.Context(), id, list[0].ID, next, d.Wire()))
	k.Verifies = true
	if _, err := d.alone(k); !errors.Is(err, ErrWrong) {
		t.Errorf("one that was removed lets in: %v", err)
	}
	for what, n := range map[string]int{"passkey_added": 1, "passkey_removed": 1, "signed_in": 3} {
		if got := d.deeds(what); got != n {
			t.Errorf("%s is in the audit %d times", what, got)
		}
	}
}

// TestPasskeyIsTheFirstFactor: whoever comes in for the first time may take a passkey and no app. Recovery codes come with it, it is not
// removed as long as it is the only one, and the password alone sets up nothing beside it.
func TestPasskeyIsTheFirstFactor(t *testing.T) {
	d := keyed(t)
	_, first, err := d.Add(t.Context(), "lin17", access.Grants{{Role: access.Viewer}}, "administrator:1")
	must(t, err)
	cookie, err := d.Enter(t.Context(), "lin17", first, "192.0.2.1")
	must(t, err)
	if _, err := d.OfferPasskey(t.Context(), d.session(cookie), cookie); !errors.Is(err, ErrWrong) {
		t.Errorf("before a password of one's own: %v", err)
	}
	must(t, d.Choose(t.Context(), d.session(cookie), cookie, "", chosen, "192.0.2.1"))
	k := device()
	ask, err := d.OfferPasskey(t.Context(), d.session(cookie), cookie)
	must(t, err)
	next, codes, err := d.AddPasskey(t.Context(), d.session(cookie), cookie, k.Make(ask), "laptop")
	must(t, err)
	s := d.session(next)
	if !s.Inside || len(codes) != 10 || s.FactorOn {
		t.Fatalf("%+v %d", s, len(codes))
	}
	list, err := d.Store.Passkeys(t.Context(), s.ID)
	must(t, err)
	if err := d.Store.RemovePasskey(t.Context(), s.ID, list[0].ID, next, d.Wire()); !errors.Is(err, store.ErrLastFactor) {
		t.Errorf("the last second factor is removed: %v", err)
	}
	half, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	if _, err := d.Offer(t.Context(), d.session(half)); !errors.Is(err, ErrWrong) {
		t.Errorf("an app is set up with the password alone: %v", err)
	}
	if err := d.Store.OfferFactor(t.Context(), s.ID, make([]byte, 20)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("by the store too: %v", err)
	}
	if _, err := d.OfferPasskey(t.Context(), d.session(half), half); !errors.Is(err, ErrWrong) {
		t.Errorf("another passkey is added with the password alone: %v", err)
	}
	if _, err := d.Second(t.Context(), d.session(half), half, access.Code(nil, d.Wire()), "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("the code of no secret lets in: %v", err)
	}
	if _, err := d.Second(t.Context(), d.session(half), half, codes[0], "192.0.2.1"); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	must(t, d.Store.ResetFactor(t.Context(), s.ID, "administrator:1", d.Wire()))
	if _, err := d.alone(k); !errors.Is(err, ErrWrong) {
		t.Errorf("after a reset of the second factor: %v", err)
	}
}

// TestPasskeyOfElsewhere: what a phishing site was given comes to nothing, and nothing comes in twice, late, from another browser, for
// another purpose, or of somebody else.
func TestPasskeyOfElsewhere(t *testing.T) {
	d := keyed(t)
	cookie, _ := d.hired("lin17")
	k := device()
	d.adds(cookie, k)
	enter := func(knock, answer string) error {
		_, err := d.EnterByPasskey(t.Context(), knock, answer, "192.0.2.1")
		return err
	}
	ask := func() ([]byte, string) {
		ask, knock, err := d.AskPasskey()
		must(t, err)
		return ask, knock
	}
	refused := func(why string, err error) {
		t.Helper()
		if !errors.Is(err, ErrWrong) {
			t.Errorf("%s: %v", why, err)
		}
	}
	a, knock := ask()
	evil := *k
	evil.Origin = "https://duly-bank.example"
	refused("signed at another address", enter(knock, evil.Sign(a)))
	evil = *k
	evil.RP = "duly-bank.example"
	a, knock = ask()
	refused("signed for another host", enter(knock, evil.Sign(a)))
	a, knock = ask()
	_, other := ask()
	answer := k.Sign(a)
	refused("with another browser's cookie", enter(other, answer))
	refused("without a cookie", enter("", answer))
	must(t, enter(knock, answer))
	refused("a second time", enter(knock, answer))
	a, knock = ask()
	answer = k.Sign(a)
	d.later(store.ChallengeWithin)
	refused("too late", enter(knock, answer))
	half, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	second, err := d.AskSecond(t.Context(), d.session(half), half)
	must(t, err)
	refused("asked for as a second factor", enter(half, k.Sign(second)))
	a, knock = ask()
	stranger := device()
	stranger.Make([]byte(`{"publicKey":{"challenge":"x","user":{"id":"x"}}}`))
	refused("of nobody's", enter(knock, stranger.Sign(a)))
	stranger.ID, stranger.Handle = k.ID, k.Handle
	a, knock = ask()
	refused("signed with another key", enter(knock, stranger.Sign(a)))
	a, knock = ask()
	evil = *k
	evil.Handle = []byte("somebody else")
	refused("of another's", enter(knock, evil.Sign(a)))
	a, knock = ask()
	must(t, d.Store.LockStaff(t.Context(), d.session(half).ID, "administrator:1", d.Wire()))
	refused("of somebody who is locked", enter(knock, k.Sign(a)))
	refused("nonsense", enter(knock, "{}"))
}

// TestSecondPasskeyOfAnother: after one's password another's passkey is no second factor, and five wrong ones close it as wrong codes do.
func TestSecondPasskeyOfAnother(t *testing.T) {
	d := keyed(t)
	mine, theirs := device(), device()
	a, _ := d.hired("lin17")
	d.adds(a, mine)
	b, _ := d.hired("wu21")
	d.adds(b, theirs)
	half, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	s := d.session(half)
	for i := range 6 {
		ask, err := d.AskSecond(t.Context(), s, half)
		must(t, err)
		_, err = d.SecondByPasskey(t.Context(), s, half, theirs.Sign(ask), "192.0.2.1")
		var many *store.TooManyError
		if i < 5 && !errors.Is(err, ErrWrong) || i == 5 && !errors.As(err, &many) {
			t.Errorf("time %d: %v", i, err)
		}
	}
}

// TestCopiedPasskey: one whose counter went back lets nobody in any more, neither it nor its copy, and opens no way round it.
func TestCopiedPasskey(t *testing.T) {
	d := keyed(t)
	cookie, _ := d.hired("lin17")
	k := device()
	d.adds(cookie, k)
	twin := *k
	if _, err := d.alone(k); err != nil {
		t.Fatal(err)
	}
	if _, err := d.alone(&twin); !errors.Is(err, store.ErrPasskeyStopped) || !errors.Is(err, ErrWrong) {
		t.Errorf("a copy that counts as the first did: %v", err)
	}
	if _, err := d.alone(k); !errors.Is(err, store.ErrPasskeyStopped) {
		t.Errorf("and then the first: %v", err)
	}
	if n := d.deeds("passkey_stopped"); n != 1 {
		t.Errorf("it is in the audit %d times", n)
	}
	half, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	if _, err := d.AskSecond(t.Context(), d.session(half), half); !errors.Is(err, ErrWrong) {
		t.Errorf("it is asked for after the password: %v", err)
	}
	still := device() // most keep no counter
	still.Counts, still.Backed = false, true
	d.adds(cookie, still)
	for range 2 {
		if _, err := d.alone(still); err != nil {
			t.Error(err)
		}
	}
	list, err := d.Store.Passkeys(t.Context(), d.session(cookie).ID)
	must(t, err)
	if len(list) != 2 || list[0].StoppedAt.IsZero() || !list[1].Backed || !list[1].Eligible {
		t.Errorf("%+v", list)
	}
}

// TestPasskeyTwice: a passkey is one person's, and one session's challenge makes one.
func TestPasskeyTwice(t *testing.T) {
	d := keyed(t)
	a, _ := d.hired("lin17")
	b, _ := d.hired("wu21")
	k := device()
	ask, err := d.OfferPasskey(t.Context(), d.session(a), a)
	must(t, err)
	made := k.Make(ask)
	if _, _, err := d.AddPasskey(t.Context(), d.session(b), b, made, "x"); !errors.Is(err, ErrWrong) {
		t.Errorf("in another's session: %v", err)
	}
	if _, _, err := d.AddPasskey(t.Context(), d.session(a), a, made, "x"); err != nil {
		t.Error(err)
	}
	if _, _, err := d.AddPasskey(t.Context(), d.session(a), a, made, "x"); !errors.Is(err, ErrWrong) {
		t.Errorf("again: %v", err)
	}
	evil := device()
	evil.Origin = "https://duly-bank.example"
	ask, err = d.OfferPasskey(t.Context(), d.session(a), a)
	must(t, err)
	if _, _, err := d.AddPasskey(t.Context(), d.session(a), a, evil.Make(ask), "x"); !errors.Is(err, ErrWrong) {
		t.Errorf("made at another address: %v", err)
	}
	p, err := d.Store.PasskeyOf(t.Context(), k.ID)
	must(t, err)
	p.Staff = d.session(b).ID
	if err := d.Store.AddPasskey(t.Context(), &p, false, nil, b, d.Wire()); !errors.Is(err, store.ErrPasskeyTaken) {
		t.Errorf("somebody else's: %v", err)
	}
}

func TestPasskeyAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"https://duly.bank.internal": true, "https://duly.bank.internal:8443": true, "http://localhost:8080": true, "http://127.0.0.1:8080": false,
		"https://10.1.2.3": false, "http://duly.bank.internal": false, "": false, "https://[::1]": false,
	} {
		if _, err := NewPasskeys(address); (err == nil) != want || err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", address, err)
		}
	}
	none := &Gate{}
	if _, _, err := none.AskPasskey(); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
}
