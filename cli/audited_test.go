package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// deedOf is each command and what the audit says of it. Commands that change nothing of anybody's doing have no word: they read, or do by
// themselves what the configuration says, or work on files that are no book.
var deedOf = map[string]string{
	"strategy": "", "strategy list": "", "strategy show": "", "strategy diff": "", "strategy draft": "strategy_asked", "strategy activate": "strategy_activated", "strategy rollback": "strategy_rolled_back", "strategy refuse": "strategy_refused",
	"template": "", "template list": "", "template versions": "", "template show": "", "template diff": "", "template try": "", "template draft": "template_asked", "template sign": "template_activated",
	"template refuse": "template_refused", "template rollback": "template_rolled_back", "template filed": "registered",
	"rulebook": "", "rulebook list": "", "rulebook show": "", "rulebook versions": "", "rulebook diff": "", "rulebook try": "", "rulebook draft": "confidence_asked", "rulebook sign": "rulebook_signed",
	"rulebook refuse": "confidence_refused", "rulebook rollback": "confidence_rolled_back",
	"arrange": "arrangement_agreed", "arrange approve": "arrangement_approved", "arrange withdraw": "arrangement_withdrawn", "arrange confirm": "arrangement_confirmed",
	"inbox answer": "answered", "inbox write": "written", "inbox close": "closed", "inbox correct": "corrected", "inbox cause": "cause_said", "inbox show": "reply_read", "inbox export": "replies_exported",
	"user add": "user_added", "user role": "user_roles", "user reset": "user_reset", "user end": "user_ended", "user lock": "user_locked", "user unlock": "user_unlocked",
	"user sign-out": "user_signed_out", "user sso": "sso_allowed", "hold": "held", "release": "released", "import": "imported", "backup": "backed_up", "events again": "events_again", "page": "page_opened",
	"erase": "erased", "audit seal": "audit_anew", "bill": "bill_kept", "reconcile": "reconciled",

	"retain": "", // where something goes: TestRowsGoBySetting of engine

	"init": "", "assess": "", "plan": "", "run": "", "serve": "", "explain": "", "inbox": "", "user": "", "user list": "", "audit": "", "audit verify": "", "audit export": "",
	"audit key": "", "key": "", "export": "", "export list": "", "export ask": "export_asked", "export allow": "export_allowed", "export refuse": "export_refused", "export fetch": "export_fetched", "key wrap": "", "key list": "", "key new": "key_made", "key rotate": "key_used", "key reseal": "", "key retire": "key_retired", "events": "", "events failed": "", "events export": "", "report": "", "simulate": "", "restore": "", "check": "", "lint": "", "classify": "", "segments": "",
	"smsc": "", "bench": "", "version": "", "demo": "",
}

// TestEveryCommandIsAudited: every command stands in the list above, and for each that changes something by somebody's word a script shows
// the audit's row of it. A new command fails here until it is said what the audit keeps of it.
func TestEveryCommandIsAudited(t *testing.T) {
	a := &app{clock: clock{read: time.Now}}
	there := map[string]bool{}
	var walk func(*cobra.Command, string)
	walk = func(c *cobra.Command, path string) {
		for _, s := range c.Commands() {
			name := strings.TrimSpace(path + " " + s.Name())
			there[name] = true
			if _, ok := deedOf[name]; !ok {
				t.Errorf("%q stands not in the list of what the audit keeps of each command", name)
			}
			if name != "bench" { // it works on a book of its own
				walk(s, name)
			}
		}
	}
	walk(a.root(), "")
	var shown strings.Builder
	scripts, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal(err, len(scripts))
	}
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		shown.Write(text)
	}
	for name, word := range deedOf {
		if !there[name] {
			t.Errorf("%q is no command any more", name)
		}
		if word != "" && !strings.Contains(shown.String(), `"what":"`+word+`"`) {
			t.Errorf("no script shows that %q is in the audit as %q", name, word)
		}
	}
}
