package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

func (a *app) confirmCommand(f *arrangeFlags) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "confirm [NUMBER…]", Short: "The lender's system books what was agreed, by number or by a file",
		Long: `Says that the lender's own system books arrangements. All amounts are worked out anew from what is owed at that moment; one that does
not fit any more is refused with the reason, and stays as it is. One that waits for a second person begins with it; where less is owed
than when it was proposed, its last instalments shrink.

A file is CSV with the columns arrangement, and total and currency where the system says what it books: another total is refused. Each
line is confirmed by itself. What is confirmed goes out as an event (plan.confirmed).`,
		Example: `  duly arrange confirm 12 --by core
  duly arrange confirm --file booked.csv --by core --json`,
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) == 0) == (file == "") {
				return fail(Usage, "confirm takes numbers of arrangements, or --file")
			}
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.confirm(c.Context(), e, args, file, f) })
		},
	}
	c.Flags().StringVar(&file, "file", "", "CSV of what is confirmed: arrangement,total,currency")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	return c
}

// A booking is one confirmation of the lender's system's.
type booking struct {
	place string // in the file
	id    int64
	total ledger.Money
}

type bookedLine struct {
	Arrangement int64  `json:"arrangement"`
	Confirmed   bool   `json:"confirmed"`
	Reason      string `json:"reason,omitempty"`
}

func (a *app) confirm(ctx context.Context, e *engine.Engine, args []string, file string, f *arrangeFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	if err := staff(f.by); err != nil {
		return err
	}
	var list []booking
	if file != "" {
		if list, err = readBookings(file); err != nil {
			return err
		}
	}
	for _, s := range args {
		id, err := numberOf(s, "an arrangement")
		if err != nil {
			return err
		}
		list = append(list, booking{id: id})
	}
	w := bufio.NewWriter(a.out)
	enc := json.NewEncoder(w)
	p := &page{w: w, lang: lang, zone: zoneOf(e)}
	refused := 0
	for _, b := range list {
		l := bookedLine{Arrangement: b.id, Confirmed: true}
		var why error
		switch err := e.Confirm(ctx, b.id, b.total, f.by, a.clock.time()); {
		case err == nil:
		case errors.Is(err, store.ErrNotFound):
			l.Confirmed, why = false, fault.Wrong(fault.NoSuchArrangement)
		case errors.Is(err, engine.ErrMayNot), errors.Is(err, store.ErrMoved):
			l.Confirmed, why = false, err
		default:
			return err
		}
		if !l.Confirmed {
			refused++
			l.Reason = strings.ReplaceAll(withoutPart(why.Error()), "\n", " ")
		}
		switch {
		case f.json:
			if err := enc.Encode(l); err != nil {
				return err
			}
		case l.Confirmed:
			p.line(lang.say("%d  confirmed", "%d  已确认"), b.id)
		default:
			p.line(lang.say("%s%d  refused: %s", "%s%d  未确认：%s"), b.place, b.id, strings.ReplaceAll(inLanguage(why, lang), "\n", lang.say(" ", "")))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if refused > 0 {
		return fail(Findings, "%d of %d were refused", refused, len(list))
	}
	return nil
}

// readBookings reads a file of confirmations. Every bad line is named.
func readBookings(path string) ([]booking, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fail(Input, "%w", err)
	}
	defer func() { _ = in.Close() }()
	list, bad := parseBookings(path, in)
	if len(bad) > 0 {
		return nil, fail(Input, "nothing was confirmed:\n%w", errors.Join(bad...))
	}
	return list, nil
}

func parseBookings(name string, in io.Reader) (list []booking, bad []error) {
	r := csv.NewReader(bufio.NewReader(in))
	head, err := r.Read()
	if err != nil {
		return nil, []error{fail(Input, "%s: %w", name, err)}
	}
	at := map[string]int{}
	for i, h := range head {
		h = strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))
		if h != "arrangement" && h != "total" && h != "currency" {
			return nil, []error{fail(Input, "%s:1:%d: column %q is none of arrangement, total, currency", name, i+1, h)}
		}
		at[h] = i + 1
	}
	if at["arrangement"] == 0 || (at["total"] == 0) != (at["currency"] == 0) {
		return nil, []error{fail(Input, "%s:1:1: it needs the column arrangement; total and currency come together", name)}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, bad
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return list, append(bad, fail(Input, "%s:%d: %w", name, line, err))
		}
		b := booking{place: fmt.Sprintf("%s:%d: ", name, line)}
		if b.id, err = strconv.ParseInt(strings.TrimSpace(row[at["arrangement"]-1]), 10, 64); err != nil || b.id < 1 {
			bad = append(bad, fail(Input, "%s:%d:%d: %q is no number of an arrangement", name, line, at["arrangement"], row[at["arrangement"]-1]))
		}
		if n := at["total"]; n > 0 && row[n-1] != "" {
			if b.total, err = ledger.ParseMoney(strings.TrimSpace(row[n-1]), ledger.Currency(strings.TrimSpace(row[at["currency"]-1]))); err != nil {
				bad = append(bad, fail(Input, "%s:%d:%d: %q is no amount of the currency %q", name, line, n, row[n-1], row[at["currency"]-1]))
			}
		}
		list = append(list, b)
	}
}
