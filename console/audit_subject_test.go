package console

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"unicode"

	"github.com/dulyhq/duly/store"
)

// TestSubjectWords: what the audit says something was done to is told in Chinese, and what has no words stays as it is.
func TestSubjectWords(t *testing.T) {
	for _, c := range []struct{ what, subject, want string }{
		{"unmasked", "borrower 12", "借款人 12"},
		{"looked_by_tail", "borrowers", "借款人"},
		{"erased", "person p7", "本人 p7"},
		{"state_lifted", "state 161 paid_claim of p469", "p469 的“称已还款”（状态 161）"},
		{"state_lifted", "state 3 disaster of CN-HB", "CN-HB 的“受灾”（状态 3）"},
		{"consent_changed", "consent 12", "同意 12"},
		{"held", "everything", "全部"},
		{"released", "everything, cancel, 12 cancelled", "全部，积压的不再发送，取消12条"},
		{"signed_in", "staff:3 passkey", "staff:3，用通行密钥"},
		{"signed_in", "staff:3 sso", "staff:3，用统一登录"},
		{"passkey_added", "staff:3 passkey 5", "staff:3 的通行密钥 5"},
		{"user_roles", "staff:3 viewer collector@cards", "staff:3：只读人员、催收专员（cards）"},
		{"user_locked", "staff:3", "staff:3"},
		{"registered", "text week_one.zh with main: refused", "文案 week_one.zh，通道 main：被拒"},
		{"rulebook_signed", "rulebook cn 0123456789abcdef", "规则集 cn（摘要 0123456789abcdef）"},
		{"rule_weakened", "rule CN-1 by house 0123456789ab", "规则 CN-1，由规则集 house（摘要 0123456789ab）"},
		{"approved", "notice cn_court zh 0123456789ab on 2026-09-24", "法定通知 cn_court（zh），文本 0123456789ab，2026-09-24 批准"},
		{"handed_on", "desk 4 to staff:3", "待办 4，转给 staff:3"},
		{"corrected", "reply 9 to dispute", "回复 9，更正为“异议”"},
		{"imported", "import 2", "导入 2"},
		{"arrangement_agreed", "arrangement 2", "约定 2"},
		{"simulated", "version 2", "版本 2"},
		{"resumed", "pause 2", "暂停 2"},
		{"paused", "portfolio cards, channel sms, carrier main", "资产组合 cards，渠道 短信，通道 main"},
		{"events_again", "hook core", "推送 core"},
		{"key_made", "key abcd", "密钥 abcd"},
		{"retained", "replies 1200", "回复内容1200条"},
		{"reconciled", "messages by number: not_arrived", "按编号指定的短信：未送达"},
		{"reconciled", "carrier main in the hour of 2026-09-24T02:00:00Z: open", "通道 main，2026-09-24T02:00:00Z 起的一小时：撤回结论"},
		{"reconciled", "statement 0123456789abcdef of carrier main", "通道 main 的对账文件（摘要 0123456789abcdef）"},
		{"bill_kept", "main 2026-09", "通道 main，2026-09"},
		{"whatever", "something else of later", "something else of later"},
	} {
		if got := subjectWords(&store.Deed{What: c.what, Subject: c.subject}, "zh"); got != c.want {
			t.Errorf("%s: %q is told as %q, want %q", c.what, c.subject, got, c.want)
		}
	}
}

// TestAuditInEnglish: rows that hold words of the program's own are told in plain English too, and who did it where it was nobody of the staff.
func TestAuditInEnglish(t *testing.T) {
	for subject, want := range map[string]string{
		"state 161 paid_claim of p469": "“paid claim” of p469 (state 161)",
		"desk 4 to staff:3":            "desk 4 to staff:3",
	} {
		if got := subjectWords(&store.Deed{Subject: subject}, "en"); got != want {
			t.Errorf("%q is told as %q, want %q", subject, got, want)
		}
	}
	for who, want := range map[string][2]string{
		"payments": {"payments", "还款入账"}, "borrower": {"the borrower", "借款人本人"}, "staff:17": {"staff:17", "staff:17"},
		"command_line": {"the command line", "命令行"}, "rulebook house": {"rulebook house", "规则集 house"}, "operations:7": {"operations:7", "operations:7"},
	} {
		if en, zh := whoWords(who, "en"), whoWords(who, "zh"); en != want[0] || zh != want[1] {
			t.Errorf("%s is told as %q and %q, want %q", who, en, zh, want)
		}
	}
}

// TestDeedWords: whatever the program notes in the audit has words in both languages.
func TestDeedWords(t *testing.T) {
	noted := regexp.MustCompile(`(?:Deed\{[^}]*What: *|arrangementDeed\([^"]*|\.Record\([^"]*What: *)"([a-z_]+)"`)
	found := 0
	for _, dir := range []string{"store", "engine", "cli", "console"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Base(name) == "audit_subject_test.go" || regexp.MustCompile(`_test\.go$`).MatchString(name) {
				continue
			}
			for _, m := range noted.FindAllSubmatch(source, -1) {
				found++
				w, ok := deedWords[string(m[1])]
				if !ok || !regexp.MustCompile(`\p{Han}`).MatchString(w[0]) || w[1] == "" {
					t.Errorf("%s: %s has no words in both languages", name, m[1])
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d deeds are found in the source", found)
	}
	for what, w := range deedWords {
		if regexp.MustCompile(`\p{Han}`).MatchString(w[1]) || !unicode.Is(unicode.Han, []rune(w[0])[0]) {
			t.Errorf("%s: %q", what, w)
		}
	}
}
