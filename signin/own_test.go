package signin

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/authenticator"
)

// begun brings somebody in for the first time by a passkey, without an app.
func (d *door) begun(login string, k *authenticator.Device) (cookie string, codes []string) {
	d.t.Helper()
	_, first, err := d.Add(d.t.Context(), login, access.Grants{{Role: access.Viewer}}, "administrator:1")
	must(d.t, err)
	half, err := d.Enter(d.t.Context(), login, first, "192.0.2.1")
	must(d.t, err)
	must(d.t, d.Choose(d.t.Context(), d.session(half), half, "", chosen, "192.0.2.1"))
	ask, err := d.OfferPasskey(d.t.Context(), d.session(half), half)
	must(d.t, err)
	cookie, codes, err = d.AddPasskey(d.t.Context(), d.session(half), half, k.Make(ask), "laptop")
	must(d.t, err)
	return cookie, codes
}

// enters signs in by the password and a code, and says how that went.
func (d *door) enters(login, code string) (string, error) {
	d.t.Helper()
	half, err := d.Enter(d.t.Context(), login, chosen, "192.0.2.1")
	must(d.t, err)
	return d.Second(d.t.Context(), d.session(half), half, code, "192.0.2.1")
}

// own are the changes of how one signs in, each as it would be made at once.
func (d *door) own(cookie string) map[string]func() error {
	ctx := d.t.Context()
	return map[string]func() error{
		"an app is offered":     func() error { _, _, err := d.OfferApp(d.session(cookie), cookie); return err },
		"an app is set":         func() error { return d.SetApp(ctx, d.session(cookie), cookie, "", "000000", "192.0.2.1") },
		"an app, by the store":  func() error { return d.Store.SetApp(ctx, d.session(cookie).ID, make([]byte, 20), 1, cookie, d.Wire()) },
		"new recovery codes":    func() error { _, err := d.NewCodes(ctx, d.session(cookie), cookie); return err },
		"a passkey is offered":  func() error { _, err := d.OfferPasskey(ctx, d.session(cookie), cookie); return err },
		"a passkey's new name":  func() error { return d.Store.RenamePasskey(ctx, d.session(cookie).ID, 1, "mine", cookie, d.Wire()) },
		"a passkey is taken":    func() error { return d.Store.RemovePasskey(ctx, d.session(cookie).ID, 1, cookie, d.Wire()) },
		"of a cookie of nobody": func() error { return d.Store.RenamePasskey(ctx, d.session(cookie).ID, 1, "mine", "x", d.Wire()) },
	}
}

// TestOwnAsksForProof: five minutes after somebody came in nothing of how they sign in is changed until they show anew that it is they, by
// their password or by a passkey whose device asks who holds it; wrong ones prove nothing, and are counted.
func TestOwnAsksForProof(t *testing.T) {
	d := keyed(t)
	k, other := device(), device()
	cookie, _ := d.begun("lin17", k)
	theirs, _ := d.begun("wu21", other)
	d.later(store.ProofWithin)
	refused := func(when string) {
		t.Helper()
		for what, do := range d.own(cookie) {
			if err := do(); !errors.Is(err, store.ErrProof) {
				t.Errorf("%s, %s: %v", when, what, err)
			}
		}
	}
	refused("an open screen")
	if err := d.ProveByPassword(t.Context(), d.session(cookie), cookie, "not the password", "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	by := func(cookie string, k *authenticator.Device) error {
		ask, err := d.AskProof(t.Context(), d.session(cookie), cookie)
		must(t, err)
		return d.ProveByPasskey(t.Context(), d.session(cookie), cookie, k.Sign(ask), "192.0.2.1")
	}
	if err := by(cookie, other); !errors.Is(err, ErrWrong) {
		t.Errorf("another's passkey: %v", err)
	}
	k.Verifies = false
	if err := by(cookie, k); !errors.Is(err, ErrWrong) {
		t.Errorf("a device that asks nobody: %v", err)
	}
	k.Verifies = true
	ask, err := d.AskProof(t.Context(), d.session(theirs), theirs)
	must(t, err)
	if err := d.ProveByPasskey(t.Context(), d.session(cookie), cookie, k.Sign(ask), "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("asked for in another session: %v", err)
	}
	refused("after wrong proofs")
	must(t, by(cookie, k))
	if _, err := d.NewCodes(t.Context(), d.session(cookie), cookie); err != nil {
		t.Errorf("after a passkey: %v", err)
	}
	d.later(store.ProofWithin)
	refused("five minutes later")
	must(t, d.ProveByPassword(t.Context(), d.session(cookie), cookie, chosen, "192.0.2.1"))
	if _, err := d.NewCodes(t.Context(), d.session(cookie), cookie); err != nil {
		t.Errorf("after the password: %v", err)
	}
	half, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	for what, do := range d.own(half) {
		if err := do(); err == nil {
			t.Errorf("%s with the password alone", what)
		}
	}
	if err := d.ProveByPassword(t.Context(), d.session(half), half, chosen, "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("the password proves something before the second factor: %v", err)
	}
}

