package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/wire/sms"
)

// A Sender is one worker that hands messages over: it claims, judges again, fences, submits and stores what
// comes back. Its steps have no goroutines; Run adds the waiting.
type Sender struct {
	e       *Engine      // with portfolios of its own, of who judges
	ear     *Engine      // and of who reads replies, which goes on beside the judging: see fork
	from    *Engine      // whose they are
	books   []*Portfolio // those of from that they were made of
	carrier Carrier
	name    string // the carrier's, as stored with its receipts
	now     func() time.Time
	worker  int64
	first   outbox.FenceID // before it each that this worker has asked for has its outcome stored; 0: it has asked for none
	unsure  outbox.FenceID // the least of those that it asked for in a commit that failed or was not durable, and that may be there; 0: none
	batch   int            // messages a claim at most
	window  int            // messages between fence and durable outcome at most
	aside   func(judge func() bool) (wait func())
	in      *inbox
	mine    []*Portfolio // those of this carrier
	last    *Portfolio   // of the last claim; nil before the first
	recount atomic.Bool  // more is counted than the cap sets that are remembered know

	resting   bool           // nothing more is claimed
	paper     *compose.Paper // for the texts of the claim that is judged
	shelf     store.Shelf    // the dossiers of that claim
	cases     []judged       // room for what is judged of it
	written   []written      // room for what is written of it
	settled   time.Time
	lost      bool // the last claim was: perhaps because a carrier has said something of a text since it was judged
	ahead     ahead
	behind    behind
	committed time.Time // when the last commit began
	notNow    error     // why nothing may leave at present; nil: it may
	restUntil time.Time // until when nothing is claimed because of it
}

// leastWindow is the least time that must be left of a lawful window: a carrier needs some of it.
const leastWindow = time.Minute

// askAgain is how long a sender rests whose database lets nothing leave at present. It stores what comes back all the same.
const askAgain = time.Second

// commit stores what came back together with the fences of a claim, and submits what they permit.
func (s *Sender) commit(ctx context.Context, r *ready) (Stepped, error) {
	st := r.st
	st.Worker, st.WireAt, st.BackAt = s.worker, s.e.Wire(), s.now()
	st.LeaseUntil = st.WireAt.Add(s.e.lease())
	back := s.in.drain(st, s.name)
	if st.Claim == nil && back.empty() {
		return Stepped{}, nil
	}
	var res store.StepResult
	var durable func() error
	err := s.read(ctx, st)
	if err == nil {
		s.first = cmp.Or(leastFence(s.in.least(s.unsure), st.Tries), s.first)
		if res, durable, err = s.e.Store.CommitSoon(ctx, st); err != nil {
			s.unsure = s.first
		}
	}
	if err != nil {
		back.undo()
		return Stepped{}, err
	}
	back.keep()
	if r.paper != nil {
		defer func() { // what leaves and what is stored has the texts of its own
			r.paper.Reset()
			papers.Put(r.paper)
		}()
	}
	if res.Recount {
		s.recount.Store(true)
	}
	s.in.stopped(res.Stopped)
	s.in.accounted(res.Adopted)
	did, leaving := s.claimed(r, &res)
	did.Back = back.count
	first := s.first
	return did, s.behind.begin(durable, leaving, func() {
		back.acknowledge()
		s.tell(back.seen, st, res.Permitted)
		if len(leaving) > 0 {
			s.carrier.Submit(leaving)
		}
	}, func() { s.takeBack(first, leaving, back) })
}

// claimed notes what became of a step's claim, and returns the messages that may leave.
func (s *Sender) claimed(r *ready, res *store.StepResult) (did Stepped, leaving []dispatch.Message) {
	st := r.st
	if st.Claim == nil {
		return did, nil
	}
	if s.notNow = res.NotNow; s.notNow != nil {
		s.restUntil = st.WireAt.Add(askAgain)
		return did, nil
	}
	if did.Lost = res.ClaimLost; did.Lost {
		return did, nil
	}
	did.Claimed = len(st.Claim.Messages)
	s.in.watch(st.Tries, res.Permitted, st.WireAt)
	leaving = r.msgs[:0]
	for i := range r.msgs {
		if res.Permitted[i] {
			leaving = append(leaving, r.msgs[i])
		}
	}
	did.Left = len(leaving)
	return did, leaving
}

