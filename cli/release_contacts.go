package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dulyhq/duly/store"
)

// mayHaveLeft writes the messages whose hour had come in a held database as contacts made at that hour, a file for each portfolio,
// so that they can be held against the carrier's list, and imported: whoever may have been written to is not written to again too soon.
func (a *app) mayHaveLeft(ctx context.Context, s *store.Store, dir string, lang tongue) error {
	l, err := s.Life(ctx)
	if err != nil {
		return err
	}
	if !l.Held() {
		return fail(Findings, "nothing is held, so nothing may have left unknown")
	}
	files, sums := map[string]*csv.Writer{}, map[string]int{}
	texts := map[string]*bytes.Buffer{}
	err = s.HeldMessages(ctx, a.clock.time(), func(m store.HeldMessage) error {
		w := files[m.Portfolio]
		if w == nil {
			texts[m.Portfolio] = &bytes.Buffer{}
			w = csv.NewWriter(texts[m.Portfolio])
			files[m.Portfolio] = w
			if err := w.Write([]string{"borrower_id", "at", "channel", "result", "by"}); err != nil {
				return err
			}
		}
		sums[m.Portfolio]++
		return w.Write([]string{m.Borrower, m.NotBefore.Format(time.RFC3339), "sms", "attempt", "creditor"})
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(Dependency, "%s cannot be made: %w", dir, err)
	}
	g := &page{w: a.out, lang: lang, zone: time.Local}
	for _, portfolio := range slices.Sorted(maps.Keys(files)) {
		files[portfolio].Flush()
		path := filepath.Join(dir, "contacts-"+portfolio+".csv")
		if err := errors.Join(files[portfolio].Error(), writeNew(path, texts[portfolio].Bytes(), 0o600)); err != nil {
			return fail(Input, "%w", err)
		}
		g.line(lang.say("%s: %s that may have left; strike out what the carrier says it never had, and import it before releasing",
			"%s：%s可能已发出的短信；请删去运营商确认未收到的记录，导入后再恢复交付"),
			path, lang.say(count(sums[portfolio], "message", "messages"), grouped(sums[portfolio])+"条"))
	}
	if len(files) == 0 {
		g.line("%s", lang.say("no message may have left", "没有可能已发出的短信"))
	}
	return nil
}
