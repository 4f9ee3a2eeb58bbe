package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
)

// approve approves every notice of the strategy in the words that it has.
func (h *house) approve() {
	for _, w := range h.p.Wanted(ledger.Day(thursday)) {
		h.p.Approvals = append(h.p.Approvals, Approval{Template: w.Template, Language: w.Language, Text: w.Text, By: "compliance:17", On: ledger.Day(thursday) - 30})
	}
}

const stepHead = "loan_id,borrower_id,currency,product,principal,next_step,next_step_on,next_step_by,assigned_to\n"

// TestNoticeEndToEnd: the notice before a negative report goes over SMPP once, in the words that were approved, though a
// complaint is open and no reminder may be sent; what was sent is kept as evidence, and the law's duty is done.
func TestNoticeEndToEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 40), minor: 124000}, debt{n: 2, dueOn: day(thursday, 40), minor: 124000})
	h.tell(stepHead+"C00001,B00001,CNY,card,1240.00,credit_report,2026-10-20,board:2,\n", states+"B00001,,,,complaint,2026-09-20,,fee,desk:4,,\n")
	if done := h.plan(); done.Messages != 0 || done.Held[Unapproved] != 1 {
		t.Fatalf("without approval: planned %+v", done)
	}
	if x := h.only("B00001"); x.Treatment != "notice_credit_report" || x.Rule != Unapproved {
		t.Errorf("explained by %s: %s", x.Rule, x.Reason)
	}
	h.approve()
	if done := h.plan(); done.Messages != 1 {
		t.Fatalf("approved: planned %+v; %s", done, h.only("B00001").Reason)
	}
	h.run()
	var text string
	for _, a := range h.smsc.Arrivals() {
		if a.Complete() && a.Destination == "8617405000001" {
			text += a.Whole
		}
	}
	if !strings.Contains(text, "10月20日将按规定报送征信系统") || !strings.Contains(text, "尾号0001") || strings.Count(text, "征信系统") != 1 {
		t.Fatalf("arrived: %q", text)
	}
	x := h.only("B00001")
	var n *Evidence
	for _, m := range x.Messages {
		for _, try := range m.Tries {
			if try.Notice != nil {
				n = try.Notice
				if want := fmt.Sprintf("%x", sha256.Sum256([]byte(try.Text))); n.TextDigest != want || try.Text != text || len(try.Receipts) == 0 || try.Outcome != "accepted" {
					t.Errorf("evidence %+v of %+v", n, try)
				}
			}
		}
	}
	if n == nil || n.ApprovedBy != "compliance:17" || n.ApprovedOn == 0 || n.Address != "mobile" || n.Duty != "negative_report_notice" || len(n.TemplateDigest) != 64 {
		t.Fatalf("evidence %+v", n)
	}
	if len(x.Duties) != 1 || x.Duties[0].Duty != "negative_report_notice" || x.Duties[0].Loan != "C00001" || x.Duties[0].How != "sms" {
		t.Errorf("duties %+v", x.Duties)
	}
	// Once: nothing more leaves for this lapse, the next day or later.
	h.at(thursday.Add(5 * 24 * time.Hour))
	h.take(debt{n: 1, dueOn: day(thursday, 40), minor: 124000}, debt{n: 2, dueOn: day(thursday, 40), minor: 124000})
	if done := h.plan(); done.Held["CN-HOUSE-STOP-08"] != 1 {
		t.Errorf("afterwards: %+v; %+v", done, h.only("B00001").Reason)
	}
	if n := h.count(`SELECT count(*) FROM notice`); n != 1 {
		t.Errorf("%d notices", n)
	}
}