// leastFence returns the least of a fence, where there is one, and those that are asked for.
func leastFence(first outbox.FenceID, tries []store.Try) outbox.FenceID {
	for i := range tries {
		if f := tries[i].Fence(); first == 0 || f < first {
			first = f
		}
	}
	return first
}

// room returns how many messages may be fenced now. A message counts against the window until the commit that
// stores its outcome, which may be the one that fences them.
func (s *Sender) room() int {
	if s.resting || s.notNow != nil && s.e.Wire().Before(s.restUntil) {
		return 0
	}
	leaving := int(s.behind.leaving.Load()) // first, for what the carrier's side has by then must not be missing from both
	return max(0, min(s.carrier.Room()-leaving, s.batch, s.window-s.in.open()))
}

// judge claims up to room messages and runs the recipe on them again, on the facts of this minute.
func (s *Sender) judge(ctx context.Context, st *store.Step, room int, taken *store.Claim) ([]dispatch.Message, error) {
	turn, err := s.inTurn(ctx, st.At)
	if err != nil {
		return nil, err
	}
	holder := store.Holder{Worker: s.worker, Now: st.WireAt, Until: st.WireAt.Add(s.e.lease())}
	for _, p := range turn {
		claim, err := s.e.Store.DueFor(ctx, holder, p.row.ID, st.At, room, taken)
		if err != nil {
			return nil, err
		}
		if claim.Batch == 0 && len(claim.Messages) == 0 {
			continue
		}
		st.Claim, st.Strategy, st.Filed, s.last = &claim, p.Strategy.ID, p.filing.mark, p
		return s.judgeClaim(ctx, p, st)
	}
	return nil, nil
}

func (s *Sender) judgeClaim(ctx context.Context, p *Portfolio, st *store.Step) ([]dispatch.Message, error) {
	claim := st.Claim
	byPerson := make(map[ledger.PersonID]*store.Waiting, len(claim.Messages))
	w := store.Within{
		Portfolio: p.row.ID, On: ledger.Day(st.At.In(p.Zone)), Trying: map[ledger.PersonID]outbox.MessageID{},
		Persons: make([]ledger.PersonID, 0, len(claim.Messages)), // none is nobody, where nil would be everybody
		Again:   true,
	}
	for i := range claim.Messages {
		m := &claim.Messages[i]
		if byPerson[m.Person] != nil {
			// One person, two messages in a claim: the second is put off, and judged when the first has counted.
			st.PutOffs = append(st.PutOffs, store.PutOff{Message: m.ID, NotBefore: st.At, NotAfter: m.NotAfter})
			continue
		}
		byPerson[m.Person] = m
		w.Persons = append(w.Persons, m.Person)
		if m.Try > 1 {
			w.Trying[m.Person] = m.ID
		}
	}
	answers, err := s.answered(ctx, claim)
	if err != nil {
		return nil, err
	}
	s.shelf.Clear()
	j := judging{s: s, p: p, st: st, on: w.On, answers: answers, cases: s.cases[:0]}
	defer func() { s.cases = j.cases }()
	collect := func(d *store.Dossier) error { return j.take(ctx, d, byPerson[d.Person]) }
	err = s.e.Store.Dossiers(ctx, w, collect)
	if errors.Is(err, ErrStale) {
		// An import or midnight came in between: make the standings anew and judge the whole claim again.
		if _, err := s.e.Store.Refresh(ctx, p.row.ID, w.On, p.Terms); err != nil {
			return nil, err
		}
		s.shelf.Clear()
		j.cases, j.again = j.cases[:0], true
		err = s.e.Store.Dossiers(ctx, w, collect)
	}
	if err != nil {
		return nil, err
	}
	return j.write(ctx, byPerson)
}

