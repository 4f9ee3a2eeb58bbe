package compose_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// carrying says, for some elements, what a body writes to hold them.
var carrying = map[string]string{
	"amount": "{due.total}", "days_late": "{dpd}", "opt_out": "{stop.word}", "pay_by": "{due.pay_by}/{due.pay_by_total}",
	"contract": "{each loans}{loan.masked}{end}", "breakdown": "{due.breakdown}", "due_date": "{due.on}", "as_of": "{due.as_of}",
}

// drawBody draws a body that holds the elements and puts awkward neighbours beside the values.
func drawBody(t *rapid.T, lang string, elements []string) string {
	texts := []string{"1", ".", ",", "5.", ",7", "0,", ".5", "x", " ", "Reply ", "reply", "SEND ", "text ", "due "}
	if lang == "zh" {
		texts = append(texts, "回复", "回", "发送 ", "，", "您", "元", "😀", "回复 ")
	}
	values := []string{"{due.on}", "{creditor.name}", "{stop.word}", "{due.per_day}", "{officer.name}", "{each loans}{loan.total}{if loan.due_on}{loan.due_on}{end}{end}"}
	for _, e := range elements {
		values = append(values, carrying[e])
	}
	pieces := []string{"{creditor.name}", "{contact.verify}", "{contact.phone}"}
	for _, e := range elements {
		pieces = append(pieces, carrying[e])
	}
	for range rapid.IntRange(0, 10).Draw(t, "more") {
		text, value := rapid.SampledFrom(texts).Draw(t, "text"), rapid.SampledFrom(values).Draw(t, "value")
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			id := rapid.SampledFrom([]string{"next_step", "dpd", "due.total", "borrower.surname", "loans", "officer.name", "contact.phone"}).Draw(t, "if")
			pieces = append(pieces, fmt.Sprintf("{if %s}%s%s{else}%s{end}", id, text, value, value))
		case 1:
			pieces = append(pieces, value)
		default:
			pieces = append(pieces, text)
		}
	}
	return "x" + strings.Join(rapid.Permutation(pieces).Draw(t, "pieces"), "")
}

// drawVars draws values, any of which may be missing.
func drawVars(t *rapid.T) compose.Vars {
	text := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "text") }
	minor := func() int64 {
		return rapid.SampledFrom([]int64{0, 1, 5, 100, 124000, 99999999999}).Draw(t, "minor") + rapid.Int64Range(0, 999).Draw(t, "more")
	}
	date := func() ledger.Date { return ledger.Date(rapid.Int32Range(20000, 21000).Draw(t, "date")) }
	v := compose.Vars{
		Surname: text("", "王", "O'Example", "5", "€", "😀"), Creditor: text("Bank", "银行", "7"), Phone: "4008000000", Verify: "App",
		Officer: text("", "林经理", "8"), StopWord: text("R", "STOP", "拒收", "İ", "1"), NextStep: text("", "reply ", "3", "12.", "步"),
		Currency: ledger.Currency(text("CNY", "JPY", "USD")), Due: assess.Due{Total: minor(), Principal: minor(), Fees: minor()},
		PerDay: minor(), PayBy: date(), PayByDue: minor(), DueOn: date(), DPD: rapid.IntRange(0, 200).Draw(t, "dpd"),
	}
	if rapid.IntRange(0, 9).Draw(t, "as of") > 0 {
		v.AsOf = date().At(10, 5, time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*3600))
	}
	for range rapid.IntRange(1, 2).Draw(t, "loans") {
		v.Loans = append(v.Loans, compose.LoanVars{Masked: text("4821", "00", "1"), Total: minor(), DueOn: date()})
	}
	return v
}

// TestWrite: what is known of a text while it is written is what reading it again would say.
func TestWrite(t *testing.T) {
	compiled, read := 0, 0
	var paper compose.Paper
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom([]string{"zh", "en"}).Draw(t, "lang")
		elements := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"amount", "days_late", "opt_out", "pay_by", "contract", "breakdown", "due_date", "as_of",
		}), 0, 4, rapid.ID).Draw(t, "elements")
		body := drawBody(t, lang, elements)
		doc := fmt.Sprintf("language: %s\nchannel: sms\nversion: \"1\"\ntemplates:\n  - name: t\n    purpose: p\n    class: notice\n    max_segments: 10\n    elements: [%s]\n    body: |\n      %s\n",
			lang, strings.Join(elements, ", "), body)
		set, err := compose.Compile("t.yaml", []byte(doc))
		if err != nil {
			return // not every element is always there, or it is too long
		}
		compiled++
		tm, v := set.All()[0], drawVars(t)
		want, wantErr := tm.Render(nil, &v)
		got, err := tm.Write(&paper, &v)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || !bytes.Equal(got.Text, want) {
			t.Fatalf("%s: %q (%v), want %q (%v)", body, got.Text, err, want, wantErr)
		}
		if err != nil {
			if _, same := tm.Bind(&v).Write(&paper, &v); fmt.Sprint(same) != fmt.Sprint(err) {
				t.Fatalf("%s: bound to the sender: %v, else %v", body, same, err)
			}
			return
		}
		read++
		bound, stranger := tm.Bind(&v), v
		stranger.Creditor, stranger.Phone, stranger.StopWord = "nobody", "0", ""
		if same, err := bound.Write(&paper, &stranger); err != nil || !cmp.Equal(same, got) {
			t.Fatalf("%s: bound to the sender it is %q (%v), else %q", body, same.Text, err, got.Text)
		}
		if diff := cmp.Diff(v, stranger); diff != "" {
			t.Errorf("%s: the sender's values are not those that were bound:\n%s", body, diff)
		}
		text := string(want)
		if diff := cmp.Diff(compose.Check(text, tm.Language, tm.Elements(), &v), got.Lacks); diff != "" {
			t.Errorf("%s: %q: reading and writing differ:\n%s", body, text, diff)
		}
		if a, u, s := sms.Measure(text); a != got.Alphabet || u != got.Units || s != got.Segments {
			t.Errorf("%q: %v %d %d, want %v %d %d", text, got.Alphabet, got.Units, got.Segments, a, u, s)
		}
	})
	t.Logf("%d bodies, %d texts", compiled, read)
	if read == 0 {
		t.Error("no text was compared")
	}
}
