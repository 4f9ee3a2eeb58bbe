package console_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

// TestUsers: an administrator adds somebody with a password that is shown once, gives other roles, locks and lets in again, ends
// sessions; all of it is in the audit. What is wrong with a form changes nothing.
func TestUsers(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	for _, bad := range [][]string{{"login", "lin17"}, {"login", "Lin Wei", "role", "collector"}, {"login", "lin17", "role", "king"}, {"login", "lin17", "role", "collector@boats"}} {
		if g := b.post("/console/users", bad...); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, g.code)
		}
	}
	g := b.post("/console/users", "login", "lin17", "role", "collector@cards", "role", "viewer")
	first := regexp.MustCompile(`<code>([a-z2-7-]{19})</code>`).FindStringSubmatch(g.text)
	if g.code != http.StatusOK || first == nil {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	p, err := h.store.StaffByLogin(t.Context(), "lin17")
	must(t, err)
	if len(p.Grants) != 2 || !p.Grants.May(access.Write, "cards") || p.Grants.May(access.Write, "cars") || !p.Given {
		t.Errorf("%+v", p.Grants)
	}
	if g := b.get("/console/users"); strings.Contains(g.text, first[1]) || !strings.Contains(g.text, "lin17") {
		t.Error("the first password is shown again, or nobody is")
	}
	if g := b.post("/console/users", "login", "lin17", "role", "viewer"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("the login is given twice: %d", g.code)
	}
	in := h.inside(h.hire("wu21", access.Grant{Role: access.Supervisor, Portfolio: "cards"}))
	u, err := h.store.StaffByLogin(t.Context(), "wu21")
	must(t, err)
	page := "/console/users/" + strconv.FormatInt(u.ID, 10)
	for _, c := range []struct{ do, deed, after string }{{"sign-out", "user_signed_out", ""}, {"lock", "user_locked", "locked"}, {"unlock", "user_unlocked", ""}} {
		if g := b.post(page + "/" + c.do); g.code != http.StatusOK || g.path != page {
			t.Fatalf("%s: %d %s", c.do, g.code, g.path)
		}
		if n := len(h.deeds(c.deed)); n != 1 {
			t.Errorf("%s is in the audit %d times", c.deed, n)
		}
		if g := in.get("/console/today"); g.path != "/console/sign-in" {
			t.Errorf("after %s they are still in: %s", c.do, g.path)
		}
		again := h.browser()
		if g := again.post("/console/sign-in", "login", "wu21", "password", password); (g.path == "/console/sign-in") != (c.after == "locked") {
			t.Errorf("after %s signing in leads to %s", c.do, g.path)
		}
	}
	if g := b.post(page + "/factor"); g.code != http.StatusOK || g.path != page || len(h.deeds("factor_reset")) != 1 {
		t.Errorf("%d %s", g.code, g.path)
	}
	if g := b.post(page + "/factor"); g.code != http.StatusNotFound {
		t.Errorf("a second factor that is not there was reset: %d", g.code)
	}
	if g := h.browser().post("/console/sign-in", "login", "wu21", "password", password); g.path != "/console/factor" {
		t.Errorf("the password stays, and leads to %s and not to a new second factor", g.path)
	}
	if g := b.post(page+"/lock", "x", "y"); g.code != http.StatusOK {
		t.Fatal(g.code)
	}
	if g := b.post(page + "/lock"); g.code != http.StatusNotFound {
		t.Errorf("locked twice: %d", g.code)
	}
	if g := b.post(page+"/roles", "role", "auditor"); g.code != http.StatusOK || len(h.deeds("user_roles")) != 1 {
		t.Errorf("%d", g.code)
	}
	if g := b.post(page + "/roles"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("no roles: %d", g.code)
	}
	if g := b.post(page + "/reset"); g.code != http.StatusOK || !regexp.MustCompile(`<code>[a-z2-7-]{19}</code>`).MatchString(g.text) || len(h.deeds("user_reset")) != 1 {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	if g := b.post(page + "/end"); g.code != http.StatusOK || len(h.deeds("user_ended")) != 1 {
		t.Errorf("%d", g.code)
	}
}

// TestNobodyRemovesTheLastAdministrator: nobody changes their own account, and whoever is the last of every portfolio stays one,
// whatever is done to them; an administrator of one portfolio only says nothing about who works here.
func TestNobodyRemovesTheLastAdministrator(t *testing.T) {
	h := newHouse(t)
	ann, bob := h.hire("ann", access.Grant{Role: access.Administrator}), h.hire("bob", access.Grant{Role: access.Administrator})
	a, err := h.store.StaffByLogin(t.Context(), "ann")
	must(t, err)
	o, err := h.store.StaffByLogin(t.Context(), "bob")
	must(t, err)
	of := func(id int64) string { return "/console/users/" + strconv.FormatInt(id, 10) }
	b := h.inside(bob)
	for _, do := range []string{"lock", "end", "roles", "reset", "factor", "sign-out"} {
		if g := b.post(of(o.ID)+"/"+do, "role", "administrator", "role", "compliance"); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%s of oneself: %d", do, g.code)
		}
	}
	must(t, h.store.LockStaff(t.Context(), a.ID, "test:1", h.gate.Wire()))
	if err := h.store.EndStaff(t.Context(), o.ID, "test:1", h.gate.Wire()); err == nil {
		t.Error("the last administrator is ended")
	}
	must(t, h.store.UnlockStaff(t.Context(), a.ID, "test:1", h.gate.Wire()))
	if g := b.post(of(a.ID)+"/roles", "role", "administrator@cards"); g.code != http.StatusOK {
		t.Fatal(g.code)
	}
	some := h.inside(ann)
	if g := some.get("/console/users"); g.code != http.StatusForbidden {
		t.Errorf("an administrator of one portfolio reads who works here: %d", g.code)
	}
	if g := some.post(of(o.ID)+"/lock", "x", "y"); g.code != http.StatusForbidden {
		t.Errorf("and locks: %d", g.code)
	}
	for _, err := range []error{
		h.store.LockStaff(t.Context(), o.ID, "test:1", h.gate.Wire()), h.store.EndStaff(t.Context(), o.ID, "test:1", h.gate.Wire()),
		h.store.SetGrants(t.Context(), o.ID, access.Grants{{Role: access.Administrator, Portfolio: "cards"}}, "test:1", h.gate.Wire()),
	} {
		if err == nil {
			t.Error("the last administrator is gone")
		}
	}
	p, err := h.store.StaffByLogin(t.Context(), "bob")
	must(t, err)
	if !p.Comes() || !p.Grants.Everywhere(access.Users) {
		t.Errorf("what was refused was kept: %+v", p)
	}
}