// judging is one claim on its way through the recipe.
type judging struct {
	s     *Sender
	p     *Portfolio
	st    *store.Step
	on    ledger.Date // the creditor's day, for which standings are kept
	again bool        // the standings have been made anew
	cases []judged

	answers map[outbox.MessageID]store.AnswerFor // by message: what it answers
	loans   pieces[ledger.LoanID]
	slots   pieces[store.Slot]
}

type judged struct {
	d *store.Dossier
	m *store.Waiting
	j Judgement
}

func (g *judging) take(ctx context.Context, d *store.Dossier, m *store.Waiting) error {
	own := g.s.shelf.Keep(d)
	j, err := g.judge(own, m)
	elsewhere := func(b store.BorrowerFacts) bool { return g.p.dayOf(&b, g.st.At) != g.on }
	learnt := func(l store.LoanStanding) bool { return l.Stale }
	switch {
	case !errors.Is(err, ErrStale):
	case slices.ContainsFunc(own.Loans, learnt):
		// Something came in of which no standing was made. What the core system says is compared where one is made, so that to
		// make it here for the day alone would miss a difference.
		if g.again {
			j = Judgement{Action: Hold, HoldUntil: g.st.At.Add(time.Second), Verdict: guard.Verdict{Ruling: guard.Wait}}
			err = nil
		}
	case g.again || slices.ContainsFunc(own.Borrowers, elsewhere):
		if err = g.s.e.standAnew(ctx, g.p, own, g.st.At); err == nil {
			j, err = g.judge(own, m)
		}
	}
	if err != nil {
		return err
	}
	g.cases = append(g.cases, judged{own, m, j})
	return nil
}

// write composes the texts of those that may leave now, and sorts out the others.
func (g *judging) write(ctx context.Context, byPerson map[ledger.PersonID]*store.Waiting) ([]dispatch.Message, error) {
	facts := make([]store.BorrowerFacts, 0, len(g.cases))
	leaving := g.cases[:0]
	for i := range g.cases {
		c := &g.cases[i]
		delete(byPerson, c.d.Person)
		if !g.mayLeave(c) {
			continue
		}
		if facts = append(facts, c.d.Borrowers...); len(leaving) < i {
			g.cases[len(leaving)] = *c
		}
		leaving = g.cases[:len(leaving)+1]
	}
	for _, m := range byPerson {
		g.close(m, outbox.Cancelled, "duly:gone", "Nothing is known of this person in the portfolio any more.")
	}
	to, err := g.s.e.Store.Recipients(ctx, g.p.Ref, facts)
	if err == nil && g.p.Page.Address != "" {
		err = g.s.e.Store.Provers(ctx, to)
	}
	if err != nil {
		return nil, err
	}
	g.loans.rest, g.slots.rest = make([]ledger.LoanID, len(leaving)), make([]store.Slot, len(leaving))
	written := g.s.written[:0]
	defer func() { clear(written); g.s.written = written }()
	for i := range leaving {
		c := &leaving[i]
		text, err := g.p.write(g.s.paper, c.d, &c.j, to, g.st.At)
		if errors.Is(err, ErrCannotWrite) {
			g.close(c.m, outbox.Cancelled, "duly:text", err.Error())
			continue
		}
		if err != nil {
			return nil, err
		}
		w, err := g.seek(ctx, c, text, to[c.d.Borrowers[c.j.Borrower].ID].Phone)
		if errors.Is(err, errNoCap) {
			g.close(c.m, outbox.Cancelled, NoCap, err.Error())
			continue
		}
		if err != nil {
			return nil, err
		}
		written = append(written, w)
	}
	if err := g.seat(ctx, written); err != nil {
		return nil, err
	}
	msgs := make([]dispatch.Message, 0, len(written))
	g.st.Tries = slices.Grow(g.st.Tries, len(written))
	for i := range written {
		if w := &written[i]; g.seated(w) {
			msg, err := g.permit(w)
			if err != nil {
				return nil, err
			}
			msgs = append(msgs, msg)
		}
	}
	return msgs, nil
}

