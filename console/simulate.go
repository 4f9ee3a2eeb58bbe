package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/sim/forecast"
	"github.com/dulyhq/duly/store"
)

// A Simulator lets a copy of a portfolio's book live through days to come under each of the strategies, one after the other, and tells
// before each day how many are through. It writes to nobody.
type Simulator func(ctx context.Context, portfolio string, strategies []engine.Source, days int, day func(done int)) ([]*forecast.Result, error)

// What a trial may take: it runs beside what hands over, so that one goes on at a time, for a bounded while.
const (
	mostDays  = 60
	trialTime = 10 * time.Minute
)

// A trialShown is a trial as people read it.
type trialShown struct {
	Days, Percent int
	When, Who     string
	Old           bool // of a text that has changed since
	Going         bool
	Failed        string
	Rows          []besideRow
}

type besideRow struct{ Name, Now, Then string }

// A trialSum is what is kept of one strategy's days.
type trialSum struct {
	Persons, Messages, Segments, Replies, Stops, Cured int64
	Tasks, Holds, Stages                               map[string]int64
	Paid, Because                                      map[ledger.Currency]int64
}

func sumOf(r *forecast.Result) trialSum {
	return trialSum{r.Persons, r.Messages, r.Segments, r.Replies, r.Stops, r.Cured, r.Tasks, r.Holds, r.Stages, r.Paid, r.Because}
}

// simulate begins a trial of a version beside the one in force.
func (c *Console) simulate(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) && !v.may(access.Activate, h) {
		return errNowhere
	}
	days, err := strconv.Atoi(v.form("days", 4))
	switch {
	case c.Simulate == nil:
		return v.showStrategy(http.StatusConflict, "", v.say("这里不能模拟，请用 duly simulate。", "It cannot be simulated here; duly simulate does."))
	case err != nil || days < 1 || days > mostDays:
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("天数为1至60。", "Days are from 1 to 60."))
	case len(h.WithStrategy(one.Body, ledger.Day(v.at.In(h.Zone))).Mistakes) > 0:
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("草稿尚有错误。", "Something is wrong in the draft."))
	}
	now, err := v.inForce(one.Lineage)
	if err == nil {
		t := store.Trial{Version: one.ID, Beside: now.ID, Digest: one.Digest, Days: days, MadeAt: v.at, Who: v.who(), BeatAt: c.Gate.Wire()}
		t.ID, err = c.Gate.Store.BeginTrial(v.r.Context(), t, h.Row())
		if err == nil {
			go c.live(t, h, one.Body)
			v.away("strategies/" + strconv.FormatInt(one.ID, 10) + "?done=simulating")
			return nil
		}
	}
	if errors.Is(err, store.ErrTrialGoing) {
		return v.showStrategy(http.StatusConflict, "", v.say("已有一个模拟在进行，请稍后再试。", "Another simulation is under way. Please try again in a while."))
	}
	return err
}

// endSimulation ends a version's trial, on whichever machine it goes on.
func (c *Console) endSimulation(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) && !v.may(access.Activate, h) {
		return errNowhere
	}
	if err := c.Gate.Store.EndTrial(v.r.Context(), &one, v.act()); errors.Is(err, store.ErrTrialEnded) {
		return v.showStrategy(http.StatusConflict, "", v.say("模拟已经结束。", "The simulation has ended already."))
	} else if err != nil {
		return err
	}
	v.away("strategies/" + strconv.FormatInt(one.ID, 10) + "?done=unsimulated")
	return nil
}

// inForce is the version of a lineage that counts.
func (v *visit) inForce(of store.Lineage) (store.Version, error) {
	all, err := v.Gate.Store.InUse(v.r.Context(), of.Portfolio)
	if err != nil {
		return store.Version{}, err
	}
	if i := slices.IndexFunc(all, func(x store.Version) bool { return x.Lineage == of }); i >= 0 {
		return all[i], nil
	}
	return store.Version{}, store.ErrNotFound
}

// live is a trial from its beginning to its end.
func (c *Console) live(t store.Trial, h *engine.Portfolio, body []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), trialTime)
	defer cancel()
	var done atomic.Int64
	beats := make(chan struct{})
	go func() {
		defer close(beats)
		c.beat(ctx, cancel, t, &done)
	}()
	results, err := c.Simulate(ctx, h.Ref, []engine.Source{h.StrategyText(), {Name: "draft.yaml", Body: body}}, t.Days, func(n int) { done.Store(int64(n)) })
	late := errors.Is(ctx.Err(), context.DeadlineExceeded)
	cancel()
	<-beats
	t.EndedAt, t.BeatAt, t.Done = c.Civil(), c.Gate.Wire(), int(done.Load())
	if err == nil && len(results) == 2 {
		var text []byte
		text, err = json.Marshal([]trialSum{sumOf(results[0]), sumOf(results[1])})
		t.Result, t.Done = string(text), 2*t.Days
	}
	switch {
	case err == nil:
	case late:
		t.Failed = "time"
	case errors.Is(err, store.ErrTooLarge):
		t.Failed = "size"
	default:
		t.Failed = "error"
	}
	// Its time may be over: that is what is kept. Where somebody has ended it, that stands already.
	if kept := c.Gate.Store.KeepTrial(context.WithoutCancel(ctx), t); errors.Is(kept, store.ErrTrialEnded) {
		return
	} else if err = errors.Join(err, kept); err != nil {
		c.Log.Warn("console: a simulation did not come to its end", "error", err)
	}
}

