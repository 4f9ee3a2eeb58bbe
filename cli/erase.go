package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type eraseFlags struct {
	by        string
	yes, json bool
}

func (a *app) eraseCommand() *cobra.Command {
	var f eraseFlags
	c := &cobra.Command{
		Use:   "erase PERSON",
		Short: "Forget a person, as far as the law lets it",
		Long: `Says what goes, what stays and why, and does it with --yes. PERSON is p12, a borrower, or a phone (+86…) that is one person's.

Nothing goes under a legal hold, while a loan is open, a message is on its way or something waits at the desk. What rules of record keeping want
kept (what was said and to whom) goes by itself when their time is over; the rest goes at once: proofs for the page, keys and visits to it, causes,
what the person chose there. Days, amounts, meanings and decisions stay without names, so that reports stay true; a stop stays with keyed hashes only,
so that it holds when the person comes back. It cannot be undone. Backups hold what they held: erase again after one was put back.`,
		Example: `  duly erase p12
  duly erase B00017 --yes --by compliance:2`,
		Args: exactly(1, "erase takes one person, such as: duly erase p12"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.erase(c.Context(), e, args[0], f) })
		},
	}
	c.Flags().BoolVar(&f.yes, "yes", false, "do it; without it nothing is changed")
	c.Flags().StringVar(&f.by, "by", "", "who does it: a role or a number of staff, such as compliance:2")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	a.nowFlag(c)
	return c
}

// eraseLine is what an erasure did, for machines.
type eraseLine struct {
	Person    string       `json:"person"`
	Erased    bool         `json:"erased"` // all that may go has gone
	Refused   []string     `json:"refused,omitempty"`
	KeepUntil time.Time    `json:"records_kept_until,omitzero"`
	KeptBy    string       `json:"kept_by,omitempty"`
	Tables    []eraseTable `json:"tables"`
}

type eraseTable struct {
	Table string `json:"table"`
	Goes  int64  `json:"goes"`
	Later int64  `json:"goes_later"`
	Stays int64  `json:"stays"`
	Why   string `json:"why,omitempty"`
}

func (a *app) erase(ctx context.Context, e *engine.Engine, ref string, f eraseFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	if f.yes && f.by == "" {
		return fail(Usage, "erase --yes needs --by: who does it, a role or a number of staff, such as compliance:2")
	}
	person, err := onePerson(ctx, e, ref)
	if err != nil {
		return err
	}
	now := a.clock.time()
	x, err := e.Erasure(ctx, person, now)
	if err == nil && f.yes {
		x, err = e.Erase(ctx, person, f.by, now)
	}
	if err != nil && !errors.Is(err, engine.ErrRefused) {
		if errors.Is(err, store.ErrNotFound) {
			return fail(Findings, "p%d has no borrower", person)
		}
		return err
	}
	w := bufio.NewWriter(a.out)
	if f.json {
		err = json.NewEncoder(w).Encode(eraseOf(x, f.yes))
	} else {
		printErasure(&page{w: w, lang: lang, zone: now.Location()}, x, f.yes)
	}
	if err = errors.Join(err, w.Flush()); err == nil && len(x.Refused) > 0 {
		return &Error{Class: Findings}
	}
	return err
}

// onePerson finds the one person that a reference names.
func onePerson(ctx context.Context, e *engine.Engine, ref string) (ledger.PersonID, error) {
	found, err := e.Store.Find(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		if strings.HasPrefix(ref, "+") {
			ref = "that phone" // errors end up in logs, and logs hold no numbers
		}
		return 0, fail(Findings, "nobody is known by %s", ref)
	}
	if err != nil {
		return 0, err
	}
	for _, one := range found[1:] {
		if one.Person != found[0].Person {
			return 0, fail(Findings, "several persons are known by it; give one of them, such as %s", store.PersonRef(one.Person))
		}
	}
	return found[0].Person, nil
}

func eraseOf(x *engine.Erasure, done bool) eraseLine {
	out := eraseLine{
		Person: store.PersonRef(x.Person), Refused: x.Refused, KeepUntil: x.KeepUntil, KeptBy: x.KeptBy, Tables: []eraseTable{},
		Erased: done && len(x.Refused) == 0 && x.KeepUntil.IsZero(),
	}
	for _, t := range x.Tables {
		out.Tables = append(out.Tables, eraseTable{t.Table, t.Goes, t.Later, t.Stays, t.Why})
	}
	return out
}

func printErasure(p *page, x *engine.Erasure, done bool) {
	who := store.PersonRef(x.Person)
	if !x.Done.IsZero() {
		p.line(p.lang.say("%s was erased on %s.", "%s 已于 %s 删除。"), who, p.time(x.Done))
	} else if !x.Asked.IsZero() {
		p.line(p.lang.say("%s: erasure asked for on %s.", "%s 已于 %s 申请删除。"), who, p.time(x.Asked))
	}
	for _, why := range x.Refused {
		p.line(p.lang.say("Refused: %s.", "不能删除：%s。"), why)
	}
	if !x.KeepUntil.IsZero() {
		p.line(p.lang.say("What was said, and to whom, is kept until %s: %s.", "沟通记录保留至 %s：%s。"), x.KeepUntil.Format(time.DateOnly), x.KeptBy)
	}
	rows := [][]string{{"", p.lang.say("goes", "删除"), p.lang.say("later", "到期删除"), p.lang.say("stays", "保留"), ""}}
	for _, t := range x.Tables {
		rows = append(rows, []string{"  " + t.Table, count64(t.Goes), count64(t.Later), count64(t.Stays), t.Why})
	}
	p.grid(rows)
	switch {
	case len(x.Refused) > 0:
		p.line("%s", p.lang.say("Nothing was changed.", "未做任何更改。"))
	case !done:
		p.line(p.lang.say("Nothing was changed. To do it: duly erase %s --yes --by WHO", "未做任何更改。确认删除：duly erase %s --yes --by 经办人"), who)
	case x.KeepUntil.IsZero():
		p.line(p.lang.say("%s is erased.", "%s 已删除。"), who)
	default:
		p.line(p.lang.say("%s is erased as far as may be now; the rest goes by itself.", "%s 中目前可删除的内容已删除，其余到期自动删除。"), who)
	}
}

// count64 writes a count, and nothing for none.
func count64(n int64) string {
	if n == 0 {
		return "·"
	}
	return fmt.Sprint(n)
}