// TestAppBesideAPasskey: who began with a passkey adds an app by a code of it; it is changed by a code of the new one, and until then the
// old one goes on; an offer is of one session, comes in once and not for ever.
func TestAppBesideAPasskey(t *testing.T) {
	d := keyed(t)
	cookie, codes := d.begun("lin17", device())
	set := func(secret []byte, offer string) error {
		return d.SetApp(t.Context(), d.session(cookie), cookie, offer, access.Code(secret, d.Wire()), "192.0.2.1")
	}
	old, offer, err := d.OfferApp(d.session(cookie), cookie)
	must(t, err)
	if err := d.SetApp(t.Context(), d.session(cookie), cookie, offer, "000000", "192.0.2.1"); !errors.Is(err, ErrWrong) || d.session(cookie).FactorOn {
		t.Errorf("a wrong code: %v", err)
	}
	if again, err := d.OfferedApp(d.session(cookie), cookie, offer); err != nil || !slices.Equal(again, old) {
		t.Errorf("after a wrong code it is another: %v", err)
	}
	must(t, set(old, offer))
	if err := set(old, offer); !errors.Is(err, ErrWrong) {
		t.Errorf("an offer comes in twice: %v", err)
	}
	d.later(time.Minute)
	if _, err := d.enters("lin17", access.Code(old, d.Wire())); err != nil {
		t.Errorf("the app lets nobody in: %v", err)
	}
	fresh, offer, err := d.OfferApp(d.session(cookie), cookie)
	must(t, err)
	if slices.Equal(fresh, old) {
		t.Fatal("the new secret is the old one")
	}
	d.later(time.Minute)
	if _, err := d.enters("lin17", access.Code(old, d.Wire())); err != nil {
		t.Errorf("the old app ended before the new one was shown to work: %v", err)
	}
	other, err := d.enters("lin17", codes[0])
	must(t, err)
	if err := d.SetApp(t.Context(), d.session(other), other, offer, access.Code(fresh, d.Wire()), "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("an offer of another session: %v", err)
	}
	must(t, set(fresh, offer))
	if _, err := d.Store.StaffSession(t.Context(), other, d.Wire()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("other sessions go on: %v", err)
	}
	d.later(time.Minute)
	if _, err := d.enters("lin17", access.Code(old, d.Wire())); !errors.Is(err, ErrWrong) {
		t.Errorf("the old app still lets in: %v", err)
	}
	if _, err := d.enters("lin17", access.Code(fresh, d.Wire())); err != nil {
		t.Errorf("the new one does not: %v", err)
	}
	_, offer, err = d.OfferApp(d.session(cookie), cookie)
	must(t, err)
	d.later(AppWithin)
	must(t, d.ProveByPassword(t.Context(), d.session(cookie), cookie, chosen, "192.0.2.1"))
	if _, err := d.OfferedApp(d.session(cookie), cookie, offer); !errors.Is(err, ErrWrong) {
		t.Errorf("an offer of long ago: %v", err)
	}
	if got := d.deeds("factor_added") + 10*d.deeds("factor_changed"); got != 11 {
		t.Errorf("in the audit: %d", got)
	}
}

