package portal

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A second is the page of the second step. It says who writes and nothing of whom or why.
type second struct {
	Ask    store.ProofKind   // what is asked for; empty means that there is nothing to ask for
	Others []store.ProofKind // what may be given in its place
	Left   int
	Locked string // until when; empty while it is not
	Spent  bool
}

// who asks for something that only the person knows whom we wrote to.
func (p *Portal) who(v *visit) error {
	if !v.guest.ProvedAt.IsZero() {
		v.away("/loan")
		return nil
	}
	s, err := v.second()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "who", "请确认是您本人", "Please confirm that it is you", s)
}

// second finds out what may be asked.
func (v *visit) second() (*second, error) {
	kinds, err := v.Desk.Store().ProofKinds(v.r.Context(), v.guest.Borrower)
	if err != nil {
		return nil, err
	}
	s := &second{}
	if len(kinds) > 0 {
		s.Ask, s.Others = kinds[0], kinds[1:]
		if by := store.ProofKind(v.r.URL.Query().Get("by")); len(kinds) > 1 && by == kinds[1] {
			s.Ask, s.Others = kinds[1], kinds[:1]
		}
	}
	l, err := v.Desk.Store().PortalLocked(v.r.Context(), v.guest, v.at)
	s.take(v, l)
	return s, err
}

func (s *second) take(v *visit, l store.Proving) {
	s.Left, s.Spent = l.Left, l.Spent
	if !l.LockedUntil.IsZero() {
		s.Locked = v.minute(l.LockedUntil.Add(time.Minute - 1).In(v.house.Zone))
	}
}

// prove looks at the answer. Whoever gives the right one has opened the message: that is all that counts as read.
func (p *Portal) prove(v *visit) error {
	answers := []store.Answer{
		{Kind: store.Identity6, Value: narrow(v.form("identity", 12))},
		{Kind: store.Identity4, Value: narrow(v.form("identity", 12))},
		{Kind: store.BirthDate, Value: birth(v.form("birth", 20))},
	}
	if answers[0].Value == "" && answers[2].Value == "" {
		return v.refuse(nil, "请填写后再继续。", "Please fill this in first.")
	}
	cookie := rand.Text()
	got, err := p.Desk.Store().ProvePortal(v.r.Context(), v.guest, v.cookie, cookie, answers, v.at, v.at.Add(afterProof))
	if err != nil {
		return err
	}
	if got.Right {
		v.give(v.cookieName(), cookie, 0)
		v.away("/loan")
		return nil
	}
	return v.refuse(&got, "与我们的记录不一致，请再核对一次。", "This is not what we have on record. Please look at it once more.")
}

// refuse asks again.
func (v *visit) refuse(got *store.Proving, zh, en string) error {
	s, err := v.second()
	if err != nil {
		return err
	}
	if got != nil {
		s.take(v, *got)
	}
	if v.r.PostFormValue("birth") != "" && len(s.Others) > 0 && s.Ask != store.BirthDate {
		s.Ask, s.Others = s.Others[0], []store.ProofKind{s.Ask}
	}
	if v.lang == "en" {
		zh = en
	}
	return v.showWith(http.StatusUnprocessableEntity, "who", "请确认是您本人", "Please confirm that it is you", s, zh)
}

// narrow reads the end of an identity number as people type it.
func narrow(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s))
}

// birth reads a day as people type it: 1990-03-07, 1990.3.7, 1990年3月7日, 19900307. What is no day proves nothing.
func birth(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= 0xff10 && r <= 0xff19 {
			r -= 0xfee0
		}
		if r >= '0' && r <= '9' {
			return r
		}
		return ' '
	}, s)
	parts := strings.Fields(digits)
	if len(parts) == 1 && len(parts[0]) == len("19900307") {
		parts = []string{parts[0][:4], parts[0][4:6], parts[0][6:]}
	}
	if len(parts) != 3 || len(parts[0]) != 4 || len(parts[1]) > 2 || len(parts[2]) > 2 {
		return ""
	}
	n := [3]int{}
	for i := range n {
		n[i], _ = strconv.Atoi(parts[i])
	}
	return ledger.NewDate(n[0], time.Month(n[1]), n[2]).String()
}
