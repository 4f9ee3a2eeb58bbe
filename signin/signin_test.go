package signin

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/litetest"
	"github.com/dulyhq/duly/test/pgtest"
)

var onPostgres bool

// TestMain runs every test on SQLite and then on PostgreSQL.
func TestMain(m *testing.M) { os.Exit(pgtest.Twice(m, &onPostgres)) }

// A door is a gate whose clock a test sets.
type door struct {
	*Gate
	t     *testing.T
	dir   string
	clock atomic.Int64
}

func newDoor(t *testing.T) *door {
	t.Helper()
	dir := t.TempDir()
	must(t, store.MakeKeys(filepath.Join(dir, "keys")))
	keys, err := store.LoadKeys(filepath.Join(dir, "keys"))
	must(t, err)
	place := dir
	if onPostgres {
		place = pgtest.Copy(t, pgtest.Template(t, func(url string) { must(t, store.Migrate(t.Context(), url)) }))
	} else {
		litetest.Fill(t, dir, func(dir string) error { return store.Migrate(t.Context(), dir) })
	}
	s, err := store.Open(t.Context(), place, keys)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	d := &door{t: t, dir: dir}
	d.clock.Store(1_800_000_000)
	d.Gate = &Gate{Store: s, Cheap: true, Wire: func() time.Time { return time.Unix(d.clock.Load(), 0) }}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *door) later(by time.Duration) { d.clock.Add(int64(by / time.Second)) }

func (d *door) session(cookie string) *store.StaffSession {
	d.t.Helper()
	s, err := d.Store.StaffSession(d.t.Context(), cookie, d.Wire())
	must(d.t, err)
	return &s
}

func (d *door) code(s *store.StaffSession) string { return access.Code(s.Factor, d.Wire()) }

const chosen = "eine Zeile, die niemand hat"

// hired brings somebody in for the first time: password, second factor, recovery codes.
func (d *door) hired(login string) (cookie string, recovery []string) {
	d.t.Helper()
	_, first, err := d.Add(d.t.Context(), login, access.Grants{{Role: access.Collector, Portfolio: "cards"}}, "administrator:1")
	must(d.t, err)
	cookie, err = d.Enter(d.t.Context(), login, first, "192.0.2.1")
	must(d.t, err)
	must(d.t, d.Choose(d.t.Context(), d.session(cookie), cookie, "", chosen, "192.0.2.1"))
	_, err = d.Offer(d.t.Context(), d.session(cookie))
	must(d.t, err)
	next, recovery, err := d.Enrol(d.t.Context(), d.session(cookie), cookie, d.code(d.session(cookie)), "192.0.2.1")
	must(d.t, err)
	return next, recovery
}

