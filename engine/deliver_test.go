package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/dulyhq/duly/hooks"
	"github.com/dulyhq/duly/store"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// A listener is a lender's system that verifies what it is told by the specification's own library.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	ids    []string
	refuse func(body string) int // a status, 0 takes it
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{}
	wh := must(standardwebhooks.NewWebhook(hookSecret))
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = wh.VerifyIgnoringTimestamp(body, r.Header) // real time is moved by hand here
		}
		if err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.refuse != nil {
			if status := l.refuse(string(body)); status != 0 {
				w.WriteHeader(status)
				return
			}
		}
		l.bodies, l.ids = append(l.bodies, string(body)), append(l.ids, r.Header.Get("webhook-id"))
	}))
	t.Cleanup(l.Close)
	return l
}

// hears lets a house tell a listener, from now on.
func (h *house) hears(l *listener, types ...string) *Hook {
	h.t.Helper()
	to, err := hooks.NewEndpoint(l.URL, hooks.Loopback, must(hooks.NewSigner(hookSecret)))
	if err != nil {
		h.t.Fatal(err)
	}
	h.Hooks = []Hook{{Name: "core", To: to, Types: types}}
	if err := h.Store.Hooks(context.Background(), h.hookNames()); err != nil {
		h.t.Fatal(err)
	}
	return &h.Hooks[0]
}

func (h *house) deliver() Delivered {
	h.t.Helper()
	var all Delivered
	if err := h.DeliverAll(context.Background(), func(_ string, d Delivered) { all = d }); err != nil {
		h.t.Fatal(err)
	}
	return all
}

// told are the types with their borrowers, in the order of arrival.
func (l *listener) told(t *testing.T) (out []string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, body := range l.bodies {
		var b EventBody
		if err := json.Unmarshal([]byte(body), &b); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.Type+" "+strings.Join(b.Data.Borrowers, ","))
	}
	return out
}

// TestEventsAreTold: what replies set off is told, with the lender's keys and amounts and without a word, a name or a number of anybody.
func TestEventsAreTold(t *testing.T) {
	t.Parallel()
	h := talker(t, map[int][]string{1: {"25号一定还"}, 2: {"退订"}, 3: {"金额不对,我没欠这么多"}, 4: {"可以分期吗", "分期3"}})
	l := listen(t)
	h.hears(l)
	for n := 1; n <= 4; n++ {
		h.take(debt{n: n, dueOn: day(thursday, 3), minor: 124000})
	}
	h.plan()
	h.run()
	if got := h.deliver(); got.Failed != 0 || got.Taken == 0 {
		t.Fatalf("delivered %+v", got)
	}
	told := strings.Join(l.told(t), "\n")
	for _, want := range []string{"promise.made " + borrowerOf(1), "contact.stopped " + borrowerOf(2), "dispute.opened " + borrowerOf(3), "task.made " + borrowerOf(3), "plan.offered " + borrowerOf(4), "plan.agreed " + borrowerOf(4)} {
		if !strings.Contains(told, want) {
			t.Errorf("not told: %s\n%s", want, told)
		}
	}
	all := strings.Join(l.bodies, "\n")
	for n := 1; n <= 4; n++ {
		for _, secret := range []string{phoneOf(n), phoneOf(n)[3:], "张", "退订", "一定还", "金额不对"} {
			if strings.Contains(all, secret) {
				t.Errorf("an event holds %q:\n%s", secret, all)
			}
		}
	}
	if !strings.Contains(all, `"total":"1240.00"`) || !strings.Contains(all, `"on":"2026-09-25"`) {
		t.Errorf("the promise has no amount and day:\n%s", all)
	}
	seen := map[string]bool{}
	for _, id := range l.ids {
		if seen[id] {
			t.Errorf("%s was told twice", id)
		}
		seen[id] = true
	}
	if got := h.deliver(); got != (Delivered{}) {
		t.Errorf("told again: %+v", got)
	}
	// The export holds the same, under the same ids.
	var lines int
	if err := h.Store.Events(context.Background(), time.Time{}, time.Time{}, func(ev *store.Event) error {
		if lines++; !seen[eventID(ev)] {
			t.Errorf("exported and not told: %s %s", eventID(ev), TypeOf(ev))
		}
		return nil
	}); err != nil || lines != len(seen) {
		t.Errorf("%d lines exported of %d, %v", lines, len(seen), err)
	}
}