// TestRemoveApp: an app is taken away by who has shown that it is they, and never as their last second factor; other sessions end, its
// codes let nobody in, and a passkey does.
func TestRemoveApp(t *testing.T) {
	d := keyed(t)
	cookie, _ := d.hired("lin17")
	s := d.session(cookie)
	must(t, d.ProveByPassword(t.Context(), s, cookie, chosen, "192.0.2.1"))
	secret, offer, err := d.OfferApp(d.session(cookie), cookie)
	must(t, err)
	must(t, d.SetApp(t.Context(), d.session(cookie), cookie, offer, access.Code(secret, d.Wire()), "192.0.2.1"))
	if err := d.RemoveApp(t.Context(), d.session(cookie), cookie); !errors.Is(err, store.ErrLastFactor) {
		t.Errorf("the last second factor is removed: %v", err)
	}
	k := device()
	ask, err := d.OfferPasskey(t.Context(), d.session(cookie), cookie)
	must(t, err)
	_, _, err = d.AddPasskey(t.Context(), d.session(cookie), cookie, k.Make(ask), "laptop")
	must(t, err)
	d.later(store.ProofWithin)
	if err := d.RemoveApp(t.Context(), d.session(cookie), cookie); !errors.Is(err, store.ErrProof) {
		t.Errorf("without proof: %v", err)
	}
	must(t, d.ProveByPassword(t.Context(), d.session(cookie), cookie, chosen, "192.0.2.1"))
	other, err := d.enters("lin17", access.Code(secret, d.Wire()))
	must(t, err)
	must(t, d.RemoveApp(t.Context(), d.session(cookie), cookie))
	if s := d.session(cookie); s.FactorOn || !s.HasFactor() {
		t.Errorf("%+v", s)
	}
	if _, err := d.Store.StaffSession(t.Context(), other, d.Wire()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("other sessions go on: %v", err)
	}
	if err := d.RemoveApp(t.Context(), d.session(cookie), cookie); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	d.later(time.Minute)
	for _, code := range []string{access.Code(secret, d.Wire()), access.Code(nil, d.Wire()), ""} {
		if _, err := d.enters("lin17", code); !errors.Is(err, ErrWrong) {
			t.Errorf("%q lets in: %v", code, err)
		}
	}
	if _, err := d.alone(k); err != nil {
		t.Errorf("the passkey does not let in: %v", err)
	}
	if got := d.deeds("factor_removed"); got != 1 {
		t.Errorf("in the audit: %d", got)
	}
}

// TestNewCodes: those that there were let nobody in from then on.
func TestNewCodes(t *testing.T) {
	d := newDoor(t)
	cookie, before := d.hired("lin17")
	after, err := d.NewCodes(t.Context(), d.session(cookie), cookie)
	must(t, err)
	if n, err := d.Store.CodesLeft(t.Context(), d.session(cookie).ID); err != nil || n != 10 || len(after) != 10 || after[0] == before[0] {
		t.Errorf("%d of %d, %v", n, len(after), err)
	}
	if _, err := d.enters("lin17", before[3]); !errors.Is(err, ErrWrong) {
		t.Errorf("an old one: %v", err)
	}
	if _, err := d.enters("lin17", after[3]); err != nil {
		t.Errorf("a new one: %v", err)
	}
}

// TestOwnIsTold: what changed in how somebody signs in is told to them at their next sign-in, until they say that they know; of what they
// set up on their first day nothing is. A passkey is renamed by its owner and by nobody else.
func TestOwnIsTold(t *testing.T) {
	d := keyed(t)
	cookie, codes := d.begun("lin17", device())
	theirs, _ := d.begun("wu21", device())
	id := d.session(cookie).ID
	if n := d.session(cookie).Unseen; n != 0 {
		t.Errorf("of their first day they are told %d", n)
	}
	d.later(time.Minute)
	if err := d.Store.RenamePasskey(t.Context(), d.session(theirs).ID, 1, "mine now", theirs, d.Wire()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another's passkey: %v", err)
	}
	must(t, d.Store.RenamePasskey(t.Context(), id, 1, "the laptop at home", cookie, d.Wire()))
	list, err := d.Store.Passkeys(t.Context(), id)
	must(t, err)
	if list[0].Name != "the laptop at home" || len(list[0].Public) == 0 {
		t.Errorf("%+v", list)
	}
	codes2, err := d.NewCodes(t.Context(), d.session(cookie), cookie)
	must(t, err)
	if d.session(cookie).Unseen != 0 || d.session(theirs).Unseen != 0 {
		t.Error("the session that did it is told of it, or somebody else's")
	}
	// Whoever sits at an open screen does not say for its owner that they know.
	must(t, d.Store.SeeStaffNotes(t.Context(), id, d.session(cookie).MadeAt))
	d.later(time.Minute)
	if _, err := d.enters("lin17", codes[0]); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	in, err := d.enters("lin17", codes2[0])
	must(t, err)
	if n := d.session(in).Unseen; n != 2 {
		t.Errorf("%d changes are told of", n)
	}
	notes, err := d.Store.StaffNotes(t.Context(), id, 2)
	must(t, err)
	var what []string
	for _, n := range notes {
		what = append(what, n.What)
	}
	if got := strings.Join(what, " "); got != "codes_renewed passkey_renamed" {
		t.Errorf("%s", got)
	}
	must(t, d.Store.SeeStaffNotes(t.Context(), id, d.session(in).MadeAt))
	if n := d.session(in).Unseen; n != 0 {
		t.Errorf("%d are told of again", n)
	}
}