// mayLeave says whether a message may leave at this minute; if not, it is closed or put off.
func (g *judging) mayLeave(c *judged) bool {
	at := g.st.At
	switch {
	case g.awaitsWord(c):
		g.putOff(c.m, at.Add(askFiled))
	case c.j.Action == Hold && !c.j.HoldUntil.IsZero() && c.j.Verdict.Ruling == guard.Wait && c.j.HoldUntil.Before(c.m.NotAfter):
		g.putOff(c.m, c.j.HoldUntil)
	case c.j.Action == Hold:
		g.close(c.m, outbox.Cancelled, c.j.Rule, c.j.Reason)
	case c.j.Action == Work:
		g.close(c.m, outbox.Cancelled, "strategy:superseded", "A person takes over before the message left.")
	case c.m.Try > outbox.MaxTries:
		g.close(c.m, outbox.Cancelled, "duly:tries", "The carrier asked for patience too often.")
	case c.j.NotBefore.After(at) && c.j.NotBefore.Before(c.m.NotAfter):
		g.putOff(c.m, c.j.NotBefore)
	case c.j.NotBefore.After(at):
		g.close(c.m, outbox.Expired, c.j.Rule, "The next hour at which it may leave comes too late.")
	case c.j.NotAfter.Sub(at) < leastWindow:
		g.putOff(c.m, c.j.NotAfter)
	default:
		return true
	}
	return false
}

func (g *judging) putOff(m *store.Waiting, until time.Time) {
	g.st.PutOffs = append(g.st.PutOffs, store.PutOff{Message: m.ID, NotBefore: until, NotAfter: m.NotAfter})
}

func (g *judging) close(m *store.Waiting, state outbox.State, rule, reason string) {
	g.st.Closings = append(g.st.Closings, store.Closing{Message: m.ID, State: state, Rule: rule, Reason: reason})
}

// permit asks for a fence for a message that has its slots.
func (g *judging) permit(w *written) (dispatch.Message, error) {
	p, st, c, text := g.p, g.st, w.judged, &w.text
	j := &c.j
	said, err := p.said(ground{
		j.Intent.Stage.Name, j.Intent.Treatment.Name, text.Template.Name, string(text.Language), string(j.Intent.Tone), j.Rule, p.edition,
		text.Template.Digest[:16],
	})
	if err != nil {
		return dispatch.Message{}, err
	}
	// What was decided now is what counts, not what was planned.
	m := *c.m
	m.Treatment, m.Episode = j.Intent.Treatment.Index, j.Intent.Episode
	left := j.NotAfter.Sub(st.At)
	within := min(outbox.LeaveWithin, left, c.m.NotAfter.Sub(st.At)) // nor does what grows stale while it is stored leave
	t := store.Try{
		Message: m, Turn: c.d.Turn, LeaveBy: st.WireAt.Add(within), NotAfter: j.NotAfter, Day: j.Today, Channel: j.rules.key.channel,
		Minor: text.Minor, Currency: text.Currency, Parts: text.Segments, Ground: said, DPD: j.Intent.DPD, About: w.loans, Text: text.Body,
		CapSet: w.set.ID, Epoch: w.set.Epoch, Slots: w.slots, Moves: w.moves, Loan: j.Intent.Lead, Others: w.others(), Address: w.address,
		Notice: p.evidence(w), Lets: text.Lets, Offer: j.answer.offer(w.speaker(), p.Talk.Grace, j.Today),
	}
	st.Tries = append(st.Tries, t)
	msg := dispatch.Message{
		Fence: t.Fence(), To: dispatch.Address(w.phone), Text: string(text.Body), LeaveBy: t.LeaveBy,
		Valid: left - within - time.Second, // the carrier counts from when it has the message
	}
	msg.Alphabet, msg.Parts, _ = sms.Split(msg.Text) // what cannot be split has no parts, and the carrier's side refuses it
	return msg, nil
}
