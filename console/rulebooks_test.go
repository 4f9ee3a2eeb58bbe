package console_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

// TestRulebookSigned: compliance signs a text of a rulebook that it has read; how far a rule binds is changed by two, with a reason that
// is shown, and what may never be weakened is not.
func TestRulebookSigned(t *testing.T) {
	slow(t)
	h := newHouse(t)
	one, two := h.as(access.Compliance), h.inside(h.hire("second", access.Grant{Role: access.Compliance}))
	one.lang, two.lang = "en", "en"
	g := one.get("/console/rulebooks")
	if !strings.Contains(plain(g.text), "not signed") {
		t.Fatalf("the list: %s", plain(g.text))
	}
	const page = "/console/rulebooks/cards/cn"
	g = one.get(page)
	digest := regexp.MustCompile(`name="digest" value="([0-9a-f]+)"`).FindStringSubmatch(g.text)
	for _, want := range []string{"CN-HOUSE-TIME-01", "8:00", "binding", "advisory"} {
		if !strings.Contains(plain(g.text), want) {
			t.Errorf("the rulebook lacks %q", want)
		}
	}
	if digest == nil {
		t.Fatal("there is nothing to sign")
	}
	if g = one.post(page+"/sign", "digest", "0123456789abcdef"); g.code != http.StatusConflict {
		t.Errorf("another text is signed: %d", g.code)
	}
	if g = one.post(page+"/sign", "digest", digest[1]); g.code != http.StatusOK || !strings.Contains(g.text, "You have signed this text") {
		t.Errorf("signing: %d %s", g.code, plain(g.text)[:300])
	}
	if g = h.as(access.Strategist).post(page+"/sign", "digest", digest[1]); g.code != http.StatusForbidden {
		t.Errorf("a strategist signs: %d", g.code)
	}
	if g = one.post(page+"/confidence", "rule", "CN-HOUSE-TIME-01", "effect", "advise", "reason", "we would rather"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("hours are weakened: %d", g.code)
	}
	advisory := regexp.MustCompile(`(?s)id="(CN-[A-Z0-9-]+)"[^§]*?<td class="when">advisory`)
	// asked makes another advisory rule bind, and returns it and what somebody else signs.
	asked := func() (rule, link string) {
		t.Helper()
		for _, row := range strings.Split(one.get(page).text, "<tr") {
			if m := advisory.FindStringSubmatch(row); m != nil {
				if g = one.post(page+"/confidence", "rule", m[1], "effect", "bind", "reason", "our own counsel's reading"); g.code == http.StatusOK {
					rule = m[1]
					break
				}
			}
		}
		if rule == "" {
			t.Fatalf("no advisory rule can be made to bind: %d %s", g.code, plain(g.text)[:400])
		}
		waits := regexp.MustCompile(`action="(/console/confidence/\d+)"><button type="submit" name="do" value="withdraw"`).FindStringSubmatch(one.get("/console/rulebooks").text)
		if waits == nil {
			t.Fatal("nothing waits")
		}
		return rule, waits[1]
	}
	rule, link := asked()
	if g = one.post(link, "do", "sign"); g.code != http.StatusConflict {
		t.Errorf("one's own wish is signed: %d", g.code)
	}
	if g = two.post(link, "do", "sign"); g.code != http.StatusOK || !strings.Contains(g.text, "rule binds as was asked for") {
		t.Fatalf("signing: %d %s", g.code, plain(g.text)[:400])
	}
	if bind, _ := h.engine.Books()[0].Confidence(); len(bind) != 1 || bind[0].Rule != rule {
		t.Errorf("what binds: %v", bind)
	}
	if g = two.get(page); !strings.Contains(plain(g.text), "made to bind here") {
		t.Error("the rulebook does not say what was made of the rule")
	}
	// The first can be gone back from too, with a reason: to what the rulebooks say, which is a version of its own from then on.
	if g = two.post(link, "do", "back"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("going back without a reason: %d", g.code)
	}
	if g = two.post(link, "do", "back", "reason", "read wrongly"); g.code != http.StatusOK || !strings.Contains(plain(g.text), "every rule binds as its rulebook has it") {
		t.Fatalf("going back from the first: %d %s", g.code, plain(g.text)[:400])
	}
	if bind, advise := h.engine.Books()[0].Confidence(); len(bind)+len(advise) != 0 {
		t.Errorf("after it these bind: %v %v", bind, advise)
	}
	// And what was gone back from may be asked for anew.
	rule, link = asked()
	if g = two.post(link, "do", "sign"); g.code != http.StatusOK {
		t.Fatalf("signing anew: %d", g.code)
	}
	// Taking back the only change is asked for and signed as every other is.
	if g = one.post(page+"/confidence", "rule", rule, "effect", "as-written", "reason", "the rulebook was put right"); g.code != http.StatusOK {
		t.Errorf("the only change is not taken back: %d %s", g.code, plain(g.text)[:300])
	}
	waits := regexp.MustCompile(`action="(/console/confidence/\d+)"><button type="submit" name="do" value="withdraw"`).FindStringSubmatch(one.get("/console/rulebooks").text)
	if waits == nil {
		t.Fatal("taking it back does not wait for a second person")
	}
	one.post(waits[1], "do", "withdraw")
	// Going back takes the second change away once: pressed again, by whomever, it must not bring it back.
	other, second := asked()
	if g = two.post(second, "do", "sign"); g.code != http.StatusOK {
		t.Fatalf("signing the second: %d %s", g.code, plain(g.text)[:400])
	}
	for i, want := range []int{http.StatusOK, http.StatusConflict} {
		if g = two.post(second, "do", "back", "reason", "a second reading"); g.code != want {
			t.Errorf("going back, time %d: %d", i+1, g.code)
		}
		if bind, _ := h.engine.Books()[0].Confidence(); len(bind) != 1 || bind[0].Rule != rule || other == rule {
			t.Errorf("what binds: %v", bind)
		}
	}
}