// TestEventsOfOneComeInOrder: while one borrower's event is refused, their later ones wait behind it and others' go on; it is told at last
// or given up, and then the others come.
func TestEventsOfOneComeInOrder(t *testing.T) {
	t.Parallel()
	h := talker(t, map[int][]string{1: {"金额不对,我没欠这么多"}, 2: {"金额不对,我没欠这么多"}})
	l := listen(t)
	hook := h.hears(l, "dispute.*", "task.made")
	wire := time.Now()
	for n := 1; n <= 2; n++ {
		h.take(debt{n: n, dueOn: day(thursday, 3), minor: 124000})
	}
	h.plan()
	h.run()
	l.refuse = func(body string) int {
		if strings.Contains(body, borrowerOf(1)) && strings.Contains(body, "dispute.opened") {
			return http.StatusUnprocessableEntity
		}
		return 0
	}
	h.Wire = func() time.Time { return wire }
	got := h.deliver()
	if told := strings.Join(l.told(t), " "); got.Failed != 1 || strings.Contains(told, borrowerOf(1)) || strings.Count(told, borrowerOf(2)) != 2 {
		t.Fatalf("delivered %+v: %s", got, told)
	}
	if again := h.deliver(); again != (Delivered{}) {
		t.Errorf("tried again at once: %+v", again)
	}
	if list := must(h.Store.Undelivered(context.Background())); len(list) != 2 || list[0].Code != "http 422" || list[1].Tries != 0 {
		t.Errorf("undelivered: %+v", list)
	}
	// Five days later it is given up, and what waited behind it is told.
	for range 40 {
		wire = wire.Add(11 * time.Hour)
		h.deliver()
	}
	if told := strings.Join(l.told(t), " "); !strings.Contains(told, "task.made "+borrowerOf(1)) || strings.Contains(told, "dispute.opened "+borrowerOf(1)) {
		t.Errorf("after it was given up: %s", told)
	}
	if list := must(h.Store.Undelivered(context.Background())); len(list) != 1 || !list[0].GivenUp {
		t.Errorf("given up: %+v", list)
	}
	l.refuse = nil
	if n := must(h.Store.TryAgain(context.Background(), hook.Name, "staff:1", thursday)); n != 1 {
		t.Errorf("%d events are tried again", n)
	}
	h.deliver()
	if told := l.told(t); told[len(told)-1] != "dispute.opened "+borrowerOf(1) {
		t.Errorf("after another try: %v", told)
	}
}

// TestADeadHookRests: a system that is away is not asked for every event, loses none, and hears them in their order when it is back.
func TestADeadHookRests(t *testing.T) {
	replies := map[int][]string{}
	for n := 1; n <= 8; n++ {
		replies[n] = []string{"金额不对,我没欠这么多"}
	}
	h := talker(t, replies)
	l := listen(t)
	h.hears(l)
	wire := time.Now()
	for n := 1; n <= 8; n++ {
		h.take(debt{n: n, dueOn: day(thursday, 3), minor: 124000})
	}
	h.plan()
	h.run()
	asked := 0
	l.refuse = func(string) int { asked++; return http.StatusServiceUnavailable }
	h.Wire = func() time.Time { return wire }
	for range 10 {
		h.deliver()
	}
	if asked > 3 {
		t.Errorf("a system that is away was asked %d times at once", asked)
	}
	// It is back. What is told keeps each borrower's order.
	l.refuse = nil
	for range 10 {
		wire = wire.Add(10 * time.Minute)
		h.deliver()
	}
	var want []string
	if err := h.Store.Events(context.Background(), time.Time{}, time.Time{}, func(ev *store.Event) error {
		want = append(want, fmt.Sprintf("%s %s", TypeOf(ev), strings.Join(ev.Borrowers, ",")))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	told := l.told(t)
	for n := 1; n <= 8; n++ {
		if got, want := only(told, borrowerOf(n)), only(want, borrowerOf(n)); got != want || got == "" {
			t.Errorf("borrower %d was told of as %s, want %s", n, got, want)
		}
	}
	if len(told) != len(want) {
		t.Errorf("%d events were told of %d", len(told), len(want))
	}
}

func only(list []string, ref string) string {
	var out []string
	for _, s := range list {
		if strings.HasSuffix(s, " "+ref) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}
