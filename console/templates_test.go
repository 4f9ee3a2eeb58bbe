package console_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

var textLink = regexp.MustCompile(`href="(/console/templates/\d+)" data-row>slip_first<`)

// TestTextSigned: a text that the lint refuses is not asked for, whatever is pressed; one that passes is signed by compliance, and not by
// who wrote it; from then on it is what the engine writes; what the carrier has on file is of one text and no other.
func TestTextSigned(t *testing.T) {
	slow(t)
	h := newHouse(t)
	writer, signer := h.as(access.Strategist), h.as(access.Compliance)
	writer.lang, signer.lang = "en", "en"
	list := writer.get("/console/templates?portfolio=cards&language=zh&stage=1-3")
	m := textLink.FindStringSubmatch(list.text)
	if m == nil || strings.Contains(list.text, ">firm_1<") {
		t.Fatalf("the list of a stage: %s", plain(list.text))
	}
	page := writer.get(m[1])
	if !strings.Contains(plain(page.text), "As a phone shows it") || strings.Contains(page.text, "欧阳测") || !strings.Contains(page.text, "740.00") && !strings.Contains(page.text, "元") {
		t.Errorf("the text as a phone shows it: %s", plain(page.text))
	}
	if g := writer.post(m[1]+"/file", "state", "refused"); g.code != http.StatusOK || !strings.Contains(g.text, "messages in this text wait") {
		t.Errorf("a refusal is noted: %d %s", g.code, plain(g.text))
	}
	if g := writer.get("/console/templates?portfolio=cards"); !strings.Contains(g.text, "does not leave") {
		t.Errorf("the list does not say that it does not leave: %s", plain(g.text))
	}
	if g := h.as(access.Administrator).get("/console/carriers"); !strings.Contains(g.text, "被拒报备的文案") {
		t.Errorf("the carriers' page does not tell: %s", plain(g.text))
	}
	if g := writer.post(m[1]+"/file", "state", "registered", "number", "T-100"); g.code != http.StatusOK || !strings.Contains(g.text, "T-100") {
		t.Errorf("noting a registration: %d %s", g.code, plain(g.text))
	}
	draft := writer.post(m[1] + "/draft")
	if !strings.Contains(draft.path, "/console/templates/") || draft.path == m[1] {
		t.Fatalf("no draft: %d %s", draft.code, draft.path)
	}
	was := draft.area()
	threat := strings.Replace(was, "如需帮助", "再不还款我们就上门找你家人，让你在单位丢人。如需帮助", 1)
	if g := writer.post(draft.path+"/save", "body", threat, "do", "check"); !strings.Contains(plain(g.text), "4 things refuse it") || !strings.Contains(plain(g.text), "max_segments") || !strings.Contains(plain(g.text), "threat [CN-WORD-02]") || g.area() != threat {
		t.Errorf("a threat passes the check: %s", plain(g.text))
	}
	if g := writer.get(draft.path); strings.Contains(g.text, "上门") {
		t.Error("what was only checked is kept")
	}
	writer.post(draft.path+"/save", "body", threat)
	if g := writer.post(draft.path + "/ask"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("a threat is asked for: %d", g.code)
	}
	if g := writer.post(draft.path+"/save", "body", strings.Replace(was, "{due.total}", "{due.totl}", 1)); !strings.Contains(plain(g.text), "due.totl") {
		t.Errorf("a variable that is none: %s", plain(g.text))
	}
	if g := writer.post(draft.path+"/save", "body", was+"\n  - name: another\n    body: x"); strings.Contains(g.text, "another.zh") {
		t.Errorf("a body makes a text of its own: %s", plain(g.text))
	}
	good := strings.Replace(was, "也许一时忘了", "也许一时忘记了", 1)
	if g := writer.post(draft.path+"/save", "body", good); !strings.Contains(g.text, "Nothing refuses it") {
		t.Fatalf("a good text: %s", plain(g.text))
	}
	if g := writer.post(draft.path + "/ask"); g.code != http.StatusOK || !strings.Contains(g.text, "somebody of compliance signs it") {
		t.Fatalf("asking: %d %s", g.code, plain(g.text))
	}
	both := h.inside(h.hire("writes-and-signs", access.Grant{Role: access.Strategist}, access.Grant{Role: access.Compliance}))
	own := both.post(m[1] + "/draft")
	both.post(own.path+"/save", "body", strings.Replace(was, "也许一时忘了", "可能一时忘了", 1))
	both.post(own.path + "/ask")
	if g := both.post(own.path + "/sign"); g.code != http.StatusConflict {
		t.Errorf("one's own is signed: %d", g.code)
	}
	if g := h.as(access.Approver).post(draft.path + "/sign"); g.code != http.StatusForbidden {
		t.Errorf("an approver signs: %d", g.code)
	}
	if g := signer.post(draft.path + "/sign"); g.code != http.StatusOK || !strings.Contains(g.text, "It is signed") || !strings.Contains(g.text, "of another text") {
		t.Fatalf("signing: %d %s", g.code, plain(g.text))
	}
	piece, _ := h.engine.Books()[0].Piece("slip_first.zh")
	if piece.Body() != good {
		t.Errorf("the engine writes %q", piece.Body())
	}
	if other, _ := h.engine.Books()[1].Piece("slip_first.zh"); other.Body() != was {
		t.Error("the other portfolio's text has changed as well")
	}
	if g := signer.post(own.path+"/refuse", "reason", "one is enough"); g.code != http.StatusOK {
		t.Errorf("refusing: %d %s", g.code, plain(g.text))
	}
	if g := signer.post(draft.path+"/back", "reason", "complaints"); g.code != http.StatusOK {
		t.Errorf("going back: %d %s", g.code, plain(g.text))
	}
	if piece, _ = h.engine.Books()[0].Piece("slip_first.zh"); piece.Body() != was {
		t.Errorf("after going back the engine writes %q", piece.Body())
	}
}