// TestReminderWaitsForTheNotice: where the law wants the notice first, no reminder goes before it, and one does after.
func TestReminderWaitsForTheNotice(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 20), minor: 124000})
	h.tell(stepHead + "C00001,B00001,CNY,card,1240.00,credit_report,2026-10-20,board:2,\n")
	if done := h.plan(); done.Messages != 0 || done.Held[Unapproved] != 1 {
		t.Fatalf("no notice, and yet: %+v", done)
	}
	h.tell("borrower_id,loan_id,duty,done_at,how\nB00001,C00001,negative_report_notice,2026-08-20,letter\n")
	if done := h.plan(); done.Messages != 1 {
		t.Errorf("told by letter: %+v; %s", done, h.only("B00001").Reason)
	}
}

// TestNoticeHonoursOptOut: whoever has refused the channel gets no notice over it.
func TestNoticeHonoursOptOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.approve()
	h.take(debt{n: 1, dueOn: day(thursday, 40), minor: 124000})
	h.tell(stepHead+"C00001,B00001,CNY,card,1240.00,acceleration,2026-10-20,board:2,\n", states+"B00001,,,,stop,2026-09-20,,said so,desk:4,,\n")
	if done := h.plan(); done.Messages != 0 || done.Held["CN-HOUSE-STOP-02"] != 1 {
		t.Fatalf("planned %+v", done)
	}
}

// TestOtherWordsNeedAnotherApproval: an approval is of a text, not of a name.
func TestOtherWordsNeedAnotherApproval(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.approve()
	if left := h.p.Wanted(ledger.Day(thursday)); len(left) != 0 {
		t.Fatalf("still wanting %v", left)
	}
	if left := h.p.Wanted(ledger.Day(thursday) - 31); len(left) == 0 {
		t.Error("approved before anybody had")
	}
	spec := specOf(t, "我们核实后答复", "我们核实之后答复")
	other, err := Compile(spec)
	if err != nil {
		t.Fatal(err)
	}
	other.Approvals = h.p.Approvals
	if left := other.Wanted(ledger.Day(thursday)); len(left) != 1 || left[0].Template != "notice_credit_report" || left[0].Language != "zh" {
		t.Errorf("wanting %v", left)
	}
}

// TestNoticeAndReminderApart: a notice that must wait for its approval does not keep back a reminder that needs no notice.
func TestNoticeAndReminderApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 9), minor: 124000})
	h.tell(stepHead + "C00001,B00001,CNY,card,1240.00,acceleration,2026-10-20,board:2,\n")
	if done := h.plan(); done.Messages != 1 {
		t.Fatalf("planned %+v", done)
	}
	h.run()
	if got := h.smsc.Arrivals(); len(got) == 0 || !strings.Contains(got[0].Whole, "逾期9天") || !strings.Contains(got[0].Whole, "10月20日将宣布贷款提前到期") {
		t.Errorf("arrivals %+v", got)
	}
}

// TestAuditOfDocuments: a house that weakens a rule, and an approval, are audited once.
func TestAuditOfDocuments(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.approve()
	house := Source{"acme.yaml", []byte(`id: acme
version: "1"
title: {en: Acme, zh: 某公司}
rules:
  - id: ACME-01
    kind: stop
    confidence: binding
    house: true
    title: {en: We let farmers be at harvest., zh: 农忙时不打扰。}
    source: House rule
    states: [harvest]
advise:
  - {rule: CN-HOUSE-CAP-02, reason: "Board of 2026-03-02"}
`)}
	spec := must(testSpec())
	spec.Rulebooks = append(spec.Rulebooks, house)
	p, err := Compile(spec)
	if err != nil {
		t.Fatal(err)
	}
	p.Approvals = h.p.Approvals
	h.Portfolios = []*Portfolio{p}
	for range 2 {
		if err := h.Prepare(context.Background(), thursday); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.count(`SELECT count(*) FROM audit WHERE what = 'rule_weakened' AND who = 'rulebook acme' AND subject LIKE 'rule CN-HOUSE-CAP-02 by acme %'`); n != 1 {
		t.Errorf("%d rows of the weakened rule", n)
	}
	if n, want := h.count(`SELECT count(*) FROM audit WHERE what = 'approved' AND who = 'compliance:17'`), len(p.Approvals); n != want {
		t.Errorf("%d rows of %d approvals", n, want)
	}
}