// beat says every few seconds how far a trial is, and cancels it where somebody has ended it, until ctx ends.
func (c *Console) beat(ctx context.Context, cancel context.CancelFunc, t store.Trial, done *atomic.Int64) {
	tick := time.NewTicker(store.TrialBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		t.BeatAt, t.Done = c.Gate.Wire(), int(done.Load())
		switch err := c.Gate.Store.KeepTrial(ctx, t); {
		case errors.Is(err, store.ErrTrialEnded):
			cancel()
			return
		case err != nil && ctx.Err() == nil:
			c.Log.Warn("console: how far a simulation is could not be kept", "error", err)
		}
	}
}

// trials are those of a version.
func (v *visit) trials(version int64, digest string) (out []trialShown, running bool, err error) {
	all, err := v.Gate.Store.Trials(v.r.Context(), version, 3)
	if err != nil {
		return nil, false, err
	}
	for i := range all {
		t := &all[i]
		s := trialShown{Days: t.Days, When: v.minute(t.MadeAt), Who: t.Who, Old: t.Digest != digest, Percent: t.Done * 100 / max(1, 2*t.Days)}
		switch {
		case t.Failed == "ended":
			s.Failed = v.say("已由人停止。", "Somebody ended it.")
		case t.Failed == "size":
			s.Failed = v.say("账本太大，不能在这里模拟；请用 duly simulate。", "The book is too large to be copied here; duly simulate copies larger ones.")
		case t.Failed == "time":
			s.Failed = v.say("账本太大，限定时间内未能完成；请用 duly simulate。", "The book is too large for the time that a simulation has here; duly simulate takes longer.")
		case t.Failed != "":
			s.Failed = v.say("未能完成，请看日志或用 duly simulate。", "It did not come to its end; the log says why, and so does duly simulate.")
		case t.EndedAt.IsZero() && v.Gate.Wire().Sub(t.BeatAt) > store.TrialQuiet:
			s.Failed = v.say("已中断，请重新模拟。", "It was interrupted. Please begin again.")
		case t.EndedAt.IsZero():
			s.Going, running = true, true
		default:
			var sums []trialSum
			if err := json.Unmarshal([]byte(t.Result), &sums); err != nil || len(sums) != 2 {
				return nil, false, fmt.Errorf("console: what a trial came to cannot be read: %w", err)
			}
			s.Rows = v.besides(&sums[0], &sums[1], version)
		}
		out = append(out, s)
	}
	return out, running, nil
}

// besides puts two sums side by side.
func (v *visit) besides(a, b *trialSum, version int64) (out []besideRow) {
	row := func(name string, x, y int64) {
		if x != 0 || y != 0 {
			out = append(out, besideRow{name, strconv.FormatInt(x, 10), strconv.FormatInt(y, 10)})
		}
	}
	row(v.say("借款人", "persons"), a.Persons, b.Persons)
	row(v.say("短信", "text messages"), a.Messages, b.Messages)
	row(v.say("计费段数", "parts that are paid for"), a.Segments, b.Segments)
	if one, err := v.Gate.Store.Version(v.r.Context(), version); err == nil {
		if h := v.Desk.Portfolio(one.Portfolio); h != nil && v.Cost != nil {
			if micro, cur := v.Cost(h.Carrier); micro > 0 {
				out = append(out, besideRow{v.say("短信费用", "cost of texts"), v.money(micro*a.Segments/1_000_000, cur), v.money(micro*b.Segments/1_000_000, cur)})
			}
		}
	}
	each := func(x, y map[string]int64, name func(string) string) {
		for _, k := range keysOf(x, y) {
			row(name(k), x[k], y[k])
		}
	}
	each(a.Stages, b.Stages, func(k string) string { return v.say("短信：", "texts: ") + v.stageName(k) })
	each(a.Tasks, b.Tasks, func(k string) string { return v.say("人工：", "work: ") + v.channel("", k) })
	row(v.say("回复", "replies"), a.Replies, b.Replies)
	row(v.say("拒收", "stops"), a.Stops, b.Stops)
	row(v.say("还清逾期的次数", "times that nothing was overdue any more"), a.Cured, b.Cured)
	for _, cur := range keysOf(a.Paid, b.Paid) {
		out = append(out, besideRow{v.say("还款", "paid"), v.money(a.Paid[cur], cur), v.money(b.Paid[cur], cur)})
	}
	each(a.Holds, b.Holds, func(k string) string {
		why, _ := v.rule(nil, k)
		return v.say("暂缓（人次）：", "held (persons by day): ") + why
	})
	return out
}

func keysOf[K ~string](x, y map[K]int64) []K {
	var out []K
	for _, m := range []map[K]int64{x, y} {
		for k := range m {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	slices.Sort(out)
	return out
}