func TestTheWayIn(t *testing.T) {
	d := newDoor(t)
	first, recovery := d.hired("lin17")
	if s := d.session(first); !s.Inside || s.Given || !s.Grants.May(access.Unmask, "cards") || s.Grants.May(access.Unmask, "cars") || len(recovery) != 10 {
		t.Errorf("%+v %d", s.Grants, len(recovery))
	}
	if _, err := d.Enter(t.Context(), "lin17", "something else entirely", "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	cookie, err := d.Enter(t.Context(), " LIN17 ", chosen, "192.0.2.1")
	must(t, err)
	s := d.session(cookie)
	if s.Inside {
		t.Error("inside without a second factor")
	}
	if _, err := d.Second(t.Context(), s, cookie, d.code(s), "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("the code that showed that the factor works came in again: %v", err)
	}
	d.later(30 * time.Second)
	code := d.code(s)
	next, err := d.Second(t.Context(), s, cookie, code[:3]+" "+code[3:], "192.0.2.1")
	must(t, err)
	if !d.session(next).Inside {
		t.Error("not inside")
	}
	if _, err := d.Store.StaffSession(t.Context(), cookie, d.Wire()); !errors.Is(err, store.ErrNotFound) {
		t.Error("the cookie from before the second factor still works")
	}
	again, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	if _, err := d.Second(t.Context(), s, again, code, "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("a code came in twice, by a session that was read before: %v", err)
	}
	for i, want := range []error{nil, ErrWrong} {
		c, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
		must(t, err)
		if _, err := d.Second(t.Context(), d.session(c), c, strings.ToUpper(recovery[0]), "192.0.2.1"); !errors.Is(err, want) {
			t.Errorf("recovery code, time %d: %v", i, err)
		}
	}
}

// TestSessionsEnd: when nobody does anything, after a working day whatever somebody does, and with who they belong to.
func TestSessionsEnd(t *testing.T) {
	d := newDoor(t)
	ended := func(cookie string) bool {
		_, err := d.Store.StaffSession(t.Context(), cookie, d.Wire())
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		return err != nil
	}
	cookie, _ := d.hired("lin17")
	d.later(29 * time.Minute)
	if ended(cookie) {
		t.Error("over before half an hour")
	}
	d.later(29 * time.Minute)
	if ended(cookie) {
		t.Error("over though somebody works")
	}
	d.later(30 * time.Minute)
	if !ended(cookie) {
		t.Error("it goes on though nobody works")
	}
	cookie, _ = d.hired("lin18")
	for range 10*60/20 - 1 {
		d.later(20 * time.Minute)
		if ended(cookie) {
			t.Fatal("over within a working day")
		}
	}
	d.later(20 * time.Minute)
	if !ended(cookie) {
		t.Error("it goes on for ever")
	}
	for i, end := range []func(id int64) error{
		func(id int64) error { return d.Store.EndStaff(t.Context(), id, "administrator:1", d.Wire()) },
		func(id int64) error { return d.Store.SetGrants(t.Context(), id, nil, "administrator:1", d.Wire()) },
		func(id int64) error { _, err := d.Reset(t.Context(), id, "administrator:1"); return err },
		func(id int64) error { return d.Store.LockStaff(t.Context(), id, "administrator:1", d.Wire()) },
		func(id int64) error { return d.Store.SignOutStaff(t.Context(), id, "administrator:1", d.Wire()) },
		func(id int64) error { return d.Store.ResetFactor(t.Context(), id, "administrator:1", d.Wire()) },
	} {
		login := "lin2" + string(rune('0'+i))
		cookie, _ := d.hired(login)
		must(t, end(d.session(cookie).ID))
		if !ended(cookie) {
			t.Errorf("%d: their session goes on", i)
		}
		if _, err := d.Enter(t.Context(), login, chosen, "192.0.2.1"); (err == nil) != (i == 1 || i >= 4) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// TestTheLastAdministrator: of those who come in and are administrators of every portfolio one stays, whatever is done to the others and in
// whatever order; who is locked or has ended does not count.
func TestTheLastAdministrator(t *testing.T) {
	d := newDoor(t)
	all := access.Grants{{Role: access.Administrator}}
	var ids []int64
	for i, grants := range []access.Grants{all, all, all, {{Role: access.Administrator, Portfolio: "cards"}}} {
		id, _, err := d.Add(t.Context(), "adm"+string(rune('0'+i)), grants, "test:1")
		must(t, err)
		ids = append(ids, id)
	}
	must(t, d.Store.LockStaff(t.Context(), ids[0], "test:1", d.Wire()))
	must(t, d.Store.EndStaff(t.Context(), ids[1], "test:1", d.Wire()))
	for i, err := range []error{
		d.Store.LockStaff(t.Context(), ids[2], "test:1", d.Wire()), d.Store.EndStaff(t.Context(), ids[2], "test:1", d.Wire()),
		d.Store.SetGrants(t.Context(), ids[2], access.Grants{{Role: access.Viewer}}, "test:1", d.Wire()),
	} {
		if !errors.Is(err, store.ErrLastAdministrator) {
			t.Errorf("%d: %v", i, err)
		}
	}
	p, err := d.Store.StaffByID(t.Context(), ids[2])
	must(t, err)
	if !p.Comes() || !p.Grants.Everywhere(access.Users) {
		t.Errorf("what was refused was kept: %+v", p)
	}
	must(t, d.Store.UnlockStaff(t.Context(), ids[0], "test:1", d.Wire()))
	must(t, d.Store.EndStaff(t.Context(), ids[2], "test:1", d.Wire()))
}

// TestTries: five wrong passwords from one place close a login there, five wrong codes close it everywhere, and somebody who tries
// many logins is stopped too. A quarter of an hour later they are looked at again.
func TestTries(t *testing.T) {
	d := newDoor(t)
	d.hired("lin17")
	var many *store.TooManyError
	wrong := func(login, source string) error {
		_, err := d.Enter(t.Context(), login, "wrong wrong wrong", source)
		return err
	}
	for range 5 {
		if err := wrong("lin17", "192.0.2.9"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	if _, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.9"); !errors.As(err, &many) {
		t.Fatalf("a sixth try: %v", err)
	}
	if many.Until.Sub(d.Wire()) != 15*time.Minute {
		t.Errorf("until %v", many.Until.Sub(d.Wire()))
	}
	cookie, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1")
	must(t, err)
	for range 5 {
		if _, err := d.Second(t.Context(), d.session(cookie), cookie, "000000", "192.0.2.1"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	d.later(time.Minute)
	if _, err := d.Second(t.Context(), d.session(cookie), cookie, d.code(d.session(cookie)), "198.51.100.1"); !errors.As(err, &many) {
		t.Errorf("a sixth code, from elsewhere: %v", err)
	}
	n := 0
	for ; n < 100; n++ {
		if errors.As(wrong("x"+string(rune('a'+n%26))+string(rune('a'+n/26)), "203.0.113.5"), &many) {
			break
		}
	}
	if n != 30 {
		t.Errorf("%d logins were tried from one place", n)
	}
	d.later(15 * time.Minute)
	if _, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.9"); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestPasswords(t *testing.T) {
	for _, c := range []struct {
		password string
		want     error
	}{
		{"short", ErrShort},
		{strings.Repeat("long ", 50), ErrLong},
		{"password1234", ErrCommon},
		{"P@ssw0rd2026!", ErrCommon},
		{"qwertyuiop12", ErrCommon},
		{"1qaz2wsx3edc", ErrCommon},
		{"aaaaaaaaaaaa", ErrCommon},
		{"correcthorsebatterystaple", ErrCommon},
		{"Summer2026!!!", ErrCommon},
		{"woaini5201314", ErrCommon},
		{"collector-lin17", ErrCommon},
		{"123456789012", ErrCommon},
		{"my name is lin17 ok", ErrCommon},
		{chosen, nil},
		{"桥下流过的水不回头也不等人", nil},
		{"vex gum oak tin ply", nil},
	} {
		if err := goodPassword(c.password, "lin17"); !errors.Is(err, c.want) {
			t.Errorf("%q: %v and not %v", c.password, err, c.want)
		}
	}
	for _, hash := range []string{"", "plain", "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA"} {
		if right, err := rightPassword(t.Context(), hash, ""); right || err == nil {
			t.Errorf("%q is a hash", hash)
		}
	}
	if right, err := rightPassword(t.Context(), fullCost.nobodys(), ""); right || err != nil {
		t.Errorf("nobody's password: %v %v", right, err)
	}
}

func TestLogins(t *testing.T) {
	d := newDoor(t)
	for _, login := range []string{"", "a", "Lin Wei", "王", "a/b", strings.Repeat("a", 33), "-ab"} {
		if _, _, err := d.Add(t.Context(), login, nil, "administrator:1"); !errors.Is(err, ErrLogin) {
			t.Errorf("%q: %v", login, err)
		}
	}
	d.hired("lin17")
	if _, _, err := d.Add(t.Context(), "lin17", nil, "administrator:1"); !errors.Is(err, store.ErrLoginTaken) {
		t.Errorf("a login twice: %v", err)
	}
}

// TestNothingOfTheWayInIsInClear: whoever takes the database has no password, no secret, no code and no cookie.
func TestNothingOfTheWayInIsInClear(t *testing.T) {
	if onPostgres {
		t.Skip("the files of SQLite are looked through")
	}
	d := keyed(t)
	cookie, recovery := d.hired("lin17")
	k := device()
	d.adds(cookie, k)
	s := d.session(cookie)
	secrets := map[string][]byte{
		"the password": []byte(chosen), "the second factor's secret": s.Factor, "the secret as text": []byte(access.SecretText(s.Factor)), "the cookie": []byte(cookie),
		"a passkey's id": k.ID, "what its owner calls it": []byte("my key"), "a recovery code": []byte(strings.ReplaceAll(recovery[0], "-", "")),
	}
	files, err := filepath.Glob(filepath.Join(d.dir, "duly.db*"))
	must(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		for what, secret := range secrets {
			if bytes.Contains(b, secret) {
				t.Errorf("%s lies in %s", what, filepath.Base(f))
			}
		}
	}
	if len(files) == 0 {
		t.Error("there are no files")
	}
}
